/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_CONN_H
#define STACK_TCP_CONN_H
/*
 * A connection: the transmission control block of RFC 9293 3.3.1, with the
 * RFC's names, and what the files of this folder share.
 *
 *	table.c   connections and listeners by their addresses and ports (table.h: a host's TCP)
 *	conn.c    birth, states, death        user.c    the user's calls
 *	recv.c    what the user reads: recv.h
 *	in.c      SEGMENT ARRIVES: in.h       ack.c     what an ACK tells us
 *	text.c    data that arrives           out.c     what is sent, and when
 *	ooo.c     and out of order (ooo.h)
 *	sendq.c   data that waits to be sent  seg.c     a segment onto the wire (seg.h: what it is)
 *	sndbuf.c  how much that may be: sndbuf.h
 *	rcvbuf.c  the window, and the memory behind it: rcvbuf.h
 *	timer.c   timeouts                    rtt.c     RFC 6298
 *	predict.c what was expected, at once
 *	show.c    values for people           trace.c   what happens, for them
 *	info.c    values for programs (TCP_INFO)
 *	listen_cookie.c  SYN cookies
 *	listen.c  LISTEN and its queues       cc.c      congestion control:
 *	cc_reno.c RFC 5681   cc_cubic.c RFC 9438   hystart.c RFC 9406
 *	cc_choose.c which of them             pace.c    one by one
 *	segpool.c segments and connections to use again
 *	sack.c    what SACK blocks say        rack.c    what is lost (RFC 8985): rack.h
 *	tlp.c     probes of the tail          prr.c     cwnd in recovery (RFC 9937)
 *	undo.c    what was not lost after all ecn.c     RFC 3168
 *	pmtud.c   what length of segments a path takes (RFC 4821): pmtud.h
 *	urgent.c  urgent data: urgent.h       limits.c  what strangers may cause
 *	advice.c  trouble that may pass (3.8.3)   delack.c  when to acknowledge
 *	ipopt.c   IP options, source routes   rate.c    how fast it arrives
 *	zerocopy.c sends by reference, and when they are over; stamp.c  when what was
 *	          written left and was acknowledged: zerocopy.h
 *	fastopen.c  data in a SYN (RFC 7413), as a server; fastopen_client.c as a client:
 *	fastopen.h
 */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/core/l4.h"
#include "stack/core/timer.h"
#include "stack/core/train.h"
#include "stack/tcp/cc.h"
#include "stack/tcp/seg.h"
#include "stack/tcp/table.h"
#include "stack/tcp/tcp.h"
#include "stack/util/seq.h"
#include "stack/wire/tcp.h"

/* RFC 5681, RFC 6582, RFC 6675, with Linux's names. */
enum tcp_ca_state { CA_OPEN, CA_DISORDER, CA_CWR, CA_RECOVERY, CA_LOSS };

/* RFC 8985 5.4, its names. */
struct tcp_rack {
	ns_t xmit_ts;                     /* of the one sent last of all delivered ... */
	ns_t rtt;
	seq_t end_seq;                    /* ... and its end */
	seq_t dsack_round;                /* the end of a round trip in which a D-SACK came, ... */
	bool round;                       /* ... if it is one */
	bool some;                        /* something was delivered */
	bool moved;                       /* and by this ACK */
	bool reordering_seen;
	uint8_t reo_wnd_mult, reo_wnd_persist;
	bool tlp_out, tlp_retrans;        /* a probe is out, and was a retransmission */
};

/* What may still turn out not to be lost (undo.c). */
struct tcp_undo {
	bool on;                          /* there is a reduction that may be undone */
	bool any_retrans;
	bool stays;                       /* cwnd: not the loss alone reduced it */
	seq_t marker;                     /* SND.UNA when it began */
	uint32_t retrans_ts;              /* TS value of the first segment sent again since */
	int32_t retrans;                  /* of them, not told of by D-SACK; -1: none was sent */
};

/* How far connect() is, as its caller knows it: the state may be further. */
enum tcp_user {
	USER_NEW, USER_CONNECTING, USER_CONNECTED,
	USER_ENDING,                      /* shutdown() after a connect() that failed */
};

/* RFC 3168 6.1 (ecn.c). */
struct tcp_ecn {
	bool syn, asked, ok;              /* our SYN was sent; it asked; both ends agreed */
	bool echo;                        /* CE was seen, and no CWR since */
	bool cwr_due;                     /* the next new data says that we slowed down */
};

/* rate.c */
struct tcp_rate {
	uint32_t delivered_at;            /* units of 1.024 us: something was delivered last */
	uint32_t first_at;                /* the first segment of this sample was sent */
	uint32_t limited_to;              /* until so much is delivered the user limits it; or 0 */
	uint32_t n, took;                 /* the sample: segments, units of 1.024 us */
	uint32_t waits_since;             /* units of 65.5 us, as ... */
	uint32_t waited[3];               /* ... by enum tcp_wait less 1 */
};
enum tcp_wait { WAIT_NONE, WAIT_ACK, WAIT_RWND, WAIT_SNDBUF };

/* What a listener has beside: from tcp_listen() on. */
struct tcp_listen {
	struct list syn_q, accept_q;      /* struct sock: half-open, established */
	uint32_t backlog, n_accept, n_syn;
	bool cookies;                     /* SYN cookies were sent, ... */
	ns_t cookie_at;                   /* ... the last then */
};

#define TCP_FINGERS 8

/* SACK blocks: most connections never see any. */
struct tcp_blocks {
	struct tcp_sack ours[TCP_SACK_MAX];       /* to report, the latest first: n_sacks */
	struct tcp_sack theirs[TCP_SACK_MAX];     /* of the last ACK: n_sacked_blocks */
	struct tcp_seg *finger[TCP_FINGERS];      /* while n_sacked: where look-ups ended ... */
	unsigned finger_next;                     /* ... and the one that was set longest ago */
};

