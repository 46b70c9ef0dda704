// SPDX-License-Identifier: GPL-3.0-or-later
/* Skipped where no namespace can be made. */
#include "sim/port/keeper.h"

#include <errno.h>
#include <linux/if.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/fdmsg.h"
#include "tests/unit/test.h"

static struct keeper *start(void)
{
	struct buf hosts = { 0 };
	char err[256] = "";
	struct keeper *k;

	buf_str(&hosts, "10.1.2.3\tsomewhere\n");
	k = keeper_start(&hosts, err);
	buf_free(&hosts);
	if (!k) {
		printf("%s\n", err);
		fflush(stdout);
		_exit(77);
	}
	return k;
}

static bool ip(struct keeper *k, int ns, const char *lines, char err[256])
{
	struct buf b = { 0 };
	bool ok;

	buf_str(&b, lines);
	ok = keeper_ip(k, ns, &b, err);
	buf_free(&b);
	return ok;
}

/* Runs a shell's line to its end; what it wrote, and its status. */
static const char *sh(struct keeper *k, int ns, const char *line, char out[512], int *status)
{
	const char *const words[] = { "sh", "-c", line };
	char *argv[3];
	int pair[2], pipes[2];
	size_t n = 0;
	ssize_t got;

	for (int i = 0; i < 3; i++)
		argv[i] = strdup(words[i]);
	REQUIRE(fdmsg_pair(pair) && pipe(pipes) == 0);
	CHECK(keeper_run(k, ns, &(struct keeper_run){
		.name = "here", .argc = 3, .argv = argv, .control = pair[1],
		.fds = { STDIN_FILENO, pipes[1], pipes[1] } }));
	close(pair[1]);
	close(pipes[1]);
	while ((got = read(pipes[0], out + n, 511 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	*status = -1;
	CHECK_EQ(recv(pair[0], status, sizeof(*status), 0), (ssize_t)sizeof(*status));
	close(pair[0]);
	close(pipes[0]);
	for (int i = 0; i < 3; i++)
		free(argv[i]);
	return out;
}

TEST(keeper, a_node_is_a_namespace_with_a_forwarding_of_its_own)
{
	struct keeper *k = start();
	char err[256], out[512];
	int a = keeper_node(k, true, err), b = keeper_node(k, false, err), status;

	CHECK(a >= 0 && b >= 0 && a != b);
	CHECK_STR(sh(k, a, "cat /proc/sys/net/ipv4/ip_forward; hostname", out, &status), "1\nhere\n");
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK_STR(sh(k, b, "cat /proc/sys/net/ipv4/ip_forward; exit 3", out, &status), "0\n");
	CHECK_EQ(WEXITSTATUS(status), 3);
	keeper_stop(k);
}

TEST(keeper, a_link_is_quiet_and_has_the_name_mac_and_mtu_it_was_given)
{
	struct keeper *k = start();
	struct keeper_link l = { .ifindex = 5000, .mtu = 1300, .inner = "west",
				 .mac = { { 2, 0, 0, 0, 0, 0x5a } } };
	struct ifreq ifr = { .ifr_name = "p5000" };
	char err[256] = "", out[512];
	int ns = keeper_node(k, false, err), fd = keeper_link(k, ns, &l, err), status;

	CHECK(fd >= 0);
	CHECK_STR(err, "");
	sh(k, ns, "ip -o link show dev west", out, &status);
	CHECK(strstr(out, " west@if5000: <BROADCAST,MULTICAST>"));
	CHECK(strstr(out, "mtu 1300"));
	CHECK(strstr(out, "link/ether 02:00:00:00:00:5a"));
	CHECK_STR(sh(k, ns, "cat /proc/sys/net/ipv6/conf/west/disable_ipv6 2>/dev/null || echo 1",
		     out, &status), "1\n");
	/* The socket is on the other end, which is up and asks for nobody. */
	CHECK_EQ(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	CHECK(ifr.ifr_flags & IFF_UP);
	CHECK(ifr.ifr_flags & IFF_NOARP);
	close(fd);
	keeper_stop(k);
}

TEST(keeper, what_ip_refuses_is_told_with_the_line)
{
	struct keeper *k = start();
	char err[256] = "";
	int ns = keeper_node(k, false, err);

	CHECK(ip(k, ns, "link set dev lo up\n", err));
	CHECK(!ip(k, ns, "addr add 10.0.0.1/8 dev lo\nroute add 10.1.0.0/16 via 192.0.2.1\n", err));
	CHECK(strstr(err, "ip route add 10.1.0.0/16 via 192.0.2.1: "));
	CHECK(strstr(err, "gateway"));
	CHECK(!ip(k, ns, "addr add nonsense dev lo\n", err));
	CHECK(strstr(err, "ip addr add nonsense dev lo: "));
	CHECK(!strchr(err, '\n'));
	keeper_stop(k);
}

TEST(keeper, names_of_the_lab_are_known_inside_alone)
{
	struct keeper *k = start();
	char err[256], out[512];
	int ns = keeper_node(k, false, err), status;

	sh(k, ns, "grep somewhere /etc/hosts", out, &status);
	if (access("/etc/hosts", R_OK) == 0)
		CHECK_STR(out, "10.1.2.3\tsomewhere\n");
	CHECK_EQ(system("grep -q 'somewhere' /etc/hosts") == 0, false);
	keeper_stop(k);
}

TEST(keeper, a_program_gets_signals_and_its_end_is_told)
{
	struct keeper *k = start();
	char err[256], word[] = "sleep", arg[] = "1000", *argv[] = { word, arg };
	int ns = keeper_node(k, false, err), pair[2], status = 0;

	REQUIRE(fdmsg_pair(pair));
	CHECK(keeper_run(k, ns, &(struct keeper_run){ .name = "n", .argc = 2, .argv = argv,
						      .fds = { 0, 1, 2 }, .control = pair[1] }));
	close(pair[1]);
	CHECK_EQ(send(pair[0], &(uint8_t){ SIGTERM }, 1, 0), 1);
	CHECK_EQ(recv(pair[0], &status, sizeof(status), 0), (ssize_t)sizeof(status));
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGTERM);
	CHECK_EQ(recv(pair[0], &status, sizeof(status), 0), 0);
	close(pair[0]);
	keeper_stop(k);
}

TEST(keeper, its_end_is_the_end_of_what_runs_inside)
{
	struct keeper *k = start();
	char err[256], word[] = "cat", *argv[] = { word };
	int ns = keeper_node(k, false, err), pair[2], in[2], out[2];
	char c;

	REQUIRE(fdmsg_pair(pair) && pipe(in) == 0 && pipe(out) == 0);
	CHECK(keeper_run(k, ns, &(struct keeper_run){ .name = "n", .argc = 1, .argv = argv,
						      .fds = { in[0], out[1], 2 },
						      .control = pair[1] }));
	close(out[1]);
	CHECK_EQ(write(in[1], "x", 1), 1);        /* it runs: it answers */
	CHECK_EQ(read(out[0], &c, 1), 1);
	CHECK_EQ(kill(keeper_pid(k), SIGKILL), 0);
	CHECK_EQ(read(out[0], &c, 1), 0);         /* nobody can write any more */
	CHECK_EQ(keeper_node(k, false, err), -1);
	CHECK_STR(err, "the process that keeps the namespaces is gone");
	CHECK(!keeper_run(k, ns, &(struct keeper_run){ .name = "n", .argc = 1, .argv = argv,
						       .fds = { in[0], 1, 2 },
						       .control = pair[1] }));
	keeper_stop(k);
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(in[i]);
	}
	close(out[0]);
}
