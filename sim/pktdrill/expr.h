/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_EXPR_H
#define SIM_PKTDRILL_EXPR_H
/* Expressions of %{ code }%, worked out as they are read. */
#include "sim/pktdrill/run.h"

#define PD_NAME_MAX 64

/* All numbers are double: no counter of ours is beyond 2^53.  Strings and
 * items belong to the script. */
enum pd_val_kind { PD_V_NONE, PD_V_NUM, PD_V_STR, PD_V_SEQ };
struct pd_val {
	enum pd_val_kind kind;
	double n;
	const char *s;
	struct pd_val *items;             /* of PD_V_SEQ: n_items */
	size_t n_items;
};

struct pd_code {
	struct pd_run *r;
	const char *p;
	int depth;                        /* of brackets: newlines are blanks inside */
	int nest;                         /* of expressions */
	struct sock *sk;                  /* that is asked, or NULL */
	struct sk_tcp_info info;
	bool has_info, bad;
};

/* Skips the script; says that it needs `what` of Python. */
struct pd_val pd_code_lacks(struct pd_code *c, const char *what);
void pd_code_blanks(struct pd_code *c);
bool pd_code_take(struct pd_code *c, const char *s);      /* s, if it is next */
bool pd_code_name(struct pd_code *c, char name[PD_NAME_MAX]);
struct pd_val pd_expression(struct pd_code *c);
bool pd_truth(const struct pd_val *v);
bool pd_name_find(struct pd_code *c, const char *name, struct pd_val *v);
void pd_name_set(struct pd_code *c, const char *name, struct pd_val v);

#endif
