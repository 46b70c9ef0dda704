// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The topology files of the course's vnetUtils scripts.
 *
 *	PREFIX                      of all names; the line may be empty
 *	N                           hosts ns0 ... nsN
 *	A B NETWORK                 a link; any number of lines, then an empty one
 *	A SUBNET|default B          a route of A by way of B; until an empty line
 *
 * NETWORK is A.B.C, short for A.B.C.0/24; the lower host gets .1 and the
 * higher .2, on interfaces PREFIXvethA-B and PREFIXvethB-A.  Every host
 * forwards, and has exactly the routes of the file.
 *
 * Read here, though the scripts do not: lines that end in CR LF or blanks, a
 * last line without an end, comments (# to the end of the line; a line of
 * nothing else does not count), networks of another size (A.B.C.D/LEN), and
 * more links between two hosts (vethA-B.1, vethA-B.2, ...).
 */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

#define WORDS_MAX 4                       /* one more than a line has */
#define WORD_LEN 64
#define HOSTS_MAX 100000
#define LINK_LINE_MIN 10                  /* "0 1 1.1.1\n" */

struct word { char s[WORD_LEN]; struct topo_pos pos; };

struct line {
	struct word word[WORDS_MAX];
	unsigned n;                       /* 0: an empty line */
	struct topo_pos end;              /* behind the last word */
};

struct vnet {
	struct load *ld;
	const char *p, *text_end;
	uint32_t line_no;
	char prefix[WORD_LEN];
	uint32_t hosts;                   /* the highest number */
	bool hosts_known;
	uint64_t *pair;                   /* by link: lower host << 32 | higher */
};

/* ---- lines and words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void line_split(struct line *l, const char *s, const char *end, uint32_t no)
{
	const char *start = s;

	l->n = 0;
	while (s < end) {
		struct word *w = &l->word[l->n];
		size_t len = 0;

		if (is_blank(*s)) {
			s++;
			continue;
		}
		w->pos = (struct topo_pos){ no, (uint32_t)(s - start) + 1 };
		for (; s < end && !is_blank(*s); s++)
			if (len < WORD_LEN - 1)
				w->s[len++] = *s ? *s : '?';
		w->s[len] = '\0';
		if (++l->n == WORDS_MAX)
			break;
	}
	l->end = (struct topo_pos){ no, (uint32_t)(s - start) + 1 };
}

/* The next line that is more than a comment; false at the end. */
static bool line_next(struct vnet *v, struct line *l)
{
	while (v->p < v->text_end) {
		const char *s = v->p, *end = memchr(s, '\n', (size_t)(v->text_end - s));
		const char *hash;

		end = end ? end : v->text_end;
		v->p = end < v->text_end ? end + 1 : end;
		v->line_no++;
		hash = memchr(s, '#', (size_t)(end - s));
		line_split(l, s, hash ? hash : end, v->line_no);
		if (l->n > 0 || !hash)
			return true;
	}
	return false;
}

/* Their first word that counts decides: YAML has a colon or a bracket there. */
bool vnet_looks_so(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		eol = eol ? eol : end;
		while (p < eol && is_blank(*p))
			p++;
		if (p < eol && *p != '#')
			return !memchr(p, ':', (size_t)(eol - p)) && !strchr("{[-%&!\"'", *p);
		p = eol < end ? eol + 1 : end;
	}
	return false;
}

/* ---- values ---- */

static bool number_read(const char *s, uint32_t max, uint32_t *out)
{
	uint32_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > (max - (uint32_t)(*s - '0')) / 10)
			return false;
		v = v * 10 + (uint32_t)(*s - '0');
	}
	*out = v;
	return true;
}

static bool host_read(struct vnet *v, const struct word *w, uint32_t *out)
{
	if (!number_read(w->s, HOSTS_MAX, out)) {
		diag_error(v->ld->diag, w->pos, "'%s' is not the number of a host", w->s);
		return false;
	}
	if (*out > v->hosts && v->hosts_known) {
		diag_error(v->ld->diag, w->pos, "no host %s; expected 0 to %u", w->s, v->hosts);
		return false;
	}
	return v->hosts_known;
}

/* A.B.C or A.B.C.D, with /LEN or the length that goes without saying. */
static bool prefix_read(const char *s, unsigned bare_len, struct prefix *p)
{
	char text[WORD_LEN + 8];
	size_t quad = strcspn(s, "/");
	unsigned dots = 0;

	for (size_t i = 0; i < quad; i++)
		dots += s[i] == '.';
	if (dots < 2 || (!s[quad] && bare_len == 0))
		return false;
	snprintf(text, sizeof(text), "%.*s%s%s", (int)quad, s, dots == 2 ? ".0" : "", s + quad);
	if (!prefix_parse(p, text) || p->addr.family != ADDR_IP4)
		return false;
	if (!s[quad])
		p->len = (uint8_t)bare_len;
	return true;
}

