// SPDX-License-Identifier: MIT
/* Which congestion control a connection has: by name, as Linux's TCP_CONGESTION. */
#include <string.h>

#include "stack/tcp/conn.h"

const char *tcp_congestion(const struct sock *sk)
{
	const struct tcp_conn *tc = tcp_conn(sk);

	return (tc->cc.ops ? tc->cc.ops : cc_default())->name;
}

/* On the way the window stays as it is; the algorithm begins anew. */
int tcp_congestion_choose(struct sock *sk, const char *name)
{
	struct tcp_conn *tc = tcp_conn(sk);
	const struct tcp_cc_ops *ops = cc_find(name);

	if (!ops)
		return ERR_NOENT;
	if (ops == tc->cc.ops)
		return OK;
	tc->cc.ops = ops;
	memset(tc->cc.priv, 0, sizeof(tc->cc.priv));
	tc->cc.bytes_acked = 0;
	if (ops->init)
		ops->init(&tc->cc);
	return OK;
}
