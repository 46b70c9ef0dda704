// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * bench: request/response and bulk throughput between two nodes, measured as
 * netperf's TCP_RR and TCP_STREAM do, many times over, and compared.
 *
 * Each run is a lab of its own, made from the lab as it is now (or from a
 * file) with a seed of its own: the lab's, plus the number of the run.  Time
 * is virtual, so two runs of one seed are the same to the byte, and sigma over
 * the runs is what the seeds make of loss and jitter: a lab without either has
 * a sigma of 0.  The lab at the prompt stays as it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell/bench_stats.h"
#include "shell/prog.h"
#include "shell/state.h"
#include "shell/table.h"
#include "shell/words.h"

#define RUNS_MAX 100000
#define GRACE SEC(60)                     /* for what comes before and after -t */
#define BYTES_TIME (24 * SEC(3600))       /* in which --bytes must be through */

struct plan {
	bool rr;
	char *from, *to;                  /* nodes, borrowed */
	ns_t time, cooldown;
	char *bytes;                      /* a stream ends after them: iperf3's -n; borrowed, or NULL */
	uint64_t runs, size;
	const char *csv;                  /* borrowed, or NULL */
	bool interleave;
};

/* What is measured: a lab as text, and its points. */
struct variant {
	const char *name;
	char *yaml;
	uint64_t seed;
	double *point;                    /* plan.runs of them */
	json_t *last;                     /* the last run's report */
};

/* --- one run ---------------------------------------------------------------------- */

static void silent(void *ctx, const char *text, size_t n)
{
	(void)ctx, (void)text, (void)n;
}

struct waiting { struct prog *p; struct shell *sh; };

static bool is_done(void *arg)
{
	const struct waiting *w = arg;

	return prog_done(w->p) || lab_interrupted(w->sh->lab);
}

/* Latency in us, or Mbit/s; false: it failed, with an error. */
static bool take_point(struct shell *sh, const struct plan *p, const json_t *report, int status,
		       double *out)
{
	const char *why = jstr(report, "error");

	if (status || !report)
		return shell_error(sh, "bench: %s", *why ? why : "a run did not end"), false;
	*out = p->rr ? jnum(report, "mean_ns") / 1e3 :
	       jnum(jget(jget(report, "end"), "sum_received"), "bits_per_second") / 1e6;
	return true;
}

static bool run_in(struct shell *sh, const struct plan *p, struct lab *lab, struct variant *v,
		   double *out)
{
	struct prog_io io = { .out = silent, .err = silent };
	struct node *from = lab_find_node(lab, p->from), *to = lab_find_node(lab, p->to);
	ns_t most = (p->bytes ? BYTES_TIME : p->time) + GRACE;
	char secs[32], size[32], host[ADDR_STRLEN];
	char *serve_rr[] = { (char[]){ "echo" }, NULL };
	char *serve_stream[] = { (char[]){ "iperf3" }, (char[]){ "-s" }, (char[]){ "-1" }, NULL };
	char *call_rr[] = { (char[]){ "rr" }, (char[]){ "-t" }, secs, (char[]){ "-s" }, size, host,
			    NULL };
	char *call_stream[] = { (char[]){ "iperf3" }, (char[]){ "-c" }, host,
				p->bytes ? (char[]){ "-n" } : (char[]){ "-t" },
				p->bytes ? p->bytes : secs, NULL };
	struct prog *server, *client;
	struct waiting w;
	struct addr addr;
	bool ok;

	if (!from || !to || !node_has_stack(from) || !node_has_stack(to) || !node_addr(to, &addr))
		return shell_error(sh, "bench: %s and %s need to be nodes with a stack and an "
				   "address", p->from, p->to), false;
	addr_fmt(&addr, host);
	snprintf(secs, sizeof(secs), "%" PRId64, (int64_t)(p->time / SEC(1)));
	snprintf(size, sizeof(size), "%" PRIu64, p->size);
	server = prog_start(to, p->rr ? 1 : 3, p->rr ? serve_rr : serve_stream, &io);
	client = prog_start(from, p->rr ? 6 : 5, p->rr ? call_rr : call_stream, &io);
	w = (struct waiting){ client, sh };
	if (server && client)
		lab_run_while(lab, is_done, &w, lab_now(lab) + most);
	if (p->cooldown)
		lab_run_until(lab, lab_now(lab) + p->cooldown);
	json_decref(v->last);
	v->last = client ? prog_json(client) : NULL;
	ok = take_point(sh, p, v->last, client && prog_done(client) ? prog_status(client) : 1, out);
	prog_free(client);
	prog_free(server);
	return ok;
}

