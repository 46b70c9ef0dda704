// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/judge.h"

#include "tests/unit/test.h"

/* Judges JSON text with a program; text gets what was wrong. */
static int judged(const char *program, const char *json, struct buf *text)
{
	struct judge *j = judge_new(program, text);
	json_t *in = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL;
	int v;

	buf_reset(text);
	if (!j)
		return -1;
	v = judge_run(j, in, text);
	buf_str(text, "");
	json_decref(in);
	judge_free(j);
	return v;
}

#define CHECK_JUDGED(program, json, verdict, said) do { \
	struct buf text_ = { 0 }; \
	CHECK_EQ(judged(program, json, &text_), verdict); \
	CHECK_STR(text_.s, said); \
	buf_free(&text_); \
} while (0)

TEST(judge, true_holds)
{
	CHECK_JUDGED(".received == 4", "{\"received\":4}", VERDICT_HOLDS, "");
}

TEST(judge, false_and_null_fail)
{
	CHECK_JUDGED(".received == 4", "{\"received\":3}", VERDICT_FAILS,
		     "the last output is false");
	CHECK_JUDGED(".missing", "{}", VERDICT_FAILS, "the last output is null");
}

TEST(judge, no_output_fails)
{
	CHECK_JUDGED("empty", "{}", VERDICT_FAILS, "no output");
	CHECK_JUDGED(".[] | . > 0", "[]", VERDICT_FAILS, "no output");
}

TEST(judge, a_number_is_no_verdict)
{
	CHECK_JUDGED(".received", "{\"received\":4}", VERDICT_FAILS,
		     "the last output is 4, not true or false");
	CHECK_JUDGED("\"yes\"", "{}", VERDICT_FAILS,
		     "the last output is \"yes\", not true or false");
}

TEST(judge, the_last_of_several_outputs_counts)
{
	CHECK_JUDGED("false, true", "{}", VERDICT_HOLDS, "");
	CHECK_JUDGED("true, false", "{}", VERDICT_FAILS, "the last output is false");
	CHECK_JUDGED("true, empty", "{}", VERDICT_HOLDS, "");
}

TEST(judge, an_error_after_true_is_an_error)
{
	CHECK_JUDGED("true, error(\"late\")", "{}", VERDICT_ERROR, "late");
	CHECK_JUDGED("error({a:1})", "{}", VERDICT_ERROR, "{\"a\":1}");
	CHECK_JUDGED("true, halt", "{}", VERDICT_ERROR, "the jq program halted");
}

TEST(judge, a_type_error_shows_jq_s_words)
{
	struct buf text = { 0 };

	CHECK_EQ(judged(".a.b == 1", "{\"a\":3}", &text), VERDICT_ERROR);
	CHECK(strstr(text.s, "Cannot index number with") == text.s);
	buf_free(&text);
}

TEST(judge, nothing_reported_is_null)
{
	CHECK_JUDGED(". == null", NULL, VERDICT_HOLDS, "");
}

TEST(judge, integers_up_to_2_to_the_53_are_exact)
{
	CHECK_JUDGED(". == 9007199254740991", "9007199254740991", VERDICT_HOLDS, "");
	CHECK_JUDGED(". == 9007199254740990", "9007199254740991", VERDICT_FAILS,
		     "the last output is false");
}

TEST(judge, a_long_wrong_output_is_cut)
{
	struct buf text = { 0 };

	CHECK_EQ(judged("\"x\" * 1000", "{}", &text), VERDICT_FAILS);
	CHECK(text.len < 260);
	CHECK(strstr(text.s, "...") != NULL);
	buf_free(&text);
}

TEST(judge, a_broken_program_does_not_compile)
{
	struct buf err = { 0 };

	CHECK(judge_new(".a ==", &err) == NULL);
	CHECK(err.s && strstr(err.s, "syntax error") != NULL);
	CHECK(err.s && strstr(err.s, "jq:") == NULL);
	CHECK(err.s && strchr(err.s, '\n') == NULL);
	buf_reset(&err);
	CHECK(judge_new("nosuch(.a)", &err) == NULL);
	CHECK(err.s && strstr(err.s, "nosuch/1 is not defined") != NULL);
	buf_free(&err);
}

TEST(judge, one_judge_judges_many_times)
{
	struct buf err = { 0 }, text = { 0 };
	struct judge *j = judge_new(". > 2", &err);

	REQUIRE(j != NULL);
	for (int i = 0; i < 5; i++) {
		json_t *v = json_integer(i);

		CHECK_EQ(judge_run(j, v, &text), i > 2 ? VERDICT_HOLDS : VERDICT_FAILS);
		json_decref(v);
	}
	judge_free(j);
	buf_free(&err);
	buf_free(&text);
}
