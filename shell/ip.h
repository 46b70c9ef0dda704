/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_IP_H
#define SHELL_IP_H
/* What the ip commands share: iproute2's words for errors. */
struct netdev;
struct shell;
struct stack;

/* "RTNETLINK answers: File exists" and its like; a command's status, 0 for OK. */
int ip_answer(struct shell *sh, int err);
int ip_no_device(struct shell *sh, const char *name);
struct netdev *ip_dev(struct shell *sh, struct stack *st, const char *name);  /* or NULL */

#endif
