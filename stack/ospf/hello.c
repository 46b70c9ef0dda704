// SPDX-License-Identifier: MIT
/*
 * The Hello protocol (RFC 2328 9.5 and 10.5).  Beyond it, a neighbour that is
 * new, or does not hear us yet, gets a Hello at once: adjacencies come up
 * without waiting for HelloInterval.  Where there may be many of them one Hello is
 * for all who are heard within ANSWER_DELAY.
 */
#include "stack/ospf/ospf.h"
#include "stack/util/addr.h"

#define ANSWER_DELAY MSEC(10)

/* --- out (9.5) ------------------------------------------------------------------- */

static void hello_emit(const struct ospf_if *oi, struct wr *w)
{
	struct ospf_hello h = {
		.mask = ip4_mask(oi->addr.len), .hello_interval = oi->conf.hello,
		.options = ospf_area_options(oi->area), .priority = oi->conf.priority,
		.dead_interval = oi->conf.dead, .dr = oi->dr, .bdr = oi->bdr,
	};
	const struct ospf_nbr *n;

	ospf_hello_emit(&h, w);
	list_for_each(&oi->nbrs, n, node)
		if (n->state >= OSPF_NBR_INIT)
			ospf_id_emit(n->id, w);
}

static void hello_send(struct ospf_if *oi)
{
	size_t n = OSPF_HELLO_LEN;
	const struct ospf_nbr *nbr;
	struct ospf_tx tx;

	list_for_each(&oi->nbrs, nbr, node)
		n += 4;
	if (ospf_tx_begin_for(&tx, oi, OSPF_HELLO, n) != OK)
		return;                           /* the next one will do */
	hello_emit(oi, &tx.w);
	ospf_tx_end(&tx, IP4_ANY);
}

void ospf_hello_timer(struct timer *t)
{
	struct ospf_if *oi = container_of(t, struct ospf_if, hello);
	struct stack *st = oi->area->ospf->st;

	if (oi->state == OSPF_IF_DOWN) {
		ospf_if_sync(oi);                 /* it could not come up, for want of memory */
		return;
	}
	timer_set(&st->timers, t, st->now + SEC(oi->conf.hello));
	ospf_if_groups(oi);
	hello_send(oi);
}

/* When what happens at this instant, or a little later, has happened; and from then on. */
static void hello_soon(struct ospf_if *oi)
{
	struct stack *st = oi->area->ospf->st;
	ns_t at = oi->conf.type == OSPF_NET_P2P ? st->now : st->now + ANSWER_DELAY;

	if (!timer_armed(&oi->hello) || oi->hello.at > at)
		timer_set(&st->timers, &oi->hello, at);
}

/* --- in (10.5) ------------------------------------------------------------------- */

#define PROBLEM(why, ...) (ospf_problem(oi, h->router_id, src, why, __VA_ARGS__), why)

static enum drop check_mask(struct ospf_if *oi, const struct ospf_hdr *h,
			    const struct ospf_hello *in, ip4_t src)
{
	ip4_t ours = ip4_mask(oi->addr.len);
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	enum drop why = oi->conf.type == OSPF_NET_P2P ? DROP_NONE : DROP_OSPF_MASK;

	if (in->mask == ours)
		return DROP_NONE;
	return PROBLEM(why, "network mask %s, expected %s", ip4_fmt(in->mask, a), ip4_fmt(ours, b));
}

static const char *area_name(uint8_t options)
{
	switch (options & (OSPF_OPT_E | OSPF_OPT_NP)) {
	case 0:           return "a stub area";
	case OSPF_OPT_E:  return "a normal area";
	case OSPF_OPT_NP: return "an NSSA";
	default:          return "both a normal area and an NSSA";
	}
}

static enum drop check_intervals(struct ospf_if *oi, const struct ospf_hdr *h,
				 const struct ospf_hello *in, ip4_t src)
{
	const struct ospf_if_config *c = &oi->conf;

	if (in->hello_interval != c->hello)
		return PROBLEM(DROP_OSPF_HELLO, "hello interval %u s, expected %u s",
			       (unsigned)in->hello_interval, (unsigned)c->hello);
	if (in->dead_interval != c->dead)
		return PROBLEM(DROP_OSPF_DEAD, "dead interval %" PRIu32 " s, expected %" PRIu32 " s",
			       in->dead_interval, c->dead);
	return DROP_NONE;
}

static enum drop check_options(struct ospf_if *oi, const struct ospf_hdr *h,
			       const struct ospf_hello *in, ip4_t src)
{
	uint8_t ours = ospf_area_options(oi->area);

	if (!((in->options ^ ours) & (OSPF_OPT_E | OSPF_OPT_NP)))
		return DROP_NONE;
	return PROBLEM(DROP_OSPF_OPTIONS, "takes the area for %s, expected %s",
		       area_name(in->options), area_name(ours));
}

/* Not forbidden, but hardly meant: only one end of the network elects a DR. */
static void check_type(struct ospf_if *oi, const struct ospf_hdr *h, const struct ospf_hello *in,
		       const struct ospf_nbr *n, ip4_t src)
{
	char a[ADDR_STRLEN];
	ns_t settled = SEC(oi->conf.dead);

	if (oi->conf.type != OSPF_NET_BROADCAST && (in->dr || in->bdr))
		(void)PROBLEM(DROP_NONE, "takes the network for broadcast (its DR is %s), "
			      "expected point-to-point", ip4_fmt(in->dr, a));
	if (oi->conf.type == OSPF_NET_BROADCAST && !in->dr && oi->dr && n &&
	    n->state >= OSPF_NBR_2WAY && ospf_now(oi->area->ospf) - n->state_at > settled)
		(void)PROBLEM(DROP_NONE, "knows no DR: it takes the network for point-to-point, "
			      "expected broadcast");
	if (oi->conf.type != OSPF_NET_BROADCAST &&
	    !ip4_in(src, oi->addr.addr.v4, oi->addr.len))
		(void)PROBLEM(DROP_NONE, "speaks from %s, expected an address of the "
			      "interface's network", ip4_fmt(src, a));
}

