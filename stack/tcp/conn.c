// SPDX-License-Identifier: MIT
/* The life of a connection: RFC 9293 3.3.2. */
#include <stdlib.h>

#include "stack/tcp/fastopen.h"
#include "stack/tcp/pmtud.h"
#include "stack/tcp/rcvbuf.h"
#include "stack/tcp/urgent.h"
#include "stack/tcp/zerocopy.h"
#include "stack/wire/ip4.h"

#define MSS_MIN 48                        /* Linux's floor (CVE-2019-11479) */
#define NEVER_ANSWERED -SEC(3600)         /* answered_at */

const char *tcp_state_name(enum tcp_state s)
{
	static const char *const names[TCP_N_STATE] = {
		"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
		"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
	};

	return (unsigned)s < TCP_N_STATE ? names[s] : "?";
}

/* --- birth and death --------------------------------------------------------------- */

struct sock *tcp_new(struct stack *st)
{
	struct tcp_table *t = tcp_table(st);
	struct tcp_conn *tc = t ? tcp_conn_alloc(t) : NULL;

	if (!tc)
		return NULL;
	tc->sk.st = st;
	tc->sk.ops = &tcp_sock_ops;
	tc->snd_mss = TCP_MSS_DEFAULT;
	tc->answered_at = NEVER_ANSWERED;
	list_init(&tc->sendq);
	list_init(&tc->sent_order);
	tcp_timers_init(tc);
	return &tc->sk;
}

/* Everything but the struct and the port: nothing finds the connection any
 * more. */
static void let_go(struct tcp_conn *tc)
{
	tcp_timers_stop(tc);
	tcp_unhash(tc);
	tcp_fastopen_forget(tc);
	tcp_pace_fini(tc);
	tcp_pmtu_fini(tc);
	tcp_sendq_fini(tc);
}

/* Of what its owner holds on to: a port that he asked for stays his. */
static void port_let_go(struct tcp_conn *tc)
{
	if (tc->sk.port_asked && list_linked(&tc->sk.port_node))
		return;
	tcp_port_release(tc);
}

void tcp_free(struct tcp_conn *tc)
{
	tcp_listen_fini(tc);
	tcp_zc_fini(tc);
	let_go(tc);
	tcp_listen_forget(tc);
	tcp_port_release(tc);
	tcp_rcv_fini(tc);
	tcp_urgent_fini(tc);
	tcp_ip_opts_fini(tc);
	tcp_fastopen_fini(tc);
	free(tc->blocks);
	free(tc->sk.rare);
	tcp_conn_release(tcp_stack(tc)->tcp, tc);
}

/* What was received stays for the user to read, whatever the end, as in Linux;
 * and so does a connection that sk_accept() would have given next. */
void tcp_done(struct tcp_conn *tc, int err)
{
	bool held = !tc->orphan && (!tc->listener || tc->in_accept_q);

	tcp_set_state(tc, TCP_CLOSED);
	if (!held) {
		tcp_free(tc);
		return;
	}
	let_go(tc);
	port_let_go(tc);
	if (err)
		tc->sk.pending_err = err;
	tc->over = true;
	sock_ready_changed(&tc->sk);
}

/* What was counted and learnt of a connection, as Linux's tcp_disconnect(); the rest
 * begins with the next. */
static void forget(struct tcp_conn *tc)
{
	tc->total_retrans = tc->delivered = tc->reord_seen = tc->dsack_seen = 0;
	tc->bytes_sent = tc->bytes_retrans = tc->bytes_acked = tc->bytes_received = 0;
	tc->segs_out = tc->segs_in = tc->data_segs_out = tc->data_segs_in = 0;
	tc->data_at = tc->sent_at = tc->probed_at = 0;
	tc->answered_at = NEVER_ANSWERED;
	tc->pingpong = tc->limited = tc->no_space = false;
	tc->quick_acks = tc->pushed = 0;
	tc->last_short = 0;
	tc->ato_us = tc->drs_read = tc->max_out = 0;
}

void tcp_renew(struct tcp_conn *tc)
{
	struct sock *sk = &tc->sk;
	bool ends = tc->state != TCP_CLOSED;

	tcp_set_state(tc, TCP_CLOSED);
	tcp_listen_fini(tc);
	let_go(tc);
	if (ends)
		port_let_go(tc);
	if (!list_linked(&sk->port_node))
		sk->lport = 0;
	tcp_rcv_fini(tc);
	tcp_urgent_fini(tc);
	forget(tc);
	tc->over = tc->fin_queued = tc->fin_seen = tc->more = tc->passive = false;
	tc->rcv_shut = tc->snd_shut = false;
	tc->user = USER_NEW;
	sk->connected = false;
	sk->local = sk->bind_addr;
	sk->peer = 0;
	sk->pport = 0;
	sk->soft_err = OK;
}

