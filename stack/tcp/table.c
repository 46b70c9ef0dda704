// SPDX-License-Identifier: MIT
/*
 * A host's connections by their four values, and its bound sockets by port.
 * Initial sequence numbers (RFC 6528) and ephemeral ports (RFC 6056) are made
 * here, from a secret of the host.
 */
#include <assert.h>
#include <stdlib.h>

#include "stack/tcp/fastopen.h"
#include "stack/util/hash.h"

#define SIZE_MIN 64                       /* buckets; a power of two */
#define PORTS_TRIED 64                    /* before one in TIME-WAIT is good enough */

struct tcp_table *tcp_table(struct stack *st)
{
	struct tcp_table *t = st->tcp;

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	for (size_t i = 0; i < N_ELEM(t->ports); i++)
		list_init(&t->ports[i]);
	list_init(&t->time_wait);
	timer_init(&t->time_wait_timer, tcp_time_wait_fire);
	rng_init(&t->secret, rng_u64(&st->rng), "tcp");
	t->challenge_at = -SEC(1);
	return st->tcp = t;
}

void tcp_table_fini(struct stack *st)
{
	struct tcp_table *t = st->tcp;

	if (!t)
		return;
	for (uint32_t i = 0; i < t->size; i++)
		while (t->conns[i])
			tcp_free(t->conns[i]);
	timer_stop(&st->timers, &t->time_wait_timer);
	tcp_segpool_fini(t);
	tcp_fo_host_fini(t);
	free(t->conns);
	free(t);
	st->tcp = NULL;
}

/* --- connections --------------------------------------------------------------- */

static struct tcp_conn **bucket(const struct tcp_table *t, ip4_t local, uint16_t lport, ip4_t peer,
				uint16_t pport)
{
	return &t->conns[hash_flow4(peer, local, 0, pport, lport, 0) & (t->size - 1)];
}

static struct tcp_conn **bucket_of(const struct tcp_table *t, const struct tcp_conn *tc)
{
	return bucket(t, tc->sk.local, tc->sk.lport, tc->sk.peer, tc->sk.pport);
}

static void bucket_push(struct tcp_table *t, struct tcp_conn *tc)
{
	struct tcp_conn **at = bucket_of(t, tc);

	tc->hash_next = *at;
	*at = tc;
}

static bool table_grow(struct tcp_table *t)
{
	struct tcp_table bigger = { .size = t->size ? t->size * 2 : SIZE_MIN };
	struct tcp_conn *tc;

	bigger.conns = calloc(bigger.size, sizeof(struct tcp_conn *));
	if (!bigger.conns)
		return t->size > 0;               /* fuller buckets do, too */
	for (uint32_t i = 0; i < t->size; i++) {
		while ((tc = t->conns[i])) {
			t->conns[i] = tc->hash_next;
			bucket_push(&bigger, tc);
		}
	}
	free(t->conns);
	t->conns = bigger.conns;
	t->size = bigger.size;
	return true;
}

bool tcp_hash(struct tcp_conn *tc)
{
	struct tcp_table *t = tcp_table(tcp_stack(tc));

	if (t->n >= t->size && !table_grow(t))
		return false;
	bucket_push(t, tc);
	tc->hashed = true;
	t->n++;
	return true;
}

void tcp_unhash(struct tcp_conn *tc)
{
	struct tcp_table *t = tcp_stack(tc)->tcp;
	struct tcp_conn **at;

	if (!tc->hashed)
		return;
	for (at = bucket_of(t, tc); *at != tc; at = &(*at)->hash_next)
		assert(*at);
	*at = tc->hash_next;
	tc->hashed = false;
	t->n--;
	if (t->last == tc)
		t->last = NULL;
	if (t->burst == tc)
		t->burst = NULL;
}

