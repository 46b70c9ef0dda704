// SPDX-License-Identifier: MIT
#include "stack/tcp/info.h"

#include <string.h>

#include "stack/tcp/rate.h"
#include "stack/tcp/rcvbuf.h"
#include "stack/wire/ip4.h"

#define SSTHRESH_NONE 0x7fffffff          /* Linux: TCP_INFINITE_SSTHRESH */
#define RCV_MSS_MIN 88                    /* Linux: TCP_MIN_MSS */

enum { OPT_TIMESTAMPS = 1, OPT_SACK = 2, OPT_WSCALE = 4, OPT_ECN = 8,
       OPT_SYN_DATA = 32 };               /* Linux: TCPI_OPT_ */

/* Linux's numbers of the states, include/net/tcp_states.h. */
static int64_t state_number(enum tcp_state s)
{
	static const uint8_t numbers[TCP_N_STATE] = {
		[TCP_CLOSED] = 7, [TCP_LISTEN] = 10, [TCP_SYN_SENT] = 2, [TCP_SYN_RECEIVED] = 3,
		[TCP_ESTABLISHED] = 1, [TCP_FIN_WAIT_1] = 4, [TCP_FIN_WAIT_2] = 5,
		[TCP_CLOSE_WAIT] = 8, [TCP_CLOSING] = 11, [TCP_LAST_ACK] = 9,
		[TCP_TIME_WAIT] = 7,              /* CLOSED: it is not the user's any more */
	};

	return numbers[s];
}

static int64_t ms_since(const struct tcp_conn *tc, ns_t at)
{
	return at ? (tcp_now(tc) - at) / MSEC(1) : 0;
}

/* As Linux has it: less the timestamps of each segment, once they are agreed on. */
static uint32_t advmss(const struct tcp_conn *tc)
{
	uint32_t mss = tc->adv_mss ? tc->adv_mss : TCP_MSS_DEFAULT;

	return mss - (tc->ts_ok && tc->state >= TCP_ESTABLISHED ? TCP_TS_SPACE : 0);
}

static void fill_options(const struct tcp_conn *tc, struct sk_tcp_info *i)
{
	i->options = (tc->ts_ok ? OPT_TIMESTAMPS : 0) | (tc->sack_ok ? OPT_SACK : 0) |
		     (tc->wscale_ok ? OPT_WSCALE : 0) | (tc->ecn.ok ? OPT_ECN : 0) |
		     (tc->syn_data ? OPT_SYN_DATA : 0);
	i->snd_wscale = tc->snd_wscale;
	i->rcv_wscale = tc->rcv_wscale;
}

uint32_t tcp_info_snd_mss(const struct tcp_conn *tc)
{
	uint32_t user = (uint32_t)tc->sk.opt[SKO_MAXSEG], most = tcp_path_mtu(tc);

	if (tc->state != TCP_SYN_SENT)
		return tc->snd_mss;
	most = most > IP4_HLEN + TCP_HLEN ? most - IP4_HLEN - TCP_HLEN : 0;
	user = user ? user : TCP_MSS_DEFAULT;
	return (user < most ? user : most) - (tc->ts_ok ? TCP_TS_SPACE : 0);
}

static void fill_agreed(const struct tcp_conn *tc, struct sk_tcp_info *i)
{
	i->state = state_number(tc->state);
	if (tc->state != TCP_SYN_SENT)            /* where nothing is */
		fill_options(tc, i);
	i->snd_mss = tcp_info_snd_mss(tc);
	i->rcv_mss = tc->state == TCP_SYN_SENT ? RCV_MSS_MIN : tc->rcv_mss;
	i->pmtu = tcp_path_mtu(tc);
	i->advmss = advmss(tc);
	i->snd_wnd = tc->snd_wnd;
	i->rcv_wnd = tcp_rcv_wnd(tc);
}

/* As Linux: those that nobody answered. */
static unsigned probes_unheard(const struct tcp_conn *tc)
{
	if (tc->heard_at >= tc->probed_at)
		return 0;
	return tc->persist ? tc->unheard : tc->probes;
}

