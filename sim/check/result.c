// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/result.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/text.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"

static const char *const status_names[CHECK_STATUS_N] = {
	[CHECK_NOT_RUN] = "not run", [CHECK_PASSED] = "passed",
	[CHECK_FAILED] = "failed",   [CHECK_ERROR] = "error",
};

/* The strings of a result, each with its key. */
static const struct { const char *key; size_t off; } texts[] = {
	{ "why",      offsetof(struct check_result, why) },
	{ "run",      offsetof(struct check_result, run) },
	{ "expected", offsetof(struct check_result, expected) },
	{ "actual",   offsetof(struct check_result, actual) },
	{ "text",     offsetof(struct check_result, text) },
};

static char **text_at(struct check_result *r, size_t i)
{
	return (char **)(void *)((char *)r + texts[i].off);
}

void result_fini(struct check_result *r)
{
	free(r->name);
	for (size_t i = 0; i < N_ELEM(texts); i++)
		free(*text_at(r, i));
	json_decref(r->drops);
	*r = (struct check_result){ 0 };
}

void result_set(char **field, const char *text)
{
	struct buf clean = { 0 };

	free(*field);
	*field = NULL;
	if (!text)
		return;
	text_utf8(&clean, text, strlen(text));
	*field = buf_take(&clean);
}

uint32_t result_score_milli(const struct check_result *r)
{
	return r->status == CHECK_PASSED ? r->points_milli : 0;
}

json_t *result_to_json(const struct check_result *r)
{
	struct check_result copy = *r;
	json_t *o = json_pack("{s:s*, s:s, s:o*, s:o*, s:b, s:I, s:I, s:I}",
			      "name", r->name, "status", status_names[r->status],
			      "score", text_points_json(result_score_milli(r)),
			      "points", text_points_json(r->points_milli),
			      "hidden", r->hidden, "line", (json_int_t)r->line,
			      "began_at", (json_int_t)r->began_at,
			      "ended_at", (json_int_t)r->ended_at);

	for (size_t i = 0; i < N_ELEM(texts); i++)
		if (*text_at(&copy, i))
			json_object_set_new(o, texts[i].key, json_string(*text_at(&copy, i)));
	if (json_array_size(r->drops))
		json_object_set(o, "drops", r->drops);
	return o;
}

static bool status_parse(const char *name, enum check_status *out)
{
	for (int s = 0; s < CHECK_STATUS_N; s++) {
		if (strcmp(name, status_names[s]) == 0) {
			*out = (enum check_status)s;
			return true;
		}
	}
	return false;
}

bool result_from_json(const json_t *v, struct check_result *out)
{
	json_int_t line = 0, began = 0, ended = 0;
	const char *name = NULL, *status = NULL;
	double points = 0;
	int hidden = 0;

	*out = (struct check_result){ 0 };
	/* jansson's unpacking only reads, but its signature does not say so */
	if (json_unpack((json_t *)(uintptr_t)v, "{s:s, s:s, s:F, s:b, s:I, s:I, s:I}",
			"name", &name, "status", &status, "points", &points, "hidden", &hidden,
			"line", &line, "began_at", &began, "ended_at", &ended) < 0 ||
	    !status_parse(status, &out->status))
		return false;
	result_set(&out->name, name);
	out->points_milli = (uint32_t)(points * 1000 + 0.5);
	out->line = (uint32_t)line;
	out->hidden = hidden;
	out->began_at = began;
	out->ended_at = ended;
	for (size_t i = 0; i < N_ELEM(texts); i++)
		result_set(text_at(out, i), json_string_value(json_object_get(v, texts[i].key)));
	out->drops = json_incref(json_object_get(v, "drops"));
	return true;
}
