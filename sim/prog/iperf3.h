/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_IPERF3_H
#define SIM_PROG_IPERF3_H
/*
 * iperf3: speaks the protocol of ESnet's iperf 3, so that either end may be
 * the real one.
 *
 *	iperf3.c       a program's life: the two roles, clocks, intervals
 *	iperf3_opt.c   the command line
 *	iperf3_ctl.c   the control connection: states, and JSON both ways
 *	iperf3_flow.c  the flows that are measured, TCP and UDP
 *	iperf3_out.c   text
 *	iperf3_json.c  the report
 *
 * The control connection begins with a cookie of 37 bytes from the client.
 * Then the server says in single bytes what comes next, and JSON goes after
 * its length in four bytes.  Each TCP flow is a connection to the same port
 * that begins with the same cookie; each UDP flow an exchange of four bytes.
 */
#include <jansson.h>

#include "sim/prog/prog.h"
#include "sim/prog/stream.h"

#define IPERF3_PORT 5201
#define IPERF3_COOKIE 37                  /* with the 0 at its end */
#define IPERF3_FLOWS 128
#define IPERF3_OMIT 60                    /* seconds */
#define IPERF3_TCP_BLOCK 131072
#define IPERF3_BLOCK_MAX 1048576

enum iperf3_state {                       /* as iperf 3 numbers them */
	IP3_TEST_START = 1, IP3_TEST_RUNNING = 2, IP3_TEST_END = 4, IP3_PARAM_EXCHANGE = 9,
	IP3_CREATE_STREAMS = 10, IP3_SERVER_TERMINATE = 11, IP3_CLIENT_TERMINATE = 12,
	IP3_EXCHANGE_RESULTS = 13, IP3_DISPLAY_RESULTS = 14, IP3_DONE = 16,
	IP3_ACCESS_DENIED = 255, IP3_SERVER_ERROR = 254,
};

/* What the client chose; the server learns it. */
struct iperf3_params {
	bool udp, reverse, no_delay;
	bool bidir;                       /* as many flows again, the other way */
	bool zerocopy, skip_rx_copy;      /* TCP's sender, and receiver */
	int64_t seconds, bytes, blocks;   /* the test ends with; bytes, blocks 0: seconds */
	int64_t omit;                     /* seconds before that, which do not count */
	int64_t flows, len, bps, mss;     /* bps 0: as fast as it goes */
	int64_t window, tos;              /* socket buffers; 0: the stack's */
	char congestion[16];
};

/* Counters of a flow, on the side where we are.  retrans: TCP's sender alone. */
struct iperf3_count { int64_t bytes, packets, lost, late, retrans; };

struct iperf3_conn {                      /* control, or a TCP flow */
	struct stream s;                  /* first */
	struct iperf3_flow *flow;
	char cookie[IPERF3_COOKIE];
	size_t n_cookie;
};

struct iperf3_flow {
	struct iperf3 *t;
	bool sender;                      /* are we? */
	int id, fd;                       /* 1 3 4 5 ...; 5 7 9 ... as real ones look */
	struct iperf3_conn *conn;         /* TCP; NULL once it is closed */
	struct iperf3_conn own;           /* the client's conn */
	struct sock *sk;                  /* UDP */
	struct sk_watch watch;
	struct endpoint local, peer;
	bool ready;
	struct iperf3_count now, mark;    /* mark: when this interval began */
	struct iperf3_count omitted;      /* of now, before what counts */
	int64_t highest, blocks;          /* UDP number received; blocks sent */
	int64_t blocks_omitted;
	int64_t early;                    /* bytes that came before the test was under way */
	ns_t jitter, transit;             /* RFC 3550 6.4.1 */
	struct sk_tcp_info info;          /* TCP's sender, at the last interval */
	struct {                          /* over the intervals; bytes, us */
		int64_t max_cwnd, max_wnd, min_rtt, max_rtt, sum_rtt, n;
	} tcp;
	struct node_timer pace;
	struct {                          /* what the other end counted */
		struct iperf3_count n;
		double jitter, seconds;
	} other;
};

struct iperf3 {
	struct prog prog;
	bool server, one_off, json_out, verbose, running;
	bool omitting;                    /* what is sent now does not count */
	bool reported;                    /* the last test; or none began */
	bool leaving;                     /* client: all is said, the server closes */
	bool timed;                       /* -t was given */
	bool client_words, server_words;  /* options of these alone */
	char unit;                        /* -f: of rates; 0: what fits */
	int64_t port;
	ns_t interval;
	char *host;
	struct endpoint to;
	ip4_t src;
	struct iperf3_params p;

