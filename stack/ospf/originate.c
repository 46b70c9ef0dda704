// SPDX-License-Identifier: MIT
/*
 * What this router says (RFC 2328 12.4): sequence numbers (12.1.6), the rate
 * (MinLSInterval), refreshes, flushes (14.1), and what of its own comes back
 * to it (13.4).
 *
 * An own LSA has a record from the first time that it is asked for until it is
 * out of the database.  What may not be said yet waits in the record as a
 * finished image that lacks its sequence number.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf/ospf.h"
#include "stack/util/hash.h"

#define FIRST_BUCKETS 16
/* The first router-LSA of a life waits so long, and longer while adjacencies are
 * coming up: else it would be out of date at once, and MinLSInterval after it. */
#define FIRST_DELAY MSEC(100)
#define FIRST_DELAY_MAX SEC(1)
#define RETRY_DELAY SEC(1)                /* when there was no memory */
/* Bytes of a body: an update with this LSA alone is one IP packet. */
#define LEN_MAX \
	(IP4_LEN_MAX - IP4_HLEN - OSPF_HLEN - OSPF_LSU_LEN - OSPF_DIGEST_MAX - OSPF_LSA_HLEN)

struct ospf_own {
	struct ospf_own *next;            /* in its hash bucket */
	struct list_node held;            /* linked: pending is to be said at due_at */
	ospf_knum key;
	uint32_t n_taken;                 /* how often another said it */
	struct ospf_lsa *said;            /* what we stand by; NULL: nothing, or no more */
	uint8_t *pending;                 /* image, owned; or NULL */
	size_t pending_len;
	ns_t said_at, taken_at;           /* 0: never */
	ns_t due_at;                      /* NS_NEVER: when it is out of the database */
};

struct ospf_origin {
	struct ospf_own **buckets;
	uint32_t n_buckets, n;
	struct list held;
	struct lsa_set orphans;           /* of a former life, and not said again yet */
};

static void timer_arm(struct ospf *o, ns_t at);

/* --- records ---------------------------------------------------------------------------- */

static struct ospf_own **bucket_of(const struct ospf_origin *og, ospf_knum k)
{
	return &og->buckets[hash_u32(k) & (og->n_buckets - 1)];
}

static struct ospf_own *own_find(const struct ospf *o, ospf_knum k)
{
	struct ospf_own *w;

	if (!o->origin || !o->origin->n)
		return NULL;
	for (w = *bucket_of(o->origin, k); w && w->key != k; w = w->next)
		;
	return w;
}

static int buckets_grow(struct ospf_origin *og)
{
	uint32_t old_n = og->n_buckets;
	struct ospf_own **old = og->buckets, *w, *next;
	struct ospf_own **buckets = calloc(old_n ? 2 * (size_t)old_n : FIRST_BUCKETS,
					   sizeof(*buckets));

	if (!buckets)
		return ERR_NOMEM;
	og->buckets = buckets;
	og->n_buckets = old_n ? 2 * old_n : FIRST_BUCKETS;
	for (uint32_t i = 0; i < old_n; i++) {
		for (w = old[i]; w; w = next) {
			next = w->next;
			w->next = *bucket_of(og, w->key);
			*bucket_of(og, w->key) = w;
		}
	}
	free(old);
	return OK;
}

static struct ospf_origin *origin_get(struct ospf *o)
{
	if (!o->origin) {
		o->origin = calloc(1, sizeof(*o->origin));
		if (o->origin)
			list_init(&o->origin->held);
	}
	return o->origin;
}

static struct ospf_own *own_get(struct ospf *o, ospf_knum k)
{
	struct ospf_own *w = own_find(o, k);
	struct ospf_origin *og = origin_get(o);

	if (w || !og || (og->n == og->n_buckets && buckets_grow(og)))
		return w;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->key = k;
	w->next = *bucket_of(og, k);
	*bucket_of(og, k) = w;
	og->n++;
	return w;
}

