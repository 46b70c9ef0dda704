// SPDX-License-Identifier: MIT
/* The election of Designated Router and Backup (RFC 2328 9.4). */
#include "stack/ospf/ospf.h"

/* A router that may be elected: this one, or a neighbour that hears us. */
struct cand { uint32_t id; ip4_t addr; uint8_t priority; bool says_dr, says_bdr; };

static struct cand cand_self(const struct ospf_if *oi)
{
	ip4_t addr = oi->addr.addr.v4;

	return (struct cand){
		.id = oi->area->ospf->router_id, .addr = addr, .priority = oi->conf.priority,
		.says_dr = oi->dr == addr, .says_bdr = oi->bdr == addr,
	};
}

static struct cand cand_nbr(const struct ospf_nbr *n)
{
	return (struct cand){
		.id = n->id, .addr = n->addr,
		.priority = n->state >= OSPF_NBR_2WAY ? n->priority : 0,
		.says_dr = n->dr == n->addr, .says_bdr = n->bdr == n->addr,
	};
}

/* The higher priority, then the higher id; nobody is id 0. */
static void prefer(struct cand *best, const struct cand *c)
{
	if (!best->id || c->priority > best->priority ||
	    (c->priority == best->priority && c->id > best->id))
		*best = *c;
}

/* Those found so far. */
struct poll {
	struct cand dr;                   /* best of who says it is DR */
	struct cand bdr;                  /* ... of who says it is Backup, and not DR */
	struct cand other;                /* ... of all who do not say they are DR */
};

static void poll_one(struct poll *p, const struct cand *c)
{
	if (!c->priority)
		return;
	if (c->says_dr) {
		prefer(&p->dr, c);
		return;
	}
	prefer(&p->other, c);
	if (c->says_bdr)
		prefer(&p->bdr, c);
}

/* Steps 2 and 3. */
static void poll_all(struct ospf_if *oi)
{
	struct poll p = { 0 };
	struct cand c = cand_self(oi);
	const struct ospf_nbr *n;

	poll_one(&p, &c);
	list_for_each(&oi->nbrs, n, node) {
		c = cand_nbr(n);
		poll_one(&p, &c);
	}
	if (!p.bdr.id)
		p.bdr = p.other;
	if (!p.dr.id)
		p.dr = p.bdr;
	oi->dr = p.dr.addr;
	oi->dr_id = p.dr.id;
	oi->bdr = p.bdr.addr;
	oi->bdr_id = p.bdr.id;
}

static enum ospf_if_state role_of(const struct ospf_if *oi)
{
	ip4_t addr = oi->addr.addr.v4;

	return oi->dr == addr ? OSPF_IF_DR : oi->bdr == addr ? OSPF_IF_BACKUP : OSPF_IF_DROTHER;
}

static bool is_hopeless(const struct ospf_if *oi)
{
	const struct ospf_nbr *n;
	bool two_way = false;

	list_for_each(&oi->nbrs, n, node) {
		if (n->priority && n->state != OSPF_NBR_DOWN)
			return false;
		two_way |= n->state >= OSPF_NBR_2WAY;
	}
	return two_way && !oi->conf.priority;
}

void ospf_elect_check(struct ospf_if *oi)
{
	if (is_hopeless(oi))
		ospf_problem(oi, 0, IP4_ANY, DROP_NONE, "no router of the network may be its "
			     "designated router: all have priority 0, and none is adjacent");
}

void ospf_elect(struct ospf_if *oi, const char *cause)
{
	ip4_t dr = oi->dr, bdr = oi->bdr;         /* step 1 */
	enum ospf_if_state was = role_of(oi);
	struct ospf_nbr *n, *tmp;

	poll_all(oi);
	if (role_of(oi) != was)                   /* step 4 */
		poll_all(oi);
	ospf_if_set_state(oi, role_of(oi), cause);        /* step 5 */
	if (!timer_armed(&oi->wait))
		ospf_elect_check(oi);
	if (oi->dr == dr && oi->bdr == bdr)
		return;
	ospf_router_lsa_dirty(oi->area);
	list_for_each_safe(&oi->nbrs, n, tmp, node)       /* step 7 */
		if (n->state >= OSPF_NBR_2WAY)
			ospf_nbr_event(n, NBE_ADJ_OK);
}
