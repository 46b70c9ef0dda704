// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/overtake.h"

#include "stack/pkt.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define N 3000

static struct pkt pkts[N];

/* Pushes and pops in any mixture; what comes out is the least that is in. */
TEST(overtake, frames_come_out_by_arrival_and_then_by_sending)
{
	struct overtakers o = { 0 };
	unsigned in = 0, out = 0;
	bool is_in[N] = { false }, right = true;
	struct rng rng;

	rng_init(&rng, 1, "overtake");
	while (out < N) {
		if (in < N && (o.n == 0 || rng_below(&rng, 5) < 3)) {
			pkts[in].at = rng_below(&rng, 100);       /* many are equal */
			pkts[in].seq = in;
			is_in[in] = true;
			CHECK(overtake_push(&o, &pkts[in++]));
		} else {
			struct pkt *p = overtake_pop(&o);

			for (unsigned i = 0; i < in; i++)
				right &= !is_in[i] || pkts[i].at > p->at ||
					 (pkts[i].at == p->at && pkts[i].seq >= p->seq);
			right &= is_in[p->seq];
			is_in[p->seq] = false;
			out++;
		}
	}
	CHECK(right);
	CHECK_EQ(o.n, 0);
	overtake_fini(&o);
}
