// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/link.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/node.h"
#include "sim/taps.h"
#include "sim/topo/topo.h"
#include "stack/stack.h"

/* --- the queue of frames that have not started -------------------------------- */

void link_end_queue_now(struct link_end *e, ns_t now)
{
	struct txq *q = &e->q;

	while (q->n && q->ring[q->first].start_at <= now) {
		q->bytes -= q->ring[q->first].len;
		q->first = (q->first + 1) & (q->cap - 1);
		q->n--;
	}
}

static slow_path bool txq_grow(struct txq *q)
{
	uint32_t cap = q->cap ? q->cap * 2 : 16;
	__typeof__(q->ring) ring = calloc(cap, sizeof(*ring));

	if (!ring)
		return false;
	for (uint32_t i = 0; i < q->n; i++)
		ring[i] = q->ring[(q->first + i) & (q->cap - 1)];
	free(q->ring);
	q->ring = ring;
	q->cap = cap;
	q->first = 0;
	return true;
}

/* q has a place free: see queue_refuses(). */
static void txq_push(struct txq *q, ns_t start_at, uint32_t len)
{
	q->ring[(q->first + q->n) & (q->cap - 1)].start_at = start_at;
	q->ring[(q->first + q->n) & (q->cap - 1)].len = len;
	q->n++;
	q->bytes += len;
	if (q->bytes > q->max_bytes)
		q->max_bytes = q->bytes;
}

/* Why a frame cannot wait; DROP_NONE if it can: its place is there. */
static enum drop queue_refuses(struct link_end *e, uint32_t len)
{
	if ((e->queue_bytes && e->q.bytes + len > e->queue_bytes) ||
	    (e->queue_pkts && e->q.n >= e->queue_pkts))
		return DROP_LINK_QUEUE;
	return e->q.n < e->q.cap || txq_grow(&e->q) ? DROP_NONE : DROP_NO_MEMORY;
}

/* --- sending ----------------------------------------------------------------- */

void link_end_note_drop(struct link_end *e, const struct pkt *p, enum drop why)
{
	if (!e->drops)
		e->drops = calloc(DROP_N, sizeof(*e->drops));
	if (e->drops)
		e->drops[why]++;
	lab_on_drop(e->link->lab, e->node, &e->dev, p, why);
}

/* A frame dies on this end's direction; consumes it. */
static slow_path void link_end_drop(struct link_end *e, struct pkt *p, enum drop why)
{
	e->dev.stats.tx_dropped++;
	link_end_note_drop(e, p, why);
	pkt_free(p);
}

/* Bytes on the wire at most, with whatever overhead: at 1 bit/s they take
 * 2^33 s, just within ns_t. */
#define WIRE_LEN_MAX (1u << 30)

ns_t link_end_tx_time(const struct link_end *e, uint32_t len)
{
	if (!e->rate_bps)
		return 0;
	if (e->netem)
		len = netem_wire_len(&e->netem->spec, len);
	if (len > WIRE_LEN_MAX)
		len = WIRE_LEN_MAX;
	return (ns_t)(((uint64_t)len * 8000000000u + e->rate_bps - 1) / e->rate_bps);
}

/* e->tx_ns is the time of len bytes.  It is remembered: a division costs more than the
 * rest of sending, and frames in a row tend to be of one length. */
static inline bool tx_ns_fits(const struct link_end *e, uint32_t len)
{
	return e->tx_len == len || !e->rate_bps;  /* which takes no time for any */
}

static ns_t tx_time(struct link_end *e, uint32_t len)
{
	if (!tx_ns_fits(e, len)) {
		e->tx_ns = link_end_tx_time(e, len);
		e->tx_len = len;
	}
	return e->tx_ns;
}

/* --- frames in flight: a list, and who overtakes its tail ---------------------- */

/* When the first arrives; there is one. */
static inline ns_t flight_at(const struct link_end *e)
{
	ns_t at = e->head->at;

	return unlikely(e->over.n) && e->over.heap[0].at < at ? e->over.heap[0].at : at;
}

/* The first changed.  While some arrive, end_fire() sees to it. */
static inline void flight_wake(struct link_end *e)
{
	if (likely(!e->arriving))
		engine_set(e->engine, &e->ev, flight_at(e));
}

