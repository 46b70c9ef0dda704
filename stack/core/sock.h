/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_SOCK_H
#define STACK_CORE_SOCK_H
/*
 * The state behind a socket.  Datagram, raw and packet sockets, those of
 * core/udp.c and core/raw.c, are a struct sock_dgram; of a stream it is the
 * first part of struct tcp_conn (stack/tcp/conn.h).
 */
#include "stack/core/l3.h"
#include "stack/socket.h"
#include "stack/util/list.h"
#include "stack/util/seq.h"

struct l4_proto;
struct sock;
struct tcp_zc;

/* What a stream does in its own way; the others have none. */
struct sock_ops {
	uint32_t (*ready)(const struct sock *sk);
	/* sk is out of all lists: the owner closed it, or the stack goes away
	 * and nothing is to be sent.  Both free it, now or later. */
	void (*close)(struct sock *sk);
	void (*free)(struct sock *sk);
};

/* A datagram that waits to be read. */
struct sk_item {
	struct list_node node;
	struct pkt *p;                    /* what the reader gets; its dev is cleared */
	ip4_t src, dst;
	uint16_t sport;
	uint16_t ifindex;                 /* arrived on */
	uint32_t cost;                    /* charged to SKO_RCVBUF, bytes */
	ns_t at;
	uint8_t ttl, tos, n_opt;
	uint8_t opt[];                    /* IPv4 options as received */
};

struct sk_err_item { struct list_node node; struct sk_err e; };
struct sk_group { struct list_node node; ip4_t group; unsigned ifindex; };

/* What a waiting datagram costs beside its bytes. */
#define SOCK_ITEM_COST 256
#define SOCK_ERRQ_MAX 64                  /* errors kept for sk_recverr(); then the oldest goes */

/* What most sockets never need. */
struct sock_rare {
	int opt[SKO_N_STORED - SKO_N_HOT];
	struct tcp_zc *zc;                /* zerocopy.c's own; NULL: nobody asks about his sends */
	struct tcp_fastopen *fo;          /* fastopen.c's own; NULL: never used */
	struct tcp_ip_opts *ip_opts;      /* tcp/ipopt.c's own; NULL: segments have none */
	seq_t stamp_from;                 /* stamp.c's own: what SK_STAMPING_ID counts from */
};

struct sock {
	const struct sock_ops *ops;       /* NULL: none */
	struct list_node node;            /* in st->socks; before sk_accept(): its listener's */
	struct list_node port_node;       /* in a bucket of its protocol, by port */
	struct stack *st;
	uint8_t type;                     /* enum sk_type */
	uint8_t shut;                     /* enum sk_how; streams have their own */
	uint16_t proto;                   /* IP protocol or EtherType */
	bool bound, connected;            /* bound: by sk_bind(), not by itself; ... */
	bool port_asked;                  /* ... and that named the port, so it stays */
	bool each;                        /* some watch wants to know of `arrived` */
	ip4_t bind_addr;                  /* what sk_bind() asked for */
	ip4_t local, peer;                /* 0: any */
	uint16_t lport, pport;
	unsigned ifindex;                 /* bound to this interface, or 0 */
	int opt[SKO_N_HOT];
	struct sock_rare *rare;           /* NULL: other options have their defaults */
	struct list errq;                 /* struct sk_err_item */
	int pending_err;                  /* SO_ERROR */
	int soft_err;                     /* of ICMP: may pass (RFC 1122 4.2.3.9) */
	struct list watches;              /* struct sk_watch */
	uint32_t ready_was;
	uint32_t arrived;                 /* enum sk_ready: more of it, not told of yet */
};

/* A datagram, raw or packet socket. */
struct sock_dgram {
	struct sock sk;                   /* first */
	struct list rxq;                  /* struct sk_item */
	uint32_t rx_bytes;                /* charged to SKO_RCVBUF */
	struct list groups;               /* struct sk_group: multicast memberships */
};

/* sk is no stream. */
static inline struct sock_dgram *sock_dgram(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct sock_dgram, sk);
}

extern const int sock_opt_default[SKO_N_STORED];

struct sock_rare *sock_rare(struct sock *sk);     /* there from now on; NULL: no memory */

/* What stands for an option that the socket leaves to its host: SKO_TTL at -1, and
 * SKO_KEEPIDLE, SKO_KEEPINTVL, SKO_KEEPCNT at 0. */
int sock_opt_host(const struct sock *sk, enum sk_opt o);

/* The value of an option below SKO_N_STORED. */
static inline int sock_opt(const struct sock *sk, enum sk_opt o)
{
	return o < SKO_N_HOT ? sk->opt[o] : sk->rare ? sk->rare->opt[o - SKO_N_HOT] :
	       sock_opt_default[o];
}
/* ERR_NOMEM. */
int must_check sock_opt_set(struct sock *sk, enum sk_opt o, int v);
int must_check sock_opt_copy(struct sock *to, const struct sock *from);

