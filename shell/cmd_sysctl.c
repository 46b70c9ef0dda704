// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/offer.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* sysctl: a host's tunables.  Names are Linux's, with or without the path. */

struct option_row { const char *name; int64_t def, min, max; const char *help; };

static const struct option_row option_rows[] = {
#define X(name, str, def, min, max, help) [name] = { str, def, min, max, help },
	STACK_OPTIONS(X)
#undef X
};

/* Where Linux keeps an option, so that its full name is printed as sysctl does. */
static const char *option_path(int o)
{
	switch (o) {
	case OPT_SEND_REDIRECTS: case OPT_ACCEPT_REDIRECTS: case OPT_ACCEPT_SRCROUTE:
	case OPT_RP_FILTER: case OPT_BC_FORWARDING:
		return "net.ipv4.conf.all.";
	case OPT_NEIGH_REACHABLE: case OPT_NEIGH_RETRANS: case OPT_NEIGH_PROBES:
	case OPT_NEIGH_DELAY: case OPT_NEIGH_STALE: case OPT_NEIGH_QUEUE: case OPT_NEIGH_MAX:
		return "net.ipv4.neigh.default.";
	case OPT_RMEM:
		return "net.core.";
	default:
		return "net.ipv4.";
	}
}

/* "net.ipv4.ip_forward", "net/ipv4/conf/all/rp_filter": the last part counts. */
static int option_find(const char *name)
{
	const char *last = name;

	for (const char *s = name; *s; s++)
		if (*s == '.' || *s == '/')
			last = s + 1;
	if (strcmp(last, "forwarding") == 0)
		last = "ip_forward";
	return stack_option_find(last);
}

/* Decimal; bits are said as 0x402, too. */
static bool value_of(const char *text, unsigned long long *v)
{
	char *end;

	if (strncmp(text, "0x", 2) != 0)
		return word_u64(text, v);
	*v = strtoull(text + 2, &end, 16);
	return end > text + 2 && !*end;
}

static int option_set(struct shell *sh, struct stack *st, int o, const char *text)
{
	unsigned long long v;

	if (!value_of(text, &v) || v > INT64_MAX ||
	    stack_set_option(st, (enum stack_option)o, (int64_t)v) != OK)
		return shell_error(sh, "sysctl: setting key \"%s%s\": Invalid argument",
				   option_path(o), option_rows[o].name);
	return 0;
}

static json_t *option_json(struct stack *st, int o)
{
	const struct option_row *row = &option_rows[o];

	return json_pack("{s:s,s:I,s:I,s:I,s:I,s:s}", "name", row->name,
			 "value", (json_int_t)stack_option(st, (enum stack_option)o),
			 "default", (json_int_t)row->def, "min", (json_int_t)row->min,
			 "max", (json_int_t)row->max, "help", row->help);
}

/* The one option that is no number. */
#define KEY_NAME "tcp_fastopen_key"

static bool is_key(const char *name)
{
	size_t n = strlen(name), len = sizeof(KEY_NAME) - 1;

	return n >= len && strcmp(name + n - len, KEY_NAME) == 0 &&
	       (n == len || strchr("./", name[n - len - 1]));
}

static json_t *key_json(struct stack *st)
{
	char key[STACK_FASTOPEN_KEY_STRLEN];

	return json_pack("{s:s,s:s,s:s}", "name", KEY_NAME, "value", stack_fastopen_key(st, key),
			 "help", "of cookies (RFC 7413); after a comma one that is good, too");
}

static int key_set(struct shell *sh, struct stack *st, const char *text)
{
	if (stack_set_fastopen_key(st, text) == OK)
		return 0;
	return shell_error(sh, "sysctl: setting key \"" KEY_NAME "\": Invalid argument");
}

static int all_options(struct shell *sh, struct stack *st)
{
	json_t *all = json_array();

	for (int o = 0; o < OPT_N; o++)
		json_array_append_new(all, option_json(st, o));
	json_array_append_new(all, key_json(st));
	return shell_result(sh, all);
}

/* NAME, NAME=VALUE, or -w in front; several at once. */
static int sysctl_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	json_t *all;
	char *const *v;
	int n, status = 0;

	if (!st)
		return 1;
	v = args_rest(a, &n);
	if (!n || (n == 1 && strcmp(v[0], "-a") == 0))
		return all_options(sh, st);
	all = json_array();
	for (int i = strcmp(v[0], "-w") == 0; i < n; i++) {
		size_t len = strcspn(v[i], "=");
		char name[SHELL_NAME_MAX];
		int o;

		snprintf(name, sizeof(name), "%.*s", (int)len, v[i]);
		if (is_key(name)) {
			if (v[i][len] == '=')
				status |= key_set(sh, st, v[i] + len + 1);
			json_array_append_new(all, key_json(st));
			continue;
		}
		o = option_find(name);
		if (o < 0) {
			status = shell_error(sh, "sysctl: there is no option '%s'; "
					     "'sysctl -a' lists them", name);
			continue;
		}
		if (v[i][len] == '=')
			status |= option_set(sh, st, o, v[i] + len + 1);
		json_array_append_new(all, option_json(st, o));
	}
	shell_result(sh, all);
	return status;
}

static void sysctl_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *o;
	size_t i;

	(void)a;
	json_array_foreach(all, i, o) {
		const char *name = jstr(o, "name");
		const char *text = json_string_value(json_object_get(o, "value"));

		if (text)
			shell_printf(sh, "net.ipv4.%s = %s\n", name, text);
		else
			shell_printf(sh, "%s%s = %lld\n", option_path(stack_option_find(name)),
				     name, (long long)jint(o, "value"));
	}
}

#define FEW_VALUES 4              /* so many at most are listed behind NAME= */

/* Its full name; the short one for who began with that; behind = the values. */
void offer_options(const struct offer *o)
{
	const char *is = strchr(o->typed, '=');
	char name[2 * SHELL_NAME_MAX], value[3 * SHELL_NAME_MAX];

	for (int i = 0; i < OPT_N; i++) {
		const struct option_row *row = &option_rows[i];
		bool full = !*o->typed || strpbrk(o->typed, "./") ||
			    strncmp("net", o->typed, strlen(o->typed)) == 0;

		snprintf(name, sizeof(name), "%s%s", full ? option_path(i) : "", row->name);
		if (!is) {
			o->add(o->ctx, name);
			continue;
		}
		for (int64_t v = row->min; row->max - row->min < FEW_VALUES && v <= row->max; v++) {
			snprintf(value, sizeof(value), "%s=%lld", name, (long long)v);
			o->add(o->ctx, value);
		}
	}
}

const struct cmd cmds_sysctl[] = {
	{ .name = "sysctl", .args = "[NAME:rest]", .rest_words = "-a -w",
	  .flags = CMD_NODE, .run = sysctl_run, .print = sysctl_print,
	  .help = "show or set (NAME=VALUE) a host's tunables" },
	{ 0 },
};
