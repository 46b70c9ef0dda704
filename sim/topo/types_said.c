// SPDX-License-Identifier: GPL-3.0-or-later
/* Values that may be left unsaid, so that another layer's hold. */
#include "sim/topo/at.h"
#include "sim/topo/keys.h"

void value_unset(struct load *ld, const struct ykey *k, void *target)
{
	uint32_t *to = at(target, k->off);

	(void)ld;
	*to = TOPO_UNSET;
}

static void u32_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	type_u32.parse(ld, k, n, target);
}

static void u32_print(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out)
{
	const uint32_t *v = in(target, k->off);

	if (*v != TOPO_UNSET)
		type_u32.print(t, k, target, out);
}

const struct ytype type_said_u32 = {
	.name = "a whole number", .parse = u32_parse, .print = u32_print, .init = value_unset,
	.schema = "{\"type\":\"integer\",\"minimum\":0}",
};

static void bool_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	uint32_t *to = at(target, k->off);
	int v = value_bool(ld, k, n);

	if (v >= 0)
		*to = (uint32_t)v;
}

static void bool_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint32_t *v = in(target, k->off);

	(void)t;
	if (*v != TOPO_UNSET)
		buf_str(out, *v ? "true" : "false");
}

const struct ytype type_said_bool = {
	.name = "true or false", .parse = bool_parse, .print = bool_print, .init = value_unset,
	.schema = "{\"type\":\"boolean\"}",
};

static void word_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	type_enum.parse(ld, k, n, target);
}

static void word_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint32_t *v = in(target, k->off);

	if (*v != TOPO_UNSET)
		type_enum.print(t, k, target, out);
}

const struct ytype type_said_word = {
	.name = "a word", .parse = word_parse, .print = word_print, .init = value_unset,
};

static void time_init(struct load *ld, const struct ykey *k, void *target)
{
	ns_t *to = at(target, k->off);

	(void)ld;
	*to = -1;
}

static void time_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	type_time.parse(ld, k, n, target);
}

static void time_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	type_time.print(t, k, target, out);
}

const struct ytype type_said_time = {
	.name = "a time such as 50ms", .parse = time_parse, .print = time_print,
	.init = time_init,
	.schema = "{\"anyOf\":[{\"type\":\"string\",\"pattern\":"
		  "\"^(0|[0-9]+([.][0-9]+)?(ns|us|ms|s|m|h))$\"},{\"const\":0}]}",
};

static void rate_init(struct load *ld, const struct ykey *k, void *target)
{
	uint64_t *to = at(target, k->off);

	(void)ld;
	*to = 0;
}

static void rate_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	type_rate.parse(ld, k, n, target);
}

static void rate_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const uint64_t *v = in(target, k->off);

	if (*v)
		type_rate.print(t, k, target, out);
}

const struct ytype type_said_rate = {
	.name = "a rate such as 100mbit", .parse = rate_parse, .print = rate_print,
	.init = rate_init,
	.schema = "{\"type\":\"string\",\"pattern\":\"^[0-9]+([.][0-9]+)?[kmgt]?bit$\"}",
};
