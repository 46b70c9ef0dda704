// SPDX-License-Identifier: GPL-3.0-or-later
/* What recvmsg() gives beside the data: each message that the script expects is
 * compared. */
#include <errno.h>
#include <stdlib.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"
#include "stack/wire/udp.h"

static bool is(const struct pd_expr *e, int64_t v) { return e && e->kind == PD_NUM && e->num == v; }

static void compare(struct pd_run *r, const char *what, const struct pd_expr *want, int64_t got)
{
	if (want && want->kind == PD_NUM && want->num != got)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in recvmsg call: "
		       "Bad cmsg_data for %s: expected: %" PRId64 " actual: %" PRId64, what,
		       want->num, got);
}

/* The value that a socket gives only if it was asked to; -1: it was not. */
static int64_t if_set(const struct pd_fd *f, enum sk_opt o, int64_t v)
{
	int on = 0;

	return sk_getopt(f->sk, o, &on) == OK && on ? v : -1;
}

/* Bytes left to read, and one for the end of the stream. */
static int64_t inq(const struct pd_fd *f)
{
	int left = 0;

	if (!f->inq || sk_getopt(f->sk, SKO_NREAD, &left) != OK)
		return -1;
	return !left && (sk_ready(f->sk) & SK_IN) ? 1 : left;
}

static int64_t origin(const struct sk_err *e)
{
	if (e->origin != SK_ERR_ICMP)
		return e->origin == SK_ERR_STAMP ? L_SO_EE_ORIGIN_TIMESTAMPING :
			L_SO_EE_ORIGIN_ZEROCOPY;
	return e->type ? L_SO_EE_ORIGIN_ICMP : L_SO_EE_ORIGIN_LOCAL;
}

/* struct sock_extended_err; e NULL: there is none. */
static void compare_error(struct pd_run *r, const struct pd_expr *want, const struct sk_err *e)
{
	const struct { const char *name; int64_t v; } fields[] = {
		{ "ee_errno", !e ? -1 : e->origin == SK_ERR_STAMP ? ENOMSG : err_to_errno(e->err) },
		{ "ee_origin", e ? origin(e) : -1 },
		{ "ee_type", e ? e->type : -1 }, { "ee_code", e ? e->code : -1 },
		{ "ee_info", e ? (int64_t)e->info : -1 }, { "ee_data", e ? (int64_t)e->data2 : -1 },
	};

	for (size_t i = 0; i < N_ELEM(fields); i++)
		compare(r, fields[i].name, pd_field(want, fields[i].name), fields[i].v);
}

/* {scm_sec=, scm_nsec=} since the script began; such a time is right as one of a
 * packet would be. */
static void compare_stamp(struct pd_run *r, const struct pd_expr *want, const struct sk_err *e)
{
	const struct pd_expr *sec = pd_field(want, "scm_sec"), *ns = pd_field(want, "scm_nsec");
	ns_t is = e && e->origin == SK_ERR_STAMP ? e->at - r->t0 : -1;
	ns_t off = is - (sec && ns ? SEC(sec->num) + ns->num : is);

	if (off < -r->tolerance || off > r->tolerance || is < 0)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in recvmsg call: "
		       "Bad timestamp: %" PRId64 " ns is %" PRId64 " ns off", is, off);
}

void pd_check_control(struct pd_run *r, const struct pd_call *c, const struct pd_fd *f,
		      const struct sk_msg *m, const struct sk_err *e)
{
	const struct pd_expr *ctl = pd_field(pd_arg(c, 1), "msg_control"), *x;

	for (x = ctl ? ctl->first : NULL; x; x = x->next) {
		const struct pd_expr *level = pd_field(x, "cmsg_level");
		const struct pd_expr *type = pd_field(x, "cmsg_type");
		const struct pd_expr *data = pd_field(x, "cmsg_data");

		if (is(level, L_SOL_TCP) && is(type, L_TCP_INQ))
			compare(r, "TCP_CM_INQ", data, inq(f));
		else if (m && is(level, L_SOL_IP) && is(type, L_IP_TTL))
			compare(r, "IP_TTL", data, if_set(f, SKO_RECVTTL, m->ttl));
		else if (m && is(level, L_SOL_IP) && is(type, L_IP_TOS))
			compare(r, "IP_TOS", data, if_set(f, SKO_RECVTOS, m->tos));
		else if (is(level, L_SOL_SOCKET) && is(type, L_SCM_TIMESTAMPING))
			compare_stamp(r, data, e);
		else if (is(level, L_SOL_IP) && is(type, L_IP_RECVERR))
			compare_error(r, data, e);
		else
			pd_lacks(r, "this control message");
	}
}

/* Linux gives what was quoted of the datagram's data. */
int64_t pd_recv_error(struct pd_run *r, const struct pd_call *c, const struct pd_fd *f)
{
	struct sk_err e;

	if (!sk_recverr(f->sk, &e))
		return ERR_AGAIN;
	pd_check_control(r, c, f, NULL, &e);
	return e.n > UDP_HLEN ? e.n - UDP_HLEN : 0;
}
