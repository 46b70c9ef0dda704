// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * OSPF on networks that lose, harm, double and reorder packets, whose links flap and
 * whose routers crash: it converges, and its routes are the shortest paths.  And a
 * lab where nothing happens for hours stays as it is.
 */
#include <string.h>

#include "sim/ospf.h"
#include "stack/ospf.h"
#include "stack/show.h"
#include "stack/util/be.h"
#include "tests/lab/soak.h"
#include "tests/unit/sim/rig.h"

#define SIDE 4
#define LAN_N 5

static void node_text(struct buf *y, unsigned i)
{
	buf_printf(y, "  r%u: {loopback: 1.1.1.%u}\n", i, i + 1);
}

/* A grid of point-to-point links, each of cost 1. */
static struct lab *grid(const char *defaults, const char *words)
{
	struct buf y = { 0 };
	struct lab *lab;
	unsigned n = 0;

	buf_printf(&y, "defaults: {routing: ospf%s}\nnodes:\n", defaults);
	for (unsigned i = 0; i < SIDE * SIDE; i++)
		node_text(&y, i);
	buf_printf(&y, "links:\n");
	for (unsigned i = 0; i < SIDE * SIDE; i++) {
		for (unsigned to = i + 1; to <= i + SIDE; to += SIDE - 1) {
			if (to >= SIDE * SIDE || (to == i + 1 && to % SIDE == 0))
				continue;
			buf_printf(&y, "  - {endpoints: [r%u, r%u], ipv4: 10.0.0.%u/30%s%s}\n",
				   i, to, 4 * n++, *words ? ", " : "", words);
		}
	}
	REQUIRE(!y.bad);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

static struct lab *lan(const char *defaults, const char *words)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_printf(&y, "defaults: {routing: ospf%s}\nnodes:\n  lan: {kind: hub}\n", defaults);
	for (unsigned i = 0; i < LAN_N; i++)
		node_text(&y, i);
	buf_printf(&y, "links:\n");
	for (unsigned i = 0; i < LAN_N; i++)
		buf_printf(&y, "  - {endpoints: [\"r%u:eth0\", lan], ipv4: 10.0.0.%u/24%s%s}\n", i,
			   i + 1, *words ? ", " : "", words);
	REQUIRE(!y.bad);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

static struct stack *router(struct lab *lab, unsigned i)
{
	char name[8];

