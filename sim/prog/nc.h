/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_NC_H
#define SIM_PROG_NC_H
/* nc: nc.c reads the options and speaks UDP, nc_tcp.c speaks TCP. */
#include "sim/prog/prog.h"
#include "sim/prog/stream.h"

#define NC_PIECE 16384                    /* bytes of standard input at a time, as OpenBSD's */

struct nc {
	struct prog prog;

	bool udp, listen, keep, verbose, bcast, scan, shut, numeric;
	bool idle_given, quit_given;
	ns_t idle;                        /* without traffic; 0: never */
	ns_t quit;                        /* TCP: after the end of the text; 0: at once */
	int64_t count;                    /* UDP listener: datagrams, 0: no end */
	int64_t lport;
	ip4_t src;

	struct node_timer timer;
	char *host;                       /* as it was named */
	struct endpoint peer;
	uint16_t last_port;               /* of a range */
	int64_t n_sent, n_received, bytes_sent, bytes_received;
	struct buf text;                  /* to send, then what was received */
	bool in_done;                     /* standard input, if any, is read to its end */

	struct sock *sk;                  /* UDP's */
	struct sk_watch watch;

	struct stream stream;             /* TCP client's */
	struct server server;             /* TCP listener's */
	json_t *open;                     /* -z: ports that answered */
	bool found;                       /* one did */
};

void nc_idle_start(struct nc *nc);        /* from now on, -w */
/* Bytes from the network: to standard output, and some are kept for JSON. */
void nc_received(struct nc *nc, const char *bytes, size_t n);

/* The next piece of standard input, at most n bytes; 0: the end. */
size_t nc_read(struct nc *nc, char *room, size_t n);

/* With -v: "Connection to HOST PORT port [tcp/NAME] succeeded!". */
void nc_succeeded(struct nc *nc);

void nc_tcp_start(struct nc *nc);
void nc_tcp_stop(struct nc *nc);
void nc_tcp_timer(struct nc *nc);

#endif
