/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_SIM_H
#define SIM_SIM_H
/*
 * A running lab, as the shell sees it: nodes, links, time, programs on hosts,
 * captures and traces.  Everything here runs on one thread.
 *
 * Lab time is nanoseconds since 2000-01-01 00:00:00 UTC.  It stands still
 * except inside lab_run_*() and lab_step().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Lab files as data and the judging of checks are part of this face. */
#include "sim/check/judge.h"
#include "sim/check/report.h"
#include "sim/check/result.h"
#include "sim/check/text.h"
#include "sim/nstat.h"
#include "sim/pktdrill/pktdrill.h"
#include "sim/sysctl.h"
#include "sim/topo/export.h"
#include "sim/topo/picture.h"
#include "sim/topo/topo.h"
#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"
#include "stack/util/drop.h"
#include "stack/util/err.h"
#include "stack/util/ns.h"

struct json_t;                            /* jansson's */
struct lab;
struct link;
struct netdev;
struct node;
struct ospf_event;
struct prog;
struct stack;
struct tcp_event;
struct topo;

#define LAB_EPOCH_UNIX_NS ((ns_t)946684800 * 1000000000)

/* --- making and ending a lab ------------------------------------------- */

struct lab_hooks {
	/* A line for the user that no command asked for ("link ns1-ns2 is
	 * down", drops under trace, what a scheduled event did). */
	void (*event)(void *ctx, ns_t at, const char *line);
	/* A scheduled event of the lab file: run this shell command now. */
	void (*command)(void *ctx, const char *cmd, uint32_t file_line);
	void *ctx;
};

/*
 * Reads a lab file and builds the lab.  seed_override: NULL for the file's.
 * NULL on error, with a line "file:line:col: ..." for each in errs; nothing
 * is half-built.
 */
struct lab *lab_load(const char *path, const uint64_t *seed_override, struct buf *errs);
/* The same of a lab file's text; name: what errors call it. */
struct lab *lab_parse(const char *name, const char *text, const uint64_t *seed_override,
		      struct buf *errs);
struct lab *lab_new(struct topo *topo, const uint64_t *seed_override);  /* owns topo */
void lab_free(struct lab *lab);           /* NULL is fine */
void lab_set_hooks(struct lab *lab, const struct lab_hooks *hooks);     /* copied */

/* Lab files as text. */
void lab_schema(struct buf *out);                 /* JSON Schema of the lab file */
void lab_reference(struct buf *out);              /* its keys, in Markdown */
/* The lab as it is now, as YAML that loads again; what a lab file cannot say is
 * in its comment lines. */
void lab_dump(const struct lab *lab, struct buf *out);

/* The same without the commands of events and checks that would be errors of that
 * file.  They are asked for in its order; alone: the lines before this one do not
 * matter to it.  why: of a refusal, or no word. */
struct lab_doings {
	bool (*take)(void *ctx, const char *line, bool alone, struct buf *why);
	void *ctx;
};
void lab_dump_with(const struct lab *lab, const struct lab_doings *doings, struct buf *out);

const struct topo *lab_topo(const struct lab *lab);
const char *lab_name(const struct lab *lab);
uint64_t lab_seed(const struct lab *lab);
const char *lab_notes(const struct lab *lab);     /* lines from loading; may be "" */

/* --- nodes: in file order ------------------------------------------------ */

size_t lab_n_nodes(const struct lab *lab);
struct node *lab_node(const struct lab *lab, size_t i);
struct node *lab_find_node(const struct lab *lab, const char *name);    /* or NULL */
const char *node_name(const struct node *n);
const char *node_kind(const struct node *n);      /* as the lab file says it */
bool node_is_up(const struct node *n);
bool node_has_stack(const struct node *n);        /* false for a hub and a door */
bool node_is_door(const struct node *n);          /* netns or external */
/* The stack, told the lab's time; NULL for a hub or a stopped node. */
struct stack *node_stack(struct node *n);
/* Stop loses all state (as a power cut) and takes its carrier away; start
 * builds it again from the lab file.  ERR_EXIST: already so. */
int node_stop(struct node *n);
int node_start(struct node *n);
/* Address that the node's name stands for: primary of the lowest interface. */
bool node_addr(const struct node *n, struct addr *out);
/* A name or an address as text; used wherever an address is expected. */
bool lab_resolve(const struct lab *lab, const char *text, struct addr *out);
/* The name of the node that owns an address, or NULL. */
const char *lab_owner(const struct lab *lab, const struct addr *a);

/*
 * A new node, as if the lab file had it, running, without a link: the words are as for
 * topo_node_read().  NULL with one sentence in err; then nothing has changed.
 */