/* --- states ------------------------------------------------------------------------ */

/* RFC 4022: tcpAttemptFails, tcpEstabResets. */
static void count_end(const struct tcp_conn *tc, enum tcp_state from)
{
	struct stack *st = tcp_stack(tc);

	if (from == TCP_SYN_SENT || from == TCP_SYN_RECEIVED)
		st->stat[ST_TCP_ATTEMPT_FAILS]++;
	else if (from == TCP_ESTABLISHED || from == TCP_CLOSE_WAIT)
		st->stat[ST_TCP_ESTAB_RESETS]++;
}

void tcp_set_state(struct tcp_conn *tc, enum tcp_state s)
{
	enum tcp_state from = tc->state;

	tc->state = s;
	if (s == TCP_CLOSED)
		count_end(tc, from);
	if (unlikely(tc->orphan))
		tcp_orphan_recount(tc);
	if (from != s)
		tcp_tell_state(tc, from);
}

/* RFC 9293 3.6: 2 MSL, of the host's choosing (Linux: 60 s in all). */
void tcp_time_wait(struct tcp_conn *tc)
{
	/* Linux: from FIN-WAIT-2 on, if nobody owns it */
	if (tc->state != TCP_TIME_WAIT && !(tc->state == TCP_FIN_WAIT_2 && tc->orphan))
		tcp_count(tc, EXT_TW);
	tcp_set_state(tc, TCP_TIME_WAIT);
	tcp_sendq_fini(tc);
	tcp_timers_stop(tc);
	tcp_time_wait_set(tc);
}

void tcp_time_wait_end(struct tcp_conn *tc, struct tcp_reuse *old)
{
	*old = (struct tcp_reuse){ true, tc->snd_nxt };
	tcp_done(tc, OK);
}

/* --- what both ends agree on --------------------------------------------------------- */

/* The smallest shift with which the field can say all of the largest buffer. */
static uint8_t wscale_for(uint32_t wnd)
{
	unsigned shift = wnd > UINT16_MAX ? 16 - (unsigned)__builtin_clz(wnd) : 0;

	return (uint8_t)(shift < TCP_WSCALE_MAX ? shift : TCP_WSCALE_MAX);
}

/* Linux's step beyond what a window of 64 KiB could still hold. */
static seq_t isn_after(seq_t old_nxt) { return seq_add(old_nxt, UINT16_MAX + 2); }

/* RFC 6691 2 (RFC 9293 3.7.1): the interface's MTU, for what ICMP said of the
 * path says nothing of the way back; no more than the user wants. */
static uint16_t adv_mss(const struct tcp_conn *tc, const struct ip4_path *path)
{
	uint32_t mtu = path->dev && path->dev->mtu > path->mtu ? path->dev->mtu : path->mtu;
	uint32_t mss = mtu - IP4_HLEN - TCP_HLEN, user = (uint32_t)tc->sk.opt[SKO_MAXSEG];

	return (uint16_t)(user && user < mss ? user : mss);
}

/* What the window may become: a buffer whose size the user set stays as it is, and a
 * clamp that is there when it begins is one for ever. */
static uint32_t max_window(const struct tcp_conn *tc)
{
	uint32_t most = (uint32_t)tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX];
	uint32_t clamp = (uint32_t)sock_opt(&tc->sk, SKO_WINDOW_CLAMP);

	if (tc->rcvbuf_fixed)
		most = (uint32_t)tc->sk.opt[SKO_RCVBUF] / 2;
	return clamp && clamp < most ? clamp : most;
}

void tcp_conn_begin(struct tcp_conn *tc, const struct ip4_path *path,
		    const struct tcp_reuse *old)
{
	const struct stack *st = tcp_stack(tc);
	const struct tcp_first first = tcp_first(tc);

	tc->path_mtu = path->mtu;
	tc->path_gen = st->ways_gen;
	tc->adv_mss = adv_mss(tc, path);
	tc->peer_mss = TCP_MSS_DEFAULT;
	tc->ts_ok = st->opt[OPT_TCP_TIMESTAMPS];
	tc->sack_ok = st->opt[OPT_TCP_SACK];
	tc->wscale_ok = st->opt[OPT_TCP_WSCALE];
	tc->rcv_wscale = tc->wscale_ok ? wscale_for(max_window(tc)) : 0;
	tc->ts_offset = first.ts;
	tc->iss = old->any ? isn_after(old->snd_nxt) : first.isn;
	tcp_recovery_init(tc);
	tcp_rtt_init(tc);                         /* of a socket that connects again, too */
	tc->probes = tc->unheard = tc->dup_acks = 0;
	tc->syn_data = false;
	tcp_pmtu_fini(tc);
	tc->sk.soft_err = OK;
	tc->snd_una = tc->snd_nxt = tc->high_sacked = tc->high_seq = tc->small_end = tc->iss;
	tc->snd_mss = tc->rcv_mss = TCP_MSS_DEFAULT;
	tcp_rcvbuf_begin(tc);
	tcp_cc_begin(tc);
}