static void pending_drop(struct ospf_own *w)
{
	if (list_linked(&w->held))
		list_remove(&w->held);
	free(w->pending);
	w->pending = NULL;
}

static void own_free(struct ospf *o, struct ospf_own *w)
{
	struct ospf_own **at = bucket_of(o->origin, w->key);

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	o->origin->n--;
	pending_drop(w);
	ospf_lsa_put(o->pool, w->said);
	free(w);
}

static void unsay(struct ospf *o, struct ospf_own *w)
{
	ospf_lsa_put(o->pool, w->said);
	w->said = NULL;
}

void ospf_origin_fini(struct ospf *o)
{
	struct ospf_origin *og = o->origin;

	if (!og)
		return;
	for (uint32_t i = 0; i < og->n_buckets; i++)
		while (og->buckets[i])
			own_free(o, og->buckets[i]);
	lsa_set_clear(&og->orphans);
	free(og->buckets);
	free(og);
	o->origin = NULL;
}

/* Every record of the area's. */
void ospf_origin_area_fini(struct ospf_area *a)
{
	struct ospf_origin *og = a->ospf->origin;
	struct ospf_own *w, *next;

	for (uint32_t i = 0; og && i < og->n_buckets; i++) {
		for (w = og->buckets[i]; w; w = next) {
			next = w->next;
			if (ospf_key(a->ospf->pool, w->key)->area == a->id)
				own_free(a->ospf, w);
		}
	}
}

/* --- saying ------------------------------------------------------------------------------- */

static void hold(struct ospf *o, struct ospf_own *w, ns_t until)
{
	if (!list_linked(&w->held))
		list_push_back(&o->origin->held, &w->held);
	w->due_at = until;
	timer_arm(o, until);
}

void ospf_origin_held(struct ospf *o,
		      void (*fn)(struct ospf *o, const struct ospf_key3 *key, void *arg), void *arg)
{
	const struct ospf_own *w;

	if (!o->origin)
		return;
	list_for_each(&o->origin->held, w, held)
		fn(o, ospf_key(o->pool, w->key), arg);
}

/* 14.1: gone before its time. */
static void flush(struct ospf *o, struct lsdb_entry *e)
{
	if (e->flags & LSDB_MAXAGE)
		return;
	lsdb_expire(o, e);
	ospf_flood(o, e, NULL);
}

static int install(struct ospf *o, struct ospf_own *w)
{
	const struct ospf_key3 *key = ospf_key(o->pool, w->key);
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l;

	ospf_lsa_finish(w->pending, w->pending_len);
	l = ospf_lsa_get(o->pool, key->area, w->pending, w->pending_len, &bad);
	assert(l || bad == OSPF_LSA_OK);
	if (!l || lsdb_install(o, ospf_lsa_hold(l), 0)) {
		ospf_lsa_put(o->pool, l);
		return ERR_NOMEM;
	}
	unsay(o, w);
	w->said = l;
	w->said_at = o->st->now;
	return OK;
}

/* Says what is pending, with the next sequence number; after the last one the LSA is
 * flushed first (12.1.6). */
static void say(struct ospf *o, struct ospf_own *w)
{
	struct lsdb_entry *e = lsdb_find(o, w->key);
	ospf_seq_t seq = OSPF_SEQ_INITIAL;

	if (e && ospf_seq_eq(e->lsa->h.seq, OSPF_SEQ_MAX)) {
		hold(o, w, NS_NEVER);
		flush(o, e);
		return;
	}
	if (e)
		seq = ospf_seq_next(e->lsa->h.seq);
	put_be32(w->pending + 12, (uint32_t)seq.v);
	if (install(o, w)) {
		hold(o, w, o->st->now + RETRY_DELAY);
		return;
	}
	pending_drop(w);
	ospf_flood(o, lsdb_find(o, w->key), NULL);
}