static bool run_one(struct shell *sh, const struct plan *p, struct variant *v, uint64_t i)
{
	uint64_t seed = v->seed + i;
	struct buf errs = { 0 };
	struct lab *lab = lab_parse(v->name, v->yaml, &seed, &errs);
	bool ok = lab && run_in(sh, p, lab, v, &v->point[i]);

	if (!lab)
		shell_error(sh, "bench: %s", errs.s ? errs.s : "out of memory");
	lab_free(lab);
	buf_free(&errs);
	return ok && !lab_interrupted(sh->lab);
}

/* --- many runs ----------------------------------------------------------------------- */

static bool csv_write(struct shell *sh, const struct plan *p, const struct variant *v, size_t n)
{
	FILE *f = p->csv ? fopen(p->csv, "w") : NULL;

	if (!p->csv)
		return true;
	if (f)
		fprintf(f, "interface,run,seed,%s\n", p->rr ? "latency_us" : "throughput_mbps");
	for (size_t k = 0; f && k < n * p->runs; k++) {
		const struct variant *at = &v[p->interleave ? k % n : k / p->runs];
		uint64_t i = p->interleave ? k / n : k % p->runs;

		fprintf(f, "%s,%" PRIu64 ",%" PRIu64 ",%.9g\n", at->name, i + 1, at->seed + i,
			at->point[i]);
	}
	if (f && fclose(f) == 0)
		return true;
	shell_error(sh, "%s: %s", p->csv, strerror(errno));
	return false;
}

static json_t *row_json(const struct variant *v, const struct bench_stats *s,
			const struct bench_stats *base)
{
	double p = s != base ? bench_welch_p(base, s) : -1;
	json_t *o = json_object();

	jset_str(o, "interface", v->name);
	jset(o, "mean", json_real(s->mean));
	jset(o, "min", json_real(s->min));
	jset(o, "max", json_real(s->max));
	jset(o, "sigma", json_real(s->sigma));
	jset_int(o, "outside_95", (json_int_t)s->outside);
	jset(o, "p_value", p >= 0 ? json_real(p) : json_null());
	jset(o, "relative_difference_percent", s != base && base->mean != 0 ?
	     json_real(100 * (s->mean - base->mean) / base->mean) : json_null());
	return o;
}

static json_t *result_json(const struct plan *p, const struct variant *v, size_t n)
{
	json_t *o = json_object(), *rows = json_array(), *points = json_object();
	struct bench_stats base = bench_stats(v[0].point, p->runs), s;

	for (size_t k = 0; k < n; k++) {
		json_t *list = json_array();

		s = bench_stats(v[k].point, p->runs);
		json_array_append_new(rows, row_json(&v[k], k ? &s : &base, &base));
		for (uint64_t i = 0; i < p->runs; i++)
			json_array_append_new(list, json_real(v[k].point[i]));
		jset(points, v[k].name, list);
	}
	jset_str(o, "test", p->rr ? "TCP_RR" : "TCP_STREAM");
	jset_str(o, "unit", p->rr ? "us" : "Mbit/s");
	jset_int(o, "runs", (json_int_t)p->runs);
	if (!p->bytes)
		jset_int(o, "time_ns", p->time);
	jset(o, "table", rows);
	jset(o, "points", points);
	jset(o, "last", json_incref(v[0].last));
	return o;
}

static int measure(struct shell *sh, const struct plan *p, struct variant *v, size_t n)
{
	bool ok = true;

	for (size_t k = 0; k < n; k++)
		ok = ok && (v[k].point = calloc(p->runs, sizeof(double)));
	if (!ok)
		shell_error(sh, "out of memory");
	for (size_t k = 0; ok && k < n * p->runs; k++)
		ok = p->interleave ? run_one(sh, p, &v[k % n], k / n)
				   : run_one(sh, p, &v[k / p->runs], k % p->runs);
	ok = ok && csv_write(sh, p, v, n);
	if (ok)
		shell_result(sh, result_json(p, v, n));
	for (size_t k = 0; k < n; k++) {
		free(v[k].point);
		free(v[k].yaml);
		json_decref(v[k].last);
	}
	return !ok;
}

/* --- words ---------------------------------------------------------------------------- */

static bool wrong(struct shell *sh, const char *word, const char *what)
{
	shell_error(sh, "'%s': expected %s", word, what);
	return false;
}

