// SPDX-License-Identifier: GPL-3.0-or-later
/* Linux's names for a stack's options. */
#include "sim/sysctl.h"

#include <string.h>

#include "stack/pkt.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"
#include "tests/unit/test.h"

struct host { struct pkt_pool *pool; struct stack *st; };

static struct host host_new(void)
{
	struct host h = { .pool = pkt_pool_new(0) };
	struct stack_config cfg = { .name = "h", .pool = h.pool };

	h.st = stack_new(&cfg);
	return h;
}

static void host_free(struct host *h)
{
	stack_free(h->st);
	pkt_pool_free(h->pool);
}

static bool set(const char *name, struct stack *st, const char *value)
{
	char err[128];

	return sysctl_set(sysctl_find(name), st, value, err);
}

/* Sets each key to other numbers: each option is then another, but for what is at its most. */
TEST(sysctl, each_option_has_a_key_with_the_same_default_and_bounds)
{
	static const struct { int64_t def, min, max; } options[] = {
#define X(id, name, def, min, max, help) { def, min, max },
		STACK_OPTIONS(X)
#undef X
	};
	struct host h = host_new();
	bool seen[OPT_N] = { false };
	const struct sysctl *key;
	char err[128], text[80];

	for (int o = 0; o < OPT_N; o++)
		CHECK_EQ(stack_option(h.st, (enum stack_option)o), options[o].def);
	for (unsigned i = 0; (key = sysctl_nth(i)); i++) {
		CHECK(sysctl_find(sysctl_name(key)) == key);
		CHECK(!sysctl_changed(key, h.st));
	}
	for (unsigned i = 0; (key = sysctl_nth(i)); i++) {
		unsigned n = sysctl_numbers(key, NULL, NULL);
		int64_t before[OPT_N], lo, hi;
		size_t at = 0;

		if (!n)
			continue;
		for (int o = 0; o < OPT_N; o++)
			before[o] = stack_option(h.st, (enum stack_option)o);
		for (unsigned k = 0; k < n; k++) {
			sysctl_bounds(key, k, &lo, &hi);
			at += (size_t)snprintf(text + at, sizeof(text) - at, " %lld",
					       (long long)(k + 1 == n ? hi : lo));
		}
		CHECK(sysctl_set(key, h.st, text, err));
		for (int o = 0; o < OPT_N; o++)
			seen[o] |= before[o] != stack_option(h.st, (enum stack_option)o);
	}
	for (int o = 0; o < OPT_N; o++)
		if (!CHECK(seen[o] || options[o].def == options[o].max))
			printf("     option %d\n", o);
	host_free(&h);
}

TEST(sysctl, a_key_of_one_number_is_called_as_its_option)
{
	static const char *const names[] = {
#define X(id, name, def, min, max, help) name,
		STACK_OPTIONS(X)
#undef X
	};

	for (int o = 0; o < OPT_N; o++) {
		const struct sysctl *key = sysctl_find(names[o]);

		CHECK(!key || sysctl_has(key, (enum stack_option)o));
	}
}

TEST(sysctl, several_numbers_are_set_at_once_or_not_at_all)
{
	struct host h = host_new();
	char text[SYSCTL_TEXT_MAX];

	CHECK(set("net.ipv4.tcp_rmem", h.st, "4096\t87380  6000000 "));
	CHECK_EQ(stack_option(h.st, OPT_TCP_RMEM), 87380);
	CHECK_EQ(stack_option(h.st, OPT_TCP_RMEM_MAX), 6000000);
	CHECK_STR(sysctl_value(sysctl_find("tcp_rmem"), h.st, text), "4096 87380 6000000");
	CHECK(!set("tcp_rmem", h.st, "4096 50000 1"));
	CHECK(!set("tcp_rmem", h.st, "4096 50000"));
	CHECK(!set("tcp_rmem", h.st, "4096 50000 6000000 7"));
	CHECK(!set("tcp_rmem", h.st, "4096 50000 6000000x"));
	CHECK(!set("tcp_rmem", h.st, "4096 -50000 6000000"));
	CHECK(!set("tcp_rmem", h.st, ""));
	CHECK_EQ(stack_option(h.st, OPT_TCP_RMEM), 87380);
	CHECK(set("ip_local_port_range", h.st, "1000 1000"));
	CHECK(!set("ip_local_port_range", h.st, "1001 1000"));
	CHECK_EQ(stack_option(h.st, OPT_PORT_MIN), 1000);
	host_free(&h);
}

