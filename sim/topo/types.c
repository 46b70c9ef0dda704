// SPDX-License-Identifier: GPL-3.0-or-later
/* What the value of a key can be: how it is read, shown and described. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/topo/at.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"
#include "stack/util/err.h"

#define ERRLEN 160

const char *value_text(struct load *ld, const struct ykey *k, const struct ynode *n)
{
	if (n->type == YNODE_SCALAR && !ynode_is_null(n))
		return n->text;
	diag_error(ld->diag, n->pos, "%s: expected %s, found %s", k->key, k->type->name,
		   ynode_what(n));
	return NULL;
}

/* ---- text ---- */

static void text_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	char **to = at(target, k->off);
	const char *s = value_text(ld, k, n);

	if (!s)
		return;
	if (!*s) {
		diag_error(ld->diag, n->pos, "%s: expected %s, found an empty one", k->key,
			   k->type->name);
		return;
	}
	free(*to);
	*to = mem_strdup(s);
}

static void text_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	char *const *s = in(target, k->off);

	(void)t;
	if (*s)
		print_quoted(*s, out);
}

const struct ytype type_text = {
	.name = "a text", .parse = text_parse, .print = text_print,
	.schema = "{\"type\":[\"string\",\"number\",\"boolean\"]}",
};

/* ---- true and false ---- */

/* -1: neither. */
static int bool_of(const char *s)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (int i = 0; i < (int)N_ELEM(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return i & 1;
	return -1;
}

int value_bool(struct load *ld, const struct ykey *k, const struct ynode *n)
{
	const char *s = value_text(ld, k, n);
	int v = s ? bool_of(s) : -1;

	if (s && v < 0)
		diag_error(ld->diag, n->pos, "%s: '%s' is neither true nor false", k->key, s);
	return v;
}

static void bool_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	bool *to = at(target, k->off);
	int v = value_bool(ld, k, n);

	if (v >= 0)
		*to = v;
}

static void bool_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const bool *v = in(target, k->off);

	(void)t;
	buf_str(out, *v ? "true" : "false");
}

const struct ytype type_bool = {
	.name = "true or false", .parse = bool_parse, .print = bool_print,
	.schema = "{\"type\":\"boolean\"}",
};

/* Three-valued while layers are laid on one another: routers forward unless
 * told otherwise, hosts the other way around. */
static void forward_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	struct node_build *b = target;
	int v = value_bool(ld, k, n);

	if (v >= 0)
		b->forward = v ? FORWARD_YES : FORWARD_NO;
}

static void forward_print(const struct topo *t, const struct ykey *k, const void *target,
			  struct buf *out)
{
	const struct topo_node *n = target;

	(void)t, (void)k;
	if (n->kind != NODE_HUB && n->forward != (n->kind == NODE_ROUTER))
		buf_str(out, n->forward ? "true" : "false");
}

const struct ytype type_forward = {
	.name = "true or false", .parse = forward_parse, .print = forward_print,
	.schema = "{\"type\":\"boolean\"}",
};

/* ---- numbers ---- */

static bool digits_read(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (*s < '0' || *s > '9' || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

static bool number_read(struct load *ld, const struct ykey *k, const struct ynode *n,
			uint64_t max, uint64_t *out)
{
	const char *s = value_text(ld, k, n);
	uint64_t v;

	max = k->max ? k->max : max;
	if (!s)
		return false;
	if (!digits_read(s, max, &v) || v < k->min) {
		diag_error(ld->diag, n->pos, "%s: '%s' is not a whole number from %" PRIu64
			   " to %" PRIu64, k->key, s, k->min, max);
		return false;
	}
	*out = v;
	return true;
}

static void u32_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	uint32_t *to = at(target, k->off);
	uint64_t v;

	if (number_read(ld, k, n, UINT32_MAX, &v))
		*to = (uint32_t)v;
}

static void u32_print(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out)
{
	const uint32_t *v = in(target, k->off);

	(void)t;
	buf_printf(out, "%" PRIu32, *v);
}

const struct ytype type_u32 = {
	.name = "a whole number", .parse = u32_parse, .print = u32_print,
	.schema = "{\"type\":\"integer\",\"minimum\":0}",
};

static void u64_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	uint64_t *to = at(target, k->off);

	number_read(ld, k, n, UINT64_MAX, to);
}

