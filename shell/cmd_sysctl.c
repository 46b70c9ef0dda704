// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/offer.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* sysctl: a host's tunables, by Linux's names. */

static json_t *numbers_json(const int64_t *v, unsigned n)
{
	json_t *all = json_array();

	if (n == 1) {
		json_decref(all);
		return json_integer(v[0]);
	}
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(all, json_integer(v[i]));
	return all;
}

static json_t *key_json(const struct sysctl *key, struct stack *st)
{
	json_t *o = json_pack("{s:s}", "name", sysctl_name(key));
	int64_t v[SYSCTL_NUMBERS_MAX], min[SYSCTL_NUMBERS_MAX], max[SYSCTL_NUMBERS_MAX];
	unsigned n = sysctl_numbers(key, st, v);
	char text[SYSCTL_TEXT_MAX];

	if (n) {
		jset(o, "value", numbers_json(v, n));
		sysctl_numbers(key, NULL, v);
		for (unsigned i = 0; i < n; i++)
			sysctl_bounds(key, i, &min[i], &max[i]);
		jset(o, "default", numbers_json(v, n));
		jset(o, "min", numbers_json(min, n));
		jset(o, "max", numbers_json(max, n));
	} else {
		jset_str(o, "value", sysctl_value(key, st, text));
	}
	jset_str(o, "help", sysctl_help(key));
	return o;
}

/* The words in front that begin with '-'; how many.  ~i: the i-th is none that sysctl has. */
struct sysctl_flags { bool all, quiet, values; };

static int flags_read(char *const *v, int n, struct sysctl_flags *f)
{
	int i;

	for (i = 0; i < n && v[i][0] == '-'; i++)
		for (const char *c = v[i] + 1; *c; c++)
			switch (*c) {
			case 'a': f->all = true; break;
			case 'q': f->quiet = true; break;
			case 'n': f->values = true; break;
			case 'w': break;          /* a value is set where there is one */
			default:  return ~i;
			}
	return i;
}

static int not_found(struct shell *sh, struct stack *st, const char *name)
{
	char interface[SYSCTL_TEXT_MAX];
	const struct sysctl *key = sysctl_of_interface(name, interface);

	if (!key)
		return shell_error(sh, "sysctl: there is no key '%s'; 'sysctl -a' lists them",
				   name);
	if (!stack_dev(st, interface))
		return shell_error(sh, "sysctl: %s: there is no interface '%s'", name, interface);
	return shell_error(sh, "sysctl: %s: no interface has one of its own, expected %s for all",
			   name, sysctl_name(key));
}

/* NAME or NAME=VALUE. */
static int one(struct shell *sh, struct stack *st, const char *word, json_t *all)
{
	size_t len = strcspn(word, "=");
	char name[SHELL_NAME_MAX], err[128];
	const struct sysctl *key;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	key = sysctl_find(name);
	if (!key)
		return not_found(sh, st, name);
	if (word[len] && !sysctl_set(key, st, word + len + 1, err))
		return shell_error(sh, "sysctl: setting key \"%s\": Invalid argument: %s",
				   sysctl_name(key), err);
	json_array_append_new(all, key_json(key, st));
	return 0;
}

static int sysctl_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct sysctl_flags f = { 0 };
	int n, from, status = 0;
	char *const *v;
	json_t *all;

	if (!st)
		return 1;
	v = args_rest(a, &n);
	from = flags_read(v, n, &f);
	if (from < 0)
		return shell_error(sh, "sysctl: expected -a, -n, -q or -w, found '%s'", v[~from]);
	all = json_array();
	for (unsigned i = 0; (f.all || !n) && sysctl_nth(i); i++)
		json_array_append_new(all, key_json(sysctl_nth(i), st));
	for (int i = from; i < n; i++)
		status |= one(sh, st, v[i], all);
	if (f.quiet)
		json_array_clear(all);
	shell_result(sh, all);
	return status;
}

static void value_print(struct shell *sh, const json_t *v)
{
	const json_t *n;
	size_t i;

	if (json_is_string(v))
		shell_printf(sh, "%s", json_string_value(v));
	else if (json_is_integer(v))
		shell_printf(sh, "%lld", (long long)json_integer_value(v));
	json_array_foreach(v, i, n)
		shell_printf(sh, "%s%lld", i ? "\t" : "", (long long)json_integer_value(n));
}

static void sysctl_print(struct shell *sh, const struct args *a, const json_t *all)
{
	struct sysctl_flags f = { 0 };
	char *const *v;
	const json_t *o;
	size_t i;
	int n;

	v = args_rest(a, &n);
	flags_read(v, n, &f);
	json_array_foreach(all, i, o) {
		if (!f.values)
			shell_printf(sh, "%s = ", jstr(o, "name"));
		value_print(sh, json_object_get(o, "value"));
		shell_printf(sh, "\n");
	}
}

#define FEW_VALUES 4              /* so many at most are listed behind NAME= */

static void offer_values(const struct offer *o, const struct sysctl *key, const char *name)
{
	char value[SHELL_NAME_MAX + SYSCTL_TEXT_MAX];
	const char *word;
	int64_t min, max;

	for (unsigned i = 0; (word = sysctl_word(key, i)); i++) {
		snprintf(value, sizeof(value), "%s=%s", name, word);
		o->add(o->ctx, value);
	}
	if (sysctl_numbers(key, NULL, NULL) != 1)
		return;
	sysctl_bounds(key, 0, &min, &max);
	for (int64_t v = min; max - min < FEW_VALUES && v <= max; v++) {
		snprintf(value, sizeof(value), "%s=%lld", name, (long long)v);
		o->add(o->ctx, value);
	}
}

/* Its full name; the short one for who began with that; behind = the values. */
void offer_options(const struct offer *o)
{
	bool full = !*o->typed || strpbrk(o->typed, "./") ||
		    strncmp("net", o->typed, strlen(o->typed)) == 0;
	const struct sysctl *key;

	for (unsigned i = 0; (key = sysctl_nth(i)); i++) {
		const char *path = sysctl_name(key), *name = full ? path : strrchr(path, '.') + 1;

		if (strchr(o->typed, '='))
			offer_values(o, key, name);
		else
			o->add(o->ctx, name);
	}
}

const struct cmd cmds_sysctl[] = {
	{ .name = "sysctl", .args = "[NAME:rest]", .rest_words = "-a -n -q -w",
	  .flags = CMD_NODE, .run = sysctl_run, .print = sysctl_print,
	  .help = "show or set (NAME=VALUE) a host's tunables" },
	{ 0 },
};
