/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_KEEPER_PROC_H
#define SIM_PORT_KEEPER_PROC_H
/* What netloom and its keeper say to each other: a request, a reply, each a
 * message of fdmsg.h.  Private to keeper*.c. */
#include "sim/port/keeper.h"

enum keeper_op {
	KEEPER_BEGIN,                     /* fds: hosts; reply's fds: rtnetlink socket */
	KEEPER_NODE,                      /* forward */
	KEEPER_LINK,                      /* ns, link; reply's fds: packet socket */
	KEEPER_IP,                        /* ns; fds: the batch */
	KEEPER_RUN,                       /* ns, name, terminal; fds: see below; no reply */
};

/* Text is in a file without a name: messages are short, texts need not be. */
enum { RUN_ARGV, RUN_CONTROL, RUN_STDIN, RUN_STDOUT, RUN_STDERR, RUN_FDS };

struct keeper_request {
	enum keeper_op op;
	int ns;
	bool forward, terminal;
	uid_t uid;                        /* BEGIN: who started netloom */
	gid_t gid;
	bool rootless;
	struct keeper_link link;
	char name[32];
};

struct keeper_reply {
	bool ok;
	int ns;
	char err[256];
};

/* The keeper's life, after the fork. */
_Noreturn void keeper_main(int sock);
/* A program's life, and that of the process that waits for it. */
_Noreturn void keeper_run_main(const struct keeper_request *rq, const int fds[RUN_FDS]);

/* Runs `ip -batch` on file `batch` in namespace `ns` (-1: here), where it can
 * name namespace `peer` (-1: none) as KEEPER_IP_PEER.  False, with err. */
#define KEEPER_IP_PEER "/proc/self/fd/3"
bool keeper_ip_run(int batch, int ns, int peer, char err[256]);
/* A file without a name that holds this; -1 with errno. */
int keeper_text(const void *text, size_t n);

#endif
