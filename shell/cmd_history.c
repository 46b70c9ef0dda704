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

/* An interrupted command is written as the instant that it reached. */
static void save_line(FILE *f, const struct history_line *h)
{
	char t[40];

	if (!h->interrupted) {
		fprintf(f, "%s\n", h->line);
		return;
	}
	shell_fmt_instant(h->stopped_at, t);
	if (strncmp(h->line, "run", 3) != 0 && strncmp(h->line, "wait", 4) != 0 &&
	    strncmp(h->line, "sleep", 5) != 0)
		fprintf(f, "# interrupted at %s: %s\n", t, h->line);
	fprintf(f, "run until %s\n", t);
}

static int save_run(struct shell *sh, const struct args *a)
{
	const char *path = args_word(a, "FILE");
	FILE *f = fopen(path, "w");
	bool ok;

	if (!f)
		return shell_error(sh, "%s: %s", path, strerror(errno));
	fprintf(f, "# netloom: lab %s, seed %" PRIu64 "\n", lab_name(sh->lab), lab_seed(sh->lab));
	for (size_t i = 0; i < sh->history.n; i++)
		if (strncmp(sh->history.v[i].line, "history", 7) != 0)
			save_line(f, &sh->history.v[i]);
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
