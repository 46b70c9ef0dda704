// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/prog.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/err.h"

#define FD_FIRST 3                        /* behind standard input, output and error */

/* --- the programs, by name ------------------------------------------------------ */

#define PROGS(X) \
	X(arping_prog, "arping", \
	  "arping [-AbDfqU] [-c COUNT] [-i SECONDS] [-I IFACE] [-s SOURCE] [-w SECONDS] ADDRESS", \
	  "ask a link who has an address, or announce one") \
	X(chargen_prog, "chargen", "chargen [-tuv] [PORT]", \
	  "send lines of characters to whoever connects, TCP and UDP (default port 19)") \
	X(curl_prog, "curl", "curl [-0fiILOsSv] [-A AGENT] [-d DATA|@FILE] [-H FIELD] " \
	  "[-m SECONDS] [-o FILE] [-w FORMAT] [-X METHOD] [--connect-timeout SECONDS] " \
	  "[--data-binary @FILE] [--max-redirs N] URL...", \
	  "ask web servers, HTTP/1.1 (it never shows a progress meter)") \
	X(discard_prog, "discard", "discard [-tuv] [PORT]", \
	  "read and throw away what comes, TCP and UDP (default port 9)") \
	X(echo_prog, "echo", "echo [-tuv] [PORT]", \
	  "send back what comes, TCP and UDP (default port 7)") \
	X(exec_prog, "exec", "exec COMMAND [ARG...]", \
	  "run a program of this machine in the network namespace of a node of kind netns") \
	X(http_prog, "http", "http [-lv] [-p PORT] [-s SIZE | -R URL | DIR]", \
	  "serve files of this machine, made-up bytes (-s 10M), a redirection or a greeting over " \
	  "HTTP/1.1 (port 80)") \
	X(iperf3_prog, "iperf", "iperf [OPTIONS OF iperf3]", "the same as iperf3") \
	X(iperf3_prog, "iperf3", "iperf3 -s [-1JV] [-B ADDRESS] [-i SECONDS] [-p PORT] | " \
	  "iperf3 -c HOST [-JNRuVZ] [--bidir] [-b RATE] [-B SOURCE] [-i SECONDS] " \
	  "[-k BLOCKS|-n BYTES|-t SECONDS] [-C cubic|reno] [-f kmgtKMGT] [-l LENGTH] " \
	  "[-M MSS] [-O SECONDS] [-p PORT] [-P FLOWS] [-S TOS] [-w WINDOW]", \
	  "measure throughput of TCP or UDP, with this iperf3 or a real one") \
	X(nc_prog, "nc", "nc [-bdNnuvz] [-p PORT] [-q SECONDS] [-s SOURCE] [-w SECONDS] " \
	  "HOST PORT[-LAST] [TEXT...] | nc -l [-dkuv] [-c COUNT] [-s ADDRESS] [-w SECONDS] PORT", \
	  "send text, or a file with < FILE, over TCP or UDP and print what comes back, or " \
	  "listen, or scan ports") \
	X(ping_prog, "ping", "ping [-AbfnOqR] [-c COUNT] [-i SECONDS] [-I IFACE|ADDRESS] " \
	  "[-l PRELOAD] [-M do|want|dont] [-p PATTERN] [-Q TOS] [-s SIZE] [-t TTL] " \
	  "[-w DEADLINE] [-W TIMEOUT] HOST", \
	  "ask a host for ICMP echoes") \
	X(rr_prog, "rr", "rr [-n COUNT] [-s SIZE] [-t SECONDS] HOST [PORT]", \
	  "time requests over TCP that an echo server answers, one after the other") \
	X(traceroute_prog, "traceroute", "traceroute [-FIn] [-f FIRST] [-i IFACE] [-m MAX] " \
	  "[-N SIMULTANEOUS] [-p PORT] [-q PROBES] [-s SIZE|SOURCE] [-t TOS] " \
	  "[-w MAX[,HERE,NEAR]] [-z WAIT] HOST [LENGTH]", \
	  "show the routers on the way to a host") \
	X(udpgen_prog, "udpgen", "udpgen [-c COUNT] [-i INTERVAL] [-s SIZE] HOST PORT", \
	  "send numbered UDP datagrams") \
	X(udpsink_prog, "udpsink", "udpsink [-c COUNT] [-w SECONDS] PORT", \
	  "count what udpgen sent: lost, reordered, duplicated")

