// SPDX-License-Identifier: MIT
/*
 * LISTEN: RFC 9293 3.10.7.2, and the two queues of Linux: connections in
 * SYN-RECEIVED, and established ones that wait to be accepted.
 */
#include <stdlib.h>

#include "stack/tcp/fastopen.h"

#define COOKIES_ALWAYS 2                  /* of OPT_TCP_SYNCOOKIES */

int tcp_listen_begin(struct tcp_conn *l)
{
	l->listen = calloc(1, sizeof(*l->listen));
	if (!l->listen)
		return ERR_NOMEM;
	list_init(&l->listen->syn_q);
	list_init(&l->listen->accept_q);
	return OK;
}

struct tcp_conn *tcp_listen_child(struct tcp_conn *l, const struct tcp_rx *rx)
{
	struct sock *sk = tcp_new(tcp_stack(l));
	struct tcp_conn *tc = sk ? tcp_conn(sk) : NULL;
	struct ip4_path path;

	if (!tc)
		return NULL;
	sock_init(sk, l->sk.st, l->sk.type, l->sk.proto);
	if (sock_opt_copy(sk, &l->sk) != OK || sock_opt_set(sk, SKO_DEFER_ACCEPT, 0) != OK ||
	    sock_opt_set(sk, SKO_FASTOPEN, 0) != OK) {
		tcp_free(tc);
		return NULL;
	}
	tc->cc.ops = l->cc.ops;
	sk->ifindex = l->sk.ifindex;
	sk->local = sk->bind_addr = rx->m->dst;
	sk->lport = rx->h.dport;
	sk->peer = rx->m->src;
	sk->pport = rx->h.sport;
	sk->connected = true;
	tc->user = USER_CONNECTED;
	tc->passive = true;
	tc->rcvbuf_fixed = l->rcvbuf_fixed;
	tc->sndbuf_fixed = l->sndbuf_fixed;
	if (ip4_path(sk->st, sk->peer, sk->local, NULL, 0, &path) != OK) {
		tcp_free(tc);
		return NULL;
	}
	tcp_conn_begin(tc, &path, &rx->old);
	if (unlikely(rx->m->n_opt))
		tcp_ip_opts_in(tc, rx->m);
	return tc;
}

static struct tcp_conn *child_new(struct tcp_conn *l, const struct tcp_rx *rx)
{
	struct tcp_conn *tc = tcp_listen_child(l, rx);

	if (!tc)
		return NULL;
	tcp_conn_agree(tc, rx);
	if (!tcp_sendq_flag(tc, TCP_SYN) || !tcp_hash(tc)) {
		tcp_free(tc);
		return NULL;
	}
	tcp_stack(tc)->tcp->last = tc;            /* what comes next here is its ACK */
	return tc;
}

void tcp_listen_add(struct tcp_conn *l, struct tcp_conn *tc)
{
	tc->listener = l;
	l->listen->n_syn++;
	list_push_back(&l->listen->syn_q, &tc->sk.node);
}

void tcp_listen_syn_ack(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	tcp_set_state(tc, TCP_SYN_RECEIVED);
	tc->snd_nxt = seg_end(s);
	tc->unsent = NULL;
	tc->n_out = 1;
	s->sent = true;
	s->sent_at = tcp_now(tc);
	(void)tcp_seg_xmit(tc, s, NULL);          /* if not, the timer does */
	tcp_xmit_timer_set(tc);
}

void tcp_listen_again(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	if ((!s && !tc->fo_child) || !tcp_may_answer(tc))
		return;
	if (tc->fo_child ? !tcp_fastopen_syn_ack(tc) : !tcp_seg_xmit(tc, s, NULL))
		return;
	tcp_count_again(tc, true);
	tc->total_retrans++;
	if (!tc->fo_child)
		s->marks |= SEG_EVER_RETRANS;     /* of which of them is the ACK? */
}

/* p: of what may be Fast Open; or NULL. */
static void answer(struct tcp_conn *l, const struct tcp_rx *rx, struct pkt **p)
{
	struct tcp_cookie say = { 0 };
	bool admitted = p && tcp_fastopen_admits(l, rx, &say);
	struct tcp_conn *tc = child_new(l, rx);

	if (!tc)
		return;
	if (unlikely(say.kind))
		tcp_fastopen_say(tc, &say);
	if (unlikely(admitted) && tcp_fastopen_child(l, tc, rx, *p)) {
		*p = NULL;
		return;
	}
	tcp_listen_add(l, tc);
	tcp_listen_syn_ack(tc);
	if (unlikely(say.kind))
		tcp_fastopen_fini(tc);            /* it is said once */
}

/* One of the two queues is full: by a cookie if it is that of half-open ones. */
static bool overflow_is_answered(struct tcp_conn *l, const struct tcp_rx *rx)
{
	const struct tcp_listen *q = l->listen;

	if (q->n_accept > q->backlog) {
		tcp_count(l, EXT_LISTEN_OVERFLOWS);
		return false;
	}
	if (!tcp_stack(l)->opt[OPT_TCP_SYNCOOKIES]) {
		tcp_count(l, EXT_REQQ_DROP);
		return false;
	}
	tcp_count(l, EXT_REQQ_DO_COOKIES);
	return tcp_cookie_answer(l, rx);
}

