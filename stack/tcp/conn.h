/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_CONN_H
#define STACK_TCP_CONN_H
/*
 * A connection: the transmission control block of RFC 9293 3.3.1, with the
 * RFC's names, and what the files of this folder share.
 *
 *	table.c   connections and listeners by their addresses and ports
 *	conn.c    birth, states, death        user.c    the user's calls
 *	in.c      SEGMENT ARRIVES             ack.c     what an ACK tells us
 *	text.c    data that arrives           out.c     what is sent, and when
 *	sendq.c   data that waits to be sent  seg.c     one segment onto the wire
 *	timer.c   timeouts                    rtt.c     RFC 6298
 *	listen.c  LISTEN and its queues       cc.c      congestion control
 */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/core/l4.h"
#include "stack/core/timer.h"
#include "stack/tcp/cc.h"
#include "stack/tcp/tcp.h"
#include "stack/util/seq.h"
#include "stack/wire/tcp.h"

/* Bits of seg->marks: the SACK scoreboard (RFC 6675). */
enum seg_mark {
	SEG_SACKED = 1,                   /* the peer has it */
	SEG_LOST = 2,                     /* deemed lost */
	SEG_RETRANS = 4,                  /* sent again, and that is under way */
	SEG_EVER_RETRANS = 8,             /* Karn: no round trip from this one */
};

/* A piece of the send queue: one segment, sent or not. */
struct tcp_seg {
	struct list_node node;
	seq_t seq;
	uint32_t len;                     /* bytes of data */
	uint8_t flags;                    /* TCP_SYN, TCP_FIN, TCP_PSH */
	uint8_t marks;                    /* enum seg_mark */
	bool sent;
	ns_t sent_at;
	uint64_t sum;                     /* of the data, unfolded (csum.h) */
	struct blk *blk;                  /* holds a reference; NULL: no data */
	uint32_t off;                     /* of the data in blk */
};

static inline uint32_t seg_span(const struct tcp_seg *s)  /* sequence numbers it takes */
{
	return s->len + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}
static inline seq_t seg_end(const struct tcp_seg *s) { return seq_add(s->seq, seg_span(s)); }

/* RFC 5681, RFC 6582, RFC 6675, with Linux's names. */
enum tcp_ca_state { CA_OPEN, CA_DISORDER, CA_CWR, CA_RECOVERY, CA_LOSS };

struct tcp_conn {
	struct sock sk;                   /* first */
	struct list_node hash_node;       /* by addresses and ports */
	struct list_node accept_node;     /* in its listener's queue */
	struct tcp_conn *listener;        /* of a connection nobody accepted yet */
	enum tcp_state state;
	uint8_t ca_state;                 /* enum tcp_ca_state */
	bool orphan;                      /* the owner closed it */
	bool fin_queued;                  /* no more data from the user */
	bool rcv_shut;                    /* the user reads no more */
	bool ack_now;
	bool ts_ok, sack_ok, wscale_ok;   /* agreed on */
	bool passive;                     /* SYN-RECEIVED came from LISTEN (MUST-11) */
	bool more;                        /* the last write said that more follows */
	bool over;                        /* it was a connection, and is none any more */
	bool accepted_soon;               /* in the accept queue, not the SYN queue */

	/* Send sequence space */
	seq_t snd_una, snd_nxt, snd_wl1, snd_wl2, iss;
	uint32_t snd_wnd, max_snd_wnd;    /* scaled: bytes */
	uint8_t snd_wscale, rcv_wscale;
	uint16_t snd_mss;                 /* effective: bytes of data in a full segment */
	uint16_t peer_mss;                /* its option, or 536 */
	uint32_t path_mtu;

	/* Receive sequence space */
	seq_t rcv_nxt, irs;
	seq_t rcv_adv;                    /* right edge of the window as last advertised */
	seq_t rcv_wup;                    /* rcv_nxt in the last ACK sent */
	uint16_t rcv_mss;                 /* the peer's segments: Linux's estimate */

	/* Timestamps (RFC 7323) */
	uint32_t ts_recent, ts_offset;
	ns_t ts_recent_at;

	/* What waits */
	struct list sendq;                /* struct tcp_seg, by sequence */
	struct tcp_seg *unsent;           /* the first not sent, or NULL */
	uint32_t sendq_bytes;
	struct pkt_queue rcvq;            /* in order, for the user */
	uint32_t rcvq_off;                /* bytes of its first that were read */
	uint32_t rcvq_bytes;
	struct pkt *ooo;                  /* out of order, by sequence */
	uint32_t ooo_bytes;
	bool fin_seen;                    /* the peer's, and where it is */
	seq_t fin_seq;
	struct tcp_sack sacks[TCP_SACK_MAX];      /* to report, the latest first */
	uint8_t n_sacks;
	bool dsack;                       /* sacks[0] is a D-SACK (RFC 2883) */