static const struct prog_info infos[] = {
#define X(ops, name, usage, help) { name, usage, help },
	PROGS(X)
#undef X
};

static const struct prog_ops *const progs[] = {
#define X(ops, name, usage, help) &ops,
	PROGS(X)
#undef X
};

const struct prog_info *prog_list(size_t *n)
{
	*n = N_ELEM(infos);
	return infos;
}

static void nothing_start(struct prog *p, int argc, char *const *argv)
{
	(void)argc;
	prog_eprintf(p, "%s: command not found\n", argv[0]);
	prog_exit(p, PROG_NOT_FOUND);
}

static void nothing_stop(struct prog *p) { (void)p; }
static json_t *nothing_json(const struct prog *p) { (void)p; return json_object(); }

static const struct prog_ops nothing_prog = {
	.name = "", .size = sizeof(struct prog), .start = nothing_start, .stop = nothing_stop,
	.json = nothing_json,
};

static const struct prog_ops *ops_find(const char *name)
{
	for (size_t i = 0; i < N_ELEM(infos); i++)
		if (strcmp(infos[i].name, name) == 0)
			return progs[i];
	return &nothing_prog;
}

bool prog_is_real(const char *name) { return ops_find(name)->anywhere; }

/* --- life -------------------------------------------------------------------------- */

struct prog *prog_start(struct node *n, int argc, char *const *argv, const struct prog_io *io)
{
	const struct prog_ops *ops = ops_find(argv[0]);
	struct prog *p = calloc(1, ops->size);

	if (!p)
		return NULL;
	p->ops = ops;
	p->node = n;
	p->io = *io;
	list_push_back(node_progs(n), &p->link);
	if (ops->anywhere ? !node_is_up(n) : !node_stack(n)) {
		prog_eprintf(p, "%s: the node is not running\n", argv[0]);
		prog_exit(p, 1);
		return p;
	}
	if (io->in && !ops->reads)
		prog_fail(p, PROG_USAGE, 0, "it reads no standard input");
	else
		ops->start(p, argc, argv);
	return p;
}

void prog_exit(struct prog *p, int status)
{
	if (p->done)
		return;
	p->done = true;
	p->status = status;
	list_remove(&p->link);
	p->ops->stop(p);
}

void prog_node_stopped(struct node *n)
{
	struct prog *p;

	while ((p = list_first(node_progs(n), struct prog, link)))
		prog_exit(p, PROG_KILLED);
}

void prog_interrupt(struct prog *p)
{
	if (p->done)
		return;
	(void)node_stack(p->node);                /* tell it the time first */
	if (p->ops->interrupt)
		p->ops->interrupt(p);
	prog_exit(p, 0);
}

bool prog_done(const struct prog *p) { return p->done; }
int prog_status(const struct prog *p) { return p->status; }

void prog_free(struct prog *p)
{
	if (!p)
		return;
	prog_exit(p, PROG_KILLED);
	if (p->ops->free)
		p->ops->free(p);
	buf_free(&p->error);
	free(p->fds);
	free(p);
}

json_t *prog_json(const struct prog *p)
{
	json_t *o = p->ops->json(p);

	if (o && p->error.len)
		json_object_set_new(o, "error", json_string(p->error.s));
	return o;
}

/* --- text ---------------------------------------------------------------------------- */

void prog_write(struct prog *p, const void *bytes, size_t n)
{
	if (p->io.out && n)
		p->io.out(p->io.ctx, bytes, n);
}

static void write_buf(struct prog *p, void (*to)(void *, const char *, size_t), struct buf *b)
{
	if (to && b->len)
		to(p->io.ctx, b->s, b->len);
	buf_free(b);
}

void prog_printf(struct prog *p, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	write_buf(p, p->io.out, &b);
}

void prog_eprintf(struct prog *p, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (!p->error.len && b.s) {               /* one line of it, for JSON */
		const char *line = b.s + strspn(b.s, "\n");

		buf_add(&p->error, line, strcspn(line, "\n"));
	}
	write_buf(p, p->io.err, &b);
}

void prog_note(struct prog *p, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	write_buf(p, p->io.err, &b);
}

