/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_TOPO_H
#define SIM_TOPO_TOPO_H
/*
 * A lab as data: what a lab file says after it was read, checked and
 * completed (names, MACs and addresses assigned), before anything runs.
 * topo_load() reads netloom's YAML and the course's vnetUtils format.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/model/netem.h"
#include "sim/sysctl.h"
#include "sim/topo/ospf.h"
#include "sim/topo/pos.h"
#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/ns.h"

#define TOPO_NAME_MAX 32                  /* node names, with the NUL */
#define TOPO_IF_MAX 16                    /* interface names, with the NUL (IFNAMSIZ) */
#define TOPO_NO_LINK UINT32_MAX

struct ynode;

enum node_kind {
	NODE_ROUTER, NODE_HOST,           /* have a stack */
	NODE_HUB,
	NODE_NETNS, NODE_EXTERNAL,        /* doors to the outside, see sim/port/port.h */
};
/* NONE and STATIC: only the routes of the file. */
enum routing { ROUTING_NONE, ROUTING_STATIC, ROUTING_OSPF };

struct topo_route {
	struct prefix to;                 /* default is 0.0.0.0/0 */
	struct addr via;                  /* ADDR_NONE: directly on dev */
	char dev[TOPO_IF_MAX];            /* "": the interface that reaches via */
	uint32_t metric;                  /* 0 unless given */
	struct topo_pos pos;
};

struct topo_sysctl { const struct sysctl *key; char value[SYSCTL_TEXT_MAX]; };

struct topo_node {
	char *name;                       /* owned; not NULL */
	enum node_kind kind;
	enum routing routing;
	bool forward;                     /* IPv4 forwarding */
	char *port;                       /* external: "unix:PATH", see port.h; else NULL */
	struct topo_pos port_pos;
	struct prefix *loopback;          /* addresses on lo besides 127.0.0.1/8 */
	size_t n_loopback;
	struct topo_route *routes;
	size_t n_routes;
	struct topo_sysctl *sysctls;      /* each key once */
	size_t n_sysctls;
	struct topo_ospf ospf;            /* in force where routing is ROUTING_OSPF */
	uint32_t n_ifs_ever;              /* interfaces so far: the number of the next one */
	uint32_t number;                  /* in MACs: no other node has had it */
	struct topo_pos pos;
};

/* What a node of a YAML file runs that does not say. */
static inline enum routing topo_routing_of(enum node_kind kind)
{
	return kind == NODE_ROUTER ? ROUTING_OSPF : ROUTING_STATIC;
}

static inline bool topo_is_door(const struct topo_node *n)
{
	return n->kind == NODE_NETNS || n->kind == NODE_EXTERNAL;
}

struct topo_end {
	uint32_t node;                    /* index into nodes */
	char ifname[TOPO_IF_MAX];
	struct mac mac;
	struct prefix *addrs;             /* first is the primary; none on a hub */
	size_t n_addrs;
	bool auto_addr, auto_mac, auto_name;
	struct netem_spec netem;          /* for frames that leave this end */
	uint64_t rate_bps;                /* of this end's sending; 0: infinite */
	uint64_t queue_bytes;             /* frames that wait to be sent: limit in */
	uint32_t queue_pkts;              /* bytes and in frames; 0: no limit */
	struct topo_ospf_if ospf;
	struct topo_pos pos;
};

struct topo_link {
	struct topo_end end[2];
	uint32_t mtu;                     /* bytes of IP packet, both ends */
	bool down;                        /* starts cut */
	struct topo_ospf_if ospf;         /* of both ends */
	struct topo_pos pos;
};

struct topo_event { ns_t at; char *cmd; struct topo_pos pos; };

struct topo_check {
	char *name;
	uint32_t points_milli;            /* points x 1000, so that 0.5 is exact */
	ns_t at;                          /* -1: now */
	ns_t wait;                        /* -1: judge once; else until true, at most so long */
	bool wait_converged;
	bool fresh, hidden;
	char *run;                        /* shell command */
	char *expect;                     /* jq program; NULL: the command succeeds */
	ns_t timeout;                     /* lab time the command may take */
	char *pass, *fail;                /* texts; NULL: none */
	struct topo_pos pos;
};

/* What the kernel of this machine is told, where it stands for a node. */
struct topo_uplink {
	uint32_t node;                    /* index into nodes */
	struct buf batch;                 /* for `ip -batch`, once the TAPs are there */
	struct prefix *nets;              /* where its routes will lead */
	size_t n_nets;
};

struct topo {
	char *file;                       /* as the user gave it */
	char *name;
	bool vnet;                        /* came from a vnetUtils file */
	uint64_t seed;                    /* 1 unless the file says */
	struct topo_node *nodes;   size_t n_nodes;
	uint32_t n_nodes_ever;            /* nodes so far: the number of the next one */
	uint32_t *by_name;                /* indices of nodes, sorted by name */
	/* What nodes that come later inherit: maps of the file, owned, or NULL. */
	struct ynode *defaults, *kinds, *groups;
	struct topo_link *links;   size_t n_links;
	struct topo_link base_link;       /* what a link starts from */
	struct topo_event *events; size_t n_events;  /* sorted by time, file order kept */
	struct topo_check *checks; size_t n_checks;  /* file order */
	struct buf notes;                 /* lines to show the user: addresses assigned,
					   * hub loops, names hidden behind lab words */
	struct topo_uplink *uplink;       /* NULL unless topo_uplink() made one */
};

