/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_EXPR_H
#define SIM_PKTDRILL_EXPR_H
/* Expressions of %{ code }%, worked out as they are read. */
#include "sim/pktdrill/run.h"

#define PD_NAME_MAX 64

/* All numbers are double: no counter of ours is beyond 2^53.  Strings and
 * items belong to the script. */
enum pd_val_kind {
	PD_V_NONE, PD_V_NUM, PD_V_STR, PD_V_SEQ,
	PD_V_TEXT,                        /* formatted, for people: what it says is not known */
	PD_V_CODE,                        /* a function: s, from its parameters on; n: its indent */
};
struct pd_val {
	enum pd_val_kind kind;
	double n;
	const char *s;
	struct pd_val *items;             /* of PD_V_SEQ: n_items */
	size_t n_items;
};

struct pd_code {
	struct pd_run *r;
	const char *p, *text;             /* text: where it begins */
	int depth;                        /* of brackets: newlines are blanks inside */
	int nest;                         /* of expressions */
	unsigned dry;                     /* what is read has no effect: "or" need not know it */
	struct sock *sk;                  /* that is asked, or NULL */
	struct sk_tcp_info info;
	bool has_info, bad;
	unsigned steps;                   /* statements so far */
	size_t work;                      /* bytes read and kept so far, about */
	struct pd_var *scope;             /* those behind it are not of this function */
	struct pd_val result;             /* of return */
};

enum pd_jump { PD_J_NEXT, PD_J_BREAK, PD_J_CONTINUE, PD_J_RETURN };

/* Skips the script; says that it needs `what` of Python. */
struct pd_val pd_code_lacks(struct pd_code *c, const char *what);
/* Counts bytes that were read or kept; of too many the script is skipped. */
void pd_code_works(struct pd_code *c, size_t bytes);
void pd_code_blanks(struct pd_code *c);
bool pd_code_take(struct pd_code *c, const char *s);      /* s, if it is next */
bool pd_code_name(struct pd_code *c, char name[PD_NAME_MAX]);
struct pd_val pd_expression(struct pd_code *c);
/* --- code.c, suite.c --- */
enum pd_jump pd_statement(struct pd_code *c);     /* a simple one */
void pd_suite(struct pd_code *c);                 /* all of them */
struct pd_val pd_code_call(struct pd_code *c, const struct pd_val *fn, const struct pd_val *args,
			   size_t n);
bool pd_truth(const struct pd_val *v);
bool pd_name_find(struct pd_code *c, const char *name, struct pd_val *v);
void pd_name_set(struct pd_code *c, const char *name, struct pd_val v);

#endif
