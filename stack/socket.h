/* SPDX-License-Identifier: MIT */
#ifndef STACK_SOCKET_H
#define STACK_SOCKET_H
/*
 * Sockets: a non-blocking core.  Every call returns at once; ERR_AGAIN means
 * watch, and try again.  Blocking calls, file descriptors and sockaddr exist
 * only above this.  The driver calls stack_enter() first.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stack/util/addr.h"
#include "stack/util/cc.h"
#include "stack/util/list.h"
#include "stack/util/ns.h"

struct stack;
struct sock;

enum sk_type { SK_STREAM = 1, SK_DGRAM = 2, SK_RAW = 3, SK_PACKET = 4 };
enum sk_ready {
	SK_IN = 1, SK_OUT = 2, SK_HUP = 4, SK_ERR = 8,
	SK_PRI = 16,                      /* an urgent byte can be read (POLLPRI) */
	SK_URG = 32,                      /* the peer has announced one: a rising edge each time
					   * (SIGURG, RFC 9293 MUST-32) */
	SK_RDHUP = 64,                    /* the peer sends no more, or we read no more */
};

struct sk_watch {
	struct list_node node;
	void (*ready)(struct sk_watch *w, uint32_t events);   /* on rising edges */
	/* The socket is closed, and this not in its list any more; may be NULL. */
	void (*gone)(struct sk_watch *w);
	struct sock *sk;
	bool each;                        /* also when more comes of what is there already */
};

/* No errors are the others.  Zero copy: so many sends of a stream with SK_ZEROCOPY are
 * over, numbers info to data2, counted from 0; code 1: of what they sent a copy was
 * made after all.  Stamp: of the last byte of a write, info: enum sk_stamp; data2: how
 * far it is behind the first after SK_STAMPING_ID was set. */
enum sk_err_origin { SK_ERR_ICMP, SK_ERR_ZEROCOPY, SK_ERR_STAMP };
enum sk_stamp { SK_STAMP_SENT, SK_STAMP_QUEUED, SK_STAMP_ACKED };
/* Of SKO_TIMESTAMPING, in Linux's numbers: SENT, QUEUED and ACKED are asked for, and
 * come with data2 if ID is set.  The rest changes nothing: Linux gives the instant only
 * with SOFTWARE, and the bytes without TSONLY. */
enum sk_stamping {
	SK_STAMPING_SENT = 2, SK_STAMPING_SOFTWARE = 16, SK_STAMPING_ID = 128,
	SK_STAMPING_QUEUED = 256, SK_STAMPING_ACKED = 512, SK_STAMPING_TSONLY = 2048,
	SK_STAMPING_ASK = SK_STAMPING_SENT | SK_STAMPING_QUEUED | SK_STAMPING_ACKED,
	SK_STAMPING_ALL = SK_STAMPING_ASK | SK_STAMPING_SOFTWARE | SK_STAMPING_ID |
			  SK_STAMPING_TSONLY,
};

/* An ICMP error about something this socket sent (as Linux's IP_RECVERR). */
struct sk_err {
	int err;                          /* ERR_REFUSED, ERR_NOROUTE, ERR_MSGSIZE, ... */
	uint8_t type, code;               /* of the ICMP message; type 0: a local error */
	uint8_t origin;                   /* enum sk_err_origin */
	uint32_t info;                    /* MTU for "fragmentation needed"; or see there ... */
	uint32_t data2;                   /* ... of this */
	struct addr from;                 /* who reported it */
	struct endpoint to;               /* where the offending packet was going */
	ns_t at;
	uint8_t ttl;                      /* of the ICMP message as received */
	uint16_t n;                       /* bytes of payload in data */
	uint8_t data[64];                 /* start of the offending packet's transport header */
};

