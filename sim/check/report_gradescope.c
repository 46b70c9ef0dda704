// SPDX-License-Identifier: GPL-3.0-or-later
/* Gradescope's results.json: tests with points, hidden ones marked. */
#include <stdlib.h>

#include "sim/check/report.h"
#include "sim/check/text.h"

/* What the student reads under a test: the text for it, or what went wrong. */
static json_t *output_of(const struct check_result *r)
{
	struct buf out = { 0 };
	json_t *v;

	if (r->status != CHECK_PASSED)
		report_details(r, "", &out);
	else if (r->text)
		buf_str(&out, r->text);
	v = json_stringn(out.s ? out.s : "", out.len);
	buf_free(&out);
	return v;
}

static json_t *number_of(const struct report *rp, size_t lab, size_t check)
{
	if (rp->n > 1)
		return json_sprintf("%zu.%zu", lab + 1, check + 1);
	return json_sprintf("%zu", check + 1);
}

static json_t *test_of(const struct report *rp, size_t lab, size_t check)
{
	const struct check_result *r = &rp->labs[lab].results[check];
	json_t *t = json_pack("{s:o*, s:o*, s:s, s:s*, s:o*, s:o*}",
			      "score", text_points_json(result_score_milli(r)),
			      "max_score", text_points_json(r->points_milli),
			      "status", r->status == CHECK_PASSED ? "passed" : "failed",
			      "name", r->name, "number", number_of(rp, lab, check),
			      "output", output_of(r));

	if (r->hidden)
		json_object_set_new(t, "visibility", json_string("hidden"));
	return t;
}

static json_t *labs_of(const struct report *rp)
{
	json_t *labs = json_array();

	for (size_t i = 0; i < rp->n; i++) {
		const struct report_lab *l = &rp->labs[i];

		json_array_append_new(labs, json_pack("{s:s*, s:s*, s:o*}", "file", l->file,
			"name", l->name, "seed", l->name ? text_seed_json(l->seed) : NULL));
	}
	return labs;
}

/* The lines of totals. */
static json_t *summary_of(const struct report *rp)
{
	struct report_total sum = report_total(rp);
	struct buf out = { 0 };
	json_t *v;

	for (size_t i = 0; i < rp->n; i++) {
		struct report_total t = report_lab_total(&rp->labs[i]);

		report_total_line(rp->labs[i].file, &t, &out);
		buf_putc(&out, '\n');
	}
	if (rp->n > 1)
		report_total_line("all labs", &sum, &out);
	v = json_stringn(out.s ? out.s : "", out.len);
	buf_free(&out);
	return v;
}

/* A hidden test's outcome must not show in the totals either. */
static bool any_hidden(const struct report *rp)
{
	for (size_t i = 0; i < rp->n; i++)
		for (size_t k = 0; k < rp->labs[i].n; k++)
			if (rp->labs[i].results[k].hidden)
				return true;
	return false;
}

static void write_gradescope(const struct report *rp, struct buf *out)
{
	json_t *tests = json_array(), *extra = json_object(), *root = json_object();
	char *text;

	for (size_t i = 0; i < rp->n; i++)
		for (size_t k = 0; k < rp->labs[i].n; k++)
			json_array_append_new(tests, test_of(rp, i, k));
	if (rp->n && rp->labs[0].name)
		json_object_set_new(extra, "seed", text_seed_json(rp->labs[0].seed));
	json_object_set_new(extra, "labs", labs_of(rp));
	if (json_array_size(tests) == 0)  /* no test has a score: one is needed here */
		json_object_set_new(root, "score", json_integer(0));
	if (!any_hidden(rp))
		json_object_set_new(root, "output", summary_of(rp));
	json_object_set_new(root, "extra_data", extra);
	json_object_set_new(root, "tests", tests);
	text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	buf_str(out, text ? text : "");
	buf_putc(out, '\n');
	free(text);
	json_decref(root);
}

const struct report_format report_gradescope = {
	.name = "gradescope", .help = "Gradescope's results.json", .write = write_gradescope,
};
