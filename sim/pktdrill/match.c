// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Does a segment of ours say what the script expects?  Differences are told
 * in packetdrill's words.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"

void pd_expected(const struct pd_packet *want, struct pd_seg *seg)
{
	memset(seg, 0, sizeof(*seg));
	seg->h.flags = want->flags;
	seg->h.seq = (seq_t){ want->seq };
	seg->h.ack = (seq_t){ want->ack };
	seg->h.wnd = want->wnd;
	seg->h.urg = want->urg;
	seg->len = want->len;
	seg->n_opt = want->opts.n;
	memcpy(seg->opt, want->opts.b, want->opts.n);
}

/* A card would cut a long segment; our stack does so itself.  What it sent at
 * one instant in one go counts as one, if the script has it as one. */
static void join_burst(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	while (r->sent && got->len && got->len < want->len) {
		struct pd_seg *more = r->sent;

		if (more->at != got->at || more->h.seq.v != got->h.seq.v + got->len ||
		    !more->len || more->len > want->len - got->len ||
		    more->h.ack.v != got->h.ack.v || more->n_opt != got->n_opt ||
		    more->h.sport != got->h.sport)
			return;
		more = pd_host_take(r);
		got->len += more->len;
		got->h.flags = more->h.flags;
		free(more);
	}
}

struct field { const char *name; uint32_t want, got; };

static bool field_differs(struct pd_run *r, const struct field *f)
{
	if (f->want == f->got)
		return false;
	pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet field %s: "
	       "expected: %u (0x%x) vs actual: %u (0x%x)", f->name, f->want, f->want, f->got,
	       f->got);
	return true;
}

static bool flags_differ(struct pd_run *r, uint8_t want, uint8_t got)
{
	static const char *const names[] = { "tcp_fin", "tcp_syn", "tcp_rst", "tcp_psh",
					     "tcp_ack", "tcp_urg", "tcp_ece", "tcp_cwr" };

	for (unsigned i = 0; i < N_ELEM(names); i++) {
		struct field f = { names[i], want >> i & 1, got >> i & 1 };

		if (field_differs(r, &f))
			return true;
	}
	return false;
}

static bool differs(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got)
{
	struct field f[] = {
		{ "ipv4_ecn", want->ecn >= 0 ? (uint32_t)want->ecn : got->ecn, got->ecn },
		{ "tcp_data_offset", want->opts.any ? 5u + got->n_opt / 4 : 5u + want->opts.n / 4,
		  5u + got->n_opt / 4 },
		{ "tcp_seq", want->seq, got->h.seq.v },
		{ "tcp_ack_seq", got->h.flags & TCP_ACK ? want->ack : 0,
		  got->h.flags & TCP_ACK ? got->h.ack.v : 0 },
		{ "tcp_window", want->has_wnd ? want->wnd : got->h.wnd, got->h.wnd },
		{ "tcp_urg_ptr", want->urg, got->h.urg },
	};

	if (flags_differ(r, want->flags, got->h.flags))
		return true;
	for (unsigned i = 0; i < N_ELEM(f); i++)
		if (field_differs(r, &f[i]))
			return true;
	if (want->len != got->len) {
		pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet "
		       "payload: expected: %u bytes vs actual: %u bytes", want->len, got->len);
		return true;
	}
	if (!want->opts.any && memcmp(want->opts.b, got->opt, got->n_opt) != 0) {
		pd_say(r->says, PD_FAILED, r->event->line,
		       "error handling packet: bad outbound TCP options");
		return true;
	}
	return false;
}

bool pd_match(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	struct pd_seg expected;
	struct buf *b = &r->says->text;

	join_burst(r, want, got);
	pd_map_out(r, want, got);
	if (!differs(r, want, got))
		return true;
	pd_expected(want, &expected);
	expected.at = got->at;
	buf_str(b, "\nscript packet: ");
	pd_seg_show(&expected, want->has_wnd, want->opts.any, r->t0, b);
	buf_str(b, "\nactual packet: ");
	pd_seg_show(got, true, false, r->t0, b);
	return false;
}
