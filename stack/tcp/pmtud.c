// SPDX-License-Identifier: MIT
/*
 * Paths that take less than they seemed to, or more.  RFC 1191 6.4: when a
 * router says so, what was too long is sent again at once, in shorter pieces,
 * and that is no sign of congestion.
 *
 * RFC 4821, if tcp_mtu_probing allows it: 2 from the beginning, 1 once long
 * segments only time out and nobody says why (7.7).  A connection then begins
 * with tcp_base_mss, and now and then one segment of data is longer than the
 * others (7.3, 7.4).  If it arrives all may be so long (7.6.1); if it alone is
 * lost that is no sign of congestion, either (7.6.2).  As Linux, the size is
 * halfway between what passes and what may, and the search rests for
 * tcp_probe_interval where these are less than tcp_probe_threshold apart.
 */
#include <stdlib.h>

#include "stack/tcp/pmtud.h"
#include "stack/wire/ip4.h"

#define CWND_MIN 11                       /* segments, to tell a loss by; Linux */

/* Sizes are of IP packets, in bytes. */
struct tcp_mtup {
	uint32_t low, high;               /* RFC 4821 7.2: what passes; what may not, + 1 */
	uint32_t size;                    /* of the probe that is out; 0: none is */
	seq_t start, end;                 /* of it */
	ns_t at;                          /* the search began */
};

static int64_t option(const struct tcp_conn *tc, enum stack_option o)
{
	return tcp_stack(tc)->opt[o];
}

/* Headers and options beside the data of a segment. */
static uint32_t beside(const struct tcp_conn *tc)
{
	return IP4_HLEN + TCP_HLEN + (tc->ts_ok ? TCP_TS_SPACE : 0) + tcp_ip_opts_len(tc);
}

/* RFC 4821 7.2: up to what the peer takes, and our user. */
static void search(struct tcp_conn *tc, uint32_t low_mss)
{
	uint32_t user = (uint32_t)tc->sk.opt[SKO_MAXSEG];
	struct tcp_mtup *m = tc->mtup;

	m->low = low_mss + beside(tc);
	m->high = (user && user < tc->peer_mss ? user : tc->peer_mss) + IP4_HLEN + TCP_HLEN;
	m->size = 0;
	m->at = tcp_now(tc);
}

/* Without memory there is no search. */
static bool search_begin(struct tcp_conn *tc)
{
	tc->mtup = malloc(sizeof(*tc->mtup));
	if (tc->mtup)
		search(tc, (uint32_t)option(tc, OPT_TCP_BASE_MSS));
	return tc->mtup != NULL;
}

void tcp_pmtu_begin(struct tcp_conn *tc)
{
	if (option(tc, OPT_TCP_MTU_PROBING) == 2)
		(void)search_begin(tc);
}

void tcp_pmtu_fini(struct tcp_conn *tc)
{
	free(tc->mtup);
	tc->mtup = NULL;
}

uint32_t tcp_pmtu_low(const struct tcp_conn *tc) { return tc->mtup->low; }

/* --- what was too long ------------------------------------------------------------------- */

/* As Linux's tcp_simple_retransmit(), which tcp_output() ends.  False: there is none. */
static bool resend_long(struct tcp_conn *tc)
{
	struct tcp_seg *s;
	bool any = false;

	list_for_each(&tc->sendq, s, node) {
		if (!s->sent)
			break;
		if (s->len > tc->snd_mss && !(s->marks & SEG_SACKED)) {
			tcp_mark_lost(tc, s, RTX_MTU);
			any = true;
		}
	}
	if (any)
		tcp_enter_resend(tc);
	return any;
}

/* RFC 4821 7.6.2: what it took from the window of congestion comes back. */
static void probe_failed(struct tcp_conn *tc)
{
	struct tcp_mtup *m = tc->mtup;

	m->high = m->size - 1;
	m->size = 0;
	tc->cc.cwnd += tc->cc.mss;
	tcp_stack(tc)->stat[ST_TCP_MTUP_FAIL]++;
}

void tcp_pmtu_told(struct tcp_conn *tc)
{
	uint16_t was = tc->snd_mss;
	bool probe;

	tcp_mss_update(tc);
	probe = tc->mtup && tc->mtup->size > tcp_path_mtu(tc);
	if (probe)
		probe_failed(tc);
	if (tc->state >= TCP_ESTABLISHED && (tc->snd_mss < was || probe) && resend_long(tc))
		tcp_output(tc);
}

