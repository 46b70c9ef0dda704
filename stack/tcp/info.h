/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_INFO_H
#define STACK_TCP_INFO_H
/* What a connection says of itself, in the names and units of Linux's struct
 * tcp_info: stack/socket.h lists them. */
struct sk_tcp_info;
struct tcp_conn;

void tcp_info_fill(const struct tcp_conn *tc, struct sk_tcp_info *info);

#endif
