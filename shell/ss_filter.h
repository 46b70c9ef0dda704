/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_SS_FILTER_H
#define SHELL_SS_FILTER_H
/*
 * Which sockets ss shows, in the words of ss(8):
 *
 *	[state STATE | exclude STATE]... [EXPRESSION]
 *
 * An expression is src, dst, sport, dport or dev with = != > < >= <= and a
 * value, joined by and, or, not and parentheses; and may be left out.  A
 * node's name is its address.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/show.h"
#include "stack/util/buf.h"

enum ss_state {
	SS_ESTAB, SS_SYN_SENT, SS_SYN_RECV, SS_FIN_WAIT_1, SS_FIN_WAIT_2, SS_TIME_WAIT, SS_UNCONN,
	SS_CLOSE_WAIT, SS_LAST_ACK, SS_LISTEN, SS_CLOSING, SS_N
};
const char *ss_state_word(enum ss_state s);       /* "ESTAB" */
enum ss_state ss_state_of(const char *rfc);       /* "ESTABLISHED" */

struct lab;

struct ss_filter {
	const struct lab *lab;
	uint32_t states;                  /* bits 1 << enum ss_state; 0: not said */
	char text[512];                   /* the expression; "": all */
};

/* v: the words behind the options.  False, and err: what is wrong. */
bool ss_filter_parse(struct ss_filter *f, const struct lab *lab, char *const *v, int n,
		     char err[256]);
/* dev: the name of the interface that it is bound to, or "". */
bool ss_filter_takes(const struct ss_filter *f, const struct show_sock *s, const char *dev);

#endif
