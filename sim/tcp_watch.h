/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TCP_WATCH_H
#define SIM_TCP_WATCH_H
/* What the streams of a lab do, for a trace and for a series in a file. */
struct lab;
struct node;
struct stack;
struct tcp_event;
struct tcp_series;

/* A stack hook's news. */
void tcp_watch_event(struct lab *lab, const struct node *n, const struct tcp_event *e);
/* A node's stack is new: does anybody watch? */
void tcp_watch_boot(const struct lab *lab, struct stack *st);
/* A series of this node alone ends, with a line that says so. */
void tcp_watch_node_gone(struct node *n);
void tcp_watch_fini(struct lab *lab);

#endif
