// SPDX-License-Identifier: GPL-3.0-or-later
/* setsockopt and getsockopt: the stack has Linux's numbers and layouts. */
#include <errno.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/err.h"

#define VALUE_MAX 256                     /* bytes; struct tcp_info is the longest */

struct option { int level, number; };

static struct option option(struct pd_run *r, const struct pd_call *c)
{
	return (struct option){ (int)pd_arg_num(r, c, 1), (int)pd_arg_num(r, c, 2) };
}

static bool is(struct option o, int level, int number)
{
	return o.level == level && o.number == number;
}

static bool lacked(const struct pd_run *r) { return r->says->verdict != PD_PASSED; }

/* What Linux has and we do not; if the script expects so, Linux has it not. */
static int64_t answer(struct pd_run *r, const struct pd_call *c, struct option o, int err)
{
	if (err == ERR_NOPROTOOPT && c->err != ERR_NOPROTOOPT)
		return pd_lacks(r, "socket option %d of level %d", o.number, o.level);
	return err;
}

/* One of two names. */
static const struct pd_expr *member(const struct pd_expr *e, const char *name, const char *other)
{
	return pd_field(e, name) ? pd_field(e, name) : pd_field(e, other);
}

/* {onoff=1, linger=0} and {tv_sec=1, tv_usec=0}, as the script has it. */
static size_t structure(struct pd_run *r, const struct pd_expr *e, uint8_t *out)
{
	const struct pd_expr *on = member(e, "onoff", "l_onoff");
	const struct pd_expr *linger = member(e, "linger", "l_linger");
	const struct pd_expr *sec = pd_field(e, "tv_sec"), *usec = pd_field(e, "tv_usec");
	int64_t tv[2];
	int32_t l[2];

	if (on && linger) {
		l[0] = (int32_t)on->num;
		l[1] = (int32_t)linger->num;
		memcpy(out, l, sizeof(l));
		return sizeof(l);
	}
	if (sec && usec) {
		tv[0] = sec->num;
		tv[1] = usec->num;
		memcpy(out, tv, sizeof(tv));
		return sizeof(tv);
	}
	pd_lacks(r, "this form of an option's value");
	return 0;
}

/* Its value in Linux's layout; the bytes of it.  says is set on other forms. */
static size_t value(struct pd_run *r, const struct pd_call *c, uint8_t out[VALUE_MAX])
{
	const struct pd_expr *e = pd_arg(c, 3);
	int64_t v;
	int32_t i;

	if (e && e->kind == PD_LIST && e->first)
		e = e->first;
	if (e && e->kind == PD_STRUCT)
		return structure(r, e, out);
	if (e && e->kind == PD_STR && e->num < VALUE_MAX) {
		memcpy(out, e->text, (size_t)e->num + 1);
		return (size_t)e->num + 1;
	}
	v = pd_arg_num(r, c, 3);
	if (v < INT32_MIN || v > UINT32_MAX)
		pd_lacks(r, "an option's value of more than 32 bits");
	i = (int32_t)v;
	memcpy(out, &i, sizeof(i));
	return sizeof(i);
}

int64_t pd_setsockopt(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	struct option o = option(r, c);
	const struct pd_expr *e = pd_arg(c, 3), *room = pd_arg(c, 4);
	uint8_t v[VALUE_MAX];
	size_t n;

	if (lacked(r))
		return 0;
	if (!f || !f->sk)
		return -EBADF;
	if (e && e->kind == PD_NUM && !e->num && !(room && room->kind == PD_NUM && !room->num))
		return -EFAULT;                   /* NULL */
	n = value(r, c, v);
	if (lacked(r))
		return 0;
	if (is(o, L_SOL_TCP, L_TCP_INQ)) {
		f->inq = v[0];
		return 0;
	}
	if (room && room->kind == PD_NUM && room->num >= 0 && (size_t)room->num < n)
		n = (size_t)room->num;
	return answer(r, c, o, sk_setsockopt(f->sk, o.level, o.number, v, n));
}

static int64_t number_of(const uint8_t *v, size_t n)
{
	int32_t i = n ? v[0] : 0;

	if (n >= sizeof(i))
		memcpy(&i, v, sizeof(i));
	return i;
}

static void compare(struct pd_run *r, const uint8_t *want, size_t n_want, const uint8_t *got,
		    size_t n)
{
	if (n_want == sizeof(int32_t) && number_of(want, n_want) == number_of(got, n))
		return;
	if (n_want != sizeof(int32_t) && n >= n_want && memcmp(want, got, n_want) == 0)
		return;
	pd_say(r->says, PD_FAILED, r->event->line, "runtime error in getsockopt call: "
	       "Bad getsockopt optval: expected: %" PRId64 " actual: %" PRId64,
	       number_of(want, n_want), number_of(got, n));
}

int64_t pd_getsockopt(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	struct option o = option(r, c);
	const struct pd_expr *e = pd_arg(c, 3);
	uint8_t want[VALUE_MAX], got[VALUE_MAX] = { 0 };
	size_t n_want = 0, n = sizeof(got);
	int err;

	if (lacked(r))
		return 0;
	if (!f || !f->sk)
		return -EBADF;
	if (e && e->kind != PD_ANY_VALUE)
		n_want = value(r, c, want);
	if (lacked(r))
		return 0;
	err = sk_getsockopt(f->sk, o.level, o.number, got, &n);
	if (!err && n_want)
		compare(r, want, n_want, got, n);
	return answer(r, c, o, err);
}
