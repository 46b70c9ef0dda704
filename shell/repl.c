// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/repl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell/complete.h"
#include "shell/state.h"

/*
 * readline in callback mode: poll() waits for a key, a signal or, in a lab
 * that follows the wall clock, for the next slice of lab time.  Ctrl-C
 * cancels the line; while a command runs it interrupts that.
 *
 * readline's callbacks and signal handlers take no context, hence the few
 * file-scope variables: there is one terminal.
 */

#define HISTORY_FILE "/.netloom_history"
#define HISTORY_LINES 1000

static struct lab *volatile interrupt_lab;     /* what Ctrl-C stops */
static volatile sig_atomic_t interrupted, resized;
static struct shell *the_shell;
static char *typed_line;                       /* the line just finished */
static bool line_done;

static void on_sigint(int sig)
{
	(void)sig;
	interrupted = 1;
	if (interrupt_lab)
		lab_interrupt(interrupt_lab);
}

static void on_sigwinch(int sig)
{
	(void)sig;
	resized = 1;
}

void repl_catch_interrupt(struct lab *lab)
{
	struct sigaction sa = { .sa_handler = lab ? on_sigint : SIG_DFL };

	interrupt_lab = lab;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
}

static void on_line(char *line)
{
	typed_line = line;
	line_done = true;
	rl_callback_handler_remove();
}

/* --- keys --------------------------------------------------------------- */

/* Does the line end inside a URL?  What is asked of a server stands behind a '?'. */
static bool ends_in_url(const struct words *w)
{
	const char *last = w->n ? w->line + w->at[w->n - 1] : "";

	return strstr(last, "://") && !strpbrk(last, " \t");
}

/* '?' lists what may come next and keeps the line; in quotes and URLs it is itself. */
static int key_help(int count, int key)
{
	char *line = strndup(rl_line_buffer, (size_t)rl_point);
	struct words w;

	if (!line)
		return 1;
	words_split(&w, line);
	if (w.open_quote || ends_in_url(&w)) {
		rl_insert(count, key);
	} else {
		rl_crlf();
		complete_list(the_shell, line, rl_outstream);
		rl_on_new_line();
		rl_redisplay();
	}
	words_fini(&w);
	free(line);
	return 0;
}

/* readline wants the common prefix first, then the candidates; it frees. */
static char **completions(const char *text, int start, int end)
{
	char *line = strndup(rl_line_buffer, (size_t)end);
	struct complete c = { 0 };
	char **m = NULL;
	size_t n;

	(void)start;
	if (!line)
		return NULL;
	complete_line(&c, the_shell, line);
	rl_attempted_completion_over = !c.files || c.n > 0;
	if (c.n)
		m = calloc(c.n + 2, sizeof(*m));
	if (m) {
		n = strlen(c.v[0]);
		for (size_t i = 0; i < c.n; i++) {
			size_t k = strlen(text);

			m[i + 1] = strdup(c.v[i]);
			while (k < n && c.v[i][k] == c.v[0][k])
				k++;
			n = k;
		}
		m[0] = strndup(c.v[0], n);
		if (c.n == 1) {           /* readline reads one match as no list */
			free(m[1]);
			m[1] = NULL;
		}
	}
	complete_fini(&c);
	free(line);
	return m;
}

static int key_nothing(int count, int key)
{
	(void)count, (void)key;
	return 0;
}

/* Readline binds the marks of a bracketed paste though nobody asked the terminal for
 * them, and a begin without its end would take all that is typed from then on. */
static void paste_is_typed(Keymap map)
{
	rl_bind_keyseq_in_map("\\e[200~", key_nothing, map);
	rl_bind_keyseq_in_map("\\e[201~", key_nothing, map);
}

static void keys_init(void)
{
	static char breaks[] = " \t\n", quotes[] = "\"'";

	rl_readline_name = "netloom";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_attempted_completion_function = completions;
	rl_completer_word_break_characters = breaks;
	rl_completer_quote_characters = quotes;
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_initialize();
	rl_bind_key('?', key_help);
	paste_is_typed(emacs_standard_keymap);
	paste_is_typed(vi_insertion_keymap);
}

