// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The report as JSON, with all there is to know.  Keys are added, never
 * renamed; times are nanoseconds of lab time.
 */
#include <stdlib.h>

#include "sim/check/report.h"
#include "sim/check/text.h"

static void put_total(json_t *o, const struct report_total *t)
{
	json_object_set_new(o, "passed", json_integer((json_int_t)t->passed));
	json_object_set_new(o, "total", json_integer((json_int_t)t->checks));
	json_object_set_new(o, "score", text_points_json(t->score_milli));
	json_object_set_new(o, "points", text_points_json(t->points_milli));
}

static json_t *lab_of(const struct report_lab *l)
{
	struct report_total t = report_lab_total(l);
	json_t *o = json_pack("{s:s*, s:s*}", "file", l->file, "name", l->name);
	json_t *checks = json_array();

	if (l->name)
		json_object_set_new(o, "seed", text_seed_json(l->seed));
	put_total(o, &t);
	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(checks, result_to_json(&l->results[i]));
	json_object_set_new(o, "checks", checks);
	return o;
}

static void write_json(const struct report *rp, struct buf *out)
{
	struct report_total t = report_total(rp);
	json_t *root = json_object(), *labs = json_array();
	char *text;

	json_object_set_new(root, "version", json_integer(1));
	put_total(root, &t);
	for (size_t i = 0; i < rp->n; i++)
		json_array_append_new(labs, lab_of(&rp->labs[i]));
	json_object_set_new(root, "labs", labs);
	text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	buf_str(out, text ? text : "");
	buf_putc(out, '\n');
	free(text);
	json_decref(root);
}

const struct report_format report_json = {
	.name = "json", .help = "everything, for programs", .write = write_json,
};
