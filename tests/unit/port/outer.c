// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/port/outer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/port.h"
#include "stack/util/be.h"

/* A while of lab time, which is real time here: long enough for any machine,
 * and never slept through unless a test fails. */
#define PATIENCE SEC(10)
#define SETTLE MSEC(20)

/* --- a namespace -------------------------------------------------------------------- */

static bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *enter_net(void)
{
	char users[40], groups[40];

	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0)
		return NULL;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return "no namespace of our own: the kernel forbids it";
	return put_file("/proc/self/setgroups", "deny") && put_file("/proc/self/uid_map", users) &&
	       put_file("/proc/self/gid_map", groups) ? NULL : "no namespace of our own: no users";
}

const char *outer_own_net(void)
{
	static const char *why;
	static bool asked;

	if (!asked)
		why = enter_net();
	if (!asked && !why && !outer_ip("link set lo up"))
		why = "no ip(8)";
	asked = true;
	return why;
}

const char *outer_no_tap(void)
{
	const char *why = outer_own_net();

	return why ? why : access("/dev/net/tun", R_OK | W_OK) == 0 ? NULL :
	       "no /dev/net/tun that we may write";
}

bool outer_ip(const char *fmt, ...)
{
	char words[300], cmd[340];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	snprintf(cmd, sizeof(cmd), "ip %s 2>/dev/null", words);
	return system(cmd) == 0;
}

int outer_raw(const char *ifname)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	static const int room = 1 << 20;
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	REQUIRE(fd >= 0 && ioctl(fd, SIOCGIFINDEX, &ifr) == 0);
	at.sll_ifindex = ifr.ifr_ifindex;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	REQUIRE(bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

size_t outer_raw_recv(int fd, void *to, size_t room)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fd, to, room, 0, (struct sockaddr *)&from, &len)) >= 0) {
		if (n >= RIG_MIN && from.sll_pkttype != PACKET_OUTGOING &&
		    from.sll_protocol == htons(RIG_ETHERTYPE))
			return (size_t)n;
		len = sizeof(from);
	}
	return 0;
}

void outer_veth(unsigned mtu)
{
	REQUIRE(outer_ip("link add va mtu %u type veth peer name vb mtu %u", mtu, mtu));
	REQUIRE(outer_ip("link set va up") && outer_ip("link set vb up"));
}

/* --- Linux behind the door --------------------------------------------------------------- */

int outer_linux_udp(struct lab *lab, const char *ifname)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(0x0a000001) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char mac[MAC_STRLEN];

	mac_fmt(rig_end(lab, "a:eth0")->dev.mac, mac);
	REQUIRE(outer_ip("addr add 10.0.0.2/24 dev %s", ifname));
	REQUIRE(outer_ip("neigh add 10.0.0.1 lladdr %s dev %s", mac, ifname));
	REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
	return fd;
}

