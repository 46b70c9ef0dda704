// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sim/rig.h"

#include <stdlib.h>

#include "stack/util/be.h"
#include "stack/wire/eth.h"

static struct lab *lab_make(const char *yaml, const uint64_t *seed)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", yaml, strlen(yaml), &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	REQUIRE(t != NULL);
	for (size_t i = 0; i < t->n_nodes && !strstr(yaml, "routing:"); i++)
		t->nodes[i].routing = ROUTING_STATIC;
	return lab_new(t, seed);
}

struct lab *rig_lab(const char *yaml) { return lab_make(yaml, NULL); }
struct lab *rig_lab_seed(const char *yaml, uint64_t seed) { return lab_make(yaml, &seed); }

struct node *rig_node(struct lab *lab, const char *name)
{
	struct node *n = lab_find_node(lab, name);

	REQUIRE(n != NULL);
	return n;
}

struct link_end *rig_end(struct lab *lab, const char *end)
{
	const char *colon = strchr(end, ':');
	char name[TOPO_NAME_MAX];
	enum link_side side;
	struct link *l;

	REQUIRE(colon != NULL);
	snprintf(name, sizeof(name), "%.*s", (int)(colon - end), end);
	l = lab_link_at(lab, rig_node(lab, name), colon + 1, &side);
	REQUIRE(l != NULL);
	return &l->end[side];
}

struct link_end_info rig_info(struct lab *lab, const char *end)
{
	struct link_end *e = rig_end(lab, end);
	struct link_end_info info;

	link_info(e->link, e == &e->link->end[1] ? SIDE_B : SIDE_A, &info);
	return info;
}

int rig_split(char *line, char **argv, int max)
{
	char *w;
	int n = 0;

	while (n < max && (w = strsep(&line, " ")))
		if (*w)
			argv[n++] = w;
	return n;
}

const char *rig_set(struct lab *lab, int side, const char *words)
{
	static char err[160];
	char line[400], *argv[64];
	int n, bad;

	snprintf(line, sizeof(line), "%s", words);
	n = rig_split(line, argv, 64);
	err[0] = 0;
	bad = link_set(lab_link(lab, 0), side, n, argv, err);
	CHECK((bad != OK) == (err[0] != 0));
	return err;
}

const char *rig_link_add(struct lab *lab, const char *a, const char *b, const char *words)
{
	static char said[400];
	struct buf notes = { 0 }, err = { 0 };
	char line[400], *argv[64];
	bool added;

	snprintf(line, sizeof(line), "%s", words);
	added = lab_link_add(lab, a, b, rig_split(line, argv, 64), argv, &notes, &err);
	CHECK(added == !err.len);
	snprintf(said, sizeof(said), "%s", added ? "" : err.s);
	buf_free(&notes);
	buf_free(&err);
	return said;
}

/* --- frames ----------------------------------------------------------------------- */

void rig_frame(uint8_t *out, size_t n, struct mac dst, uint32_t tag)
{
	static const struct mac src = { { 0x02, 0, 0, 0, 0xee, 0xee } };

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(i * 7 + tag);
	memcpy(out, dst.b, 6);
	memcpy(out + 6, src.b, 6);
	put_be16(out + 12, RIG_ETHERTYPE);
	put_be32(out + 14, tag);
}

int rig_send_bytes(struct lab *lab, const char *end, const void *bytes, size_t n)
{
	struct link_end *e = rig_end(lab, end);
	struct pkt *p = pkt_from_bytes(lab->pool, bytes, n);

	REQUIRE(p != NULL);
	return link_end_xmit(e, p);
}

int rig_send(struct lab *lab, const char *end, size_t n, uint32_t tag)
{
	uint8_t frame[PKT_MAX];

	REQUIRE(n >= RIG_MIN && n <= sizeof(frame));
	rig_frame(frame, n, mac_broadcast, tag);
	return rig_send_bytes(lab, end, frame, n);
}

void rig_send_train(struct lab *lab, const char *end, unsigned count, size_t n, ns_t gap)
{
	for (unsigned i = 1; i <= count; i++) {
		rig_send(lab, end, n, i);
		lab_run_until(lab, lab_now(lab) + gap);
	}
	lab_run_until(lab, lab_now(lab) + SEC(10));
}

