// SPDX-License-Identifier: GPL-3.0-or-later
/* Values of keys that a network knows: names, addresses, tc-netem's words. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/at.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"
#include "stack/util/err.h"

#define ERRLEN 160
#define WORDS_MAX 32                      /* of one netem value */

/* ---- names ---- */

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_char(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool name_ok(const char *s, size_t size, bool node, char err[ERRLEN])
{
	const char *what = node ? "node" : "interface";
	size_t len = strlen(s);

	if (len == 0 || len >= size) {
		snprintf(err, ERRLEN, "'%.40s' is no %s name; expected 1 to %zu characters",
			 s, what, size - 1);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (name_char(s[i]))
			continue;
		snprintf(err, ERRLEN, "'%.40s' is no %s name; expected letters, digits and . _ -",
			 s, what);
		return false;
	}
	if (!is_alpha(s[0])) {
		snprintf(err, ERRLEN, "'%.40s' is no %s name; expected a letter first", s, what);
		return false;
	}
	if (!node && strcmp(s, "lo") == 0) {
		snprintf(err, ERRLEN, "'lo' is the loopback interface; expected another name");
		return false;
	}
	return true;
}

static void ifname_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			 void *target)
{
	char *to = at(target, k->off);
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (!s)
		return;
	if (name_ok(s, TOPO_IF_MAX, false, err))
		memcpy(to, s, strlen(s) + 1);
	else
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
}

static void ifname_print(const struct topo *t, const struct ykey *k, const void *target,
			 struct buf *out)
{
	const char *s = in(target, k->off);

	(void)t;
	if (*s)
		print_quoted(s, out);
}

const struct ytype type_ifname = {
	.name = "an interface name", .parse = ifname_parse, .print = ifname_print,
	.schema = "{\"type\":\"string\",\"pattern\":\"^[A-Za-z][A-Za-z0-9._-]{0,14}$\"}",
};

/* The text stays in the tree. */
static void group_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			void *target)
{
	const char **to = at(target, k->off);
	const char *s = value_text(ld, k, n);

	if (s)
		*to = s;
}

const struct ytype type_nodename = {
	.name = "a name", .parse = group_parse, .schema = "{\"type\":\"string\"}",
};

/* ---- addresses ---- */

bool read_ip4_prefix(const char *s, struct prefix *p, char err[ERRLEN])
{
	if (strchr(s, ':')) {
		snprintf(err, ERRLEN, "'%.50s' is IPv6, which is not available yet; expected "
			 "A.B.C.D/LEN", s);
		return false;
	}
	if (prefix_parse(p, s) && p->addr.family == ADDR_IP4)
		return true;
	snprintf(err, ERRLEN, "'%.50s' is not A.B.C.D/LEN", s);
	return false;
}

bool host_addr_ok(const struct prefix *p, char err[ERRLEN])
{
	ip4_t a = p->addr.v4, host = a & ~ip4_mask(p->len);
	const char *why = NULL;
	char text[PREFIX_STRLEN];

	if (ip4_is_mcast(a))
		why = "is a multicast address";
	else if (ip4_is_class_e(a))
		why = "is reserved (class E)";
	else if (ip4_is_loopback(a) || a >> 24 == 0)
		why = "is not an address for a link";
	else if (p->len < 31 && host == 0)
		why = "is a network, not an address in it";
	else if (p->len < 31 && host == ~ip4_mask(p->len))
		why = "is the network's broadcast address";
	if (why)
		snprintf(err, ERRLEN, "%s %s", prefix_fmt(p, text), why);
	return !why;
}

/* One address on lo; a bare one is /32. */
static bool loopback_one(struct load *ld, const struct ykey *k, const struct ynode *n,
			 struct prefix *p)
{
	const char *s = value_text(ld, k, n);
	char err[ERRLEN];

	if (!s)
		return false;
	if (read_ip4_prefix(s, p, err) && host_addr_ok(p, err))
		return true;
	diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
	return false;
}

/* One prefix or a list of them. */
static void prefixes_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			   void *target)
{
	struct prefix **list = at(target, k->off);
	size_t *count = at(target, k->off_n), max = n->type == YNODE_LIST ? n->n : 1;
	struct prefix *p = mem_zalloc(max, sizeof(*p));

	free(*list);
	*list = p;
	*count = 0;
	if (n->type != YNODE_LIST)
		*count = loopback_one(ld, k, n, p);
	else
		for (size_t i = 0; i < n->n; i++)
			*count += loopback_one(ld, k, n->item[i], &p[*count]);
}