/* One datagram with what IP says about it. */
struct sk_msg {
	void *buf;                        /* recv: in; send: const in spirit */
	size_t n;                         /* room, or length to send */
	size_t full;                      /* recv: the datagram's length, may exceed n */
	struct endpoint peer;             /* recv: from; send: to (ADDR_NONE: connected) */
	struct addr local;                /* recv: the specific destination (RFC 1122 4.1.3.5);
					   * send: source, or ADDR_NONE */
	unsigned ifindex;                 /* recv: arrived on; send: leave by, or 0 */
	int ttl, tos;                     /* recv: of the packet; send: -1 takes the socket's */
	ns_t at;                          /* recv: when it arrived */
	uint8_t opt[40];                  /* IPv4 options, received or to send */
	uint8_t n_opt;
	uint8_t flags;                    /* enum sk_msg_flag */
	struct sk_mem *mem;               /* send, of a stream: buf lies in it; NULL: anywhere */
};

enum sk_msg_flag {
	SK_MORE = 1,                      /* send: more follows at once */
	SK_PEEK = 2,                      /* recv: it stays */
	SK_OOB = 4,                       /* send: the last byte is urgent; recv: that byte, which
					   * other reads leave out and do not pass (RFC 6093) */
	SK_TRUNC = 8,                     /* recv: of a stream: dropped, not copied; else the
					   * datagram's whole length is the answer */
	SK_EOR = 16,                      /* send: nothing joins the last segment of it (MSG_EOR) */
	SK_ZEROCOPY = 32,                 /* send: with SKO_ZEROCOPY, tell by sk_recverr() when it
					   * is over (MSG_ZEROCOPY) */
	SK_FASTOPEN = 64,                 /* send: a stream connects to `peer`, the data with its
					   * SYN if it has a cookie for it */
};

/* Those of setsockopt(2) have Linux's meaning; opt.c has their level, number
 * and range. */
enum sk_opt {
	SKO_TTL, SKO_TOS,
	SKO_REUSEADDR, SKO_RCVBUF, SKO_SNDBUF,    /* bytes, as given */
	SKO_PMTUDISC,                     /* enum sk_pmtu */
	SKO_NODELAY, SKO_CORK,            /* streams: no Nagle; hold what is below MSS */
	SKO_KEEPALIVE,
	SKO_USER_TIMEOUT,                 /* ms that data may stay unacknowledged (RFC 5482); 0:
					   * OPT_TCP_RETRIES2 */
	SKO_MAXSEG,                       /* set: most bytes of data in a segment; get: now */
	SKO_MAX_PACING_RATE,              /* bytes a second; 0: in bursts, as windows allow */

