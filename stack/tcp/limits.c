// SPDX-License-Identifier: MIT
/*
 * What strangers may make this host do: answers to segments that are not
 * acceptable (RFC 5961 7), for each connection and for the host, and
 * connections that only the peer keeps alive.
 *
 * Deviation, as Linux has it since 6.0: the host's limit on challenge ACKs is
 * off, for who can count the answers of a host learns of its connections
 * (CVE-2016-5696); the limit of each connection is on.  When the former is
 * set, the count of each second is a random one for the same reason.
 */
#include "stack/tcp/conn.h"

bool tcp_may_answer(struct tcp_conn *tc)
{
	ns_t every = MSEC(tcp_stack(tc)->opt[OPT_TCP_INVALID_RATE]);

	if (tcp_now(tc) - tc->answered_at < every)
		return false;
	tc->answered_at = tcp_now(tc);
	return true;
}

/* From half of the limit to one and a half. */
static uint32_t challenges_of_a_second(struct tcp_table *t, uint32_t limit)
{
	return limit / 2 + limit % 2 + (limit ? rng_below(&t->secret, limit) : 0);
}

bool tcp_may_challenge(struct stack *st)
{
	struct tcp_table *t = st->tcp;
	int64_t limit = st->opt[OPT_TCP_CHALLENGES];

	if (limit == INT32_MAX)
		return true;
	if (st->now / SEC(1) != t->challenge_at / SEC(1)) {
		t->challenge_at = st->now;
		t->challenges = challenges_of_a_second(t, (uint32_t)limit);
	}
	if (!t->challenges)
		return false;
	t->challenges--;
	return true;
}

/* --- orphans --------------------------------------------------------------------------- */

#define ORPHAN_RETRIES 8                  /* Linux's, where the option says 0 */

/* In FIN-WAIT-2 and TIME-WAIT a timer ends it, whatever the peer does. */
static bool counts(const struct tcp_conn *tc)
{
	return tc->orphan && (tc->state == TCP_FIN_WAIT_1 || tc->state == TCP_CLOSING ||
			      tc->state == TCP_LAST_ACK);
}

void tcp_orphan_recount(struct tcp_conn *tc)
{
	bool now = counts(tc);

	tcp_stack(tc)->tcp->n_orphans += (uint32_t)now - (uint32_t)tc->orphan_counted;
	tc->orphan_counted = now;
}

bool tcp_orphans_too_many(const struct stack *st)
{
	return st->tcp->n_orphans > st->opt[OPT_TCP_MAX_ORPHANS];
}

/* As Linux's tcp_orphan_retries(): none after an ICMP error once the timeout
 * is as long as it gets. */
unsigned tcp_orphan_retries(const struct tcp_conn *tc, bool alive)
{
	int64_t n = tcp_stack(tc)->opt[OPT_TCP_ORPHAN_RETRIES];

	if (tc->sk.soft_err && !alive)
		return 0;
	return n || !alive ? (unsigned)n : ORPHAN_RETRIES;
}
