// SPDX-License-Identifier: GPL-3.0-or-later
/* Values of keys that only OSPF has: ids, costs, network types, keys. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/at.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

/* ---- ids ---- */

static bool plain_number(const char *s, uint32_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)v;
	return true;
}

/* A number or a dotted quad below `end`. */
static void id_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target,
		     const char *like)
{
	const char *s = value_text(ld, k, n);
	uint32_t *to = at(target, k->off), v;

	if (!s)
		return;
	if ((ip4_parse(&v, s) || plain_number(s, &v)) && v != UINT32_MAX &&
	    (v || k->type == &type_area_id))
		*to = v;
	else
		diag_error(ld->diag, n->pos, "%s: '%.40s' is not %s; expected one such as %s",
			   k->key, s, k->type->name, like);
}

static void router_id_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			    void *target)
{
	id_parse(ld, k, n, target, "1.1.1.1");
}

static void router_id_print(const struct topo *t, const struct ykey *k, const void *target,
			    struct buf *out)
{
	const uint32_t *v = in(target, k->off);
	char text[ADDR_STRLEN];

	(void)t;
	if (*v)
		buf_str(out, ip4_fmt(*v, text));
}

#define ID_SCHEMA "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0},{\"type\":\"string\"," \
	"\"pattern\":\"^([0-9]{1,3}[.]){3}[0-9]{1,3}$\"}]}"

const struct ytype type_router_id = {
	.name = "a router id", .parse = router_id_parse, .print = router_id_print,
	.schema = ID_SCHEMA,
};

static void area_id_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	id_parse(ld, k, n, target, "0 or 0.0.0.1");
}

static void area_id_print(const struct topo *t, const struct ykey *k, const void *target,
			  struct buf *out)
{
	const uint32_t *v = in(target, k->off);
	char text[ADDR_STRLEN];

	(void)t;
	if (*v == TOPO_UNSET)
		return;
	if (*v <= UINT16_MAX)
		buf_printf(out, "%" PRIu32, *v);
	else
		buf_str(out, ip4_fmt(*v, text));
}

const struct ytype type_area_id = {
	.name = "an area", .parse = area_id_parse, .print = area_id_print, .init = value_unset,
	.schema = ID_SCHEMA,
};

/* ---- cost ---- */

static void cost_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	const char *s = value_text(ld, k, n);
	uint32_t *to = at(target, k->off), v;

	if (!s)
		return;
	if (strcmp(s, "delay") == 0)
		*to = TOPO_COST_DELAY;
	else if (strcmp(s, "bandwidth") == 0 || strcmp(s, "auto") == 0)
		*to = TOPO_COST_BANDWIDTH;
	else if (plain_number(s, &v) && v >= 1 && v <= OSPF_COST_MAX)
		*to = v;
	else
		diag_error(ld->diag, n->pos, "%s: '%.40s' is not a cost; expected 1 to %u, delay "
			   "or bandwidth", k->key, s, OSPF_COST_MAX);
}

static void cost_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint32_t *v = in(target, k->off);

	(void)t;
	if (*v == TOPO_COST_DELAY || *v == TOPO_COST_BANDWIDTH)
		buf_str(out, *v == TOPO_COST_DELAY ? "delay" : "bandwidth");
	else if (*v != TOPO_UNSET)
		buf_printf(out, "%" PRIu32, *v);
}

const struct ytype type_ospf_cost = {
	.name = "1 to 65535, `delay` or `bandwidth`", .parse = cost_parse, .print = cost_print,
	.init = value_unset,
	.schema = "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535},"
		  "{\"enum\":[\"delay\",\"bandwidth\",\"auto\"]}]}",
};

/* ---- network types ---- */

static void net_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	static const struct { const char *word, *same; } names[] = {
		{ "point-to-point", "p2p" }, { "point-to-multipoint", "p2mp" },
	};
	const char *s = value_text(ld, k, n);
	struct ynode short_name = *n;

	for (size_t i = 0; s && i < N_ELEM(names); i++)
		if (strcmp(s, names[i].word) == 0)
			short_name.text = (char *)(uintptr_t)names[i].same;
	if (s)
		type_enum.parse(ld, k, &short_name, target);
}

