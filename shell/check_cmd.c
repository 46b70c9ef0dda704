// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/check_cmd.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/sim.h"
#include "shell/check_proc.h"

enum { EXIT_PASSED, EXIT_FAILED, EXIT_USAGE, EXIT_NO_CHECKS };

#define WALL_LIMIT_MS 60000               /* a lab, unless --wall-limit says */
#define WALL_LIMIT_MAX_S 1000000

struct options {
	char **labs;
	int n_labs;
	const struct report_format *format;
	const char *out;                  /* NULL: standard output */
	uint64_t seed;
	bool has_seed, list;
	uint32_t wall_limit_ms;
};

/* --- options ------------------------------------------------------------------ */

enum { KEY_FORMAT = 256, KEY_SEED, KEY_WALL_LIMIT, KEY_LIST };

static const struct argp_option option_table[] = {
	{ "format", KEY_FORMAT, "FORMAT", 0,
	  "text (the default), tap, junit, gradescope or json", 0 },
	{ "output", 'o', "FILE", 0, "Write the report to FILE, whatever happens", 0 },
	{ "seed", KEY_SEED, "N", 0, "Seed of the labs, instead of their own", 0 },
	{ "wall-limit", KEY_WALL_LIMIT, "SECONDS", 0,
	  "Wall time that a lab may take (60); what did not run by then gets no points", 0 },
	{ "list", KEY_LIST, NULL, 0, "List the checks and run nothing", 0 },
	{ 0 },
};

static const char doc[] =
	"Run the checks of lab files and report what became of them.\v"
	"Exit status: 0 all passed, 1 some did not, 2 usage or lab file error, "
	"3 nothing to check.";

static void set_format(struct options *o, const char *arg, struct argp_state *state)
{
	o->format = report_format_find(arg);
	if (!o->format)
		argp_error(state, "unknown format \"%s\": expected text, tap, junit, "
			   "gradescope or json", arg);
}

static void set_seed(struct options *o, const char *arg, struct argp_state *state)
{
	char *end;

	errno = 0;
	o->seed = strtoull(arg, &end, 10);
	o->has_seed = true;
	if (!isdigit((unsigned char)*arg) || *end || errno)
		argp_error(state, "bad seed \"%s\": expected a number below 2^64", arg);
}

static void set_wall_limit(struct options *o, const char *arg, struct argp_state *state)
{
	char *end;
	double s = strtod(arg, &end);

	if (end == arg || *end || !(s >= 0.001 && s <= WALL_LIMIT_MAX_S))
		argp_error(state, "bad wall limit \"%s\": expected seconds, 0.001 to %d", arg,
			   WALL_LIMIT_MAX_S);
	else
		o->wall_limit_ms = (uint32_t)(s * 1000 + 0.5);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case KEY_FORMAT:
		set_format(o, arg, state);
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case KEY_SEED:
		set_seed(o, arg, state);
		return 0;
	case KEY_WALL_LIMIT:
		set_wall_limit(o, arg, state);
		return 0;
	case KEY_LIST:
		o->list = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->labs = state->argv + state->next;
		o->n_labs = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "expected a lab file");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- where the report goes ------------------------------------------------------ */

/* A regular file appears whole or not at all: written beside, then renamed. */
struct output {
	const char *path;
	char *tmp;                        /* NULL: written in place */
	FILE *f;
};

static bool output_open(struct output *o, const char *path)
{
	struct stat st;
	struct buf tmp = { 0 };
	int fd;

	*o = (struct output){ .path = path, .f = stdout };
	if (!path)
		return true;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->f = fopen(path, "we");         /* a pipe, /dev/stdout, a symbolic link */
	} else {
		buf_printf(&tmp, "%s.%ld.tmp", path, (long)getpid());
		o->tmp = buf_take(&tmp);
		fd = o->tmp ? open(o->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
		o->f = fd < 0 ? NULL : fdopen(fd, "w");
	}
	if (!o->f) {
		fprintf(stderr, "netloom check: %s: %s\n", path, strerror(errno));
		free(o->tmp);
	}
	return o->f != NULL;
}

static bool output_close(struct output *o, const struct buf *text)
{
	bool ok = !text->bad && fwrite(text->s ? text->s : "", 1, text->len, o->f) == text->len;

	ok &= (o->path ? fclose(o->f) : fflush(o->f)) == 0;
	if (ok && o->tmp)
		ok = rename(o->tmp, o->path) == 0;
	if (!ok) {
		fprintf(stderr, "netloom check: %s: %s\n", o->path ? o->path : "standard output",
			text->bad ? "out of memory" : strerror(errno));
		if (o->tmp)
			unlink(o->tmp);
	}
	free(o->tmp);
	return ok;
}

/* --- what it does ----------------------------------------------------------------- */

/* "lab.yaml:12: ns1 reaches ns4 (1 points)" */
static void put_checks(const struct topo *t, struct buf *out)
{
	for (size_t i = 0; i < t->n_checks; i++) {
		const struct topo_check *k = &t->checks[i];

		buf_printf(out, "%s:%" PRIu32 ": %s (", t->file, k->pos.line, k->name);
		text_points(out, k->points_milli);
		buf_printf(out, " points%s)\n", k->hidden ? ", hidden" : "");
	}
}

static int list_checks(const struct options *o, struct buf *out)
{
	bool broken = false, any = false;

	for (int i = 0; i < o->n_labs; i++) {
		struct buf errs = { 0 };
		struct topo *t = topo_load(o->labs[i], &errs);

		if (t) {
			any |= t->n_checks > 0;
			put_checks(t, out);
		} else {
			broken = true;
			fprintf(stderr, "%s", errs.s ? errs.s : "");
		}
		topo_free(t);
		buf_free(&errs);
	}
	return broken ? EXIT_USAGE : any ? EXIT_PASSED : EXIT_NO_CHECKS;
}

static int run_checks(const struct options *o, struct buf *out)
{
	struct report rp = { 0 };
	bool go_on = true;
	int status;

	for (int i = 0; i < o->n_labs; i++) {
		struct report_lab *l = report_add_lab(&rp, o->labs[i]);

		if (!l)
			break;
		if (go_on)
			go_on = check_proc(l, o->has_seed ? &o->seed : NULL, o->wall_limit_ms);
		else
			report_fault(l, "not run: interrupted before");
	}
	o->format->write(&rp, out);
	status = report_exit_status(&rp);
	if (status == EXIT_NO_CHECKS)
		fprintf(stderr, "netloom check: nothing to check\n");
	report_free(&rp);
	return status;
}

int check_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table, .parser = parse_option, .args_doc = "LAB...", .doc = doc,
	};
	struct options o = { .format = &report_text, .wall_limit_ms = WALL_LIMIT_MS };
	char name[] = "netloom check", *argv0 = argv[0];
	struct buf text = { 0 };
	struct output out;
	int status;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = name;                   /* what its messages call the program */
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	argv[0] = argv0;
	if (!output_open(&out, o.out))
		return EXIT_USAGE;
	status = o.list ? list_checks(&o, &text) : run_checks(&o, &text);
	if (!output_close(&out, &text))
		status = EXIT_USAGE;
	buf_free(&text);
	return status;
}
