/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_DATE_H
#define SIM_PROG_DATE_H
#include "stack/util/ns.h"

#define DATE_LEN 48

/* Lab time as a date after the epoch of labs, "Sat, 01 Jan 2000 00:00:05 GMT"
 * (IMF-fixdate, RFC 9110 5.6.7): no wall clock enters an output. */
const char *date_fmt(ns_t at, char text[DATE_LEN]);

#endif
