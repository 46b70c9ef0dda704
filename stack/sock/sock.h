/* SPDX-License-Identifier: MIT */
#ifndef STACK_SOCK_SOCK_H
#define STACK_SOCK_SOCK_H
/* What the files of stack/sock share; private to this folder. */
#include "stack/core/sock.h"

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
