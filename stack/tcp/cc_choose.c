// SPDX-License-Identifier: MIT
/* Which congestion control a connection has: by name, as Linux's TCP_CONGESTION, or
 * its host's. */
#include <string.h>

#include "stack/tcp/conn.h"

static const struct tcp_cc_ops *host_cc(const struct stack *st)
{
	return st->tcp_cc ? st->tcp_cc : cc_default();
}

const char *stack_congestion(const struct stack *st) { return host_cc(st)->name; }

const char *stack_congestion_nth(unsigned n)
{
	const struct tcp_cc_ops *ops = cc_nth(n);

	return ops ? ops->name : NULL;
}

int stack_set_congestion(struct stack *st, const char *name)
{
	const struct tcp_cc_ops *ops = cc_find(name);

	if (!ops)
		return ERR_NOENT;
	st->tcp_cc = ops;
	return OK;
}

void tcp_cc_begin(struct tcp_conn *tc)
{
	cc_init(&tc->cc, tc->cc.ops ? tc->cc.ops : host_cc(tcp_stack(tc)), tc->snd_mss);
}

const char *tcp_congestion(const struct sock *sk)
{
	const struct tcp_conn *tc = tcp_conn(sk);

	return (tc->cc.ops ? tc->cc.ops : host_cc(sk->st))->name;
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
