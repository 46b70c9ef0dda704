// SPDX-License-Identifier: MIT
/*
 * Trouble that may pass (RFC 9293 3.8.3, 3.9.2.2): what ICMP says, and R1
 * retransmissions without an answer.  IP is advised to look for another way,
 * and the user hears of it if he asked to, by SKO_RECVERR (MUST-47, SHLD-20);
 * what was heard last is also how the connection ends if the trouble does not
 * pass.
 */
#include "stack/tcp/conn.h"

void tcp_soft_error(struct tcp_conn *tc, const struct icmp_err *e)
{
	tc->sk.soft_err = e->err;
	if (!sock_opt(&tc->sk, SKO_RECVERR) || tc->orphan || tc->listener)
		return;
	sock_error(&tc->sk, e, tc->sk.pport);
	sock_ready_changed(&tc->sk);              /* may close it: last */
}

/* SHLD-9: an error of our own, ERR_TIMEDOUT, its info how often it was sent
 * again.  It is no pending error: nothing has failed yet. */
static void tell_user(struct tcp_conn *tc)
{
	const struct endpoint to = { addr_ip4(tc->sk.peer), tc->sk.pport };

	if (tc->orphan || tc->listener)
		return;
	sock_local_error(&tc->sk, ERR_TIMEDOUT, tc->timeouts, &to);
	sock_ready_changed(&tc->sk);              /* may close it: last */
}

/* MUST-20, MUST-22: for data and SYNs alike. */
void tcp_retransmitted(struct tcp_conn *tc)
{
	if (tc->timeouts < tcp_stack(tc)->opt[OPT_TCP_RETRIES1] || !tc->timeouts)
		return;
	ip4_doubt(tcp_stack(tc), tc->sk.peer, tc->sk.local, tc->sk.ifindex, tcp_flow(tc));
	if (tc->timeouts == tcp_stack(tc)->opt[OPT_TCP_RETRIES1])
		tell_user(tc);
}