struct node *lab_node_add(struct lab *lab, const char *name, int argc, char *const *argv,
			  struct buf *notes, struct buf *err);
/*
 * Takes a node away, at once, with its links, programs, captures and what else is of it
 * alone.  A pointer to it stays good until lab_free(): to a node that is stopped, has
 * no link, and that nothing finds any more.  False with one sentence in err.
 */
bool lab_node_del(struct lab *lab, struct node *n, struct buf *err);

/* --- links: in file order ------------------------------------------------ */

enum link_side { SIDE_A, SIDE_B };

struct link_end_info {
	struct node *node;
	const char *ifname;
	const struct netdev *dev;         /* NULL on a hub or a stopped node */
	bool up, carrier;
	uint64_t rate_bps;                /* of what this end sends; 0: infinite */
	uint64_t queue_limit_bytes;       /* 0: none */
	uint32_t queue_limit_pkts;        /* 0: none */
	uint64_t queue_bytes;             /* waiting to be sent now */
	uint32_t queue_pkts;
	uint64_t queue_max_bytes;         /* most so far */
	uint32_t in_flight;               /* on the wire now */
	uint64_t tx_packets, tx_bytes;    /* accepted from the node */
	uint64_t delivered_packets, delivered_bytes;
	uint64_t drops[DROP_N];
	char netem[200];                  /* "delay 5ms loss 10%", as tc prints; "" */
};

size_t lab_n_links(const struct lab *lab);
struct link *lab_link(const struct lab *lab, size_t i);
/* The i-th (from 0) link between two nodes in either order, or NULL. */
struct link *lab_find_link(const struct lab *lab, const struct node *a, const struct node *b,
			   size_t i);
/* The link at an interface of a node, and which side it is; or NULL. */
struct link *lab_link_at(const struct lab *lab, const struct node *n, const char *ifname,
			 enum link_side *side);
struct node *link_node(const struct link *l, enum link_side s);
const char *link_ifname(const struct link *l, enum link_side s);
bool link_is_up(const struct link *l);
uint32_t link_mtu(const struct link *l);
void link_info(struct link *l, enum link_side s, struct link_end_info *out);
/* Down: both ends lose carrier, frames on the wire are lost (link.cut). */
int link_set_up(struct link *l, bool up);
/*
 * Changes one direction (frames sent by side s) or both (s < 0) from tc's
 * words: rate 10mbit, queue 64kb, mtu 1400, delay 5ms 1ms 25%, jitter,
 * distribution, loss ..., corrupt, duplicate, reorder, gap, limit, and
 * "none" in front, which takes all impairments away, the delay too.  What the
 * words do not name stays.  In force from the next frame.  ERR_INVAL with one
 * sentence in err.
 */
int link_set(struct link *l, int s, int argc, char *const *argv, char err[160]);
/* The words alone, without a link: OK, or ERR_INVAL with one sentence. */
int link_words_check(int argc, char *const *argv, char err[160]);

/*
 * A new link between two nodes of the lab, as if the lab file had it: a, b and
 * the words as for topo_link_read(), whose notes go to the same.  OSPF comes up
 * on it by the lab's rules.  NULL with one sentence in err; then nothing has
 * changed.
 */
struct link *lab_link_add(struct lab *lab, const char *a, const char *b, int argc,
			  char *const *argv, struct buf *notes, struct buf *err);
/* Takes a link with its two interfaces away; frames on it are lost (link.cut).
 * False with one sentence in err. */
bool lab_link_del(struct lab *lab, struct link *l, struct buf *err);

/* --- time ---------------------------------------------------------------- */

enum lab_stop {
	LAB_REACHED,                      /* the instant asked for */
	LAB_DONE,                         /* what was waited for came true */
	LAB_IDLE,                         /* nothing left that could happen */
	LAB_INTERRUPTED,                  /* lab_interrupt() */
};

ns_t lab_now(const struct lab *lab);
enum lab_stop lab_run_until(struct lab *lab, ns_t at);
/* Until done(arg) is true, asked after every instant with events; at most
 * until `at`.  LAB_IDLE leaves the time at the last event. */
enum lab_stop lab_run_while(struct lab *lab, bool (*done)(void *arg), void *arg, ns_t at);
/* Processes n events; returns how many there were. */
uint64_t lab_step(struct lab *lab, uint64_t n);
ns_t lab_next_at(const struct lab *lab);          /* of the next event, or NS_NEVER */
uint64_t lab_events(const struct lab *lab);       /* events processed so far */
/* Frames on links and in queues, and packets that wait in hosts. */
bool lab_is_quiet(const struct lab *lab);
void lab_interrupt(struct lab *lab);              /* safe in a signal handler */
bool lab_interrupted(const struct lab *lab);
void lab_clear_interrupt(struct lab *lab);

