/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_SNDBUF_H
#define STACK_TCP_SNDBUF_H
/*
 * What data that waits for its acknowledgment costs of SO_SNDBUF, and how much more
 * may be written: sndbuf.c.
 */
#include "stack/tcp/conn.h"

/* What a buffer of data to send costs beside its bytes, as SK_MEMINFO_WMEM_QUEUED tells
 * of Linux 6.18 on x86-64; built with tunnels it is 128 more. */
#define TCP_BUF_COST 832

/* Even with n more, two thirds of SO_SNDBUF are not in use: at such an MSS all buffers that
 * are full cost 2.6 times their bytes at most.  Others, one of n_out each, are 512 bytes here. */
static inline bool tcp_sndbuf_ample(const struct tcp_conn *tc, size_t n)
{
	uint64_t quarter = (uint32_t)tc->sk.opt[SKO_SNDBUF] / 4;
	uint64_t cost = (uint64_t)tc->sendq_bytes + ((uint64_t)tc->n_out << 9) + 1024;

	return tc->snd_mss >= TCP_MSS_DEFAULT && n <= quarter && cost + n <= quarter;
}

/* How many of n bytes a write takes. */
size_t tcp_send_room(const struct tcp_conn *tc, size_t n);
uint32_t tcp_unsent_room(const struct tcp_conn *tc, uint32_t lowat);      /* SKO_NOTSENT_LOWAT */
/* Bytes of a long write after which there is a PSH: full buffers, more than half of the
 * largest window (forced_push()). */
uint32_t tcp_push_every(const struct tcp_conn *tc);
bool tcp_sndbuf_writable(const struct tcp_conn *tc);      /* a third of it is free */
bool tcp_sndbuf_full(const struct tcp_conn *tc);

#endif