bool outer_datagram(struct lab *lab, struct sock *sk, size_t n)
{
	uint8_t got[2048];
	ssize_t len = ERR_AGAIN;

	for (ns_t end = lab_now(lab) + PATIENCE; len == ERR_AGAIN && lab_now(lab) < end;) {
		lab_run_until(lab, lab_now(lab) + USEC(100));
		len = sk_recv(sk, got, sizeof(got), NULL);
	}
	if (!CHECK_EQ(len, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (got[i] != (uint8_t)i)
			return false;
	return true;
}

#define NOBODY 65534

/* In a user namespace of its own, or as nobody where there is none (in a
 * chroot): it may do nothing to this network. */
static void try_powerless(const char *spec, int out)
{
	struct buf errs = { 0 };
	struct lab *lab;
	char yaml[300];

	if (unshare(CLONE_NEWUSER) != 0 && geteuid() == 0 && setuid(NOBODY) != 0)
		return;
	snprintf(yaml, sizeof(yaml), "nodes: {a: {}, x: {kind: external, port: '%s'}}\nlinks:\n"
		 "  - {endpoints: [a, x], ipv4: 10.0.0.0/24}\n", spec);
	lab = rig_lab(yaml);
	if (!lab_open_ports(lab, &errs) && write(out, errs.s, errs.len) != (ssize_t)errs.len)
		_exit(1);
	buf_free(&errs);
	lab_free(lab);
}

void outer_powerless(const char *spec, char *said, size_t room)
{
	int p[2];
	pid_t pid;
	ssize_t n;

	REQUIRE(pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		try_powerless(spec, p[1]);
		_exit(0);
	}
	close(p[1]);
	REQUIRE(pid > 0 && waitpid(pid, NULL, 0) == pid);
	n = read(p[0], said, room - 1);
	said[n > 0 ? n : 0] = 0;
	close(p[0]);
}

/* --- on an interface ------------------------------------------------------------------ */

static bool raw_send(struct outer *o, const void *frame, size_t n)
{
	return send(o->fd, frame, n, 0) == (ssize_t)n || errno != EAGAIN;
}

static size_t raw_recv(struct outer *o, void *to, size_t room)
{
	return outer_raw_recv(o->fd, to, room);
}

static void interface_prepare(struct outer *o, char *spec, size_t room)
{
	(void)o;
	outer_veth(9100);
	snprintf(spec, room, "interface:va");
}

static void interface_meet(struct outer *o)
{
	if (o->left)
		outer_veth(9100);
	o->fd = outer_raw("vb");
	lab_run_until(o->lab, lab_now(o->lab) + (o->left ? MSEC(1200) : 0));
}

static void interface_leave(struct outer *o)
{
	REQUIRE(outer_ip("link del va"));
	close(o->fd);
}

static void interface_clean(struct outer *o)
{
	close(o->fd);
	(void)outer_ip("link del va");
}

static void tap_prepare(struct outer *o, char *spec, size_t room)
{
	(void)o;
	snprintf(spec, room, "tap:t0");
}

static void tap_meet(struct outer *o)
{
	if (o->left)
		REQUIRE(outer_ip("link set t0 up"));
	o->fd = outer_raw("t0");
}

static void tap_leave(struct outer *o)
{
	close(o->fd);
	REQUIRE(outer_ip("link set t0 down"));
}

static void fd_clean(struct outer *o) { close(o->fd); }

/* --- on a socket ------------------------------------------------------------------------ */

static struct sockaddr_un sun_of(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

static void socket_prepare(struct outer *o, char *spec, size_t room)
{
	const char *dir = getenv("TMPDIR");

	snprintf(o->path, sizeof(o->path), "%.80s/door", dir ? dir : "/tmp");
	(void)unlink(o->path);
	snprintf(spec, room, "%s:%s", o->kind->word, o->path);
}

static bool is_connected(void *arg)
{
	return strcmp(outer_info(arg).state, "connected") == 0;
}

static bool is_waiting(void *arg) { return !is_connected(arg); }

static void unix_meet(struct outer *o)
{
	struct sockaddr_un a = sun_of(o->path);

	o->in_len = 0;
	o->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	REQUIRE(o->fd >= 0 && connect(o->fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK_EQ(lab_run_while(o->lab, is_connected, o, lab_now(o->lab) + PATIENCE), LAB_DONE);
}

static bool unix_send(struct outer *o, const void *frame, size_t n)
{
	uint8_t both[4 + 20000];
	ssize_t sent;

	put_be32(both, (uint32_t)n);
	memcpy(both + 4, frame, n);
	sent = send(o->fd, both, 4 + n, MSG_DONTWAIT);
	CHECK(sent < 0 || sent == (ssize_t)(4 + n));
	return sent > 0;
}

static size_t unix_recv(struct outer *o, void *to, size_t room)
{
	ssize_t n = recv(o->fd, o->in + o->in_len, sizeof(o->in) - o->in_len, MSG_DONTWAIT);
	size_t len;

	o->in_len += n > 0 ? (size_t)n : 0;
	if (o->in_len < 4 || o->in_len - 4 < (len = get_be32(o->in)) || len > room)
		return 0;
	memcpy(to, o->in + 4, len);
	o->in_len -= 4 + len;
	memmove(o->in, o->in + 4 + len, o->in_len);
	return len;
}

static void unix_leave(struct outer *o)
{
	close(o->fd);
	CHECK_EQ(lab_run_while(o->lab, is_waiting, o, lab_now(o->lab) + PATIENCE), LAB_DONE);
}

static void gram_meet(struct outer *o)
{
	struct sockaddr_un a = sun_of(o->path), own;
	char path[108];

	snprintf(path, sizeof(path), "%s-peer", o->path);
	own = sun_of(path);
	(void)unlink(path);
	o->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	REQUIRE(o->fd >= 0 && bind(o->fd, (struct sockaddr *)&own, sizeof(own)) == 0);
	REQUIRE(connect(o->fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	(void)send(o->fd, "", 1, 0);      /* too short for a frame, but heard */
	outer_settle(o);
}

static bool gram_send(struct outer *o, const void *frame, size_t n)
{
	return send(o->fd, frame, n, 0) == (ssize_t)n;
}

static size_t gram_recv(struct outer *o, void *to, size_t room)
{
	ssize_t n = recv(o->fd, to, room, 0);

	return n > 0 ? (size_t)n : 0;
}

static void gram_clean(struct outer *o)
{
	char path[108];

	snprintf(path, sizeof(path), "%s-peer", o->path);
	close(o->fd);
	(void)unlink(path);
}

const struct outer_kind outer_kinds[] = {
	{ "interface", outer_own_net, interface_prepare, interface_meet, raw_send, raw_recv,
	  interface_leave, interface_clean },
	{ "tap", outer_no_tap, tap_prepare, tap_meet, raw_send, raw_recv, tap_leave, fd_clean },
	{ "unix", NULL, socket_prepare, unix_meet, unix_send, unix_recv, unix_leave, fd_clean },
	{ "unixgram", NULL, socket_prepare, gram_meet, gram_send, gram_recv, gram_clean,
	  gram_clean },
};
const unsigned outer_n_kinds = N_ELEM(outer_kinds);

/* --- a lab with a door -------------------------------------------------------------------- */

void outer_open(struct outer *o, const struct outer_kind *kind, const char *link)
{
	struct buf errs = { 0 };
	char spec[160], yaml[400];

	memset(o, 0, sizeof(*o));
	o->kind = kind;
	kind->prepare(o, spec, sizeof(spec));
	snprintf(yaml, sizeof(yaml), "nodes: {a: {}, x: {kind: external, port: '%s'}}\nlinks:\n"
		 "  - {endpoints: [a, x], ipv4: 10.0.0.0/24, rate: 0, delay: 0%s%s}\n", spec,
		 *link ? ", " : "", link);
	o->lab = rig_lab(yaml);
	if (!lab_open_ports(o->lab, &errs))
		printf("%s", errs.s);
	buf_free(&errs);
	REQUIRE(lab_has_ports(o->lab));
	o->ear = rig_ear(o->lab, "a:eth0");
	kind->meet(o);
}

void outer_close(struct outer *o)
{
	rig_deaf(o->ear);
	lab_free(o->lab);
	o->kind->clean(o);
}

/* Nothing waits at the door, and what was read there is in the lab. */
static bool is_read(void *arg)
{
	struct outer *o = arg;
	struct pollfd f = { .fd = o->lab->ports_fd, .events = POLLIN };

	return poll(&f, 1, 0) == 0 && list_first(&o->lab->ports, struct port, node)->in.count == 0;
}

/* On a busy machine the while may be over before the lab looks outside. */
void outer_settle(struct outer *o)
{
	lab_run_until(o->lab, lab_now(o->lab) + SETTLE);
	lab_run_while(o->lab, is_read, o, lab_now(o->lab) + PATIENCE);
	lab_run_until(o->lab, lab_now(o->lab) + USEC(1));
}

static bool has_carrier(void *arg)
{
	return strstr(outer_info(arg).state, "without carrier") == NULL;
}

void outer_ready(struct outer *o)
{
	CHECK_EQ(lab_run_while(o->lab, has_carrier, o, lab_now(o->lab) + PATIENCE), LAB_DONE);
}

void outer_send(struct outer *o, size_t n, uint32_t tag)
{
	uint8_t frame[20000];
	int tries = 0;

	REQUIRE(n <= sizeof(frame));
	rig_frame(frame, n, mac_broadcast, tag);
	while (!o->kind->send(o, frame, n) && tries++ < 1000)
		lab_run_until(o->lab, lab_now(o->lab) + MSEC(1));
}

struct hope { struct outer *o; unsigned n; };

static bool ear_has(void *arg)
{
	struct hope *h = arg;

	return h->o->ear->n >= h->n;
}

bool outer_heard(struct outer *o, unsigned n)
{
	struct hope h = { .o = o, .n = n };

	return lab_run_while(o->lab, ear_has, &h, lab_now(o->lab) + PATIENCE) == LAB_DONE;
}

bool outer_hear(struct outer *o, size_t n, uint32_t tag)
{
	uint8_t want[20000], got[20000];
	size_t len = 0;

	REQUIRE(n <= sizeof(want));
	rig_frame(want, n, mac_broadcast, tag);
	for (ns_t end = lab_now(o->lab) + PATIENCE; !len && lab_now(o->lab) < end;) {
		lab_run_until(o->lab, lab_now(o->lab) + USEC(100));
		len = o->kind->recv(o, got, sizeof(got));
	}
	if (!len)
		return false;
	CHECK_EQ(len, n);
	CHECK_EQ(get_be32(got + 14), tag);
	return len == n && memcmp(got, want, n) == 0;
}

struct port_info outer_info(const struct outer *o)
{
	struct port_info info = { 0 };

	CHECK_EQ(lab_ports(o->lab, &info, 1), 1);
	return info;
}