static void prefixes_print(const struct topo *t, const struct ykey *k, const void *target,
			   struct buf *out)
{
	struct prefix *const *list = in(target, k->off);
	const size_t *count = in(target, k->off_n);
	char text[PREFIX_STRLEN];

	(void)t;
	for (size_t i = 0; i < *count; i++)
		buf_printf(out, "%s%s%s", i ? ", " : "[", prefix_fmt(&(*list)[i], text),
			   i + 1 == *count ? "]" : "");
}

#define PREFIX_PATTERN "^([0-9]{1,3}[.]){3}[0-9]{1,3}(/[0-9]{1,2})?$"
#define PREFIX_SCHEMA "{\"type\":\"string\",\"pattern\":\"" PREFIX_PATTERN "\"}"

const struct ytype type_prefixes = {
	.name = "a prefix or a list of them", .parse = prefixes_parse, .print = prefixes_print,
	.schema = "{\"anyOf\":[" PREFIX_SCHEMA ",{\"type\":\"array\",\"items\":" PREFIX_SCHEMA
		  "}]}",
};

/* Where a route leads: a network, an address, or default. */
static void to_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	struct prefix *to = at(target, k->off), p = { .addr = addr_ip4(0) };
	const char *s = value_text(ld, k, n);
	char err[ERRLEN], text[PREFIX_STRLEN];
	ip4_t net;

	if (!s)
		return;
	if (strcmp(s, "default") != 0 && !read_ip4_prefix(s, &p, err)) {
		diag_error(ld->diag, n->pos, "%s: %s or default", k->key, err);
		return;
	}
	net = p.addr.v4 & ip4_mask(p.len);
	if (net != p.addr.v4) {
		p.addr.v4 = net;
		diag_error(ld->diag, n->pos, "%s: '%.40s' has bits set behind the prefix; did "
			   "you mean %s?", k->key, s, prefix_fmt(&p, text));
		return;
	}
	*to = p;
}

static void to_print(const struct topo *t, const struct ykey *k, const void *target,
		     struct buf *out)
{
	const struct prefix *p = in(target, k->off);
	char text[PREFIX_STRLEN];

	(void)t;
	buf_str(out, p->len ? prefix_fmt(p, text) : "default");
}

const struct ytype type_to = {
	.name = "a network or default", .parse = to_parse, .print = to_print,
	.schema = "{\"anyOf\":[{\"const\":\"default\"}," PREFIX_SCHEMA "]}",
};

static bool addr_read(struct load *ld, const struct ykey *k, const struct ynode *n,
		      struct addr *to)
{
	const char *s = value_text(ld, k, n);
	ip4_t a;

	if (!s)
		return false;
	if (ip4_parse(&a, s)) {
		*to = addr_ip4(a);
		return true;
	}
	diag_error(ld->diag, n->pos, "%s: '%.50s' is not an IPv4 address; expected A.B.C.D%s",
		   k->key, s, strchr(s, ':') ? " (IPv6 is not available yet)" : "");
	return false;
}

static void addr_parse_value(struct load *ld, const struct ykey *k, const struct ynode *n,
			     void *target)
{
	addr_read(ld, k, n, at(target, k->off));
}

static void addr_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const struct addr *a = in(target, k->off);
	char text[ADDR_STRLEN];

	(void)t;
	if (a->family != ADDR_NONE)
		buf_str(out, addr_fmt(a, text));
}

#define ADDR_SCHEMA "{\"type\":\"string\",\"format\":\"ipv4\"}"

const struct ytype type_addr = {
	.name = "an address", .parse = addr_parse_value, .print = addr_print,
	.schema = ADDR_SCHEMA,
};

static void gateway_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	struct node_build *b = target;

	if (addr_read(ld, k, n, &b->gateway))
		b->gateway_pos = n->pos;
}

const struct ytype type_gateway = {
	.name = "an address", .parse = gateway_parse, .schema = ADDR_SCHEMA,
};

/* ---- tc-netem's words; the key is the first of them ---- */

