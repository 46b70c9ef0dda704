// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/judge.h"

#include <jq.h>
#include <jv.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/text.h"

#define OUTPUT_MAX 200                    /* characters of a wrong output shown */

struct judge { jq_state *jq; };

/* jq's message without its prefix, the guess that a shell mangled the program,
 * and the count at the end. */
static void on_compile_error(void *ctx, jv msg)
{
	const char prefix[] = "jq: error: ", guess[] = " (Unix shell quoting issues?)";
	struct buf *err = ctx;
	const char *s, *g;

	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	s = jv_string_value(msg);
	if (strncmp(s, prefix, strlen(prefix)) == 0)
		s += strlen(prefix);
	if (!strstr(s, "compile error")) {
		if (err->len)
			buf_putc(err, '\n');
		g = strstr(s, guess);
		if (g)
			buf_add(err, s, (size_t)(g - s));
		s = g ? g + strlen(guess) : s;
		buf_add(err, s, strcspn(s, "\n"));
	}
	jv_free(msg);
}

struct judge *judge_new(const char *program, struct buf *err)
{
	struct judge *j = calloc(1, sizeof(*j));
	struct buf said = { 0 };

	if (!j || !(j->jq = jq_init())) {
		buf_str(err, "no memory for a jq program");
		judge_free(j);
		return NULL;
	}
	jq_set_error_cb(j->jq, on_compile_error, &said);
	if (!jq_compile(j->jq, program)) {
		buf_str(err, said.len ? said.s : "not a jq program");
		judge_free(j);
		j = NULL;
	} else {
		jq_set_error_cb(j->jq, NULL, NULL);
	}
	buf_free(&said);
	return j;
}

void judge_free(struct judge *j)
{
	if (j && j->jq)
		jq_teardown(&j->jq);
	free(j);
}

static jv to_jv(const json_t *v)
{
	char *text = v ? text_compact(v) : NULL;
	jv out = text ? jv_parse(text) : jv_null();

	free(text);
	return out;
}

static void put_jv(struct buf *out, jv v)
{
	jv text = jv_dump_string(v, 0);

	text_cut(out, jv_string_value(text), OUTPUT_MAX);
	jv_free(text);
}

/* An error's value: a string as it is, anything else as JSON. */
static void put_error(struct buf *out, jv msg)
{
	if (jv_get_kind(msg) != JV_KIND_STRING) {
		put_jv(out, msg);
		return;
	}
	text_cut(out, jv_string_value(msg), OUTPUT_MAX);
	jv_free(msg);
}

/* Consumes end, the invalid value that jq_next() finished with. */
static bool ended_in_error(struct judge *j, jv end, struct buf *text)
{
	if (jv_invalid_has_msg(jv_copy(end))) {
		put_error(text, jv_invalid_get_msg(end));
		return true;
	}
	jv_free(end);
	if (jq_halted(j->jq))
		buf_str(text, "the jq program halted");
	return jq_halted(j->jq);
}

static enum verdict judge_last(jv last, struct buf *text)
{
	jv_kind kind = jv_get_kind(last);

	if (kind == JV_KIND_TRUE) {
		jv_free(last);
		return VERDICT_HOLDS;
	}
	if (kind == JV_KIND_INVALID) {
		jv_free(last);
		buf_str(text, "no output");
		return VERDICT_FAILS;
	}
	buf_str(text, "the last output is ");
	put_jv(text, last);
	if (kind != JV_KIND_FALSE && kind != JV_KIND_NULL)
		buf_str(text, ", not true or false");
	return VERDICT_FAILS;
}

enum verdict judge_run(struct judge *j, const json_t *input, struct buf *text)
{
	jv last = jv_invalid(), out, in = to_jv(input);

	if (!jv_is_valid(in)) {           /* nested too deep for jq */
		ended_in_error(j, in, text);
		return VERDICT_ERROR;
	}
	jq_start(j->jq, in, 0);
	while (jv_is_valid(out = jq_next(j->jq))) {
		jv_free(last);
		last = out;
	}
	if (ended_in_error(j, out, text)) {
		jv_free(last);
		return VERDICT_ERROR;
	}
	return judge_last(last, text);
}