/* RFC 4821 7.7. */
void tcp_pmtu_timeout(struct tcp_conn *tc)
{
	const struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);
	uint32_t floor = (uint32_t)option(tc, OPT_TCP_MTU_FLOOR), mss;

	if (!option(tc, OPT_TCP_MTU_PROBING) || tc->state < TCP_ESTABLISHED ||
	    tc->timeouts < option(tc, OPT_TCP_RETRIES1) || !s || s->len <= floor)
		return;
	if (!tc->mtup) {
		if (!search_begin(tc))
			return;
	} else {
		mss = tc->mtup->low > beside(tc) ? (tc->mtup->low - beside(tc)) / 2 : 0;
		mss = mss < tc->peer_mss / 2u ? mss : tc->peer_mss / 2u;  /* it was no longer */
		if (mss > option(tc, OPT_TCP_BASE_MSS))
			mss = (uint32_t)option(tc, OPT_TCP_BASE_MSS);
		tc->mtup->low = (mss > floor ? mss : floor) + beside(tc);
	}
	tcp_mss_update(tc);
}

/* --- what may be longer ------------------------------------------------------------------ */

/* RFC 4821 7.3: paths change. */
static void search_again(struct tcp_conn *tc)
{
	if (tcp_now(tc) - tc->mtup->at >= SEC(option(tc, OPT_TCP_PROBE_INTERVAL)))
		search(tc, tc->snd_mss);
}

/* Data for the next probe, 0: it is not the time for one. */
static uint32_t probe_len(struct tcp_conn *tc)
{
	struct tcp_mtup *m = tc->mtup;
	uint32_t path = tcp_path_mtu(tc);

	if (m->size || tc->ca_state != CA_OPEN || tc->cc.cwnd < CWND_MIN * tc->cc.mss ||
	    tc->n_sacks || tc->sk.opt[SKO_PMTUDISC] == PMTU_DONT)
		return 0;
	if (m->high > path)
		m->high = path;
	if (m->high < m->low + option(tc, OPT_TCP_PROBE_THRESHOLD)) {
		search_again(tc);
		return 0;
	}
	return (m->low + m->high) / 2 - beside(tc);
}

/* RFC 4821 7.4: only what would be sent soon anyway, with enough behind it to
 * tell its loss at once. */
enum tcp_mtu_probe tcp_pmtu_probe(struct tcp_conn *tc)
{
	uint32_t len = probe_len(tc), needed = len + (tc->reordering + 1) * tc->snd_mss;
	uint32_t out = (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una), segs = tcp_in_flight(tc);

	if (!len || tcp_unsent(tc) < needed || tc->snd_wnd < needed)
		return MTU_PROBE_NONE;
	if (out + needed > tc->snd_wnd)
		return MTU_PROBE_LATER;
	if ((segs + 2) * (uint64_t)tc->cc.mss > tc->cc.cwnd)
		return segs ? MTU_PROBE_LATER : MTU_PROBE_NONE;
	return tcp_sendq_join(tc, len) ? MTU_PROBE_NOW : MTU_PROBE_NONE;
}

/* It takes the place of two: it is more than one segment. */
void tcp_pmtu_probed(struct tcp_conn *tc, const struct tcp_seg *s)
{
	struct tcp_mtup *m = tc->mtup;

	m->size = s->len + beside(tc);
	m->start = s->seq;
	m->end = seg_end(s);
	tc->cc.cwnd -= tc->cc.mss;
}

/* RFC 4821 7.6.1.  The window of congestion is bytes here: it stays. */
void tcp_pmtu_acked(struct tcp_conn *tc)
{
	struct tcp_mtup *m = tc->mtup;

	if (!m->size || seq_lt(tc->snd_una, m->end))
		return;
	m->low = m->size;
	m->size = 0;
	tcp_stack(tc)->stat[ST_TCP_MTUP_SUCCESS]++;
	tcp_mss_update(tc);
}

bool tcp_pmtu_lost(struct tcp_conn *tc)
{
	const struct tcp_mtup *m = tc->mtup;

	if (!m->size || !seq_eq(tc->snd_una, m->start))
		return false;
	probe_failed(tc);
	return resend_long(tc);
}

/* RFC 4821 7.6.3: something else was lost, too; another probe will tell. */
void tcp_pmtu_inconclusive(struct tcp_conn *tc) { tc->mtup->size = 0; }
