// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A door: "va" is the lab's, "vb" Linux's, in a namespace of its own.  How
 * many small frames a second go out and come in, beside what packet sockets
 * without a lab reach here; what a 1-byte UDP echo takes, beside that between
 * two namespaces; what a lab that has nothing to do costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/lab.h"
#include "stack/socket.h"
#include "tests/bench/bench.h"

#define BATCH 64
#define FRAME 60
#define SECONDS 1.0
#define ECHOES 10000
#define ECHO_WARM 1000
#define PORT 9

static void die(const char *what)
{
	fprintf(stderr, "bench port: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void run(const char *cmd)
{
	if (system(cmd) != 0)
		die(cmd);
}

static void line_beside(const char *name, double value, const char *unit, const char *better,
			const char *budget, double baseline)
{
	printf("%s %.2f %s %s %s %.2f\n", name, value, unit, better, budget, baseline);
	fflush(stdout);
}

/* --- Linux's side: a process in its own namespace -------------------------------- */

struct linux_side { pid_t pid; int ask, answer; };

enum { ASK_BLAST = 'b', ASK_ECHO = 'e', ASK_DRAIN = 'd' };

static int raw_on(const char *ifname)
{
	static const int one = 1, room = 4 << 20;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr) != 0)
		die(ifname);
	at.sll_ifindex = ifr.ifr_ifindex;
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		die("bind");
	return fd;
}

/* Small frames as fast as they go; returns how many went. */
static double blast(const char *ifname, double seconds)
{
	static uint8_t frame[FRAME] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9,
					0x88, 0xb5 };
	struct mmsghdr m[BATCH] = { 0 };
	struct iovec v = { frame, sizeof(frame) };
	int fd = raw_on(ifname);
	double sent = 0, end = bench_now() + seconds;

	for (int i = 0; i < BATCH; i++)
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 };
	while (bench_now() < end) {
		int n = sendmmsg(fd, m, BATCH, 0);

		sent += n > 0 ? n : 0;
	}
	close(fd);
	return sent;
}

/* Takes frames for so long; returns how many came. */
static double drain(const char *ifname, double seconds)
{
	static uint8_t frame[BATCH][2048];
	struct mmsghdr m[BATCH] = { 0 };
	struct iovec v[BATCH];
	int fd = raw_on(ifname);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double got = 0, end = bench_now() + seconds;

	for (int i = 0; i < BATCH; i++) {
		v[i] = (struct iovec){ frame[i], sizeof(frame[i]) };
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 };
	}
	while (bench_now() < end) {
		int n = poll(&p, 1, 10) > 0 ? recvmmsg(fd, m, BATCH, MSG_DONTWAIT, NULL) : 0;

		got += n > 0 ? n : 0;
	}
	close(fd);
	return got;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median of many round trips of one byte, in microseconds. */
static double echo_client(void)
{
	static double us[ECHOES];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(0x0a000001) };
	struct timeval patience = { .tv_sec = 2 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char c = 'x';

	run("ip neigh flush all");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	for (int i = -ECHO_WARM; i < ECHOES; i++) {
		double t = bench_now();

		if (send(fd, &c, 1, 0) != 1 || recv(fd, &c, 1, 0) != 1)
			return -1;
		if (i >= 0)
			us[i] = (bench_now() - t) * 1e6;
	}
	close(fd);
	qsort(us, ECHOES, sizeof(us[0]), by_value);
	return us[ECHOES / 2];
}

static void linux_main(int ask, int answer)
{
	char what;

	while (read(ask, &what, 1) == 1) {
		double r = what == ASK_BLAST ? blast("vb", SECONDS * 1.5) :
			   what == ASK_DRAIN ? drain("vb", SECONDS * 1.5) : echo_client();

		if (write(answer, &r, sizeof(r)) != sizeof(r))
			break;
	}
}

static struct linux_side linux_start(void)
{
	int ask[2], answer[2], parent = (int)getpid();
	struct linux_side s = { 0 };
	char cmd[100], c = 0;