/* What is short stands together, for a host may have many: tests/bench/tcp.c
 * measures an idle one. */
struct tcp_conn {
	struct sock sk;                   /* first */
	struct tcp_conn *hash_next;       /* in its bucket, by addresses and ports */
	struct tcp_conn *listener;        /* of one nobody accepted yet: sk.node is in its queue */
	struct tcp_listen *listen;        /* listen.c's own; NULL: it does not listen */
	uint8_t state;                    /* enum tcp_state */
	uint8_t ca_state;                 /* enum tcp_ca_state */
	bool orphan;                      /* the owner closed it ... */
	bool orphan_counted;              /* ... and is in n_orphans */
	bool fin_queued;                  /* no more data from the user */
	bool rcv_shut, snd_shut;          /* shutdown(), in any state */
	bool ack_now;
	bool ts_ok, sack_ok, wscale_ok;   /* agreed on */
	bool passive;                     /* SYN-RECEIVED came from LISTEN (MUST-11) */
	bool more;                        /* the last write said that more follows */
	bool pushing;                     /* what is small goes now, corked or not */
	bool hashed;                      /* in tcp_table.conns */
	bool over;                        /* it was a connection, and is none any more */
	uint8_t user;                     /* enum tcp_user */
	bool in_accept_q;                 /* of its listener, not in the SYN queue */
	bool in_time_wait_q;              /* sk.node is in tcp_table.time_wait */
	bool deferred;                    /* the handshake is over, but for data */
	bool rcvbuf_fixed, sndbuf_fixed;  /* the user set their sizes */
	bool fo_child;                    /* data flows, though the SYN-ACK is not acknowledged */
	bool fo_later;                    /* SYN-SENT, but the SYN waits for the first data */
	bool syn_data;                    /* data of a SYN was acknowledged */

	/* Send sequence space */
	uint8_t snd_wscale, rcv_wscale;
	uint8_t waits;                    /* enum tcp_wait: data of ours does */
	seq_t snd_una, snd_nxt, snd_wl1, snd_wl2, iss;
	uint32_t snd_wnd, max_snd_wnd;    /* scaled: bytes */
	uint16_t snd_mss;                 /* effective: bytes of data in a full segment */
	uint16_t peer_mss;                /* its option, or 536 */
	uint16_t adv_mss;                 /* our option: of the interface, not of the path */
	bool no_space;                    /* the user wanted to write more */
	bool rate_limited;                /* by the user: the sample of the rate */
	uint32_t path_mtu, path_gen;      /* as it began, at ways_gen; see tcp_path_mtu() */
	struct tcp_rate rate;
	seq_t lost_end;                   /* while n_lost: what is lost is before this */
	struct tcp_mtup *mtup;            /* pmtud.c's own; NULL: the path is not searched */

	/* Receive sequence space */
	seq_t rcv_nxt, irs;
	seq_t rcv_adv;                    /* right edge of the window as last advertised */
	seq_t rcv_wup;                    /* rcv_nxt in the last ACK sent */
	seq_t fin_seq;                    /* of the peer's FIN, ... */
	bool fin_seen;                    /* ... if it came */
	uint8_t n_sacks;                  /* blocks to report */
	bool dsack;                       /* the first is a D-SACK (RFC 2883) */
	uint8_t quick_acks;               /* ACKs still sent at once (delack.c) ... */
	bool pingpong;                    /* ... but in a dialogue */
	uint8_t pushed;                   /* since the last ACK small segments came: 0, 1, more */
	uint16_t rcv_mss;                 /* the peer's segments: Linux's estimate */
	uint32_t ato_us;                  /* how long ACKs wait; 0: no data came yet */

	/* Timestamps (RFC 7323) */
	uint32_t ts_recent, ts_offset;
	ns_t ts_recent_at;

	/* What waits */
	struct list sendq;                /* struct tcp_seg, by sequence */
	struct tcp_seg *unsent;           /* the first not sent, or NULL */
	struct list sent_order;           /* tcp_seg by time: neither SACKed nor known lost */
	struct tcp_seg *lost_hint;        /* none before it is to be sent again; NULL: none is */
	struct pkt_queue rcvq;            /* in order, for the user */
	struct tcp_ooo *ooo;              /* ooo.c's own; NULL: nothing is out of order */
	uint32_t sendq_bytes, rcvq_bytes;
	uint32_t rcv_mem;                 /* of SO_RCVBUF: for rcvq and ooo (rcvbuf.h) */
	uint32_t rcv_ssthresh;            /* Linux's: so much is offered so far at most ... */
	uint32_t window_clamp;            /* ... and this ever */
	uint32_t rcvq_off;                /* bytes of rcvq's first that were read */
	uint32_t drs_read, drs_space;     /* bytes read in this round trip, in the best before */
	ns_t drs_at;                      /* this one began */