/* First RST, second ACK, third SYN; what else comes is no SYN and dropped.  As
 * Linux, data with a SYN is kept only with a cookie of RFC 7413, else it comes
 * again, and SYN with FIN is dropped. */
enum drop tcp_listen_input(struct tcp_conn *l, const struct tcp_rx *rx, struct pkt **p)
{
	const struct tcp_listen *q = l->listen;
	bool fast_open = rx->len || rx->o.fo_kind;

	if (rx->h.flags & TCP_RST)
		return DROP_TCP_FLAGS;
	if (rx->h.flags & TCP_ACK) {
		tcp_answer_rst(tcp_stack(l), rx);
		return DROP_TCP_ACK;
	}
	if (!(rx->h.flags & TCP_SYN) || (rx->h.flags & TCP_FIN))
		return DROP_TCP_FLAGS;
	if (tcp_stack(l)->opt[OPT_TCP_SYNCOOKIES] == COOKIES_ALWAYS) {
		tcp_count(l, EXT_REQQ_DO_COOKIES);
		if (tcp_cookie_answer(l, rx))
			return DROP_NONE;
	}
	if (q->n_accept > q->backlog || q->n_syn > q->backlog) {
		tcp_stack(l)->stat[ST_TCP_LISTEN_OVERFLOWS]++;
		if (overflow_is_answered(l, rx))
			return DROP_NONE;
		tcp_count(l, EXT_LISTEN_DROPS);
		return DROP_TCP_BACKLOG;
	}
	answer(l, rx, unlikely(fast_open) ? p : NULL);
	return DROP_NONE;
}

/* --- TCP_DEFER_ACCEPT, as Linux has it ------------------------------------------------ */

/* Timeouts of the SYN-ACK that a peer may take to send data. */
static uint8_t patience(const struct tcp_conn *tc)
{
	return tc->listener ? (uint8_t)sock_opt(&tc->listener->sk, SKO_DEFER_ACCEPT) : 0;
}

bool tcp_listen_defers(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (tc->timeouts >= patience(tc) || !seq_eq(rx_end(rx), tc->rcv_nxt))
		return false;
	return tc->deferred = true;
}

/* The last one gives the peer, which need not have data, a last chance. */
bool tcp_listen_asks(const struct tcp_conn *tc)
{
	return !tc->deferred || tc->timeouts + 1 >= patience(tc);
}

unsigned tcp_listen_retries(const struct tcp_conn *tc)
{
	int64_t max = tcp_stack(tc)->opt[OPT_TCP_SYNACK_RETRIES];

	return tc->deferred && patience(tc) > max ? patience(tc) : (unsigned)max;
}

bool tcp_listen_established(struct tcp_conn *tc)
{
	struct tcp_conn *l = tc->listener;
	struct tcp_listen *q;

	if (!l)
		return true;
	q = l->listen;
	if (q->n_accept > q->backlog) {
		tcp_stack(l)->stat[ST_TCP_LISTEN_OVERFLOWS]++;
		tcp_count(l, EXT_LISTEN_OVERFLOWS);
		tcp_count(l, EXT_LISTEN_DROPS);
		return false;
	}
	list_remove(&tc->sk.node);
	list_push_back(&q->accept_q, &tc->sk.node);
	q->n_syn--;
	q->n_accept++;
	l->sk.arrived |= SK_IN;
	tc->in_accept_q = true;
	return true;
}

void tcp_listen_forget(struct tcp_conn *tc)
{
	struct tcp_listen *q;

	if (!tc->listener)
		return;
	q = tc->listener->listen;
	list_remove(&tc->sk.node);
	*(tc->in_accept_q ? &q->n_accept : &q->n_syn) -= 1;
	tc->listener = NULL;
}

static void all_end(struct list *q, bool rst)
{
	struct sock *sk;

	while ((sk = list_first(q, struct sock, node))) {
		struct tcp_conn *tc = tcp_conn(sk);

		if (rst && !tc->over)
			tcp_send_rst(tc);
		tcp_set_state(tc, TCP_CLOSED);
		tcp_free(tc);
	}
}

/* As in Linux who is not connected yet is told only once he says more. */
void tcp_listen_close(struct tcp_conn *l)
{
	all_end(&l->listen->accept_q, true);
	all_end(&l->listen->syn_q, false);
}

static void free_all(struct list *q)
{
	struct sock *sk;

	while ((sk = list_first(q, struct sock, node)))
		tcp_free(tcp_conn(sk));
}

void tcp_listen_fini(struct tcp_conn *l)
{
	if (!l->listen)
		return;
	free_all(&l->listen->accept_q);
	free_all(&l->listen->syn_q);
	free(l->listen);
	l->listen = NULL;
}
