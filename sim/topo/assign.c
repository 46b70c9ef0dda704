// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a lab file may leave out.  The same file always gets the same:
 *
 * interfaces	eth0, eth1, ... on each node in the order of its links
 * MACs		02:00:NN:NN:II:II, the node's and the interface's number
 * addresses	segment k gets the next free 10.K.K.0/24, K = 1, 2, ... (then
 *		10.A.B.0/24; a larger network for more than 254 ends), and its
 *		ends .1, .2, ... in the order of the nodes.  A segment that has
 *		an address in the file is completed within that network.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

#define NETS 65536                        /* the /24 networks in 10.0.0.0/8 */

/* ---- interface names ---- */

/* N of "ethN", or n. */
static uint32_t eth_number(const char *name, uint32_t n)
{
	uint32_t v = 0;

	if (strncmp(name, "eth", 3) != 0 || !name[3] || (name[3] == '0' && name[4]))
		return n;
	for (name += 3; *name; name++) {
		if (*name < '0' || *name > '9' || v >= n)
			return n;
		v = v * 10 + (uint32_t)(*name - '0');
	}
	return v < n ? v : n;
}

static void assign_node_names(struct topo *t, const uint32_t *ref, uint32_t n)
{
	bool *taken = mem_zalloc((size_t)n + 1, sizeof(*taken));
	uint32_t next = 0;

	for (uint32_t i = 0; i < n; i++)
		taken[eth_number(end_at(t, ref[i])->ifname, n)] = true;
	for (uint32_t i = 0; i < n; i++) {
		struct topo_end *e = end_at(t, ref[i]);

		if (!e->auto_name)
			continue;
		while (taken[next] && next < n)
			next++;
		snprintf(e->ifname, sizeof(e->ifname), "eth%u", next++);
	}
	free(taken);
}

void assign_names(struct load *ld, const struct ends *ends)
{
	struct topo *t = ld->topo;

	for (size_t i = 0; i < t->n_nodes; i++)
		assign_node_names(t, &ends->ref[ends->first[i]],
				  ends->first[i + 1] - ends->first[i]);
}

/* ---- MACs ---- */

static int mac_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mac));
}

static struct mac mac_of(uint32_t node, uint32_t port, uint8_t salt)
{
	return (struct mac){ { 0x02, (uint8_t)(salt + (node >> 16)), (uint8_t)(node >> 8),
			       (uint8_t)node, (uint8_t)(port >> 8), (uint8_t)port } };
}

/* MACs of the file stay; one that would be assigned too is not. */
void assign_macs(struct load *ld, const struct ends *ends)
{
	struct topo *t = ld->topo;
	struct mac *given = mem_zalloc(2 * t->n_links, sizeof(*given));
	size_t n = 0;

	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		if (!end_at(t, i)->auto_mac)
			given[n++] = end_at(t, i)->mac;
	qsort(given, n, sizeof(*given), mac_cmp);
	for (uint32_t node = 0; node < t->n_nodes; node++) {
		for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++) {
			struct topo_end *e = end_at(t, ends->ref[i]);
			uint8_t salt = 0;

			if (!e->auto_mac)
				continue;
			do
				e->mac = mac_of(node, i - ends->first[node], salt);
			while (bsearch(&e->mac, given, n, sizeof(*given), mac_cmp) &&
			       (salt = (uint8_t)(salt + 0x10)) != 0);
		}
	}
	free(given);
}

/* ---- of a link that comes later ---- */

static bool name_is_taken(const struct topo *t, const struct ends *ends, const struct topo_end *e)
{
	for (uint32_t i = ends->first[e->node]; i < ends->first[e->node + 1]; i++) {
		const struct topo_end *o = end_at(t, ends->ref[i]);

		if (o != e && strcmp(o->ifname, e->ifname) == 0)
			return true;
	}
	return false;
}

static bool mac_is_taken(const struct topo *t, const struct topo_end *e)
{
	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		if (end_at(t, i) != e && mac_eq(end_at(t, i)->mac, e->mac))
			return true;
	return false;
}

