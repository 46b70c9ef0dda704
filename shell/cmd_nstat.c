// SPDX-License-Identifier: GPL-3.0-or-later
/* nstat: a host's counters as nstat(8) of iproute2 shows them, those that rose since it
 * was asked last. */
#include <fnmatch.h>

#include "shell/state.h"
#include "shell/table.h"

/* The words in front that begin with '-'; how many.  ~i: the i-th is none that nstat has. */
static int flags_read(char *const *v, int n, struct nstat_flags *f)
{
	int i;

	for (i = 0; i < n && v[i][0] == '-'; i++)
		if (!nstat_flags_read(v[i], f))
			return ~i;
	return i;
}

/* No patterns: all; else any of them, in any case of letters, as nstat does. */
static bool is_asked(const char *name, char *const *patterns, int n)
{
	for (int i = 0; i < n; i++)
		if (fnmatch(patterns[i], name, FNM_CASEFOLD) == 0)
			return true;
	return n == 0;
}

/* {NAME: VALUE} of what there is now. */
static json_t *counters_now(const struct stack *st)
{
	json_t *o = json_object();

	for (unsigned n = 0; nstat_name(n); n++)
		jset(o, nstat_name(n), json_integer((json_int_t)nstat_value(st, n)));
	return o;
}

/* What rose since `seen`; a node that began anew has counted from 0. */
static json_int_t risen(const json_t *seen, const char *name, json_int_t now)
{
	json_int_t then = jint(seen, name);

	return now < then ? now : now - then;
}

static json_t *report(const json_t *now, const json_t *seen, char *const *patterns, int n,
		      bool zeros)
{
	json_t *out = json_object();

	for (unsigned i = 0; nstat_name(i); i++) {
		const char *name = nstat_name(i);
		json_int_t v = risen(seen, name, jint(now, name));

		if ((v || zeros) && is_asked(name, patterns, n))
			jset(out, name, json_integer(v));
	}
	return out;
}

static int nstat_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct nstat_flags f = { 0 };
	json_t *now, *seen;
	int n, from;
	char *const *v;

	if (!st)
		return 1;
	v = args_rest(a, &n);
	from = flags_read(v, n, &f);
	if (from < 0)
		return shell_error(sh, "nstat: expected -a, -n, -r, -s or -z, found '%s'",
				   v[~from]);
	if (!sh->nstat)
		sh->nstat = json_object();
	now = counters_now(st);
	seen = f.absolute || f.reset ? NULL : json_object_get(sh->nstat, node_name(a->node));
	shell_result(sh, f.silent ? json_object() :
			 report(now, seen, v + from, n - from, f.zeros));
	if (f.keep)
		json_decref(now);
	else
		jset(sh->nstat, node_name(a->node), now);
	return 0;
}

static void nstat_print(struct shell *sh, const struct args *a, const json_t *all)
{
	struct nstat_flags f = { 0 };
	struct buf text = { 0 };
	char *const *w;
	int n;

	w = args_rest(a, &n);
	flags_read(w, n, &f);
	if (f.silent)
		return;
	buf_str(&text, "#kernel\n");
	for (unsigned i = 0; nstat_name(i); i++)
		if (json_object_get(all, nstat_name(i)))
			nstat_line(&text, i, (uint64_t)jint(all, nstat_name(i)));
	shell_write(sh, text.s, text.len);
	buf_free(&text);
}

const struct cmd cmds_nstat[] = {
	{ .name = "nstat", .args = "[PATTERN:rest]", .rest_words = "-a -n -r -s -z",
	  .flags = CMD_NODE, .run = nstat_run, .print = nstat_print,
	  .help = "a host's counters that rose since it was asked last" },
	{ 0 },
};