/* Has a Hello of n's been missing for a second?  It may have moved. */
static bool is_late(const struct ospf_nbr *n)
{
	const struct ospf_if_config *c = &n->oi->conf;
	ns_t heard_at = n->inactivity.at - SEC(c->dead);

	return ospf_now(n->oi->area->ospf) - heard_at > SEC(c->hello) + SEC(1);
}

/* Who else on the interface is in the sender's way?  Kills who was there before
 * it, with its address or its id, where that is but a new beginning. */
static enum drop check_others(struct ospf_if *oi, const struct ospf_hdr *h, ip4_t src)
{
	bool p2p = oi->conf.type == OSPF_NET_P2P;
	struct ospf_nbr *n, *tmp;
	char a[ADDR_STRLEN];

	list_for_each_safe(&oi->nbrs, n, tmp, node) {
		bool same_addr = n->addr == src, same_id = n->id == h->router_id;

		if (same_addr && same_id)
			return DROP_NONE;
		if (same_addr || (same_id && (p2p || is_late(n))))
			ospf_nbr_event(n, NBE_KILL);
		else if (same_id)
			return PROBLEM(DROP_OSPF_DUP_ID, "has the router ID of %s",
				       ip4_fmt(n->addr, a));
		else if (p2p)
			return PROBLEM(DROP_OSPF_SECOND,
				       "a second neighbor besides %s on a point-to-point network",
				       ip4_fmt(n->addr, a));
	}
	return DROP_NONE;
}

static bool lists(struct rd *r, uint32_t id)
{
	ip4_t other;

	while (ospf_id_parse(&other, r))
		if (other == id)
			return true;
	return false;
}

/* The last steps of 10.5: what the election must hear of. */
static void follow_election(struct ospf_nbr *n, const struct ospf_hello *in,
			    const struct ospf_nbr *was)
{
	struct ospf_if *oi = n->oi;
	bool dr = n->addr == in->dr, bdr = n->addr == in->bdr;
	bool seen = oi->state == OSPF_IF_WAITING && (bdr || (dr && !in->bdr));
	bool change = n->priority != was->priority || dr != (was->dr == n->addr) ||
		      bdr != (was->bdr == n->addr);

	if (seen)
		ospf_if_event(oi, IFE_BACKUP_SEEN);
	else if (change)
		ospf_if_event(oi, IFE_NBR_CHANGE);
}

static void hello_take(struct ospf_nbr *n, const struct ospf_hello *in, bool is_new, bool two_way)
{
	bool broadcast = n->oi->conf.type == OSPF_NET_BROADCAST;
	const struct ospf_nbr was = { .priority = n->priority, .dr = n->dr, .bdr = n->bdr };

	n->options = in->options;
	n->priority = in->priority;
	n->dr = in->dr;
	n->bdr = in->bdr;
	if (!two_way || (is_new && broadcast))
		hello_soon(n->oi);
	ospf_nbr_event(n, NBE_HELLO);
	ospf_nbr_event(n, two_way ? NBE_2WAY : NBE_1WAY);
	if (two_way && broadcast)
		follow_election(n, in, &was);
}

static enum drop hello_check(struct ospf_if *oi, const struct ospf_hdr *h,
			     const struct ospf_hello *in, ip4_t src)
{
	enum drop why = check_mask(oi, h, in, src);

	if (!why)
		why = check_intervals(oi, h, in, src);
	if (!why)
		why = check_options(oi, h, in, src);
	if (!why)
		why = check_others(oi, h, src);
	return why;
}

/* No memory is given to more neighbours than there can be. */
static bool is_too_many(struct ospf_if *oi, const struct ospf_hdr *h)
{
	const struct ospf_nbr *n;
	unsigned count = 0;

	list_for_each(&oi->nbrs, n, node)
		count++;
	if (count < OSPF_MAX_NBRS)
		return false;
	ospf_problem(oi, h->router_id, IP4_ANY, DROP_NO_MEMORY,
		     "one neighbor more than the %u that an interface may have", OSPF_MAX_NBRS);
	return true;
}

enum drop ospf_hello_input(struct ospf_if *oi, const struct ospf_hdr *h, struct rd *r, ip4_t src)
{
	struct ospf_hello in;
	struct ospf_nbr *n;
	enum drop why;
	bool is_new;

	if (!ospf_hello_parse(&in, r))
		return DROP_OSPF_LENGTH;
	why = hello_check(oi, h, &in, src);
	if (why)
		return why;
	ospf_problems_over(oi, src, DROP_OSPF_SHORT, DROP_OSPF_OPTIONS);
	n = ospf_nbr_find(oi, src, h->router_id);
	check_type(oi, h, &in, n, src);
	is_new = !n;
	if (is_new && !is_too_many(oi, h))
		n = ospf_nbr_new(oi, src, h->router_id);
	if (!n)
		return DROP_NO_MEMORY;
	if (h->autype == OSPF_AUTH_CRYPTO)
		n->crypto_seq = h->u.crypto.seq;
	hello_take(n, &in, is_new, lists(r, oi->area->ospf->router_id));
	return DROP_NONE;
}
