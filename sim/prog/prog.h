/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_PROG_H
#define SIM_PROG_PROG_H
/*
 * A program on a host: an object that reacts to sockets and timers of its
 * node, a client of stack/socket.h.  It never blocks.
 *
 * Its life: start() looks at the arguments and opens what it needs; callbacks
 * do the work; one of them calls prog_exit().  That runs stop() at once, which
 * closes sockets and stops timers, so nothing of it is left in the node.  What
 * json() tells from stays until free().
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/node.h"
#include "sim/sim.h"
#include "stack/socket.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"
#include "stack/util/list.h"

#define PROG_USAGE 2                      /* status: called wrongly, or could not begin */
#define PROG_NOT_FOUND 127                /* as a shell's */
#define PROG_KILLED 137                   /* 128 + SIGKILL: its node was stopped */

struct prog;

struct prog_ops {
	const char *name;
	size_t size;                      /* of the struct that begins with struct prog */
	bool reads;                       /* it has a use for standard input */
	bool anywhere;                    /* it is no client of a stack, looks at the node itself */
	void (*start)(struct prog *p, int argc, char *const *argv);
	void (*interrupt)(struct prog *p);    /* optional: summary, then prog_exit() */
	void (*stop)(struct prog *p);         /* gives back sockets and timers; runs once */
	json_t *(*json)(const struct prog *p);
	void (*free)(struct prog *p);         /* optional: memory */
};

struct prog {
	const struct prog_ops *ops;
	struct node *node;
	struct list_node link;            /* in node_progs() while it runs */
	struct prog_io io;
	struct sock **fds;                /* its sockets, from descriptor 3 on; NULL: none */
	size_t n_fds;
	struct buf error;                 /* first thing that went wrong, for JSON */
	bool done;
	int status;
};

extern const struct prog_ops arping_prog, chargen_prog, curl_prog, discard_prog, echo_prog,
	exec_prog, http_prog, iperf3_prog, nc_prog, ping_prog, rr_prog, traceroute_prog,
	udpgen_prog, udpsink_prog;

/* Ends the program; its caller then returns and touches no socket of it. */
void prog_exit(struct prog *p, int status);

void prog_printf(struct prog *p, const char *fmt, ...) printf_like(2, 3);
void prog_write(struct prog *p, const void *bytes, size_t n);
/* On standard error: what went wrong, or what is only worth a note. */
void prog_eprintf(struct prog *p, const char *fmt, ...) printf_like(2, 3);
void prog_note(struct prog *p, const char *fmt, ...) printf_like(2, 3);
/* "NAME: text: what err says" on standard error; OK adds nothing to the text. */
void prog_error(struct prog *p, int err, const char *fmt, ...) printf_like(3, 4);
/* ... and ends with that status. */
void prog_fail(struct prog *p, int status, int err, const char *fmt, ...) printf_like(4, 5);
/* An error as the C library words it: "Network is unreachable". */
const char *prog_strerror(int err);

/* Name or address to IPv4 address.  False: not known; the caller says so. */
bool prog_resolve(struct prog *p, const char *text, ip4_t *out);

/* Opens an IPv4 (or packet) socket and watches it; OK or an error. */
int must_check prog_sock_open(struct prog *p, int type, int proto, struct sock **sk,
			      struct sk_watch *w, void (*ready)(struct sk_watch *, uint32_t));
/* A socket that it was given is its own from now on; false: no memory. */
bool must_check prog_sock_take(struct prog *p, struct sock *sk);
/* Closes and forgets it; fine if it was not open. */
void prog_sock_close(struct prog *p, struct sock **sk, struct sk_watch *w);
/* How a packet to dst would leave: interface and source; OK or an error.
 * ifindex 0: any; src 0: chosen.  Asked with a connect(), as real tools do. */
int must_check prog_route(struct prog *p, ip4_t dst, unsigned ifindex, ip4_t src, bool bcast,
			  ip4_t *out);

/* Nanoseconds as JSON milliseconds with three decimals, truncated. */
json_t *prog_json_ms(ns_t ns);
json_t *prog_json_addr(ip4_t a);

#endif