	SKO_N_HOT,                        /* the next take memory once one of them is set */
	SKO_MCAST_TTL = SKO_N_HOT, SKO_MCAST_LOOP, SKO_MCAST_IF,
	SKO_BROADCAST,                    /* may send to broadcast addresses */
	SKO_BINDTODEVICE,                 /* ifindex, 0 for any */
	SKO_RECVERR,                      /* queue ICMP errors for sk_recverr() */
	SKO_HDRINCL,                      /* raw: the caller writes the IP header */
	SKO_CHECKSUM,                     /* UDP: send with a checksum; default 1 */
	SKO_KEEPIDLE, SKO_KEEPINTVL,      /* seconds of SKO_KEEPALIVE: idle before, between */
	SKO_KEEPCNT,                      /* probes of it */
	SKO_LINGER,                       /* -1: off; 0: sk_close() aborts; else seconds, of
					   * the caller's blocking */
	SKO_REUSEPORT,                    /* several may listen, and share what comes */
	SKO_FREEBIND,                     /* sk_bind() to an address that is not ours yet */
	SKO_TRANSPARENT,                  /* ... nor will be: to speak for another.  Answers come
					   * to who has that address: nothing here turns them */
	SKO_RCVLOWAT,                     /* streams: bytes that make SK_IN; 0 is 1 */
	SKO_NOTSENT_LOWAT,                /* streams: no SK_OUT with half of so much unsent, and no
					   * more is taken with all of it; 0: any */
	SKO_WINDOW_CLAMP,                 /* streams: most that is offered, bytes; 0: any */
	SKO_RCVTIMEO, SKO_SNDTIMEO,       /* ms that a caller blocks; 0: for ever.  Its own
					   * affair, as the next: kept here for it */
	SKO_PRIORITY, SKO_MARK, SKO_TIMESTAMP, SKO_TIMESTAMPNS, SKO_PKTINFO, SKO_RECVTTL,
	SKO_RECVTOS,
	SKO_QUICKACK,                     /* streams: ACKs at once while it lasts (TCP_QUICKACK); 0:
					   * they wait for answers to take them along */
	SKO_OOBINLINE,                    /* streams: urgent bytes are read in their place */
	SKO_SYNCNT,                       /* streams: SYNs sent again; 0: OPT_TCP_SYN_RETRIES */
	SKO_LINGER2,                      /* streams: seconds in FIN-WAIT-2 of what nobody owns;
					   * 0: OPT_TCP_FIN_TIMEOUT, -1: none, but a RST */
	SKO_FASTOPEN,                     /* streams: who listens takes data of so many SYNs whose
					   * senders have not answered yet (RFC 7413); 0: none */
	SKO_FASTOPEN_CONNECT,             /* streams: connect() to whom a cookie is known waits for
					   * the first data to go with the SYN */
	SKO_FASTOPEN_NO_COOKIE,           /* streams: data goes with a SYN, and is taken, without */
	SKO_DEFER_ACCEPT,                 /* streams: who listens is told once data came, or after
					   * so many timeouts of the SYN-ACK */
	SKO_ZEROCOPY,                     /* streams: SK_ZEROCOPY means something */
	SKO_TIMESTAMPING,                 /* streams: when what was written left and was
					   * acknowledged: bits of enum sk_stamping */

	SKO_N_STORED,                     /* the next are asked for, and cannot be set */
	SKO_ERROR = SKO_N_STORED,         /* pending error, and clears it */
	SKO_NREAD,                        /* bytes to be read; of the next datagram (FIONREAD) */
	SKO_NWRITE,                       /* bytes not acknowledged yet, and the FIN (SIOCOUTQ) */
	SKO_NUNSENT,                      /* the same of what was not sent (SIOCOUTQNSD) */
	SKO_ATMARK,                       /* the next byte is the urgent one (SIOCATMARK) */
	SKO_MTU,                          /* path MTU to the peer (IP_MTU, RFC 1122 3.3.3);
					   * ERR_NOTCONN */
	SKO_TYPE, SKO_PROTOCOL, SKO_DOMAIN, SKO_ACCEPTCONN,
	SKO_N
};
enum sk_pmtu { PMTU_DONT, PMTU_WANT, PMTU_DO, PMTU_PROBE };

/* proto: 0 for the type's own; SK_RAW: the IP protocol; SK_PACKET: the
 * EtherType, 0 for all.  ERR_AFNOSUP, ERR_SOCKTNOSUP, ERR_PROTONOSUP,
 * ERR_INVAL: no such type or protocol at all; ERR_NOMEM. */
int      must_check sk_open(struct stack *st, int family, int type, int proto, struct sock **out);
void     sk_close(struct sock *sk);       /* NULL is fine */
int      must_check sk_bind(struct sock *sk, const struct endpoint *ep);
/* A stream's is under way then: ERR_INPROGRESS, and SK_OUT or SK_ERR later. */
int      must_check sk_connect(struct sock *sk, const struct endpoint *ep);
/* Streams: RFC 9293 3.9.1.  backlog: connections that wait for sk_accept(). */
int      must_check sk_listen(struct sock *sk, int backlog);
int      must_check sk_accept(struct sock *sk, struct sock **out);   /* ERR_AGAIN: none */
enum sk_how { SK_SHUT_RD = 1, SK_SHUT_WR = 2 };
int      must_check sk_shutdown(struct sock *sk, unsigned how);      /* ERR_NOTCONN */
/* Bytes sent or received, or a negative error.  sk_recv() of a datagram that
 * does not fit drops the rest of it. */
