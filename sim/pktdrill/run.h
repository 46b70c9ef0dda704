/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_RUN_H
#define SIM_PKTDRILL_RUN_H
/*
 * One run of a script: a stack with one interface whose other side is the
 * script, in virtual time.
 *
 *	host.c    the stack, its interface, what it sent; time
 *	map.c     the script's sequence numbers and timestamps to those on the wire
 *	match.c   is this what the script says?    show.c   packets as text
 *	calls.c   system calls    sockopt.c  their options    poll.c  poll, epoll
 *	io.c      those that read and write    cmsg.c  control messages    file.c  pipes, files
 *	command.c `commands`      sysctl.c   what they set
 *	code.c    %{ code }%      suite.c    its if, for, def      expr.c     its expressions
 *	run.c     events in order
 */
#include "sim/pktdrill/script.h"
#include "stack/netdev.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/wire/tcp.h"

struct pkt_pool;

#define PD_FDS 1024
#define PD_TS_MAP 64

/* A packet that the stack sent, or one for it. */
struct pd_seg {
	struct pd_seg *next;
	ns_t at;
	enum pd_proto proto;
	ip4_t src, dst;
	uint8_t tos, ttl;
	struct tcp_hdr h;                 /* h.hlen follows from n_opt; of UDP its ports alone */
	uint8_t opt[TCP_OPT_MAX];
	uint8_t n_opt;
	uint32_t len;
	struct pd_icmp icmp;
};

/* The connection that packets of the script belong to: the one made last; or
 * the UDP socket. */
struct pd_flow {
	bool udp;
	uint16_t lport, rport;            /* 0: not known yet */
	bool has_iss;
	uint32_t live_iss, script_iss;
	bool has_irs;
	uint32_t irs, syn_seq;            /* of the peer: its first SYN; its last */
	unsigned n_ts;                    /* timestamps of ours: the first, the last PD_TS_MAP */
	uint32_t first_script, first_live;
	struct { uint32_t script, live; } ts[PD_TS_MAP];
};

/* Bytes of either: all are 0. */
struct pd_pipe { int64_t n; };
struct pd_file {
	struct pd_file *next;
	bool exists;                      /* not removed since */
	int64_t n;
	char name[];
};

/* One of sk, set, pipe and file. */
struct pd_fd {
	bool used, nonblock, dgram, cloexec;
	bool inq;                         /* TCP_INQ: recvmsg() tells what is left */
	struct sock *sk;
	struct sk_set *set;               /* of epoll_create() */
	struct pd_pipe *pipe;
	struct pd_file *file;
	int64_t at;                       /* in the file */
};

struct pd_val;
struct pd_var { struct pd_var *next; const char *name; struct pd_val *v; };       /* of code */

struct pd_run {
	struct pd_script *script;
	struct pd_says *says;
	struct pkt_pool *pool;
	struct stack *st;
	struct netdev dev;
	ns_t t0, now;                     /* of the first event; now */
	ns_t tolerance;                   /* of an instant; or so much of a pause before it: */
	double tolerance_pct;
	ns_t ts_tick;                     /* of TS val that a script states; 0: not looked at */
	bool cuts;                        /* the script sees long segments cut: no TSO */
	bool mapped;                      /* sockets are of IPv6, with addresses of IPv4 */
	ip4_t local, remote, gateway;
	uint16_t bind_port, connect_port, next_port;
	uint32_t mtu;
	struct pd_seg *sent, **sent_end;  /* not yet asked for */
	struct pd_fd fd[PD_FDS];
	struct pd_file *files;            /* of the script */
	int last_fd;                      /* whose tcp_info code sees; -1: none */
	bool listens_anew;                /* a listener is, and nothing came for it yet */
	struct pd_flow flow;
	const struct pd_event *event;     /* now */
	const struct pd_event *blocked;   /* a call that has not returned yet */
	ns_t blocked_ends, call_at;       /* when it should; when it was made */
	ns_t call_until;                  /* when it returns anyway */
	size_t call_done;                 /* bytes of a write so far */
	struct pd_var *vars;
	uint64_t *counters;               /* when nstat ran last; or NULL */
};

/* --- host.c --- */
bool pd_host_start(struct pd_run *r);     /* false: says is set */
void pd_host_stop(struct pd_run *r);
void pd_host_input(struct pd_run *r, const void *ip, size_t n);
/* Lets time pass until then, or until the stack sent something. */
void pd_host_run(struct pd_run *r, ns_t until, bool stop_on_packet);
struct pd_seg *pd_host_take(struct pd_run *r);    /* the caller frees */
void pd_host_drop_sent(struct pd_run *r);         /* it was of another connection */

/* --- map.c --- */
/* The packet of the script goes to the stack. */
void pd_inject(struct pd_run *r, const struct pd_packet *p);
/* Numbers of the wire become those of the script. */
void pd_map_out(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got);