	struct server listener;
	struct sock *udp_sk;              /* server: where the next UDP flow knocks */
	struct sk_watch udp_watch;
	struct iperf3_conn own;           /* the client's control connection */
	struct iperf3_conn *ctl;
	struct endpoint ctl_local, ctl_peer;
	char cookie[IPERF3_COOKIE];
	struct buf in;                    /* of the control connection */
	bool want_json;
	bool other_counts;                /* the other end counts retransmissions */
	char other_congestion[16];        /* and says which control it had */
	double other_cpu[3];              /* total, user, system: % */
	int n_tests;
	int mss, sndbuf, rcvbuf;          /* of the control connection; of the flows */
	char congestion[16];              /* of the flows; "": UDP */

	struct iperf3_flow *flow;         /* iperf3_flows() of them */
	int64_t n_flows;                  /* ready so far */
	bool sender;                      /* are we?  With bidir: of the first half */
	ns_t begun_at, start_at;          /* the test; what counts of it */
	ns_t mark_at, end_at;             /* mark_at: this interval began */
	struct node_timer tick, stop, omit;
	struct sk_mem *mem;               /* where what is sent is: */
	uint8_t *block;
	json_t *intervals, *report;
};

/* iperf3_opt.c: false: complained, and the program has ended. */
bool iperf3_options(struct iperf3 *t, int argc, char *const *argv);

/* iperf3.c: "iperf3: error - TEXT", and ends, unless a server stays for others. */
void iperf3_fail(struct iperf3 *t, int err, const char *text);
void iperf3_begin(struct iperf3 *t);      /* all flows are there: it runs */
void iperf3_end(struct iperf3 *t);        /* no more is sent or counted */
void iperf3_leave(struct iperf3 *t);      /* a client: ends when the server closes, */
void iperf3_left(struct iperf3 *t);       /* which it did */
void iperf3_reset(struct iperf3 *t);      /* after a test: a server takes the next */
static inline int64_t iperf3_flows(const struct iperf3 *t)
{
	return t->p.flows * (t->p.bidir ? 2 : 1);
}

/* The flows of one direction: p.flows of them, from flow[half * p.flows] on. */
static inline int iperf3_halves(const struct iperf3 *t) { return t->p.bidir ? 2 : 1; }
static inline bool iperf3_half_sends(const struct iperf3 *t, int half)
{
	return t->sender ^ (half > 0);
}

/* iperf3_ctl.c */
extern const struct stream_ops iperf3_conn_ops;   /* a server's: control or flow */
extern const struct stream_ops iperf3_ctl_ops;    /* a client's control connection */
void iperf3_say(struct iperf3 *t, enum iperf3_state s);
void iperf3_flow_up(struct iperf3_flow *f);       /* it is ready */

/* iperf3_flow.c */
bool must_check iperf3_flows_new(struct iperf3 *t);       /* false: no memory */
void iperf3_flows_shut(struct iperf3 *t);         /* their sockets alone */
void iperf3_flows_close(struct iperf3 *t);        /* their memory stays until the next */
void iperf3_flow_open(struct iperf3_flow *f);     /* the client's */
int must_check iperf3_flow_options(struct iperf3 *t, struct sock *sk);
void iperf3_flow_start(struct iperf3_flow *f);    /* sends, if we do */
void iperf3_flow_send(struct iperf3_flow *f);
void iperf3_flow_omit(struct iperf3_flow *f);     /* nothing until now counts */
void iperf3_flow_data(struct iperf3_flow *f, size_t n);
void iperf3_flow_sample(struct iperf3_flow *f);   /* TCP's sender: asks TCP_INFO */
int64_t iperf3_flow_cwnd(const struct iperf3_flow *f);    /* bytes, at the last sample */
void iperf3_count_add(struct iperf3_count *sum, const struct iperf3_count *n);
/* All that counts; since the interval began. */
struct iperf3_count iperf3_flow_counted(const struct iperf3_flow *f);
struct iperf3_count iperf3_flow_interval(const struct iperf3_flow *f);
/* What was sent (0) and received (1), as each end counted it, and in how long. */
void iperf3_flow_ends(const struct iperf3_flow *f, struct iperf3_count n[2], double seconds[2]);
int must_check iperf3_udp_listen(struct iperf3 *t);

/* iperf3_out.c */
void iperf3_show_start(struct iperf3 *t);         /* -V: who we are; */
void iperf3_show_control(struct iperf3 *t);       /* of the control connection, when it is up; */
void iperf3_show_date(struct iperf3 *t);
void iperf3_show_params(struct iperf3 *t);        /* what was agreed */
void iperf3_show_flow(struct iperf3 *t, const struct iperf3_flow *f);
void iperf3_show_header(struct iperf3 *t);
void iperf3_show_interval(struct iperf3 *t);      /* since the marks; JSON, too */
void iperf3_show_end(struct iperf3 *t);

/* iperf3_json.c */
json_t *iperf3_json(const struct prog *p);
void iperf3_json_interval(struct iperf3 *t, double from, double to);
void iperf3_json_end(struct iperf3 *t);           /* fixes the report */
double iperf3_seconds(ns_t ns);
double iperf3_rate(int64_t bytes, double seconds);        /* bits a second */

#endif
