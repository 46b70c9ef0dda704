// SPDX-License-Identifier: GPL-3.0-or-later
/* setsockopt and getsockopt. */
#include <errno.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

static const struct { int level, name; enum sk_opt o; } rows[] = {
	{ L_SOL_SOCKET, L_SO_REUSEADDR, SKO_REUSEADDR }, { L_SOL_SOCKET, L_SO_ERROR, SKO_ERROR },
	{ L_SOL_SOCKET, L_SO_SNDBUF, SKO_SNDBUF }, { L_SOL_SOCKET, L_SO_RCVBUF, SKO_RCVBUF },
	{ L_SOL_SOCKET, L_SO_KEEPALIVE, SKO_KEEPALIVE }, { L_SOL_SOCKET, L_SO_LINGER, SKO_LINGER },
	{ L_SOL_TCP, L_TCP_NODELAY, SKO_NODELAY }, { L_SOL_TCP, L_TCP_CORK, SKO_CORK },
	{ L_SOL_TCP, L_TCP_MAXSEG, SKO_MAXSEG }, { L_SOL_TCP, L_TCP_KEEPIDLE, SKO_KEEPIDLE },
	{ L_SOL_TCP, L_TCP_KEEPINTVL, SKO_KEEPINTVL }, { L_SOL_TCP, L_TCP_KEEPCNT, SKO_KEEPCNT },
	{ L_SOL_TCP, L_TCP_USER_TIMEOUT, SKO_USER_TIMEOUT },
	{ L_SOL_IP, L_IP_TOS, SKO_TOS }, { L_SOL_IP, L_IP_TTL, SKO_TTL },
	{ L_SOL_IP, L_IP_MTU_DISCOVER, SKO_PMTUDISC }, { L_SOL_IP, L_IP_RECVERR, SKO_RECVERR },
	{ L_SOL_IP, L_IP_MTU, SKO_MTU },
};

static int option_find(struct pd_run *r, const struct pd_call *c)
{
	int64_t level = pd_arg_num(r, c, 1), name = pd_arg_num(r, c, 2);

	for (size_t i = 0; i < N_ELEM(rows); i++)
		if (rows[i].level == level && rows[i].name == name)
			return (int)rows[i].o;
	return -1;
}

/* Its value: a number, [number] or {onoff=1, linger=0}. */
static int64_t value(struct pd_run *r, const struct pd_call *c, int o)
{
	const struct pd_expr *e = pd_arg(c, 3), *on, *linger;

	if (o != SKO_LINGER)
		return pd_arg_num(r, c, 3);
	if (e && e->kind == PD_LIST)
		e = e->first;
	on = pd_field(e, "onoff") ? pd_field(e, "onoff") : pd_field(e, "l_onoff");
	linger = pd_field(e, "linger") ? pd_field(e, "linger") : pd_field(e, "l_linger");
	if (!on || !linger)
		return pd_lacks(r, "this form of SO_LINGER");
	return on->num ? linger->num : -1;
}

static bool is_congestion(struct pd_run *r, const struct pd_call *c)
{
	const struct pd_expr *e = pd_arg(c, 3);

	return pd_arg_num(r, c, 1) == L_SOL_TCP && pd_arg_num(r, c, 2) == L_TCP_CONGESTION && e &&
	       e->kind == PD_STR;
}

int64_t pd_setsockopt(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	int o = option_find(r, c);
	const struct pd_expr *e = pd_arg(c, 3);
	int64_t v;

	if (r->says->verdict != PD_PASSED)
		return 0;
	if (!f || !f->sk)
		return -EBADF;
	if (is_congestion(r, c) && sk_set_congestion(f->sk, e->text) == OK)
		return 0;
	if (pd_arg_num(r, c, 1) == L_SOL_TCP && pd_arg_num(r, c, 2) == L_TCP_INQ) {
		f->inq = value(r, c, o) != 0;
		return 0;
	}
	if (o < 0 && pd_arg_num(r, c, 1) == L_SOL_SOCKET && pd_arg_num(r, c, 2) == L_SO_REUSEPORT)
		return 0;                         /* one socket a port: the same */
	if (o < 0 || (e && e->kind == PD_STR))
		return pd_lacks(r, "socket option %d of level %d", (int)pd_arg_num(r, c, 2),
				(int)pd_arg_num(r, c, 1));
	v = value(r, c, o);
	if (r->says->verdict != PD_PASSED)
		return 0;
	if ((o == SKO_SNDBUF || o == SKO_RCVBUF) && v > 0)
		v = v > INT32_MAX / 2 ? INT32_MAX : v * 2;        /* socket(7): doubled */
	if (o == SKO_NODELAY || o == SKO_CORK || o == SKO_KEEPALIVE || o == SKO_REUSEADDR)
		v = !!v;
	if (v < INT32_MIN || v > INT32_MAX)
		return -EINVAL;
	return sk_setopt(f->sk, (enum sk_opt)o, (int)v);
}

int64_t pd_getsockopt(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	int o = option_find(r, c), v = 0, err;
	const struct pd_expr *e = pd_arg(c, 3);
	int64_t want;

	if (!f || !f->sk)
		return -EBADF;
	if (is_congestion(r, c) && strcmp(sk_get_congestion(f->sk), e->text) == 0)
		return 0;
	if (o < 0)
		return pd_lacks(r, "socket option %d of level %d", (int)pd_arg_num(r, c, 2),
				(int)pd_arg_num(r, c, 1));
	err = sk_getopt(f->sk, (enum sk_opt)o, &v);
	if (o == SKO_ERROR)
		v = -v;
	if (err || (e && e->kind == PD_ANY_VALUE))
		return err;
	want = value(r, c, o);
	if (want != v)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in getsockopt call: "
		       "Bad getsockopt optval: expected: %" PRId64 " actual: %d", want, v);
	return 0;
}