static void net_print(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out)
{
	type_said_word.print(t, k, target, out);
}

const struct ytype type_ospf_net = {
	.name = "`broadcast`, `p2p` or `p2mp`", .parse = net_parse, .print = net_print,
	.init = value_unset,
	.schema = "{\"enum\":[\"broadcast\",\"p2p\",\"p2mp\",\"point-to-point\","
		  "\"point-to-multipoint\"]}",
};

/* ---- authentication ---- */

static void auth_free(struct topo_ospf_auth *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n_keys; i++)
		free(a->keys[i].key);
	free(a->keys);
	free(a->key);
	free(a);
}

static struct topo_ospf_auth *auth_dup(const struct topo_ospf_auth *a)
{
	struct topo_ospf_auth *b;

	if (!a)
		return NULL;
	b = mem_zalloc(1, sizeof(*b));
	*b = *a;
	b->key = a->key ? mem_strdup(a->key) : NULL;
	b->keys = mem_zalloc(a->n_keys, sizeof(*b->keys));
	for (size_t i = 0; i < a->n_keys; i++) {
		b->keys[i] = a->keys[i];
		b->keys[i].key = a->keys[i].key ? mem_strdup(a->keys[i].key) : NULL;
	}
	return b;
}

static void key_check(struct load *ld, const struct ynode *n, const struct topo_ospf_auth *a,
		      const char *key, uint32_t id)
{
	size_t max = a->type == OSPF_AUTH_TEXT ? 8 : a->type == OSPF_AUTH_MD5 ? 16 : OSPF_KEY_MAX;

	if (key && strlen(key) > max)
		diag_error(ld->diag, n->pos, "auth: a key of type %s has at most %zu characters, "
			   "found %zu", topo_ospf_auth_word(a->type), max, strlen(key));
	if (id > 255)
		diag_error(ld->diag, n->pos, "auth: the id of a key is 0 to 255, found %" PRIu32, id);
}

/* It is whole or nothing: a type without its keys is inherited by nobody. */
static void auth_check(struct load *ld, const struct ynode *n, const struct topo_ospf_auth *a)
{
	size_t keys = a->n_keys + (a->key != NULL);

	if (a->type != OSPF_AUTH_NONE && !keys)
		diag_error(ld->diag, n->pos, "auth: type %s needs 'key' or 'keys'",
			   topo_ospf_auth_word(a->type));
	if (keys > OSPF_N_KEYS || (a->type == OSPF_AUTH_TEXT && keys > 1))
		diag_error(ld->diag, n->pos, "auth: %zu keys, expected at most %d", keys,
			   a->type == OSPF_AUTH_TEXT ? 1 : OSPF_N_KEYS);
	key_check(ld, n, a, a->key, a->key_id);
	for (size_t i = 0; i < a->n_keys; i++)
		key_check(ld, n, a, a->keys[i].key, a->keys[i].id);
}

static void auth_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	struct topo_ospf_auth **to = at(target, k->off), *a = mem_zalloc(1, sizeof(*a));
	size_t errors = ld->diag->n;

	keys_init(ld, k->sub, a);
	keys_apply(ld, k->sub, n, a, false);
	if (ld->diag->n == errors)
		auth_check(ld, n, a);
	auth_free(*to);
	*to = a;
}

static void auth_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	struct topo_ospf_auth *const *a = in(target, k->off);
	const struct topo_ospf_auth none = { .key_id = 1 };

	if (*a)
		flow_print(t, k->sub, *a, &none, out);
}

const struct ytype type_ospf_auth = {
	.name = "a map", .parse = auth_parse, .print = auth_print,
	.schema = "{\"allOf\":[{\"$ref\":\"#/definitions/ospf-auth\"}]}",
};

/* ---- redistribution ---- */