/* Now, or when MinLSInterval allows it. */
static void say_soon(struct ospf *o, struct ospf_own *w)
{
	if (list_linked(&w->held))
		return;                           /* its time is set */
	if (w->said_at && o->st->now - w->said_at < OSPF_MIN_LS_INTERVAL)
		hold(o, w, w->said_at + OSPF_MIN_LS_INTERVAL);
	else
		say(o, w);
}

static bool same_content(const uint8_t *image, size_t image_len, uint8_t options,
			 const void *body, size_t len)
{
	return image_len == OSPF_LSA_HLEN + len && image[2] == options &&
	       memcmp(image + OSPF_LSA_HLEN, body, len) == 0;
}

/* Do we say so already, and do others have it so? */
static bool is_said(const struct ospf *o, const struct ospf_own *w, uint8_t options,
		    const void *body, size_t len)
{
	const struct lsdb_entry *e = lsdb_find(o, w->key);

	return w->said && e && e->lsa == w->said && !(e->flags & LSDB_MAXAGE) &&
	       same_content(w->said->image, w->said->len, options, body, len);
}

static int pending_set(struct ospf *o, struct ospf_own *w, uint8_t options, const void *body,
		       size_t len)
{
	const struct ospf_key3 *key = ospf_key(o->pool, w->key);
	struct ospf_lsa_hdr h = { .options = options, .type = key->type, .id = key->id,
				  .adv = key->adv, .seq = OSPF_SEQ_INITIAL };
	uint8_t *image = malloc(OSPF_LSA_HLEN + len);
	struct wr wr;

	if (!image)
		return ERR_NOMEM;
	wr = wr_init(image, OSPF_LSA_HLEN + len);
	ospf_lsa_hdr_emit(&h, &wr);
	wr_bytes(&wr, body, len);
	free(w->pending);
	w->pending = image;
	w->pending_len = OSPF_LSA_HLEN + len;
	return OK;
}

/* What is said is right again, and what was held back is not.  A tree that was made
 * meanwhile lacks the neighbours that were not Full then, and no LSA tells of it. */
static void held_drop(struct ospf *o, struct ospf_own *w, uint8_t type)
{
	if (w->pending && type == OSPF_LSA_ROUTER)
		ospf_recompute(o);
	pending_drop(w);
}

int ospf_originate(struct ospf *o, uint32_t area, uint8_t type, uint32_t id, uint8_t options,
		   const void *body, size_t len)
{
	struct ospf_key3 key = { .area = area, .type = type, .id = id, .adv = o->router_id };
	ospf_knum k = ospf_key_num(o->pool, &key);
	struct ospf_own *w;

	if (len > LEN_MAX)
		return ERR_MSGSIZE;
	w = k == OSPF_NUM_NONE ? NULL : own_get(o, k);
	if (!w)
		return ERR_NOMEM;
	lsa_set_del(&o->origin->orphans, k);
	if (is_said(o, w, options, body, len)) {
		held_drop(o, w, type);
		return OK;
	}
	if (w->pending && same_content(w->pending, w->pending_len, options, body, len))
		return OK;
	if (pending_set(o, w, options, body, len))
		return ERR_NOMEM;
	say_soon(o, w);
	return OK;
}

void ospf_flush(struct ospf *o, uint32_t area, uint8_t type, uint32_t id)
{
	struct ospf_key3 key = { .area = area, .type = type, .id = id, .adv = o->router_id };
	ospf_knum k = ospf_key_find(o->pool, &key);
	struct lsdb_entry *e = k == OSPF_NUM_NONE ? NULL : lsdb_find(o, k);
	struct ospf_own *w = k == OSPF_NUM_NONE ? NULL : own_find(o, k);

	if (w) {
		pending_drop(w);
		unsay(o, w);
		if (!e)
			own_free(o, w);
	}
	if (e)
		flush(o, e);
}

