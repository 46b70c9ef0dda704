/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_ARGS_H
#define SHELL_ARGS_H
/*
 * What a command was called with: the words of its line, bound to the names
 * of its grammar.  Typed words were checked while parsing, so a getter for a
 * bound word cannot fail; where a name is bound twice, the last counts.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shell/gram.h"
#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/ns.h"

struct cmd;
struct lab;
struct node;
struct shell;

struct args {
	struct shell *sh;
	struct lab *lab;
	const struct cmd *cmd;
	const struct words *words;
	const struct gram_bind *bind;
	int n, from;                      /* from: the command's first word */
	int rest_at;                      /* first word of REST or LINE, or -1 */
	struct node *node;                /* of a node command; may be NULL otherwise */
};

/* The types of arguments, for the walk; ctx is a struct args_types. */
struct args_types {
	struct lab *lab;
	struct node *node;
	bool any_end;                     /* interfaces that are not there yet will do */
};
bool args_type_ok(void *ctx, const struct walk *w, const struct gram_ins *arg, const char *word);

/* The word bound to a name, or to a keyword; NULL: not given. */
const char *args_word(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *keyword);
/* True if one of these option words was given: "-s -statistics". */
bool args_option(const struct args *a, const char *options);

struct node *args_node(const struct args *a, const char *name);   /* NULL: not given */
/* NODE or NODE:IF; iface gets NULL for a node alone. */
struct node *args_end(const struct args *a, const char *name, const char **iface);
bool args_addr(const struct args *a, const char *name, struct addr *out);
bool args_prefix(const struct args *a, const char *name, struct prefix *out);
bool args_mac(const struct args *a, const char *name, struct mac *out);
ns_t args_ns(const struct args *a, const char *name, ns_t def);
uint64_t args_count(const struct args *a, const char *name, uint64_t def);
/* The words of REST, NULL-terminated, borrowed; n: how many. */
char *const *args_rest(const struct args *a, int *n);
/* The line from the first word of LINE to the end, appended as it was typed. */
bool args_line(const struct args *a, struct buf *out);

/* A type in words: "a node". */
const char *arg_type_text(enum arg_type t);

#endif
