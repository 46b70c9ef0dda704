// SPDX-License-Identifier: MIT
/*
 * Reassembly: RFC 791 3.2, RFC 1122 3.3.2, RFC 815.
 *
 * Fragments wait as they came, in any order; a map with two bits for every
 * eight bytes of the datagram tells what is there.  As nothing that is kept
 * overlaps, the datagram is whole when its bytes add up.  So a fragment costs
 * the same however many wait and whatever their order.
 *
 * A copy of a fragment is dropped alone.  Any other overlap kills the whole
 * datagram, as in Linux: no honest sender makes one, and attackers use it to
 * show two hosts two different packets (RFC 5722 says so for IPv6, RFC 1858
 * for IPv4).
 *
 * Memory: each datagram is charged for the packets and blocks it keeps alive;
 * beyond OPT_FRAG_MEM the oldest go.
 */
#include <stdlib.h>

#include "stack/ip4/ip4.h"
#include "stack/util/hash.h"
#include "stack/wire/icmp4.h"

#define N_BUCKET 256                      /* a power of two */
#define PIECES_MAX 2048                   /* a link with MTU 68 makes 1365 of 65535 bytes */
#define PULLED 60                         /* payload bytes in the head: a TCP header with options */
#define WORD_UNITS 64
#define ECN_CE 3                          /* RFC 3168: congestion experienced */

/* A bit is a unit of 8 bytes. */
struct word {
	uint64_t there;
	uint64_t first;                   /* a fragment begins here */
};

/* A datagram that is not whole. */
struct dgram {
	struct list_node node;            /* in reass->all */
	struct dgram *next;               /* in its bucket */
	ip4_t src, dst;
	uint16_t id;
	uint8_t proto;
	bool ce;                          /* some fragment met congestion */
	uint32_t bytes;                   /* of payload that are there */
	uint32_t end;                     /* of the furthest fragment */
	uint32_t len;                     /* of the whole payload; 0: last fragment not seen */
	uint32_t charge;                  /* bytes of memory */
	uint32_t n_words;
	struct word *map;
	struct pkt_queue pieces;          /* with their IP headers in front */
	struct stack *st;
	struct timer timer;
};

struct reass {
	struct list all;                  /* oldest first */
	uint64_t mem;                     /* charged, bytes */
	struct dgram *buckets[N_BUCKET];
};

static struct dgram **bucket_of(struct stack *st, ip4_t src, ip4_t dst, uint8_t proto, uint16_t id)
{
	uint32_t h = hash_flow4(src, dst, proto, id, 0, st->flow_seed);

	return &st->reass->buckets[h & (N_BUCKET - 1)];
}

static void charge(struct dgram *d, uint32_t bytes)
{
	d->charge += bytes;
	d->st->reass->mem += bytes;
}

/* --- life ------------------------------------------------------------------------ */

static void dgram_free(struct dgram *d)
{
	struct stack *st = d->st;
	struct dgram **at = bucket_of(st, d->src, d->dst, d->proto, d->id);

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	list_remove(&d->node);
	timer_stop(&st->timers, &d->timer);
	st->reass->mem -= d->charge;
	pkt_queue_free(&d->pieces);
	free(d->map);
	free(d);
}

/* A device may have gone while its packets waited here. */
static void forget_lost_dev(const struct stack *st, struct pkt *p)
{
	const struct netdev *dev;

	list_for_each(&st->devs, dev, node)
		if (dev == p->dev)
			return;
	p->dev = NULL;
}

static void dgram_drop(struct dgram *d, enum drop why)
{
	struct pkt_queue pieces = d->pieces;
	struct stack *st = d->st;
	struct pkt *p;

	d->pieces = (struct pkt_queue){ 0 };
	dgram_free(d);
	st->stat[ST_IP_REASM_FAILS]++;
	while ((p = pkt_queue_pop(&pieces))) {
		struct ip4_hdr h;

		forget_lost_dev(st, p);
		if (why == DROP_FRAG_TIMEOUT && ip4_quote_parse(&h, pkt_data(p), p->len) &&
		    h.frag_off == 0)              /* RFC 1122 3.3.2 */
			icmp_error_about(st, p, ICMP4_TIME_EXCEEDED, ICMP4_TIME_REASSEMBLY);
		pkt_drop(st, p, why);
	}
}

static void dgram_expire(struct timer *t)
{
	dgram_drop(container_of(t, struct dgram, timer), DROP_FRAG_TIMEOUT);
}

static bool reass_init(struct stack *st)
{
	if (st->reass)
		return true;
	st->reass = calloc(1, sizeof(*st->reass));
	if (!st->reass)
		return false;
	list_init(&st->reass->all);
	return true;
}

void reass_fini(struct stack *st)
{
	struct dgram *d, *tmp;

	if (!st->reass)
		return;
	list_for_each_safe(&st->reass->all, d, tmp, node)
		dgram_drop(d, DROP_SHUTDOWN);
	free(st->reass);
	st->reass = NULL;
}

/* The datagram of a fragment, made if it is the first; NULL: no memory. */
static struct dgram *dgram_get(struct stack *st, const struct ip4_hdr *h)
{
	struct dgram **b, *d;

