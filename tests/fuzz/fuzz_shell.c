// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Any lines typed at the shell of a small lab, one after the other; with '{'
 * in front the shell speaks JSON throughout.  Before the last one runs it is
 * asked what may come next at its end.  Files are kept out: a command that opens
 * one runs only with /dev/null, and one that reaches this machine not at all.  A
 * line may take some lab time and some events, then it is interrupted, as by
 * Ctrl-C.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "shell/complete.h"
#include "shell/history.h"
#include "shell/shell.h"
#include "shell/state.h"
#include "sim/lab.h"
#include "tests/fuzz/lab_file.h"
#include "tests/fuzz/line_grow.h"

#define LINES_MAX 12
#define LINE_LEN_MAX 300
#define LINE_TIME SEC(12)                 /* of lab time; what waits for an answer gives up in it */
#define LINE_EVENTS 1000                  /* then the line is interrupted */
#define LAB_EVENTS 3000                   /* then no further line runs */
#define LOOK_MIN USEC(50)                 /* lab time between two looks at that */
#define LOOK_MAX SEC(1)
#define DEPTH_MAX 20                      /* of commands inside commands */

static const char lab_text[] =
	"name: fuzz\n"
	"defaults: {routing: static}\n"
	"nodes:\n"
	"  h1: {kind: host, gateway: 10.0.1.2}\n"
	"  r1: {loopback: 1.1.1.1}\n"
	"  h2: {kind: host, gateway: 10.0.2.1}\n"
	"  hub: {kind: hub}\n"
	"  link: {kind: host}\n"
	"links:\n"
	"  - {endpoints: [\"h1:eth0\", \"r1:eth0\"], ipv4: 10.0.1.0/24}\n"
	"  - {endpoints: [\"r1:eth1\", \"h2:eth0\"], ipv4: 10.0.2.0/24, delay: 5ms 1ms,\n"
	"     loss: 10%}\n"
	"  - {endpoints: [\"h1:eth1\", \"hub:p0\"], ipv4: 10.0.3.1/24}\n"
	"  - {endpoints: [\"link:eth0\", \"hub:p1\"], ipv4: 10.0.3.2/24}\n"
	"events:\n"
	"  - {at: 20s, do: link r1 h2 down}\n"
	"  - {at: 30s, do: run 1s}\n"
	"  - {at: 40s, do: h1 ip -j addr}\n";

struct session {
	struct lab *lab;
	struct shell *sh;
	FILE *out, *err;
	struct buf out_text, err_text;    /* what the two streams took */
	struct event look;                /* armed while anything else is */
	ns_t look_every;
	uint64_t look_events;             /* at the last look */
	uint64_t events_end;              /* of this line */
};

/* ---- a line must end ---- */

/* Often while much happens, seldom while time only passes. */
static void look_fire(struct event *ev, ns_t now)
{
	struct session *s = container_of(ev, struct session, look);
	uint64_t events = lab_events(s->lab);

	if (events >= s->events_end)
		lab_interrupt(s->lab);
	if (events - s->look_events > 20)
		s->look_every = LOOK_MIN;
	else if (s->look_every < LOOK_MAX)
		s->look_every *= 2;
	s->look_events = events;
	if (lab_next_at(s->lab) != NS_NEVER)
		engine_set(&s->lab->engine, &s->look, ns_add(now, s->look_every));
}

static void look_start(struct session *s)
{
	s->look_every = LOOK_MIN;
	s->look_events = lab_events(s->lab);
	s->events_end = s->look_events + LINE_EVENTS;
	engine_set(&s->lab->engine, &s->look, ns_add(lab_now(s->lab), LOOK_MIN));
}

/* ---- a line must not reach out of the lab ---- */

static bool is_null(const char *path)
{
	return path && strcmp(path, "/dev/null") == 0;
}

/* "/dev/null ..." or "NODE /dev/null ...": see capture start. */
static bool capture_is_safe(struct session *s, const struct args *a)
{
	int n;
	char *const *v = args_rest(a, &n);

	if (n >= 1 && is_null(v[0]))
		return true;
	return n >= 2 && is_null(v[1]) &&
	       (strcmp(v[0], "all") == 0 || lab_find_node(s->lab, v[0]));
}

static bool files_are_safe(const struct args *a)
{
	for (int i = 0; i < a->n; i++)
		if (a->bind[i].ins->op == GRAM_ARG && a->bind[i].ins->type == ARG_FILE &&
		    !is_null(a->words->v[a->bind[i].word]))
			return false;
	return true;
}

/* A program's "> FILE", and what curl writes; what is read may be anything as well. */
static bool writes_files(const struct args *a)
{
	bool curl = strcmp(a->cmd->name, "curl") == 0;

	for (int i = a->from; (a->cmd->flags & CMD_PROG) && i < a->words->n; i++) {
		char *const *word = &a->words->v[i];

		if (strchr("<>", a->words->line[a->words->at[i]]) ||
		    (curl && word[0][0] == '-' && strpbrk(*word, "Oo") && !is_null(word[1])))
			return true;
	}
	return false;
}

static bool is_safe(struct session *s, const char *line, int depth);

/* wait until COMMAND and time COMMAND. */
static bool inner_is_safe(struct session *s, const struct args *a, int depth)
{
	struct buf line = { 0 };
	bool safe = true;

	if (a->rest_at >= 0 && args_line(a, &line))
		safe = is_safe(s, line.s, depth + 1);
	buf_free(&line);
	return safe;
}

