// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/result.h"

#include "tests/unit/test.h"

TEST(result, what_crosses_as_json_comes_back_the_same)
{
	struct check_result r = {
		.points_milli = 333, .line = 12, .hidden = true, .status = CHECK_FAILED,
		.began_at = 5, .ended_at = SEC(100000) + 1,
	}, back;
	json_t *v;

	result_set(&r.name, "a \"name\"");
	result_set(&r.why, "no output");
	result_set(&r.run, "ns1 ping ns2");
	result_set(&r.expected, "empty");
	result_set(&r.actual, "{}");
	result_set(&r.text, "hint\nline 2");
	r.drops = json_pack("[s]", "1s a:b link.loss");
	v = result_to_json(&r);
	REQUIRE(result_from_json(v, &back));
	CHECK_STR(back.name, r.name);
	CHECK_EQ(back.points_milli, 333);
	CHECK_EQ(back.line, 12);
	CHECK_EQ(back.hidden, true);
	CHECK_EQ(back.status, CHECK_FAILED);
	CHECK_EQ(back.began_at, 5);
	CHECK_EQ(back.ended_at, SEC(100000) + 1);
	CHECK_STR(back.why, r.why);
	CHECK_STR(back.run, r.run);
	CHECK_STR(back.expected, r.expected);
	CHECK_STR(back.actual, r.actual);
	CHECK_STR(back.text, r.text);
	CHECK_EQ(json_array_size(back.drops), 1);
	json_decref(v);
	result_fini(&r);
	result_fini(&back);
}

TEST(result, points_survive_the_crossing_exactly)
{
	for (uint32_t milli = 0; milli < 5000; milli++) {
		struct check_result r = { .points_milli = milli }, back;
		json_t *v;

		result_set(&r.name, "x");
		v = result_to_json(&r);
		REQUIRE(result_from_json(v, &back));
		if (back.points_milli != milli)
			CHECK_EQ(back.points_milli, milli);
		json_decref(v);
		result_fini(&r);
		result_fini(&back);
	}
}

TEST(result, only_a_passed_check_scores)
{
	for (int s = 0; s < CHECK_STATUS_N; s++) {
		struct check_result r = { .points_milli = 1500, .status = (enum check_status)s };

		CHECK_EQ(result_score_milli(&r), s == CHECK_PASSED ? 1500 : 0);
	}
}

TEST(result, bytes_that_are_no_text_do_not_stop_it)
{
	struct check_result r = { 0 };
	json_t *v;

	result_set(&r.name, "x\xff");
	CHECK_STR(r.name, "x\\xff");
	v = result_to_json(&r);
	CHECK_STR(json_string_value(json_object_get(v, "name")), "x\\xff");
	json_decref(v);
	result_fini(&r);
}

TEST(result, other_json_is_no_result)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"name\":\"x\"}",
		("{\"name\":\"x\",\"status\":\"fine\",\"points\":1,\"hidden\":false,\"line\":0,"
		 "\"began_at\":0,\"ended_at\":0}"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *v = json_loads(bad[i], 0, NULL);
		struct check_result r;

		CHECK(!result_from_json(v, &r));
		CHECK(r.name == NULL);
		json_decref(v);
	}
}
