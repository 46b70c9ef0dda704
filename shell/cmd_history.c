// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/state.h"
#include "shell/table.h"

/* history: what was typed, and when in lab time. */

static int history_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();

	(void)a;
	for (size_t i = 0; i < sh->history.n; i++)
		json_array_append_new(all, json_pack("{s:I,s:s}", "at",
						     (json_int_t)sh->history.v[i].at, "line",
						     sh->history.v[i].line));
	return shell_result(sh, all);
}

static void history_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *o;
	size_t i;
	char t[40];

	(void)a;
	json_array_foreach(all, i, o) {
		shell_fmt_time(jint(o, "at"), 3, t);
		shell_printf(sh, "%5zu %10s  %s\n", i + 1, t, jstr(o, "line"));
	}
}

/* True if the line's first word is one of a command's, which may be cut short. */
static bool begins_with(const char *line, const char *word)
{
	const char *w = line + strspn(line, " \t");
	size_t n = strcspn(w, " \t");

	return n >= 2 && n <= strlen(word) && memcmp(w, word, n) == 0;
}

/* An interrupted command is one that runs until the instant that it reached. */
static void save_line(FILE *f, const struct history_line *h)
{
	bool moves = begins_with(h->line, "run") || begins_with(h->line, "sleep");
	char t[40];

	shell_fmt_instant(h->ended_at, t);
	if (!h->interrupted)
		fprintf(f, "%s\n", h->line);
	else
		fprintf(f, "run until %s%s%s\n", t, moves ? "" : " ", moves ? "" : h->line);
}

/* Where lab time follows the wall clock it passes between two lines, too, and
 * in a command that a replay cannot run: a program outside. */
static void save_pause(FILE *f, ns_t from, ns_t to)
{
	char t[40];

	if (to <= from)
		return;
	shell_fmt_instant(to, t);
	fprintf(f, "run until %s\n", t);
}

static void save_lines(FILE *f, const struct shell *sh)
{
	const struct history *h = &sh->history;
	ns_t at = 0;

	for (size_t i = 0; i < h->n; i++) {
		save_pause(f, at, h->v[i].at);
		if (!begins_with(h->v[i].line, "history") && !begins_with(h->v[i].line, "port"))
			save_line(f, &h->v[i]);
		at = lab_has_ports(sh->lab) ? h->v[i].at : h->v[i].ended_at;
	}
	save_pause(f, at, lab_now(sh->lab));
}

static int save_run(struct shell *sh, const struct args *a)
{
	const char *path = args_word(a, "FILE");
	FILE *f = fopen(path, "w");
	bool ok;

	if (!f)
		return shell_error(sh, "%s: %s", path, strerror(errno));
	fprintf(f, "# netloom: lab %s, seed %" PRIu64 "\n", lab_name(sh->lab), lab_seed(sh->lab));
	save_lines(f, sh);
	ok = !ferror(f);
	ok = fclose(f) == 0 && ok;
	return ok ? 0 : shell_error(sh, "%s: %s", path, strerror(errno));
}

const struct cmd cmds_history[] = {
	{ .name = "history", .flags = CMD_LAB, .run = history_run, .print = history_print,
	  .help = "list what was typed, and when in lab time" },
	{ .name = "history save", .args = "FILE:file", .flags = CMD_LAB, .run = save_run,
	  .help = "write a script that replays the session" },
	{ 0 },
};
