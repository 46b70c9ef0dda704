// SPDX-License-Identifier: GPL-3.0-or-later
/* A TAP as the door: "t0", whose other side is Linux. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/port/outer.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

__attribute__((constructor)) static void need_net(void)
{
	const char *why = outer_no_tap();

	if (why) {
		printf("%s\n", why);
		exit(77);
	}
}

static const struct outer_kind *tap_kind(void)
{
	REQUIRE(strcmp(outer_kinds[1].word, "tap") == 0);
	return &outer_kinds[1];
}

static bool if_get(unsigned long what, const char *ifname, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool ok;

	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", ifname);
	ok = ioctl(fd, what, ifr) == 0;
	close(fd);
	return ok;
}

static bool exists(const char *ifname)
{
	struct ifreq ifr = { 0 };

	return if_get(SIOCGIFINDEX, ifname, &ifr);
}

static int if_mtu(const char *ifname)
{
	struct ifreq ifr = { 0 };

	return if_get(SIOCGIFMTU, ifname, &ifr) ? ifr.ifr_mtu : -1;
}

static bool is_up(const char *ifname)
{
	struct ifreq ifr = { 0 };

	return if_get(SIOCGIFFLAGS, ifname, &ifr) && (ifr.ifr_flags & IFF_UP);
}

static bool carrier(const char *ifname)
{
	struct ethtool_value v = { .cmd = ETHTOOL_GLINK };
	struct ifreq ifr = { .ifr_data = (char *)&v };

	return if_get(SIOCETHTOOL, ifname, &ifr) && v.data;
}

static char ip6_is_off(const char *ifname)
{
	char path[80], c = '?';
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", ifname);
	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		return '1';               /* a kernel without it */
	if (fd < 0 || read(fd, &c, 1) != 1)
		c = '?';
	if (fd >= 0)
		close(fd);
	return c;
}

/* A lab with a door of this spec at "x"; NULL, and what is said of it. */
static struct lab *open_spec(const char *spec, char *said, size_t room)
{
	struct buf errs = { 0 };
	char yaml[300];
	struct lab *lab;

	snprintf(yaml, sizeof(yaml), "nodes: {a: {}, x: {kind: external, port: '%s'}}\nlinks:\n"
		 "  - {endpoints: [a, x], ipv4: 10.0.0.0/24, mtu: 1400}\n", spec);
	lab = rig_lab(yaml);
	if (!lab_open_ports(lab, &errs)) {
		lab_free(lab);
		lab = NULL;
	}
	snprintf(said, room, "%s", errs.s ? errs.s : "");
	buf_free(&errs);
	return lab;
}

/* --- one that is made ------------------------------------------------------------------ */

TEST(tap, one_is_made_for_the_link_and_goes_with_the_lab)
{
	char said[300];
	struct lab *lab;

	CHECK(!exists("t0"));
	lab = open_spec("tap:t0", said, sizeof(said));
	REQUIRE(lab != NULL);
	CHECK_EQ(if_mtu("t0"), 1400);
	CHECK(is_up("t0"));
	CHECK_EQ(ip6_is_off("t0"), '1');
	lab_free(lab);
	CHECK(!exists("t0"));
}

TEST(tap, without_a_name_the_first_free_one_is_taken)
{
	char said[300];
	struct lab *one = open_spec("tap:", said, sizeof(said));
	struct lab *two = open_spec("tap:", said, sizeof(said));
	struct port_info info;

	REQUIRE(one && two);
	CHECK(exists("nl0") && exists("nl1"));
	CHECK_EQ(lab_ports(two, &info, 1), 1);
	CHECK_STR(info.state, "nl1 is up");
	lab_free(one);
	CHECK(!exists("nl0") && exists("nl1"));
	lab_free(two);
	CHECK(!exists("nl1"));
}