static void fill_recovery(const struct tcp_conn *tc, struct sk_tcp_info *i)
{
	uint32_t mss = tc->cc.mss ? tc->cc.mss : TCP_MSS_DEFAULT;
	bool none = tc->user == USER_NEW;         /* no connection so far */

	i->ca_state = tc->ca_state;
	i->snd_cwnd = none ? CC_INITIAL_SEGS : tc->cc.cwnd / mss;
	i->snd_ssthresh = none || tc->cc.ssthresh == CC_INFINITE ? SSTHRESH_NONE :
			  tc->cc.ssthresh / mss;
	i->retransmits = tc->timeouts;
	i->backoff = tc->persist && tc->probes ? tc->probes : tc->backoff;
	i->probes = probes_unheard(tc);
	i->unacked = tc->n_out;
	i->sacked = tc->n_sacked;
	i->lost = tc->n_lost;
	i->retrans = tc->n_retrans;
	i->total_retrans = (int64_t)tc->total_retrans;
	i->reordering = tc->reordering;
	i->reord_seen = tc->reord_seen;
	i->dsack_dups = tc->dsack_seen;
	i->delivered = (int64_t)tc->delivered;
	i->min_rtt = tc->min_rtt / USEC(1);
	i->rto = tcp_rto_now(tc) / USEC(1);
	i->ato = tc->ato_us;
	i->rtt = tc->srtt / USEC(1);
	i->rttvar = tc->rttvar / USEC(1);
}

static void fill_queues(const struct tcp_conn *tc, struct sk_tcp_info *i)
{
	i->notsent_bytes = tcp_user_unsent(tc);
	i->bytes_acked = (int64_t)tcp_bytes_acked(tc);
	i->bytes_received = (int64_t)tcp_bytes_received(tc);
	i->last_data_sent = ms_since(tc, tc->sent_at);
	i->last_data_recv = ms_since(tc, tc->data_at ? tc->data_at : tc->heard_at);
	i->last_ack_recv = ms_since(tc, tc->heard_at);
	i->rcv_space = tc->drs_space;
	i->rcv_ssthresh = tcp_rcvbuf_ssthresh(tc);
	i->segs_out = tc->segs_out;
	i->segs_in = tc->segs_in;
	i->data_segs_out = tc->data_segs_out;
	i->data_segs_in = tc->data_segs_in;
	i->bytes_sent = (int64_t)tc->bytes_sent;
	i->bytes_retrans = (int64_t)tc->bytes_retrans;
}

static void fill_rate(const struct tcp_conn *tc, struct sk_tcp_info *i)
{
	ns_t busy, rwnd, sndbuf;

	tcp_waited(tc, &busy, &rwnd, &sndbuf);
	i->busy_time = busy / USEC(1);
	i->rwnd_limited = rwnd / USEC(1);
	i->sndbuf_limited = sndbuf / USEC(1);
	i->delivery_rate = (int64_t)tcp_rate(tc);
	i->delivery_rate_app_limited = tc->rate_limited;
}

void tcp_info_fill(const struct tcp_conn *tc, struct sk_tcp_info *info)
{
	memset(info, 0, sizeof(*info));
	fill_agreed(tc, info);
	fill_recovery(tc, info);
	fill_queues(tc, info);
	fill_rate(tc, info);
}

int sk_tcp_info(const struct sock *sk, struct sk_tcp_info *info)
{
	if (sk->type != SK_STREAM)
		return ERR_OPNOTSUP;
	tcp_info_fill(tcp_conn(sk), info);
	return OK;
}

/* fackets and last_ack_sent are 0 in Linux, too. */
bool sk_tcp_info_find(const struct sk_tcp_info *info, const char *name, int64_t *v)
{
	static const char *const unknown[] = { "rcv_rtt", "delivered_ce" };

	for (size_t i = 0; i < N_ELEM(unknown); i++)
		if (strcmp(name, unknown[i]) == 0)
			return false;
#define X(field) \
	if (strcmp(name, #field) == 0) \
		return *v = info->field, true;
	SK_TCP_INFO(X)
#undef X
	return false;
}
