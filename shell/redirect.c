// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/redirect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell/args.h"
#include "shell/state.h"
#include "shell/words.h"

static bool open_one(struct shell *sh, struct redirect *rd, const char *op, const char *name)
{
	FILE **to = op[0] == '<' ? &rd->in : &rd->out;

	if (*to) {
		shell_error(sh, "%c stands twice", op[0]);
		return false;
	}
	*to = fopen(name, op[0] == '<' ? "re" : op[1] == '>' ? "ae" : "we");
	if (*to && to == &rd->out) {
		rd->out_name = strdup(name);
		(void)setvbuf(*to, NULL, _IONBF, 0);      /* others read it as it grows */
	}
	if (!*to)
		shell_error(sh, "%s: %s", name, strerror(errno));
	return *to;
}

/* Frees n words from argv[i] on, and closes the gap. */
static void drop(char **argv, int *argc, int i, int n)
{
	for (int k = 0; k < n; k++)
		free(argv[i + k]);
	memmove(argv + i, argv + i + n, (size_t)(*argc - i - n + 1) * sizeof(*argv));
	*argc -= n;
}

/* argv[i] begins with < or >; its file may be a word of its own. */
static bool take_one(struct shell *sh, struct redirect *rd, char **argv, int *argc, int i)
{
	size_t n_op = argv[i][0] == '>' && argv[i][1] == '>' ? 2 : 1;
	bool joined = argv[i][n_op], ok;

	if (!joined && i + 1 == *argc) {
		shell_error(sh, "expected a file behind %s", argv[i]);
		return false;
	}
	ok = open_one(sh, rd, argv[i], joined ? argv[i] + n_op : argv[i + 1]);
	drop(argv, argc, i, joined ? 1 : 2);
	return ok;
}

/* What a shell would take for itself, and this one does not know. */
static bool is_shells(const char *typed)
{
	return *typed == '|' || strncmp(typed, "2>", 2) == 0 || strncmp(typed, "&>", 2) == 0;
}

bool redirect_take(struct shell *sh, const struct args *a, char **argv, int *argc,
		   struct redirect *rd)
{
	const struct words *w = a->words;
	int dropped = 0;

	*rd = (struct redirect){ 0 };
	for (int i = 1; i < *argc;) {
		const char *typed = w->line + w->at[a->from + i + dropped];
		int before = *argc;

		if (*typed != '<' && *typed != '>' && !is_shells(typed)) {
			i++;
			continue;
		}
		if (is_shells(typed))
			shell_error(sh, "no %s here: > FILE keeps the text", argv[i]);
		if (is_shells(typed) || !take_one(sh, rd, argv, argc, i)) {
			redirect_close(sh, rd);
			return false;
		}
		dropped += before - *argc;
	}
	return true;
}

bool redirect_close(struct shell *sh, struct redirect *rd)
{
	bool bad = rd->out && ferror(rd->out);

	if (rd->in)
		fclose(rd->in);
	if (rd->out && fclose(rd->out) != 0)
		bad = true;
	if (bad)
		shell_error(sh, "%s: not all could be written", rd->out_name ? rd->out_name : "");
	free(rd->out_name);
	*rd = (struct redirect){ 0 };
	return !bad;
}
