// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The keeper's side: the first process of the new namespaces.  It answers one
 * request at a time and does nothing else; what fails before a lab runs is
 * said in the answer, what can be done without (a fresh /proc, names in
 * /etc/hosts) is left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/ethtool.h"
#include "sim/port/fdmsg.h"
#include "sim/port/keeper_proc.h"
#include "sim/port/packet.h"

struct keeping {
	int sock;
	int here;                         /* the switch side's namespace */
};

static bool fail(struct keeper_reply *reply, const char *fmt, ...) printf_like(2, 3);

static bool fail(struct keeper_reply *reply, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply->err, sizeof(reply->err), fmt, ap);
	va_end(ap);
	return false;
}

static bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* --- the beginning ------------------------------------------------------------------ */

/* Root inside is who started netloom outside, and nobody else. */
static bool map_user(const struct keeper_request *rq)
{
	char uid[40], gid[40];

	snprintf(uid, sizeof(uid), "0 %u 1", (unsigned)rq->uid);
	snprintf(gid, sizeof(gid), "0 %u 1", (unsigned)rq->gid);
	return file_write("/proc/self/setgroups", "deny") &&
	       file_write("/proc/self/gid_map", gid) && file_write("/proc/self/uid_map", uid) &&
	       setgid(0) == 0 && setuid(0) == 0;
}

static bool file_copy(int to, int from)
{
	ssize_t n = from < 0 ? -1 : 1;

	while (n > 0)
		n = sendfile(to, from, NULL, 1 << 20);
	return n == 0;
}

/* The lab's names in /etc/hosts, for who is in this mount namespace. */
static void mount_hosts(int lines)
{
	static const char made[] = "/sys/hosts";
	int old = open("/etc/hosts", O_RDONLY | O_CLOEXEC), fd;

	if (mount("netloom", "/sys", "tmpfs", 0, "size=64m,mode=755") == 0) {
		fd = open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd >= 0 && file_copy(fd, old) && file_copy(fd, lines))
			(void)mount(made, "/etc/hosts", NULL, MS_BIND, NULL);
		if (fd >= 0)
			close(fd);
		(void)umount2("/sys", MNT_DETACH);
	}
	if (old >= 0)
		close(old);
}

