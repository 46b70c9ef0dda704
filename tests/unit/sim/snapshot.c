// SPDX-License-Identifier: GPL-3.0-or-later
/* A lab that commands changed, saved and loaded again: the same lab. */
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

/* free() it. */
static char *dump(const struct lab *lab)
{
	struct buf b = { 0 };

	lab_dump(lab, &b);
	return buf_take(&b);
}

/* The dump without its comment lines. */
static char *without_comments(const char *s)
{
	struct buf b = { 0 };

	for (size_t n; *s; s += n) {
		n = strcspn(s, "\n");
		n += s[n] == '\n';
		if (*s != '#')
			buf_add(&b, s, n);
	}
	return buf_take(&b);
}

static char *answer(struct bench *b, const char *line)
{
	CHECK_EQ(bench_do(b, line), 0);
	return strdup(b->out);
}

/* A second bench on the lab that a dump describes. */
static bool reload(struct bench *b, const char *text)
{
	struct buf errs = { 0 };
	struct topo *t;

	if (!bench_open(b))
		return false;
	t = topo_parse("saved.yaml", text, strlen(text), &errs);
	if (!CHECK(t != NULL))
		printf("     %s\n%s", errs.s ? errs.s : "", text);
	buf_free(&errs);
	if (!t)
		return false;
	shell_free(b->sh);
	lab_free(b->lab);
	b->lab = lab_new(t, NULL);
	b->sh = shell_new(&(struct shell_config){
		.lab = b->lab, .out = b->out_file, .err = b->err_file });
	return b->sh != NULL;
}

/* Does each line give the same answer in the lab that is loaded from a dump? */
static void check_reload(struct bench *b, const char *const *lines, size_t n)
{
	char *text = dump(b->lab), *plain = without_comments(text), *again;
	struct bench r;

	if (!CHECK(reload(&r, text)))
		return;
	for (size_t i = 0; i < n; i++) {
		char *want = answer(b, lines[i]);

		bench_wants(&r, lines[i], want);
		free(want);
	}
	again = dump(r.lab);
	CHECK_STR(again, plain);
	bench_close(&r);
	free(again);
	free(plain);
	free(text);
}

static bool says(struct bench *b, const char *text)
{
	char *d = dump(b->lab);
	bool found = strstr(d, text) != NULL;

	if (!found)
		printf("     '%s' in:\n%s", text, d);
	free(d);
	return found;
}

TEST(snapshot, what_nobody_changed_is_what_was_loaded)
{
	struct buf loaded = { 0 };
	struct bench b;
	char *now;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip route del default"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip route del default"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip route add default via 10.0.1.2 dev eth0 proto static"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip route add default via 10.0.2.1"), 0);
	now = dump(b.lab);
	topo_dump_yaml(lab_topo(b.lab), &loaded);
	/* Only that a route names its interface now. */
	CHECK_EQ(strlen(now), loaded.len + 2 * strlen("        dev: eth0\n"));
	CHECK(strchr(now, '#') == NULL);
	free(now);
	buf_free(&loaded);
	bench_close(&b);
}

TEST(snapshot, addresses_routes_and_forwarding_are_those_of_now)
{
	static const char *const lines[] = {
		"h1 ip addr", "r1 ip addr", "h2 ip addr", "h1 sysctl ip_forward",
		"r1 sysctl ip_forward",
		"h1 ip -j route get 10.77.0.1", "r1 ip -j route get 10.78.0.1",
		"h2 ip -j route get 10.9.0.1",
	};
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip addr add 10.0.1.9/24 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip addr add 172.16.0.1/32 dev lo"), 0);
	CHECK_EQ(bench_do(&b, "@link ip addr flush dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip addr del 10.0.2.2/24 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip addr add 10.0.2.7/24 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip route replace default via 10.0.1.2 metric 7"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.78.0.0/16 dev eth1"), 0);
	CHECK_EQ(bench_do(&b, "h1 sysctl ip_forward=1"), 0);
	CHECK_EQ(bench_do(&b, "r1 sysctl ip_forward=0"), 0);
	CHECK(says(&b, "10.0.1.9/24"));
	check_reload(&b, lines, N_ELEM(lines));
	bench_close(&b);
}

TEST(snapshot, links_are_those_of_now)
{
	static const char *const lines[] = { "links", "h1 ip link", "show links", "r1 ip link" };
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "set link h1 r1 delay 5ms 1ms loss 10% rate 10mbit mtu 1400"), 0);
	CHECK_EQ(bench_do(&b, "set link r1 h2 none"), 0);
	CHECK_EQ(bench_do(&b, "link h1 link down"), 0);
	CHECK(says(&b, "down: true"));
	CHECK(says(&b, "mtu: 1400"));
	check_reload(&b, lines, N_ELEM(lines));
	bench_close(&b);
}

/* The profile sets others, to which more was done since. */
TEST(snapshot, a_tcp_profile_does_not_undo_what_was_set_after_it)
{
	static const char *const lines[] = { "h1 sysctl -a", "h2 sysctl -a" };
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h2 sysctl -w tcp_profile=1 tcp_trim=0 "
			  "'net.ipv4.tcp_rmem=4096 100000 200000'"), 0);
	check_reload(&b, lines, N_ELEM(lines));
	bench_close(&b);
}

TEST(snapshot, what_a_lab_file_cannot_say_is_a_comment)
{
	struct bench b, r;
	char *text;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.7.0.0/16 nexthop via 10.0.1.1 nexthop via "
			  "10.0.2.2"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add blackhole 10.8.0.0/16"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.9.0.0/16 via 77.7.7.7 dev eth1 onlink"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route append default via 10.0.1.1"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route append default via 10.0.2.2 proto static"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip addr add 10.0.1.1/24 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip addr add 10.0.7.0/24 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h2 sysctl ip_default_ttl=32"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip neigh add 10.0.2.99 lladdr 02:00:00:00:00:99 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 mtu 1300"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip link set eth1 down"), 0);
	CHECK_EQ(bench_do(&b, "node link stop"), 0);
	CHECK(says(&b, "# Not in this file: r1: the route to 10.7.0.0/16, which is more than"));
	CHECK(says(&b, "# Not in this file: r1: the route to 10.8.0.0/16, which"));
	CHECK(says(&b, "# Not in this file: r1: the route to 10.9.0.0/16, which"));
	CHECK(says(&b, "# Not in this file: r1: the route to 0.0.0.0/0, which"));
	CHECK(says(&b, "# Not in this file: h2: address 10.0.1.1, which h1 has too\n"));
	CHECK(says(&b, "# Not in this file: h2 eth0: address 10.0.7.0/24 is a network, not an "
		   "address in it\n"));
	CHECK(says(&b, "    sysctls: {net.ipv4.ip_default_ttl: \"32\"}\n"));
	CHECK(says(&b, "# Not in this file: h2 eth0: the neighbour 10.0.2.99 set by hand\n"));
	CHECK(says(&b, "# Not in this file: h2 eth0: mtu 1500\n"));
	CHECK(says(&b, "# Not in this file: h1 eth1 is down\n"));
	CHECK(says(&b, "# Not in this file: link is stopped\n"));
	text = dump(b.lab);
	CHECK(reload(&r, text));
	bench_wants(&r, "r1 ip route show default",
		    "default via 10.0.1.1 dev eth0 proto static \n");
	bench_close(&r);
	free(text);
	bench_close(&b);
}
