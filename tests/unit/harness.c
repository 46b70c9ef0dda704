// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/harness.h"

#include <stdlib.h>

#include "stack/socket.h"
#include "stack/util/be.h"

#define STACKS_MAX 256

struct net_dev {
	struct netdev dev;
	struct net *net;
	struct net_dev *peer, *next;      /* peer: the next one of the same wire, in a ring */
	struct pkt_queue sent;            /* without a peer */
	struct pkt_queue row;             /* waits for net_row_end() ... */
	bool in_row;                      /* ... since net_row_begin() */
	unsigned lose;                    /* 0: none */
	bool (*tap)(void *arg, const struct pkt *p);
	void *tap_arg;
};

struct net {
	struct pkt_pool *pool;
	ns_t now;
	struct stack *stacks[STACKS_MAX];
	unsigned n_stacks;
	struct net_dev *devs;
	struct pkt *wire;                 /* on their way, by p->at; start_at is unused */
};

const struct mac net_peer_mac = { { 0x02, 0, 0, 0, 0, 0x99 } };

/* --- wires ----------------------------------------------------------------------- */

static void wire_push(struct net *net, struct pkt *p)
{
	struct pkt **at = &net->wire;

	while (*at && (*at)->at <= p->at)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
}

/* To all others of the ring. */
static void wire_carry(struct net_dev *d, struct pkt *p)
{
	for (struct net_dev *to = d->peer; to != d; to = to->peer) {
		struct pkt *copy = to->peer == d ? p : pkt_clone(p);

		if (!copy)
			continue;                 /* no memory: that one does not hear it */
		copy->at = d->net->now + NET_WIRE_DELAY;
		copy->dev = &to->dev;
		wire_push(d->net, copy);
	}
}

static int dev_xmit(struct netdev *dev, struct pkt *p)
{
	struct net_dev *d = container_of(dev, struct net_dev, dev);

	dev->stats.tx_packets++;
	dev->stats.tx_bytes += pkt_len(p);
	if ((d->lose && --d->lose == 0) || (d->tap && !d->tap(d->tap_arg, p)))
		pkt_free(p);
	else if (!d->peer)
		pkt_queue_push(&d->sent, p);
	else
		wire_carry(d, p);
	return OK;
}

static ns_t next_at(const struct net *net)
{
	ns_t at = net->wire ? net->wire->at : NS_NEVER;

	for (unsigned i = 0; i < net->n_stacks; i++)
		if (stack_next_at(net->stacks[i]) < at)
			at = stack_next_at(net->stacks[i]);
	return at;
}

/* Timers first, then frames, as everywhere in netloom. */
static void run_instant(struct net *net)
{
	for (unsigned i = 0; i < net->n_stacks; i++)
		if (stack_next_at(net->stacks[i]) <= net->now)
			stack_run(net->stacks[i], net->now);
	while (net->wire && net->wire->at <= net->now) {
		struct pkt *p = net->wire;

		net->wire = p->next;
		p->next = NULL;
		stack_input(p->dev->stack, net->now, p->dev, p);
	}
}

void net_run(struct net *net, ns_t d)
{
	ns_t until = net->now + d, at;

	while ((at = next_at(net)) <= until) {
		net->now = at > net->now ? at : net->now;
		run_instant(net);
	}
	net->now = until;
	for (unsigned i = 0; i < net->n_stacks; i++)
		stack_enter(net->stacks[i], until);
}

ns_t net_now(const struct net *net) { return net->now; }

void net_lose_nth(struct netdev *dev, unsigned n)
{
	container_of(dev, struct net_dev, dev)->lose = n;
}

void net_tap(struct netdev *dev, bool (*tap)(void *arg, const struct pkt *p), void *arg)
{
	struct net_dev *d = container_of(dev, struct net_dev, dev);

	d->tap = tap;
	d->tap_arg = arg;
}

/* --- building ---------------------------------------------------------------------- */

struct net *net_new(void)
{
	struct net *net = calloc(1, sizeof(*net));

	REQUIRE(net != NULL);
	net->pool = pkt_pool_new(0);
	REQUIRE(net->pool != NULL);
	return net;
}

struct pkt_pool *net_pool(const struct net *net) { return net->pool; }

struct stack *net_stack(struct net *net, const struct stack_config *given)
{
	struct stack_config cfg = *given;
	struct stack *st;

	cfg.pool = net->pool;
	cfg.ctx = net;
	st = stack_new(&cfg);

	REQUIRE(st && net->n_stacks < STACKS_MAX);
	net->stacks[net->n_stacks++] = st;
	stack_enter(st, net->now);
	return st;
}

static struct stack *stack_make(struct net *net, const char *name, bool forwarding)
{
	struct stack_config cfg = { .name = name, .seed = 1, .forwarding = forwarding };

	return net_stack(net, &cfg);
}

