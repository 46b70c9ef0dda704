// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * netloom: a virtual network lab in one process.
 *
 *	netloom [LAB] [options]       a shell on a running lab
 *	netloom --dry-run LAB         the same lab as commands of a Linux machine
 *	netloom validate FILE...      what is wrong with lab files
 *	netloom check LAB...          run a lab's checks (shell/check_cmd.c)
 *	netloom packetdrill FILE...   run segment scripts (shell/packetdrill_cmd.c)
 *	netloom schema | reference    the lab file's JSON Schema and manual page
 */
#include <argp.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell/check_cmd.h"
#include "shell/doors.h"
#include "shell/lint.h"
#include "shell/packetdrill_cmd.h"
#include "shell/repl.h"
#include "shell/shell.h"
#include "shell/state.h"

enum { EXIT_USAGE = 2 };

enum { OPT_SEED = 0x100, OPT_JSON, OPT_REASONS, OPT_RECORD, OPT_REPLAY, OPT_DRY_RUN, OPT_UPLINK };

struct step { bool is_file; const char *text; };   /* -c or -f, in their order */

struct options {
	const char *lab, *record, *replay;
	const char *uplink;                        /* NULL: ns0 */
	uint64_t seed;
	bool has_seed, stop_on_error, echo, json, quiet, reasons, verbose, dry_run, has_uplink;
	struct step *steps;
	size_t n_steps;
};

static void add_step(struct argp_state *st, bool is_file, const char *text)
{
	struct options *o = st->input;
	struct step *steps = realloc(o->steps, (o->n_steps + 1) * sizeof(*steps));

	if (!steps)
		argp_failure(st, EXIT_USAGE, ENOMEM, "-%c", is_file ? 'f' : 'c');
	o->steps = steps;
	o->steps[o->n_steps++] = (struct step){ is_file, text };
}

