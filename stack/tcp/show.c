// SPDX-License-Identifier: MIT
/* Streams as values for people and graders (stack/show.h).  Reads only. */
#include "stack/show.h"

#include <stdlib.h>

#include "stack/tcp/conn.h"
#include "stack/tcp/info.h"
#include "stack/tcp/ooo.h"
#include "stack/tcp/urgent.h"

uint64_t show_tcp_ext(const struct stack *st, enum tcp_ext e)
{
	return st->tcp ? st->tcp->ext[e] : 0;
}

const char *show_tcp_ext_name(enum tcp_ext e)
{
	static const char *const names[EXT_N] = {
#define X(name, str) [name] = str,
		TCP_EXT_MAP(X)
#undef X
	};

	return names[e];
}

/* --- one ---------------------------------------------------------------------------- */

static struct endpoint end_of(ip4_t a, uint16_t port)
{
	return (struct endpoint){ a ? addr_ip4(a) : (struct addr){ .family = ADDR_NONE }, port };
}

static void sock_fill(const struct sock *sk, struct show_sock *out)
{
	uint32_t waits = sk->type == SK_STREAM ? 0 : sock_dgram(sk)->rx_bytes;

	*out = (struct show_sock){
		.sk = sk, .type = sk->type, .proto = sk->proto, .local = end_of(sk->local, sk->lport),
		.peer = end_of(sk->peer, sk->pport), .ifindex = sk->ifindex,
		.connected = sk->connected, .rx_bytes = waits, .recv_q = waits,
		.rcvbuf = (uint32_t)sk->opt[SKO_RCVBUF], .sndbuf = (uint32_t)sk->opt[SKO_SNDBUF],
	};
}

static void fill_sequence(const struct tcp_conn *tc, struct show_tcp *t)
{
	t->iss = tc->iss.v;
	t->snd_una = tc->snd_una.v;
	t->snd_nxt = tc->snd_nxt.v;
	t->snd_wnd = tc->snd_wnd;
	t->snd_up = tcp_snd_up(tc).v;
	t->snd_wl1 = tc->snd_wl1.v;
	t->snd_wl2 = tc->snd_wl2.v;
	t->max_snd_wnd = tc->max_snd_wnd;
	t->irs = tc->irs.v;
	t->rcv_nxt = tc->rcv_nxt.v;
	t->rcv_up = tcp_rcv_up(tc).v;
	t->rcv_wnd = tcp_rcv_wnd(tc);
	t->last_ack_sent = tc->rcv_wup.v;
}

static void fill_options(const struct tcp_conn *tc, struct show_tcp *t)
{
	t->snd_wscale = tc->snd_wscale;
	t->rcv_wscale = tc->rcv_wscale;
	t->wscale_ok = tc->wscale_ok;
	t->ts_ok = tc->ts_ok;
	t->sack_ok = tc->sack_ok;
	t->syn_data = tc->syn_data;
	t->ts_recent = tc->ts_recent;
	t->eff_snd_mss = tc->snd_mss;
	t->send_mss = tc->peer_mss;
	t->rcv_mss = tc->rcv_mss;
	t->path_mtu = tcp_path_mtu(tc);
	t->adv_mss = tc->adv_mss;
	t->nodelay = tc->sk.opt[SKO_NODELAY];
	t->cork = tc->sk.opt[SKO_CORK];
	t->keepalive = tc->sk.opt[SKO_KEEPALIVE];
}

static void fill_congestion(const struct tcp_conn *tc, struct show_tcp *t)
{
	static const char *const ca[] = {
		[CA_OPEN] = "Open", [CA_DISORDER] = "Disorder", [CA_CWR] = "CWR",
		[CA_RECOVERY] = "Recovery", [CA_LOSS] = "Loss",
	};

	t->ca_state = ca[tc->ca_state];
	t->cc = tc->cc.ops ? tc->cc.ops->name : "";
	t->cwnd = tc->cc.cwnd;
	t->ssthresh = tc->cc.ssthresh;
	t->flight_size = (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una);
	t->pipe_segs = tcp_in_flight(tc);
	t->out_segs = tc->n_out;
	t->sacked_segs = tc->n_sacked;
	t->lost_segs = tc->n_lost;
	t->retrans_segs = tc->n_retrans;
	t->recovery_point = tc->high_seq.v;
	t->high_sacked = tc->high_sacked.v;
	t->dup_acks = tc->dup_acks;
	t->srtt = tc->srtt;
	t->rttvar = tc->rttvar;
	t->backoff = tc->backoff;
	t->timeouts = tc->timeouts;
	t->rto = tcp_rto_now(tc);
}

/* The one that ss(8) would name. */
static void fill_timer(const struct tcp_conn *tc, struct show_tcp *t)
{
	ns_t at = NS_NEVER;

	t->timer = SHOW_T_OFF;
	if (tc->xmit_at != NS_NEVER) {
		t->timer = tc->persist ? SHOW_T_PERSIST : SHOW_T_ON;
		at = tc->xmit_at;
	} else if (tc->life_at != NS_NEVER) {
		t->timer = tc->state == TCP_TIME_WAIT ||
				   (tc->state == TCP_FIN_WAIT_2 && tc->orphan) ?
				   SHOW_T_TIMEWAIT : SHOW_T_KEEPALIVE;
		at = tc->life_at;
	}
	t->timer_in = at == NS_NEVER ? at : at > tcp_now(tc) ? at - tcp_now(tc) : 0;
	t->probes = tc->probes;
}