/* --- lines that no command asked for ------------------------------------- */

static bool typing;                            /* a line stands on the screen */

static void hide_line(void *ctx)
{
	(void)ctx;
	if (typing)
		rl_clear_visible_line();
}

static void show_line(void *ctx)
{
	struct shell *sh = ctx;

	if (!typing)
		return;
	fflush(sh->out);
	rl_on_new_line();
	rl_redisplay();
}

static void cancel_line(void)
{
	interrupted = 0;
	lab_clear_interrupt(the_shell->lab);
	fputs("^C\n", rl_outstream);
	rl_callback_sigcleanup();
	rl_replace_line("", 0);
	rl_point = 0;
	rl_on_new_line();
	rl_redisplay();
}

/* --- the loop --------------------------------------------------------------- */

static void make_prompt(const struct shell *sh, char out[128])
{
	char t[40];

	shell_fmt_time(lab_now(sh->lab), 3, t);
	snprintf(out, 128, "%s %s> ", sh->here ? node_name(sh->here) : "netloom", t);
}

/* Waits for one thing and handles it. */
static void wait_key(struct shell *sh)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	bool paced = lab_pace(sh->lab) != 0;
	int n = poll(&p, 1, paced ? 0 : -1);

	if (interrupted)
		cancel_line();
	if (resized) {
		resized = 0;
		rl_resize_terminal();
	}
	if (n > 0) {
		rl_callback_read_char();
		/* A Ctrl-C that readline caught while it ended the line would
		 * else wait for the next one: the command could not be stopped. */
		rl_check_signals();
	} else if (paced) {
		(void)shell_idle(sh);
	}
}

/* A line from the terminal, owned by the caller; NULL at its end.  Ctrl-\ is nothing
 * meanwhile, as in a shell: it would leave the terminal as readline needs it. */
static char *read_line(struct shell *sh)
{
	char prompt[128];

	make_prompt(sh, prompt);
	typed_line = NULL;
	line_done = false;
	signal(SIGQUIT, SIG_IGN);
	rl_callback_handler_install(prompt, on_line);
	typing = true;
	while (!line_done)
		wait_key(sh);
	typing = false;
	signal(SIGQUIT, SIG_DFL);
	return typed_line;
}

static char *history_path(void)
{
	const char *home = getenv("HOME");
	struct buf b = { 0 };

	if (!home || !*home)
		return NULL;
	buf_printf(&b, "%s%s", home, HISTORY_FILE);
	return buf_take(&b);
}

static void remember(struct shell *sh, const char *line)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

	if (!line[strspn(line, " \t")])
		return;
	if (!last || strcmp(last->line, line) != 0)
		add_history(line);
	history_add(&sh->history, line, lab_now(sh->lab));
}

/* Somebody saw each error: the session as a whole has not failed. */
static void interact_loop(struct shell *sh)
{
	while (!sh->quit) {
		char *line = read_line(sh);

		if (!line) {              /* Ctrl-D leaves the node, then the shell */
			fputc('\n', sh->out);
			if (!sh->here)
				break;
			sh->here = NULL;
			history_add(&sh->history, "exit", lab_now(sh->lab));
			continue;
		}
		remember(sh, line);
		if (line[strspn(line, " \t")])
			(void)shell_exec(sh, line, NS_NEVER, NULL, NULL);
		history_ended(&sh->history, lab_now(sh->lab));
		interrupted = 0;
		fflush(sh->out);
		free(line);
	}
}

void shell_interact(struct shell *sh)
{
	struct sigaction sa = { .sa_handler = on_sigwinch };
	char *path = history_path();

	the_shell = sh;
	sh->hide = hide_line;
	sh->show = show_line;
	sh->ctx = sh;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGWINCH, &sa, NULL);
	keys_init();
	using_history();
	stifle_history(HISTORY_LINES);
	if (path)
		read_history(path);
	interact_loop(sh);
	if (path)
		write_history(path);
	clear_history();
	sh->hide = sh->show = NULL;
	free(path);
	the_shell = NULL;
}