static error_t parse_option(int key, char *arg, struct argp_state *st)
{
	struct options *o = st->input;
	unsigned long long n = 0;

	switch (key) {
	case 'c': add_step(st, false, arg); break;
	case 'f': add_step(st, true, arg); break;
	case 'e': o->stop_on_error = true; break;
	case 'x': o->echo = true; break;
	case 'q': o->quiet = true; break;
	case 'v': o->verbose = true; break;
	case OPT_DRY_RUN: o->dry_run = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_REASONS: o->reasons = true; break;
	case OPT_RECORD: o->record = arg; break;
	case OPT_REPLAY: o->replay = arg; break;
	case OPT_UPLINK:
		o->uplink = arg;
		o->has_uplink = true;
		break;
	case OPT_SEED:
		if (!word_u64(arg, &n))
			argp_error(st, "--seed: '%s' is not a number from 0 to 2^64 - 1", arg);
		o->seed = n;
		o->has_seed = true;
		break;
	case ARGP_KEY_ARG:
		if (o->lab)
			argp_error(st, "one lab at a time: %s and %s", o->lab, arg);
		o->lab = arg;
		break;
	case ARGP_KEY_END:
		if (!o->lab && !o->reasons)
			argp_error(st, "which lab file?");
		if (o->dry_run && o->n_steps)
			argp_error(st, "--dry-run runs nothing: it goes without -c and -f");
		if (o->dry_run && o->has_uplink)
			argp_error(st, "--dry-run makes no interface: it goes without --uplink");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void print_version(FILE *out, struct argp_state *st)
{
	(void)st;
	fprintf(out, "netloom 0.1\n");
}

static const struct argp_option option_rows[] = {
	{ "seed", OPT_SEED, "N", 0, "seed of every random stream, instead of the lab file's", 0 },
	{ "command", 'c', "CMD", 0, "run a command; may be given several times", 0 },
	{ "file", 'f', "SCRIPT", 0, "run the commands of a file", 0 },
	{ "errexit", 'e', NULL, 0, "stop at the first command that fails", 0 },
	{ "xtrace", 'x', NULL, 0, "show each line of a script before it runs", 0 },
	{ "json", OPT_JSON, NULL, 0, "print JSON instead of text", 0 },
	{ "record", OPT_RECORD, "FILE", 0, "write what enters the lab by its doors to a file", 0 },
	{ "replay", OPT_REPLAY, "FILE", 0, "open no door: what was recorded enters", 0 },
	{ "uplink", OPT_UPLINK, "NODE", OPTION_ARG_OPTIONAL,
	  "let this machine be NODE (ns0) of the lab, whose interfaces are TAPs of it as long "
	  "as netloom runs; needs root.  Without it every node is simulated", 0 },
	{ "quiet", 'q', NULL, 0, "no greeting, and no notes from the lab file", 0 },
	{ "verbose", 'v', NULL, 0, "show each node, link, address and route as it is made", 0 },
	{ "dry-run", OPT_DRY_RUN, NULL, 0,
	  "print the ip commands that make such a lab of Linux, and end", 0 },
	{ "list-drop-reasons", OPT_REASONS, NULL, 0, "list why packets are dropped, and end", 0 },
	{ 0 },
};

static const char doc[] =
	"Run the network of a lab file and give commands to it.\v"
	"Without -c and -f, commands come from the terminal or from standard input.\n\n"
	"  netloom validate FILE...   say what is wrong with lab files\n"
	"  netloom check LAB...       run the checks of labs\n"
	"  netloom packetdrill FILE.. run segment scripts against our TCP and UDP\n"
	"  netloom schema             print the JSON Schema of the lab file\n"
	"  netloom reference          print the manual of the lab file\n\n"
	"Exit status: 0 every command succeeded, 1 a command failed, 2 wrong usage or\n"
	"an error in the lab file.";

static int list_reasons(void)
{
	for (int i = DROP_NONE + 1; i < DROP_N; i++)
		printf("%-22s %s\n", drop_name((enum drop)i), drop_text((enum drop)i));
	return 0;
}

static int run_file(struct shell *sh, const char *path, bool stop_on_error)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : shell_script_open(path);
	int status;

	if (!f) {
		fprintf(stderr, "netloom: %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	status = shell_source(sh, f, f == stdin ? "stdin" : path, stop_on_error);
	if (f != stdin)
		fclose(f);
	return status;
}

/* The n-th -c is a script of one line (or more, with newlines in it). */
static int run_line(struct shell *sh, const char *text, unsigned n, bool stop_on_error)
{
	char name[24], *copy;
	FILE *f;
	int status;

	snprintf(name, sizeof(name), "-c %u", n);
	if (!strchr(text, '\n'))
		return shell_command(sh, text, name);
	copy = strdup(text);
	f = copy ? fmemopen(copy, strlen(copy), "r") : NULL;
	status = f ? shell_source(sh, f, name, stop_on_error) : 1;
	if (f)
		fclose(f);
	free(copy);
	return status;
}

static int run_steps(struct shell *sh, const struct options *o)
{
	unsigned n = 0;
	int status = 0;

	for (size_t i = 0; i < o->n_steps && !shell_quit_asked(sh) && !sh->interrupted; i++) {
		const struct step *s = &o->steps[i];
		int one = s->is_file ? run_file(sh, s->text, o->stop_on_error) :
			  run_line(sh, s->text, ++n, o->stop_on_error);

		status = one > status ? one : status;
		if (status && o->stop_on_error)
			break;
	}
	return status;
}

static void print_lines(FILE *out, const struct buf *b)
{
	if (b->len)
		fprintf(out, "%s%s", b->s, b->s[b->len - 1] == '\n' ? "" : "\n");
}

/* What there is to say of a lab that can be run. */
static void collect_notes(struct shell *sh, const struct lab *lab, struct buf *notes)
{
	lint_names(sh, notes);
	buf_str(notes, lab_notes(lab));
}

/* Notes go where they never mix with a script's output. */
static void show_notes(const struct options *o, struct shell *sh, const struct lab *lab)
{
	struct buf notes = { 0 };

	collect_notes(sh, lab, &notes);
	if (!o->quiet)
		print_lines(stderr, &notes);
	buf_free(&notes);
}

static void show_steps(const struct topo *t)
{
	struct buf b = { 0 };

	topo_steps_print(t, &b);
	if (b.s)
		fwrite(b.s, 1, b.len, stderr);
	buf_free(&b);
}

static struct lab *open_lab(const struct options *o, struct buf *errs)
{
	struct topo *t = topo_load(o->lab, errs);
	char err[256];

	if (t && o->has_uplink && !topo_uplink(t, o->uplink, err)) {
		buf_printf(errs, "netloom: %s\n", err);
		topo_free(t);
		return NULL;
	}
	if (t && o->verbose)
		show_steps(t);
	return t ? lab_new(t, o->has_seed ? &o->seed : NULL) : NULL;
}

/* The lab was built and its commands were looked at: it would run. */
static int print_script(const struct lab *lab)
{
	struct buf b = { 0 };
	bool ok;

	topo_export_ip(lab_topo(lab), &b);
	ok = b.s && !b.bad;
	if (ok)
		fwrite(b.s, 1, b.len, stdout);
	buf_free(&b);
	return !ok;
}

static int run_lab(struct options *o, struct lab *lab)
{
	bool tty = !o->n_steps && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct shell *sh = shell_new(&(struct shell_config){
		.lab = lab, .out = stdout, .err = stderr, .json = o->json, .interactive = tty,
	});
	struct buf errs = { 0 };
	int status = 0;

	if (!sh) {
		fprintf(stderr, "netloom: out of memory\n");
		return 1;
	}
	sh->echo = o->echo;
	show_notes(o, sh, lab);
	if (!lint_lab(sh, &errs)) {
		fprintf(stderr, "%s", errs.s ? errs.s : "netloom: out of memory\n");
		buf_free(&errs);
		shell_free(sh);
		return EXIT_USAGE;
	}
	if (o->dry_run) {
		status = print_script(lab);
		shell_free(sh);
		return status;
	}
	if (!doors_open_with(lab, o->replay, o->record, o->quiet, &errs)) {
		fprintf(stderr, "%s", errs.s ? errs.s : "netloom: out of memory\n");
		buf_free(&errs);
		shell_free(sh);
		return EXIT_USAGE;
	}
	repl_catch_interrupt(lab);
	if (tty && !o->quiet)
		printf("%s: %zu nodes, %zu links, seed %" PRIu64 "; help, ? and TAB help%s\n",
		       lab_name(lab), lab_n_nodes(lab), lab_n_links(lab), lab_seed(lab),
		       lab_has_ospf(lab) && !lab_has_ports(lab) ?
		       "; wait converged lets OSPF begin" : "");
	if (tty)
		shell_interact(sh);
	else
		status = o->n_steps ? run_steps(sh, o) :
			 shell_source(sh, stdin, "stdin", o->stop_on_error);
	shell_free(sh);
	repl_catch_interrupt(NULL);
	return status;
}

static int shell_main(int argc, char **argv)
{
	static const struct argp argp = { option_rows, parse_option, "LAB", doc, NULL, NULL, NULL };
	struct options o = { 0 };
	struct buf errs = { 0 };
	struct lab *lab;
	int status = EXIT_USAGE;

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version_hook = print_version;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.reasons) {
		free(o.steps);
		return list_reasons();
	}
	lab = open_lab(&o, &errs);
	if (lab)
		status = run_lab(&o, lab);
	else
		fprintf(stderr, "%s", errs.s ? errs.s : "netloom: out of memory\n");
	lab_free(lab);
	buf_free(&errs);
	free(o.steps);
	return status;
}

/* What is wrong with a lab file, also what only the shell can tell. */
static bool validate(const char *path, struct buf *errs, struct buf *notes)
{
	struct lab *lab = lab_load(path, NULL, errs);
	struct shell *sh = lab ? shell_new(&(struct shell_config){
		.lab = lab, .out = stdout, .err = stderr }) : NULL;
	bool ok = sh && lint_lab(sh, errs);

	if (ok)
		collect_notes(sh, lab, notes);
	shell_free(sh);
	lab_free(lab);
	return ok;
}

static int validate_main(int argc, char **argv)
{
	int status = argc > 1 ? 0 : EXIT_USAGE;

	if (argc < 2)
		fprintf(stderr, "usage: netloom validate FILE...\n");
	for (int i = 1; i < argc; i++) {
		struct buf errs = { 0 }, notes = { 0 };

		if (validate(argv[i], &errs, &notes)) {
			printf("%s: ok\n", argv[i]);
			print_lines(stdout, &notes);
		} else {
			status = EXIT_USAGE;
			fflush(stdout);
			print_lines(stderr, &errs);
		}
		buf_free(&errs);
		buf_free(&notes);
	}
	return status;
}

static int print_text(void (*make)(struct buf *b))
{
	struct buf b = { 0 };
	bool ok;

	make(&b);
	ok = !b.bad;
	print_lines(stdout, &b);
	buf_free(&b);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int status;

	setlocale(LC_CTYPE, "");                  /* libsmartcols: else UTF-8 is escaped */
	if (strcmp(verb, "check") == 0)
		status = check_main(argc - 1, argv + 1);
	else if (strcmp(verb, "validate") == 0)
		status = validate_main(argc - 1, argv + 1);
	else if (strcmp(verb, "packetdrill") == 0)
		status = packetdrill_main(argc - 1, argv + 1);
	else if (strcmp(verb, "schema") == 0 && argc == 2)
		status = print_text(lab_schema);
	else if (strcmp(verb, "reference") == 0 && argc == 2)
		status = print_text(lab_reference);
	else
		status = shell_main(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "netloom: standard output: %s\n", strerror(errno));
		status = status ? status : 1;
	}
	return status;
}
