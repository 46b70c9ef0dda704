/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_INFO_H
#define STACK_TCP_INFO_H
/* What a connection says of itself, in the names and units of Linux's struct
 * tcp_info: stack/socket.h lists them. */
#include <stdint.h>

struct sk_tcp_info;
struct tcp_conn;

/* Bytes of data in a full segment; while the SYN has no answer, as Linux has it, of the
 * default or the user's, with timestamps if we offer them. */
uint32_t tcp_info_snd_mss(const struct tcp_conn *tc);
void tcp_info_fill(const struct tcp_conn *tc, struct sk_tcp_info *info);

#endif