ssize_t  sk_send(struct sock *sk, const void *buf, size_t n, const struct endpoint *to);
ssize_t  sk_recv(struct sock *sk, void *buf, size_t n, struct endpoint *from);
ssize_t  sk_sendmsg(struct sock *sk, const struct sk_msg *m);
ssize_t  sk_recvmsg(struct sock *sk, struct sk_msg *m);
bool     sk_recverr(struct sock *sk, struct sk_err *e);        /* false: none queued */
int      must_check sk_setopt(struct sock *sk, enum sk_opt o, int v);
int      must_check sk_getopt(struct sock *sk, enum sk_opt o, int *v);
/* setsockopt(2) and getsockopt(2) as a program on Linux spells them: level,
 * number and value in Linux's layout, n bytes.  *n: room, then what was
 * written.  ERR_NOPROTOOPT, ERR_INVAL, ERR_DOM and what sk_setopt() says. */
int      must_check sk_setsockopt(struct sock *sk, int level, int number, const void *v, size_t n);
int      must_check sk_getsockopt(struct sock *sk, int level, int number, void *v, size_t *n);
/* A stream's congestion control, "cubic" or "reno" (TCP_CONGESTION).
 * ERR_NOENT: none of that name; ERR_NOPROTOOPT, NULL: not a stream. */
int      must_check sk_set_congestion(struct sock *sk, const char *name);
const char *sk_get_congestion(const struct sock *sk);
/* IP options of a stream's segments (IP_OPTIONS): n bytes, 0 takes them back.
 * A source route names the gateways, the peer is added behind them (RFC 9293
 * MUST-51).  Without any, a route by which the peer's segments came is taken
 * back to it.  ERR_INVAL: malformed; ERR_NOPROTOOPT, 0: not a stream, of which
 * each message has its own. */
int      must_check sk_set_ip_options(struct sock *sk, const uint8_t *opt, size_t n);
size_t   sk_get_ip_options(const struct sock *sk, uint8_t out[40]);
/* A listener's keys of RFC 7413 cookies (TCP_FASTOPEN_KEY): 16 or 32 bytes, one or
 * two; 0: the host's.  ERR_INVAL, ERR_NOMEM; ERR_NOPROTOOPT: not a stream.  *n: room,
 * then what was written. */
int      must_check sk_set_fastopen_key(struct sock *sk, const uint8_t *key, size_t n);
int      must_check sk_get_fastopen_key(struct sock *sk, uint8_t *key, size_t *n);
int      must_check sk_join(struct sock *sk, ip4_t group, unsigned ifindex);
int      must_check sk_leave(struct sock *sk, ip4_t group, unsigned ifindex);
void     sk_local(const struct sock *sk, struct endpoint *ep);
int      must_check sk_peer(const struct sock *sk, struct endpoint *ep);    /* ERR_NOTCONN */
uint32_t sk_ready(const struct sock *sk);
void     sk_watch(struct sock *sk, struct sk_watch *w);
void     sk_unwatch(struct sk_watch *w);  /* not watching is fine */
struct stack *sk_stack(const struct sock *sk);

/* --- streams without copies --- */
/* Memory that segments may refer to: sk_sendmsg() with bytes of it copies little
 * more than what does not fill a segment.  It lives until its maker and every
 * packet have let go of it.
 *
 * Whoever changes bytes that are on their way changes what arrives, as in Linux:
 * they are either never changed (as those of a file that sendfile() sends), or not
 * before SK_ZEROCOPY said that the send is over.  It is once all is acknowledged,
 * or the connection ended: a packet that is somewhere still, in the peer's queue
 * or on a long way round, has a copy of its own from then on.  Checksums are of
 * the bytes as they leave; where they change on the way, the segment is dropped
 * as damaged, and comes again. */
