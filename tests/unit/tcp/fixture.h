/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_TCP_FIXTURE_H
#define TESTS_UNIT_TCP_FIXTURE_H
/*
 * One stack, 10.0.0.1, against a peer that is the test: it says segments and
 * hears those of the stack, in virtual time.  Numbers are relative: the SYN of
 * either side is 0, its first byte 1.  Port 1000 is the peer's, 80 the stack's.
 *
 *	struct peer *t = peer_new(PEER_PLAIN);
 *
 *	peer_accept(t);                           t->sk is ESTABLISHED
 *	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
 *	HEAR(t, TCP_ACK, 1, 101, 0);              flags, seq, ack, bytes of data
 *	CHECK_EQ(t->got.h.wnd, 500);              more of what was heard
 *	SILENCE(t);                               nothing else was sent
 *	peer_free(t);                             fails the test on a leak
 */
#include "stack/socket.h"
#include "stack/tcp/conn.h"
#include "tests/unit/harness.h"

#define PEER_US IP4(10, 0, 0, 1)
#define PEER_THEM IP4(10, 0, 0, 2)

/* What the peer's SYN offers. */
enum peer_kind {
	PEER_PLAIN,                       /* MSS 1460 */
	PEER_SACK,                        /* and SACK */
	PEER_FULL,                        /* and timestamps, window scale 7 */
};

/* A segment that the peer says; data: a pattern of the sequence number,
 * peer_byte(), unless given. */
struct peer_say {
	uint8_t flags;
	uint32_t seq, ack;
	uint32_t len;
	uint16_t wnd;                     /* 0: t->wnd */
	uint16_t urg;
	uint16_t sport, dport;            /* 0: the connection's */
	ip4_t src, dst;                   /* 0: the connection's */
	uint8_t tos, ttl;                 /* ttl 0: 64 */
	const uint8_t *ip_opt;            /* IP options, n_ip_opt bytes */
	uint8_t n_ip_opt;
	bool no_ts;                       /* though timestamps were agreed on */
	uint32_t tsval;                   /* 0: t->tsval */
	uint8_t n_sack;
	struct { uint32_t start, end; } sack[TCP_SACK_MAX];       /* relative to the stack's SYN */
	const uint8_t *opt;               /* raw options instead of all others, n_opt bytes */
	uint8_t n_opt;
	uint8_t hlen;                     /* a lie about the header's length; 0: the truth */
	bool bad_sum;
	bool bad_ip_sum;                  /* of the IP header */
	const void *data;
};

struct peer_heard {
	struct tcp_hdr h;                 /* as on the wire */
	struct tcp_opts o;
	struct ip4_hdr ip;
	uint8_t ip_opt[40];               /* ip.hlen - 20 of them */
	uint32_t seq, ack;                /* relative; ack 0 without the flag */
	uint32_t len;
	uint8_t data[PKT_MAX];
};

struct peer {
	struct net *net;
	struct stack *st;
	struct netdev *dev;
	struct sock *listener;            /* of peer_listen() */
	struct sock *sk;                  /* the connection, once there is one */
	enum peer_kind kind;
	uint16_t lport, pport;            /* the stack's, the peer's */
	seq_t iss, irs;                   /* the peer's, the stack's initial number */
	uint16_t wnd;                     /* field of the next segment; 65535 at first */
	bool ts;                          /* timestamps are agreed on */
	uint32_t tsval, tsecr;            /* of the next segment; grows by ms of the clock */
	unsigned n_read;                  /* frames heard so far */
	struct peer_heard got;            /* the last one */
};

struct peer *peer_new(enum peer_kind kind);
void peer_free(struct peer *t);

/* The stack opens, passively or actively, and the handshake is done. */
void peer_accept(struct peer *t);
void peer_accept_after(struct peer *t, ns_t rtt);  /* its ACK takes so long */
void peer_connect(struct peer *t);
/* The first half of these. */
void peer_listen(struct peer *t, int backlog);
void peer_connect_start(struct peer *t);  /* its SYN was heard */
/* A connection in the state, ESTABLISHED or later, with nothing unheard; *at and
 * *ack are the next numbers of the peer and of the stack then. */
struct peer *peer_in_state(enum tcp_state s, uint32_t *at, uint32_t *ack);
/* SYN, with the options of t->kind. */
void peer_say_syn(struct peer *t, uint8_t flags, uint32_t ack);

void peer_say(struct peer *t, const struct peer_say *s);
#define SAY(t, ...) peer_say(t, &(struct peer_say){ __VA_ARGS__ })

/* The window is this from now on.  A smaller one that comes with nothing new would not be
 * heard of: it shuts first. */
void peer_window(struct peer *t, uint16_t wnd);

/* The next segment of the stack, into t->got; false: there is none. */
bool peer_next(struct peer *t);
/* The next one is this. */
bool peer_hears(struct peer *t, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len,
		const char *file, int line);
#define HEAR(t, flags, seq, ack, len) peer_hears(t, flags, seq, ack, len, __FILE__, __LINE__)
unsigned peer_waiting(const struct peer *t);      /* segments not heard yet */
#define SILENCE(t) CHECK_EQ(peer_waiting(t), 0)
void peer_skip(struct peer *t);           /* does not listen to what waits */

/* An ICMP error of 10.0.0.2 about a segment of the stack with this relative
 * number; rest: the second word, for instance the MTU. */
void peer_icmp(struct peer *t, uint8_t type, uint8_t code, uint32_t rest, uint32_t about);

void peer_wait(struct peer *t, ns_t d);
/* Of the connection, whether anybody owns it or not; TCP_CLOSED: it is gone. */
struct tcp_conn *peer_conn(const struct peer *t);
enum tcp_state peer_state(const struct peer *t);
uint8_t peer_byte(uint32_t seq);          /* the pattern, both ways */
ssize_t peer_write(struct peer *t, size_t n);     /* sk_send() of so much of anything */
ssize_t peer_read(struct peer *t, size_t n);      /* sk_recv() */

#endif
