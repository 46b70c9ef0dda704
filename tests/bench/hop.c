// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A packet-hop: Ethernet input, IPv4 forwarding, Ethernet output and the
 * link's event, with 1000-byte UDP datagrams.  Along a chain of 50 routers, with
 * the shares of engine and links measured by themselves; and on a torus of 100 x
 * 100 routers with 100,000 packets in flight.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "tests/bench/bench.h"

#define ROUTERS 50
#define PACKETS 40000
#define SIDE 100

static struct lab *build(struct buf *yaml)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("bench.yaml", yaml->s, yaml->len, &errs);

	if (!t) {
		fprintf(stderr, "%s", errs.s);
		exit(1);
	}
	buf_free(yaml);
	return lab_new(t, NULL);
}

static struct sock *udp_on(struct node *n)
{
	struct sock *sk;

	if (sk_open(node_stack(n), ADDR_IP4, SK_DGRAM, 0, &sk) != OK ||
	    sk_setopt(sk, SKO_TTL, 255) != OK)
		exit(1);
	return sk;
}

static void send_to(struct node *n, struct sock *sk, ip4_t dst)
{
	static const uint8_t payload[972];        /* 1000 bytes with the UDP and IP headers */
	struct endpoint to = { addr_ip4(dst), 9 };

	(void)node_stack(n);
	if (sk_send(sk, payload, sizeof(payload), &to) < 0)
		exit(1);
}

static uint64_t forwarded(struct lab *lab)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < lab_n_nodes(lab); i++)
		if (lab_node(lab, i)->stack)
			sum += show_stat(lab_node(lab, i)->stack, ST_IP_FORWARDED);
	return sum;
}

/* --- the chain ------------------------------------------------------------------ */

/* n0 - n1 - ... - n51; link i is 10.0.i.0/24 with .1 on the left. */
static void routers_yaml(struct buf *y)
{
	buf_str(y, "version: 1\nname: chain\ndefaults: {routing: static, link: {rate: 10gbit, delay: 10us}}\nnodes:\n");
	for (int i = 0; i <= ROUTERS + 1; i++) {
		buf_printf(y, "  n%d: {routes: [", i);
		if (i <= ROUTERS)
			buf_printf(y, "{to: 10.0.%d.0/24, via: 10.0.%d.2}", ROUTERS + (i == ROUTERS), i);
		buf_str(y, "]}\n");
	}
	buf_str(y, "links:\n");
	for (int i = 0; i <= ROUTERS; i++)
		buf_printf(y, "  - {endpoints: [n%d, n%d], ipv4: 10.0.%d.0/24}\n", i, i + 1, i);
}

/* The same with a hub in the place of each router: links and events alone. */
static void hubs_yaml(struct buf *y)
{
	buf_str(y, "version: 1\nname: hubs\ndefaults: {routing: static, link: {rate: 10gbit, delay: 10us}}\nnodes:\n");
	for (int i = 0; i <= ROUTERS + 1; i++)
		buf_printf(y, "  n%d: {kind: %s}\n", i, i && i <= ROUTERS ? "hub" : "host");
	buf_printf(y, "links:\n  - endpoints: [{node: n0, ipv4: 10.0.0.1/16}, n1]\n"
		   "  - endpoints: [n%d, {node: n%d, ipv4: 10.0.%d.2/16}]\n",
		   ROUTERS, ROUTERS + 1, ROUTERS);
	for (int i = 1; i < ROUTERS; i++)
		buf_printf(y, "  - {endpoints: [n%d, n%d]}\n", i, i + 1);
}

static void send_every_us(struct lab *lab, struct sock *sk, int n)
{
	for (int i = 0; i < n; i++) {
		send_to(lab_node(lab, 0), sk, IP4(10, 0, ROUTERS, 2));
		lab_run_until(lab, lab_now(lab) + USEC(1));
	}
	lab_run_until(lab, lab_now(lab) + SEC(1));
}

/* Wall time of a hop, in ns, and what libc was asked for meanwhile. */
static double chain(void (*yaml)(struct buf *y), double *mallocs)
{
	struct buf y = { 0 };
	struct pkt_pool_stats before, after;
	struct lab *lab;
	struct sock *sk;
	double t;

	yaml(&y);
	lab = build(&y);
	sk = udp_on(lab_node(lab, 0));
	send_every_us(lab, sk, 1);                        /* resolves the way */
	send_every_us(lab, sk, 2000);
	pkt_pool_stats(lab->pool, &before);
	t = bench_now();
	send_every_us(lab, sk, PACKETS);
	t = bench_now() - t;
	pkt_pool_stats(lab->pool, &after);
	*mallocs = (double)(after.mallocs - before.mallocs) / PACKETS / ROUTERS;
	sk_close(sk);
	lab_free(lab);
	return t * 1e9 / PACKETS / ROUTERS;
}

