// SPDX-License-Identifier: GPL-3.0-or-later
/* What the writers of other formats share. */
#include "sim/topo/export.h"

#include <string.h>

#include "sim/topo/keys.h"

static bool same_net(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && a->addr.family == ADDR_IP4 && b->addr.family == ADDR_IP4 &&
	       ip4_in(a->addr.v4, b->addr.v4, a->len);
}

static bool take_net(const struct prefix *p, struct prefix *net)
{
	*net = *p;
	net->addr.v4 &= ip4_mask(p->len);
	return true;
}

bool topo_link_net(const struct prefix *a, size_t na, const struct prefix *b, size_t nb,
		   struct prefix *net)
{
	for (size_t i = 0; i < na; i++)
		for (size_t k = 0; k < nb; k++)
			if (same_net(&a[i], &b[k]))
				return take_net(&a[i], net);
	if (na && !nb)
		return take_net(&a[0], net);
	return nb && !na && take_net(&b[0], net);
}

void topo_host_fmt(const struct prefix *p, const struct prefix *net, struct buf *out)
{
	char text[PREFIX_STRLEN];
	const char *s;

	if (!same_net(p, net)) {
		buf_str(out, prefix_fmt(p, text));
		return;
	}
	s = addr_fmt(&p->addr, text);
	for (unsigned whole = net->len / 8 < 4 ? net->len / 8 : 3; whole > 0; whole--)
		s = strchr(s + 1, '.');
	if (s == text)
		buf_putc(out, '.');
	buf_str(out, s);
}

void topo_kind_word(const struct topo_node *n, struct buf *out)
{
	const struct ykey *k = keys_find(&node_keys, "kind");

	k->type->print(NULL, k, n, out);
}

void topo_end_name(const struct topo *t, const struct topo_end *e, struct buf *out)
{
	buf_printf(out, "%s:%s", t->nodes[e->node].name, e->ifname);
}

static void key_words(const struct topo *t, const char *key, const struct topo_end *e,
		      struct buf *out)
{
	const struct ykey *k = keys_find(&impair_keys, key);

	buf_printf(out, "%s ", key);
	k->type->print(t, k, e, out);
}

void topo_end_words(const struct topo *t, const struct topo_end *e, struct buf *out)
{
	size_t before;

	key_words(t, "rate", e, out);
	buf_putc(out, ' ');
	key_words(t, "queue", e, out);
	buf_putc(out, ' ');
	before = out->len;
	netem_print(&e->netem, out);
	if (out->len == before)
		buf_str(out, "delay 0s");
}

bool topo_end_is_plain(const struct topo *t, const struct topo_end *e)
{
	struct diag diag = { 0 };
	struct load ld = { .diag = &diag };       /* for the defaults, which are right */
	struct buf own = { 0 }, base_words = { 0 };
	struct topo_link base = { 0 };
	bool same;

	keys_init(&ld, &link_keys, &base);
	topo_end_words(t, e, &own);
	topo_end_words(t, &base.end[0], &base_words);
	same = own.s && base_words.s && strcmp(own.s, base_words.s) == 0;
	topo_link_fini(&base);
	buf_free(&own);
	buf_free(&base_words);
	return same;
}