static bool count_parse(const char *s, uint64_t *out)
{
	unsigned long long v;

	return word_u64(s, &v) && (*out = v, true);
}

static bool time_parse(const char *s, ns_t *out)
{
	long long v;

	return word_ns(s, true, &v) && (*out = v, true);
}

/* One with a value; NULL, or what was expected in place of the value. */
static const char *setting(struct plan *p, const char *word, char *value)
{
	if (strcmp(word, "runs") == 0)
		return count_parse(value, &p->runs) ? NULL : "a number";
	if (strcmp(word, "size") == 0)
		return count_parse(value, &p->size) ? NULL : "a number";
	if (strcmp(word, "time") == 0)
		return time_parse(value, &p->time) ? NULL : "a time";
	if (strcmp(word, "cooldown") == 0)
		return time_parse(value, &p->cooldown) ? NULL : "a time";
	if (strcmp(word, "bytes") == 0) {
		p->bytes = value;
		return value[strspn(value, "0")] ? NULL : "a number of bytes";
	}
	p->csv = value;
	return *value ? NULL : "a file";
}

/* "--time 5s --runs 10 ...": n words. */
static bool settings(struct shell *sh, struct plan *p, char *const *v, int n)
{
	for (int i = 0; i < n; i++) {
		const char *word = v[i] + (strncmp(v[i], "--", 2) == 0 ? 2 : 0), *expected;

		if (strcmp(word, "interleave") == 0) {
			p->interleave = true;
			continue;
		}
		if (!word_listed("time cooldown runs size csv", word) &&
		    (p->rr || strcmp(word, "bytes") != 0))
			return wrong(sh, v[i], p->rr ? "time, cooldown, runs, size, csv or "
				     "interleave" : "time, bytes, cooldown, runs, size, csv or "
				     "interleave");
		expected = setting(p, word, i + 1 < n ? v[++i] : (char[]){ "" });
		if (expected)
			return wrong(sh, v[i], expected);
	}
	if (p->runs < 1 || p->runs > RUNS_MAX)
		return wrong(sh, "runs", "1 to 100000");
	if (p->size < 1 || p->size > 1 << 20)
		return wrong(sh, "size", "1 to 1048576 bytes");
	if (p->time < SEC(1) || p->time % SEC(1))
		return wrong(sh, "time", "whole seconds");
	return true;
}

static struct plan plan_new(bool rr)
{
	return (struct plan){ .rr = rr, .time = SEC(10), .runs = 1, .size = 1 };
}

static int bench_here(struct shell *sh, const struct args *a, bool rr)
{
	struct plan p = plan_new(rr);
	struct variant v = { .name = lab_name(sh->lab), .seed = lab_seed(sh->lab) };
	struct buf yaml = { 0 };
	char from[SHELL_NAME_MAX + 1], to[SHELL_NAME_MAX + 1];
	int n;
	char *const *words = args_rest(a, &n);

	snprintf(from, sizeof(from), "%s", node_name(args_node(a, "A")));
	snprintf(to, sizeof(to), "%s", node_name(args_node(a, "B")));
	p.from = from, p.to = to;
	if (!settings(sh, &p, words, n))
		return 1;
	lab_dump(sh->lab, &yaml);
	v.yaml = buf_take(&yaml);
	return v.yaml ? measure(sh, &p, &v, 1) : shell_error(sh, "out of memory");
}

static int rr_run(struct shell *sh, const struct args *a) { return bench_here(sh, a, true); }
static int stream_run(struct shell *sh, const struct args *a) { return bench_here(sh, a, false); }

/* --- two labs that differ in one thing --------------------------------------------------- */

/* Where two lines differ: does what is left hold more than one key? */
static bool one_key(const char *a, size_t na, const char *b, size_t nb)
{
	while (na && nb && *a == *b)
		a++, b++, na--, nb--;
	while (na && nb && a[na - 1] == b[nb - 1])
		na--, nb--;
	while (na && strchr(", ", a[na - 1]))
		na--;
	while (nb && strchr(", ", b[nb - 1]))
		nb--;
	for (; na && strchr(", ", *a); na--)
		a++;
	for (; nb && strchr(", ", *b); nb--)
		b++;
	return !memmem(a, na, ", ", 2) && !memmem(b, nb, ", ", 2);
}

struct line { const char *s; size_t n; };

/* The lines of a lab that say something of it; the caller frees. */
static struct line *lines_of(const char *text, size_t *n)
{
	struct line *all = calloc(strlen(text) + 1, sizeof(*all));