static bool network_only(struct vnet *v, const struct word *w, struct prefix p)
{
	char text[PREFIX_STRLEN];

	if (!(p.addr.v4 & ~ip4_mask(p.len)))
		return true;
	p.addr.v4 &= ip4_mask(p.len);
	diag_error(v->ld->diag, w->pos, "'%s' has bits set behind the prefix; did you mean %s?",
		   w->s, prefix_fmt(&p, text));
	return false;
}

static bool want_words(struct vnet *v, const struct line *l, unsigned n, const char *want)
{
	if (l->n == n)
		return true;
	if (l->n > n)
		diag_error(v->ld->diag, l->word[n].pos, "'%s' is too much; expected %s",
			   l->word[n].s, want);
	else
		diag_error(v->ld->diag, l->end, "the line ends here; expected %s", want);
	return false;
}

/* ---- the parts of the file ---- */

static bool names_fit(const char *prefix, uint32_t hosts)
{
	char text[WORD_LEN * 2];

	snprintf(text, sizeof(text), "%sveth%u-%u", prefix, hosts, hosts ? hosts - 1 : 0);
	return strlen(text) < TOPO_IF_MAX;
}

static void read_head(struct vnet *v)
{
	struct topo *t = v->ld->topo;
	struct line l;
	char err[160], name[TOPO_NAME_MAX];

	if (!line_next(v, &l) || !want_words(v, &l, l.n > 1 ? 1 : l.n, "a prefix of names"))
		return;
	if (l.n == 1 && !name_ok(l.word[0].s, TOPO_NAME_MAX, true, err))
		diag_error(v->ld->diag, l.word[0].pos, "%s, or an empty line", err);
	else if (l.n == 1)
		memcpy(v->prefix, l.word[0].s, strlen(l.word[0].s) + 1);
	if (!line_next(v, &l)) {
		diag_error(v->ld->diag, (struct topo_pos){ v->line_no + 1, 1 },
			   "the file ends here; expected the number of hosts");
		return;
	}
	if (!want_words(v, &l, 1, "the number of hosts"))
		return;
	if (!number_read(l.word[0].s, HOSTS_MAX, &v->hosts)) {
		diag_error(v->ld->diag, l.word[0].pos, "'%s' is not a number of hosts; expected "
			   "0 to %u", l.word[0].s, HOSTS_MAX);
		return;
	}
	v->hosts_known = true;
	t->n_nodes = (size_t)v->hosts + 1;
	t->nodes = mem_zalloc(t->n_nodes, sizeof(*t->nodes));
	for (uint32_t i = 0; i <= v->hosts; i++) {
		struct topo_node *n = &t->nodes[i];

		snprintf(name, sizeof(name), "%.20sns%u", v->prefix, i);
		n->name = mem_strdup(name);
		n->kind = NODE_ROUTER;
		n->forward = true;
		n->pos = l.word[0].pos;
		topo_node_from_defaults(v->ld, n);
	}
	if (!names_fit(v->prefix, v->hosts < 10 ? v->hosts : 9))
		diag_error(v->ld->diag, (struct topo_pos){ 1, 1 }, "'%s' makes interface names "
			   "longer than %d characters", v->prefix, TOPO_IF_MAX - 1);
}

