// SPDX-License-Identifier: MIT
/* Tells hooks->tcp what streams do, while somebody watches (stack/show.h). */
#include "stack/tcp/conn.h"

void show_tcp_watch(struct stack *st, bool on)
{
	st->tcp_watched = on && st->hooks->tcp;
}

static void tell(struct tcp_conn *tc, struct tcp_event *e)
{
	const struct stack *st = tcp_stack(tc);
	struct show_tcp t;

	tcp_show_fill(tc, &t);
	e->tcp = &t;
	st->hooks->tcp(st->ctx, e);
}

void tcp_trace_state(struct tcp_conn *tc, enum tcp_state from)
{
	struct tcp_event e = { .kind = TCP_EV_STATE, .from = tcp_state_name(from) };

	tell(tc, &e);
}

/* Why a segment is sent again now. */
static const char *cause(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	if (s->flags & TCP_SYN)
		return "timeout of the SYN";
	if (s->cause == RTX_TIMEOUT && tc->timeouts)
		return "timeout, again";
	return tcp_cause_name(s->cause);
}

void tcp_trace_retrans(struct tcp_conn *tc, const struct tcp_seg *s)
{
	struct tcp_event e = { .kind = TCP_EV_RETRANS, .cause = cause(tc, s), .seq = s->seq.v,
			       .len = s->len };

	tell(tc, &e);
}

void tcp_trace_sample(struct tcp_conn *tc)
{
	struct tcp_event e = { .kind = TCP_EV_SAMPLE };

	tell(tc, &e);
}
