// SPDX-License-Identifier: GPL-3.0-or-later
/* poll and epoll. */
#include <errno.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define EPOLL_MAX 64                      /* sockets told of by one epoll_wait() */

static const struct { uint32_t sk, bit; } bits[] = {
	{ SK_IN, L_POLLIN }, { SK_PRI, L_POLLPRI }, { SK_OUT, L_POLLOUT }, { SK_ERR, L_POLLERR },
	{ SK_HUP, L_POLLHUP }, { SK_RDHUP, L_POLLRDHUP }, { SK_EDGE, L_EPOLLET },
	{ SK_ONCE, L_EPOLLONESHOT },
};

/* As epoll(7) has them. */
static uint32_t to_epoll(uint32_t events)
{
	uint32_t v = 0;

	for (size_t i = 0; i < N_ELEM(bits); i++)
		v |= events & bits[i].sk ? bits[i].bit : 0;
	return v;
}

/* As poll(2) has them: all data is normal data. */
static uint32_t to_poll(uint32_t events)
{
	return to_epoll(events) | (events & SK_IN ? L_POLLRDNORM : 0) |
	       (events & SK_OUT ? L_POLLWRNORM : 0);
}

static uint32_t from_poll(int64_t events)
{
	uint32_t v = 0;

	for (size_t i = 0; i < N_ELEM(bits); i++)
		v |= events & bits[i].bit ? bits[i].sk : 0;
	return v;
}

/* True: nothing is ready and there is time left. */
static bool waits(struct pd_run *r, int64_t timeout_ms)
{
	r->call_until =
		timeout_ms < 0 || timeout_ms > INT32_MAX ? NS_NEVER : r->call_at + MSEC(timeout_ms);
	return r->now < r->call_until;
}

static int64_t num_of(struct pd_run *r, const struct pd_expr *s, const char *name)
{
	const struct pd_expr *e = pd_field(s, name);

	if (e && e->kind == PD_UNKNOWN)
		return pd_lacks(r, "%s", e->text);
	return e ? e->num : 0;
}

static void wrong_events(struct pd_run *r, const char *call, int64_t want, uint32_t got)
{
	pd_say(r->says, PD_FAILED, r->event->line, "runtime error in %s call: "
	       "expected events 0x%" PRIx64 " but got 0x%x", call, want, got);
}

/* --- poll ---------------------------------------------------------------------------- */

static uint32_t poll_one(struct pd_run *r, const struct pd_expr *p)
{
	const struct pd_fd *f = pd_fd(r, num_of(r, p, "fd"));
	uint32_t always = L_POLLERR | L_POLLHUP;

	if (!f || !f->sk)
		return 0;
	return to_poll(sk_ready(f->sk)) & ((uint32_t)num_of(r, p, "events") | always);
}

int64_t pd_poll(struct pd_run *r, const struct pd_call *c)
{
	const struct pd_expr *list = pd_arg(c, 0), *p;
	int64_t n = 0;

	if (!list || list->kind != PD_LIST)
		return pd_lacks(r, "this form of poll");
	for (p = list->first; p; p = p->next)
		n += poll_one(r, p) != 0;
	if (!n && waits(r, pd_arg_num(r, c, 2)))
		return ERR_AGAIN;
	for (p = list->first; p; p = p->next)
		if (pd_field(p, "revents") && num_of(r, p, "revents") != poll_one(r, p))
			wrong_events(r, "poll", num_of(r, p, "revents"), poll_one(r, p));
	return n;
}

/* --- epoll ------------------------------------------------------------------------------ */

/* What the user of epoll has of an event: by any of the names of its union. */
static const struct pd_expr *event_data(const struct pd_expr *e)
{
	static const char *const names[] = { "fd", "u32", "u64", "ptr" };
	const struct pd_expr *v = NULL;

	for (size_t i = 0; i < N_ELEM(names) && !v; i++)
		v = pd_field(e, names[i]);
	return v;
}

static void check_event(struct pd_run *r, const struct pd_expr *want, const struct sk_event *got)
{
	const struct pd_expr *data = event_data(want);

	if (want->kind != PD_STRUCT)
		return;
	if (num_of(r, want, "events") != to_epoll(got->events))
		wrong_events(r, "epoll_wait", num_of(r, want, "events"), to_epoll(got->events));
	else if (data && data->kind == PD_NUM && (uint64_t)data->num != got->data)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in epoll_wait call: "
		       "expected %s %" PRId64 " but got %" PRIu64, data->field, data->num,
		       got->data);
}

int64_t pd_epoll_create(struct pd_run *r, const struct pd_call *c)
{
	struct sk_set *set;

	if (c->result < 0 || c->result >= PD_FDS || r->fd[c->result].used)
		return pd_lacks(r, "descriptor %d", (int)c->result);
	set = sk_set_new();
	if (!set)
		return -ENOMEM;
	r->fd[c->result] = (struct pd_fd){ .used = true, .set = set };
	return c->result;
}

int64_t pd_epoll_ctl(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *ep = pd_arg_fd(r, c, 0), *f = pd_arg_fd(r, c, 2);
	uint32_t events = from_poll(num_of(r, pd_arg(c, 3), "events"));
	const struct pd_expr *given = event_data(pd_arg(c, 3));
	uint64_t data = given ? (uint64_t)given->num : 0;

	if (!ep || !f)
		return -EBADF;
	if (!ep->set || !f->sk)
		return -EINVAL;
	switch (pd_arg_num(r, c, 1)) {
	case L_EPOLL_CTL_ADD: return sk_set_add(ep->set, f->sk, events, data);
	case L_EPOLL_CTL_MOD: return sk_set_mod(ep->set, f->sk, events, data);
	case L_EPOLL_CTL_DEL: return sk_set_del(ep->set, f->sk);
	default:              return -EINVAL;
	}
}

int64_t pd_epoll_wait(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *ep = pd_arg_fd(r, c, 0);
	const struct pd_expr *want = pd_arg(c, 1);
	int64_t max = pd_arg_num(r, c, 2);
	struct sk_event ev[EPOLL_MAX];
	int n;

	if (!ep)
		return -EBADF;
	if (!ep->set || max <= 0)
		return -EINVAL;
	if (want && want->kind == PD_LIST)
		want = want->first;
	n = sk_set_wait(ep->set, ev, max < EPOLL_MAX ? (int)max : EPOLL_MAX);
	for (int i = 0; i < n && want; i++, want = want->next)
		check_event(r, want, &ev[i]);
	return !n && waits(r, pd_arg_num(r, c, 3)) ? ERR_AGAIN : n;
}
