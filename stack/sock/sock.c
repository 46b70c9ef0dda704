// SPDX-License-Identifier: MIT
/* Sockets: opening, naming, closing, and who waits for them. */
#include "stack/socket.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/sock.h"
#include "stack/sock/sock.h"
#include "stack/tcp/tcp.h"

#define PROTO_TCP 6
#define PROTO_UDP 17
#define TYPES 11                          /* Linux: SOCK_MAX, IPPROTO_MAX */
#define PROTOS 263
#define PROTO_RAW 255                     /* send only, always with SKO_HDRINCL */

static int open_check(int family, int type, int proto)
{
	if (type == SK_PACKET)
		return proto >= 0 && proto <= 0xffff ? OK : ERR_INVAL;
	if (family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (type < 0 || type >= TYPES || proto < 0 || proto >= PROTOS)
		return ERR_INVAL;
	if (type == SK_STREAM)
		return proto == 0 || proto == PROTO_TCP ? OK : ERR_PROTONOSUP;
	if (type == SK_DGRAM)
		return proto == 0 || proto == PROTO_UDP ? OK : ERR_PROTONOSUP;
	if (type == SK_RAW)
		return proto > 0 && proto <= PROTO_RAW ? OK : ERR_PROTONOSUP;
	return ERR_SOCKTNOSUP;
}

int sk_open(struct stack *st, int family, int type, int proto, struct sock **out)
{
	int err = open_check(family, type, proto);
	struct sock *sk;

	if (err)
		return err;
	sk = type == SK_STREAM ? tcp_new(st) : sock_dgram_new();
	if (!sk)
		return ERR_NOMEM;
	sock_init(sk, st, type,
		  type == SK_DGRAM ? PROTO_UDP : type == SK_STREAM ? PROTO_TCP : proto);
	opt_init(sk);
	sk->ready_was = sock_ready(sk);
	sock_link(st, sk);
	if (type == SK_RAW && proto == PROTO_RAW && sock_opt_set(sk, SKO_HDRINCL, 1) != OK) {
		sk_close(sk);
		return ERR_NOMEM;
	}
	*out = sk;
	return OK;
}

void sk_close(struct sock *sk)
{
	if (sk)
		sock_free(sk, DROP_SOCK_CLOSED);
}

/* Any address to speak and listen at: ours, or one that many share. */
static bool addr_bindable(const struct stack *st, ip4_t a)
{
	return a == IP4_ANY || sock_is_local_addr(st, a) || sock_is_shared_addr(st, a);
}

int sk_bind(struct sock *sk, const struct endpoint *ep)
{
	ip4_t a = ep->addr.family == ADDR_IP4 ? ep->addr.v4 : IP4_ANY;
	int err = OK;

	if (sk->type == SK_PACKET)
		return ERR_OPNOTSUP;
	if (ep->addr.family != ADDR_IP4 && ep->addr.family != ADDR_NONE)
		return ERR_AFNOSUP;
	if (!addr_bindable(sk->st, a) && !sock_opt(sk, SKO_FREEBIND) &&
	    !sock_opt(sk, SKO_TRANSPARENT))
		return ERR_NOTAVAIL;
	if (sk->type == SK_DGRAM && sk->lport)
		return ERR_INVAL;
	if (sk->type == SK_DGRAM)
		err = udp_bind(sk, a, ep->port);
	else if (sk->type == SK_STREAM)
		err = tcp_bind(sk, a, ep->port);
	if (err)
		return err;
	sk->local = sk->bind_addr = a;
	sk->bound = true;
	sk->port_asked = ep->port != 0;
	return OK;
}

int sock_autobind(struct sock *sk)
{
	int err;

	if (sk->type != SK_DGRAM || sk->lport)
		return OK;
	err = udp_bind(sk, sk->local, 0);
	return err == ERR_INUSE ? ERR_AGAIN : err;
}

/* As Linux's connect() with AF_UNSPEC: back to what sk_bind() made it. */
static void disconnect(struct sock *sk)
{
	sk->connected = false;
	sk->peer = 0;
	sk->pport = 0;
	sk->local = sk->bind_addr;
	if (!sk->port_asked && sk->lport)
		udp_unbind(sk);
}

int sk_connect(struct sock *sk, const struct endpoint *ep)
{
	struct netdev *dev;
	struct ip4_path path;
	ip4_t dst = ep->addr.v4, src;
	int err;

	if (sk->type == SK_PACKET)
		return ERR_OPNOTSUP;
	if (ep->addr.family == ADDR_NONE) {
		(sk->type == SK_STREAM ? tcp_disconnect : disconnect)(sk);
		return OK;
	}
	if (ep->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (sk->type == SK_STREAM)
		return tcp_connect(sk, dst, ep->port);
	err = sock_bound_source(sk, &src);
	dst = sock_this_host(dst, src);
	if (!err)
		err = sock_dev(sk, dst, 0, &dev);
	if (!err)
		err = ip4_path(sk->st, dst, src, dev, ep->port, &path);
	if (err)
		return err;
	if (path.bcast && !ip4_is_mcast(dst) && !sock_opt(sk, SKO_BROADCAST))
		return ERR_ACCES;
	err = sock_autobind(sk);
	if (err)
		return err;
	sk->local = sk->bind_addr ? sk->bind_addr : path.src;
	sk->peer = dst;
	sk->pport = ep->port;
	sk->connected = true;
	return OK;
}

int sk_listen(struct sock *sk, int backlog)
{
	return sk->type == SK_STREAM ? tcp_listen(sk, backlog) : ERR_OPNOTSUP;
}

int sk_accept(struct sock *sk, struct sock **out)
{
	return sk->type == SK_STREAM ? tcp_accept(sk, out) : ERR_OPNOTSUP;
}

int sk_shutdown(struct sock *sk, unsigned how)
{
	int err;

	if (sk->type == SK_STREAM)
		return tcp_shutdown(sk, how);
	if (!how || (how & ~(unsigned)(SK_SHUT_RD | SK_SHUT_WR)))
		return ERR_INVAL;
	err = sk->connected ? OK : ERR_NOTCONN;
	sk->shut |= (uint8_t)how;
	sock_turned(sk);
	return err;
}

void sk_local(const struct sock *sk, struct endpoint *ep)
{
	*ep = (struct endpoint){ addr_ip4(sk->local), sk->lport };
}

int sk_peer(const struct sock *sk, struct endpoint *ep)
{
	if (sk->type == SK_STREAM ? !tcp_has_peer(sk) : !sk->connected)
		return ERR_NOTCONN;
	*ep = (struct endpoint){ addr_ip4(sk->peer), sk->pport };
	return OK;
}

struct stack *sk_stack(const struct sock *sk) { return sk->st; }

/* --- watches ------------------------------------------------------------------- */

uint32_t sk_ready(const struct sock *sk)
{
	return sock_ready(sk);
}

void sk_watch(struct sock *sk, struct sk_watch *w)
{
	assert(w->ready);
	w->sk = sk;
	sk->each |= w->each;
	list_push_back(&sk->watches, &w->node);
}

void sk_unwatch(struct sk_watch *w)
{
	if (list_linked(&w->node))
		list_remove(&w->node);
	w->sk = NULL;
}