static ns_t since(const struct tcp_conn *tc, ns_t at) { return at ? tcp_now(tc) - at : 0; }

static void fill_counters(const struct tcp_conn *tc, struct show_tcp *t)
{
	t->last_send = since(tc, tc->sent_at);
	t->last_recv = since(tc, tc->data_at);
	t->last_ack = since(tc, tc->heard_at);
	t->bytes_sent = tc->bytes_sent;
	t->bytes_retrans = tc->bytes_retrans;
	t->bytes_acked = tcp_bytes_acked(tc);
	t->bytes_received = tcp_bytes_received(tc);
	t->total_retrans = tc->total_retrans;
	t->segs_out = tc->segs_out;
	t->segs_in = tc->segs_in;
	t->data_segs_out = tc->data_segs_out;
	t->data_segs_in = tc->data_segs_in;
}

void tcp_show_fill(const struct tcp_conn *tc, struct show_tcp *out)
{
	*out = (struct show_tcp){
		.state = tcp_state_name(tc->state), .listens = tc->state == TCP_LISTEN,
		.synchronized = tc->state >= TCP_SYN_RECEIVED,
		.unsent = tcp_unsent(tc), .unread = tc->rcvq_bytes,
		.out_of_order = tcp_ooo_bytes(tc), .fin_sent = tc->fin_queued && !tc->unsent,
		.limit = tcp_limit(tc),
	};
	sock_fill(&tc->sk, &out->sk);
	out->sk.orphan = tc->orphan;
	out->sk.recv_q = tc->rcvq_bytes;
	out->sk.send_q = tcp_user_unacked(tc);
	if (tc->state == TCP_SYN_SENT)            /* unlike SIOCOUTQ, ss counts the SYN */
		out->sk.send_q = (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una) + tcp_unsent(tc);
	if (out->listens) {
		out->backlog = out->sk.send_q = tc->listen->backlog;
		out->accept_queue = out->sk.recv_q = tc->listen->n_accept;
		out->syn_queue = tc->listen->n_syn;
	}
	fill_sequence(tc, out);
	fill_options(tc, out);
	fill_congestion(tc, out);
	fill_timer(tc, out);
	fill_counters(tc, out);
	out->min_rtt = tc->min_rtt;
	out->pacing_rate = tcp_pace_would(tc);
	tcp_info_fill(tc, &out->info);
}

/* --- all ----------------------------------------------------------------------------- */

static int by_ends(const void *pa, const void *pb)
{
	const struct tcp_conn *a = *(const struct tcp_conn *const *)pa;
	const struct tcp_conn *b = *(const struct tcp_conn *const *)pb;
	bool la = a->state == TCP_LISTEN, lb = b->state == TCP_LISTEN;

	if (la != lb)
		return la ? -1 : 1;
	if (a->sk.local != b->sk.local)
		return a->sk.local < b->sk.local ? -1 : 1;
	if (a->sk.lport != b->sk.lport)
		return a->sk.lport < b->sk.lport ? -1 : 1;
	if (a->sk.peer != b->sk.peer)
		return a->sk.peer < b->sk.peer ? -1 : 1;
	return a->sk.pport < b->sk.pport ? -1 : a->sk.pport > b->sk.pport;
}

/* Into all, if there is room for it; how many there are. */
static size_t collect(const struct tcp_table *t, const struct tcp_conn **all)
{
	const struct tcp_conn *tc;
	const struct sock *sk;
	size_t n = 0;

	for (size_t i = 0; i < N_ELEM(t->ports); i++) {
		list_for_each(&t->ports[i], sk, port_node) {
			if (tcp_conn(sk)->state != TCP_LISTEN)
				continue;
			if (all)
				all[n] = tcp_conn(sk);
			n++;
		}
	}
	for (uint32_t i = 0; i < t->size; i++) {
		for (tc = t->conns[i]; tc; tc = tc->hash_next) {
			if (all)
				all[n] = tc;
			n++;
		}
	}
	return n;
}

void show_tcps(const struct stack *st, bool (*fn)(void *arg, const struct show_tcp *t), void *arg)
{
	size_t n = st->tcp ? collect(st->tcp, NULL) : 0;
	const struct tcp_conn **all = n ? malloc(n * sizeof(const struct tcp_conn *)) : NULL;
	struct show_tcp t;

	if (!all)
		return;
	(void)collect(st->tcp, all);
	qsort(all, n, sizeof(all[0]), by_ends);
	for (size_t i = 0; i < n; i++) {
		tcp_show_fill(all[i], &t);
		if (!fn(arg, &t))
			break;
	}
	free(all);
}

void show_socks(const struct stack *st, bool (*fn)(void *arg, const struct show_sock *s), void *arg)
{
	const struct sock *sk;
	struct show_sock s;

	list_for_each(&st->socks, sk, node) {
		if (sk->type == SK_STREAM)
			continue;
		sock_fill(sk, &s);
		if (!fn(arg, &s))
			return;
	}
}

const char *show_limit_word(enum show_limit l)
{
	static const char *const words[LIMIT_N] = {
#define X(name, word, text) [name] = word,
		SHOW_LIMITS(X)
#undef X
	};

	return words[l];
}

const char *show_limit_text(enum show_limit l)
{
	static const char *const texts[LIMIT_N] = {
#define X(name, word, text) [name] = text,
		SHOW_LIMITS(X)
#undef X
	};

	return texts[l];
}