uint32_t tcp_path_mtu(const struct tcp_conn *tc)
{
	struct stack *st = tcp_stack(tc);
	uint32_t known;

	if (tc->path_gen == st->ways_gen && !st->pmtu)
		return tc->path_mtu;              /* nothing changed since */
	known = ip4_path_mtu(st, tc->sk.peer);

	return known && known < tc->path_mtu ? known : tc->path_mtu;
}

/* RFC 9293 3.7.1 (MUST-16): their option, our path, less our options. */
void tcp_mss_update(struct tcp_conn *tc)
{
	uint32_t mss = tcp_path_mtu(tc) - IP4_HLEN - TCP_HLEN;
	uint32_t user = (uint32_t)tc->sk.opt[SKO_MAXSEG];

	if (tc->peer_mss < mss)
		mss = tc->peer_mss;
	if (user && user < mss)
		mss = user;
	if (tc->mtup && tcp_pmtu_low(tc) - IP4_HLEN - TCP_HLEN < mss)
		mss = tcp_pmtu_low(tc) - IP4_HLEN - TCP_HLEN;
	if (tc->ts_ok)
		mss = mss > TCP_TS_SPACE ? mss - TCP_TS_SPACE : 0;
	mss = mss > tcp_ip_opts_len(tc) ? mss - tcp_ip_opts_len(tc) : 0;
	tc->snd_mss = (uint16_t)(mss > MSS_MIN ? mss : MSS_MIN);
	tc->cc.mss = tc->snd_mss;
}

void tcp_conn_agree(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	const struct tcp_opts *o = &rx->o;

	tc->irs = rx->h.seq;
	tc->rcv_nxt = tc->rcv_wup = seq_add(tc->irs, 1);
	tc->rcv_adv = tc->rcv_nxt;
	tc->peer_mss = o->has_mss && o->mss ? o->mss : TCP_MSS_DEFAULT;
	tc->ts_ok = tc->ts_ok && o->has_ts;
	tc->sack_ok = tc->sack_ok && o->sack_ok;
	tc->wscale_ok = tc->wscale_ok && o->has_wscale;
	tc->snd_wscale = tc->wscale_ok ? o->wscale : 0;
	if (!tc->wscale_ok)
		tc->rcv_wscale = 0;
	if (tc->ts_ok) {
		tc->ts_recent = o->tsval;
		tc->ts_recent_at = tcp_now(tc);
	}
	tcp_ecn_agree(tc, rx);
	tcp_pmtu_begin(tc);
	tcp_mss_update(tc);
	tc->rcv_mss = tc->snd_mss < TCP_MSS_DEFAULT ? tc->snd_mss : TCP_MSS_DEFAULT;
	tcp_rcvbuf_agreed(tc);
	tc->snd_wnd = tc->max_snd_wnd = rx_wnd(tc, rx);
	tc->snd_wl1 = rx->h.seq;
	tc->snd_wl2 = rx->h.ack;
	tc->heard_at = tcp_now(tc);
}

void tcp_conn_established(struct tcp_conn *tc)
{
	tcp_set_state(tc, TCP_ESTABLISHED);
	if (likely(!tc->fo_child))                /* which has begun to send */
		tc->cc.cwnd = CC_INITIAL_SEGS * tc->snd_mss;      /* the MSS is known now */
	/* RFC 5681 3.1: a lost SYN is a sign of congestion.  As Linux: the second,
	 * for RTTs above the first timeout are not rare. */
	if (tc->timeouts > 1)
		tc->cc.cwnd = tc->snd_mss;
	tcp_rtt_handshake_over(tc);
	tc->xmit_at = NS_NEVER;
	if (tc->passive && !tc->fo_child)         /* Linux makes it only now */
		tcp_stack(tc)->stat[ST_TCP_PASSIVE_OPENS]++;
	tcp_keepalive_set(tc, false);
	if (tc->fin_queued)
		tcp_set_state(tc, TCP_FIN_WAIT_1);
}
