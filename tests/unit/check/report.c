// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/report.h"

#include <stdlib.h>

#include "tests/unit/check/fixture.h"
#include "tests/unit/test.h"

TEST(report, sums_count_only_what_passed)
{
	struct report rp = { 0 };
	struct report_total t;

	fixture_lab(&rp);
	t = report_total(&rp);
	CHECK_EQ(t.checks, 4);
	CHECK_EQ(t.passed, 1);
	CHECK_EQ(t.score_milli, 1000);
	CHECK_EQ(t.points_milli, 4500);
	report_free(&rp);
}

TEST(report, a_fault_is_an_error_of_the_check_that_ran)
{
	struct report rp = { 0 };

	fixture_lab(&rp);
	CHECK_EQ(rp.labs[0].n, 4);
	CHECK_EQ(rp.labs[0].results[0].status, CHECK_PASSED);
	CHECK_EQ(rp.labs[0].results[1].status, CHECK_FAILED);
	CHECK_EQ(rp.labs[0].results[2].status, CHECK_ERROR);
	CHECK_EQ(rp.labs[0].results[2].ended_at, SEC(64));
	CHECK_STR(rp.labs[0].results[2].why, "killed by signal 11 (Segmentation fault)");
	CHECK_EQ(rp.labs[0].results[3].status, CHECK_NOT_RUN);
	report_free(&rp);
}

TEST(report, a_fault_between_checks_is_an_error_of_the_lab)
{
	struct report rp = { 0 };
	struct report_lab *l = report_add_lab(&rp, "a.yaml");

	result_set(&l->name, "a");
	report_fault(l, "exit status 3");
	CHECK_EQ(l->n, 1);
	CHECK_STR(l->results[0].name, "the lab ends as it should");
	CHECK_EQ(l->results[0].status, CHECK_ERROR);
	CHECK_EQ(report_exit_status(&rp), 1);
	report_free(&rp);
}

TEST(report, exit_status_tells_passed_failed_broken_and_empty)
{
	struct report rp = { 0 };
	struct report_lab *l = report_add_lab(&rp, "a.yaml");
	struct check_result r;

	CHECK_EQ(report_exit_status(&rp), 3);
	r = fixture_result("good", 1000, CHECK_PASSED, 0, 0);
	report_add(l, &r);
	CHECK_EQ(report_exit_status(&rp), 0);
	r = fixture_result("bad", 1000, CHECK_FAILED, 0, 0);
	report_add(l, &r);
	CHECK_EQ(report_exit_status(&rp), 1);
	report_broken(report_add_lab(&rp, "b.yaml"), "b.yaml:1:1: bad\n");
	CHECK_EQ(report_exit_status(&rp), 2);
	report_free(&rp);
}

TEST(report, an_outcome_for_no_check_is_ignored)
{
	struct report rp = { 0 };
	struct report_lab *l = report_add_lab(&rp, "a.yaml");
	struct check_result r = fixture_result("stray", 1000, CHECK_PASSED, 0, 0);

	report_begin(l, 5, 0);
	report_set(l, 5, &r);
	CHECK_EQ(l->n, 0);
	CHECK(r.name == NULL);
	report_free(&rp);
}

TEST(report, a_hidden_check_shows_its_result_alone)
{
	static const struct report_format *const public[] = {
		&report_text, &report_tap, &report_junit,
	};
	struct report rp = { 0 };
	struct report_lab *l = report_add_lab(&rp, "a.yaml");
	struct check_result r = fixture_result("secret", 1000, CHECK_FAILED, 0, 0);

	r.hidden = true;
	result_set(&r.why, "the answer");
	result_set(&r.expected, "the answer");
	report_add(l, &r);
	for (size_t i = 0; i < 3; i++) {
		char *s = fixture_write(&rp, public[i]);

		CHECK(strstr(s, "secret") != NULL);
		CHECK(strstr(s, "the answer") == NULL);
		free(s);
	}
	report_free(&rp);
}

TEST(report, every_format_is_found_by_name)
{
	size_t n;
	const struct report_format *const *all = report_formats(&n);

	CHECK_EQ(n, 5);
	CHECK_STR(all[0]->name, "text");
	for (size_t i = 0; i < n; i++)
		CHECK(report_format_find(all[i]->name) == all[i]);
	CHECK(report_format_find("xml") == NULL);
}

TEST(report, every_format_can_write_an_empty_report)
{
	struct report rp = { 0 };
	size_t n;
	const struct report_format *const *all = report_formats(&n);

	for (size_t i = 0; i < n; i++) {
		char *s = fixture_write(&rp, all[i]);

		CHECK(s != NULL);
		free(s);
	}
	report_free(&rp);
}