static void u64_print(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out)
{
	const uint64_t *v = in(target, k->off);

	(void)t;
	buf_printf(out, "%" PRIu64, *v);
}

const struct ytype type_u64 = {
	.name = "a whole number", .parse = u64_parse, .print = u64_print,
	.schema = "{\"type\":\"integer\",\"minimum\":0}",
};

static void version_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	const char *s = value_text(ld, k, n);

	(void)target;
	if (s && strcmp(s, "1") != 0)
		diag_error(ld->diag, n->pos, "version: '%s' is not known; expected 1", s);
}

const struct ytype type_version = {
	.name = "1", .parse = version_parse, .schema = "{\"const\":1}",
};

/* Points with up to three places, kept in thousandths. */
static bool points_read(const char *s, uint32_t *out)
{
	uint64_t v = 0;
	unsigned places = 0;
	bool point = false;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s; s++) {
		if (*s == '.' && !point && s[1]) {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9' || v > 1000000000 || (places += point) > 3)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	for (; places < 3; places++)
		v *= 10;
	*out = (uint32_t)v;
	return v <= 1000000000;
}

static void points_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			 void *target)
{
	uint32_t *to = at(target, k->off);
	const char *s = value_text(ld, k, n);
	uint32_t v;

	if (!s)
		return;
	if (points_read(s, &v))
		*to = v;
	else
		diag_error(ld->diag, n->pos, "%s: '%s' is not a number of points; expected one "
			   "such as 1 or 0.5, with at most three places", k->key, s);
}

static void points_print(const struct topo *t, const struct ykey *k, const void *target,
			 struct buf *out)
{
	const uint32_t *v = in(target, k->off);
	uint32_t frac = *v % 1000;
	int places = frac % 10 ? 3 : frac % 100 ? 2 : 1;

	(void)t;
	buf_printf(out, "%" PRIu32, *v / 1000);
	if (frac)
		buf_printf(out, ".%0*" PRIu32, places,
			   places == 3 ? frac : places == 2 ? frac / 10 : frac / 100);
}

const struct ytype type_points = {
	.name = "a number of points", .parse = points_parse, .print = points_print,
	.schema = "{\"type\":\"number\",\"minimum\":0,\"maximum\":1000000,"
		  "\"multipleOf\":0.001}",
};

/* ---- values with a unit ---- */

static void time_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	ns_t *to = at(target, k->off);
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (s && unit_time(s, to, err) != OK)
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
}

/* A negative time is one that was not given. */
static void time_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const ns_t *v = in(target, k->off);

	(void)t;
	if (*v >= 0)
		unit_time_fmt(*v, out);
}

#define TIME_PATTERN "^(0|[0-9]+([.][0-9]+)?(ns|us|ms|s|m|h))$"

const struct ytype type_time = {
	.name = "a time such as 1.5ms", .parse = time_parse, .print = time_print,
	.schema = "{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"" TIME_PATTERN "\"},"
		  "{\"const\":0}]}",
};

/* "converged", or a limit within which the check must become true. */
static void wait_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	struct topo_check *c = target;
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (!s)
		return;
	if (strcmp(s, "converged") == 0)
		c->wait_converged = true;
	else if (unit_time(s, &c->wait, err) != OK)
		diag_error(ld->diag, n->pos, "%s: %s, or the word converged", k->key, err);
}

static void wait_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const struct topo_check *c = target;

	if (c->wait_converged)
		buf_str(out, "converged");
	else
		time_print(t, k, target, out);
}

const struct ytype type_wait = {
	.name = "converged or a time", .parse = wait_parse, .print = wait_print,
	.schema = "{\"anyOf\":[{\"const\":\"converged\"},{\"type\":\"string\",\"pattern\":\""
		  TIME_PATTERN "\"}]}",
};

