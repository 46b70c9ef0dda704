// SPDX-License-Identifier: GPL-3.0-or-later
/* sysctls of a node: Linux's keys and their values. */
#include <stdlib.h>
#include <string.h>

#include "sim/sysctl.h"
#include "sim/topo/at.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

static void no_such_key(struct load *ld, const struct ykey *k, const struct ynode *name)
{
	bool path = strpbrk(name->text, "./") != NULL;
	const struct sysctl *key;
	const char *words[128];
	char hint[80];
	size_t n = 0;

	for (unsigned i = 0; (key = sysctl_nth(i)) && n < N_ELEM(words); i++)
		words[n++] = path ? sysctl_name(key) : strrchr(sysctl_name(key), '.') + 1;
	diag_error(ld->diag, name->pos, "%s: there is no key '%.60s'%s", k->key, name->text,
		   diag_hint(hint, name->text, words, n));
}

static bool is_value(const struct ynode *n)
{
	return n->type == YNODE_SCALAR && !ynode_is_null(n);
}

/* One number or word, several in one text, or a list of them.  False: it is none of these. */
static bool value_read(const struct ynode *n, struct buf *out)
{
	bool ok = n->type == YNODE_LIST || is_value(n);

	buf_str(out, n->type == YNODE_SCALAR ? n->text : "");
	for (size_t i = 0; i < n->n && ok; i++) {
		ok = is_value(n->item[i]);
		buf_printf(out, "%s%s", i ? " " : "", ok ? n->item[i]->text : "");
	}
	return ok;
}

void topo_sysctl_put(struct topo_node *n, const struct sysctl *key, const char *value)
{
	struct topo_sysctl *s = n->sysctls;
	size_t i = 0;

	while (i < n->n_sysctls && s[i].key != key)
		i++;
	if (i == n->n_sysctls)
		s = n->sysctls = mem_grow(s, ++n->n_sysctls, sizeof(*s));
	if (sysctl_has(key, OPT_TCP_PROFILE)) {   /* it sets others, which may be set again */
		memmove(&s[1], &s[0], i * sizeof(*s));
		i = 0;
	}
	s[i].key = key;
	snprintf(s[i].value, sizeof(s[i].value), "%s", value);
}

static void one_parse(struct load *ld, const struct ykey *k, const struct ynode *name,
		      const struct ynode *n, struct topo_node *to)
{
	const struct sysctl *key = sysctl_find(name->text);
	struct buf value = { 0 };
	char err[128];

	if (!key)
		no_such_key(ld, k, name);
	else if (!value_read(n, &value))
		diag_error(ld->diag, n->pos, "%s: %s: expected numbers or a word, found %s", k->key,
			   sysctl_name(key), ynode_what(n));
	else if (value.len >= SYSCTL_TEXT_MAX)
		diag_error(ld->diag, n->pos, "%s: %s: the value is too long", k->key,
			   sysctl_name(key));
	else if (!sysctl_set(key, NULL, value.s, err))
		diag_error(ld->diag, n->pos, "%s: %s: %s, found '%s'", k->key, sysctl_name(key),
			   err, value.s);
	else
		topo_sysctl_put(to, key, value.s);
	buf_free(&value);
}

/* A later layer changes the keys that it names. */
static void sysctls_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	struct topo_node *to = target;

	if (n->type != YNODE_MAP) {
		diag_error(ld->diag, n->pos, "%s: expected a map of keys, found %s", k->key,
			   ynode_what(n));
		return;
	}
	for (size_t i = 0; i + 1 < n->n; i += 2)
		one_parse(ld, k, n->item[i], n->item[i + 1], to);
}

static void sysctls_print(const struct topo *t, const struct ykey *k, const void *target,
			  struct buf *out)
{
	const struct topo_node *n = target;

	(void)t, (void)k;
	for (size_t i = 0; i < n->n_sysctls; i++) {
		buf_printf(out, "%s%s: ", i ? ", " : "{", sysctl_name(n->sysctls[i].key));
		print_quoted(n->sysctls[i].value, out);
	}
	buf_str(out, n->n_sysctls ? "}" : "");
}

const struct ytype type_sysctls = {
	.name = "a map of keys", .parse = sysctls_parse, .print = sysctls_print,
	.schema = "{\"type\":\"object\",\"additionalProperties\":{\"type\":"
		  "[\"integer\",\"string\",\"array\"]}}",
};