/* Pace: 0 is virtual (as fast as it goes); 1000 is real time; 10000 is ten
 * times as fast. */
void lab_set_pace(struct lab *lab, uint32_t milli);
uint32_t lab_pace(const struct lab *lab);
ns_t lab_lag(const struct lab *lab);              /* behind the wall clock now; 0 if virtual */
ns_t lab_lag_max(const struct lab *lab);

/* --- doors to the outside: see sim/port/port.h ------------------------------ */

/* Opens what nodes of kind netns and external name; a lab that has none has
 * nothing to open.  On success lab time follows the wall clock from now on.
 * False, with a line for each that failed in errs; all are shut then. */
bool lab_open_ports(struct lab *lab, struct buf *errs);
/* Is something outside listened to?  Then lab time follows the wall clock. */
bool lab_has_ports(const struct lab *lab);

struct port_info {
	const struct node *node;
	const char *ifname, *word, *arg;  /* "eth0", "unix", "/tmp/s" */
	uint64_t in_frames, in_bytes, in_dropped, out_frames, out_bytes, out_dropped;
	char state[112];                  /* "connected", "waits for a peer" */
};
size_t lab_ports(const struct lab *lab, struct port_info *out, size_t room);  /* how many */

/* Writes what enters the lab by its doors to a file (sim/port/record.h).
 * False with one sentence in err, also if one is written already. */
bool lab_record_start(struct lab *lab, const char *path, char err[256]);
struct record_info { const char *path, *error; uint64_t inputs; };    /* error: NULL if none */
bool lab_recording(const struct lab *lab, struct record_info *out);   /* false: none */
int lab_record_stop(struct lab *lab);     /* OK; ERR_NOENT: there is none; ERR_IO: not whole */

/* Shuts every door; what a record holds enters instead, at its instants and in
 * virtual time.  Before any time has passed, and instead of lab_open_ports()
 * or after it.  False with one sentence in err; then nothing has changed. */
bool lab_replay(struct lab *lab, const char *path, char err[256]);
struct replay_info {
	const char *path;
	const char *note;                 /* what was left out, and why; NULL: nothing */
	uint64_t inputs, left;            /* in the record; still to come */
	ns_t last_at;                     /* when the last one enters */
};
bool lab_replaying(const struct lab *lab, struct replay_info *out);   /* false: none */

/* A port of a lab host is a port of the real machine, and lab time follows the
 * wall clock.  addr: an IPv4 address as text, NULL for 127.0.0.1; port 0: any
 * that is free.  Its id, or ERR_INVAL with one sentence in err. */
int lab_expose(struct lab *lab, struct node *n, uint16_t node_port, const char *addr,
	       uint16_t port, bool tcp, char err[256]);
struct expose_info {
	int id;
	bool tcp;                         /* else UDP */
	const struct node *node;
	uint16_t node_port, port;         /* port: the one that was found free, too */
	struct addr addr;
	unsigned clients;                 /* programs that are talking; connections */
	uint64_t in, out, dropped;        /* datagrams, dropped: either way; bytes of TCP */
	uint64_t refused;                 /* ICMP said that nobody listens; connections */
};
size_t lab_exposed(const struct lab *lab, struct expose_info *out, size_t room);
int lab_expose_stop(struct lab *lab, int id);     /* 0: all; ERR_NOENT */

/* --- programs on hosts ----------------------------------------------------- */

struct prog_info {
	const char *name;                 /* "ping" */
	const char *usage;                /* one line: arguments */
	const char *help;                 /* one sentence */
};
const struct prog_info *prog_list(size_t *n);     /* all, by name */

/* Is it a program of this machine, which needs no stack of ours? */
bool prog_is_real(const char *name);

struct prog_io {
	void (*out)(void *ctx, const char *text, size_t n);  /* standard output, as it comes */
	void (*err)(void *ctx, const char *text, size_t n);
	void *ctx;
	FILE *in;                         /* standard input, borrowed; NULL: none */
	bool terminal;                    /* a real program may have ours, and then writes there */
	int pid;                          /* what it is called by; 0: nobody calls it */
};

/*
 * Starts argv[0] on a node.  Always returns a program unless out of memory:
 * a usage error is a program that is done, with its text on err and its
 * status, as in a real shell.  It moves only while time moves.
 */
struct prog *prog_start(struct node *n, int argc, char *const *argv, const struct prog_io *io);
bool prog_done(const struct prog *p);
int  prog_status(const struct prog *p);           /* exit status, once done */
struct json_t *prog_json(const struct prog *p);   /* a new reference: the result so far */
void prog_interrupt(struct prog *p);              /* as SIGINT: ends, with its summary */
void prog_free(struct prog *p);                   /* also while it runs */