static void rate_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	uint64_t *to = at(target, k->off);
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (s && unit_rate(s, to, err) != OK)
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
}

static void rate_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint64_t *v = in(target, k->off);

	(void)t;
	unit_rate_fmt(*v, out);
}

const struct ytype type_rate = {
	.name = "a rate such as 10mbit", .parse = rate_parse, .print = rate_print,
	.schema = "{\"anyOf\":[{\"type\":\"string\",\"pattern\":"
		  "\"^(0|[0-9]+([.][0-9]+)?[kmgt]?bit)$\"},{\"const\":0}]}",
};

/* Two fields: bytes at off, frames at off_n. */
static void size_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	uint64_t *bytes = at(target, k->off);
	uint32_t *pkts = at(target, k->off_n);
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (s && unit_size(s, bytes, pkts, err) != OK)
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
}

static void size_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint64_t *bytes = in(target, k->off);
	const uint32_t *pkts = in(target, k->off_n);

	(void)t;
	if (*pkts)
		buf_printf(out, "%" PRIu32 "p", *pkts);
	else if (*bytes && *bytes % (1024 * 1024) == 0)
		buf_printf(out, "%" PRIu64 "mb", *bytes / (1024 * 1024));
	else if (*bytes && *bytes % 1024 == 0)
		buf_printf(out, "%" PRIu64 "kb", *bytes / 1024);
	else
		buf_printf(out, "%" PRIu64 "b", *bytes);
}

const struct ytype type_size = {
	.name = "a size such as 64kb or 100p", .parse = size_parse, .print = size_print,
	.schema = "{\"anyOf\":[{\"type\":\"string\",\"pattern\":"
		  "\"^(0|[0-9]+([.][0-9]+)?[kmg]?b|[0-9]+p)$\"},{\"const\":0}]}",
};

/* ---- one of some words ---- */

static size_t words_count(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

static void enum_refuse(struct load *ld, const struct ykey *k, const struct ynode *n)
{
	size_t count = words_count(k->words), later = words_count(k->later);
	struct buf want = { 0 };
	char hint[80];

	for (size_t i = 0; i < count; i++)
		buf_printf(&want, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", k->words[i]);
	for (size_t i = 0; i < later; i++) {
		if (strcmp(k->later[i], n->text) != 0)
			continue;
		diag_error(ld->diag, n->pos, "%s: '%s' %s; expected %s", k->key, n->text,
			   k->later_text, want.s);
		buf_free(&want);
		return;
	}
	diag_error(ld->diag, n->pos, "%s: '%s' is unknown; expected %s%s", k->key, n->text,
		   want.s, diag_hint(hint, n->text, k->words, count));
	buf_free(&want);
}

/* The field is a C enum whose values are the places of its words. */
static void enum_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	unsigned *to = at(target, k->off);
	const char *s = value_text(ld, k, n);

	if (!s)
		return;
	for (unsigned i = 0; k->words[i]; i++) {
		if (strcmp(k->words[i], s) == 0) {
			*to = i;
			return;
		}
	}
	enum_refuse(ld, k, n);
}

static void enum_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const unsigned *v = in(target, k->off);

	(void)t;
	buf_str(out, k->words[*v]);
}

const struct ytype type_enum = {
	.name = "a word", .parse = enum_parse, .print = enum_print,
};

/* Three-valued, too: routers run OSPF unless told otherwise. */
static void routing_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	struct node_build *b = target;
	size_t errors = ld->diag->n;

	type_enum.parse(ld, k, n, target);
	b->routing_said |= ld->diag->n == errors;
}

static void routing_print(const struct topo *t, const struct ykey *k, const void *target,
			  struct buf *out)
{
	const struct topo_node *n = target;

	if (n->routing != topo_routing_of(n->kind))
		type_enum.print(t, k, target, out);
}

const struct ytype type_routing = {
	.name = "a word", .parse = routing_parse, .print = routing_print,
};