	/* Recovery */
	struct tcp_cc cc;
	seq_t high_seq;                   /* RFC 6675: RecoveryPoint */
	seq_t high_sacked;                /* the end of the highest one SACKed */
	uint32_t n_out, n_sacked, n_lost, n_retrans;      /* segments */
	uint32_t delivered;               /* segments, as far as we know */
	uint32_t reordering;              /* segments by which one was overtaken; from 3 on */
	uint32_t reord_seen, dsack_seen;  /* times */
	struct tcp_blocks *blocks;        /* sack.c's own; NULL: there were none */
	struct tcp_rack rack;
	struct tcp_undo undo;
	struct tcp_ecn ecn;
	uint8_t n_sacked_blocks;          /* of the last ACK */
	uint8_t dup_acks;
	bool frto;                        /* RFC 5682: is the timeout spurious? */
	bool limited;                     /* cwnd was in the way in this window: it may grow */
	bool burst_acked;                 /* see predict.c */
	uint16_t last_short;              /* as rcv_mss: the last one, if it was below; else 0 */
	seq_t tlp_end_seq;                /* a probe is out until this is acknowledged */
	uint32_t prr_delivered, prr_out, recover_fs;      /* RFC 9937 5, segments */
	uint32_t max_out;                 /* segments out at most in this window, ... */
	seq_t usage_seq;                  /* ... which ends here (RFC 7661) */
	seq_t small_end;                  /* of the last segment sent below MSS (Minshall) */
	struct tcp_pace *pace;            /* pace.c's own; NULL: not paced so far */
	struct tcp_urgent *urgent;        /* urgent.c's own; NULL: nothing ever was */
	ns_t answered_at;                 /* when an unacceptable segment was answered last */

	/* Round trips (RFC 6298) */
	ns_t srtt, rttvar, rto;
	ns_t min_rtt, min_rtt_at;         /* of the last minutes; 0: none yet */
	ns_t rto_var, var_max;            /* of the timeout; of this round trip (rtt.c) ... */
	seq_t rtt_seq;                    /* ... which ends when this is acknowledged */
	uint8_t backoff;                  /* doublings of rto since one was timed (RFC 6298 5.5) */
	uint8_t timeouts;                 /* of the oldest segment in a row */

	/* Timers */
	uint8_t probes;                   /* of a zero window, or of keepalive without answer */
	uint8_t unheard;                  /* probes of a zero window without answer */
	struct timer timer;               /* due with the first of these, or before */
	ns_t xmit_at;                     /* retransmission or persist; NS_NEVER: none, ... */
	ns_t delack_at;                   /* ... as of the delayed ACK, ... */
	ns_t life_at;                     /* ... and of keepalive, FIN-WAIT-2, TIME-WAIT */
	ns_t probed_at;                   /* the last of the probes left before */
	ns_t heard_at;                    /* the last segment of the peer */
	ns_t sent_at;                     /* the last data of ours */
	ns_t stuck_at;                    /* what is oldest and unacknowledged was sent first */
	bool persist;                     /* xmit_at is the persist timer's */
	uint8_t xmit_for;                 /* enum tcp_xmit_for, if it is not */
	uint8_t rcv_ratio;                /* data's part of rcv_mem, of 256 */
	uint8_t rcv_before;               /* bytes in it before data; 0: rcv_mem is twice data's */

	/* Counters (RFC 4898, Linux's TCP_INFO) */
	uint32_t total_retrans;
	uint64_t bytes_sent, bytes_retrans, bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, data_segs_out, data_segs_in;
	ns_t data_at;                     /* the last data of the peer */
};

enum tcp_xmit_for { XMIT_RTO, XMIT_TLP, XMIT_REO };

/* The connection that was in TIME-WAIT where a new one begins: numbers of that
 * begin beyond its own (RFC 9293 3.6.1, MAY-2). */
struct tcp_reuse {
	bool any;
	seq_t snd_nxt;
};

struct tcp_rx;

static inline struct tcp_conn *tcp_conn(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct tcp_conn, sk);
}
static inline struct stack *tcp_stack(const struct tcp_conn *tc) { return tc->sk.st; }
/* What routes with several next hops choose by. */
static inline uint32_t tcp_flow(const struct tcp_conn *tc)
{
	return (uint32_t)tc->sk.lport << 16 | tc->sk.pport;
}
static inline ns_t tcp_now(const struct tcp_conn *tc) { return tc->sk.st->now; }
static inline void tcp_count(const struct tcp_conn *tc, enum tcp_ext what)
{
	tcp_stack(tc)->tcp->ext[what]++;
}
/* A segment that was sent again, and counted as one that was sent: RFC 4022 has no such
 * ones in tcpOutSegs. */
static inline void tcp_count_again(const struct tcp_conn *tc, bool syn)
{
	tcp_stack(tc)->stat[ST_TCP_OUT_SEGS]--;
	tcp_stack(tc)->stat[ST_TCP_RETRANS]++;
	if (syn)
		tcp_count(tc, EXT_SYN_RETRANS);
}

/* --- user.c --- */
extern const struct sock_ops tcp_sock_ops;
uint32_t tcp_unsent(const struct tcp_conn *tc);   /* bytes of data */
/* Numbers that the user has given out and are not sent, or not acknowledged: with the FIN. */
uint32_t tcp_user_unsent(const struct tcp_conn *tc);
uint32_t tcp_user_unacked(const struct tcp_conn *tc);
bool tcp_may_write(const struct tcp_conn *tc);    /* SK_OUT, while it is open */

/* --- recv.c --- */
void tcp_rcv_skip(struct tcp_conn *tc, uint32_t n);       /* the user reads without these */

/* --- table.c --- */
struct tcp_table *tcp_table(struct stack *st);    /* NULL: no memory */
void tcp_table_fini(struct stack *st);
bool must_check tcp_hash(struct tcp_conn *tc);    /* false: no memory */
void tcp_unhash(struct tcp_conn *tc);
struct tcp_conn *tcp_find(struct stack *st, ip4_t local, uint16_t lport, ip4_t peer,
			  uint16_t pport);