	/* Recovery */
	struct tcp_cc cc;
	seq_t high_seq;                   /* RFC 6675: RecoveryPoint */
	seq_t high_sacked;                /* the end of the highest one SACKed */
	uint32_t n_out, n_sacked, n_lost, n_retrans;      /* segments */
	uint8_t dup_acks;
	bool limited;                     /* cwnd was in the way: it may grow */
	seq_t small_end;                  /* of the last segment sent below MSS (Minshall) */
	ns_t answered_at;                 /* when an unacceptable segment was answered last */

	/* Round trips (RFC 6298) */
	ns_t srtt, rttvar, rto;
	uint8_t backoff;                  /* timeouts of the oldest segment in a row */

	/* Timers */
	struct timer xmit;                /* retransmission or persist */
	struct timer delack;
	struct timer life;                /* keepalive, FIN-WAIT-2, TIME-WAIT */
	ns_t xmit_at;                     /* when xmit is really due: it may fire before */
	bool persist;                     /* xmit is the persist timer */
	uint8_t probes;                   /* of a zero window or keepalive, unanswered */
	uint8_t quick_acks;               /* ACKs still sent at once */
	ns_t heard_at;                    /* the last segment of the peer */
	ns_t sent_at;                     /* the last data of ours */
	ns_t stuck_at;                    /* what is oldest and unacknowledged was sent first */

	/* LISTEN */
	struct list syn_q, accept_q;      /* struct tcp_conn: half-open, established */
	uint32_t backlog, n_accept, n_syn;

	uint64_t total_retrans;
};

/* One host's TCP; made by the first socket. */
struct tcp_table {
	struct list *conns;               /* hash of connections */
	uint32_t size, n;
	struct list ports[256];           /* hash of bound sockets, by port */
	struct rng secret;                /* RFC 6528, RFC 6056 */
	uint32_t challenges;              /* RFC 5961 7: sent in this second ... */
	ns_t challenge_at;                /* ... which began then */
};

struct tcp_rx;

static inline struct tcp_conn *tcp_conn(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct tcp_conn, sk);
}
static inline struct stack *tcp_stack(const struct tcp_conn *tc) { return tc->sk.st; }
static inline ns_t tcp_now(const struct tcp_conn *tc) { return tc->sk.st->now; }

extern const struct sock_ops tcp_sock_ops;        /* user.c */

/* --- table.c --- */
struct tcp_table *tcp_table(struct stack *st);    /* NULL: no memory */
void tcp_table_fini(struct stack *st);
bool must_check tcp_hash(struct tcp_conn *tc);    /* false: no memory */
void tcp_unhash(struct tcp_conn *tc);
struct tcp_conn *tcp_find(struct stack *st, ip4_t local, uint16_t lport, ip4_t peer,
			  uint16_t pport);
struct tcp_conn *tcp_find_listener(struct stack *st, ip4_t local, uint16_t lport,
				   unsigned ifindex);
int must_check tcp_port_bind(struct tcp_conn *tc, ip4_t a, uint16_t port);
void tcp_port_release(struct tcp_conn *tc);
/* An ephemeral port from which there is no connection to there yet. */
int must_check tcp_port_for(struct tcp_conn *tc, ip4_t dst, uint16_t dport);
/* RFC 6528; and where this pair's timestamps begin. */
seq_t tcp_isn(const struct tcp_conn *tc);
uint32_t tcp_ts_start(const struct tcp_conn *tc);

/* --- conn.c --- */
void tcp_set_state(struct tcp_conn *tc, enum tcp_state s);
/* MSS and windows before the SYN; what was agreed on after it. */
void tcp_conn_begin(struct tcp_conn *tc, uint32_t path_mtu);
void tcp_conn_agree(struct tcp_conn *tc, const struct tcp_rx *rx);
void tcp_conn_established(struct tcp_conn *tc);
void tcp_mss_update(struct tcp_conn *tc);
/* The connection is over; err: what the user is told (OK: nothing).  It is
 * freed if nobody holds it: not to be touched after. */
void tcp_done(struct tcp_conn *tc, int err);
void tcp_free(struct tcp_conn *tc);
void tcp_time_wait(struct tcp_conn *tc);

