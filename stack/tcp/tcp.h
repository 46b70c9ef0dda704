/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_TCP_H
#define STACK_TCP_TCP_H
/*
 * TCP (RFC 9293) as stack/sock calls it: the user's side, RFC 9293 3.9.1.
 * A connection is a struct sock with more behind it, see conn.h.  No call
 * blocks; ERR_AGAIN means watch the socket and try again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stack/core/sock.h"

struct stack;

enum tcp_state {                          /* RFC 9293 3.3.2 */
	TCP_CLOSED, TCP_LISTEN, TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_ESTABLISHED,
	TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK,
	TCP_TIME_WAIT, TCP_N_STATE,
};
const char *tcp_state_name(enum tcp_state s);     /* "SYN-RECEIVED" */

/* A fresh one, CLOSED; NULL: no memory.  Not in the stack's list of sockets. */
struct sock *tcp_new(struct stack *st);

/* OPEN.  tcp_bind: port 0 is an ephemeral one (RFC 6056).  ERR_INUSE. */
int must_check tcp_bind(struct sock *sk, ip4_t a, uint16_t port);
/* Sends a SYN.  ERR_INPROGRESS; ERR_ISCONN, ERR_ALREADY, ERR_INVAL (listens;
 * or dst is no host), ERR_NOTAVAIL (no port left), and what ip4_path() says.
 * Again after that: OK once it is there, or why it is not (ERR_CONNABORTED: that
 * was told already), and then a new one may begin. */
int must_check tcp_connect(struct sock *sk, ip4_t dst, uint16_t port);
/* backlog: of connections that nobody has accepted yet.  Again: changes it. */
int must_check tcp_listen(struct sock *sk, int backlog);
/* ERR_AGAIN: none waits; ERR_INVAL: does not listen. */
int must_check tcp_accept(struct sock *sk, struct sock **out);

/* SEND: bytes taken, which may be fewer.  ERR_AGAIN, ERR_NOTCONN, ERR_PIPE
 * (closed for sending), ERR_NOBUFS, or how the connection ended.  mem: where buf
 * lies, or NULL; flags: of enum sk_msg_flag. */
ssize_t tcp_send(struct sock *sk, const void *buf, size_t n, struct sk_mem *mem, unsigned flags);
/* OPEN with data (RFC 7413): of what tcp_connect() and tcp_send() say; ERR_INPROGRESS:
 * the SYN takes none along.  ERR_OPNOTSUP: the host's options forbid it. */
ssize_t tcp_send_fastopen(struct sock *sk, const struct endpoint *to, const void *buf, size_t n,
			  unsigned flags);
/* RECEIVE: bytes, 0 at the peer's FIN.  ERR_AGAIN, ERR_NOTCONN, or how it
 * ended; with SK_OOB ERR_INVAL: nothing is urgent, or was read already.  flags:
 * SK_PEEK, SK_TRUNC, SK_OOB. */
ssize_t tcp_recv(struct sock *sk, void *buf, size_t n, unsigned flags);
int must_check tcp_recv_spans(struct sock *sk, struct sk_span *v, int max);       /* socket.h */

/* connect() with AF_UNSPEC: RST if there is a peer; as if it were new, but for
 * what sk_bind() gave it. */
void tcp_disconnect(struct sock *sk);
bool tcp_is_closed(const struct sock *sk);
bool tcp_has_peer(const struct sock *sk);         /* for getpeername() */

enum tcp_how { TCP_SHUT_RD = 1, TCP_SHUT_WR = 2 };
/* Half a CLOSE; how: both may be set.  ERR_NOTCONN. */
int must_check tcp_shutdown(struct sock *sk, unsigned how);

/* SKO_TIMESTAMPING becomes v: counts from here if SK_STAMPING_ID is new in it.
 * ERR_INVAL: there is no connection to count in, or not one of ours; ERR_NOMEM. */
int must_check tcp_stamp_set(struct sock *sk, int v);
/* May it be set now?  ERR_INVAL, ERR_OPNOTSUP. */
int must_check tcp_option_may(const struct sock *sk, enum sk_opt o);
/* What v of it becomes, within the connection's limits. */
int tcp_option_within(const struct sock *sk, enum sk_opt o, int v);
/* What an option that was set changes. */
void tcp_option_changed(struct sock *sk, enum sk_opt o);
/* Values that the connection knows.  ERR_NOPROTOOPT: it is none of these;
 * ERR_INVAL: not in this state. */
int must_check tcp_option_get(struct sock *sk, enum sk_opt o, int *v);

/* IP options of its segments, n (0 to 40) bytes of them; a source route names
 * the gateways, the peer comes behind them.  ERR_INVAL: malformed. */
int must_check tcp_set_ip_options(struct sock *sk, const uint8_t *opt, size_t n);
size_t tcp_get_ip_options(const struct sock *sk, uint8_t out[40]);

/* Congestion control by name, "cubic" or "reno"; what is accepted later has its
 * listener's.  ERR_NOENT: there is none of that name. */
int must_check tcp_congestion_choose(struct sock *sk, const char *name);
const char *tcp_congestion(const struct sock *sk);

#endif