	snprintf(name, sizeof(name), "r%u", i);
	return node_stack(rig_node(lab, name));
}

static unsigned distance(unsigned a, unsigned b)
{
	int down = (int)(a / SIDE) - (int)(b / SIDE), right = (int)(a % SIDE) - (int)(b % SIDE);

	return (unsigned)(abs(down) + abs(right));
}

/* Every router's way to every loopback address. */
static void check_routes(struct lab *lab, unsigned n)
{
	for (unsigned a = 0; a < n; a++) {
		for (unsigned b = 0; b < n; b++) {
			struct addr to = addr_ip4(IP4(1, 1, 1, 1) + b);
			struct route_answer r = { 0 };

			if (a == b || !CHECK_EQ(show_route_get(router(lab, a), &to, NULL, &r), OK))
				continue;
			CHECK_EQ(r.metric, n == LAN_N ? 1 : distance(a, b));
		}
	}
}

static bool done(void *lab) { return lab_is_converged(lab); }

static void say_why(struct lab *lab)
{
	struct buf b = { 0 };

	lab_why_not_converged(lab, &b);
	fprintf(stderr, "%s\n", b.s ? b.s : "");
	buf_free(&b);
}

static void check_converges(struct lab *lab, unsigned n, ns_t within)
{
	ns_t from = lab_now(lab);

	if (CHECK_EQ(lab_run_while(lab, done, lab, from + within), LAB_DONE))
		check_routes(lab, n);
	else
		say_why(lab);
	SOAK_SAY("%u routers: %.1f s\n", n, (double)(lab_now(lab) - from) / 1e9);
}

/* With three packets of ten lost (on the LAN, which is two links, five), four hellos
 * in a row are lost so often that some neighbour is always dead: RouterDeadInterval is
 * longer there. */
static const char *const faults[][2] = {
	{ "", "loss: 1%" }, { "", "loss: 10%" }, { ", ospf: {dead: 160}", "loss: 30%" },
	{ "", "loss: 10%, corrupt: 5%, duplicate: 10%, reorder: 10%, delay: 5ms" },
};

TEST(ospf_faults, a_grid_with_each_fault_converges)
{
	for (size_t i = 0; i < N_ELEM(faults); i++) {
		struct lab *lab = grid(faults[i][0], faults[i][1]);

		check_converges(lab, SIDE * SIDE, SEC(3600));
		lab_run_until(lab, lab_now(lab) + SOAK(SEC(7200), SEC(60)));
		check_converges(lab, SIDE * SIDE, SEC(3600));
		lab_free(lab);
	}
}

TEST(ospf_faults, a_lan_with_each_fault_converges)
{
	for (size_t i = 0; i < N_ELEM(faults); i++) {
		struct lab *lab = lan(faults[i][0], faults[i][1]);

		check_converges(lab, LAN_N, SEC(3600));
		lab_run_until(lab, lab_now(lab) + SOAK(SEC(7200), SEC(60)));
		check_converges(lab, LAN_N, SEC(3600));
		lab_free(lab);
	}
}

TEST(ospf_faults, a_link_that_flaps_with_every_hello)
{
	struct lab *lab = grid("", "");
	ns_t end = SOAK(SEC(3600), SEC(300));

	for (bool up = false; lab_now(lab) < end; up = !up) {
		lab_run_until(lab, lab_now(lab) + SEC(10));
		REQUIRE(link_set_up(lab_link(lab, 0), up) == OK);
	}
	REQUIRE(link_set_up(lab_link(lab, 0), true) == OK);
	check_converges(lab, SIDE * SIDE, SEC(60));
	lab_free(lab);
}

TEST(ospf_faults, a_router_crashes_every_half_minute)
{
	struct lab *lab = grid("", "");
	ns_t end = SOAK(SEC(3600), SEC(300));

	for (unsigned i = 0; lab_now(lab) < end; i++) {
		char name[8];
		struct node *n;

		snprintf(name, sizeof(name), "r%u", 7 * i % (SIDE * SIDE));
		n = rig_node(lab, name);
		lab_run_until(lab, lab_now(lab) + SEC(29));
		REQUIRE(node_stop(n) == OK);
		lab_run_until(lab, lab_now(lab) + SEC(1));
		REQUIRE(node_start(n) == OK);
	}
	check_converges(lab, SIDE * SIDE, SEC(60));
	lab_free(lab);
}

static bool lowest_seq(void *arg, const struct show_ospf_lsa *l)
{
	int32_t seq = (int32_t)get_be32(l->image + 12);

	if (seq < *(int32_t *)arg)
		*(int32_t *)arg = seq;
	return true;
}

/* LSRefreshTime passes again and again: numbers rise, and nothing else happens. */
TEST(ospf_faults, hours_in_which_nothing_happens)
{
	const unsigned hours = SOAK(24, 3);
	struct lab *lab = grid("", "");
	struct show_ospf was[SIDE * SIDE], is;
	int32_t seq = INT32_MAX;

	check_converges(lab, SIDE * SIDE, SEC(60));
	lab_run_until(lab, lab_now(lab) + SEC(60));
	for (unsigned i = 0; i < SIDE * SIDE; i++)
		REQUIRE(show_ospf(router(lab, i), &was[i]));
	lab_run_until(lab, lab_now(lab) + SEC(3600) * (int)hours);
	check_converges(lab, SIDE * SIDE, SEC(10));
	for (unsigned i = 0; i < SIDE * SIDE; i++) {
		REQUIRE(show_ospf(router(lab, i), &is));
		CHECK_EQ(is.n_spf + is.n_spf_incremental, was[i].n_spf + was[i].n_spf_incremental);
		CHECK_EQ(is.routes_changed_at, was[i].routes_changed_at);
		show_ospf_lsas(router(lab, i), lowest_seq, &seq);
	}
	CHECK(seq >= INT32_MIN + 1 + (int)(2 * hours - 1));
	lab_free(lab);
}