	if (pipe(ask) != 0 || pipe(answer) != 0)
		die("pipe");
	s.pid = fork();
	if (s.pid == 0) {
		(void)!unshare(CLONE_NEWNET);
		snprintf(cmd, sizeof(cmd), "ip link add va netns %d type veth peer name vb",
			 parent);
		run(cmd);
		run("ip addr add 10.0.0.2/24 dev vb && ip link set vb up");
		(void)!write(answer[1], &c, 1);
		close(ask[1]);
		linux_main(ask[0], answer[1]);
		_exit(0);
	}
	if (read(answer[0], &c, 1) != 1)
		die("no namespace for Linux");
	run("ip link set va up");
	s.ask = ask[1];
	s.answer = answer[0];
	return s;
}

static void linux_ask(const struct linux_side *s, char what)
{
	if (write(s->ask, &what, 1) != 1)
		die("ask");
}

static double linux_answer(const struct linux_side *s)
{
	double r;

	if (read(s->answer, &r, sizeof(r)) != sizeof(r))
		die("no answer");
	return r;
}

static bool linux_is_ready(const struct linux_side *s)
{
	struct pollfd p = { .fd = s->answer, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* --- the lab's side ------------------------------------------------------------------ */

static struct lab *lab_of(const char *yaml)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("bench.yaml", yaml, strlen(yaml), &errs);
	struct lab *lab = t ? lab_new(t, NULL) : NULL;

	if (!lab || !lab_open_ports(lab, &errs)) {
		fprintf(stderr, "%s", errs.s);
		exit(1);
	}
	buf_free(&errs);
	return lab;
}

static struct lab *lab_with_door(void)
{
	return lab_of("nodes: {a: {routing: none}, x: {kind: external, port: 'interface:va'}}\nlinks:\n"
		      "  - {endpoints: [a, x], ipv4: 10.0.0.0/24, rate: 0, delay: 0}\n");
}

static void send_batch(struct lab *lab)
{
	static const uint8_t frame[FRAME] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 8,
					      0x88, 0xb5 };
	struct link_end *e = &lab->links[0]->end[0];

	for (int i = 0; i < BATCH; i++)
		link_end_xmit(e, pkt_from_bytes(lab->pool, frame, sizeof(frame)));
}

static uint64_t frames_out(const struct lab *lab)
{
	struct port_info info = { 0 };

	lab_ports(lab, &info, 1);
	return info.out_frames;
}

/* A batch each 40 us of lab time is 1.6 million a second: never reached. */
static void measure_out(const struct linux_side *s)
{
	struct lab *lab = lab_with_door();
	double bare = blast("va", SECONDS) / SECONDS, t = bench_now(), took;

	(void)s;
	while ((took = bench_now() - t) < SECONDS) {
		send_batch(lab);
		lab_run_until(lab, lab_now(lab) + USEC(40));
	}
	line_beside("port_out_fps", (double)frames_out(lab) / took, "frames/s", "higher", "500000",
		    bare);
	lab_free(lab);
}

static void measure_in(const struct linux_side *s)
{
	struct lab *lab = lab_with_door();
	double bare, t, took;
	uint64_t n;

	linux_ask(s, ASK_BLAST);
	(void)usleep(100000);
	bare = drain("va", SECONDS) / SECONDS;
	(void)linux_answer(s);
	lab_run_until(lab, lab_now(lab) + MSEC(50));
	linux_ask(s, ASK_BLAST);
	lab_run_until(lab, lab_now(lab) + MSEC(100));
	n = lab->links[0]->end[1].delivered_packets;
	t = bench_now();
	while ((took = bench_now() - t) < SECONDS)
		lab_run_until(lab, lab_now(lab) + MSEC(1));
	n = lab->links[0]->end[1].delivered_packets - n;
	line_beside("port_in_fps", (double)n / took, "frames/s", "higher", "500000", bare);
	(void)linux_answer(s);
	lab_free(lab);
}

/* --- echo ----------------------------------------------------------------------------- */

