/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_CHECK_FIXTURE_H
#define TESTS_UNIT_CHECK_FIXTURE_H
/* A report as a run leaves it, for the tests of the formats. */
#include "sim/check/report.h"

/* A result in one line; texts may be NULL. */
struct check_result fixture_result(const char *name, uint32_t points_milli,
				   enum check_status status, ns_t began_at, ns_t ended_at);

/*
 * lab.yaml, seed 7: a check that passed, a failed one worth half a point with
 * every detail in it, and a hidden one that the lab's crash left without a
 * verdict, and one that was therefore not run.
 */
void fixture_lab(struct report *rp);

/* Then broken.yaml, whose lab file has an error. */
void fixture_two_labs(struct report *rp);

/* The report in a format; the caller frees. */
char *fixture_write(const struct report *rp, const struct report_format *f);

#endif