/* Commands that reach this machine, or its clock. */
static bool is_outside(const char *name)
{
	static const char *const names[] = { "pace", "exec", "expose" };

	for (size_t i = 0; i < N_ELEM(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool cmd_is_safe(struct session *s, const struct args *a, int depth)
{
	ns_t every = args_ns(a, "PERIOD", SEC(1));

	if (strcmp(a->cmd->name, "capture start") == 0)
		return capture_is_safe(s, a);
	/* The last: a command that is repeated all too often. */
	if (is_outside(a->cmd->name) || !files_are_safe(a) || writes_files(a) ||
	    (every && every < MSEC(100)))
		return false;
	return inner_is_safe(s, a, depth);
}

static bool is_safe(struct session *s, const char *line, int depth)
{
	struct cmd_line l;
	bool safe = true;

	if (depth > DEPTH_MAX)
		return true;              /* deeper than the shell goes */
	cmd_line_parse(&l, s->sh, line);
	if (l.kind == CMD_RUN)
		safe = cmd_is_safe(s, &l.args, depth);
	cmd_line_fini(&l);
	return safe;
}

/* ---- what must hold ---- */

static void check_complete(struct session *s, const char *line)
{
	struct complete c;

	complete_line(&c, s->sh, line);
	assert(c.word_at <= strlen(line));
	for (size_t i = 0; i < c.n; i++)
		assert(c.v[i][0] && (i == 0 || strcmp(c.v[i - 1], c.v[i]) < 0));
	assert(!c.v || !c.v[c.n]);
	complete_fini(&c);
	complete_list(s->sh, line, s->err);
}

/* One value a line. */
static void check_json_lines(const char *text)
{
	for (const char *s = text, *end; *s; s = end + 1) {
		json_error_t why;
		json_t *v;

		end = strchr(s, '\n');
		assert(end);
		v = json_loadb(s, (size_t)(end - s), JSON_DECODE_ANY, &why);
		if (!v)
			fprintf(stderr, "%s: %.*s\n", why.text, (int)(end - s), s);
		assert(v);
		json_decref(v);
	}
}

/* What was printed since the last time; then that is forgotten. */
static void check_output(struct session *s, bool json)
{
	const struct buf *out = &s->out_text, *err = &s->err_text;

	fflush(s->out);
	fflush(s->err);
	assert(!out->bad && !err->bad);
	assert(!out->len || out->s[out->len - 1] == '\n');
	if (json && out->len)
		check_json_lines(out->s);
	/* What the shell itself says of memory; an echo of the input is quoted. */
	assert(!err->len || !strstr(err->s, ": out of memory\n"));
	buf_reset(&s->out_text);
	buf_reset(&s->err_text);
}

static void run_line(struct session *s, const char *line, bool ask)
{
	ns_t limit = ns_add(lab_now(s->lab), LINE_TIME);
	json_t *json = NULL;
	bool timed_out = false;
	struct node *here = s->sh->here;
	int status;

	if (ask) {
		check_complete(s, line);
		check_output(s, s->sh->json_all);
		assert(s->sh->here == here);
	}
	if (!is_safe(s, line, 0))
		return;
	history_add(&s->sh->history, line, lab_now(s->lab));
	look_start(s);
	status = shell_exec(s->sh, line, limit, &json, &timed_out);
	assert(status >= 0 && lab_now(s->lab) <= limit);
	assert(!s->sh->depth && !s->sh->moving && s->sh->limit == NS_NEVER);
	check_output(s, s->sh->json_all);
	json_decref(json);
}

/* ---- sessions ---- */

static ssize_t keep_text(void *cookie, const char *text, size_t n)
{
	buf_add(cookie, text, n);
	return (ssize_t)n;
}

static FILE *stream_open(struct buf *b)
{
	FILE *f = fopencookie(b, "w", (cookie_io_functions_t){ .write = keep_text });

	assert(f);
	return f;
}

static bool is_forgotten(const struct session *s)
{
	return shell_quit_asked(s->sh) || lab_events(s->lab) > LAB_EVENTS;
}

static void run_lines(struct session *s, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;

	for (int i = 0; i < LINES_MAX && data < end && !is_forgotten(s); i++) {
		const uint8_t *nl = memchr(data, '\n', (size_t)(end - data));
		size_t n = (size_t)((nl ? nl : end) - data);
		char *line = strndup((const char *)data, n < LINE_LEN_MAX ? n : LINE_LEN_MAX);

		assert(line);
		run_line(s, line, !nl || nl + 1 == end);
		free(line);
		data = nl ? nl + 1 : end;
	}
}

static void session_open(struct session *s, bool json)
{
	struct shell_config cfg = { .json = json };
	struct topo *t = read_lab("fuzz.yaml", lab_text, sizeof(lab_text) - 1);

	*s = (struct session){ .out = NULL };
	assert(t);
	s->lab = cfg.lab = lab_new(t, NULL);
	s->out = cfg.out = stream_open(&s->out_text);
	s->err = cfg.err = stream_open(&s->err_text);
	s->sh = shell_new(&cfg);
	assert(s->sh);
	engine_add_dst(&s->lab->engine, &s->look, look_fire);
}

static void session_close(struct session *s)
{
	bool json = s->sh->json_all;

	shell_free(s->sh);
	check_output(s, json);
	lab_free(s->lab);
	fclose(s->out);
	fclose(s->err);
	buf_free(&s->out_text);
	buf_free(&s->err_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool json = size && *data == '{';
	struct session s;

	session_open(&s, json);
	run_lines(&s, data + json, size - json);
	session_close(&s);
	return 0;
}

/* libFuzzer's: three of four mutants grow from the command tables, of a shell
 * that runs nothing. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static struct session s;
	struct grow g;

	if (!s.sh)
		session_open(&s, false);
	g.sh = s.sh;
	rng_init(&g.rng, seed, "grow");
	if (grow_below(&g, 4) == 0 && LLVMFuzzerMutate)
		return LLVMFuzzerMutate(data, size, max);
	return grow_input(&g, data, size, max);
}
