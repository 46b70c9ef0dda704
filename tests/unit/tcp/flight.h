/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_TCP_FLIGHT_H
#define TESTS_UNIT_TCP_FLIGHT_H
/* A connection whose round trip is known to be 20 ms, with segments in flight. */
#include "tests/unit/tcp/fixture.h"

#define MSS (1460u - (FLIGHT_KIND == PEER_FULL ? 12 : 0))
#define AT(n) (31 + (uint32_t)(n) * MSS)  /* of the n-th segment from 0 */
#define RTT MSEC(20)
#ifndef FLIGHT_KIND
#define FLIGHT_KIND PEER_SACK
#endif

static inline void flight_write(struct peer *t, unsigned segs)
{
	CHECK_EQ(peer_write(t, (size_t)segs * MSS), segs * MSS);
}

/* The peer acknowledges up to the n-th. */
static inline void flight_ack(struct peer *t, unsigned n)
{
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(n));
}

/* It has only those from `from` up to `to`, of what is not acknowledged yet. */
static inline void flight_sack(struct peer *t, unsigned una, unsigned from, unsigned to)
{
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(una), .n_sack = 1,
	    .sack = { { AT(from), AT(to) } });
}

static inline struct peer *flight(unsigned segs)
{
	struct peer *t = peer_new(FLIGHT_KIND);

	peer_accept_after(t, RTT);
	for (uint32_t i = 0; i < 30; i++) {       /* SRTT settles */
		(void)peer_write(t, 1);
		peer_wait(t, RTT);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2 + i);
	}
	peer_skip(t);
	CHECK(peer_conn(t)->srtt > MSEC(19) && peer_conn(t)->srtt <= RTT);
	flight_write(t, segs);
	CHECK_EQ(peer_waiting(t), segs);
	peer_skip(t);
	return t;
}

#endif