/* --- in.c --- */
extern const struct l4_proto tcp_proto;

/* What one segment told us; lives on the C stack, so that input may nest. */
struct tcp_rx {
	struct tcp_hdr h;
	struct tcp_opts o;
	uint32_t len;                     /* of its data */
	const struct ip_meta *m;
};
static inline seq_t rx_end(const struct tcp_rx *rx)       /* RFC 9293: SEG.SEQ + SEG.LEN */
{
	return seq_add(rx->h.seq, rx->len + !!(rx->h.flags & TCP_SYN) +
		       !!(rx->h.flags & TCP_FIN));
}

/* --- listen.c --- */
void tcp_listen_input(struct tcp_conn *l, const struct tcp_rx *rx);
void tcp_listen_close(struct tcp_conn *l);
/* tc goes to its listener's accept queue; false: that is full. */
bool tcp_listen_established(struct tcp_conn *tc);
void tcp_listen_forget(struct tcp_conn *tc);

/* --- ack.c --- */
/* RFC 9293 3.10.7.4, fifth, in ESTABLISHED and later.  False: not acceptable,
 * and answered. */
bool tcp_ack(struct tcp_conn *tc, const struct tcp_rx *rx);
uint32_t tcp_in_flight(const struct tcp_conn *tc);        /* segments (RFC 6675: pipe) */
void tcp_enter_loss(struct tcp_conn *tc);
/* Our FIN was sent and acknowledged. */
bool tcp_fin_acked(const struct tcp_conn *tc);

/* --- text.c --- */
/* Seventh and eighth: takes p. */
void tcp_text(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p);
void tcp_rcv_fini(struct tcp_conn *tc);
uint32_t tcp_rcv_wnd(const struct tcp_conn *tc);  /* what was promised and not used yet */
uint32_t tcp_window(struct tcp_conn *tc);         /* to advertise now, in bytes */
void tcp_read_some(struct tcp_conn *tc);          /* the user has: tell of a window? */
void tcp_ack_soon(struct tcp_conn *tc);           /* data came: now, or delayed */

/* --- sendq.c --- */
ssize_t tcp_sendq_add(struct tcp_conn *tc, const uint8_t *buf, size_t n);
void tcp_sendq_push(struct tcp_conn *tc);          /* the user's write ends here */
bool must_check tcp_sendq_flag(struct tcp_conn *tc, uint8_t flag);   /* SYN or FIN */
bool must_check tcp_seg_split(struct tcp_conn *tc, struct tcp_seg *s, uint32_t len);
void tcp_seg_free(struct tcp_conn *tc, struct tcp_seg *s);
void tcp_sendq_fini(struct tcp_conn *tc);
static inline struct tcp_seg *tcp_seg_next(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	return s->node.next == &tc->sendq.head ? NULL :
	       container_of(s->node.next, struct tcp_seg, node);
}

/* --- out.c --- */
void tcp_output(struct tcp_conn *tc);
bool tcp_retransmit(struct tcp_conn *tc, struct tcp_seg *s);
bool tcp_waits_for_window(const struct tcp_conn *tc);     /* data, nothing out, no window */

/* --- seg.c --- */
bool tcp_seg_xmit(struct tcp_conn *tc, const struct tcp_seg *s);  /* false: no packet */
void tcp_send_ack(struct tcp_conn *tc);
void tcp_send_probe(struct tcp_conn *tc);         /* of a window, or to keep alive */
void tcp_send_rst(struct tcp_conn *tc);
/* The answer to a segment that has no connection, RFC 9293 3.10.7.1. */
void tcp_answer_rst(struct stack *st, const struct tcp_rx *rx);
void tcp_challenge(struct tcp_conn *tc);          /* RFC 5961 */
uint32_t tcp_ts_now(const struct tcp_conn *tc);

/* --- timer.c --- */
void tcp_timers_init(struct tcp_conn *tc);
void tcp_timers_stop(struct tcp_conn *tc);
void tcp_xmit_timer_set(struct tcp_conn *tc);     /* if it is not: for what is outstanding, or persist */
void tcp_xmit_timer_restart(struct tcp_conn *tc);
void tcp_delack_set(struct tcp_conn *tc);
void tcp_life_set(struct tcp_conn *tc, ns_t in);
void tcp_keepalive_set(struct tcp_conn *tc);

/* --- rtt.c --- */
void tcp_rtt_sample(struct tcp_conn *tc, ns_t rtt);

#endif
