// SPDX-License-Identifier: MIT
/*
 * Sets of sockets that somebody waits for, as epoll(7) has them.
 *
 * A member is a watch of its socket.  News put it into the list of those that
 * may be ready; sk_set_wait() asks each of them what it is ready for, so that
 * its work is by who is ready and not by who is a member.  Nothing is
 * allocated but by sk_set_add().
 */
#include <stdlib.h>

#include "stack/sock/sock.h"

#define ALWAYS (SK_ERR | SK_HUP)          /* told of whether asked for or not */
#define ASKED (SK_IN | SK_OUT | SK_PRI | SK_RDHUP | ALWAYS)

struct sk_set {
	struct list members, ready;
	unsigned n_ready;
	void (*wake)(void *arg);
	void *arg;
};

struct member {
	struct sk_watch watch;
	struct list_node node, ready_node;
	struct sk_set *set;
	uint32_t events;                  /* ASKED, SK_EDGE, SK_ONCE; 0: told once, and asleep */
	uint64_t data;
};

struct sk_set *sk_set_new(void)
{
	struct sk_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	list_init(&set->members);
	list_init(&set->ready);
	return set;
}

static void ready_drop(struct member *m)
{
	if (!list_linked(&m->ready_node))
		return;
	list_remove(&m->ready_node);
	m->set->n_ready--;
}

static void ready_add(struct member *m)
{
	struct sk_set *set = m->set;

	if (list_linked(&m->ready_node))
		return;
	list_push_back(&set->ready, &m->ready_node);
	if (set->n_ready++ == 0 && set->wake)
		set->wake(set->arg);
}

static void member_free(struct member *m)
{
	ready_drop(m);
	list_remove(&m->node);
	sk_unwatch(&m->watch);
	free(m);
}

void sk_set_free(struct sk_set *set)
{
	struct member *m, *tmp;

	if (!set)
		return;
	list_for_each_safe(&set->members, m, tmp, node)
		member_free(m);
	free(set);
}

void sk_set_on_ready(struct sk_set *set, void (*wake)(void *arg), void *arg)
{
	set->wake = wake;
	set->arg = arg;
}

/* As in Linux an end of either side concerns whoever waits for anything, and data,
 * urgent or not, whoever waits for either. */
static void on_news(struct sk_watch *w, uint32_t events)
{
	struct member *m = container_of(w, struct member, watch);

	if (events & (SK_IN | SK_PRI))
		events |= SK_IN | SK_PRI;
	if (m->events && (events & (m->events | ALWAYS | SK_RDHUP)))
		ready_add(m);
}

static void on_gone(struct sk_watch *w)
{
	member_free(container_of(w, struct member, watch));
}

static struct member *find(const struct sk_set *set, const struct sock *sk)
{
	struct sk_watch *w;

	list_for_each(&sk->watches, w, node)
		if (w->ready == on_news && container_of(w, struct member, watch)->set == set)
			return container_of(w, struct member, watch);
	return NULL;
}

static uint32_t ready_for(const struct member *m)
{
	return m->events ? sk_ready(m->watch.sk) & (m->events | ALWAYS) & ASKED : 0;
}

static void ask(struct member *m, uint32_t events, uint64_t data)
{
	m->events = events | ALWAYS;
	m->data = data;
	if (ready_for(m))
		ready_add(m);
}

int sk_set_add(struct sk_set *set, struct sock *sk, uint32_t events, uint64_t data)
{
	struct member *m;

	if (find(set, sk))
		return ERR_EXIST;
	m = calloc(1, sizeof(*m));
	if (!m)
		return ERR_NOMEM;
	m->set = set;
	m->watch = (struct sk_watch){ .ready = on_news, .gone = on_gone, .each = true };
	list_push_back(&set->members, &m->node);
	sk_watch(sk, &m->watch);
	ask(m, events, data);
	return OK;
}

int sk_set_mod(struct sk_set *set, struct sock *sk, uint32_t events, uint64_t data)
{
	struct member *m = find(set, sk);

	if (!m)
		return ERR_NOENT;
	ask(m, events, data);
	return OK;
}

int sk_set_del(struct sk_set *set, struct sock *sk)
{
	struct member *m = find(set, sk);

	if (!m)
		return ERR_NOENT;
	member_free(m);
	return OK;
}

/* One that is told of by level goes to the end, so that all have their turn. */
int sk_set_wait(struct sk_set *set, struct sk_event *ev, int max)
{
	int n = 0;

	for (unsigned left = set->n_ready; left && n < max; left--) {
		struct member *m = list_first(&set->ready, struct member, ready_node);
		uint32_t now = ready_for(m);

		ready_drop(m);
		if (!now)
			continue;
		ev[n++] = (struct sk_event){ .events = now, .data = m->data };
		if (m->events & SK_ONCE) {
			m->events = 0;
		} else if (!(m->events & SK_EDGE)) {
			list_push_back(&set->ready, &m->ready_node);
			set->n_ready++;
		}
	}
	return n;
}