	*n = 0;
	while (all && *text) {
		size_t len = strcspn(text, "\n");

		if (len && *text != '#' && strncmp(text, "name:", 5) != 0)
			all[(*n)++] = (struct line){ text, len };
		text += len + (text[len] == '\n');
	}
	return all;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/* 0: nothing; 1: one value, here or there or both; 2: more than that. */
static int differences(const struct line *a, size_t na, const struct line *b, size_t nb)
{
	while (na && nb && same(a, b))
		a++, b++, na--, nb--;
	while (na && nb && same(&a[na - 1], &b[nb - 1]))
		na--, nb--;
	if (na > 1 || nb > 1)
		return 2;
	if (na && nb)
		return one_key(a->s, a->n, b->s, b->n) ? 1 : 2;
	return na || nb;
}

/* A lab file as the text that netloom writes of it. */
static bool variant_load(struct shell *sh, struct variant *v, const char *path)
{
	struct buf errs = { 0 }, yaml = { 0 };
	struct lab *lab = lab_load(path, NULL, &errs);

	if (lab) {
		v->seed = lab_seed(lab);
		lab_dump(lab, &yaml);
		lab_free(lab);
		v->yaml = buf_take(&yaml);
	}
	if (!v->yaml)
		shell_error(sh, "%.*s", errs.s ? (int)strcspn(errs.s, "\n") : 13,
			    errs.s ? errs.s : "out of memory");
	buf_free(&errs);
	return v->yaml;
}

/* By their files, with the folders where these are called alike. */
static void variants_name(struct variant *v, const char *a, const char *b)
{
	const char *base_a = strrchr(a, '/') ? strrchr(a, '/') + 1 : a;
	const char *base_b = strrchr(b, '/') ? strrchr(b, '/') + 1 : b;
	bool alike = strcmp(base_a, base_b) == 0;

	v[0].name = alike ? a : base_a;
	v[1].name = alike ? b : base_b;
}

/* Do they differ in one value, and not in the seed? */
static bool comparable(struct shell *sh, const struct variant *v)
{
	size_t na, nb;
	struct line *a = lines_of(v[0].yaml, &na), *b = lines_of(v[1].yaml, &nb);
	int n = a && b ? differences(a, na, b, nb) : 2;

	free(a);
	free(b);
	if (v[0].seed != v[1].seed)
		shell_error(sh, "bench compare: the seeds differ: %" PRIu64 " and %" PRIu64,
			    v[0].seed, v[1].seed);
	else if (n != 1)
		shell_error(sh, "bench compare: %s", n ? "the labs differ in more than one value"
						       : "the labs do not differ");
	return n == 1 && v[0].seed == v[1].seed;
}

static int compare_run(struct shell *sh, const struct args *a)
{
	struct variant v[2] = { { .point = NULL } };
	int n, status = 1;
	char *const *words = args_rest(a, &n);
	struct plan p = plan_new(n > 0 && strcmp(words[0], "rr") == 0);

	if (n < 3 || (!p.rr && strcmp(words[0], "stream") != 0))
		return shell_error(sh, "incomplete: expected rr or stream, and two nodes");
	p.from = words[1], p.to = words[2];
	variants_name(v, args_word(a, "LAB-1"), args_word(a, "LAB-2"));
	if (settings(sh, &p, words + 3, n - 3) &&
	    variant_load(sh, &v[0], args_word(a, "LAB-1")) &&
	    variant_load(sh, &v[1], args_word(a, "LAB-2")) && comparable(sh, v))
		return measure(sh, &p, v, 2);
	free(v[0].yaml);
	free(v[1].yaml);
	return status;
}

/* --- text -------------------------------------------------------------------------------- */

static void number(json_t *row, const char *key, const char *fmt, double scale)
{
	char text[40];

	if (!json_is_number(jget(row, key)))
		return;
	snprintf(text, sizeof(text), fmt, jnum(row, key) * scale);
	jset_str(row, key, text);
}

static void table_show(struct shell *sh, const json_t *r)
{
	static const struct table_col cols[] = {
		{ "interface", "Interface", false }, { "mean", "Mean", true },
		{ "min", "Min", true }, { "max", "Max", true }, { "sigma", "sigma", true },
		{ "outside_95", "Points outside 95 %", true }, { "p_value", "p-value", true },
		{ "relative_difference_percent", "Relative difference", true }, { 0 },
	};
	json_t *rows = json_deep_copy(jget(r, "table")), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		number(row, "mean", "%.3f", 1);
		number(row, "min", "%.3f", 1);
		number(row, "max", "%.3f", 1);
		number(row, "sigma", "%.4f", 1);
		number(row, "p_value", "%.4g", 1);
		number(row, "relative_difference_percent", "%+.2f %%", 1);
	}
	shell_printf(sh, "%s, %s, %d runs\n", jstr(r, "test"), strcmp(jstr(r, "unit"), "us") == 0 ?
		     "latency in us" : "throughput in Mbit/s", (int)jint(r, "runs"));
	table_print(sh, rows, cols);
	json_decref(rows);
}

