/* SPDX-License-Identifier: MIT */
#ifndef STACK_SOCK_SOCK_H
#define STACK_SOCK_SOCK_H
/* What the files of stack/sock share; private to this folder. */
#include "stack/core/sock.h"

/* What Linux's setsockopt(2) takes for an option's value, and getsockopt(2)
 * gives (sockopt.c). */
enum opt_kind {
	KIND_NONE,                        /* it has none */
	KIND_INT, KIND_BOOL,              /* any number but 0 is true */
	KIND_NOT,                         /* the other way round */
	KIND_BYTE,                        /* a byte will do */
	KIND_TOS,                         /* the same, and nothing above it */
	KIND_BUF,                         /* doubled, within limits */
	KIND_LOWAT, KIND_CLAMP, KIND_RATE,/* numbers, out of range brought into it */
	KIND_LINGER2,                     /* the same */
	KIND_DEFER,                       /* seconds, of timeouts that double */
	KIND_LINGER, KIND_TIME,           /* structures */
	KIND_DEV,                         /* a name */
	KIND_ERROR,                       /* positive */
};
enum { OPT_IP = 0, OPT_SOCKET = 1, OPT_TCP = 6 };         /* Linux's levels */

/* types: sockets that have it; max below min: it cannot be set. */
struct opt_rule {
	int types, min, max;
	uint8_t level, number, kind;      /* Linux's; enum opt_kind */
};
const struct opt_rule *opt_rule(enum sk_opt o);

void opt_init(struct sock *sk);           /* every option to its default */

/* A port of its own for a UDP socket that has none.  ERR_AGAIN: none left. */
int must_check sock_autobind(struct sock *sk);
/* The address to send from: want if given, else what the socket is bound to;
 * 0: to be chosen.  Bound to a group or a broadcast address is not one. */
ip4_t sock_source(const struct sock *sk, const struct addr *want);
/* The interface to send to dst by: ifindex if given, else what the socket's
 * options say; *dev NULL: to be chosen.  ERR_NODEV: it is gone. */
int must_check sock_dev(const struct sock *sk, ip4_t dst, unsigned ifindex, struct netdev **dev);

#endif