/* Jitter or reordering: p arrives before the tail. */
static slow_path void flight_overtake(struct link_end *e, struct pkt *p)
{
	struct pkt **at = &e->head;

	if (!overtake_push(&e->over, p)) {        /* without memory it takes longer */
		while ((*at)->at <= p->at)
			at = &(*at)->next;
		p->next = *at;
		*at = p;
	}
	flight_wake(e);
}

/* In order of (arrival, seq).  fifo: it overtakes nobody, though the delay may
 * be shorter now. */
static hot_inline void flight_insert(struct link_end *e, struct pkt *p, bool fifo)
{
	e->in_flight++;
	if (fifo && e->tail && p->at < e->tail->at)
		p->at = e->tail->at;
	if (unlikely(e->tail && p->at < e->tail->at)) {
		flight_overtake(e, p);
		return;
	}
	p->next = NULL;
	if (e->tail) {
		e->tail->next = p;
		e->tail = p;
	} else {
		e->head = e->tail = p;
		flight_wake(e);
	}
}

static bool overtaker_is_first(const struct link_end *e)
{
	const struct overtaker *o = &e->over.heap[0];

	return o->at != e->head->at ? o->at < e->head->at : o->seq < e->head->seq;
}

/* The first of them; there is one. */
static inline struct pkt *flight_take(struct link_end *e)
{
	struct pkt *p = e->head;

	e->in_flight--;
	if (unlikely(e->over.n) && overtaker_is_first(e))
		return overtake_pop(&e->over);
	e->head = p->next;
	if (!e->head)
		e->tail = NULL;
	return p;
}

struct pkt *link_end_take(struct link_end *e)
{
	return e->head ? flight_take(e) : NULL;
}

/* Gives p, whose seq is set and which takes tx_ns, its times and puts it on the wire. */
static hot_inline void start_at(struct link_end *e, struct pkt *p, ns_t start, ns_t now,
				ns_t tx_ns, ns_t delay, bool fifo)
{
	e->busy_at = ns_add(start, tx_ns);
	p->start_at = start;
	p->at = ns_add(e->busy_at, delay);
	if (p->at <= now)
		p->at = now + 1;
	flight_insert(e, p, fifo);
}

/* The same once the wire is free; the queue has room. */
static void schedule(struct link_end *e, struct pkt *p, ns_t now, ns_t delay, uint32_t len,
		     bool fifo)
{
	ns_t start = e->busy_at > now ? e->busy_at : now;

	if (start > now)
		txq_push(&e->q, start, len);
	start_at(e, p, start, now, tx_time(e, len), delay, fifo);
}

/* A new frame. */
static void accept_frame(struct link_end *e, struct pkt *p, ns_t now, ns_t delay, uint32_t len,
			 bool fifo)
{
	p->seq = e->seq++;
	schedule(e, p, now, delay, len, fifo);
}

/* Frames arrive in the order in which they were sent. */
static bool is_fifo(const struct link_end *e)
{
	return !e->netem || (!e->netem->spec.jitter && !e->netem->spec.reorder.p);
}

void link_end_reinsert(struct link_end *e, struct pkt *p)
{
	flight_insert(e, p, false);
}

void link_end_requeue(struct link_end *e, struct pkt *p, ns_t now, ns_t delay)
{
	schedule(e, p, now, delay, pkt_len(p), is_fifo(e));
}

/* Why the frame cannot be sent at all; DROP_NONE if it can. */
static enum drop refuse(const struct link_end *e, uint32_t len)
{
	if (unlikely(!netdev_running(&e->dev)))
		return !(e->dev.flags & DEV_UP) ? DROP_DEV_DOWN :
		       !e->link->up ? DROP_LINK_DOWN : DROP_NO_CARRIER;
	if (unlikely(len > e->dev.mtu + 18))      /* Ethernet header and one VLAN tag */
		return DROP_LINK_MTU;
	return DROP_NONE;
}

/* A copy of p with one bit flipped; p stays. */
static struct pkt *corrupted(const struct pkt *p, uint32_t bit)
{
	uint8_t frame[PKT_MAX];
	struct pkt *q;
	size_t n = pkt_copy_out(p, 0, frame, sizeof(frame));