	if (!reass_init(st))
		return NULL;
	b = bucket_of(st, h->src, h->dst, h->proto, h->id);
	for (d = *b; d; d = d->next)
		if (d->src == h->src && d->dst == h->dst && d->id == h->id && d->proto == h->proto)
			return d;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->st = st;
	d->src = h->src, d->dst = h->dst, d->id = h->id, d->proto = h->proto;
	d->next = *b;
	*b = d;
	list_push_back(&st->reass->all, &d->node);
	charge(d, sizeof(*d));
	timer_init(&d->timer, dgram_expire);
	timer_set(&st->timers, &d->timer, ns_add(st->now, MSEC(stack_option(st, OPT_FRAG_TIME))));
	return d;
}

/* --- which bytes are there --------------------------------------------------------- */

/* The bits of word w in units [from, to). */
static uint64_t word_mask(uint32_t w, uint32_t from, uint32_t to)
{
	uint32_t base = w * WORD_UNITS;
	uint32_t lo = from > base ? from - base : 0;
	uint32_t hi = to - base < WORD_UNITS ? to - base : WORD_UNITS;

	return ~(uint64_t)0 << lo & ~(uint64_t)0 >> (WORD_UNITS - hi);
}

static bool map_grow(struct dgram *d, uint32_t units)
{
	uint32_t n = (units + WORD_UNITS) / WORD_UNITS;       /* one unit to spare: see is_copy() */
	struct word *map;

	if (n <= d->n_words)
		return true;
	if (n < 2 * d->n_words)
		n = 2 * d->n_words;
	map = realloc(d->map, n * sizeof(*map));
	if (!map)
		return false;
	memset(map + d->n_words, 0, (n - d->n_words) * sizeof(*map));
	charge(d, (uint32_t)((n - d->n_words) * sizeof(*map)));
	d->map = map;
	d->n_words = n;
	return true;
}

static bool bit(uint64_t word, uint32_t unit) { return word >> (unit % WORD_UNITS) & 1; }

static bool overlaps(const struct dgram *d, uint32_t from, uint32_t to)
{
	for (uint32_t w = from / WORD_UNITS; w * WORD_UNITS < to; w++)
		if (d->map[w].there & word_mask(w, from, to))
			return true;
	return false;
}

/* Exactly one fragment covers units [from, to), and ends where they end. */
static bool is_copy(const struct dgram *d, uint32_t from, uint32_t to)
{
	const struct word *after = &d->map[to / WORD_UNITS];

	for (uint32_t w = from / WORD_UNITS; w * WORD_UNITS < to; w++) {
		uint64_t mask = word_mask(w, from, to), first = 0;

		if (w == from / WORD_UNITS)
			first = (uint64_t)1 << from % WORD_UNITS;
		if ((d->map[w].there & mask) != mask || (d->map[w].first & mask) != first)
			return false;
	}
	return !bit(after->there, to) || bit(after->first, to);
}

static void mark(struct dgram *d, uint32_t from, uint32_t to)
{
	for (uint32_t w = from / WORD_UNITS; w * WORD_UNITS < to; w++)
		d->map[w].there |= word_mask(w, from, to);
	d->map[from / WORD_UNITS].first |= (uint64_t)1 << from % WORD_UNITS;
}

/* --- one more fragment --------------------------------------------------------------- */

/* What is wrong with a fragment whatever the others say. */
static bool piece_ok(const struct ip4_hdr *h)
{
	uint32_t n = h->total_len - (uint32_t)h->hlen;

	return n > 0 && (!h->mf || n % 8 == 0) &&
	       h->frag_off + (uint32_t)h->total_len <= IP4_LEN_MAX;
}

/* Where does the datagram end?  Only one answer is believed. */
static bool end_agrees(const struct dgram *d, const struct ip4_hdr *h, uint32_t end)
{
	if (d->len)
		return end <= d->len && (h->mf || end == d->len);
	return h->mf || end >= d->end;
}

/* DROP_NONE: p is kept.  Else p is the caller's still; see reass_input(). */
static enum drop piece_add(struct dgram *d, struct pkt *p, const struct ip4_hdr *h)
{
	uint32_t n = h->total_len - (uint32_t)h->hlen, end = h->frag_off + n;
	uint32_t from = h->frag_off / 8u, to = (end + 7) / 8;

	if (!end_agrees(d, h, end))
		return DROP_FRAG_MALFORMED;
	if (!map_grow(d, to))
		return DROP_NO_MEMORY;
	if (overlaps(d, from, to))
		return is_copy(d, from, to) ? DROP_FRAG_DUPLICATE : DROP_FRAG_OVERLAP;
	if (d->pieces.count == PIECES_MAX)
		return DROP_FRAG_LIMIT;
	mark(d, from, to);
	d->bytes += n;
	if (end > d->end)
		d->end = end;
	if (!h->mf)
		d->len = end;
	d->ce |= IP4_ECN(h->tos) == ECN_CE;
	charge(d, pkt_mem(p, d->pieces.tail));
	pkt_queue_push(&d->pieces, p);
	return DROP_NONE;
}

