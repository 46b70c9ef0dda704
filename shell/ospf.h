/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_OSPF_H
#define SHELL_OSPF_H
/* What the OSPF commands share: FRR's words for times, ids and areas, and reports
 * of one router or of all. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct args;
struct node;
struct shell;
struct stack;

#define OSPF_TIME_LEN 24
#define OSPF_AREA_LEN 32

/* "35.891s", "1m11s", "2h00m05s", "1d02h03m", as FRR has durations. */
char *ospf_time(ns_t d, char out[OSPF_TIME_LEN]);
long long ospf_msec(ns_t d);                              /* 0 of what is over */
/* "0.0.0.1 [Stub]": the area as this router has it. */
char *ospf_area(struct stack *st, uint32_t area, char out[OSPF_AREA_LEN]);
void ospf_set_id(json_t *o, const char *key, uint32_t id);        /* "1.1.1.1" */

/* The router under way. */
struct ospf_ask { struct shell *sh; const struct args *a; struct node *node; struct stack *st; };

/* Whether the router asked for has the interface IF, if one was named; else says so. */
bool ospf_has_if(struct shell *sh, const struct args *a);
/* The id that the line names, as 1.1.1.1 or as the router that has it; false: none. */
bool ospf_arg_id(const struct ospf_ask *q, const char *name, uint32_t *id);
/* Reports what make() says of the router asked for (NODE, or the one entered), or an
 * object with a member for each that runs OSPF.  A command's exit status. */
int ospf_report(struct shell *sh, const struct args *a, json_t *(*make)(struct ospf_ask *q));
/* Prints such a report, router by router; where none runs OSPF, near FRR's words that
 * it does not ("% OSPF is not enabled in vrf default"). */
void ospf_print(struct shell *sh, const struct args *a, const json_t *all,
		void (*print)(struct shell *sh, const json_t *one));

#endif