/*
 * Reads, checks and completes a lab.  The result is NULL if there was any
 * error; then errs has one line for each, "file:line:col: what was found,
 * what was expected", in the order of the file, all of them in one run.
 * text/len: the file's content; topo_load reads it from path ("-" is
 * standard input).  The format is YAML for *.yaml and *.yml, else what the
 * content looks like.  A YAML lab may include a vnetUtils file, relative to
 * its own path; both functions then read that file too.
 */
struct topo *topo_load(const char *path, struct buf *errs);
struct topo *topo_parse(const char *file, const char *text, size_t len, struct buf *errs);
void topo_free(struct topo *t);           /* NULL is fine */

/*
 * Links of a lab that runs.  topo_link_read() reads one for the lab `now` from
 * words, KEY VALUE ...: the keys of a link in a lab file and those of its ospf.
 * a, b: NODE or NODE:INTERFACE.  What they leave out is assigned so that it
 * clashes with nothing in `now` and was no other interface's before, and told in
 * notes.  False with one sentence in err; out is the caller's then as before.
 */
bool topo_link_read(const struct topo *now, const char *a, const char *b, int argc,
		    char *const *argv, struct topo_link *out, struct buf *notes, struct buf *err);
/* The words alone, for ends that exist.  False with one sentence in err. */
bool topo_link_words_ok(const struct topo *now, const char *a, const char *b, int argc,
			char *const *argv, struct buf *err);
void topo_link_append(struct topo *t, struct topo_link *l);    /* takes over what l owns */
/* Does the route leave by this end, as far as the file's addresses say? */
bool topo_route_leaves_by(const struct topo_route *r, const struct topo_end *e);
/* The routes of its nodes that leave by it go, too; later links move up. */
void topo_link_remove(struct topo *t, size_t i);

/*
 * Nodes of a lab that runs: the same for a node, whose words are the keys of a node
 * in a lab file and those of its ospf.  Its routes wait for the links to leave by.
 */
bool topo_node_read(const struct topo *now, const char *name, int argc, char *const *argv,
		    struct topo_node *out, struct buf *notes, struct buf *err);
/* The name and the words alone, whatever nodes there are. */
bool topo_node_words_ok(const struct topo *now, const char *name, int argc, char *const *argv,
			struct buf *err);
void topo_node_append(struct topo *t, struct topo_node *n);    /* takes over what n owns */
/* Into *out, which is the caller's; it has no link.  Later nodes move up. */
void topo_node_remove(struct topo *t, size_t i, struct topo_node *out);
void topo_node_fini(struct topo_node *n);                      /* what it owns */
/* In the place of what it has for the key.  A profile is the first. */
void topo_sysctl_put(struct topo_node *n, const struct sysctl *key, const char *value);

/*
 * This machine is to stand for a router or a host: the node is external from
 * now on, its interfaces TAPs of their names.  name: NULL for ns0, or host 0 of
 * a vnetUtils file.  The machine is told the node's addresses and routes but
 * for a default route, of which the notes tell.  False with one sentence in err,
 * and nothing has changed.
 */
bool topo_uplink(struct topo *t, const char *name, char err[256]);
void topo_uplink_free(struct topo_uplink *u);     /* NULL is fine */

/* Loads again to the same lab; what was assigned is then written out. */
void topo_dump_yaml(const struct topo *t, struct buf *out);
void topo_schema(struct buf *out);        /* JSON Schema draft-07, from the key tables */
void topo_reference(struct buf *out);     /* the keys, for people (Markdown) */

/* Index of a node by name, or -1.  topo_index makes by_name; topo_load has. */
int topo_node_find(const struct topo *t, const char *name);
void topo_index(struct topo *t);

/*
 * Units, as tc's words made unambiguous; shared with the shell.  The whole
 * string must match; on error they return ERR_INVAL and put one sentence into
 * err that says what was found and what is expected.
 * time: 10ns 5us 1.5ms 10s 2m; rate: 500bit 64kbit 10mbit 1gbit, and 0 is
 * infinite; size: 1500b 64kb 1mb, or 100p packets; pct: 0.1%.
 */
int unit_time(const char *s, ns_t *out, char err[160]);
int unit_rate(const char *s, uint64_t *bps, char err[160]);
int unit_size(const char *s, uint64_t *bytes, uint32_t *pkts, char err[160]);
int unit_pct(const char *s, prob_t *out, char err[160]);
void unit_time_fmt(ns_t t, struct buf *out);      /* shortest exact: 1.5ms */
void unit_rate_fmt(uint64_t bps, struct buf *out);
void unit_pct_fmt(prob_t p, struct buf *out);

/* The nearest of the words to a misspelt one, or NULL: for "did you mean". */
const char *closest_word(const char *word, const char *const *words, size_t n);

#endif
