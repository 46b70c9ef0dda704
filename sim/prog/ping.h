/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_PING_H
#define SIM_PROG_PING_H
/* What the files of ping share: ping.c sends, ping_rx.c receives, ping_opt.c
 * reads the command line, ping_out.c sums up. */
#include "sim/prog/prog.h"

#define PING_SENT 256                     /* instants remembered; a power of two */
#define PING_STAMP 16                     /* bytes of payload that hold the time sent */
#define PING_PATTERN 16

struct ping_reply {
	uint32_t seq;                     /* from 1, never wraps */
	int ttl;
	ns_t time;                        /* -1: not measured */
	ip4_t from;
	uint32_t bytes;                   /* of ICMP */
	bool duplicate;
};
struct ping_error { uint32_t seq; ip4_t from; uint8_t type, code; char *text; };

struct ping {
	struct prog prog;

	/* The command line. */
	char *host;                       /* as given */
	ip4_t dst, src;
	char dev[16];                     /* -I with an interface; "": none */
	unsigned ifindex;
	bool have_src;                    /* -I with an address */
	int64_t count;                    /* 0: no end */
	ns_t interval, linger, deadline;  /* deadline 0: none */
	int64_t size, preload;
	int ttl, tos, pmtu;               /* -1: not given */
	bool quiet, verbose, flood, adaptive, bcast, record_route, outstanding;
	uint8_t pattern[PING_PATTERN];
	size_t n_pattern;

	/* The run. */
	struct sock *sk;
	struct sk_watch watch;
	struct node_timer next, end;      /* next probe; the time to give up */
	bool ending;                      /* `end` runs because all was sent */
	bool busy;                        /* in ping_loop(), which looks for itself */
	uint16_t id;
	uint8_t *pkt;                     /* the request: ICMP header and data */
	uint8_t *rx;                      /* room for an answer */
	size_t rx_size;
	ns_t start_at, sent_at;           /* first and last probe; -1: none */
	int64_t tokens;                   /* of the sending rate, ns */
	struct { uint32_t seq; ns_t at; } sent[PING_SENT];
	uint8_t *seen;                    /* a bit a sequence number modulo 2^16 */
	uint8_t last_rr[40];              /* record route of the last answer */
	uint8_t last_rr_n;

	/* Counters, as iputils has them. */
	int64_t n_sent, n_received, n_repeats, n_corrupt, n_errors;
	uint16_t acked;
	int pipe;
	int64_t rtt_us;                   /* eight times the smoothed round trip */
	int64_t n_timed, us_min, us_max, us_sum, us_sum2;
	ns_t ns_min, ns_max, ns_sum;
	unsigned __int128 ns_sum2;

	struct ping_reply *replies;
	struct ping_error *errors;
	size_t n_replies, n_error_rows;
};

/* ping_opt.c: false: p has ended. */
bool ping_options(struct ping *pg, int argc, char *const *argv);
/* ping_rx.c: read all that came, and all that went wrong; true if any did. */
bool ping_receive(struct ping *pg);
bool ping_errors(struct ping *pg);
/* ping_out.c */
void ping_summary(struct ping *pg);
json_t *ping_json(const struct prog *p);
void ping_add_reply(struct ping *pg, const struct ping_reply *r);
void ping_add_error(struct ping *pg, const struct ping_error *e);   /* copies the text */
uint64_t ping_isqrt(unsigned __int128 v);

/* Probes that nobody has answered yet. */
static inline int64_t ping_in_flight(const struct ping *pg)
{
	uint16_t d = (uint16_t)((uint16_t)pg->n_sent - pg->acked);

	return d <= 0x7fff ? d : pg->n_sent - pg->n_received - pg->n_errors;
}

static inline bool ping_is_timed(const struct ping *pg) { return pg->size >= PING_STAMP; }

#endif