/* The same events and nothing else: one a link, each a microsecond later. */
static struct engine engine;

static void again(struct event *ev, ns_t now)
{
	engine_set(&engine, ev, now + USEC(1));
}

static double events_alone(void)
{
	struct event dst, src[ROUTERS];
	double t;

	engine_init(&engine);
	engine_add_dst(&engine, &dst, again);
	for (int i = 0; i < ROUTERS; i++) {
		engine_add_src(&engine, &src[i], 1, again);
		engine_set(&engine, &src[i], 1 + 811 * i % 1000);
	}
	t = bench_now();
	for (int i = 0; i < PACKETS * ROUTERS; i++)
		engine_step(&engine, NS_NEVER - 1);
	t = bench_now() - t;
	engine_fini(&engine);
	return t * 1e9 / PACKETS / ROUTERS;
}

static void chains(void)
{
	double mallocs, unused, hop = chain(routers_yaml, &mallocs);
	double links = chain(hubs_yaml, &unused), events = events_alone();

	bench_line("hop_ns", hop, "ns", "lower", 100);
	bench_line("hop_allocs", mallocs, "mallocs/hop", "lower", 0);
	bench_part("hop_engine_ns", events, "ns", "lower");
	bench_part("hop_link_ns", links - events, "ns", "lower");
	bench_part("hop_stack_ns", hop - links, "ns", "lower");
}

/* --- the torus --------------------------------------------------------------------- */

static int at(int row, int col) { return row % SIDE * SIDE + col % SIDE; }

/* East links are 10.x, south links 11.x; 20/8 goes east for ever, 21/8 south. */
static void torus_yaml(struct buf *y)
{
	buf_str(y, "version: 1\nname: torus\ndefaults: {routing: static, link: {rate: 0, delay: 1ms}}\nnodes:\n");
	for (int i = 0; i < SIDE * SIDE; i++)
		buf_printf(y, "  n%d: {routes: [{to: 20.0.0.0/8, via: 10.%d.%d.2}, "
			   "{to: 21.0.0.0/8, via: 11.%d.%d.2}]}\n",
			   i, i >> 8, i & 255, i >> 8, i & 255);
	buf_str(y, "links:\n");
	for (int i = 0; i < SIDE * SIDE; i++) {
		int row = i / SIDE, col = i % SIDE;

		buf_printf(y, "  - {endpoints: [n%d, n%d], ipv4: 10.%d.%d.0/24}\n",
			   i, at(row, col + 1), i >> 8, i & 255);
		buf_printf(y, "  - {endpoints: [n%d, n%d], ipv4: 11.%d.%d.0/24}\n",
			   i, at(row + 1, col), i >> 8, i & 255);
	}
}

static void torus(void)
{
	struct buf y = { 0 };
	struct sock **sk = calloc(SIDE * SIDE, sizeof(struct sock *));
	struct lab *lab;
	uint64_t hops;
	double t;

	torus_yaml(&y);
	lab = build(&y);
	for (int i = 0; i < SIDE * SIDE; i++)
		sk[i] = udp_on(lab_node(lab, (size_t)i));
	for (int k = 0; k < 10; k++) {
		for (int i = 0; i < SIDE * SIDE; i++) {
			int node = (int)((unsigned)i * 7919u % (SIDE * SIDE));

			send_to(lab_node(lab, (size_t)node), sk[node],
				k & 1 ? IP4(20, 0, 0, 1) : IP4(21, 0, 0, 1));
			lab_run_until(lab, lab_now(lab) + 17);
		}
	}
	lab_run_until(lab, lab_now(lab) + MSEC(10));
	hops = forwarded(lab);
	t = bench_now();
	lab_run_until(lab, lab_now(lab) + MSEC(20));
	t = bench_now() - t;
	hops = forwarded(lab) - hops;
	bench_line("hop_10k_ns", t * 1e9 / (double)hops, "ns", "lower", 600);
	for (int i = 0; i < SIDE * SIDE; i++)
		sk_close(sk[i]);
	lab_free(lab);
	free(sk);
}

int main(int argc, char **argv)                  /* [chain|torus]: only that one */
{
	if (argc < 2 || strcmp(argv[1], "chain") == 0)
		chains();
	if (argc < 2 || strcmp(argv[1], "torus") == 0)
		torus();
	return 0;
}