static void error_v(struct prog *p, int err, const char *fmt, va_list ap)
{
	struct buf b = { 0 };

	buf_vprintf(&b, fmt, ap);
	prog_eprintf(p, "%s: %s%s%s\n", p->ops->name, b.s ? b.s : "", err ? ": " : "",
		     err ? prog_strerror(err) : "");
	buf_free(&b);
}

void prog_error(struct prog *p, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_v(p, err, fmt, ap);
	va_end(ap);
}

void prog_fail(struct prog *p, int status, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_v(p, err, fmt, ap);
	va_end(ap);
	prog_exit(p, status);
}

const char *prog_strerror(int err)
{
	const char *s = strerrordesc_np(err_to_errno(err));

	return s ? s : "Unknown error";
}

/* --- the host's services ---------------------------------------------------------------- */

bool prog_resolve(struct prog *p, const char *text, ip4_t *out)
{
	struct addr a;

	if (!lab_resolve(node_lab(p->node), text, &a) || a.family != ADDR_IP4)
		return false;
	*out = a.v4;
	return true;
}

int prog_sock_open(struct prog *p, int type, int proto, struct sock **sk, struct sk_watch *w,
		   void (*ready)(struct sk_watch *, uint32_t))
{
	int err = sk_open(node_stack(p->node), ADDR_IP4, type, proto, sk);

	if (err)
		return err;
	if (!prog_sock_take(p, *sk)) {
		sk_close(*sk);
		*sk = NULL;
		return ERR_NOMEM;
	}
	*w = (struct sk_watch){ .ready = ready };
	sk_watch(*sk, w);
	return OK;
}

bool prog_sock_take(struct prog *p, struct sock *sk)
{
	size_t fd = 0;

	while (fd < p->n_fds && p->fds[fd])
		fd++;
	if (fd == p->n_fds) {
		size_t n = p->n_fds ? 2 * p->n_fds : 4;
		struct sock **fds = realloc(p->fds, n * sizeof(struct sock *));

		if (!fds)
			return false;
		memset(fds + fd, 0, (n - fd) * sizeof(struct sock *));
		p->fds = fds;
		p->n_fds = n;
	}
	p->fds[fd] = sk;
	return true;
}

/* Its descriptor; -1: it is not the program's. */
static int fd_of(const struct prog *p, const struct sock *sk)
{
	for (size_t i = 0; i < p->n_fds; i++)
		if (p->fds[i] == sk)
			return FD_FIRST + (int)i;
	return -1;
}

bool node_sock_user(struct node *n, const struct sock *sk, struct sock_user *out)
{
	struct prog *p;

	list_for_each(node_progs(n), p, link) {
		int fd = fd_of(p, sk);

		if (fd < 0)
			continue;
		*out = (struct sock_user){ .name = p->ops->name, .pid = p->io.pid, .fd = fd };
		return true;
	}
	return false;
}

void prog_sock_close(struct prog *p, struct sock **sk, struct sk_watch *w)
{
	int fd = *sk ? fd_of(p, *sk) : -1;

	if (!*sk)
		return;
	if (fd >= 0)
		p->fds[fd - FD_FIRST] = NULL;
	sk_unwatch(w);
	sk_close(*sk);
	*sk = NULL;
}

int prog_route(struct prog *p, ip4_t dst, unsigned ifindex, ip4_t src, bool bcast, ip4_t *out)
{
	struct endpoint to = { addr_ip4(dst), 1025 }, ep = { addr_ip4(src), 0 };
	struct sock *sk;
	int err = sk_open(node_stack(p->node), ADDR_IP4, SK_DGRAM, 0, &sk);

	if (err)
		return err;
	if (bcast)
		err = sk_setopt(sk, SKO_BROADCAST, 1);
	if (!err && ifindex)
		err = sk_setopt(sk, SKO_BINDTODEVICE, (int)ifindex);
	if (!err && src)
		err = sk_bind(sk, &ep);
	if (!err)
		err = sk_connect(sk, &to);
	sk_local(sk, &ep);
	*out = ep.addr.v4;
	sk_close(sk);
	return err;
}

/* --- values for JSON ----------------------------------------------------------------------- */

json_t *prog_json_ms(ns_t ns)
{
	return json_real((double)(ns / 1000) / 1000.0);
}

json_t *prog_json_addr(ip4_t a)
{
	char text[ADDR_STRLEN];

	return json_string(ip4_fmt(a, text));
}
