// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/report.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/text.h"
#include "stack/util/cc.h"

static const struct report_format *const formats[] = {
	&report_text, &report_tap, &report_junit, &report_gradescope, &report_json,
};

const struct report_format *const *report_formats(size_t *n)
{
	*n = N_ELEM(formats);
	return formats;
}

const struct report_format *report_format_find(const char *name)
{
	for (size_t i = 0; i < N_ELEM(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

/* --- filling it ------------------------------------------------------------ */

struct report_lab *report_add_lab(struct report *rp, const char *file)
{
	struct report_lab *labs = realloc(rp->labs, (rp->n + 1) * sizeof(*labs));

	if (!labs)
		return NULL;
	rp->labs = labs;
	labs[rp->n] = (struct report_lab){ 0 };
	result_set(&labs[rp->n].file, file);
	return &labs[rp->n++];
}

void report_free(struct report *rp)
{
	for (size_t i = 0; i < rp->n; i++) {
		struct report_lab *l = &rp->labs[i];

		for (size_t k = 0; k < l->n; k++)
			result_fini(&l->results[k]);
		free(l->results);
		free(l->file);
		free(l->name);
	}
	free(rp->labs);
	*rp = (struct report){ 0 };
}

bool report_add(struct report_lab *l, struct check_result *take)
{
	struct check_result *r = realloc(l->results, (l->n + 1) * sizeof(*r));

	if (!r) {
		result_fini(take);
		return false;
	}
	l->results = r;
	r[l->n++] = *take;
	l->running = l->n;
	*take = (struct check_result){ 0 };
	return true;
}

void report_begin(struct report_lab *l, size_t i, ns_t at)
{
	l->running = i < l->n ? i : l->n;
	if (i < l->n)
		l->results[i].began_at = l->results[i].ended_at = at;
}

void report_set(struct report_lab *l, size_t i, struct check_result *take)
{
	if (i < l->n) {
		result_fini(&l->results[i]);
		l->results[i] = *take;
		*take = (struct check_result){ 0 };
	} else {
		result_fini(take);
	}
	l->running = l->n;
}

/* An entry that stands for the lab itself. */
static void add_entry(struct report_lab *l, const char *name, enum check_status status,
		      const char *why)
{
	struct check_result r = { .status = status };

	result_set(&r.name, name);
	result_set(&r.why, why);
	report_add(l, &r);
}

void report_broken(struct report_lab *l, const char *errors)
{
	l->broken = true;
	add_entry(l, "the lab file loads", CHECK_ERROR, errors);
}

void report_fault(struct report_lab *l, const char *what)
{
	bool blamed = l->running < l->n;

	for (size_t i = 0; i < l->n; i++) {
		struct check_result *r = &l->results[i];

		if (blamed && i == l->running) {
			r->status = CHECK_ERROR;
			result_set(&r->why, what);
		} else if (r->status == CHECK_NOT_RUN) {
			result_set(&r->why, "not run: the lab ended before");
		}
	}
	l->running = l->n;
	if (!blamed)
		add_entry(l, l->name ? "the lab ends as it should" : "the lab loads",
			  CHECK_ERROR, what);
}

/* --- sums ------------------------------------------------------------------ */

struct report_total report_lab_total(const struct report_lab *l)
{
	struct report_total t = { .checks = l->n };

	for (size_t i = 0; i < l->n; i++) {
		t.passed += l->results[i].status == CHECK_PASSED;
		t.score_milli += result_score_milli(&l->results[i]);
		t.points_milli += l->results[i].points_milli;
	}
	return t;
}

struct report_total report_total(const struct report *rp)
{
	struct report_total sum = { 0 };

	for (size_t i = 0; i < rp->n; i++) {
		struct report_total t = report_lab_total(&rp->labs[i]);

		sum.checks += t.checks;
		sum.passed += t.passed;
		sum.score_milli += t.score_milli;
		sum.points_milli += t.points_milli;
	}
	return sum;
}

int report_exit_status(const struct report *rp)
{
	struct report_total t = report_total(rp);

	for (size_t i = 0; i < rp->n; i++)
		if (rp->labs[i].broken)
			return 2;
	if (t.checks == 0)
		return 3;
	return t.passed == t.checks ? 0 : 1;
}

/* --- pieces of text -------------------------------------------------------- */

static void detail(struct buf *out, const char *indent, const char *label, const char *value)
{
	struct buf inner = { 0 };
	size_t n;

	if (!value)
		return;
	n = strcspn(value, "\n");
	buf_printf(out, "%s%-9s ", indent, label);
	text_visible(out, value, n);
	buf_putc(out, '\n');
	buf_printf(&inner, "%s%10s", indent, "");
	if (inner.s && value[n])
		text_indent(out, inner.s, value + n + 1);
	buf_free(&inner);
}

/* "4.003s", or "4.003s to 64.003s" */
static void put_instant(const struct check_result *r, struct buf *out)
{
	text_seconds(out, r->began_at);
	buf_putc(out, 's');
	if (r->ended_at == r->began_at)
		return;
	buf_str(out, " to ");
	text_seconds(out, r->ended_at);
	buf_putc(out, 's');
}

bool report_may_explain(const struct check_result *r)
{
	return !r->hidden || r->status == CHECK_ERROR;
}

void report_details(const struct check_result *r, const char *indent, struct buf *out)
{
	struct buf lines = { 0 };
	const json_t *line;
	size_t i;

	detail(out, indent, "why:", r->why);
	detail(out, indent, "run:", r->run);
	detail(out, indent, "expected:", r->expected);
	detail(out, indent, "actual:", r->actual);
	if (r->run || r->expected) {
		put_instant(r, &lines);
		detail(out, indent, "lab time:", lines.s);
	}
	buf_reset(&lines);
	json_array_foreach(r->drops, i, line)
		buf_printf(&lines, "%s\n", json_string_value(line));
	if (lines.len)
		detail(out, indent, "drops:", lines.s);
	detail(out, indent, "hint:", r->text);
	buf_free(&lines);
}

void report_total_line(const char *what, const struct report_total *t, struct buf *out)
{
	buf_printf(out, "%s: %" PRIu64 " of %" PRIu64 " passed, ", what, t->passed, t->checks);
	text_points(out, t->score_milli);
	buf_putc(out, '/');
	text_points(out, t->points_milli);
	buf_str(out, " points");
}
