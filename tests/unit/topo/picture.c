// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/picture.h"

#include "tests/unit/test.h"

#define LINK(a, b, na, aa, nb, ab, n) \
	{ .node = { a, b }, .name = { na, nb }, .addr = { aa, ab }, .net = n }

static void check_draw(const struct pic_node *nodes, size_t n_nodes, const struct pic_link *links,
		       size_t n_links, const char *want)
{
	const struct picture p = { nodes, n_nodes, links, n_links };
	struct buf got = { 0 };

	CHECK(picture_draw(&p, 100, &got));
	if (!CHECK_STR(got.s ? got.s : "", want))
		printf("%s", got.s ? got.s : "");
	buf_free(&got);
}

TEST(picture, a_link_across_has_names_above_and_addresses_below)
{
	static const struct pic_node nodes[] = { { PIC_ROUTER, "ns1" }, { PIC_ROUTER, "ns2" } };
	static const struct pic_link links[] = {
		LINK(0, 1, "veth1-2", ".1", "veth2-1", ".2", "10.0.1.0/24"),
	};

	check_draw(nodes, 2, links, 1,
		   "+-----+ veth1-2 veth2-1 +-----+\n"
		   "| ns1 |---10.0.1.0/24---| ns2 |\n"
		   "+-----+ .1           .2 +-----+\n");
}

TEST(picture, the_ends_of_a_link_stay_with_their_nodes_whatever_their_order)
{
	static const struct pic_node nodes[] = { { PIC_ROUTER, "a" }, { PIC_ROUTER, "b" } };
	static const struct pic_link links[] = { LINK(1, 0, "of-b", ".2", "of-a", ".1", "") };

	check_draw(nodes, 2, links, 1,
		   "+---+ of-a of-b +---+\n"
		   "| a |-----------| b |\n"
		   "+---+ .1     .2 +---+\n");
}

TEST(picture, a_link_that_is_down_is_dotted_and_says_so)
{
	static const struct pic_node nodes[] = { { PIC_ROUTER, "a" }, { PIC_ROUTER, "b" } };
	static const struct pic_link links[] = {
		{ .node = { 0, 1 }, .name = { "e0", "e0(down)" }, .addr = { ".1", "" },
		  .net = "10.0.1.0/24", .down = true },
	};

	check_draw(nodes, 2, links, 1,
		   "+---+ e0      e0(down) +---+\n"
		   "| a |.10.0.1.0/24 DOWN.| b |\n"
		   "+---+ .1               +---+\n");
}

TEST(picture, boxes_tell_the_kinds_and_a_hub_is_a_bar)
{
	static const struct pic_node nodes[] = {
		{ PIC_HUB, "hub" }, { PIC_HOST, "h1" }, { PIC_HOST, "h2" }, { PIC_ROUTER, "r" },
	};
	struct pic_link links[] = {
		LINK(1, 0, "eth0", ".1", "p1", "", "10.0.1.0/24"),
		LINK(2, 0, "eth0", ".2", "p2", "", "10.0.1.0/24"),
		LINK(3, 0, "eth0", ".3", "p3", "", "10.0.1.0/24"),
	};

	links[2].down = true;
	check_draw(nodes, 4, links, 3,
		   ".----.                .----.\n"
		   "| h1 |                | h2 |\n"
		   "'--+-'                '--+-'\n"
		   "   | eth0 .1             | eth0 .2\n"
		   "   | 10.0.1.0/24         | 10.0.1.0/24\n"
		   "   | p1                  | p2\n"
		   "+==+=====================+=+\n"
		   "|           hub            |\n"
		   "+==+=======================+\n"
		   "   : p3\n"
		   "   : 10.0.1.0/24 DOWN\n"
		   "   : eth0 .3\n"
		   "+--+-+\n"
		   "| r  |\n"
		   "+----+\n"
		   "\n"
		   "Boxes: +---+ router   .---. host   +===+ hub\n");
}

TEST(picture, links_in_parallel_stand_below_one_another_and_boxes_hold_lines)
{
	static const struct pic_node nodes[] = {
		{ PIC_ROUTER, "a\nlo 1.1.1.1/32" }, { PIC_ROUTER, "b" },
	};
	static const struct pic_link links[] = {
		LINK(0, 1, "e0", ".1", "e0", ".2", "10.0.1.0/24"),
		LINK(1, 0, "e1", ".2", "e1", ".1", "10.0.2.0/24"),
	};

	check_draw(nodes, 2, links, 2,
		   "+---------------+ e0       e0 +---+\n"
		   "|       a       |-10.0.1.0/24-| b |\n"
		   "| lo 1.1.1.1/32 | .1       .2 |   |\n"
		   "|               | e1       e1 |   |\n"
		   "|               |-10.0.2.0/24-|   |\n"
		   "+---------------+ .1       .2 +---+\n");
}

TEST(picture, what_is_too_wide_or_tangled_is_not_drawn)
{
	static const struct pic_node nodes[] = { { PIC_ROUTER, "ns1" }, { PIC_ROUTER, "ns2" } };
	static const struct pic_link links[] = {
		LINK(0, 1, "veth1-2", ".1", "veth2-1", ".2", "10.0.1.0/24"),
	};
	static const struct pic_link self[] = { LINK(0, 0, "a", "", "b", "", "") };
	struct buf got = { 0 };

	/* 31 characters across; 17 when one stands below the other. */
	CHECK(picture_draw(&(struct picture){ nodes, 2, links, 1 }, 31, &got));
	CHECK(picture_draw(&(struct picture){ nodes, 2, links, 1 }, 30, &got));
	buf_reset(&got);
	CHECK(!picture_draw(&(struct picture){ nodes, 2, links, 1 }, 12, &got));
	CHECK(!picture_draw(&(struct picture){ nodes, 2, self, 1 }, 100, &got));
	CHECK(!picture_draw(&(struct picture){ nodes, 0, NULL, 0 }, 100, &got));
	CHECK_EQ(got.len, 0);
	buf_free(&got);
}
