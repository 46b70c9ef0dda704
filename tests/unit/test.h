/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H
/*
 * Thin spellings of CUnit's calls.  A file is a program of its own: its TESTs
 * register themselves, test.c's main() runs them and prints CUnit's summary.
 *
 *	TEST(udp, checksum_zero_means_none) { CHECK_EQ(udp_csum(...), 0); }
 */
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang__                          /* CHECK(a) & CHECK(b): both are looked at */
#pragma clang diagnostic ignored "-Wbitwise-instead-of-logical"
#endif

struct test {
	const char *suite, *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *t);
/* Prints both sides when they differ; returns the comparison. */
bool test_eq(int64_t a, int64_t b, const char *as, const char *bs, const char *file, int line);
bool test_str(const char *a, const char *b, const char *as, const char *file, int line);

#define TEST(suite_, name_) \
	static void test_##suite_##_##name_(void); \
	__attribute__((constructor)) static void reg_##suite_##_##name_(void) \
	{ \
		static struct test t = { #suite_, #name_, test_##suite_##_##name_, NULL }; \
		test_register(&t); \
	} \
	static void test_##suite_##_##name_(void)

#define CHECK(cond) CU_assertImplementation((cond) ? CU_TRUE : CU_FALSE, \
	__LINE__, #cond, __FILE__, "", CU_FALSE)
#define CHECK_EQ(a, b) test_eq((int64_t)(a), (int64_t)(b), #a, #b, __FILE__, __LINE__)
#define CHECK_STR(a, b) test_str(a, b, #a, __FILE__, __LINE__)
#define CHECK_MEM(a, b, n) CU_assertImplementation(memcmp(a, b, n) == 0, \
	__LINE__, #a " == " #b, __FILE__, "", CU_FALSE)
/* Ends the test on failure: for what the rest cannot do without. */
#define REQUIRE(cond) CU_assertImplementation((cond) ? CU_TRUE : CU_FALSE, \
	__LINE__, #cond, __FILE__, "", CU_TRUE)

#endif