struct sock *sock_dgram_new(void);                /* all zero; NULL: no memory */
/* Empty lists and what is given; the options are the caller's. */
void sock_init(struct sock *sk, struct stack *st, int type, int proto);
/* p's payload becomes the next datagram of sk; consumes p.  m: how it came;
 * sport: the peer's.  Tells nobody: the caller follows with
 * sock_ready_changed() once it is done with its own lists, since a watch may
 * close any socket. */
void sock_enqueue(struct sock *sk, struct pkt *p, const struct ip_meta *m, uint16_t sport);
/* Queues an ICMP error (if SKO_RECVERR) and sets the pending error; dport: of
 * the packet in error, which sk may have sent.  Tells nobody, as
 * sock_enqueue(). */
void sock_error(struct sock *sk, const struct icmp_err *e, uint16_t dport);
/* Queues an error of our own (if SKO_RECVERR), e.g. ERR_MSGSIZE with the MTU. */
void sock_local_error(struct sock *sk, int err, uint32_t info, const struct endpoint *to);
/* Queues a stamp of now.  Tells nobody. */
void sock_stamp(struct sock *sk, enum sk_stamp what, uint32_t key);
/* Queues that the stream's send of this number is over; with the one before, if
 * that is the last that is queued.  ERR_NOMEM.  Tells nobody. */
int must_check sock_zerocopy_over(struct sock *sk, uint32_t number, bool copied);
/* Tells watches of events that were not there before; sk may be closed by
 * one of them. */
void sock_ready_changed(struct sock *sk);
/* Something of it ended, for which Linux wakes all: with the next sock_ready_changed()
 * whatever it is ready for is news to who waits by edges. */
static inline void sock_turns(struct sock *sk) { sk->arrived = UINT32_MAX; }
static inline void sock_turned(struct sock *sk)
{
	sock_turns(sk);
	sock_ready_changed(sk);
}
/* The same as the first for who knows that these events are over, and that none began. */
static inline void sock_ready_fell(struct sock *sk, uint32_t events) { sk->ready_was &= ~events; }
uint32_t sock_ready(const struct sock *sk);       /* enum sk_ready */
/* Does sk have events that its watches were not told of? */
bool sock_is_dirty(const struct sock *sk);
/* The pending error, which it clears, or OK. */
int sock_take_error(struct sock *sk);
/* The length of the IP packet that carries m, all headers included.
 * ERR_MSGSIZE: longer than any; ERR_INVAL: malformed options, or options
 * beside SKO_HDRINCL. */
int must_check sock_packet_len(const struct sock *sk, const struct sk_msg *m, uint32_t *len);
/* Did a caller with SKO_HDRINCL write a header with DF? */
bool sock_header_df(const struct sk_msg *m);
bool sock_is_local_addr(const struct stack *st, ip4_t a);  /* may a packet come from a? */
bool sock_is_shared_addr(const struct stack *st, ip4_t a); /* a group, or all of a subnet */
/* Where what it sends comes from by its sk_bind(); *src 0: wherever the way to the peer
 * begins.  ERR_NETUNREACH: from an address that is not ours (yet). */
int must_check sock_bound_source(const struct sock *sk, ip4_t *src);
/* As in Linux the peer 0.0.0.0 is this host: at the address it speaks from, if it has
 * one (src), else at loopback. */
static inline ip4_t sock_this_host(ip4_t dst, ip4_t src)
{
	return dst ? dst : src ? src : IP4_LOOPBACK;
}

/* Raw and packet sockets come first in st->socks, so that packets that look
 * for them pass no other. */
void sock_link(struct stack *st, struct sock *sk);
/* Unbinds, leaves groups, drops what waits and frees.  why: for UDP
 * datagrams that nobody read; copies given to raw sockets just go. */
void sock_free(struct sock *sk, enum drop why);
/* Closes every socket of a stack that goes away. */
void sock_fini(struct stack *st);

/* core/udp.c */
extern const struct l4_proto udp_proto;
int must_check udp_bind(struct sock *sk, ip4_t a, uint16_t port);  /* port 0: ephemeral */
void udp_unbind(struct sock *sk);
/* Of a datagram: what routes with several next hops choose by. */
static inline uint32_t udp_flow(const struct sock *sk, uint16_t dport)
{
	return (uint32_t)sk->lport << 16 | dport;
}
/* p is the payload; consumes it.  tx->src 0: chosen. */
int udp_output(struct sock *sk, struct pkt *p, const struct ip4_tx *tx, uint16_t dport);

/* core/raw.c; both consume p. */
int raw_output(struct sock *sk, struct pkt *p, const struct ip4_tx *tx);
int packet_output(struct sock *sk, struct pkt *p, unsigned ifindex);

#endif