/* What we stand by is said once more. */
static int pending_repeat(struct ospf *o, struct ospf_own *w)
{
	const struct ospf_lsa *l = w->said;

	return w->pending ? OK : pending_set(o, w, l->h.options, l->image + OSPF_LSA_HLEN,
					     l->len - (size_t)OSPF_LSA_HLEN);
}

bool ospf_refresh(struct ospf *o, ospf_knum k)
{
	struct ospf_own *w = own_find(o, k);

	if (!w || !w->said || list_linked(&w->held) || pending_repeat(o, w))
		return false;
	say(o, w);
	return true;
}

/* --- what of ours comes back (13.4) ---------------------------------------------------------- */

bool ospf_is_own(const struct ospf *o, const struct ospf_lsa_hdr *h)
{
	struct ospf_area *a;
	struct ospf_if *oi;

	if (h->adv == o->router_id)
		return true;
	if (h->type != OSPF_LSA_NETWORK)
		return false;
	list_for_each(&o->areas, a, node)
		list_for_each(&a->ifs, oi, node)
			if (oi->state > OSPF_IF_LOOPBACK && oi->addr.addr.v4 == h->id)
				return true;
	return false;
}

/* Once is a restart of ours; again and again is another router of our name. */
static void complain(const struct ospf_nbr *n, const struct ospf_lsa_hdr *h)
{
	char id[ADDR_STRLEN];

	ospf_problem(n->oi, n->id, n->addr, DROP_NONE,
		     "another router floods %s-LSAs with our router ID %s",
		     ospf_lsa_type_name(h->type), ip4_fmt(h->adv, id));
}

/* We still say it: with a number above theirs.  The second time and later no
 * oftener than MinLSInterval, or two of one name would never rest. */
static void take_back(struct ospf *o, struct ospf_nbr *n, struct ospf_own *w,
		      const struct ospf_lsa_hdr *h)
{
	bool often = w->taken_at && o->st->now - w->taken_at < OSPF_MIN_LS_INTERVAL;

	if (w->n_taken++)
		complain(n, h);
	if (list_linked(&w->held) && w->due_at == NS_NEVER)
		return;                           /* it is being flushed for its number */
	if (pending_repeat(o, w))
		return;                           /* no memory: theirs stands until a refresh */
	if (often) {
		hold(o, w, w->taken_at + OSPF_MIN_LS_INTERVAL);
		return;
	}
	if (list_linked(&w->held))
		list_remove(&w->held);
	w->taken_at = o->st->now;
	say(o, w);
}

void ospf_self_received(struct ospf *o, struct ospf_nbr *n, struct lsdb_entry *e)
{
	const struct ospf_lsa_hdr h = e->lsa->h;
	struct ospf_own *w = own_find(o, e->lsa->key);

	if (h.adv != o->router_id) {
		flush(o, e);                      /* our address, another's or an old router id */
		return;
	}
	if (w && (w->said || w->pending)) {
		take_back(o, n, w, &h);
		return;
	}
	if (e->flags & LSDB_MAXAGE)
		return;                           /* others flush it for us */
	/* Of a former life.  We may come to say it soon: if not, it goes. */
	if (!origin_get(o) || lsa_set_add(&o->origin->orphans, e->lsa->key, ospf_now_ms(o)))
		flush(o, e);
	else
		timer_arm(o, o->st->now + OSPF_MIN_LS_INTERVAL);
}

void ospf_origin_removed(struct ospf *o, ospf_knum k)
{
	struct ospf_own *w = own_find(o, k);

	if (o->origin)
		lsa_set_del(&o->origin->orphans, k);
	if (!w)
		return;
	unsay(o, w);
	if (!w->pending)
		own_free(o, w);
	else if (w->due_at == NS_NEVER)
		hold(o, w, o->st->now);
}

/* --- the timer: what is to be built, what was held back, what nobody claimed ----------------- */

