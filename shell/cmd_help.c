// SPDX-License-Identifier: GPL-3.0-or-later
#include <ctype.h>
#include <string.h>

#include "shell/complete.h"
#include "shell/state.h"
#include "shell/table.h"

/* help, list and ?: made from the same rows that parse the lines. */

#define WIDTH 78                  /* of the overview */
#define COLUMN 34                 /* where its second column begins */

/* The grammar as people read it: without the types of its arguments.  A
 * program's own usage line begins with its name, which is shown anyway. */
static void args_text(struct buf *b, const struct cmd *c)
{
	const char *s = c->flags & CMD_PROG ? c->text : c->args;
	size_t n = strlen(c->name);

	if (s && c->flags & CMD_PROG && strncmp(s, c->name, n) == 0 && s[n] == ' ')
		s += n + 1;
	buf_str(b, "");
	for (; s && *s; s++) {
		buf_putc(b, *s);
		if (!(c->flags & CMD_PROG) && isupper((unsigned char)*s) && s[1] == ':')
			s += 1 + strspn(s + 2, "abcdefghijklmnopqrstuvwxyz");
	}
}

static json_t *cmd_json(const struct cmd *c)
{
	json_t *o = json_object();
	struct buf args = { 0 };

	args_text(&args, c);
	jset_str(o, "command", c->name);
	jset_str(o, "arguments", args.s ? args.s : "");
	buf_free(&args);
	jset_str(o, "on", c->flags & CMD_LAB ? "lab" : "node");
	jset_str(o, "help", c->help ? c->help : "");
	if (c->text && !(c->flags & CMD_PROG))
		jset_str(o, "text", c->text);
	return o;
}

/* True if the word begins one of the spellings: "addr|address". */
static bool spells(const char *s, size_t len, const char *word, bool exact)
{
	size_t n = strlen(word);

	for (;;) {
		size_t k = strcspn(s, "|");

		k = k < len ? k : len;
		if ((exact ? n == k : n <= k) && memcmp(s, word, n) == 0)
			return true;
		if (k == len)
			return false;
		s += k + 1;
		len -= k + 1;
	}
}

/* True if the words that were asked for begin this command. */
static bool begins(const struct cmd *c, char *const *v, int n, bool exact)
{
	const char *s = c->name;

	for (int i = 0; i < n; i++) {
		size_t len = strcspn(s, " ");

		if (!spells(s, len, v[i], exact))
			return false;
		s += len + (s[len] == ' ');
		if (!*s && i + 1 < n)
			return false;
	}
	return true;
}

bool help_knows(const struct shell *sh, char *const *v, int n)
{
	for (size_t i = 0; i < sh->cmds.n; i++)
		if (!(sh->cmds.cmd[i]->flags & CMD_QUIET) && begins(sh->cmds.cmd[i], v, n, false))
			return true;
	return false;
}

static int help_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();
	bool exact = false;
	char *const *v;
	int n;

	v = args_rest(a, &n);
	for (size_t i = 0; i < sh->cmds.n; i++)   /* "ping" is not pingall, too */
		exact |= n && begins(sh->cmds.cmd[i], v, n, true);
	for (int node = 0; node < 2; node++)
		for (size_t i = 0; i < sh->cmds.n; i++) {
			const struct cmd *c = sh->cmds.cmd[i];

			if ((c->flags & CMD_LAB ? 0 : 1) == node && !(c->flags & CMD_QUIET) &&
			    begins(c, v, n, exact))
				json_array_append_new(all, cmd_json(c));
		}
	if (json_array_size(all))
		return shell_result(sh, all);
	json_decref(all);
	return shell_error(sh, "no command begins with '%s'", v[0]);
}

/* text: what is told beside, in full; NULL: one line alone. */
static void help_line(struct shell *sh, const json_t *c, const char *text)
{
	const char *args = jstr(c, "arguments");
	struct buf b = { 0 };

	buf_printf(&b, "%s%s%s%s", strcmp(jstr(c, "on"), "node") == 0 ? "NODE " : "",
		   jstr(c, "command"), *args ? " " : "", args);
	if (text) {
		shell_printf(sh, "%s\n    %s\n", b.s, jstr(c, "help"));
		for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n')
			shell_printf(sh, "    %.*s\n", (int)strcspn(s, "\n"), s);
	} else if (b.len <= COLUMN) {
		shell_printf(sh, "  %-*s %s\n", COLUMN, b.s, jstr(c, "help"));
	} else {
		bool cut = b.len > WIDTH - 2;

		shell_printf(sh, "  %.*s%s\n  %*s %s\n", cut ? WIDTH - 5 : WIDTH, b.s,
			     cut ? "..." : "", COLUMN, "", jstr(c, "help"));
	}
	buf_free(&b);
}

/* A text with which the next one ends, too, is said there. */
static const char *text_here(const json_t *all, size_t i)
{
	const char *text = jstr(json_array_get(all, i), "text");
	const char *next = jstr(json_array_get(all, i + 1), "text");
	size_t n = strlen(text), k = strlen(next);

	return k >= n && strcmp(next + k - n, text) == 0 ? "" : text;
}

static void help_print(struct shell *sh, const struct args *a, const json_t *all)
{
	bool full = a->rest_at >= 0;
	const json_t *c;
	size_t i;

	json_array_foreach(all, i, c)
		help_line(sh, c, full ? text_here(all, i) : NULL);
	if (full)
		return;
	shell_printf(sh,
		"\nA line that begins with a node's name gives the node a command: ns1 ping ns2.\n"
		"The name alone moves into the node; @NAME is the node in any case.  & runs a\n"
		"program in the background; < FILE, > FILE and >> FILE behind its words are files\n"
		"of this machine.  --json prints JSON, unique prefixes are enough, TAB completes,\n"
		"? lists what may come next.\n");
}

const struct cmd cmds_help[] = {
	{ .name = "help", .args = "[COMMAND:line]", .flags = CMD_LAB, .run = help_run,
	  .print = help_print, .help = "list the commands, or explain one" },
	{ .name = "list", .args = "[COMMAND:line]", .flags = CMD_LAB | CMD_QUIET, .run = help_run,
	  .print = help_print, .help = "list the commands" },
	{ .name = "?", .args = "[COMMAND:line]", .flags = CMD_LAB | CMD_QUIET, .run = help_run,
	  .print = help_print, .help = "list the commands" },
	{ 0 },
};