/* A word alone is short for {from: WORD}. */
static void redist_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			 void *target)
{
	static char from_text[] = "from";
	struct ynode from = { .type = YNODE_SCALAR, .text = from_text }, list = *n;
	struct ynode *maps, **pairs;

	if (n->type != YNODE_LIST) {
		list_parse(ld, k, n, target);     /* which says what is wrong */
		return;
	}
	maps = mem_zalloc(n->n, sizeof(*maps));
	pairs = mem_zalloc(2 * n->n, sizeof(struct ynode *));
	list.item = mem_zalloc(n->n, sizeof(struct ynode *));
	for (size_t i = 0; i < n->n; i++) {
		struct ynode *item = n->item[i];

		pairs[2 * i] = &from;
		pairs[2 * i + 1] = item;
		maps[i] = (struct ynode){ .type = YNODE_MAP, .pos = item->pos,
					  .item = &pairs[2 * i], .n = 2 };
		list.item[i] = item->type == YNODE_SCALAR && !ynode_is_null(item) ? &maps[i] : item;
	}
	list_parse(ld, k, &list, target);
	free(list.item);
	free(pairs);
	free(maps);
}

static void redist_print(const struct topo *t, const struct ykey *k, const void *target,
			 struct buf *out)
{
	type_flow_list.print(t, k, target, out);
}

const struct ytype type_redist = {
	.name = "a list of words or maps", .parse = redist_parse, .print = redist_print,
	.schema = "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"enum\":[\"static\",\"connected\","
		  "\"kernel\",\"rip\"]},{\"$ref\":\"#/definitions/ospf-redistribute\"}]}}",
};

/* false, true or always */
static void originate_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			    void *target)
{
	const char *s = value_text(ld, k, n);
	uint32_t *to = at(target, k->off);
	int v;

	if (s && strcmp(s, "always") == 0)
		*to = DEFAULT_ALWAYS;
	else if (s && (v = value_bool(ld, k, n)) >= 0)
		*to = v ? DEFAULT_IF_THERE : DEFAULT_NO;
}

static void originate_print(const struct topo *t, const struct ykey *k, const void *target,
			    struct buf *out)
{
	static const char *const words[] = { "false", "true", "always" };
	const uint32_t *v = in(target, k->off);

	(void)t;
	if (*v != TOPO_UNSET)
		buf_str(out, words[*v]);
}

const struct ytype type_originate = {
	.name = "true, false or always", .parse = originate_parse, .print = originate_print,
	.init = value_unset, .schema = "{\"enum\":[true,false,\"always\"]}",
};

/* ---- what the structs own ---- */

void topo_ospf_if_init(struct topo_ospf_if *i)
{
	*i = (struct topo_ospf_if){
		.enabled = TOPO_UNSET, .area = TOPO_UNSET, .cost = TOPO_UNSET, .type = TOPO_UNSET,
		.hello = TOPO_UNSET, .dead = TOPO_UNSET, .rxmt = TOPO_UNSET,
		.transmit_delay = TOPO_UNSET, .priority = TOPO_UNSET, .passive = TOPO_UNSET,
		.mtu_ignore = TOPO_UNSET,
	};
}

void topo_ospf_init(struct topo_ospf *o)
{
	struct diag diag = { 0 };
	struct load ld = { .diag = &diag };

	*o = (struct topo_ospf){ 0 };
	keys_init(&ld, &ospf_keys, o);
}

void topo_ospf_if_copy(struct topo_ospf_if *to, const struct topo_ospf_if *from)
{
	*to = *from;
	to->auth = auth_dup(from->auth);
}

void topo_ospf_if_fini(struct topo_ospf_if *i)
{
	auth_free(i->auth);
	i->auth = NULL;
}

void topo_ospf_fini(struct topo_ospf *o)
{
	topo_ospf_if_fini(&o->ifs);
	for (size_t i = 0; i < o->n_areas; i++)
		ospf_area_keys.fini(&o->areas[i]);
	free(o->areas);
	free(o->redist);
}
