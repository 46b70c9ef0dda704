// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * How much a stream takes: what CUBIC's response function says (RFC 9438 5),
 * and its share of a link that others use, too.
 */
#include <math.h>

#include "stack/stack.h"
#include "stack/util/rng.h"
#include "tests/lab/flow.h"
#include "tests/lab/soak.h"
#include "tests/unit/sim/rig.h"

#define MSS 1448                          /* MTU 1500, timestamps */
#define BUFFER (64 << 20)                 /* never in the way */

/* --- the response function ----------------------------------------------------------- */

/* RFC 9438 5.1, Equation 5, and AVG_AIMD(1, 0.5) of Figure 6, which CUBIC has
 * in the Reno-friendly region: segments in a window, on average, if of 1/p
 * segments one is lost. */
static double response(double p, double rtt)
{
	double cubic = pow(0.4 * (3 + 0.7) / (4 * (1 - 0.7)), 0.25) * pow(rtt / p, 0.75);
	double reno = sqrt(3 / (2 * p));

	return cubic > reno ? cubic : reno;
}

struct path { ns_t rtt; uint32_t every; }; /* ... of so many frames one is lost */

/* Both hosts' buffers may be as large as they like. */
static struct lab *roomy_lab(const char *yaml, uint64_t seed)
{
	struct lab *lab = rig_lab_seed(yaml, seed);

	for (size_t i = 0; i < 2; i++)
		CHECK_EQ(stack_set_option(node_stack(lab_node(lab, i)), OPT_TCP_RMEM_MAX, BUFFER),
			 OK);
	return lab;
}

/* Of what the first host sends, every n-th frame is lost, as the equations
 * have it; with a seed as many, by chance. */
static void lose(struct lab *lab, uint32_t every, bool by_chance, unsigned losses)
{
	char word[] = "loss-list", chance[] = "loss", err[160];
	struct buf list = { 0 };
	char *argv[2] = { by_chance ? chance : word, NULL };

	if (by_chance)
		buf_printf(&list, "%.6f%%", 100.0 / every);
	for (unsigned i = 1; !by_chance && i <= losses; i++)
		buf_printf(&list, "%s%" PRIu32, i > 1 ? "," : "", i * every);
	argv[1] = list.s;
	CHECK_EQ(link_set(lab_link(lab, 0), SIDE_A, 2, argv, err), OK);
	buf_free(&list);
}

static struct lab *lossy_lab(const struct path *path, uint64_t seed, unsigned losses)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_printf(&y, RIG_PAIR("rate: 1gbit, delay: %" PRId64 "us"), path->rtt / USEC(2));
	lab = roomy_lab(y.s, seed);
	buf_free(&y);
	lose(lab, path->every, seed > 0, losses);
	return lab;
}

/* The window that the goodput stands for, in segments, after so many losses,
 * over so many more. */
static double window_seen(const struct path *path, uint64_t seed, const char *cc, unsigned warm,
			  unsigned losses)
{
	struct flow f = { .lab = lossy_lab(path, seed, warm + losses), .from = "a", .to = "b",
			  .there = FLOW_FOR_EVER, .cc = cc, .sndbuf = BUFFER, .rcvbuf = BUFFER };
	const uint64_t segs = (uint64_t)losses * path->every;
	uint64_t began;
	ns_t from;

	flow_begin(&f);
	while (f.server.got / MSS < (uint64_t)warm * path->every)
		lab_run_until(f.lab, lab_now(f.lab) + MSEC(100));
	from = lab_now(f.lab);
	began = f.server.got;
	while ((f.server.got - began) / MSS < segs - path->every)
		lab_run_until(f.lab, lab_now(f.lab) + MSEC(100));
	SOAK_SAY("%s, RTT %3.0f ms, p %.0e, seed %" PRIu64 ": %.0f s, %" PRId64 " sent again, "
		 "%.2f Mbit/s\n", cc, (double)path->rtt / 1e6, 1.0 / path->every, seed,
		 (double)(lab_now(f.lab) - from) / 1e9, flow_info(&f.client, "total_retrans"),
		 (double)(f.server.got - began) * 8e3 / (double)(lab_now(f.lab) - from));
	flow_end(&f);
	began = f.server.got - began;
	from = lab_now(f.lab) - from;
	lab_free(f.lab);
	return (double)began / MSS * (double)path->rtt / (double)from;
}

static bool within(double is, double want, double pct)
{
	SOAK_SAY("a window of %.1f segments; %.1f is right: %+.1f %%\n", is, want,
		 (is / want - 1) * 100);
	return fabs(is - want) <= want * pct / 100;
}

static void check_response(const char *cc, const struct path *path, unsigned warm, unsigned losses)
{
	double is = window_seen(path, 0, cc, warm, losses);

	CHECK(within(is, response(1.0 / path->every, (double)path->rtt / 1e9), 5));
}

/* Where CUBIC is Reno; in a soak also where the curve is above that.  It is flat
 * where it ends, and comes to what it is to be slowly; tests/unit/tcp/cc_cubic.c
 * has that without packets. */
TEST(tcp_share, cubic_meets_its_response_function)
{
	check_response("cubic", &(struct path){ MSEC(20), 10000 }, SOAK(20, 6), SOAK(400, 9));
	if (soak())
		check_response("cubic", &(struct path){ MSEC(100), 10000 }, 800, 200);
}

TEST(tcp_share, reno_meets_its_response_function)
{
	check_response("reno", &(struct path){ MSEC(20), 10000 }, SOAK(20, 6), SOAK(400, 9));
}