/* Is an adjacency coming up, so that the first router-LSA should wait for it? */
static bool is_coming_up(const struct ospf_nbr *n)
{
	return n->state < OSPF_NBR_FULL &&
	       (n->state >= OSPF_NBR_EXSTART || n->oi->state == OSPF_IF_P2P);
}

/* The instant from which router-LSAs and network-LSAs may be built. */
static ns_t build_at(const struct ospf *o)
{
	ns_t age = o->st->now - o->started_at;
	bool first = !o->origin || !o->origin->n;

	if (age >= FIRST_DELAY_MAX)
		return o->st->now;
	if (age < FIRST_DELAY)
		return o->started_at + FIRST_DELAY;
	return o->st->now + (first && ospf_nbr_any(o, is_coming_up) ? FIRST_DELAY : 0);
}

/* Returns when to try again; NS_NEVER: all are built. */
static ns_t build(struct ospf *o)
{
	ns_t at = build_at(o), again = NS_NEVER;
	struct ospf_area *a;
	struct ospf_if *oi;

	list_for_each(&o->areas, a, node) {
		if (a->router_dirty && at <= o->st->now)
			a->router_dirty = ospf_router_lsa_build(a) == ERR_NOMEM;
		if (a->router_dirty)
			again = at;
		list_for_each(&a->ifs, oi, node) {
			if (oi->net_dirty && at <= o->st->now)
				oi->net_dirty = ospf_net_lsa_build(oi) == ERR_NOMEM;
			if (oi->net_dirty)
				again = at;
		}
	}
	return again != NS_NEVER && again <= o->st->now ? o->st->now + RETRY_DELAY : again;
}

static ns_t say_held(struct ospf *o)
{
	ns_t next = NS_NEVER;
	struct ospf_own *w, *tmp;

	list_for_each_safe(&o->origin->held, w, tmp, held) {
		if (w->due_at <= o->st->now) {
			list_remove(&w->held);
			say(o, w);
		}
		if (list_linked(&w->held) && w->due_at < next)
			next = w->due_at;
	}
	return next;
}

static ns_t flush_orphans(struct ospf *o)
{
	struct lsa_set *s = &o->origin->orphans;
	const struct lsa_set_row *row;

	for (uint32_t i = 0; (row = lsa_set_next(s, &i));) {
		uint32_t ago = ospf_now_ms(o) - row->at_ms, wait = OSPF_MIN_LS_INTERVAL / MSEC(1);
		struct lsdb_entry *e = lsdb_find(o, row->key);

		if (ago < wait)
			return o->st->now + (wait - ago) * MSEC(1);
		lsa_set_del(s, row->key);
		if (e)
			flush(o, e);
	}
	return NS_NEVER;
}

static void origin_fire(struct timer *t)
{
	struct ospf *o = container_of(t, struct ospf, originate_timer);

	timer_arm(o, build(o));
	if (o->origin) {
		timer_arm(o, say_held(o));
		timer_arm(o, flush_orphans(o));
	}
}

static void timer_arm(struct ospf *o, ns_t at)
{
	struct timer *t = &o->originate_timer;

	if (at == NS_NEVER || (timer_armed(t) && t->at <= at))
		return;
	if (!timer_armed(t))
		timer_init(t, origin_fire);
	timer_set(&o->st->timers, t, at);
}

void ospf_router_lsa_dirty(struct ospf_area *a)
{
	a->router_dirty = true;
	timer_arm(a->ospf, build_at(a->ospf));
}

void ospf_net_lsa_dirty(struct ospf_if *oi)
{
	struct ospf *o = oi->area->ospf;

	oi->net_dirty = oi->state == OSPF_IF_DR;
	if (oi->net_dirty)
		timer_arm(o, build_at(o));
	else
		ospf_flush(o, oi->area->id, OSPF_LSA_NETWORK, oi->addr.addr.v4);
}