/* One run, as netperf heads its columns. */
static void one_show(struct shell *sh, const json_t *r)
{
	const json_t *last = jget(r, "last"), *got = jget(jget(last, "end"), "sum_received");
	const json_t *start = jget(last, "start");
	double secs = jnum(last, "elapsed_ns") / 1e9;

	if (strcmp(jstr(r, "test"), "TCP_RR") == 0)
		shell_printf(sh, "Request  Response  Elapsed  Trans.       Mean       Minimum    "
			     "Maximum    Stddev\n"
			     "Size     Size      Time     Rate         Latency    Latency    "
			     "Latency    Latency\n"
			     "bytes    bytes     secs.    per sec      us         us         "
			     "us         us\n\n"
			     "%-8d %-9d %-8.2f %-12.2f %-10.3f %-10.3f %-10.3f %.3f\n",
			     (int)jint(last, "size"), (int)jint(last, "size"), secs,
			     secs > 0 ? jnum(last, "transactions") / secs : 0,
			     jnum(last, "mean_ns") / 1e3, jnum(last, "min_ns") / 1e3,
			     jnum(last, "max_ns") / 1e3, jnum(last, "sigma_ns") / 1e3);
	else
		shell_printf(sh, "Recv     Send     Send\n"
			     "Socket   Socket   Message  Elapsed\n"
			     "Size     Size     Size     Time     Throughput\n"
			     "bytes    bytes    bytes    secs.    10^6bits/sec\n\n"
			     "%-8d %-8d %-8d %-8.2f %.2f\n", (int)jint(start, "rcvbuf_actual"),
			     (int)jint(start, "sndbuf_actual"),
			     (int)jint(jget(start, "test_start"), "blksize"), jnum(got, "seconds"),
			     jnum(got, "bits_per_second") / 1e6);
}

static void bench_print(struct shell *sh, const struct args *a, const json_t *r)
{
	(void)a;
	if (jint(r, "runs") == 1 && json_array_size(jget(r, "table")) == 1)
		one_show(sh, r);
	else
		table_show(sh, r);
}

#define WORDS "--time --runs --cooldown --interleave --size --csv"
#define STREAM_WORDS WORDS " --bytes"
#define TEXT "Each run is a lab of its own, in virtual time, with the seed of the lab plus the\n" \
	"number of the run: sigma is what the seeds make of loss and jitter.\n" \
	"--time T (10s)  --runs N (1)  --cooldown T  --size BYTES (rr)  --csv FILE: each run\n" \
	"--bytes N[KMG] (stream): until so much was sent, in place of --time"

const struct cmd cmds_bench[] = {
	{ .name = "bench rr", .args = "A:node B:node [SETTING:rest]", .flags = CMD_LAB,
	  .run = rr_run, .print = bench_print, .rest_words = WORDS, .text = TEXT,
	  .help = "latency of requests from A that B echoes, as netperf's TCP_RR" },
	{ .name = "bench stream", .args = "A:node B:node [SETTING:rest]", .flags = CMD_LAB,
	  .run = stream_run, .print = bench_print, .rest_words = STREAM_WORDS, .text = TEXT,
	  .help = "TCP throughput from A to B, as netperf's TCP_STREAM" },
	{ .name = "bench tcp", .args = "A:node B:node [SETTING:rest]", .flags = CMD_LAB,
	  .run = stream_run, .print = bench_print, .rest_words = STREAM_WORDS, .text = TEXT,
	  .help = "the same as bench stream" },
	{ .name = "bench compare", .args = "LAB-1:file LAB-2:file SETTING:rest",
	  .flags = CMD_LAB, .run = compare_run, .print = bench_print,
	  .rest_words = "rr stream NODE " STREAM_WORDS,
	  .help = "the same of two lab files that differ in one value",
	  .text = "bench compare LAB-1 LAB-2 rr|stream A B [SETTING...]\n"
		  "--interleave: a run of each in turn.\n" TEXT },
	{ 0 },
};