struct tcp_conn *tcp_find(struct stack *st, ip4_t local, uint16_t lport, ip4_t peer,
			  uint16_t pport)
{
	struct tcp_table *t = st->tcp;
	struct tcp_conn *tc;

	if (!t || !t->size)
		return NULL;
	for (tc = *bucket(t, local, lport, peer, pport); tc; tc = tc->hash_next)
		if (tcp_is_of(tc, local, lport, peer, pport))
			return t->last = tc;
	return NULL;
}

/* --- ports --------------------------------------------------------------------- */

static struct list *port_list(struct tcp_table *t, uint16_t port)
{
	return &t->ports[port & (N_ELEM(t->ports) - 1)];
}

/* How well one that listens fits; -1: not at all. */
static int listener_score(const struct sock *sk, ip4_t local, uint16_t lport, unsigned ifindex)
{
	if (sk->lport != lport || tcp_conn(sk)->state != TCP_LISTEN ||
	    (sk->local && sk->local != local) || (sk->ifindex && sk->ifindex != ifindex))
		return -1;
	return (sk->local ? 2 : 0) + (sk->ifindex ? 1 : 0);
}

/* SO_REUSEPORT: of n that fit alike one for each peer. */
static struct sock *listener_choose(struct stack *st, const struct tcp_rx *rx, unsigned ifindex,
				    int score, uint32_t n)
{
	const struct ip_meta *m = rx->m;
	uint32_t h = hash_flow4(m->src, m->dst, 0, rx->h.sport, rx->h.dport, 0), nth = h % n;
	struct sock *sk;

	list_for_each(port_list(st->tcp, rx->h.dport), sk, port_node)
		if (listener_score(sk, m->dst, rx->h.dport, ifindex) == score &&
		    sock_opt(sk, SKO_REUSEPORT) && nth-- == 0)
			return sk;
	return NULL;
}

struct tcp_conn *tcp_find_listener(struct stack *st, const struct tcp_rx *rx)
{
	unsigned ifindex = rx->m->dev ? rx->m->dev->ifindex : 0;
	struct sock *sk, *best = NULL;
	int best_score = -1;
	uint32_t alike = 0;

	if (!st->tcp)
		return NULL;
	list_for_each(port_list(st->tcp, rx->h.dport), sk, port_node) {
		int score = listener_score(sk, rx->m->dst, rx->h.dport, ifindex);

		if (score > best_score)
			best = sk, best_score = score, alike = 0;
		alike += score >= 0 && score == best_score && sock_opt(sk, SKO_REUSEPORT);
	}
	if (alike > 1)
		best = listener_choose(st, rx, ifindex, best_score, alike);
	return best ? tcp_conn(best) : NULL;
}

/* May a have the port that b has?  Linux: if both say SO_REUSEADDR and b does not
 * listen, or both say SO_REUSEPORT.  (RFC 9293 MUST-42: by address.) */
static bool may_share(const struct sock *a, const struct sock *b)
{
	if (a->opt[SKO_REUSEADDR] && b->opt[SKO_REUSEADDR] && tcp_conn(b)->state != TCP_LISTEN)
		return true;
	return sock_opt(a, SKO_REUSEPORT) && sock_opt(b, SKO_REUSEPORT);
}

/* What is connected has one address, whatever it was bound to, also in TIME-WAIT. */
static bool conflicts(const struct sock *sk, const struct sock *o, ip4_t a, uint16_t port, bool any)
{
	enum tcp_state s = tcp_conn(o)->state;
	ip4_t theirs = s == TCP_LISTEN || (s == TCP_CLOSED && o->bound) ? o->bind_addr : o->local;

	return o != sk && o->lport == port && (!a || !theirs || a == theirs) &&
	       (!o->ifindex || !sk->ifindex || o->ifindex == sk->ifindex) &&
	       (any || !may_share(sk, o));
}

/* By a connection, which may be in TIME-WAIT and nobody's.  Takes time by how
 * many there are. */
