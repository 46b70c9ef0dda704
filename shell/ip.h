/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_IP_H
#define SHELL_IP_H
/* What the ip commands share: iproute2's words for errors, and the commands
 * whose table stands in another file. */
#include <jansson.h>
#include <stdbool.h>

struct args;
struct netdev;
struct route_info;
struct shell;
struct stack;

/* "RTNETLINK answers: File exists" and its like; a command's status, 0 for OK. */
int ip_answer(struct shell *sh, int err);
struct netdev *ip_dev(struct shell *sh, struct stack *st, const char *name);  /* or NULL */
/* 'Error: argument "x" is wrong: why', and 1. */
int ip_wrong(struct shell *sh, const char *word, const char *why);
/* False, with an error, if words that are none were taken for a second DEV. */
bool ip_one_dev(struct shell *sh, const struct args *a);

/* cmd_ip_addr.c */
int ip_addr_change_run(struct shell *sh, const struct args *a);
int ip_addr_flush_run(struct shell *sh, const struct args *a);

/* cmd_ip_neigh.c */
int ip_neigh_show_run(struct shell *sh, const struct args *a);
int ip_neigh_get_run(struct shell *sh, const struct args *a);
int ip_neigh_change_run(struct shell *sh, const struct args *a);
int ip_neigh_flush_run(struct shell *sh, const struct args *a);
void ip_neigh_print(struct shell *sh, const struct args *a, const json_t *all);

/* cmd_ip_route.c: true if the words that select routes can be meant, else an
 * error was said; and whether they mean this one. */
bool ip_route_select_ok(struct shell *sh, struct stack *st, const struct args *a);
bool ip_route_selected(const struct args *a, const struct route_info *r);
/* A protocol's name or number, or -1. */
int ip_route_proto(const char *word);

/* cmd_ip_route_set.c */
int ip_route_set_run(struct shell *sh, const struct args *a);
int ip_route_del_run(struct shell *sh, const struct args *a);
int ip_route_flush_run(struct shell *sh, const struct args *a);

#endif