void assign_link(struct load *ld, const struct ends *ends, uint32_t link)
{
	struct topo *t = ld->topo;

	for (uint32_t i = 2 * link; i < 2 * link + 2; i++) {
		struct topo_end *e = end_at(t, i);
		uint32_t n = t->nodes[e->node].n_ifs_ever, name = n;
		uint8_t salt = 0;

		if (e->auto_name)
			do
				snprintf(e->ifname, sizeof(e->ifname), "eth%u", name++);
			while (name_is_taken(t, ends, e));
		if (e->auto_mac)
			do
				e->mac = mac_of(t->nodes[e->node].number, n, salt);
			while (mac_is_taken(t, e) && (salt = (uint8_t)(salt + 0x10)) != 0);
	}
}

/* ---- addresses ---- */

struct pool {
	struct load *ld;
	bool *used;                       /* NETS: touched by an address of the file */
	uint32_t next;                    /* networks tried so far */
	ip4_t *taken;                     /* addresses of the file, sorted */
	size_t n_taken;
};

static int ip4_cmp(const void *va, const void *vb)
{
	ip4_t a = *(const ip4_t *)va, b = *(const ip4_t *)vb;

	return a < b ? -1 : a > b;
}

static void pool_use(struct pool *p, const struct prefix *x)
{
	ip4_t lo = x->addr.v4 & ip4_mask(x->len), hi = lo | ~ip4_mask(x->len);

	if (hi < IP4(10, 0, 0, 0) || lo > IP4(10, 255, 255, 255))
		return;
	lo = lo < IP4(10, 0, 0, 0) ? IP4(10, 0, 0, 0) : lo;
	hi = hi > IP4(10, 255, 255, 255) ? IP4(10, 255, 255, 255) : hi;
	memset(&p->used[lo >> 8 & 0xffff], true, (hi >> 8) - (lo >> 8) + 1);
}

static void pool_take(struct pool *p, const struct prefix *x)
{
	pool_use(p, x);
	if ((p->n_taken & (p->n_taken - 1)) == 0)
		p->taken = mem_grow(p->taken, p->n_taken ? p->n_taken * 2 : 1, sizeof(ip4_t));
	p->taken[p->n_taken++] = x->addr.v4;
}

static void pool_init(struct pool *p, struct load *ld)
{
	const struct topo *t = ld->topo;

	*p = (struct pool){ .ld = ld, .used = mem_zalloc(NETS, sizeof(bool)) };
	for (uint32_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = end_at(t, i);

		for (size_t k = 0; k < e->n_addrs; k++)
			if (e->auto_addr)                 /* a network to choose from */
				pool_use(p, &e->addrs[k]);
			else
				pool_take(p, &e->addrs[k]);
	}
	for (size_t i = 0; i < t->n_nodes; i++)
		for (size_t k = 0; k < t->nodes[i].n_loopback; k++)
			pool_take(p, &t->nodes[i].loopback[k]);
	if (p->n_taken)
		qsort(p->taken, p->n_taken, sizeof(ip4_t), ip4_cmp);
}

static bool nets_free(const struct pool *p, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		if (i >= NETS || p->used[i])
			return false;
	return true;
}

/* 10.K.K.0 for K = 1 to 254, then all of 10.0.1.0 to 10.255.254.0. */
static uint32_t net_candidate(uint32_t i)
{
	return i < 254 ? (i + 1) << 8 | (i + 1) : i - 254 + 1;
}

/* A network for n ends; false if 10.0.0.0/8 is full.  The cursor moves only
 * for the usual /24. */
static bool pool_network(struct pool *p, size_t n, struct prefix *out)
{
	unsigned len = 24;

	while (len > 8 && n > (size_t)(~ip4_mask(len) - 1))
		len--;
	for (uint32_t i = len == 24 ? p->next : 0; i < NETS + 254; i++) {
		uint32_t count = (uint32_t)1 << (24 - len);
		uint32_t net = net_candidate(i) & ~(count - 1);

		if (len == 24)
			p->next = i + 1;
		if (!nets_free(p, net, count))
			continue;
		memset(&p->used[net], true, count);
		*out = (struct prefix){ addr_ip4(IP4(10, 0, 0, 0) | net << 8), (uint8_t)len };
		return true;
	}
	return false;
}

/* One segment: its ends in the order of the nodes. */
struct group {
	const uint32_t *ref;
	size_t n;
	struct prefix net;                /* for ends that name none */
	struct prefix last;               /* of the address assigned last ... */
	uint32_t host;                    /* ... its number in there */
};