static inline bool tcp_is_of(const struct tcp_conn *tc, ip4_t local, uint16_t lport, ip4_t peer,
			     uint16_t pport)
{
	return tc->sk.pport == pport && tc->sk.lport == lport && tc->sk.peer == peer &&
	       tc->sk.local == local;
}
/* The same; mostly it is the one that was found last. */
static inline struct tcp_conn *tcp_find_again(struct stack *st, ip4_t local, uint16_t lport,
					      ip4_t peer, uint16_t pport)
{
	struct tcp_conn *last = st->tcp ? st->tcp->last : NULL;

	return last && tcp_is_of(last, local, lport, peer, pport) ? last :
	       tcp_find(st, local, lport, peer, pport);
}
/* Of several alike (SO_REUSEPORT) the one that the pair's hash chooses. */
struct tcp_conn *tcp_find_listener(struct stack *st, const struct tcp_rx *rx);
int must_check tcp_port_bind(struct tcp_conn *tc, ip4_t a, uint16_t port);
/* May it listen on the port that it has?  ERR_INUSE. */
int must_check tcp_port_listen(const struct tcp_conn *tc);
/* l, or another that listens on its port and address, which fits; or NULL. */
struct tcp_conn *tcp_port_one_of(struct tcp_conn *l, bool (*fits)(const struct tcp_conn *tc));
void tcp_port_release(struct tcp_conn *tc);
/* To there from the port that it has.  ERR_NOTAVAIL: there is one already. */
int must_check tcp_port_reuse(struct tcp_conn *tc, ip4_t dst, uint16_t dport,
			      struct tcp_reuse *old);
/* An ephemeral port from which there is no connection to there yet. */
int must_check tcp_port_for(struct tcp_conn *tc, ip4_t dst, uint16_t dport, struct tcp_reuse *old);
/* Where the numbers of a connection begin: RFC 6528; and its timestamps. */
struct tcp_first { seq_t isn; uint32_t ts; };
struct tcp_first tcp_first(const struct tcp_conn *tc);

/* --- conn.c --- */
void tcp_set_state(struct tcp_conn *tc, enum tcp_state s);
/* MSS and windows before the SYN; what was agreed on after it. */
void tcp_conn_begin(struct tcp_conn *tc, const struct ip4_path *path,
		    const struct tcp_reuse *old);
void tcp_conn_agree(struct tcp_conn *tc, const struct tcp_rx *rx);
void tcp_conn_established(struct tcp_conn *tc);
void tcp_mss_update(struct tcp_conn *tc);
uint32_t tcp_path_mtu(const struct tcp_conn *tc); /* path_mtu, or less that ICMP told of */
/* The connection is over; err: what the user is told (OK: nothing).  It is
 * freed if nobody holds it: not to be touched after. */
void tcp_done(struct tcp_conn *tc, int err);
/* The same, and the socket is as new: sk_connect() may be next. */
void tcp_renew(struct tcp_conn *tc);
void tcp_free(struct tcp_conn *tc);
void tcp_time_wait(struct tcp_conn *tc);
void tcp_time_wait_end(struct tcp_conn *tc, struct tcp_reuse *old);       /* for a new connection */

/* --- in.c --- */
extern const struct l4_proto tcp_proto;
/* Whoever waits for it, if anybody does: its owner, or who will accept it.  May close
 * it: last. */
static inline void tcp_tell_owner(struct tcp_conn *tc)
{
	if (!tc->orphan)
		sock_ready_changed(tc->listener ? &tc->listener->sk : &tc->sk);
}

/* What one segment told us; lives on the C stack, so that input may nest. */
struct tcp_rx {
	struct tcp_hdr h;
	struct tcp_opts o;
	struct tcp_reuse old;             /* a SYN that opens anew from TIME-WAIT */
	uint32_t len;                     /* of its data */
	const struct ip_meta *m;
};
static inline seq_t rx_end(const struct tcp_rx *rx)       /* RFC 9293: SEG.SEQ + SEG.LEN */
{
	return seq_add(rx->h.seq, rx->len + !!(rx->h.flags & TCP_SYN) +
		       !!(rx->h.flags & TCP_FIN));
}

/* SEG.WND in bytes: of a SYN it is never scaled (RFC 7323 2.2). */
static inline uint32_t rx_wnd(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return (uint32_t)rx->h.wnd << (unlikely(rx->h.flags & TCP_SYN) ? 0 : tc->snd_wscale);
}

/* --- predict.c --- */
/* Deals with the segment whole, and consumes p, if it is the one that a connection
 * expects. */
bool tcp_predicted(struct stack *st, struct pkt *p, const struct ip_meta *m);
/* The same of the data that follows, of a burst: what was found of its header is
 * what was found of the last one's. */
bool tcp_burst_joins(struct stack *st, struct pkt *p, const struct ip_meta *m);
static inline bool tcp_burst_may_join(const struct stack *st)
{
	return st->tcp && st->tcp->burst && st->tcp->like_len;
}
/* The same of whole frames: stack_input_train(). */
struct pkt *tcp_burst_more(struct stack *st, struct netdev *dev, struct pkt *first);
/* What segments of one instant left to do, once for all of them. */
void tcp_burst_end(struct stack *st);
/* Before anything else happens to tc: what they acknowledged lets go out now,
 * and moves the timer.  The user still hears of all of it at the end. */
void tcp_burst_settle(struct tcp_conn *tc);

/* --- listen.c --- */
/* DROP_NONE, or why it came to nothing.  *p, its data, is NULL then if it was taken. */
enum drop tcp_listen_input(struct tcp_conn *l, const struct tcp_rx *rx, struct pkt **p);
void tcp_listen_syn_ack(struct tcp_conn *tc);     /* for the first time */
void tcp_listen_again(struct tcp_conn *tc);       /* the peer's SYN came again */
/* A connection that will answer rx, with nothing agreed on yet and not found
 * by anybody; NULL: no memory or no way back. */
