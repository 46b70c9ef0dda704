/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_TRACEROUTE_H
#define SIM_PROG_TRACEROUTE_H
/* What the files of traceroute share: traceroute.c probes, trace_opt.c reads
 * the command line, trace_out.c prints. */
#include "sim/prog/prog.h"

#define TRACE_PROBES_MAX 10               /* a hop */

struct trace_probe {
	bool sent, done, final;
	ns_t sent_at, got_at;             /* got_at -1: no answer */
	ip4_t from;                       /* 0: nobody */
	char flag[12];                    /* "!H", "!F-1400"; "": none */
};

struct trace {
	struct prog prog;

	char *host;
	ip4_t dst, src;
	unsigned ifindex;
	int64_t first, max, queries;
	int64_t at_once;                  /* -N; 0: trace_window() decides */
	int64_t port;                     /* first of UDP, or first ICMP sequence number */
	int64_t length;                   /* of the IP packet */
	int64_t tos;
	ns_t wait;                        /* for an answer, at most; */
	int64_t here_milli, near_milli;   /* and as multiples of others'; 0: not */
	ns_t send_wait;                   /* between probes */
	bool icmp, numeric, df;

	struct sock *sk;
	struct sk_watch watch;
	struct node_timer timer;
	bool busy;
	bool silent;                      /* a whole hop did not answer */
	uint16_t id;                      /* ICMP */
	uint8_t *payload;
	struct trace_probe *probes;       /* by hop, then query */
	int64_t n_probes, start, end;     /* start: next to print; end: one past the last */
	ns_t last_sent_at;                /* -1: none */
	uint32_t own_mtu;                 /* of our own link, once a probe was too long for it */
};

/* trace_opt.c: false: the program has ended. */
bool trace_options(struct trace *tr, int argc, char *const *argv);
/* trace_out.c */
void trace_header(struct trace *tr);
void trace_print(struct trace *tr, int64_t i);
void trace_flag(struct trace_probe *pb, uint8_t type, uint8_t code, uint32_t info);
json_t *trace_json(const struct prog *p);

#endif
