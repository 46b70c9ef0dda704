/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_LEX_H
#define SIM_PKTDRILL_LEX_H
/*
 * Words of a segment script.  Everything skips blanks and comments first; a
 * word that was asked for and is not there sets says and fails.
 */
#include "sim/pktdrill/script.h"

struct pd_lex {
	const char *p, *text;             /* text: where it begins */
	unsigned line;
	struct pd_script *script;
	struct pd_says *says;
};

void pd_skip(struct pd_lex *lx);
bool pd_at_end(struct pd_lex *lx);
bool pd_looks(struct pd_lex *lx, const char *s);  /* is s next? */
bool pd_take(struct pd_lex *lx, const char *s);   /* s, if it is next */
bool pd_take_word(struct pd_lex *lx, const char *s);      /* and no letter behind it */
bool pd_want(struct pd_lex *lx, const char *s);
/* A name of letters, digits and _; NULL: none is next. */
char *pd_name(struct pd_lex *lx);
bool pd_is_name(struct pd_lex *lx);
/* Decimal or 0x; negative too. */
bool pd_number(struct pd_lex *lx, int64_t *v);
bool pd_want_number(struct pd_lex *lx, int64_t lo, int64_t hi, int64_t *v);
bool pd_seconds(struct pd_lex *lx, ns_t *d);      /* "0.1", ".1", "3" */
/* "...", what is between `open` and `close`; NULL: no such, or no memory. */
char *pd_between(struct pd_lex *lx, const char *open, const char *close);
char *pd_keep(struct pd_lex *lx, const char *s, size_t n);
bool pd_fail(struct pd_lex *lx, const char *what);        /* "expected what"; false */

/* It is of the language, and makes no sense; false. */
bool pd_wrong(struct pd_lex *lx, const char *what);
/* Skips the script, for it needs what (and its name, if not NULL); false. */
bool pd_unsupported(struct pd_lex *lx, const char *what, const char *name);

/* parse_pkt.c: behind < or >. */
bool pd_parse_packet(struct pd_lex *lx, struct pd_packet *p);
bool pd_parse_seq(struct pd_lex *lx, uint32_t *seq, uint32_t *len);       /* "1:1001(1000)" */
/* icmp.c: behind the word icmp; what it quotes, if that is next. */
bool pd_parse_icmp(struct pd_lex *lx, struct pd_packet *p);
bool pd_parse_quote(struct pd_lex *lx, struct pd_icmp *ic);
/* parse_call.c: from the name on. */
bool pd_parse_call(struct pd_lex *lx, struct pd_call *c);
/* const.c: a name of the C library, as Linux numbers it. */
bool pd_constant(const char *name, int64_t *v);
/* What --define=NAME=VALUE says a name of n letters is, or the collections' runner
 * does; NULL: nothing. */
const char *pd_defined(const struct pd_script *s, const char *name, size_t n);
/* An errno by name, negative; 0: not known. */
int pd_errno(const char *name);

#endif