struct tcp_conn *tcp_listen_child(struct tcp_conn *l, const struct tcp_rx *rx);
void tcp_listen_add(struct tcp_conn *l, struct tcp_conn *tc);     /* half open */
int must_check tcp_listen_begin(struct tcp_conn *l);      /* ERR_NOMEM */
void tcp_listen_close(struct tcp_conn *l);
void tcp_listen_fini(struct tcp_conn *l);         /* tells nobody; none that listens is fine */
/* SKO_DEFER_ACCEPT: the ACK of our SYN alone is none yet; notes that it came. */
bool tcp_listen_defers(struct tcp_conn *tc, const struct tcp_rx *rx);
bool tcp_listen_asks(const struct tcp_conn *tc);  /* the SYN-ACK goes again with its timer, ... */
unsigned tcp_listen_retries(const struct tcp_conn *tc);   /* ... so often at most */
/* tc goes to its listener's accept queue; false: that is full. */
bool tcp_listen_established(struct tcp_conn *tc);
void tcp_listen_forget(struct tcp_conn *tc);

/* What one ACK told; lives on the C stack. */
struct tcp_acked {
	seq_t prior_una;
	uint32_t acked;                   /* bytes cumulatively */
	uint32_t sacked;                  /* bytes newly SACKed */
	uint32_t delivered;               /* segments newly acknowledged or SACKed */
	uint32_t lost;                    /* segments newly deemed lost */
	uint32_t flight;                  /* bytes in flight before it */
	ns_t rtt;                         /* for RFC 6298; 0: none */
	ns_t last_rtt;                    /* of the segment sent last; 0: none */
	bool retrans_acked;               /* some of what it acknowledged was sent twice */
	bool orig_acked;                  /* the first copy of some segment sent before high_seq */
	bool has_ts;
	uint32_t tsecr;
	bool dup;
	bool dsack;
	bool sampled, user_limited;       /* rate is of what was sent last of all delivered */
	struct tcp_rate_mark rate;
};

/* --- listen_cookie.c --- */
/* Answers a SYN, and forgets it; false: no memory or no way back. */
bool tcp_cookie_answer(struct tcp_conn *l, const struct tcp_rx *rx);
/* The connection of which rx brings such an answer back; NULL: it does not. */
struct tcp_conn *tcp_cookie_accept(struct tcp_conn *l, const struct tcp_rx *rx);

/* --- ack.c --- */
/* RFC 9293 3.10.7.4, fifth, in ESTABLISHED and later.  False: not acceptable,
 * and answered. */
bool tcp_ack(struct tcp_conn *tc, const struct tcp_rx *rx);
/* Its part in new data, where nothing was out of order: tcp_unharmed().  The timer is the
 * caller's. */
void tcp_ack_in_order(struct tcp_conn *tc, seq_t ack, bool has_ts, uint32_t tsecr);
static inline uint32_t tcp_in_flight(const struct tcp_conn *tc)   /* segments (RFC 6675: pipe) */
{
	return tc->n_out - tc->n_sacked - tc->n_lost + tc->n_retrans;
}
void tcp_recovery_init(struct tcp_conn *tc);
void tcp_enter_loss(struct tcp_conn *tc);         /* a timeout */
void tcp_enter_resend(struct tcp_conn *tc);       /* marked lost, but not by congestion */
void tcp_mark_lost(struct tcp_conn *tc, struct tcp_seg *s, enum tcp_cause why);
void tcp_enter_recovery(struct tcp_conn *tc);
void tcp_enter_cwr(struct tcp_conn *tc);          /* less window, nothing lost */
static inline bool tcp_reducing(const struct tcp_conn *tc)
{
	return tc->ca_state == CA_CWR || tc->ca_state == CA_RECOVERY;
}
/* Nothing of ours is SACKed, lost or probed for, and marks of congestion are not
 * looked at: an ACK of new data says that it came. */
static inline bool tcp_unharmed(const struct tcp_conn *tc)
{
	/* with |: that none of them is there takes no branch each */
	return tc->ca_state == CA_OPEN && !(tc->n_sacked | tc->n_lost | tc->n_retrans) &&
	       !(tc->rack.tlp_out | tc->frto | tc->ecn.ok);
}
/* Our FIN was sent and acknowledged. */
static inline bool tcp_fin_acked(const struct tcp_conn *tc)
{
	return tc->fin_queued && list_empty(&tc->sendq);
}

/* --- ooo.c --- */
void tcp_sack_remove(struct tcp_conn *tc, unsigned i);     /* of those to report */

/* --- text.c --- */
void tcp_to_user(struct tcp_conn *tc, struct pkt *p);      /* the next data; takes p */
/* Seventh and eighth: takes p. */
void tcp_text(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p);
/* The same of the next data, if the window has room for it and nothing else waits. */
void tcp_text_next(struct tcp_conn *tc, struct pkt *p, seq_t at, uint8_t flags);
/* Of a SYN; takes p. */
void tcp_text_of_syn(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p);
void tcp_text_again(struct tcp_conn *tc, const struct tcp_rx *rx); /* wholly old: D-SACK */
/* The peer's FIN, and so all its data. */
static inline bool tcp_fin_rcvd(const struct tcp_conn *tc)
{
	return tc->fin_seen && seq_lt(tc->fin_seq, tc->rcv_nxt);
}
/* As Linux counts them: with the SYN that was ours first, and with FINs. */
static inline uint64_t tcp_bytes_acked(const struct tcp_conn *tc)
{
	bool any = tc->bytes_acked || !seq_eq(tc->snd_una, tc->iss);

	return tc->bytes_acked + (any && !tc->passive);
}
static inline uint64_t tcp_bytes_received(const struct tcp_conn *tc)
{
	return tc->bytes_received + tcp_fin_rcvd(tc);
}
void tcp_rcv_fini(struct tcp_conn *tc);
static inline uint32_t tcp_rcv_wnd(const struct tcp_conn *tc)     /* promised, and not used yet */
{
	int32_t left = seq_diff(tc->rcv_adv, tc->rcv_nxt);

	return left > 0 ? (uint32_t)left : 0;
}
/* What ends behind the window is cut there, and not taken whole or not at all. */
bool tcp_trims(const struct tcp_conn *tc);

