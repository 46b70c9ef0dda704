// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What tests/bench/tcp.c does in bulk, by lwIP: two interfaces back to back in
 * one process, frames of 1500 bytes, checksums made and checked, one thread,
 * the payload copied in and out.  The wire queues frames; it copies their
 * headers alone, as ours does, for with a copy of the whole lwIP is slower.
 *
 * It is Debian's liblwip (2.1.3) as it comes, which is not lwIP at its best.
 * Half of the time goes into the plain checksum in C (LWIP_CHECKSUM_ON_COPY
 * is 1, and sums after it copied); NO_SYS is 0, so each allocation takes a
 * mutex though there is one thread, and is libc's (MEM_LIBC_MALLOC,
 * MEMP_MEM_MALLOC); TCP_WND and TCP_SND_BUF are 65535.  It has neither
 * timestamps nor SACK, so its MSS is 1460.
 */
#include <stdio.h>

#if __has_include("lwip/tcp.h")
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

#define BULK_BYTES 1000000000ull
#define CHUNK 65535
#define WIRE 4096                         /* frames on it: more than a window */
#define HEAD 54                           /* Ethernet, IPv4 and TCP without options */
#define PORT 80

/* Payload on the wire that still is the sender's. */
struct shared { struct pbuf_custom c; struct pbuf *of; };

static struct netif ends[2];              /* the client's, the server's */
static struct { struct pbuf *p; unsigned to; } wire[WIRE];
static unsigned wire_in, wire_out;
static uint64_t received, data_frames, ack_frames;
static struct shared *spare[WIRE];
static unsigned n_spare;

static void die(const char *what)
{
	fprintf(stderr, "bench lwip: %s\n", what);
	exit(1);
}

/* --- the wire ------------------------------------------------------------------------ */

static void shared_free(struct pbuf *p)
{
	struct shared *s = (struct shared *)p;    /* its first member */

	pbuf_free(s->of);
	if (n_spare < WIRE)
		spare[n_spare++] = s;
	else
		free(s);
}

/* The headers of p for the receiver to change, and p's own payload behind. */
static struct pbuf *frame_of(struct pbuf *p)
{
	struct pbuf *head, *rest;
	struct shared *s;

	if (p->len != p->tot_len || p->len <= HEAD)
		return pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	s = n_spare ? spare[--n_spare] : malloc(sizeof(*s));
	head = pbuf_alloc(PBUF_RAW, HEAD, PBUF_RAM);
	if (!s || !head)
		return NULL;
	memcpy(head->payload, p->payload, HEAD);
	s->c.custom_free_function = shared_free;
	s->of = p;
	pbuf_ref(p);
	rest = pbuf_alloced_custom(PBUF_RAW, (u16_t)(p->len - HEAD), PBUF_REF, &s->c,
				   (char *)p->payload + HEAD, (u16_t)(p->len - HEAD));
	pbuf_cat(head, rest);
	return head;
}

static err_t end_xmit(struct netif *from, struct pbuf *p)
{
	struct pbuf *f = frame_of(p);

	if (!f || wire_in - wire_out == WIRE)
		die("the wire is full");
	*(p->tot_len > HEAD + TCP_MSS / 2 ? &data_frames : &ack_frames) += 1;
	wire[wire_in % WIRE].p = f;
	wire[wire_in++ % WIRE].to = from == &ends[0];
	return ERR_OK;
}

static err_t end_init(struct netif *n)
{
	static const u8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };

	n->mtu = 1500;
	n->hwaddr_len = sizeof(mac[0]);
	memcpy(n->hwaddr, mac[n == &ends[1]], sizeof(mac[0]));
	n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		   NETIF_FLAG_LINK_UP;
	n->output = etharp_output;
	n->linkoutput = end_xmit;
	return ERR_OK;
}

/* --- the two programs ------------------------------------------------------------------ */

static err_t fill(void *arg, struct tcp_pcb *pcb, u16_t acked)
{
	static const uint8_t chunk[CHUNK] = { 0x5a };
	u16_t n;

	(void)arg;
	(void)acked;
	while ((n = (u16_t)LWIP_MIN(tcp_sndbuf(pcb), CHUNK)) > 0 &&
	       tcp_write(pcb, chunk, n, TCP_WRITE_FLAG_COPY) == ERR_OK)
		;
	return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)err;
	tcp_sent(pcb, fill);
	fill(arg, pcb, 0);
	return tcp_output(pcb);
}

static err_t drain(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	static uint8_t sink[CHUNK];

	(void)arg;
	(void)err;
	if (!p)
		die("the connection ended");
	pbuf_copy_partial(p, sink, p->tot_len, 0);
	received += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	tcp_recv(pcb, drain);
	return ERR_OK;
}

static void begin(void)
{
	struct tcp_pcb *client, *server;
	ip4_addr_t net = { 0 }, mask, a[2];
	ip_addr_t to;

	lwip_init();
	IP4_ADDR(&mask, 255, 255, 255, 0);
	for (u8_t i = 0; i < 2; i++) {
		IP4_ADDR(&a[i], 10, 0, 0, i + 1);
		if (!netif_add(&ends[i], &a[i], &mask, &net, NULL, end_init, ethernet_input))
			die("netif_add");
		netif_set_up(&ends[i]);
	}
	server = tcp_new();
	client = tcp_new();
	if (!server || !client || tcp_bind(server, IP4_ADDR_ANY, PORT) != ERR_OK)
		die("tcp_bind");
	tcp_bind_netif(server, &ends[1]);         /* or lwIP short-cuts to itself */
	tcp_bind_netif(client, &ends[0]);
	server = tcp_listen(server);
	if (!server)
		die("tcp_listen");
	tcp_accept(server, accepted);
	ip_addr_copy_from_ip4(to, a[1]);
	if (tcp_connect(client, &to, PORT, connected) != ERR_OK)
		die("tcp_connect");
}

/* Timers are looked at as seldom as they need it. */
static void receive(uint64_t bytes)
{
	uint64_t until = received + bytes;
	unsigned turn = 0;

	while (received < until) {
		struct netif *n = &ends[wire[wire_out % WIRE].to];
		struct pbuf *p = wire[wire_out % WIRE].p;

		if (wire_in == wire_out || ++turn % 1024 == 0)
			sys_check_timeouts();
		if (wire_in == wire_out)
			continue;
		wire_out++;
		if (n->input(p, n) != ERR_OK)
			pbuf_free(p);
	}
}

int main(void)
{
	double t;

	begin();
	receive(BULK_BYTES / 20);
	data_frames = ack_frames = 0;
	t = bench_now();
	receive(BULK_BYTES);
	t = bench_now() - t;
	bench_beside("tcp_bulk_gbps", (double)BULK_BYTES * 8 / t / 1e9);
	printf("# lwip %s, Debian's options: MSS %d, window %u, %.2f segments an ACK\n",
	       LWIP_VERSION_STRING, TCP_MSS, (unsigned)TCP_WND,
	       (double)data_frames / (double)ack_frames);
	return 0;
}

#else
int main(void)
{
	puts("# lwip: skipped: liblwip-dev is not installed");
	return 0;
}
#endif