/* --- losses by chance ------------------------------------------------------------------ */

/*
 * The equations are of losses at equal distances.  If chance decides, windows
 * are larger on average, all the more as W_est grows by a whole segment a round
 * trip once it is back at cwnd_prior (RFC 9438 4.3).  So this is what section 4
 * makes of such losses, round trip by round trip, without packets.
 */
static double response_by_chance(double p, double rtt, unsigned losses)
{
	double cwnd = 100, w_max = 0, prior = 0, sent = 0, rounds = 0;
	struct rng rng;

	rng_init(&rng, 1, "chance");
	for (unsigned i = 0; i < losses; i++) {
		double left = -log((rng_u32(&rng) + 1.0) / 4294967297.0) / p;
		double est = cwnd, k = 0, t = 0;

		if (cwnd < w_max)
			k = cbrt((w_max - cwnd) / 0.4);
		else
			w_max = cwnd;
		for (; left > 0; t += rtt, rounds++) {
			left -= cwnd, sent += cwnd;
			est += est < prior ? 9.0 / 17 : 1;
			if (w_max + 0.4 * pow(t + rtt - k, 3) < est)
				cwnd = fmax(cwnd, est);
			else
				cwnd = fmax(cwnd, w_max + 0.4 * pow(t + 2 * rtt - k, 3));
		}
		sent += cwnd, rounds++;           /* until the ACKs tell of it */
		w_max = cwnd < w_max ? cwnd * (1 + 0.7) / 2 : cwnd;
		prior = cwnd;
		cwnd *= 0.7;
	}
	return sent / rounds;
}

/* Without packets in `make check`: that CUBIC gains by chance, and how much. */
TEST(tcp_share, losses_by_chance_leave_more)
{
	const struct path path = { MSEC(20), 10000 };
	double want = response_by_chance(1e-4, 0.02, 20000), sum = 0;

	CHECK(within(want, 1.16 * response(1e-4, 0.02), 2));
	for (unsigned seed = 1; soak() && seed <= 5; seed++)
		sum += window_seen(&path, seed, "cubic", 20, 600);
	CHECK(!soak() || within(sum / 5, want, 5));
}

/* --- five at a bottleneck ---------------------------------------------------------------- */

#define FLOWS 5

/* s0..s4 - r1 - r2 - d0..d4: 100 Mbit/s, 20 ms there and back, a FIFO of one
 * bandwidth-delay product. */
static struct lab *dumbbell(void)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_str(&y, "defaults: {routing: static, link: {rate: 1gbit, delay: 1ms}}\nnodes:\n"
		"  r1: {gateway: 10.0.0.2}\n  r2: {gateway: 10.0.0.1}\n");
	for (int i = 0; i < FLOWS; i++)
		buf_printf(&y, "  s%d: {kind: host, gateway: 10.1.%d.1}\n"
			   "  d%d: {kind: host, gateway: 10.2.%d.1}\n", i, i, i, i);
	buf_str(&y, "links:\n  - {endpoints: [r1, r2], ipv4: 10.0.0.0/30, rate: 100mbit, "
		"delay: 8ms, queue: 250kb}\n");
	for (int i = 0; i < FLOWS; i++)
		buf_printf(&y, "  - {endpoints: [r1, s%d], ipv4: 10.1.%d.0/24}\n"
			   "  - {endpoints: [r2, d%d], ipv4: 10.2.%d.0/24}\n", i, i, i, i);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

static void start_all(struct flow *f, struct lab *lab, const char *cc, ns_t gap)
{
	static const char *const from[FLOWS] = { "s0", "s1", "s2", "s3", "s4" };
	static const char *const to[FLOWS] = { "d0", "d1", "d2", "d3", "d4" };

	for (int i = 0; i < FLOWS; i++) {
		f[i] = (struct flow){ .lab = lab, .from = from[i], .to = to[i], .cc = cc,
				      .there = FLOW_FOR_EVER };
		flow_begin(&f[i]);
		lab_run_until(lab, lab_now(lab) + gap);
	}
}

/* Jain's index of a minute that begins when the last one has begun. */
static void check_shares(const char *cc, ns_t gap)
{
	struct lab *lab = dumbbell();
	uint64_t before[FLOWS];
	double sum = 0, squares = 0;
	struct flow f[FLOWS];

	start_all(f, lab, cc, gap);
	for (int i = 0; i < FLOWS; i++)
		before[i] = f[i].server.got;
	lab_run_until(lab, lab_now(lab) + SEC(60));
	for (int i = 0; i < FLOWS; i++) {
		double mbps = (double)(f[i].server.got - before[i]) * 8e-6 / 60;

		sum += mbps;
		squares += mbps * mbps;
		flow_end(&f[i]);
	}
	SOAK_SAY("%s, one every %4.0f ms: %.1f Mbit/s in all, Jain's index %.3f\n", cc,
		 (double)gap / 1e6, sum, sum * sum / FLOWS / squares);
	CHECK(sum * sum / FLOWS / squares >= 0.95);
	CHECK(sum >= 95 && sum < 96);             /* 1448 of 1514 bytes are data */
	lab_free(lab);
}

TEST(tcp_share, five_streams_share_a_bottleneck)
{
	check_shares("cubic", MSEC(100));
	for (int i = 0; soak() && i < 8; i++) {
		check_shares("cubic", MSEC(1) << i * 2);
		check_shares("reno", MSEC(1) << i * 2);
	}
}