static bool port_connected(const struct tcp_table *t, const struct tcp_conn *tc, ip4_t a,
			   uint16_t port)
{
	const struct tcp_conn *o;

	for (uint32_t i = 0; i < t->size; i++)
		for (o = t->conns[i]; o; o = o->hash_next)
			if (conflicts(&tc->sk, &o->sk, a, port, false))
				return true;
	return false;
}

/* any: whether they would share it or not. */
static bool port_taken(struct tcp_table *t, const struct tcp_conn *tc, ip4_t a, uint16_t port,
		       bool any)
{
	const struct sock *o;

	list_for_each(port_list(t, port), o, port_node)
		if (conflicts(&tc->sk, o, a, port, any))
			return true;
	return false;
}

static void port_take(struct tcp_table *t, struct tcp_conn *tc, uint16_t port)
{
	tc->sk.lport = port;
	list_push_front(port_list(t, port), &tc->sk.port_node);
}

void tcp_port_release(struct tcp_conn *tc)
{
	if (list_linked(&tc->sk.port_node))
		list_remove(&tc->sk.port_node);
}

/* A port of the ephemeral range that nobody has at this address, or 0. */
static uint16_t port_pick(struct tcp_table *t, const struct tcp_conn *tc, uint32_t start, ip4_t a)
{
	const struct stack *st = tcp_stack(tc);
	uint32_t lo = (uint32_t)st->opt[OPT_PORT_MIN], hi = (uint32_t)st->opt[OPT_PORT_MAX];
	uint32_t n = hi - lo + 1;

	for (uint32_t i = 0; hi >= lo && i < n; i++) {
		uint16_t port = (uint16_t)(lo + (start + i) % n);

		if (!port_taken(t, tc, a, port, true))
			return port;
	}
	return 0;
}

/* Is the port nobody's own? */
static bool port_is_common(struct tcp_conn *tc, uint16_t port)
{
	struct sock *o;

	list_for_each(port_list(tcp_stack(tc)->tcp, port), o, port_node)
		if (o->lport == port && (o->bound || tcp_conn(o)->state == TCP_LISTEN))
			return false;
	return true;
}

/* One in TIME-WAIT of which newer timestamps tell the new connection's
 * segments from the old (RFC 6191; Linux: tcp_tw_reuse, after a second). */
static bool may_reuse(const struct tcp_conn *old)
{
	return old->state == TCP_TIME_WAIT && old->orphan && old->ts_ok &&
	       tcp_now(old) - old->ts_recent_at > SEC(1);
}

/* A port may serve several connections, to different peers.  One that still
 * remembers a connection there is the second choice, but the search for a
 * better one ends.  0: none.  *was: it, or NULL. */
static uint16_t port_to_there(struct tcp_conn *tc, uint32_t start, ip4_t dst, uint16_t dport,
			      struct tcp_conn **was)
{
	struct stack *st = tcp_stack(tc);
	uint32_t lo = (uint32_t)st->opt[OPT_PORT_MIN], hi = (uint32_t)st->opt[OPT_PORT_MAX];
	uint32_t n = hi < lo ? 0 : hi - lo + 1;
	uint16_t second = 0;

	*was = NULL;
	for (uint32_t i = 0; i < n && (!second || i < PORTS_TRIED); i++) {
		uint16_t port = (uint16_t)(lo + (start + i) % n);
		struct tcp_conn *old = tcp_find(st, tc->sk.local, port, dst, dport);

		if ((old && (second || !may_reuse(old))) || !port_is_common(tc, port))
			continue;
		if (!old) {
			*was = NULL;
			return port;
		}
		second = port;
		*was = old;
	}
	return second;
}

int tcp_port_bind(struct tcp_conn *tc, ip4_t a, uint16_t port)
{
	struct tcp_table *t = tcp_table(tcp_stack(tc));

	if (port == 0)
		port = port_pick(t, tc, rng_u32(&t->secret), a);
	else if (port_taken(t, tc, a, port, false) || port_connected(t, tc, a, port))
		port = 0;
	if (!port)
		return ERR_INUSE;
	tc->sk.local = tc->sk.bind_addr = a;
	port_take(t, tc, port);
	return OK;
}

