// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What bad links do to a stream: it arrives whole, by the sums of both ends, or
 * not at all.  In a soak each stream has 100 MB.
 */
#include <time.h>

#include "stack/stack.h"
#include "tests/lab/flow.h"
#include "tests/lab/soak.h"
#include "tests/unit/sim/rig.h"

#define WHOLE 100000000

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct lab *lab_with(const char *link)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_printf(&y, RIG_PAIR("%s"), link);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

static void say(const struct flow *f, const char *what, double began)
{
	double took = (double)(f->done_at - f->began_at) / 1e9;

	SOAK_SAY("%-44s %4.0f MB in %8.1f s of lab time, %5.1f s of wall time; %7.2f Mbit/s; "
		 "%" PRId64 " sent again; sum %016" PRIx64 "\n", what,
		 (double)(f->there + f->back) / 1e6, took, wall() - began,
		 (double)(f->there + f->back) * 8e-6 / took,
		 flow_info(&f->client, "total_retrans") + flow_info(&f->server, "total_retrans"),
		 f->server.got_sum.h[0] ^ f->client.got_sum.h[0]);
}

/* Both close, and nothing is left on either host. */
static void end(struct flow *f)
{
	struct lab *lab = f->lab;

	flow_end(f);
	lab_run_until(lab, lab_now(lab) + SEC(1000));
	CHECK(lab_is_quiet(lab));
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	lab_free(lab);
}

static void check_whole(struct flow *f, const char *what)
{
	double began = wall();

	flow_begin(f);
	CHECK(flow_run(f, lab_now(f->lab) + SEC(1000000)));
	flow_check(f);
	say(f, what, began);
	end(f);
}

/* --- one way, and both at once ------------------------------------------------------- */

static void check_link(const char *link, uint64_t there, uint64_t back)
{
	struct flow f = { .lab = lab_with(link), .from = "a", .to = "b", .there = there,
			  .back = back };

	check_whole(&f, link);
}

#define FIFTH "delay: 5ms, loss: 20%"
#define TENTHS "delay: 5ms, loss: 10%, corrupt: 10%, duplicate: 10%, reorder: 10%"

TEST(tcp_faults, a_fifth_lost) { check_link(FIFTH, SOAK(WHOLE, 10000000), 0); }
TEST(tcp_faults, a_tenth_of_each_fault) { check_link(TENTHS, SOAK(WHOLE, 10000000), 0); }

TEST(tcp_faults, a_fifth_lost_and_both_send)
{
	check_link(FIFTH, SOAK(WHOLE, 5000000), SOAK(WHOLE, 5000000));
}

TEST(tcp_faults, a_tenth_of_each_fault_and_both_send)
{
	check_link(TENTHS, SOAK(WHOLE, 5000000), SOAK(WHOLE, 5000000));
}

/* Nearly every frame has its turn later than another. */
TEST(tcp_faults, more_jitter_than_delay)
{
	check_link("rate: 100mbit, delay: 5ms, jitter: 5ms, loss: 1%", SOAK(WHOLE, 10000000), 0);
}

/* --- darkness ------------------------------------------------------------------------ */

/* The link is cut for a second, again and again. */
static void check_blackouts(const char *link, unsigned times, uint64_t bytes)
{
	struct flow f = { .lab = lab_with(link), .from = "a", .to = "b", .there = bytes,
			  .back = bytes / 10 };
	double began = wall();

	flow_begin(&f);
	for (unsigned i = 0; i < times; i++) {
		lab_run_until(f.lab, lab_now(f.lab) + MSEC(500));
		CHECK(!flow_is_done(&f));
		CHECK_EQ(link_set_up(lab_link(f.lab, 0), false), OK);
		lab_run_until(f.lab, lab_now(f.lab) + SEC(1));
		CHECK_EQ(link_set_up(lab_link(f.lab, 0), true), OK);
	}
	CHECK(flow_run(&f, lab_now(f.lab) + SEC(100000)));
	flow_check(&f);
	say(&f, times > 1 ? "darkness of 1 s, five times" : "darkness of 1 s", began);
	end(&f);
}

TEST(tcp_faults, a_second_of_darkness)
{
	check_blackouts("rate: 100mbit, delay: 5ms", 1, SOAK(WHOLE, 8000000));
}

TEST(tcp_faults, darkness_again_and_again)
{
	check_blackouts(SOAK("rate: 50mbit, delay: 5ms, loss: 1%", "rate: 2mbit, delay: 5ms"), 5,
			SOAK(WHOLE, 2000000));
}

/* --- with every congestion control, and without every option -------------------------- */

static void check_options(const char *cc, unsigned without)
{
	static const enum stack_option option[] = { OPT_TCP_SACK, OPT_TCP_TIMESTAMPS,
						    OPT_TCP_WSCALE };
	static const char *const name[] = { "SACK", "timestamps", "window scale" };
	struct flow f = { .lab = lab_with("rate: 100mbit, delay: 5ms, loss: 5%, duplicate: 2%, "
					  "reorder: 2%"), .from = "a", .to = "b", .cc = cc,
			  .there = SOAK(WHOLE, 1000000), .back = SOAK(WHOLE / 10, 100000) };
	char what[80];
	size_t n = (size_t)snprintf(what, sizeof(what), "%s", cc);

	for (unsigned i = 0; i < 3; i++) {
		if (!(without >> i & 1))
			continue;
		CHECK_EQ(stack_set_option(node_stack(lab_node(f.lab, 0)), option[i], 0), OK);
		n += (size_t)snprintf(what + n, sizeof(what) - n, ", no %s", name[i]);
	}
	check_whole(&f, what);
}

TEST(tcp_faults, with_reno_and_every_set_of_options)
{
	for (unsigned without = 0; without < 8; without++)
		check_options("reno", without);
}

TEST(tcp_faults, with_cubic_and_every_set_of_options)
{
	for (unsigned without = 0; without < 8; without++)
		check_options("cubic", without);
}
