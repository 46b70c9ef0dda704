// SPDX-License-Identifier: MIT
/*
 * Paths that take less than they seemed to.  RFC 1191 6.4: when a router says
 * so, what was too long is sent again at once, in shorter pieces, and that is
 * no sign of congestion.  RFC 4821 7.7: when nobody says so and long segments
 * only time out, shorter ones are tried, if tcp_mtu_probing is 1 (Linux).
 */
#include "stack/tcp/conn.h"

#define BLACK_HOLE_AFTER 3                /* timeouts in a row; Linux: tcp_retries1 */
#define BASE_MSS 1024                     /* RFC 4821 7.2; Linux: tcp_base_mss */
#define FLOOR_MSS 512                     /* RFC 4821 7.7: then it is the path */
#define CAP_FOR SEC(600)                  /* Linux: tcp_probe_interval */

/* As Linux's tcp_simple_retransmit(). */
void tcp_pmtu_reduced(struct tcp_conn *tc)
{
	struct tcp_seg *s;
	bool any = false;

	if (tc->state < TCP_ESTABLISHED)
		return;
	list_for_each(&tc->sendq, s, node) {
		if (!s->sent)
			break;
		if (s->len > tc->snd_mss && !(s->marks & SEG_SACKED)) {
			tcp_mark_lost(tc, s, RTX_MTU);
			any = true;
		}
	}
	if (!any)
		return;
	if (tc->ca_state != CA_LOSS) {
		tc->undo.on = tc->frto = tc->tlp_out = false;
		tc->high_seq = tc->snd_nxt;
		tc->ca_state = CA_LOSS;
	}
	tcp_output(tc);
}

void tcp_pmtu_timeout(struct tcp_conn *tc)
{
	const struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);
	uint16_t cap = tc->mss_cap ? tc->mss_cap / 2 : BASE_MSS;

	if (!tcp_stack(tc)->opt[OPT_TCP_MTU_PROBING] || tc->state < TCP_ESTABLISHED ||
	    tc->timeouts < BLACK_HOLE_AFTER || !s || s->len <= FLOOR_MSS)
		return;
	tc->mss_cap = cap > FLOOR_MSS ? cap : FLOOR_MSS;
	tc->mss_cap_at = tcp_now(tc);
	tcp_mss_update(tc);
}

/* RFC 4821 7.3: paths change; the long ones are tried again. */
void tcp_pmtu_acked(struct tcp_conn *tc)
{
	if (!tc->mss_cap || tcp_now(tc) - tc->mss_cap_at < CAP_FOR)
		return;
	tc->mss_cap = 0;
	tcp_mss_update(tc);
}