static int split_words(char *s, char *argv[])
{
	int argc = 0;

	while (argc < WORDS_MAX) {
		s += strspn(s, " \t\r\n");
		if (!*s)
			break;
		argv[argc++] = s;
		s += strcspn(s, " \t\r\n");
		if (*s)
			*s++ = '\0';
	}
	return argc;
}

/* The words of a value, in text that the caller frees.  A list of frame
 * numbers is one word with commas. */
static int netem_split(const struct ynode *n, const char *key, char **text, char *argv[])
{
	struct buf b = { 0 };

	buf_str(&b, key);
	for (size_t i = 0; i < n->n; i++)
		buf_printf(&b, "%c%s", i ? ',' : ' ', n->item[i]->text ? n->item[i]->text : "?");
	if (n->text)
		buf_printf(&b, " %s", n->text);
	*text = mem_or_die(buf_take(&b));
	return split_words(*text, argv);
}

/* Words of another key in this one's value would hide what the file says. */
static const char *netem_foreign(int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++)
		if (keys_find(&impair_keys, argv[i]))
			return argv[i];
	return NULL;
}

static void netem_value_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			      void *target)
{
	struct netem_spec *spec = at(target, k->off);
	char *argv[WORDS_MAX], *text, err[ERRLEN] = "";
	const char *foreign;
	bool list = n->type == YNODE_LIST && strcmp(k->key, "loss-list") == 0;
	int argc;

	if (!list && !value_text(ld, k, n))
		return;
	argc = netem_split(n, k->key, &text, argv);
	foreign = netem_foreign(argc, argv);
	if (foreign)
		diag_error(ld->diag, n->pos, "%s: found '%s', which is a key of its own", k->key,
			   foreign);
	else if (argc == WORDS_MAX)
		diag_error(ld->diag, n->pos, "%s: too many words", k->key);
	else if (netem_parse_part(spec, argc, argv, err) != OK)
		diag_error(ld->diag, n->pos, "%s", err);
	free(text);
}

#define PART(word, first, last) { word, offsetof(struct netem_spec, first), \
	offsetof(struct netem_spec, last) + sizeof(((struct netem_spec *)0)->last) }

/* The fields of a spec that a key stands for. */
static const struct netem_part {
	const char *key;
	size_t from, end;
} netem_parts[] = {
	PART("correlation", delay_corr, delay_corr),
	PART("distribution", dist, dist),
	PART("loss", loss, ge_k1),
	PART("loss-list", loss_list, loss_list_n),
	PART("corrupt", corrupt, corrupt),
	PART("duplicate", duplicate, duplicate),
	PART("reorder", reorder, reorder),
	PART("gap", gap, gap),
	PART("limit", limit, limit),
	PART("overhead", packet_overhead, cell_overhead),
};

/* What one key says of a spec, all else nothing: borrows its loss list. */
static struct netem_spec netem_only(const struct netem_spec *s, const char *key)
{
	struct netem_spec only = { 0 };

	for (size_t i = 0; i < N_ELEM(netem_parts); i++) {
		const struct netem_part *p = &netem_parts[i];

		if (strcmp(p->key, key) == 0)
			memcpy((char *)&only + p->from, (const char *)s + p->from,
			       p->end - p->from);
	}
	return only;
}

static void netem_value_print(const struct topo *t, const struct ykey *k, const void *target,
			      struct buf *out)
{
	const struct netem_spec *s = in(target, k->off);
	struct netem_spec only = netem_only(s, k->key);
	struct buf text = { 0 };
	size_t skip = strlen(k->key) + 1;

	(void)t;
	netem_print(&only, &text);
	if (text.len > skip)
		buf_str(out, text.s + skip);
	buf_free(&text);
}

#define NETEM_SCHEMA "{\"type\":[\"string\",\"integer\",\"array\"]}"

const struct ytype type_netem = {
	.name = "tc-netem's words", .parse = netem_value_parse, .print = netem_value_print,
	.schema = NETEM_SCHEMA,
};

/* The same words; shown as the time at off_n, 0 too. */
static void netem_time_print(const struct topo *t, const struct ykey *k, const void *target,
			     struct buf *out)
{
	const ns_t *v = in(target, k->off_n);

	(void)t;
	unit_time_fmt(*v, out);
}

const struct ytype type_netem_time = {
	.name = "a time such as 5ms", .parse = netem_value_parse, .print = netem_time_print,
	.schema = NETEM_SCHEMA,
};