	if (n)
		frame[bit / 8 % n] ^= (uint8_t)(1u << (bit & 7));
	q = pkt_from_bytes(p->pool, frame, n);
	if (q)
		q->hops = p->hops;                /* or a storm would never end */
	return q;
}

static void send_copy(struct link_end *e, struct pkt *p, const struct netem_copy *c, ns_t now)
{
	uint32_t len = pkt_len(p);
	const struct netem_spec *s = &e->netem->spec;
	enum drop why = DROP_NONE;

	link_end_queue_now(e, now);
	if (s->limit && e->in_flight >= s->limit)
		why = DROP_LINK_LIMIT;
	else if (e->busy_at > now)
		why = queue_refuses(e, len);
	if (why) {
		link_end_drop(e, p, why);
		return;
	}
	if (c->corrupt) {
		struct pkt *bad = corrupted(p, c->bit);

		if (!bad) {
			link_end_drop(e, p, DROP_NO_MEMORY);
			return;
		}
		pkt_free(p);
		p = bad;
	}
	accept_frame(e, p, now, c->at_once ? 0 : c->delay, len, !c->at_once && !s->jitter);
}

static void send_impaired(struct link_end *e, struct pkt *p, ns_t now)
{
	struct netem_copy copy[2];
	enum drop why = DROP_NONE;
	unsigned n = netem_judge(e->netem, copy, &why);
	struct pkt *twin;

	if (n == 0) {
		link_end_drop(e, p, why);
		return;
	}
	twin = n == 2 ? pkt_clone(p) : NULL;
	if (n == 2 && !twin)
		link_end_note_drop(e, p, DROP_NO_MEMORY);
	send_copy(e, p, &copy[0], now);
	if (twin)
		send_copy(e, twin, &copy[1], now);
}

/* The way of a frame that may meet impairments or a busy wire. */
static void send_waiting(struct link_end *e, struct pkt *p, ns_t now, uint32_t len)
{
	enum drop why;

	if (e->netem) {
		send_impaired(e, p, now);
		return;
	}
	link_end_queue_now(e, now);
	why = e->busy_at > now ? queue_refuses(e, len) : DROP_NONE;
	if (likely(!why))
		accept_frame(e, p, now, e->delay, len, true);
	else
		link_end_drop(e, p, why);
}

static slow_path int refused(struct link_end *e, struct pkt *p, enum drop why)
{
	e->dev.stats.tx_carrier += why != DROP_LINK_MTU;
	link_end_drop(e, p, why);
	taps_settle(e);
	return why == DROP_LINK_MTU ? ERR_MSGSIZE : ERR_NETDOWN;
}

static inline void count_sent(struct link_end *e, uint64_t packets, uint64_t bytes)
{
	e->dev.stats.tx_packets += packets;
	e->dev.stats.tx_bytes += bytes;
}

static outlined int xmit_any(struct link_end *e, struct pkt *p, ns_t now, uint32_t len)
{
	enum drop why = refuse(e, len);

	if (unlikely(e->taps))
		taps_out(e, p);
	if (unlikely(why))
		return refused(e, p, why);
	count_sent(e, 1, len);
	send_waiting(e, p, now, len);
	taps_settle(e);
	return OK;
}

/* Nothing is in the way of such a frame, and nobody looks on. */
static inline bool way_is_free(const struct link_end *e, ns_t now, uint32_t len)
{
	return !e->taps && !e->netem && e->busy_at <= now && !refuse(e, len);
}

int link_end_xmit(struct link_end *e, struct pkt *p)
{
	ns_t now = e->engine->now;
	uint32_t len = pkt_len(p);

	if (unlikely(!way_is_free(e, now, len) || !tx_ns_fits(e, len)))
		return xmit_any(e, p, now, len);
	count_sent(e, 1, len);
	p->seq = e->seq++;
	start_at(e, p, now, now, e->tx_ns, e->delay, true);
	return OK;
}