/* --- match.c --- */
bool pd_match(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got);
void pd_match_show(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got);

/* --- show.c, icmp.c --- */
void pd_seg_show(const struct pd_seg *s, bool wnd, bool any_opts, ns_t t0, struct buf *b);
void pd_icmp_show(const struct pd_icmp *ic, struct buf *b);

/* --- calls.c, io.c, cmsg.c, file.c, sockopt.c, poll.c --- */
/* The result, or a negative errno; ERR_AGAIN: it would block, if the script
 * lets it.  says is set on what a script needs and we do not have. */
int64_t pd_call(struct pd_run *r, const struct pd_call *c);
bool pd_call_may_block(const struct pd_run *r, const struct pd_call *c);
/* When it returns although nothing came (SO_RCVTIMEO, SO_SNDTIMEO), and what
 * it answers then. */
ns_t pd_call_gives_up(const struct pd_run *r, const struct pd_call *c);
int64_t pd_call_gave_up(const struct pd_run *r, const struct pd_call *c);
const struct pd_expr *pd_arg(const struct pd_call *c, unsigned i);        /* or NULL */
int64_t pd_arg_num(struct pd_run *r, const struct pd_call *c, unsigned i);
struct pd_fd *pd_arg_fd(struct pd_run *r, const struct pd_call *c, unsigned i);  /* or NULL */
struct pd_fd *pd_fd(struct pd_run *r, int64_t fd);                        /* or NULL */
/* f has this number from now on; the number. */
int64_t pd_fd_take(struct pd_run *r, int64_t fd, const struct pd_fd *f);
const struct pd_expr *pd_field(const struct pd_expr *s, const char *name);
int64_t pd_lacks(struct pd_run *r, const char *fmt, ...) printf_like(2, 3);
/* The address that e says, if it does; else ep is as it was. */
void pd_arg_endpoint(const struct pd_expr *e, struct endpoint *ep);
/* A connection of ours has begun: what was sent last, if anything, is its SYN. */
void pd_flow_begun(struct pd_run *r);
/* The UDP socket is what the script is about from now on. */
void pd_flow_udp(struct pd_run *r, struct sock *sk, uint16_t rport);
int64_t pd_write(struct pd_run *r, const struct pd_call *c);
int64_t pd_send(struct pd_run *r, const struct pd_call *c);
int64_t pd_writev(struct pd_run *r, const struct pd_call *c);
int64_t pd_sendmsg(struct pd_run *r, const struct pd_call *c);
int64_t pd_read(struct pd_run *r, const struct pd_call *c);
int64_t pd_recv(struct pd_run *r, const struct pd_call *c);
int64_t pd_readv(struct pd_run *r, const struct pd_call *c);
int64_t pd_recvmsg(struct pd_run *r, const struct pd_call *c);
/* n bytes of a stream, with flags as in send(2) and recv(2). */
int64_t pd_stream_send(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags);
int64_t pd_stream_recv(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags);
/* m: of a datagram, or NULL; e: of the error queue, or NULL. */
void pd_check_control(struct pd_run *r, const struct pd_call *c, const struct pd_fd *f,
		      const struct sk_msg *m, const struct sk_err *e);
int64_t pd_recv_error(struct pd_run *r, const struct pd_call *c, const struct pd_fd *f);
int64_t pd_open(struct pd_run *r, const struct pd_call *c);
int64_t pd_sendfile(struct pd_run *r, const struct pd_call *c);
int64_t pd_pipe(struct pd_run *r, const struct pd_call *c);
int64_t pd_splice(struct pd_run *r, const struct pd_call *c);
void pd_file_make(struct pd_run *r, const char *name, int64_t n);
void pd_file_remove(struct pd_run *r, const char *name);
int64_t pd_setsockopt(struct pd_run *r, const struct pd_call *c);
int64_t pd_getsockopt(struct pd_run *r, const struct pd_call *c);
int64_t pd_poll(struct pd_run *r, const struct pd_call *c);
int64_t pd_epoll_create(struct pd_run *r, const struct pd_call *c);
int64_t pd_epoll_ctl(struct pd_run *r, const struct pd_call *c);
int64_t pd_epoll_wait(struct pd_run *r, const struct pd_call *c);

/* --- sysctl.c --- */
void pd_sysctl(struct pd_run *r, const char *path, const char *v);
void pd_sysctl_read(struct pd_run *r, const char *path);          /* nobody sees the value */
void pd_sysctl_defaults(struct pd_run *r);        /* what collections of scripts begin with */

/* --- command.c --- */
void pd_command(struct pd_run *r, const char *text);

/* --- nstat.c --- */
/* What follows the word nstat in its line; writes into it. */
void pd_nstat(struct pd_run *r, char *args);

/* --- code.c --- */
void pd_code(struct pd_run *r, const char *text);

#endif