TEST(tap, what_was_made_is_gone_after_a_kill)
{
	char said[300], c;
	int p[2], status;
	pid_t pid;

	REQUIRE(pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		if (open_spec("tap:t0", said, sizeof(said)) && write(p[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	REQUIRE(pid > 0 && read(p[0], &c, 1) == 1);
	CHECK(exists("t0"));
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(!exists("t0"));
	close(p[0]);
	close(p[1]);
}

TEST(tap, its_cable_is_the_link)
{
	struct outer o;

	outer_open(&o, tap_kind(), "");
	CHECK(carrier("t0"));
	link_set_up(lab_link(o.lab, 0), false);
	CHECK(!carrier("t0"));
	link_set_up(lab_link(o.lab, 0), true);
	CHECK(carrier("t0"));
	CHECK_EQ(node_stop(rig_node(o.lab, "a")), OK);
	CHECK(!carrier("t0"));
	CHECK_EQ(node_start(rig_node(o.lab, "a")), OK);
	CHECK(carrier("t0"));
	o.ear->watch.sk = NULL;           /* went with the node */
	free(o.ear);
	lab_free(o.lab);
	close(o.fd);
}

/* --- one that exists --------------------------------------------------------------------- */

TEST(tap, one_that_exists_is_used_as_it_is_and_stays)
{
	char said[300];
	struct lab *lab;

	REQUIRE(outer_ip("tuntap add t1 mode tap"));
	REQUIRE(outer_ip("link set t1 mtu 1300"));
	lab = open_spec("tap:t1", said, sizeof(said));
	REQUIRE(lab != NULL);
	CHECK_EQ(if_mtu("t1"), 1300);
	CHECK(!is_up("t1"));
	lab_free(lab);
	CHECK(exists("t1"));
	CHECK_EQ(if_mtu("t1"), 1300);
	REQUIRE(outer_ip("link del t1"));
}

TEST(tap, one_of_many_queues_can_be_used)
{
	char said[300];
	struct lab *lab;

	REQUIRE(outer_ip("tuntap add t2 mode tap multi_queue"));
	lab = open_spec("tap:t2", said, sizeof(said));
	CHECK_STR(said, "");
	CHECK(lab != NULL);
	lab_free(lab);
	CHECK(exists("t2"));
	REQUIRE(outer_ip("link del t2"));
}

TEST(tap, what_cannot_be_opened_is_told_in_a_sentence)
{
	char said[400];
	struct lab *lab = open_spec("tap:t0", said, sizeof(said));

	REQUIRE(lab != NULL);
	CHECK(!open_spec("tap:t0", said, sizeof(said)));
	CHECK_STR(said, "netloom: x eth0: TAP t0: another program has it\n");
	lab_free(lab);
	CHECK(!open_spec("tap:lo", said, sizeof(said)));
	CHECK_STR(said, "netloom: x eth0: TAP lo: there is an interface of this name that is "
		  "no TAP, or no interface may have this name\n");
	CHECK(!open_spec("tap:a/b", said, sizeof(said)));
	CHECK(!open_spec("tap:a-name-of-sixteen", said, sizeof(said)));
	CHECK_STR(said, "netloom: x eth0: 'a-name-of-sixteen': expected at most 15 bytes\n");
	outer_powerless("tap:t0", said, sizeof(said));
	CHECK(strstr(said, "needs CAP_NET_ADMIN, or `ip tuntap add t0 mode tap user ") != NULL ||
	      strstr(said, "/dev/net/tun: no permission to write") != NULL);
}

/* --- its life -------------------------------------------------------------------------------- */

TEST(tap, one_that_somebody_deletes_is_a_state)
{
	struct buf lines = { 0 };
	struct outer o;

	outer_open(&o, tap_kind(), "");
	rig_hear_events(o.lab, &lines);
	REQUIRE(outer_ip("link del t0"));
	outer_settle(&o);
	rig_send(o.lab, "a:eth0", 60, 1);
	outer_settle(&o);
	CHECK_STR(outer_info(&o).state, "t0 is gone");
	CHECK_EQ(outer_info(&o).out_dropped, 1);
	CHECK_STR(lines.s, "x eth0: interface t0 is gone\n");
	buf_free(&lines);
	outer_close(&o);
}

TEST(tap, one_that_is_down_refuses_frames)
{
	struct outer o;

	outer_open(&o, tap_kind(), "");
	REQUIRE(outer_ip("link set t0 down"));
	rig_send(o.lab, "a:eth0", 60, 1);
	outer_settle(&o);
	CHECK_STR(outer_info(&o).state, "t0 is down");
	CHECK_EQ(outer_info(&o).out_dropped, 1);
	CHECK_EQ(lab_drops(o.lab, DROP_PORT_SHUT), 1);
	outer_close(&o);
}

/* --- what the kernel would leave to a card ------------------------------------------- */

TEST(tap, linux_hands_over_whole_datagrams)
{
	static const int segment = 1000;
	uint8_t data[5500];
	struct outer o;
	struct sock *sk;
	int fd;

	outer_open(&o, tap_kind(), "");
	sk = rig_udp(o.lab, "a", 9);
	fd = outer_linux_udp(o.lab, "t0");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i % 1000);
	for (size_t n = 1; n <= 1000; n += 111) {
		CHECK_EQ(send(fd, data, n, 0), n);
		REQUIRE(outer_datagram(o.lab, sk, n));
	}
	REQUIRE(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) == 0);
	CHECK_EQ(send(fd, data, sizeof(data), 0), sizeof(data));
	for (int i = 0; i < 5; i++)
		REQUIRE(outer_datagram(o.lab, sk, 1000));
	CHECK(outer_datagram(o.lab, sk, 500));
	CHECK_EQ(lab_drops(o.lab, DROP_UDP_CHECKSUM), 0);
	sk_close(sk);
	close(fd);
	outer_close(&o);
}