/* --- rcvbuf.c --- */
uint32_t tcp_window(struct tcp_conn *tc);         /* to advertise now, in bytes */
/* The user has read so many bytes: tell of a window? */
void tcp_read_some(struct tcp_conn *tc, uint32_t got);
/* No segment was longer, nor were all as long: rcv_mss, and what is data of their memory. */
void tcp_rcvbuf_measure(struct tcp_conn *tc, uint32_t len);

/* --- delack.c --- */
#define TCP_QUICK_MAX 16                  /* Linux: TCP_MAX_QUICKACKS */
#define TCP_DELACK_MAX MSEC(200)          /* as in Linux; MUST-40: below 500 */
void tcp_data_came(struct tcp_conn *tc, uint32_t len, uint8_t flags);     /* in order */
void tcp_data_short(struct tcp_conn *tc, uint32_t len, uint8_t flags);
/* The size of the peer's segments, from what they are; a smaller one is the end
 * of something, but if it is the second such in a row: then they are that small now. */
static inline void tcp_data_measure(struct tcp_conn *tc, uint32_t len, uint8_t flags)
{
	if (len < tc->rcv_mss) {
		tcp_data_short(tc, len, flags);
		return;
	}
	tc->last_short = 0;
	if (unlikely(len != tc->rcv_mss))
		tcp_rcvbuf_measure(tc, len);
	if ((flags & TCP_PSH) && !tc->pushed)
		tc->pushed = 1;
}
/* After one such at this instant n more came, each of which was measured. */
void tcp_data_came_too(struct tcp_conn *tc, uint32_t n);
void tcp_ack_soon(struct tcp_conn *tc);           /* now, or delayed */
void tcp_data_next(struct tcp_conn *tc, uint32_t len, uint8_t flags);     /* both */
ns_t tcp_ack_delay(const struct tcp_conn *tc);
void tcp_ack_missed(struct tcp_conn *tc);         /* nothing took it along: the timer fired */
void tcp_reply_sent(struct tcp_conn *tc);         /* data; once some came */
bool tcp_read_acks(const struct tcp_conn *tc);    /* what the user read is acknowledged now */
void tcp_quick_enter(struct tcp_conn *tc, unsigned max);  /* the peer needs ACKs at once */
void tcp_quick_spend(struct tcp_conn *tc);        /* an ACK leaves, before rcv_wup knows it */
void tcp_quick_set(struct tcp_conn *tc, int v);   /* SKO_QUICKACK */

/* --- sendq.c --- */
struct tcp_zc_send;
/* What the user writes: by reference if it lies in mem, and then with a notice or
 * NULL; else both are NULL. */
struct tcp_write { const uint8_t *buf; struct sk_mem *mem; struct tcp_zc_send *notice; };
ssize_t tcp_sendq_add(struct tcp_conn *tc, struct tcp_write *w, size_t n);
seq_t tcp_sendq_end(const struct tcp_conn *tc);   /* behind all that waits */
void tcp_sendq_push(struct tcp_conn *tc);          /* the user's write ends here */
void tcp_sendq_mark(struct tcp_conn *tc, enum seg_mark m);        /* the last of what it wrote */
bool must_check tcp_sendq_flag(struct tcp_conn *tc, uint8_t flag);   /* SYN or FIN */
/* The next n bytes, which are there, and of more than one: tc->unsent has them all.
 * False: no memory, or one wants to be alone. */
bool must_check tcp_sendq_join(struct tcp_conn *tc, uint32_t n);
bool must_check tcp_seg_split(struct tcp_conn *tc, struct tcp_seg *s, uint32_t len);
void tcp_seg_free(struct tcp_conn *tc, struct tcp_seg *s);
void tcp_seg_free_only(struct tcp_conn *tc, struct tcp_seg *s);   /* sent; there is no other */
/* From first to last n sent ones, of so many bytes in all: in a row in both lists,
 * and no hint is one of them. */
void tcp_segs_free(struct tcp_conn *tc, struct tcp_seg *first, struct tcp_seg *last, uint32_t n,
		   uint32_t bytes);
void tcp_sendq_fini(struct tcp_conn *tc);
static inline struct tcp_seg *tcp_seg_next(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	return s->node.next == &tc->sendq.head ? NULL :
	       container_of(s->node.next, struct tcp_seg, node);
}

/* --- sack.c --- */
bool tcp_sack_room(struct tcp_conn *tc);          /* for tc->blocks; false: no memory */
void tcp_sack_forget(struct tcp_conn *tc, const struct tcp_seg *s);       /* it will be free */
void tcp_sack_take(struct tcp_conn *tc, const struct tcp_rx *rx, struct tcp_acked *a);
/* s was delivered, and below what was delivered before. */
void tcp_reordered(struct tcp_conn *tc, const struct tcp_seg *s);

/* --- rack.c --- */
void tcp_rack_delivered(struct tcp_conn *tc, const struct tcp_seg *s, struct tcp_acked *a);
void tcp_rack_update(struct tcp_conn *tc, const struct tcp_acked *a);     /* the ACK is read */
void tcp_rack_recovered(struct tcp_conn *tc);
/* Marks what is lost; sets the timer for what may be soon. */
uint32_t tcp_rack_detect(struct tcp_conn *tc);
bool tcp_rack_is_recent(const struct tcp_conn *tc, const struct tcp_seg *s);
void tcp_rack_timeout(struct tcp_conn *tc);

