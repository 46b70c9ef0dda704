// SPDX-License-Identifier: GPL-3.0-or-later
/* The sockets of one of our hosts. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#include "stack/util/cc.h"
#include "tests/unit/harness.h"
#include "tests/unit/sock/like.h"

#define HANDLES 64

struct ours {
	struct face face;
	struct net *net;
	struct stack *st;
	struct sock *sk[HANDLES];
	struct sk_set *set[HANDLES];
};

static struct ours *ours(struct face *f) { return container_of(f, struct ours, face); }
static struct sock *sock_of(struct face *f, int h) { return ours(f)->sk[h]; }

static int handle(struct ours *o)
{
	for (int h = 0; h < HANDLES; h++)
		if (!o->sk[h] && !o->set[h])
			return h;
	return -1;
}

/* Our fourth type is none of Linux's. */
static int f_open(struct face *f, int type, int proto)
{
	struct ours *o = ours(f);
	int h = handle(o);
	int err = sk_open(o->st, ADDR_IP4, type == SK_PACKET ? type + 1 : type, proto, &o->sk[h]);

	return err ? err : h;
}

static int f_close(struct face *f, int h)
{
	struct ours *o = ours(f);

	sk_close(o->sk[h]);
	sk_set_free(o->set[h]);
	o->sk[h] = NULL;
	o->set[h] = NULL;
	return 0;
}

static int f_bind(struct face *f, int h, ip4_t a, uint16_t port)
{
	struct endpoint ep = { addr_ip4(a), port };

	return sk_bind(sock_of(f, h), &ep);
}

static int f_connect(struct face *f, int h, ip4_t a, uint16_t port, bool none)
{
	struct endpoint ep = { addr_ip4(a), port };

	if (none)
		ep.addr.family = ADDR_NONE;
	return sk_connect(sock_of(f, h), &ep);
}

static int f_listen(struct face *f, int h, int backlog)
{
	return sk_listen(sock_of(f, h), backlog);
}

static int f_accept(struct face *f, int h)
{
	int to = handle(ours(f)), err = sk_accept(sock_of(f, h), &ours(f)->sk[to]);

	return err ? err : to;
}

static int f_shutdown(struct face *f, int h, int how)
{
	return how < 0 || how > 2 ? -EINVAL : sk_shutdown(sock_of(f, h), (unsigned)how + 1);
}

static int f_name_of(struct face *f, int h, bool peer, ip4_t *a, uint16_t *port)
{
	struct endpoint ep = { .port = 0 };
	int err = OK;

	if (peer)
		err = sk_peer(sock_of(f, h), &ep);
	else
		sk_local(sock_of(f, h), &ep);
	*a = ep.addr.v4;
	*port = ep.port;
	return err;
}

static ssize_t f_send(struct face *f, int h, const void *b, size_t n, int flags, ip4_t to,
		      uint16_t port)
{
	struct sk_msg m = { .buf = (void *)(uintptr_t)b, .n = n, .ttl = -1, .tos = -1,
			    .flags = (uint8_t)((flags & MSG_MORE ? SK_MORE : 0) |
					       (flags & MSG_OOB ? SK_OOB : 0)) };

	if (to)
		m.peer = (struct endpoint){ addr_ip4(to), port };
	return sk_sendmsg(sock_of(f, h), &m);
}

static ssize_t f_recv(struct face *f, int h, void *b, size_t n, int flags)
{
	struct sk_msg m = { .buf = b, .n = n };
	ssize_t got;

	m.flags = (uint8_t)((flags & MSG_PEEK ? SK_PEEK : 0) | (flags & MSG_TRUNC ? SK_TRUNC : 0) |
			    (flags & MSG_OOB ? SK_OOB : 0));
	got = sk_recvmsg(sock_of(f, h), &m);
	return got;
}

static uint32_t bits(uint32_t ready)
{
	return (ready & SK_IN ? LB_IN : 0u) | (ready & SK_OUT ? LB_OUT : 0u) |
	       (ready & SK_HUP ? LB_HUP : 0u) | (ready & SK_ERR ? LB_ERR : 0u) |
	       (ready & SK_RDHUP ? LB_RDHUP : 0u) | (ready & SK_PRI ? LB_PRI : 0u);
}

static int f_poll(struct face *f, int h) { return (int)bits(sk_ready(sock_of(f, h))); }

static int f_ioctl(struct face *f, int h, unsigned long what, int *v)
{
	return sk_getopt(sock_of(f, h), what == SIOCINQ ? SKO_NREAD :
			 what == SIOCOUTQ ? SKO_NWRITE : SKO_NUNSENT, v);
}

static int f_setopt(struct face *f, int h, int level, int o, const void *v, size_t n)
{
	return sk_setsockopt(sock_of(f, h), level, o, v, n);
}

static int f_getopt(struct face *f, int h, int level, int o, void *v, size_t *n)
{
	return sk_getsockopt(sock_of(f, h), level, o, v, n);
}

static int f_set_open(struct face *f)
{
	int h = handle(ours(f));

	ours(f)->set[h] = sk_set_new();
	return ours(f)->set[h] ? h : -ENOMEM;
}

static int f_set_ctl(struct face *f, int set, int op, int h, uint32_t events, uint32_t data)
{
	struct sk_set *s = ours(f)->set[set];
	uint32_t want = (events & LB_IN ? SK_IN : 0u) | (events & LB_OUT ? SK_OUT : 0u) |
			(events & LB_RDHUP ? SK_RDHUP : 0u) | (events & LB_PRI ? SK_PRI : 0u) |
			(events & (uint32_t)LB_ET ? SK_EDGE : 0u) |
			(events & LB_ONESHOT ? SK_ONCE : 0u);

	if (op == EPOLL_CTL_ADD)
		return sk_set_add(s, sock_of(f, h), want, data);
	return op == EPOLL_CTL_MOD ? sk_set_mod(s, sock_of(f, h), want, data) :
				     sk_set_del(s, sock_of(f, h));
}

static int f_set_wait(struct face *f, int set, struct like_event *ev, int max)
{
	struct sk_event got[32];
	int n = sk_set_wait(ours(f)->set[set], got, max < 32 ? max : 32);

	for (int i = 0; i < n; i++)
		ev[i] = (struct like_event){ bits(got[i].events), (uint32_t)got[i].data };
	return n;
}

static void f_pass(struct face *f) { net_run(ours(f)->net, MSEC(1)); }

struct face *face_netloom_new(void)
{
	struct ours *o = calloc(1, sizeof(*o));

	REQUIRE(o != NULL);
	o->face = (struct face){
		.name = "netloom", .open = f_open, .close = f_close, .bind = f_bind,
		.connect = f_connect, .listen = f_listen, .accept = f_accept,
		.shutdown = f_shutdown, .name_of = f_name_of, .send = f_send, .recv = f_recv,
		.poll = f_poll, .ioctl = f_ioctl, .setopt = f_setopt, .getopt = f_getopt,
		.set_open = f_set_open, .set_ctl = f_set_ctl, .set_wait = f_set_wait,
		.pass = f_pass,
	};
	o->net = net_new();
	o->st = net_host(o->net, "h1");
	return &o->face;
}

void face_netloom_free(struct face *f)
{
	net_free(ours(f)->net);
	free(ours(f));
}
