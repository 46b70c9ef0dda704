// SPDX-License-Identifier: GPL-3.0-or-later
/* poll, and epoll with level and edge. */
#include <errno.h>
#include <stdlib.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define EDGE ((uint32_t)1 << 31)          /* EPOLLET */
#define ONESHOT ((uint32_t)1 << 30)       /* EPOLLONESHOT */

/* As poll(2) has it, from what the socket is ready for and its state. */
static uint32_t poll_bits(uint32_t ready)
{
	return (ready & SK_IN ? L_POLLIN : 0u) | (ready & SK_OUT ? L_POLLOUT : 0u) |
	       (ready & SK_HUP ? L_POLLHUP : 0u) | (ready & SK_ERR ? L_POLLERR : 0u);
}

static bool peer_closed(const struct sock *sk)
{
	static const uint16_t states = 1 << 6 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 11;
	struct sk_tcp_info i;

	return sk_tcp_info(sk, &i) == OK && (states >> i.state & 1) && i.bytes_acked >= 0;
}

static uint32_t sock_events(const struct sock *sk)
{
	return poll_bits(sk_ready(sk)) | (peer_closed(sk) ? L_POLLRDHUP : 0u);
}

/* True: nothing is ready and there is time left. */
static bool waits(struct pd_run *r, int64_t timeout_ms)
{
	r->call_until =
		timeout_ms < 0 || timeout_ms > INT32_MAX ? NS_NEVER : r->call_at + MSEC(timeout_ms);
	return r->now < r->call_until;
}

static int64_t num_of(const struct pd_expr *s, const char *name)
{
	const struct pd_expr *e = pd_field(s, name);

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
	const struct pd_fd *f = pd_fd(r, num_of(p, "fd"));
	uint32_t always = L_POLLERR | L_POLLHUP;

	return f && f->sk ? sock_events(f->sk) & ((uint32_t)num_of(p, "events") | always) : 0;
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
		if (pd_field(p, "revents") && num_of(p, "revents") != poll_one(r, p))
			wrong_events(r, "poll", num_of(p, "revents"), poll_one(r, p));
	return n;
}

/* --- epoll ------------------------------------------------------------------------------ */

static void on_ready(struct sk_watch *w, uint32_t events)
{
	container_of(w, struct pd_watched, watch)->edges |= poll_bits(events);
}

int64_t pd_epoll_create(struct pd_run *r, const struct pd_call *c)
{
	if (c->result < 0 || c->result >= PD_FDS || r->fd[c->result].used)
		return pd_lacks(r, "descriptor %d", (int)c->result);
	r->fd[c->result] = (struct pd_fd){ .used = true, .is_epoll = true };
	return c->result;
}

static void watched_free(struct pd_watched **at)
{
	struct pd_watched *w = *at;

	sk_unwatch(&w->watch);
	*at = w->next;
	free(w);
}

void pd_epoll_close(struct pd_fd *f)
{
	while (f->set)
		watched_free(&f->set);
}

void pd_epoll_forget(struct pd_run *r, int fd)
{
	for (int i = 0; i < PD_FDS; i++)
		for (struct pd_watched **at = &r->fd[i].set; *at;) {
			if ((*at)->fd == fd)
				watched_free(at);
			else
				at = &(*at)->next;
		}
}

static int64_t watched_add(struct pd_fd *ep, struct sock *sk, int fd)
{
	struct pd_watched *w = calloc(1, sizeof(*w)), **at = &ep->set;

	if (!w)
		return -ENOMEM;
	while (*at)
		at = &(*at)->next;
	*at = w;
	w->fd = fd;
	w->watch.ready = on_ready;
	sk_watch(sk, &w->watch);
	return 0;
}

int64_t pd_epoll_ctl(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *ep = pd_arg_fd(r, c, 0), *f = pd_arg_fd(r, c, 2);
	int64_t op = pd_arg_num(r, c, 1);
	int fd = (int)pd_arg_num(r, c, 2);
	struct pd_watched **at;

	if (!ep || !ep->is_epoll || !f || !f->sk)
		return -EBADF;
	for (at = &ep->set; *at && (*at)->fd != fd;)
		at = &(*at)->next;
	if ((op == 1) == (*at != NULL))
		return op == 1 ? -EEXIST : -ENOENT;
	if (op == 2) {
		watched_free(at);
		return 0;
	}
	if (op == 1 && watched_add(ep, f->sk, fd) != 0)
		return -ENOMEM;
	(*at)->events = (uint32_t)num_of(pd_arg(c, 3), "events");
	(*at)->data = num_of(pd_arg(c, 3), "fd");
	(*at)->edges = sock_events(f->sk);
	return 0;
}

/* Data that came is an edge even where more of it waits. */
static void see_arrivals(struct pd_run *r, struct pd_watched *w)
{
	struct sk_tcp_info i;

	if (sk_tcp_info(r->fd[w->fd].sk, &i) != OK)
		return;
	if (i.bytes_received > w->received)
		w->edges |= L_POLLIN;
	w->received = i.bytes_received;
}

/* What there is to tell of it now. */
static uint32_t to_tell(struct pd_run *r, const struct pd_watched *w)
{
	uint32_t ev = sock_events(r->fd[w->fd].sk) & (w->events | L_POLLERR | L_POLLHUP);

	if (!w->events)
		return 0;                         /* told once, and not asked again */
	if ((w->events & EDGE) && !(w->edges & ev))
		return 0;
	return ev;
}

int64_t pd_epoll_wait(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *ep = pd_arg_fd(r, c, 0);
	const struct pd_expr *want = pd_arg(c, 1);
	int64_t n = 0, max = pd_arg_num(r, c, 2);

	if (!ep || !ep->is_epoll)
		return -EBADF;
	if (want && want->kind == PD_LIST)
		want = want->first;
	for (struct pd_watched *w = ep->set; w && n < max; w = w->next) {
		uint32_t ev = (see_arrivals(r, w), to_tell(r, w));

		if (!ev)
			continue;
		n++;
		w->edges &= ~ev;
		if (w->events & ONESHOT)
			w->events = 0;
		if (want && want->kind == PD_STRUCT && num_of(want, "events") != ev)
			wrong_events(r, "epoll_wait", num_of(want, "events"), ev);
		want = want ? want->next : NULL;
	}
	return !n && waits(r, pd_arg_num(r, c, 3)) ? ERR_AGAIN : n;
}