/* --- tlp.c --- */
/* If it helps, in place of the RTO: true.  advancing: that would be a new one, for an ACK
 * came of new data. */
bool tcp_tlp_schedule(struct tcp_conn *tc, bool advancing);
void tcp_tlp_timeout(struct tcp_conn *tc);
void tcp_tlp_ack(struct tcp_conn *tc, const struct tcp_acked *a);

/* --- prr.c --- */
void tcp_prr_begin(struct tcp_conn *tc);
void tcp_prr_ack(struct tcp_conn *tc, const struct tcp_acked *a);

/* --- undo.c --- */
void tcp_undo_begin(struct tcp_conn *tc);
void tcp_undo_retransmitted(struct tcp_conn *tc);
void tcp_undo_dsack(struct tcp_conn *tc, const struct tcp_sack *b, uint32_t segs);
bool tcp_undo_may(const struct tcp_conn *tc, const struct tcp_acked *a);
void tcp_undo(struct tcp_conn *tc, bool nothing_lost);

/* --- ipopt.c --- */
static inline struct tcp_ip_opts *tcp_ip_opts(const struct tcp_conn *tc)
{
	return tc->sk.rare ? tc->sk.rare->ip_opts : NULL;
}
void tcp_ip_opts_aim(struct tcp_conn *tc);        /* the peer is known; only if tcp_ip_opts() */
void tcp_ip_opts_in(struct tcp_conn *tc, const struct ip_meta *m);        /* came with options */
unsigned tcp_ip_opts_len(const struct tcp_conn *tc);      /* bytes */
void tcp_ip_opts_out(const struct tcp_conn *tc, struct ip4_tx *tx);      /* only if tcp_ip_opts() */
void tcp_ip_opts_fini(struct tcp_conn *tc);

/* --- limits.c --- */
bool tcp_may_answer(struct tcp_conn *tc);         /* what is not acceptable; counts it */
bool tcp_may_challenge(struct stack *st);         /* RFC 5961 7; counts it */
void tcp_orphan_recount(struct tcp_conn *tc);     /* its state or its owner has changed */
bool tcp_orphans_too_many(const struct stack *st);
unsigned tcp_orphan_retries(const struct tcp_conn *tc, bool alive);

/* --- advice.c --- */
void tcp_soft_error(struct tcp_conn *tc, const struct icmp_err *e);       /* tc may be gone after */
void tcp_retransmitted(struct tcp_conn *tc);      /* after a timeout */

/* --- cc_choose.c --- */
void tcp_cc_begin(struct tcp_conn *tc);     /* a connection of snd_mss does */

/* --- ecn.c --- */
void tcp_ecn_agree(struct tcp_conn *tc, const struct tcp_rx *rx);
/* The flags that a segment gets beside its own; fresh: new data.  Sets the low
 * bits of tos. */
uint8_t tcp_ecn_out(struct tcp_conn *tc, uint8_t flags, bool fresh, uint8_t *tos);
void tcp_ecn_in(struct tcp_conn *tc, const struct tcp_rx *rx);
void tcp_ecn_ack(struct tcp_conn *tc, const struct tcp_rx *rx);

/* --- pace.c --- */
bool tcp_pace_holds(const struct tcp_conn *tc);   /* the next segment has its time */
bool tcp_pace_wait(struct tcp_conn *tc);          /* false: later, a timer will see to it */
static inline bool tcp_pace_allows(struct tcp_conn *tc)
{
	return likely(!tc->sk.opt[SKO_MAX_PACING_RATE]) || tcp_pace_wait(tc);
}
void tcp_pace_count(struct tcp_conn *tc, uint32_t len);
static inline void tcp_pace_sent(struct tcp_conn *tc, uint32_t len)
{
	if (unlikely(tc->sk.opt[SKO_MAX_PACING_RATE]))
		tcp_pace_count(tc, len);
}
uint64_t tcp_pace_rate(const struct tcp_conn *tc);        /* bytes/s; 0: not paced */
uint64_t tcp_pace_would(const struct tcp_conn *tc);       /* were it paced; 0: no sample yet */
void tcp_pace_fini(struct tcp_conn *tc);

/* --- segpool.c --- */
struct tcp_seg *tcp_seg_alloc(struct stack *st);  /* zero, but for rate; NULL: no memory */
void tcp_seg_release(struct stack *st, struct tcp_seg *s);
/* n in a row by next, in no list. */
void tcp_segs_release(struct stack *st, struct tcp_seg *first, struct tcp_seg *last, uint32_t n);
/* All zero; NULL: no memory. */
struct tcp_conn *tcp_conn_alloc(struct tcp_table *t);
void tcp_conn_release(struct tcp_table *t, struct tcp_conn *tc);
void tcp_segpool_fini(struct tcp_table *t);

/* --- out.c --- */
void tcp_output(struct tcp_conn *tc);
void tcp_output_acked(struct tcp_conn *tc);       /* new data was: the timer begins anew */
const char *tcp_cause_name(enum tcp_cause why);
bool tcp_send_one(struct tcp_conn *tc);           /* new data, whatever cwnd says */
bool tcp_retransmit(struct tcp_conn *tc, struct tcp_seg *s);
/* What the window takes of new data, however little; false: nothing. */
bool tcp_output_part(struct tcp_conn *tc);
enum show_limit tcp_limit(const struct tcp_conn *tc);     /* what keeps it from sending more */

/* --- seg.c --- */
/* Segments that leave one after another, while nothing else happens: their
 * headers differ in little. */