/* A kernel without IPv6 needs no telling. */
static void ipv6_off(void)
{
	(void)file_write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	(void)file_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

static int link_events_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool begin(struct keeping *k, const struct keeper_request *rq, int hosts,
		  struct keeper_reply *reply, int *fd)
{
	if (rq->rootless && !map_user(rq))
		return fail(reply, "needs root or unprivileged user namespaces (mapping the "
			    "user: %s)", strerror(errno));
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return fail(reply, "needs root or unprivileged user namespaces (mount: %s)",
			    strerror(errno));
	mount_hosts(hosts);
	(void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	ipv6_off();
	(void)file_write("/proc/sys/net/ipv4/ip_forward", "0");
	k->here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	*fd = link_events_open();
	if (k->here < 0 || *fd < 0)
		return fail(reply, "%s: %s", k->here < 0 ? "/proc/self/ns/net" : "rtnetlink",
			    strerror(errno));
	return true;
}

/* --- nodes and links ---------------------------------------------------------------- */

static bool node(struct keeping *k, const struct keeper_request *rq, struct keeper_reply *reply)
{
	bool forwards;

	if (unshare(CLONE_NEWNET) != 0)
		return fail(reply, "network namespace: %s", strerror(errno));
	reply->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ipv6_off();
	forwards = file_write("/proc/sys/net/ipv4/ip_forward", rq->forward ? "1" : "0");
	if (setns(k->here, CLONE_NEWNET) != 0 || reply->ns < 0)
		return fail(reply, "network namespace: %s", strerror(errno));
	if (rq->forward && !forwards)
		return fail(reply, "forwarding cannot be set: /proc/sys is not writable here");
	return true;
}

/* Does it in the node's namespace. */
static void inner_plain(const struct keeping *k, int ns, const char *ifname)
{
	if (setns(ns, CLONE_NEWNET) == 0)
		ethtool_plain(ifname);
	(void)setns(k->here, CLONE_NEWNET);
}

static bool link_make(struct keeping *k, const struct keeper_request *rq,
		      struct keeper_reply *reply, int *fd)
{
	const struct keeper_link *l = &rq->link;
	struct buf b = { 0 };
	char mac[MAC_STRLEN], outer[16];
	int batch;
	bool ok;

	snprintf(outer, sizeof(outer), "p%" PRIu32, l->ifindex);
	buf_printf(&b, "link add name %s mtu %" PRIu32 " index %" PRIu32 " type veth peer "
		   "name %s address %s mtu %" PRIu32 " netns " KEEPER_IP_PEER "\n", outer, l->mtu,
		   l->ifindex, l->inner, mac_fmt(l->mac, mac), l->mtu);
	buf_printf(&b, "link set dev %s arp off up\n", outer);
	batch = keeper_text(b.s, b.len);
	ok = batch >= 0 && keeper_ip_run(batch, -1, rq->ns, reply->err);
	if (batch < 0)
		fail(reply, "memfd: %s", strerror(errno));
	else
		close(batch);
	buf_free(&b);
	if (!ok)
		return false;
	ethtool_plain(outer);
	inner_plain(k, rq->ns, l->inner);
	*fd = packet_socket(outer, reply->err);
	return *fd >= 0;
}

/* --- the loop ------------------------------------------------------------------------- */

static void run(const struct keeper_request *rq, const int *fds, int n_fds)
{
	if (n_fds == RUN_FDS && fork() == 0)
		keeper_run_main(rq, fds);
}

static void serve(struct keeping *k, const struct keeper_request *rq, const int *fds, int n_fds)
{
	struct keeper_reply reply = { .ns = -1 };
	int fd = -1;

	switch (rq->op) {
	case KEEPER_BEGIN: reply.ok = n_fds == 1 && begin(k, rq, fds[0], &reply, &fd); break;
	case KEEPER_NODE:  reply.ok = node(k, rq, &reply); break;
	case KEEPER_LINK:  reply.ok = link_make(k, rq, &reply, &fd); break;
	case KEEPER_IP:    reply.ok = n_fds == 1 && keeper_ip_run(fds[0], rq->ns, -1, reply.err);
			   break;
	case KEEPER_RUN:   run(rq, fds, n_fds); return;
	}
	if (!fdmsg_send(k->sock, &reply, sizeof(reply), &fd, fd >= 0))
		_exit(1);
	if (fd >= 0)
		close(fd);
}

static void on_sigchld(int sig) { (void)sig; }

/* Nothing of netloom's but the socket: no file, no signal handler, no
 * terminal signal.  (Its standard error stays, for what should not happen.) */
static int leave_netloom(int sock)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), kept;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &sa, NULL);
	sa.sa_handler = on_sigchld;
	(void)sigaction(SIGCHLD, &sa, NULL);
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_NAME, "netloom-keeper");
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	kept = fcntl(sock, F_DUPFD_CLOEXEC, 3);
	if (kept > 3)
		(void)close_range(3, (unsigned)kept - 1, 0);
	(void)close_range((unsigned)kept + 1, ~0u, 0);
	return kept;
}

_Noreturn void keeper_main(int sock)
{
	struct keeping k = { .here = -1 };
	struct keeper_request rq;
	int fds[FDMSG_FDS], n;

	/* netloom may be dead already: then the socket is at its end. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	k.sock = leave_netloom(sock);
	while ((n = fdmsg_recv(k.sock, &rq, sizeof(rq), fds)) >= 0) {
		serve(&k, &rq, fds, n);
		while (n)
			close(fds[--n]);
		while (waitpid(-1, NULL, WNOHANG) > 0)    /* orphans come to us */
			;
	}
	_exit(0);
}
