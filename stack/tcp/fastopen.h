/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_FASTOPEN_H
#define STACK_TCP_FASTOPEN_H
/* TCP Fast Open, RFC 7413: fastopen.c, and of a client fastopen_client.c. */
#include "stack/tcp/conn.h"

/* A cookie of RFC 7413. */
struct tcp_cookie {
	uint8_t kind;                     /* of its option, TCP_OPT_FASTOPEN or _EXP; 0: none */
	uint8_t n;                        /* bytes; 0: one is asked for */
	uint8_t v[TCP_COOKIE_MAX];
};

/* Fast Open's, of a socket: fastopen.c's own. */
struct tcp_fo_keys { uint64_t v[2][2]; unsigned n; };     /* the first makes cookies */
struct tcp_fastopen {
	struct tcp_fo_keys keys;          /* TCP_FASTOPEN_KEY; n 0: the host's */
	struct tcp_fo_queue *queue;       /* of a listener, and of each child that it counts */
	ns_t syn_at;                      /* of such a child: its SYN-ACK left */
	struct tcp_cookie cookie;         /* for the SYN or SYN-ACK that leaves next */
	uint8_t asked;                    /* the kind of the option in our SYN; 0: none */
	bool data;                        /* our SYN had data */
};

static inline struct tcp_fastopen *tcp_fo(const struct tcp_conn *tc)     /* NULL: never used */
{
	return tc->sk.rare ? tc->sk.rare->fo : NULL;
}

/* --- fastopen.c --- */
enum {                                    /* bits of OPT_TCP_FASTOPEN, Linux's */
	FO_CLIENT = 1, FO_SERVER = 2, FO_CLIENT_NO_COOKIE = 4, FO_SERVER_NO_COOKIE = 0x200,
	FO_SERVER_ALWAYS = 0x400,
};
void tcp_fastopen_listen(struct tcp_conn *l);     /* it begins to; its backlog is known */
/* May the data of this SYN be taken now?  *say: the cookie for the SYN-ACK, if any. */
bool tcp_fastopen_admits(struct tcp_conn *l, const struct tcp_rx *rx, struct tcp_cookie *say);
/* tc, which l has made, takes it and may be accepted; consumes p.  False: no memory,
 * and nothing was done. */
bool must_check tcp_fastopen_child(struct tcp_conn *l, struct tcp_conn *tc,
				   const struct tcp_rx *rx, struct pkt *p);
void tcp_fastopen_say(struct tcp_conn *tc, const struct tcp_cookie *c);   /* as there is memory */
void tcp_fastopen_opts(const struct tcp_conn *tc, struct tcp_opts *o);    /* of a SYN */
bool tcp_fastopen_syn_ack(struct tcp_conn *tc);   /* again, of fo_child */
void tcp_fastopen_opened(struct tcp_conn *tc);    /* the handshake of fo_child is over */
/* fo_child is none any more; reset: by a RST. */
void tcp_fastopen_child_end(struct tcp_conn *tc, bool reset);
void tcp_fastopen_forget(struct tcp_conn *tc);    /* it is no connection any more */
void tcp_fastopen_fini(struct tcp_conn *tc);      /* what never used it is fine, too */
struct tcp_fastopen *tcp_fastopen(struct tcp_conn *tc);   /* there now; NULL: no memory */
void tcp_fo_host_fini(struct tcp_table *t);

/* --- fastopen_client.c --- */
bool tcp_fastopen_defers(struct tcp_conn *tc);    /* connect() waits for the first data */
/* The SYN, which is queued, gets a cookie and data, or asks for a cookie: how many of
 * n bytes it took. */
size_t tcp_fastopen_fill(struct tcp_conn *tc, const uint8_t *buf, size_t n, unsigned flags);
/* A SYN-ACK came, and tc, which has fo, is ESTABLISHED. */
void tcp_fastopen_answered(struct tcp_conn *tc, const struct tcp_rx *rx);

/* --- of one host --- */
struct tcp_fo_host {
	struct tcp_fo_keys keys;          /* of its cookies */
	struct list peers;                /* fastopen_client.c's own, the latest first ... */
	unsigned n_peers;
};
void tcp_fo_peers_fini(struct tcp_fo_host *h);
struct tcp_fo_host *tcp_fo_host(struct stack *st);        /* NULL: no memory */

#endif