/* Many, with nothing in the way of any: they arrive together, as each would alone. */
static void xmit_free(struct link_end *e, struct pkt *first, ns_t now)
{
	ns_t at = ns_add(now, e->delay > 0 ? e->delay : 1);
	struct pkt *p = first, *last = NULL;
	uint64_t bytes = 0, seq = e->seq;

	if (e->tail && at < e->tail->at)          /* as flight_insert() */
		at = e->tail->at;
	for (; p; last = p, p = p->next) {
		bytes += pkt_len(p);
		p->start_at = now;
		p->at = at;
		p->seq = seq++;
	}
	count_sent(e, seq - e->seq, bytes);
	e->in_flight += (uint32_t)(seq - e->seq);
	e->seq = seq;
	e->busy_at = now;
	if (e->tail) {
		e->tail->next = first;
		e->tail = last;
	} else {
		e->head = first;
		e->tail = last;
		flight_wake(e);
	}
}

/* Frames of which none is longer than `longest`. */
static void link_end_xmit_list(struct link_end *e, struct pkt *first, uint32_t longest)
{
	ns_t now = e->engine->now;
	struct pkt *next;

	if (likely(!e->rate_bps && way_is_free(e, now, longest))) {
		xmit_free(e, first, now);
		return;
	}
	for (struct pkt *p = first; p; p = next) {
		next = p->next;
		(void)link_end_xmit(e, p);
	}
}

/* --- arriving ------------------------------------------------------------------ */

/* The one that arrives now. */
static void arrive(struct link_end *e, ns_t now)
{
	struct pkt *p = flight_take(e);

	if (e->head)
		prefetch(e->head);
	e->delivered_packets++;
	e->delivered_bytes += pkt_len(p);
	node_input(e->peer->node, e->peer, p, now);
}

/* Of those that arrive now the stack may take many at once: the next data of one
 * stream.  Not if anybody looks at each. */
static void arrive_train(struct link_end *e, ns_t now)
{
	struct netdev *dev = &e->peer->dev;
	uint64_t packets = dev->stats.rx_packets, bytes = dev->stats.rx_bytes;
	struct stack *st = e->peer->node->stack;
	struct pkt *next;

	if (!st || e->over.n || e->peer->taps)
		return;
	next = stack_input_train(st, now, dev, e->head);
	if (next == e->head)
		return;
	e->head = next;
	if (!next)
		e->tail = NULL;
	packets = dev->stats.rx_packets - packets;
	e->in_flight -= (uint32_t)packets;
	e->delivered_packets += packets;
	e->delivered_bytes += dev->stats.rx_bytes - bytes;
}

/* Does another arrive at this instant?  Timers of the host come before it. */
static bool arrives_too(const struct link_end *e, ns_t now)
{
	return e->head && flight_at(e) == now && e->peer->node->wake.at > now;
}

/* Frames of one instant in one event: nothing could come between them, in the
 * order of events, but what arrives_too() looks for. */
static outlined void arrive_all(struct link_end *e, ns_t now)
{
	struct stack *st = e->peer->node->stack;

	if (st)
		stack_burst_begin(st);
	do {
		arrive(e, now);
		if (arrives_too(e, now))
			arrive_train(e, now);
	} while (arrives_too(e, now));
	if (st && st == e->peer->node->stack)
		stack_burst_end(st);
}

static void end_fire(struct event *ev, ns_t now)
{
	struct link_end *e = container_of(ev, struct link_end, ev);

	e->arriving = true;
	if (unlikely(e->head->next && e->head->next->at == now))
		arrive_all(e, now);
	else
		arrive(e, now);
	e->arriving = false;
	if (e->head)
		flight_wake(e);
}

/* --- carrier ---------------------------------------------------------------------- */

static void flight_cut(struct link_end *e)
{
	struct pkt *p;

	while ((p = link_end_take(e)))
		link_end_drop(e, p, DROP_LINK_CUT);
	e->q.n = e->q.first = 0;
	e->q.bytes = 0;
	e->busy_at = 0;
	engine_set(e->engine, &e->ev, NS_NEVER);
}

static bool end_is_alive(const struct link_end *e)
{
	return e->node->up && (e->dev.flags & DEV_UP);
}

void link_update_carrier(struct link *l)
{
	bool a = l->up && end_is_alive(&l->end[1]) && l->end[0].node->up;
	bool b = l->up && end_is_alive(&l->end[0]) && l->end[1].node->up;

	if (!a || !b) {
		flight_cut(&l->end[0]);
		flight_cut(&l->end[1]);
	}
	node_set_carrier(l->end[0].node, &l->end[0], a);
	node_set_carrier(l->end[1].node, &l->end[1], b);
}