/* --- the whole ----------------------------------------------------------------------- */

/* A piece's payload goes to its place: the first PULLED bytes of the datagram
 * are in head, the others in body. */
static void place(const struct pkt *p, const struct ip4_hdr *h, uint8_t *head, uint8_t *body)
{
	uint32_t n = h->total_len - (uint32_t)h->hlen, k = 0;

	if (h->frag_off < PULLED) {
		k = n < PULLED - (uint32_t)h->frag_off ? n : PULLED - (uint32_t)h->frag_off;
		pkt_copy_out(p, h->hlen, head + h->frag_off, k);
	}
	if (n > k)
		pkt_copy_out(p, h->hlen + k, body + h->frag_off + k - PULLED, n - k);
}

/* The first fragment's header, for the whole; and, for captures of a packet
 * that dies later, the link header it came with. */
static void push_headers(struct pkt *q, const struct dgram *d, const struct pkt *p,
			 const struct ip4_hdr *first)
{
	const uint8_t *hdr = p->head + p->off;
	size_t link = p->l2 < p->off ? (size_t)(p->off - p->l2) : 0;
	struct ip4_hdr h = *first;
	uint8_t *b = pkt_push(q, h.hlen);
	struct wr w = wr_init(b, h.hlen);

	h.total_len = (uint16_t)(h.hlen + d->len);
	h.mf = false;
	if (d->ce)
		h.tos |= ECN_CE;                  /* RFC 3168 5.3 */
	memcpy(b + IP4_HLEN, hdr + IP4_HLEN, h.hlen - (size_t)IP4_HLEN);
	ip4_hdr_emit(&h, b + IP4_HLEN, &w);
	if (link > q->off)
		link = 0;
	q->l2 = (uint16_t)(q->off - link);
	memcpy(q->head + q->l2, p->head + p->off - link, link);
}

/* An empty packet with room for the payload, its first bytes in the head. */
static struct pkt *whole_new(struct stack *st, uint32_t len)
{
	struct pkt *q = pkt_new(st->pool);
	struct blk *b = NULL;

	if (!q)
		return NULL;
	pkt_push(q, len < PULLED ? len : PULLED);
	if (len <= PULLED)
		return q;
	b = blk_new(st->pool, len - PULLED);
	if (b && pkt_add_frag(q, b, 0, len - PULLED) == OK) {
		blk_put(st->pool, b);
		return q;
	}
	if (b)
		blk_put(st->pool, b);
	pkt_free(q);
	return NULL;
}

/* Consumes d.  NULL: no memory, or too long with the first one's options. */
static struct pkt *assemble(struct dgram *d)
{
	struct stack *st = d->st;
	struct pkt *q = whole_new(st, d->len);
	uint8_t *head, *body;

	if (!q) {
		dgram_drop(d, DROP_NO_MEMORY);
		return NULL;
	}
	head = pkt_data(q);
	body = q->nfrag ? q->frag[0].blk->data : NULL;
	for (const struct pkt *p = d->pieces.head; p; p = p->next) {
		struct ip4_hdr h;
		bool ok = ip4_quote_parse(&h, p->head + p->off, p->len);

		if (!ok || (h.frag_off == 0 && h.hlen + d->len > IP4_LEN_MAX)) {
			pkt_free(q);
			dgram_drop(d, DROP_FRAG_MALFORMED);
			return NULL;
		}
		place(p, &h, head, body);
		if (h.frag_off == 0)
			push_headers(q, d, p, &h);
	}
	q->dev = d->pieces.tail->dev;             /* of the last to come: sure to be there still */
	q->flags = (uint8_t)(d->pieces.tail->flags & ~PKT_IN_PLACE);
	dgram_free(d);
	st->stat[ST_IP_REASM_OKS]++;
	return q;
}

/* The oldest make room. */
static void enforce_limit(struct stack *st)
{
	struct reass *r = st->reass;

	while (r->mem > (uint64_t)stack_option(st, OPT_FRAG_MEM) && !list_empty(&r->all))
		dgram_drop(list_first(&r->all, struct dgram, node), DROP_FRAG_LIMIT);
}

struct pkt *reass_input(struct stack *st, struct pkt *p, const struct ip4_hdr *h)
{
	enum drop bad = piece_ok(h) ? DROP_NONE : DROP_FRAG_MALFORMED;
	struct dgram *d;

	st->stat[ST_IP_REASM_REQDS]++;
	d = bad ? NULL : dgram_get(st, h);
	if (!d) {
		st->stat[ST_IP_REASM_FAILS]++;
		pkt_drop(st, p, bad ? bad : DROP_NO_MEMORY);
		return NULL;
	}
	bad = piece_add(d, p, h);
	if (bad == DROP_FRAG_DUPLICATE) {
		pkt_drop(st, p, bad);
	} else if (bad) {
		pkt_queue_push(&d->pieces, p);    /* dies with the others */
		dgram_drop(d, bad);
	} else if (d->bytes == d->len) {
		return assemble(d);
	} else {
		enforce_limit(st);
	}
	return NULL;
}