struct stack *net_host(struct net *net, const char *name) { return stack_make(net, name, false); }
struct stack *net_router(struct net *net, const char *name) { return stack_make(net, name, true); }

struct netdev *net_dev(struct stack *st, const char *name, const char *addr)
{
	static const struct netdev_ops ops = { .xmit = dev_xmit };
	struct net *net = stack_ctx(st);
	struct net_dev *d = calloc(1, sizeof(*d)), *last = net->devs;
	struct mac mac = { { 0x02, 0, 0, 0, 0, 1 } };
	struct prefix p;

	REQUIRE(d != NULL);
	if (last)                                 /* each the next MAC */
		put_be16(mac.b + 4, (uint16_t)(get_be16(last->dev.mac.b + 4) + 1));
	netdev_init(&d->dev, &ops, name, mac, DEV_UP | DEV_CARRIER | DEV_BROADCAST | DEV_MULTICAST);
	d->net = net;
	d->next = net->devs;
	net->devs = d;
	REQUIRE(stack_attach(st, &d->dev) == OK);
	if (addr)
		REQUIRE(prefix_parse(&p, addr) && stack_addr_add(st, &d->dev, &p) == OK);
	return &d->dev;
}

void net_join(struct netdev *a, struct netdev *b)
{
	net_hub((struct netdev *const[]){ a, b }, 2);
}

void net_hub(struct netdev *const devs[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		container_of(devs[i], struct net_dev, dev)->peer =
			container_of(devs[(i + 1) % n], struct net_dev, dev);
}

void net_route(struct stack *st, const char *to, const char *via)
{
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, to) && addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
}

void net_peer(struct netdev *dev, const char *addr)
{
	struct addr a;

	REQUIRE(addr_parse(&a, addr));
	REQUIRE(stack_neigh_set(dev->stack, dev, &a, net_peer_mac) == OK);
}

void net_free(struct net *net)
{
	struct pkt_pool_stats left;
	struct net_dev *d;
	struct pkt *p;

	for (unsigned i = 0; i < net->n_stacks; i++)
		stack_free(net->stacks[i]);
	while ((p = net->wire)) {
		net->wire = p->next;
		pkt_free(p);
	}
	while ((d = net->devs)) {
		net->devs = d->next;
		pkt_queue_free(&d->sent);
		free(d);
	}
	pkt_pool_stats(net->pool, &left);
	CHECK_EQ(left.pkts, 0);
	CHECK_EQ(left.blks, 0);
	if (left.pkts == 0 && left.blks == 0)
		pkt_pool_free(net->pool);
	free(net);
}

/* --- in and out ---------------------------------------------------------------------- */

void net_inject(struct netdev *dev, const void *bytes, size_t n)
{
	struct net *net = container_of(dev, struct net_dev, dev)->net;
	struct pkt *p = pkt_from_bytes(net->pool, bytes, n);

	REQUIRE(p != NULL);
	p->at = net->now;
	if (container_of(dev, struct net_dev, dev)->in_row)
		pkt_queue_push(&container_of(dev, struct net_dev, dev)->row, p);
	else
		stack_input(dev->stack, net->now, dev, p);
}

void net_row_begin(struct netdev *dev)
{
	container_of(dev, struct net_dev, dev)->in_row = true;
}

static unsigned row_len(const struct pkt *p)
{
	unsigned n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}

unsigned net_row_end(struct netdev *dev)
{
	struct net_dev *d = container_of(dev, struct net_dev, dev);
	struct pkt *p = d->row.head, *next;
	unsigned taken = 0;

	d->in_row = false;
	d->row = (struct pkt_queue){ 0 };
	while (p) {
		next = p->next;
		p->next = NULL;
		stack_input(dev->stack, d->net->now, dev, p);
		taken += row_len(next);
		p = stack_input_train(dev->stack, d->net->now, dev, next);
		taken -= row_len(p);
	}
	return taken;
}

unsigned net_sent(struct netdev *dev)
{
	return container_of(dev, struct net_dev, dev)->sent.count;
}

size_t net_sent_bytes(struct netdev *dev, unsigned i, void *to, size_t n)
{
	const struct pkt *p = container_of(dev, struct net_dev, dev)->sent.head;

	while (p && i--)
		p = p->next;
	return p ? pkt_copy_out(p, 0, to, n) : 0;
}

void net_forget(struct netdev *dev)
{
	pkt_queue_free(&container_of(dev, struct net_dev, dev)->sent);
}

