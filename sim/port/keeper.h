/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_KEEPER_H
#define SIM_PORT_KEEPER_H
/*
 * The keeper: a process that netloom forks to hold what it makes in Linux for
 * a lab's nodes of kind netns.
 *
 * Nothing of it has a name outside, so nothing of it can be left behind or
 * collide with another lab's.  The keeper is the first process of a new pid
 * namespace, in a new mount namespace and a new network namespace (and a new
 * user namespace where netloom may not make these otherwise).  Each node gets
 * a network namespace that is only a file descriptor of the keeper.  A veth
 * pair joins it to the keeper's own, the switch side, where a packet socket
 * takes the frames to netloom.  When netloom ends, however that comes about,
 * the kernel kills the keeper; that kills every program in its pid namespace,
 * and with the last of them the namespaces and their interfaces go.
 *
 * All functions but keeper_run() wait for an answer: they are for the time
 * before the lab runs.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stack/util/addr.h"
#include "stack/util/buf.h"

struct keeper;

/* hosts: lines that programs inside find in /etc/hosts beside those that are
 * there.  NULL, with one sentence in err. */
struct keeper *keeper_start(const struct buf *hosts, char err[256]);
/* Ends the keeper and all that runs inside; NULL is fine. */
void keeper_stop(struct keeper *k);

pid_t keeper_pid(const struct keeper *k);
/* Is it in a user namespace of its own? */
bool keeper_is_rootless(const struct keeper *k);
/* rtnetlink(7), told of the interfaces of the switch side; the keeper's. */
int keeper_link_events(const struct keeper *k);

/* A network namespace for a node: its descriptor in the keeper, which stands
 * for it below.  -1, with one sentence in err. */
int keeper_node(struct keeper *k, bool forward, char err[256]);

struct keeper_link {
	uint32_t ifindex;                 /* of the outer end, on the switch side */
	uint32_t mtu;
	struct mac mac;                   /* of the inner end */
	char inner[16];                   /* its name, in the node */
};

/* A veth pair, its outer end up and its inner end down; returns a packet
 * socket (packet.h) on the outer end, the caller's.  -1, with err. */
int keeper_link(struct keeper *k, int ns, const struct keeper_link *link, char err[256]);

/* Lines for `ip -batch` (ip(8)) in a node's namespace; false, with what ip
 * says of the first that failed. */
bool keeper_ip(struct keeper *k, int ns, const struct buf *batch, char err[256]);

/*
 * Runs a program in a node's namespace.  It is the leader of a process group
 * of its own, which gets the terminal on fds[0] if `terminal`.  Over `control`,
 * one end of a fdmsg_pair(), goes a byte for each signal to send to that group;
 * back comes its wait status, an int, and then the end.  Closing it kills the
 * group.  False: the keeper is gone.
 */
struct keeper_run {
	const char *name;                 /* the node's, as the program's host name */
	int argc;
	char *const *argv;
	int fds[3];                       /* its standard input, output and error */
	int control;
	bool terminal;
};
bool keeper_run(struct keeper *k, int ns, const struct keeper_run *run);

#endif
