// SPDX-License-Identifier: MIT
/*
 * IP options of a connection's segments, which are source routes above all:
 * RFC 9293 3.9.2.1.  The user's (MUST-51) come before what the peer's segments
 * came by, reversed (MUST-52, MUST-53); of the latter the last counts
 * (SHLD-24).  A connection without options, nearly every one, has but a null
 * pointer for this.
 */
#include "stack/tcp/conn.h"

#include <stdlib.h>
#include <string.h>

#include "stack/wire/ip4opt.h"

struct tcp_ip_opts {
	uint8_t opt[IP4OPT_MAX];          /* as sent, n of them */
	uint8_t user[IP4OPT_MAX];         /* as given, n_user of them */
	uint8_t n, n_user;
	ip4_t first_hop;                  /* 0: the peer */
};

/* NULL: no memory. */
static struct tcp_ip_opts *begin(struct tcp_conn *tc)
{
	struct sock_rare *r = sock_rare(&tc->sk);

	if (r && !r->ip_opts)
		r->ip_opts = calloc(1, sizeof(*r->ip_opts));
	return r ? r->ip_opts : NULL;
}

void tcp_ip_opts_fini(struct tcp_conn *tc)
{
	if (!tcp_ip_opts(tc))
		return;
	free(tc->sk.rare->ip_opts);
	tc->sk.rare->ip_opts = NULL;
}

/* The gateways of a route, at its octet `at`: the first is where segments go,
 * the others move up, and the peer is the last. */
static void route_aim(struct tcp_ip_opts *o, size_t at, size_t len, ip4_t peer)
{
	uint8_t *hops = o->opt + at + 3;

	o->first_hop = get_be32(hops);
	memmove(hops, hops + 4, len - 3 - 4);
	put_be32(o->opt + at + len - 4, peer);
}

void tcp_ip_opts_aim(struct tcp_conn *tc)
{
	struct tcp_ip_opts *o = tcp_ip_opts(tc);
	struct ip4opt_cursor c = ip4opt_begin(o->user, o->n_user);
	struct ip4opt it;

	if (!o->n_user)
		return;
	memset(o->opt, IP4OPT_EOL, sizeof(o->opt));
	o->n = 0;
	o->first_hop = 0;
	while (ip4opt_next(&c, &it)) {
		memcpy(o->opt + o->n, it.p, it.len);
		if (ip4opt_is_srcroute(it.type))
			route_aim(o, o->n, it.len, tc->sk.peer);
		o->n = (uint8_t)(o->n + it.len);
	}
	o->n = (uint8_t)((o->n + 3) & ~3);
}

/* An empty route leads nowhere. */
static bool routes_have_hops(const uint8_t *opt, size_t n)
{
	struct ip4opt_cursor c = ip4opt_begin(opt, n);
	struct ip4opt it;

	while (ip4opt_next(&c, &it))
		if (ip4opt_is_srcroute(it.type) && it.len < 3 + 4)
			return false;
	return true;
}

int tcp_set_ip_options(struct sock *sk, const uint8_t *opt, size_t n)
{
	struct tcp_conn *tc = tcp_conn(sk);
	struct tcp_ip_opts *o;

	if (n > IP4OPT_MAX || ip4opt_check(opt, n) || !routes_have_hops(opt, n))
		return ERR_INVAL;
	if (!n) {
		tcp_ip_opts_fini(tc);
	} else {
		o = begin(tc);
		if (!o)
			return ERR_NOMEM;
		memcpy(o->user, opt, n);
		o->n_user = (uint8_t)n;
		tcp_ip_opts_aim(tc);
	}
	if (tc->state >= TCP_SYN_RECEIVED)
		tcp_mss_update(tc);
	return OK;
}

size_t tcp_get_ip_options(const struct sock *sk, uint8_t out[IP4OPT_MAX])
{
	const struct tcp_ip_opts *o = tcp_ip_opts(tcp_conn(sk));

	if (!o)
		return 0;
	memcpy(out, o->n_user ? o->user : o->opt, IP4OPT_MAX);
	return o->n_user ? o->n_user : o->n;
}

void tcp_ip_opts_in(struct tcp_conn *tc, const struct ip_meta *m)
{
	uint8_t opt[IP4OPT_MAX];
	ip4_t hop;
	size_t n = ip4_return_route(m, opt, &hop);
	struct tcp_ip_opts *o = tcp_ip_opts(tc);

	if (!n || (o && o->n_user))
		return;
	o = begin(tc);
	if (!o)
		return;
	memcpy(o->opt, opt, n);
	o->n = (uint8_t)n;
	o->first_hop = hop;
	if (tc->state >= TCP_SYN_RECEIVED)
		tcp_mss_update(tc);
}

unsigned tcp_ip_opts_len(const struct tcp_conn *tc)
{
	const struct tcp_ip_opts *o = tcp_ip_opts(tc);

	return o ? o->n : 0;
}

void tcp_ip_opts_out(const struct tcp_conn *tc, struct ip4_tx *tx)
{
	const struct tcp_ip_opts *o = tcp_ip_opts(tc);

	tx->opt = o->opt;
	tx->n_opt = o->n;
	if (o->first_hop)
		tx->dst = o->first_hop;
}