/* --- building ------------------------------------------------------------------------ */

static int dev_xmit(struct netdev *dev, struct pkt *p)
{
	return link_end_xmit(container_of(dev, struct link_end, dev), p);
}

static void dev_xmit_list(struct netdev *dev, struct pkt *first, uint32_t longest)
{
	link_end_xmit_list(container_of(dev, struct link_end, dev), first, longest);
}

static void dev_up(struct netdev *dev, bool up)
{
	struct link_end *e = container_of(dev, struct link_end, dev);

	(void)up;
	link_update_carrier(e->link);
}

static const struct netdev_ops link_dev_ops = { .xmit = dev_xmit, .xmit_list = dev_xmit_list,
						.up = dev_up };

static const struct topo_end *end_spec(const struct link_end *e)
{
	const struct link *l = e->link;

	return &lab_topo(l->lab)->links[l->index].end[e == &l->end[1]];
}

void link_end_init_dev(struct link_end *e)
{
	const struct topo_end *spec = end_spec(e);

	netdev_init(&e->dev, &link_dev_ops, spec->ifname, spec->mac,
		    DEV_UP | DEV_BROADCAST | DEV_MULTICAST);
	e->dev.mtu = lab_topo(e->link->lab)->links[e->link->index].mtu;
}

static struct netem *end_netem_new(const struct link_end *e, const struct netem_spec *spec)
{
	struct netem *m = calloc(1, sizeof(*m));
	char stream[TOPO_NAME_MAX + TOPO_IF_MAX + 8];

	if (!m)
		return NULL;
	snprintf(stream, sizeof(stream), "%s:%s tx", node_name(e->node), end_spec(e)->ifname);
	netem_init(m, lab_seed(e->link->lab), stream);
	m->frame_no = e->dev.stats.tx_packets;
	if (netem_set(m, spec) == OK)
		return m;
	free(m);
	return NULL;
}

/* Nothing but a delay: the link does that by itself. */
static bool is_delay_only(const struct netem_spec *s)
{
	return netem_is_plain(s) && !s->limit && !s->packet_overhead && !s->cell_size &&
	       !s->cell_overhead && !s->gap && !s->delay_corr && s->dist == DIST_UNIFORM;
}

/* Once there, the model stays: it counts the frames for its streams. */
int link_end_set_netem(struct link_end *e, const struct netem_spec *spec)
{
	int err = e->netem ? netem_set(e->netem, spec) : OK;

	if (!e->netem && !is_delay_only(spec)) {
		e->netem = end_netem_new(e, spec);
		err = e->netem ? OK : ERR_NOMEM;
	}
	if (err)
		return err;
	e->delay = spec->delay;
	e->tx_len = 0;
	e->tx_ns = 0;
	return OK;
}

static void end_build(struct link *l, int side, const struct topo_link *spec)
{
	struct link_end *e = &l->end[side];
	const struct topo_end *s = &spec->end[side];

	e->link = l;
	e->engine = &l->lab->engine;
	e->peer = &l->end[!side];
	e->node = lab_node(l->lab, s->node);
	e->rate_bps = s->rate_bps;
	e->queue_bytes = s->queue_bytes;
	e->queue_pkts = s->queue_pkts;
	engine_add_src(&l->lab->engine, &e->ev, node_id(lab_node(l->lab, spec->end[!side].node)),
		       end_fire);
	link_end_init_dev(e);
	if (link_end_set_netem(e, &s->netem) != OK)
		mem_die();
	node_add_end(e->node, e);
}

void link_build(struct link *l, struct lab *lab, uint32_t index, const struct topo_link *spec)
{
	l->lab = lab;
	l->index = index;
	l->up = !spec->down;
	end_build(l, 0, spec);
	end_build(l, 1, spec);
}

void link_free(struct link *l)
{
	for (int i = 0; i < 2; i++) {
		struct link_end *e = &l->end[i];
		struct pkt *p;

		while ((p = link_end_take(e)))
			pkt_free(p);
		overtake_fini(&e->over);
		if (e->netem)
			netem_fini(e->netem);
		free(e->netem);
		free(e->q.ring);
		free(e->drops);
		free(e->dev.drops);               /* of one that is with no stack */
	}
	if (!l->in_block)
		free(l);
}