static bool seen_parse(struct seen *s, const uint8_t *b, size_t n)
{
	struct rd r = rd_init(b, n);
	size_t len;

	if (!eth_hdr_parse(&s->eth, &r) || s->eth.type != ETHERTYPE_IP4 ||
	    ip4_hdr_parse(&s->ip, r.p, rd_left(&r), rd_left(&r)) != DROP_NONE)
		return false;
	len = s->ip.total_len - (size_t)s->ip.hlen;
	memcpy(s->opt, r.p + IP4_HLEN, s->ip.hlen - (size_t)IP4_HLEN);
	rd_take(&r, s->ip.hlen);
	if (s->ip.proto == IP_PROTO_ICMP && !s->ip.frag_off) {
		if (!s->ip.mf && csum(r.p, len) != 0)
			return false;
		if (!icmp4_hdr_parse(&s->icmp, &r))
			return false;
		len -= ICMP4_HLEN;
	}
	s->n = len;
	memcpy(s->data, r.p, len);
	return true;
}

bool net_seen(struct netdev *dev, unsigned i, struct seen *s)
{
	uint8_t *b = malloc(PKT_MAX);
	bool ok;

	REQUIRE(b != NULL);
	memset(s, 0, sizeof(*s));
	ok = seen_parse(s, b, net_sent_bytes(dev, i, b, PKT_MAX));
	free(b);
	CHECK(ok);
	if (!ok)
		memset(s, 0, sizeof(*s));
	return ok;
}

static bool ping_answered(struct sock *sk, const uint8_t *sent, size_t n)
{
	uint8_t *got = malloc(PKT_MAX);
	ssize_t len;
	bool same = false;

	while (got && !same && (len = sk_recv(sk, got, PKT_MAX, NULL)) > 0)
		same = (size_t)len == IP4_HLEN + n && got[IP4_HLEN] == ICMP4_ECHO_REPLY &&
		       memcmp(got + IP4_HLEN + 4, sent + 4, n - 4) == 0;
	free(got);
	return same;
}

bool net_ping(struct stack *st, const char *to, size_t size)
{
	struct endpoint ep = { .port = 0 };
	uint8_t *data = malloc(2 * PKT_MAX), *msg = data + PKT_MAX;
	struct sock *sk = NULL;
	size_t n;
	bool ok;

	REQUIRE(data && addr_parse(&ep.addr, to));
	frame_fill(data, size);
	n = frame_icmp(msg, ICMP4_ECHO, 0, 7 << 16 | 1, data, size);
	ok = sk_open(st, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &sk) == OK;
	if (ok && sk_send(sk, msg, n, &ep) == (ssize_t)n)
		net_run(stack_ctx(st), SEC(1));
	ok = ok && ping_answered(sk, msg, n);
	sk_close(sk);
	free(data);
	return ok;
}

/* --- frames ---------------------------------------------------------------------------- */

void frame_fill(uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(i * 7 + i / 251);
}

void frame_eth(struct frame *f, const struct netdev *dev, uint16_t type,
	       const void *payload, size_t n)
{
	struct wr w = wr_init(f->b, sizeof(f->b));
	struct eth_hdr eth = { .dst = dev->mac, .src = net_peer_mac, .type = type };

	eth_hdr_emit(&eth, &w);
	wr_bytes(&w, payload, n);
	REQUIRE(wr_ok(&w));
	f->n = wr_len(&w);
}

void frame_ip4(struct frame *f, const struct netdev *dev, const struct ip4_hdr *h,
	       const void *opt, const void *payload, size_t n)
{
	struct ip4_hdr full = *h;
	struct wr w;

	if (!full.hlen)
		full.hlen = IP4_HLEN;
	if (!full.total_len)
		full.total_len = (uint16_t)(full.hlen + n);
	frame_eth(f, dev, ETHERTYPE_IP4, NULL, 0);
	w = wr_init(f->b + f->n, sizeof(f->b) - f->n);
	ip4_hdr_emit(&full, opt, &w);
	wr_bytes(&w, opt, full.hlen - (size_t)IP4_HLEN);
	wr_bytes(&w, payload, n);
	REQUIRE(wr_ok(&w));
	f->n += wr_len(&w);
}

size_t frame_icmp(uint8_t *out, uint8_t type, uint8_t code, uint32_t rest,
		  const void *data, size_t n)
{
	out[0] = type;
	out[1] = code;
	put_be16(out + 2, 0);
	put_be32(out + 4, rest);
	if (n)
		memcpy(out + ICMP4_HLEN, data, n);
	put_be16(out + 2, csum(out, ICMP4_HLEN + n));
	return ICMP4_HLEN + n;
}

size_t frame_udp(uint8_t *out, const struct ip4_hdr *h, uint16_t sport, uint16_t dport,
		 const void *data, size_t n)
{
	struct udp_hdr u = { .sport = sport, .dport = dport, .len = (uint16_t)(UDP_HLEN + n) };
	struct wr w = wr_init(out, UDP_HLEN);

	u.csum = udp_csum4(&u, h->src, h->dst, csum_add(0, data, n));
	udp_hdr_emit(&u, &w);
	if (n)
		memcpy(out + UDP_HLEN, data, n);
	return UDP_HLEN + n;
}