static double echo_of_linux(const struct linux_side *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) }, from;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_usec = 100000 };
	double us;
	char c;

	run("ip addr add 10.0.0.1/24 dev va");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		die("bind");
	linux_ask(s, ASK_ECHO);
	while (!linux_is_ready(s)) {
		socklen_t len = sizeof(from);

		for (int i = 0; i < 100; i++)
			if (recvfrom(fd, &c, 1, 0, (struct sockaddr *)&from, &len) == 1)
				(void)!sendto(fd, &c, 1, 0, (const struct sockaddr *)&from, len);
			else
				break;
	}
	us = linux_answer(s);
	close(fd);
	run("ip addr flush dev va");
	return us;
}

static void echo_ready(struct sk_watch *w, uint32_t events)
{
	struct endpoint from;
	char c[16];
	ssize_t n;

	(void)events;
	while ((n = sk_recv(w->sk, c, sizeof(c), &from)) >= 0)
		(void)sk_send(w->sk, c, (size_t)n, &from);
}

static double echo_of_lab(const struct linux_side *s)
{
	struct lab *lab = lab_with_door();
	struct endpoint at = { .addr = addr_ip4(IP4_ANY), .port = PORT };
	struct sk_watch w = { .ready = echo_ready };
	struct sock *sk;
	double us;

	if (sk_open(node_stack(lab_find_node(lab, "a")), ADDR_IP4, SK_DGRAM, 0, &sk) != OK ||
	    sk_bind(sk, &at) != OK)
		exit(1);
	sk_watch(sk, &w);
	linux_ask(s, ASK_ECHO);
	while (!linux_is_ready(s))
		lab_run_until(lab, lab_now(lab) + MSEC(10));
	us = linux_answer(s);
	sk_close(sk);
	lab_free(lab);
	return us;
}

static void measure_echo(const struct linux_side *s)
{
	double bare = echo_of_linux(s), lab = echo_of_lab(s);

	if (bare < 0 || lab < 0) {
		fprintf(stderr, "bench port: an echo was lost\n");
		exit(1);
	}
	printf("port_echo_us %.2f us lower - %.2f\n", lab, bare);
	bench_part("port_rtt_ratio", lab / bare, "ratio", "lower");
	bench_line("port_echo_more_us", lab - bare, "us", "lower", 30);
}

/* --- nothing to do ---------------------------------------------------------------------- */

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void measure_idle(const struct linux_side *s)
{
	struct buf y = { 0 };
	struct lab *lab;
	double t, cpu, took;

	(void)s;
	buf_str(&y, "nodes:\n  x0: {kind: external, port: 'interface:va'}\n"
		    "  x1: {kind: external, port: 'interface:va'}\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&y, "  n%d: {routing: none}\n", i);
	buf_str(&y, "links:\n  - {endpoints: [x0, n0]}\n  - {endpoints: [x1, n99]}\n");
	for (int i = 1; i < 100; i++)
		buf_printf(&y, "  - {endpoints: [n%d, n%d]}\n", i - 1, i);
	lab = lab_of(y.s);
	buf_free(&y);
	lab_run_until(lab, lab_now(lab) + MSEC(500));
	t = bench_now();
	cpu = cpu_seconds();
	lab_run_until(lab, lab_now(lab) + SEC(2));
	took = bench_now() - t;
	bench_line("port_idle_pct", 100 * (cpu_seconds() - cpu) / took, "%", "lower", 1);
	lab_free(lab);
}

/* --- all ------------------------------------------------------------------------------------ */

static bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool own_net(void)
{
	char users[40];

	if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0)
		return true;
	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
	       put_file("/proc/self/setgroups", "deny") && put_file("/proc/self/uid_map", users);
}

int main(void)
{
	struct linux_side s;

	if (!own_net()) {
		printf("# port: skipped: no namespace of its own\n");
		return 0;
	}
	s = linux_start();
	measure_out(&s);
	measure_in(&s);
	measure_echo(&s);
	measure_idle(&s);
	close(s.ask);
	waitpid(s.pid, NULL, 0);
	return 0;
}
