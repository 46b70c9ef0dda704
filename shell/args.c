// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/cmd.h"
#include "sim/sim.h"
#include "stack/util/cc.h"

/* "default" is 0.0.0.0/0; a bare address is a host. */
static bool parse_prefix(const char *s, struct prefix *out)
{
	if (strcmp(s, "default") != 0)
		return prefix_parse(out, s);
	*out = (struct prefix){ .addr = addr_ip4(IP4_ANY) };
	return true;
}

static bool new_end_ok(struct lab *lab, const char *s)
{
	char name[TOPO_NAME_MAX];
	size_t n = strcspn(s, ":");

	if (lab_find_node(lab, s))
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)n, s);
	return n < sizeof(name) && s[n] && s[n + 1] && lab_find_node(lab, name);
}

static struct node *end_parse(struct lab *lab, const char *s, const char **iface)
{
	struct node *n = lab_find_node(lab, s);
	const char *colon = strchr(s, ':');
	enum link_side side;
	char name[64];

	*iface = NULL;
	if (n || !colon || (size_t)(colon - s) >= sizeof(name))
		return n;
	memcpy(name, s, (size_t)(colon - s));
	name[colon - s] = '\0';
	n = lab_find_node(lab, name);
	if (!n || !lab_link_at(lab, n, colon + 1, &side))
		return NULL;
	*iface = colon + 1;
	return n;
}

bool args_type_ok(void *ctx, const struct walk *w, const struct gram_ins *arg, const char *word)
{
	const struct args_types *t = ctx;
	const char *iface;
	struct prefix p;
	struct addr addr;
	struct mac mac;
	unsigned long long n;
	long long ns;

	(void)w;
	switch (arg->type) {
	case ARG_NODE:   return lab_find_node(t->lab, word) != NULL;
	case ARG_END:    return end_parse(t->lab, word, &iface) ||
				(t->any_end && new_end_ok(t->lab, word));
	case ARG_NEW_END: return new_end_ok(t->lab, word);
	case ARG_ADDR:   return lab_resolve(t->lab, word, &addr);
	case ARG_PREFIX: return parse_prefix(word, &p);
	case ARG_MAC:    return mac_parse(&mac, word);
	case ARG_TIME:   return word_ns(word, false, &ns);
	case ARG_SECS:   return word_ns(word, true, &ns);
	case ARG_COUNT:  return word_u64(word, &n);
	default:         return true;
	}
}

const char *arg_type_text(enum arg_type t)
{
	static const char *const text[ARG_N] = {
		[ARG_WORD] = "a word",
		[ARG_NODE] = "a node",
		[ARG_IFACE] = "an interface",
		[ARG_END] = "a node or NODE:INTERFACE",
		[ARG_NEW_END] = "a node or NODE:INTERFACE",
		[ARG_ADDR] = "an address or a node",
		[ARG_PREFIX] = "A.B.C.D/LEN, or default",
		[ARG_MAC] = "a MAC address",
		[ARG_TIME] = "a time with its unit (ns us ms s m h)",
		[ARG_SECS] = "seconds, or a time with its unit",
		[ARG_COUNT] = "a number",
		[ARG_FILE] = "a file",
		[ARG_REST] = "arguments",
		[ARG_LINE] = "a command",
	};

	return text[t];
}

static bool bind_is(const struct gram_bind *b, const char *name, enum gram_op op)
{
	return b->ins->op == op && strlen(name) == b->ins->len &&
		memcmp(name, b->ins->s, b->ins->len) == 0;
}

static const char *args_last(const struct args *a, const char *name, enum gram_op op)
{
	for (int i = a->n - 1; i >= 0; i--)
		if (bind_is(&a->bind[i], name, op))
			return a->words->v[a->bind[i].word];
	return NULL;
}

const char *args_word(const struct args *a, const char *name)
{
	return args_last(a, name, GRAM_ARG);
}

bool args_has(const struct args *a, const char *keyword)
{
	return args_last(a, keyword, GRAM_KEY) != NULL;
}

bool args_option(const struct args *a, const char *options)
{
	int end = a->rest_at < 0 ? a->words->n : a->rest_at;

	for (int i = a->from; i < end; i++)
		if (a->words->v[i][0] == '-' && word_listed(options, a->words->v[i]))
			return true;
	return false;
}

struct node *args_node(const struct args *a, const char *name)
{
	const char *s = args_word(a, name);

	return s ? lab_find_node(a->lab, s) : NULL;
}

struct node *args_end(const struct args *a, const char *name, const char **iface)
{
	const char *s = args_word(a, name);

	*iface = NULL;
	return s ? end_parse(a->lab, s, iface) : NULL;
}

bool args_addr(const struct args *a, const char *name, struct addr *out)
{
	const char *s = args_word(a, name);

	return s && lab_resolve(a->lab, s, out);
}

bool args_prefix(const struct args *a, const char *name, struct prefix *out)
{
	const char *s = args_word(a, name);

	return s && parse_prefix(s, out);
}

bool args_mac(const struct args *a, const char *name, struct mac *out)
{
	const char *s = args_word(a, name);

	return s && mac_parse(out, s);
}

ns_t args_ns(const struct args *a, const char *name, ns_t def)
{
	const char *s = args_word(a, name);
	long long ns;

	return s && word_ns(s, true, &ns) ? ns : def;
}

uint64_t args_count(const struct args *a, const char *name, uint64_t def)
{
	const char *s = args_word(a, name);
	unsigned long long n;

	return s && word_u64(s, &n) ? n : def;
}

char *const *args_rest(const struct args *a, int *n)
{
	int at = a->rest_at < 0 ? a->words->n : a->rest_at;

	*n = a->words->n - at;
	return a->words->v + at;
}

bool args_line(const struct args *a, struct buf *out)
{
	size_t from = a->rest_at < 0 ? a->words->end : a->words->at[a->rest_at];

	buf_add(out, a->words->line + from, a->words->end - from);
	return !out->bad;
}
