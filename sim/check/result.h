/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CHECK_RESULT_H
#define SIM_CHECK_RESULT_H
/*
 * What became of one check, and its form as JSON: the line that crosses from
 * the process that runs a lab to the one that writes the report, and an
 * element of the json report.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

enum check_status {
	CHECK_NOT_RUN,                    /* the lab ended before; no points */
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_ERROR,                      /* the check or the lab is broken: no verdict */
	CHECK_STATUS_N
};

/* Strings are owned, valid UTF-8, and NULL where there is nothing to say. */
struct check_result {
	char *name;
	uint32_t points_milli;            /* that it is worth */
	uint32_t line;                    /* in the lab file; 0: none */
	bool hidden;
	enum check_status status;
	ns_t began_at, ended_at;          /* lab time */
	char *why;                        /* lines; NULL when it passed */
	char *run;                        /* the command */
	char *expected;                   /* the jq program */
	char *actual;                     /* compact JSON, or the command's error */
	char *text;                       /* the lab file's pass or fail text */
	json_t *drops;                    /* array of lines, oldest first; or NULL */
};

void result_fini(struct check_result *r);
/* Copies text of any origin into one of the strings; NULL takes it away. */
void result_set(char **field, const char *text);
uint32_t result_score_milli(const struct check_result *r);

json_t *result_to_json(const struct check_result *r);
/* False if v is not a result; *out is then empty. */
bool result_from_json(const json_t *v, struct check_result *out);

#endif
