// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Memory runs out: the n-th allocation of a lab's life fails, for every n, or
 * all fail for a second.  Nothing crashes, nothing leaks, and what was missed is
 * made up for once there is memory again.
 */
#include "tests/unit/alloc.h"
#include "tests/unit/ospf/fixture.h"

struct lab { struct onet *on; struct stack *r[4]; struct olink l; };

/* r1 -- r2, and r2, r3, r4 on one LAN; with MD5. */
static struct lab lab_new(void)
{
	static const struct ospf_auth auth = {
		.type = OSPF_AUTH_MD5, .n_keys = 1, .keys = { { 1, 3, "key" } },
	};
	struct lab lab = { .on = onet_new() };

	lab.on->if_conf.hello = 1;
	lab.on->if_conf.dead = 4;
	lab.on->if_conf.rxmt = 1;
	lab.on->if_conf.auth = &auth;
	for (int i = 0; i < 4; i++)
		lab.r[i] = onet_router(lab.on);
	lab.l = onet_link(lab.on, lab.r[0], lab.r[1]);
	onet_lan(lab.on, lab.r + 1, 3);
	return lab;
}

static bool digest_of(void *arg, const struct show_ospf_area *a)
{
	*(uint64_t *)arg = a->digest;
	return true;
}

static unsigned n_full(struct stack *st)
{
	struct show_ospf_nbr n;
	unsigned full = 0;

	for (uint32_t id = 1; id <= 4; id++)
		full += onet_find_nbr(st, id * 0x01010101u, &n) && n.state == OSPF_NBR_FULL;
	return full;
}

static bool converged(const struct lab *lab)
{
	static const unsigned full[4] = { 1, 3, 2, 2 };
	uint64_t first = 0, d = 0;
	bool ok = true;

	show_ospf_areas(lab->r[0], digest_of, &first);
	for (int i = 0; i < 4; i++) {
		show_ospf_areas(lab->r[i], digest_of, &d);
		ok = ok && d == first && n_full(lab->r[i]) == full[i] &&
		     show_ospf_settled(lab->r[i], NULL);
	}
	return ok;
}

/* One life; returns whether the allocation to fail was reached. */
static bool life(uint64_t n, bool and_after)
{
	struct lab lab = lab_new();
	bool reached;

	onet_run(lab.on, SEC(2));
	state->calls = 0;
	state->fail_at = n;
	state->and_after = and_after;
	onet_run(lab.on, SEC(1));
	if (and_after)
		state->fail_at = 0;
	onet_run(lab.on, SEC(5));                 /* the LAN elects */
	netdev_set_carrier(lab.l.a, false);
	onet_run(lab.on, SEC(2));
	netdev_set_carrier(lab.l.a, true);
	onet_run(lab.on, SEC(2));
	reached = state->calls >= n;
	state->fail_at = 0;
	onet_run(lab.on, SEC(30));
	if (!CHECK(converged(&lab)))
		fprintf(stderr, "not converged after allocation %u%s failed\n", (unsigned)n,
			and_after ? " and all after it" : "");
	onet_free(lab.on);
	return reached;
}

TEST(faults, one_allocation_fails)
{
	uint64_t n = 1;

	while (life(n, false) && n < 2000)
		n++;
	CHECK(n > 5 && n < 2000);
}

TEST(faults, for_a_second_all_fail)
{
	for (uint64_t n = 1; n < 10; n++)
		(void)life(n, true);
}

/* Packets alone: of one pool, as a router with few buffers. */
TEST(faults, packets_run_out)
{
	for (uint64_t n = 0; n < 400; n += 7) {
		struct lab lab = lab_new();

		pkt_pool_fail_after(net_pool(lab.on->net), n);
		onet_run(lab.on, SEC(2));
		pkt_pool_fail_after(net_pool(lab.on->net), UINT64_MAX);
		onet_run(lab.on, SEC(40));
		if (!CHECK(converged(&lab)))
			fprintf(stderr, "not converged after packet %u failed\n", (unsigned)n);
		onet_free(lab.on);
	}
}