static uint64_t pair_of(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static void end_fill(struct vnet *v, struct topo_end *e, uint32_t self, uint32_t peer,
		     unsigned again, const struct word *w)
{
	char text[WORD_LEN * 2], no[16] = "";

	if (again)
		snprintf(no, sizeof(no), ".%u", again);
	snprintf(text, sizeof(text), "%sveth%u-%u%s", v->prefix, self, peer, no);
	if (strlen(text) >= TOPO_IF_MAX)
		diag_error(v->ld->diag, w->pos, "interface name '%s' is longer than %d characters",
			   text, TOPO_IF_MAX - 1);
	else
		memcpy(e->ifname, text, strlen(text) + 1);
	e->node = self;
	e->pos = w->pos;
	e->auto_name = e->auto_addr = false;
}

static void link_add(struct vnet *v, const struct line *l, uint32_t a, uint32_t b,
		     struct prefix net)
{
	struct topo *t = v->ld->topo;
	struct topo_link *k = &t->links[t->n_links];
	uint32_t id[2] = { a < b ? a : b, a < b ? b : a };
	unsigned again = 0;

	for (size_t i = 0; i < t->n_links; i++)
		again += v->pair[i] == pair_of(a, b);
	v->pair[t->n_links] = pair_of(a, b);
	topo_link_init(v->ld, k);
	k->pos = l->word[0].pos;
	for (int i = 0; i < 2; i++) {
		end_fill(v, &k->end[i], id[i], id[!i], again, &l->word[0]);
		k->end[i].addrs = mem_zalloc(1, sizeof(struct prefix));
		k->end[i].n_addrs = 1;
		k->end[i].addrs[0] = net;
		k->end[i].addrs[0].addr.v4 += (ip4_t)i + 1;
		v->ld->addr_pos[2 * t->n_links + (size_t)i] = l->word[2].pos;
	}
	t->n_links++;
}

static void read_link(struct vnet *v, const struct line *l)
{
	const struct word *w = l->word;
	struct prefix net, first;
	uint32_t a, b;
	bool ok;
	char err[160];

	if (!want_words(v, l, 3, "HOST HOST NETWORK"))
		return;
	ok = host_read(v, &w[0], &a);
	ok &= host_read(v, &w[1], &b);
	if (!prefix_read(w[2].s, 24, &net)) {
		diag_error(v->ld->diag, w[2].pos, "'%s' is not a network; expected A.B.C or "
			   "A.B.C.D/LEN", w[2].s);
		return;
	}
	if (net.len > 30) {
		diag_error(v->ld->diag, w[2].pos, "'%s' has no addresses .1 and .2", w[2].s);
		return;
	}
	if (!network_only(v, &w[2], net) || !ok)
		return;
	first = net;
	first.addr.v4++;
	if (!host_addr_ok(&first, err))
		diag_error(v->ld->diag, w[2].pos, "%s", err);
	else if (a == b)
		diag_error(v->ld->diag, w[1].pos, "a link from host %u to itself", a);
	else
		link_add(v, l, a, b, net);
}

static void route_add(struct vnet *v, const struct line *l, uint32_t a, uint32_t b,
		      struct prefix to)
{
	struct topo *t = v->ld->topo;
	struct topo_node *n = &t->nodes[a];
	const struct topo_link *k = NULL;
	int side;

	for (size_t i = 0; i < t->n_links && !k; i++)
		if (v->pair[i] == pair_of(a, b))
			k = &t->links[i];
	if (!k) {
		diag_error(v->ld->diag, l->word[2].pos, "no link joins hosts %u and %u", a, b);
		return;
	}
	side = k->end[0].node == a ? 0 : 1;
	n->routes = mem_grow(n->routes, n->n_routes + 1, sizeof(*n->routes));
	n->routes[n->n_routes] = (struct topo_route){
		.to = to, .via = k->end[!side].addrs[0].addr, .pos = l->word[0].pos,
	};
	memcpy(n->routes[n->n_routes++].dev, k->end[side].ifname, TOPO_IF_MAX);
}

static void read_route(struct vnet *v, const struct line *l)
{
	const struct word *w = l->word;
	struct prefix to = { .addr = addr_ip4(0) };
	uint32_t a, b;
	bool ok;

	if (!want_words(v, l, 3, "HOST SUBNET|default HOST"))
		return;
	ok = host_read(v, &w[0], &a);
	ok &= host_read(v, &w[2], &b);
	if (strcmp(w[1].s, "default") != 0) {
		if (!prefix_read(w[1].s, strchr(w[1].s, '/') ? 0 : 32, &to)) {
			diag_error(v->ld->diag, w[1].pos, "'%s' is not a subnet; expected "
				   "A.B.C.D/LEN or default", w[1].s);
			return;
		}
		ok &= network_only(v, &w[1], to);
	}
	if (ok)
		route_add(v, l, a, b, to);
}

void vnet_read(struct load *ld, const char *text, size_t len)
{
	struct vnet v = { .ld = ld, .p = text, .text_end = text + len };
	size_t max = len / LINK_LINE_MIN + 1;
	struct line l;

	ld->topo->vnet = true;
	ld->topo->links = mem_zalloc(max, sizeof(*ld->topo->links));
	ld->addr_pos = mem_zalloc(2 * max, sizeof(*ld->addr_pos));
	v.pair = mem_zalloc(max, sizeof(*v.pair));
	read_head(&v);
	while (line_next(&v, &l) && l.n > 0)
		read_link(&v, &l);
	while (line_next(&v, &l) && l.n > 0)
		read_route(&v, &l);
	while (line_next(&v, &l)) {
		if (l.n == 0)
			continue;
		diag_error(ld->diag, l.word[0].pos, "'%s' stands behind the empty line that ends "
			   "the routes; expected nothing more", l.word[0].s);
		break;
	}
	free(v.pair);
}
