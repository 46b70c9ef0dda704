// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/test.h"

#include <CUnit/TestRun.h>
#include <stdlib.h>

static struct test *tests;

void test_register(struct test *t)
{
	struct test **at = &tests;

	while (*at)
		at = &(*at)->next;
	*at = t;
}

bool test_eq(int64_t a, int64_t b, const char *as, const char *bs, const char *file, int line)
{
	char text[400];

	snprintf(text, sizeof(text), "%s == %s: %" PRId64 " and %" PRId64, as, bs, a, b);
	CU_assertImplementation(a == b, (unsigned)line, text, file, "", CU_FALSE);
	return a == b;
}

bool test_str(const char *a, const char *b, const char *as, const char *file, int line)
{
	bool same = a && b && strcmp(a, b) == 0;
	char text[1200];

	snprintf(text, sizeof(text), "%s: got \"%s\", want \"%s\"", as,
		 a ? a : "(null)", b ? b : "(null)");
	CU_assertImplementation(same, (unsigned)line, text, file, "", CU_FALSE);
	return same;
}

static void on_complete(const CU_pTest t, const CU_pSuite s, const CU_pFailureRecord first)
{
	printf("%s %s/%s\n", first ? "FAIL" : "ok  ", s->pName, t->pName);
	for (CU_pFailureRecord f = first; f; f = f->pNext)
		printf("     %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
	fflush(stdout);
}

int main(void)
{
	CU_pSuite suite = NULL;
	const char *name = "";
	char *summary;
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	for (struct test *t = tests; t; t = t->next) {
		if (strcmp(name, t->suite) != 0)
			suite = CU_add_suite(name = t->suite, NULL, NULL);
		if (!suite || !CU_add_test(suite, t->name, t->run))
			return 2;
	}
	CU_set_test_complete_handler(on_complete);
	CU_run_all_tests();
	summary = CU_get_run_results_string();
	printf("%s\n", summary);
	free(summary);
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failed != 0 || !tests;
}