static bool group_network(struct pool *p, struct group *g)
{
	struct topo *t = p->ld->topo;
	size_t wanted = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct topo_end *e = end_at(t, g->ref[i]);

		if (e->n_addrs > 0 && g->net.addr.family == ADDR_NONE)
			g->net = e->addrs[0];
		wanted += e->auto_addr;
	}
	g->net.addr.v4 &= ip4_mask(g->net.len);
	return !wanted || g->net.addr.family != ADDR_NONE || pool_network(p, wanted, &g->net);
}

/* The next address of net that the file does not use; false: none is left. */
static bool group_next(struct pool *p, struct group *g, struct prefix net, struct prefix *out)
{
	uint32_t size = ~ip4_mask(net.len), end = net.len < 31 ? size : size + 1;

	if (!prefix_eq(&net, &g->last))
		g->last = net, g->host = net.len < 31 ? 1 : 0;
	for (; g->host < end; g->host++) {
		ip4_t a = net.addr.v4 + g->host;

		if (p->n_taken && bsearch(&a, p->taken, p->n_taken, sizeof(a), ip4_cmp))
			continue;
		g->host++;
		*out = (struct prefix){ addr_ip4(a), net.len };
		return true;
	}
	return false;
}

static void end_set_addr(struct topo *t, struct topo_end *e, struct prefix a)
{
	char text[PREFIX_STRLEN];

	if (!e->n_addrs)
		e->addrs = mem_zalloc(1, sizeof(*e->addrs));
	e->n_addrs = 1;
	e->addrs[0] = a;
	buf_printf(&t->notes, "assigned %s:%s %s\n", t->nodes[e->node].name, e->ifname,
		   prefix_fmt(&a, text));
}

static void assign_group(struct pool *p, struct group *g)
{
	struct topo *t = p->ld->topo;
	struct prefix a;
	char text[PREFIX_STRLEN];

	if (!group_network(p, g)) {
		diag_error(p->ld->diag, end_at(t, g->ref[0])->pos, "no network is left for %zu "
			   "ends in 10.0.0.0/8; expected addresses in the file", g->n);
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		struct topo_end *e = end_at(t, g->ref[i]);
		struct prefix net = e->n_addrs ? e->addrs[0] : g->net;

		if (!e->auto_addr)
			continue;
		if (group_next(p, g, net, &a)) {
			end_set_addr(t, e, a);
			continue;
		}
		diag_error(p->ld->diag, e->pos, "no address is left for %s:%s in %s",
			   t->nodes[e->node].name, e->ifname, prefix_fmt(&net, text));
		e->n_addrs = 0;
	}
}

struct order { const struct topo *t; const uint32_t *seg; };

static int ref_cmp(const void *va, const void *vb, void *arg)
{
	uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;
	const struct order *o = arg;
	uint32_t na = end_at(o->t, a)->node, nb = end_at(o->t, b)->node;

	if (o->seg[a / 2] != o->seg[b / 2])
		return o->seg[a / 2] < o->seg[b / 2] ? -1 : 1;
	if (na != nb)
		return na < nb ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The ends that may have an address, by segment and then by node. */
static size_t refs_sorted(const struct topo *t, const uint32_t *seg, uint32_t *ref)
{
	struct order o = { t, seg };
	size_t n = 0;

	for (uint32_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = end_at(t, i);

		if (e->node != TOPO_NO_NODE && t->nodes[e->node].kind != NODE_HUB)
			ref[n++] = i;
	}
	qsort_r(ref, n, sizeof(*ref), ref_cmp, &o);
	return n;
}

void assign_addrs(struct load *ld, const uint32_t *seg)
{
	struct topo *t = ld->topo;
	uint32_t *ref = mem_zalloc(2 * t->n_links, sizeof(*ref));
	size_t n = refs_sorted(t, seg, ref), end;
	struct pool p;

	pool_init(&p, ld);
	for (size_t i = 0; i < n; i = end) {
		struct group g = { .ref = &ref[i] };

		for (end = i; end < n && seg[ref[end] / 2] == seg[ref[i] / 2]; end++)
			g.n++;
		assign_group(&p, &g);
	}
	free(p.used);
	free(p.taken);
	free(ref);
}
