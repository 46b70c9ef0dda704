/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_RECV_H
#define STACK_TCP_RECV_H
/* What a user may read. */
#include "stack/tcp/conn.h"
#include "stack/tcp/urgent.h"

/* No more will come: the peer's FIN was reached, or the end. */
static inline bool tcp_at_end(const struct tcp_conn *tc)
{
	return tc->over || tc->rcv_shut || (tc->state >= TCP_CLOSE_WAIT);
}

/* As in Linux less than SO_RCVLOWAT will do where no more finds room. */
bool tcp_holds_no_more(const struct tcp_conn *tc);
/* SO_RCVLOWAT; at its end a stream may be read whatever there is. */
static hot_inline bool tcp_has_enough(const struct tcp_conn *tc)
{
	uint32_t least, apart;

	if (!tc->rcvq_bytes)
		return false;
	least = (uint32_t)sock_opt(&tc->sk, SKO_RCVLOWAT);
	apart = unlikely(tc->urgent != NULL) ? tcp_urgent_apart(tc) : 0;
	return tc->rcvq_bytes >= apart + (least ? least : 1) ||
	       (unlikely(least > 1) && tc->rcvq_bytes > apart && tcp_holds_no_more(tc));
}

#endif