TEST(sysctl, what_linux_counts_in_seconds_is_set_in_seconds)
{
	struct host h = host_new();
	char text[SYSCTL_TEXT_MAX];

	CHECK(set("net.ipv4.ipfrag_time", h.st, "0x10"));
	CHECK_EQ(stack_option(h.st, OPT_FRAG_TIME), 16000);
	CHECK_STR(sysctl_value(sysctl_find("ipfrag_time"), h.st, text), "16");
	CHECK_STR(sysctl_value(sysctl_find("ipfrag_time"), NULL, text), "30");
	CHECK(!set("ipfrag_time", h.st, "0"));
	CHECK(set("net.ipv4.neigh.default.gc_stale_time", h.st, "1"));
	CHECK_EQ(stack_option(h.st, OPT_NEIGH_STALE), 1000);
	host_free(&h);
}

TEST(sysctl, a_word_is_one_of_those_there_are)
{
	const struct sysctl *cc = sysctl_find("net.ipv4.tcp_congestion_control");
	struct host h = host_new();
	char text[SYSCTL_TEXT_MAX], err[128];

	CHECK_STR(sysctl_value(cc, NULL, text), "cubic");
	CHECK(sysctl_set(cc, NULL, "reno", err));
	CHECK_STR(sysctl_value(cc, h.st, text), "cubic");
	CHECK(sysctl_set(cc, h.st, "reno", err));
	CHECK(sysctl_changed(cc, h.st));
	CHECK_STR(stack_congestion(h.st), "reno");
	CHECK(!sysctl_set(cc, h.st, "ren", err));
	CHECK_STR(err, "expected one of: cubic reno");
	CHECK(!sysctl_set(cc, NULL, "", err));
	CHECK(!set("tcp_available_congestion_control", h.st, "cubic"));
	CHECK(set("tcp_fastopen_key", NULL, "1-2-3-4,5-6-7-8"));
	CHECK(!set("tcp_fastopen_key", NULL, "1-2-3"));
	host_free(&h);
}

TEST(sysctl, names_are_whole_paths_or_last_words)
{
	static const char *const none[] = {
		"", ".", "net", "ipv4.tcp_sack", "net.ipv4.conf.tcp_sack", "net.core.tcp_rmem",
		"net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.all.", "net.ipv4.conf..rp_filter",
		"net.ipv4.conf.default.default.default.default.default.default.default.rp_filter",
	};
	char name[SYSCTL_TEXT_MAX];

	for (size_t i = 0; i < N_ELEM(none); i++)
		if (!CHECK(sysctl_find(none[i]) == NULL))
			printf("     %s\n", none[i]);
	CHECK(sysctl_find("tcp_sack") == sysctl_find("net/ipv4/tcp_sack"));
	CHECK(sysctl_find("net.ipv4.conf.default.rp_filter") == sysctl_find("rp_filter"));
	CHECK(sysctl_of_interface("net/ipv4/conf/eth0/rp_filter", name) ==
	      sysctl_find("rp_filter"));
	CHECK_STR(name, "eth0");
	CHECK(sysctl_of_interface("net.ipv4.conf.eth0.mcast_solicit", name) == NULL);
	CHECK(sysctl_of_interface("net.ipv4.tcp_sack", name) == NULL);
}