struct tcp_train {
	bool tried, on;                   /* false at first; on: the rest is made */
	bool sums;                        /* with checksums */
	uint8_t hlen;                     /* of the segment */
	/* Ethernet, IPv4 (ip.hdr), and the segment's: seq, flags and checksum are to come */
	uint8_t hdr[ETH_HLEN + IP4_HLEN + TCP_HLEN_TS];
	uint64_t sum;                     /* of the segment's, and the addresses */
	struct pkt *first, *last;         /* made, and still to leave: n */
	uint32_t n;
	struct ip4_train ip;
};
/* train: where it joins those just before, to leave with them; or NULL.  False:
 * no packet. */
bool tcp_seg_xmit(struct tcp_conn *tc, const struct tcp_seg *s, struct tcp_train *train);
static inline void tcp_seg_sent(struct tcp_conn *tc, struct tcp_seg *s, ns_t now)
{
	s->sent = true;
	s->sent_at = now;
	list_push_back(&tc->sent_order, &s->by_time);
	tc->snd_nxt = seg_end(s);
}
static inline void tcp_train_init(struct tcp_train *t)
{
	t->tried = t->on = false;
	t->first = t->last = NULL;
	t->n = 0;
}
/* From tc->unsent on up to n full ones, as tcp_seg_xmit() and what comes after it, where
 * something is out; returns how many. */
uint32_t tcp_train_full(struct tcp_conn *tc, struct tcp_train *t, uint32_t n);
void tcp_train_leave(struct tcp_conn *tc, struct tcp_train *t);
void tcp_send_ack(struct tcp_conn *tc);
void tcp_send_probe(struct tcp_conn *tc);         /* of a window, or to keep alive */
void tcp_send_rst(struct tcp_conn *tc);
/* The answer to a segment that has no connection, RFC 9293 3.10.7.1. */
void tcp_answer_rst(struct stack *st, const struct tcp_rx *rx);
void tcp_challenge(struct tcp_conn *tc);          /* RFC 5961 */
void tcp_answer_ack(struct tcp_conn *tc);         /* an ACK within the limits, but no challenge */
uint32_t tcp_ts_now(const struct tcp_conn *tc);

/* --- show.c --- */
void tcp_show_fill(const struct tcp_conn *tc, struct show_tcp *out);

/* --- trace.c: tell who watches; nothing but a branch while nobody does --- */
void tcp_trace_state(struct tcp_conn *tc, enum tcp_state from);
void tcp_trace_retrans(struct tcp_conn *tc, const struct tcp_seg *s);
void tcp_trace_sample(struct tcp_conn *tc);
static inline void tcp_tell_state(struct tcp_conn *tc, enum tcp_state from)
{
	if (unlikely(tcp_stack(tc)->tcp_watched))
		tcp_trace_state(tc, from);
}
static inline void tcp_tell_retrans(struct tcp_conn *tc, const struct tcp_seg *s)
{
	if (unlikely(tcp_stack(tc)->tcp_watched))
		tcp_trace_retrans(tc, s);
}
static inline void tcp_tell_sample(struct tcp_conn *tc)
{
	if (unlikely(tcp_stack(tc)->tcp_watched))
		tcp_trace_sample(tc);
}

/* --- timer.c --- */
void tcp_timers_init(struct tcp_conn *tc);
void tcp_timers_stop(struct tcp_conn *tc);
/* If it is not: for what is outstanding, or persist. */
void tcp_xmit_timer_set(struct tcp_conn *tc);
static inline void tcp_xmit_timer_restart(struct tcp_conn *tc)
{
	tc->xmit_at = NS_NEVER;
	if (list_empty(&tc->sendq) && likely(!tc->fo_child))
		tc->persist = false;              /* it finds nothing to do */
	else
		tcp_xmit_timer_set(tc);
}
void tcp_xmit_timer_rearm(struct tcp_conn *tc);   /* the RTO, of what is oldest */
void tcp_syn_soon(struct tcp_conn *tc);           /* again, if it was sent but once */
void tcp_xmit_timer_for(struct tcp_conn *tc, enum tcp_xmit_for what, ns_t at);
ns_t tcp_rto_now(const struct tcp_conn *tc);      /* the timeout, backed off (RFC 6298 5.5) */
ns_t tcp_rto_at(const struct tcp_conn *tc);       /* of what is oldest, if anything is out */
void tcp_delack_set(struct tcp_conn *tc);         /* or it is due at once */
void tcp_delack_again(struct tcp_conn *tc);
void tcp_time_wait_set(struct tcp_conn *tc);      /* 2 MSL from now on */
void tcp_time_wait_fire(struct timer *t);         /* tcp_table.time_wait_timer */
static inline void tcp_life_stop(struct tcp_conn *tc) { tc->life_at = NS_NEVER; }
/* As Linux: switched on it counts from now; its time, when that is set anew, from when the
 * peer was last heard. */
void tcp_keepalive_set(struct tcp_conn *tc, bool anew);
unsigned tcp_syn_retries(const struct tcp_conn *tc);      /* the most */
void tcp_fin_wait_2_set(struct tcp_conn *tc);     /* of what nobody owns: it ends in time */

/* --- rtt.c --- */
/* RFC 6298 2.5. */
static inline ns_t tcp_rto_max(const struct stack *st) { return MSEC(st->opt[OPT_TCP_RTO_MAX]); }
void tcp_rtt_init(struct tcp_conn *tc);
void tcp_rtt_handshake_over(struct tcp_conn *tc);
void tcp_rtt_sample(struct tcp_conn *tc, ns_t rtt);
ns_t tcp_rtt_of_echo(const struct tcp_conn *tc, uint32_t tsecr);  /* RFC 7323 4; 0: tells none */
void tcp_rtt_min(struct tcp_conn *tc, ns_t rtt);

#endif