int tcp_port_listen(const struct tcp_conn *tc)
{
	struct tcp_table *t = tcp_stack(tc)->tcp;

	return port_taken(t, tc, tc->sk.bind_addr, tc->sk.lport, false) ||
	       port_connected(t, tc, tc->sk.bind_addr, tc->sk.lport) ? ERR_INUSE : OK;
}

struct tcp_conn *tcp_port_one_of(struct tcp_conn *l, bool (*fits)(const struct tcp_conn *tc))
{
	struct sock *o;

	if (fits(l))
		return l;
	list_for_each(port_list(tcp_stack(l)->tcp, l->sk.lport), o, port_node)
		if (o->lport == l->sk.lport && o->bind_addr == l->sk.bind_addr &&
		    o->ifindex == l->sk.ifindex && tcp_conn(o)->state == TCP_LISTEN &&
		    fits(tcp_conn(o)))
			return tcp_conn(o);
	return NULL;
}

int tcp_port_reuse(struct tcp_conn *tc, ip4_t dst, uint16_t dport, struct tcp_reuse *old)
{
	struct tcp_conn *was = tcp_find(tcp_stack(tc), tc->sk.local, tc->sk.lport, dst, dport);

	if (!was)
		return OK;
	if (!may_reuse(was))
		return ERR_NOTAVAIL;
	tcp_time_wait_end(was, old);
	return OK;
}

static void tuple_hash(const struct tcp_conn *tc, ip4_t dst, uint16_t dport, uint16_t lport,
		       uint32_t out[4])
{
	rng_block(&tcp_stack(tc)->tcp->secret,
		  hash_pair((uint64_t)tc->sk.local << 32 | dst, (uint64_t)lport << 16 | dport),
		  out);
}

/* Who connects again asks again. */
static const struct tcp_port_hash *port_hash(const struct tcp_conn *tc, ip4_t dst, uint16_t dport)
{
	struct tcp_port_hash *p = &tcp_stack(tc)->tcp->port_hash;
	uint32_t h[4];

	if (p->known && p->local == tc->sk.local && p->dst == dst && p->dport == dport)
		return p;
	tuple_hash(tc, dst, dport, 0, h);
	*p = (struct tcp_port_hash){ tc->sk.local, dst, dport, true, h[2], h[3] };
	return p;
}

int tcp_port_for(struct tcp_conn *tc, ip4_t dst, uint16_t dport, struct tcp_reuse *old)
{
	struct tcp_table *t = tcp_table(tcp_stack(tc));
	const struct tcp_port_hash *h = port_hash(tc, dst, dport);
	struct tcp_conn *was;
	uint16_t port, *steps;
	uint32_t start;

	/* RFC 6056 3.3.4: the double hash; 3.3.5: its counter takes random steps. */
	steps = &t->port_steps[h->g % N_ELEM(t->port_steps)];
	start = h->f + (*steps += (uint16_t)(1 + rng_below(&t->secret, 8)));
	port = port_to_there(tc, start, dst, dport, &was);
	if (!port)
		return ERR_NOTAVAIL;
	if (was)
		tcp_time_wait_end(was, old);
	port_take(t, tc, port);
	return OK;
}

/* --- numbers that a stranger cannot guess ---------------------------------------- */

/* RFC 6528: a clock of 64 ns, as Linux's, and a keyed function of the pair.  RFC
 * 7323 5.4: timestamps increase for each pair, and are unlike another's. */
struct tcp_first tcp_first(const struct tcp_conn *tc)
{
	uint32_t h[4];

	tuple_hash(tc, tc->sk.peer, tc->sk.pport, tc->sk.lport, h);
	return (struct tcp_first){ seq(h[0] + (uint32_t)((uint64_t)tcp_now(tc) >> 6)), h[1] };
}