/* Whose socket of a node it is; sk as in struct show_sock.  False: no program's. */
struct sock;
struct sock_user { const char *name; int pid, fd; };
bool node_sock_user(struct node *n, const struct sock *sk, struct sock_user *out);

/* --- captures and traces --------------------------------------------------- */

struct capture_info {
	int id;
	const char *what, *path, *filter;
	uint64_t frames;
	const char *error;
};

/*
 * what: "all", "NODE" or "NODE:IF", several with commas; filter: BPF or NULL;
 * dir: "in", "out" or NULL for both.  Returns the id (from 1) or a negative
 * error with one sentence in err.
 */
int lab_capture_start(struct lab *lab, const char *what, const char *path,
		      const char *filter, const char *dir, char err[256]);
/* id 0: all.  OK, ERR_NOENT, or the capture's sticky error. */
int lab_capture_stop(struct lab *lab, int id);
int lab_capture_flush(struct lab *lab);
size_t lab_captures(const struct lab *lab, struct capture_info *out, size_t room);

/* One dropped frame. */
struct drop_record {
	ns_t at;
	const char *node, *ifname;        /* ifname "" when nowhere in particular */
	enum drop why;
	uint32_t len;
	const char *frame;                /* one line as tcpdump prints it */
};
/* fn is told of every drop until it is set to NULL. */
void lab_trace_drops(struct lab *lab, void (*fn)(void *ctx, const struct drop_record *r),
		     void *ctx);
/* What a stream did (stack/show.h): it changed its state, or sent again. */
struct tcp_record {
	ns_t at;
	const char *node;
	const struct tcp_event *event;
};
/* fn is told of every change until it is set to NULL. */
void lab_trace_tcp(struct lab *lab, void (*fn)(void *ctx, const struct tcp_record *r), void *ctx);
/*
 * Writes a CSV row whenever cwnd, ssthresh, SRTT or the bytes in flight of a
 * stream changed; only: of this node's, NULL: of all.  False with one sentence
 * in err, also if one is written already.
 */
bool lab_tcp_series_start(struct lab *lab, const char *path, const struct node *only,
			  char err[256]);
/* ERR_NOENT: there is none; ERR_IO: the file is not whole. */
int lab_tcp_series_stop(struct lab *lab, uint64_t *rows);

/* What OSPF on a node did (stack/ospf.h). */
struct ospf_record {
	ns_t at;
	const char *node;
	const struct ospf_event *event;
};
/* fn is told of every event until it is set to NULL. */
void lab_trace_ospf(struct lab *lab, void (*fn)(void *ctx, const struct ospf_record *r), void *ctx);

/* --- LSAs as people and graders see them ------------------------------------------ */

struct show_ospf_lsa;
struct lsa_key { uint32_t area, id, adv, seq; uint8_t type; uint16_t csum; };
void lsa_key(const struct show_ospf_lsa *l, struct lsa_key *k);
bool lsa_is_old(const struct show_ospf_lsa *l);           /* MaxAge: it is being flushed */
/* With FRR's keys: a line of `show ip ospf database`, and all of it.  New references. */
struct json_t *lsa_brief_json(const struct show_ospf_lsa *l);
struct json_t *lsa_json(const struct show_ospf_lsa *l);
/* "*|-|-|-|-|-|E|-": the bits of an Options field, as FRR has them. */
void lsa_options_text(uint8_t options, char out[32]);

/* --- convergence ------------------------------------------------------------- */

bool node_runs_ospf(struct node *n);      /* now */
bool lab_has_ospf(const struct lab *lab); /* some node does */
/*
 * Has every router done what it had to do, and do those that links join within an
 * area have equal databases?  A lab without OSPF: is no packet under way?  Made to
 * be asked after every instant: it looks no more often than it is worth.
 */
bool lab_is_converged(struct lab *lab);
/* Adds who still waits for what, in one line; nothing in a lab without OSPF. */
void lab_why_not_converged(struct lab *lab, struct buf *out);

/* Something changes now that routing follows: a link, a node, its configuration.
 * A convergence is measured from there. */
void lab_note_change(struct lab *lab, const char *fmt, ...) printf_like(2, 3);
/* The last such change, and what was lost since. */
struct change_info {
	ns_t at;
	const char *what;                 /* NULL: there was none */
	uint64_t drops[DROP_N];
};
void lab_last_change(const struct lab *lab, struct change_info *out);

/* Every drop of the lab so far, by reason. */
uint64_t lab_drops(const struct lab *lab, enum drop why);

#endif