static void ear_ready(struct sk_watch *w, uint32_t events)
{
	struct rig_ear *ear = container_of(w, struct rig_ear, watch);
	struct sk_msg m;
	ssize_t n;

	(void)events;
	for (;;) {
		m = (struct sk_msg){ .buf = ear->last, .n = sizeof(ear->last) };
		n = sk_recvmsg(w->sk, &m);
		if (n < 0)
			return;
		if (ear->n < RIG_HEARD) {
			ear->got[ear->n].at = m.at;
			ear->got[ear->n].tag = n >= RIG_MIN ? get_be32(ear->last + 14) : 0;
			ear->got[ear->n].len = (uint32_t)m.full;
		}
		ear->n++;
	}
}

struct rig_ear *rig_ear(struct lab *lab, const char *end)
{
	struct rig_ear *ear = calloc(1, sizeof(*ear));
	struct link_end *e = rig_end(lab, end);
	struct sock *sk;

	REQUIRE(ear && node_stack(e->node));
	REQUIRE(sk_open(e->node->stack, ADDR_IP4, SK_PACKET, RIG_ETHERTYPE, &sk) == OK);
	REQUIRE(sk_setopt(sk, SKO_BINDTODEVICE, e->dev.ifindex) == OK);
	ear->watch.ready = ear_ready;
	sk_watch(sk, &ear->watch);
	return ear;
}

void rig_deaf(struct rig_ear *ear)
{
	sk_close(ear->watch.sk);
	free(ear);
}

const char *rig_tags(const struct rig_ear *ear, char *out, size_t room)
{
	size_t at = 0;

	out[0] = 0;
	for (unsigned i = 0; i < ear->n && i < RIG_HEARD && at < room; i++)
		at += (size_t)snprintf(out + at, room - at, "%s%u", i ? " " : "", ear->got[i].tag);
	return out;
}

/* --- programs and sockets --------------------------------------------------------- */

static void prog_text(void *ctx, const char *text, size_t n)
{
	buf_add(ctx, text, n);
}

void rig_start(struct rig_prog *rp, struct lab *lab, const char *node, const char *words)
{
	struct prog_io io = { .out = prog_text, .err = prog_text, .ctx = &rp->out };
	char line[400], *argv[64];
	int n;

	*rp = (struct rig_prog){ 0 };
	snprintf(line, sizeof(line), "%s", words);
	n = rig_split(line, argv, 63);
	argv[n] = NULL;
	rp->p = prog_start(rig_node(lab, node), n, argv, &io);
	REQUIRE(rp->p != NULL);
}

void rig_end_prog(struct rig_prog *rp)
{
	prog_free(rp->p);
	buf_free(&rp->out);
}

struct sock *rig_udp(struct lab *lab, const char *node, uint16_t port)
{
	struct endpoint at = { .addr = addr_ip4(IP4_ANY), .port = port };
	struct sock *sk;

	REQUIRE(sk_open(node_stack(rig_node(lab, node)), ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	REQUIRE(sk_bind(sk, &at) == OK);
	return sk;
}

ssize_t rig_udp_send(struct lab *lab, const char *node, struct sock *sk, const char *to,
		     uint16_t port, size_t n)
{
	static const uint8_t payload[65507];
	struct endpoint ep = { .port = port };

	REQUIRE(lab_resolve(lab, to, &ep.addr) && n <= sizeof(payload));
	(void)node_stack(rig_node(lab, node));
	return sk_send(sk, payload, n, &ep);
}

/* --- the lab ---------------------------------------------------------------------- */

void rig_check_empty(struct lab *lab)
{
	struct pkt_pool_stats s;

	pkt_pool_stats(lab->pool, &s);
	CHECK_EQ(s.pkts, 0);
	CHECK_EQ(s.blks, 0);
	CHECK(lab_is_quiet(lab));
}

static void on_event(void *ctx, ns_t at, const char *line)
{
	(void)at;
	buf_printf(ctx, "%s\n", line);
}

void rig_hear_events(struct lab *lab, struct buf *lines)
{
	struct lab_hooks hooks = { .event = on_event, .ctx = lines };

	lab_set_hooks(lab, &hooks);
}