struct sk_mem;
struct sk_mem *sk_mem_new(size_t n);      /* one reference; NULL: no memory */
uint8_t *sk_mem_bytes(struct sk_mem *m);
void     sk_mem_put(struct sk_mem *m);    /* NULL is fine */

struct sk_span { const uint8_t *at; size_t n; };
/* What sk_recv() would copy, where it lies: how many spans, at most max, in order;
 * 0 at the peer's FIN, or an error as of sk_recv(); ERR_OPNOTSUP: not a stream.
 * They stand until the next call for any socket, or the return to the driver. */
int      must_check sk_recv_spans(struct sock *sk, struct sk_span *v, int max);
void     sk_recv_used(struct sock *sk, size_t n);         /* so many bytes of them are read */

/* --- sets of sockets, as epoll(7) has them --- */
struct sk_set;
struct sk_event { uint32_t events; uint64_t data; };      /* enum sk_ready; what was given */
enum { SK_EDGE = 1 << 8, SK_ONCE = 1 << 9 };              /* EPOLLET, EPOLLONESHOT */

struct sk_set *sk_set_new(void);          /* NULL: no memory */
void     sk_set_free(struct sk_set *set); /* NULL is fine */
/* events: enum sk_ready and the two above; SK_ERR and SK_HUP come unasked.  A
 * socket may be in many sets, and leaves them when it is closed.  ERR_EXIST,
 * ERR_NOENT, ERR_NOMEM. */
int      must_check sk_set_add(struct sk_set *set, struct sock *sk, uint32_t events, uint64_t data);
int      must_check sk_set_mod(struct sk_set *set, struct sock *sk, uint32_t events, uint64_t data);
int      must_check sk_set_del(struct sk_set *set, struct sock *sk);
/* Who is ready, at most max; how many.  Takes time by who is ready. */
int      sk_set_wait(struct sk_set *set, struct sk_event *ev, int max);
/* wake: somebody may be ready, and nobody was.  Must not close sockets. */
void     sk_set_on_ready(struct sk_set *set, void (*wake)(void *arg), void *arg);

/* TCP_INFO: the values of Linux's struct tcp_info by its names, times in us
 * (last_*: ms), windows of congestion control in segments, states and options
 * in Linux's numbers.  ERR_OPNOTSUP: not a stream. */
#define SK_TCP_INFO(X) \
	X(state) X(ca_state) X(retransmits) X(probes) X(backoff) X(options) X(snd_wscale) \
	X(rcv_wscale) X(rto) X(ato) X(snd_mss) X(rcv_mss) X(unacked) X(sacked) X(lost) \
	X(retrans) X(fackets) X(last_data_sent) X(last_ack_sent) X(last_data_recv) \
	X(last_ack_recv) X(pmtu) X(rcv_ssthresh) X(rtt) X(rttvar) X(snd_ssthresh) X(snd_cwnd) \
	X(advmss) X(reordering) X(rcv_rtt) X(rcv_space) X(total_retrans) X(bytes_acked) \
	X(bytes_received) X(notsent_bytes) X(min_rtt) X(delivered) X(delivered_ce) X(snd_wnd) \
	X(rcv_wnd) X(segs_out) X(segs_in) X(data_segs_in) X(data_segs_out) X(bytes_sent) \
	X(bytes_retrans) X(dsack_dups) X(reord_seen) X(delivery_rate) \
	X(delivery_rate_app_limited) X(busy_time) X(rwnd_limited) X(sndbuf_limited)
#define X(field) int64_t field;
struct sk_tcp_info { SK_TCP_INFO(X) };
#undef X
int      must_check sk_tcp_info(const struct sock *sk, struct sk_tcp_info *info);
/* One of them by its name; false: there is none, or its value is not known. */
bool     sk_tcp_info_find(const struct sk_tcp_info *info, const char *name, int64_t *v);

#endif
