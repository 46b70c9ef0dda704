// SPDX-License-Identifier: GPL-3.0-or-later
/* echo, discard and chargen, over TCP. */
#include "stack/util/buf.h"
#include "tests/unit/prog/fixture.h"

static int64_t value(const struct prog *p, const char *key)
{
	json_t *o = prog_json(p);
	int64_t v = json_integer_value(json_object_get(o, key));

	json_decref(o);
	return v;
}

TEST(service, a_line_comes_back_over_tcp)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo");
	ns_t at = lab_now(t->lab);

	trial_run(t, "h1", "nc -N h2 7 hello there");
	CHECK_STR(t->text.s, "hello there\n");
	CHECK_EQ(t->status, 0);
	/* The handshake, the text, and the two FINs behind them: two round trips. */
	CHECK_EQ(lab_now(t->lab), at + 2 * MSEC(12));
	CHECK_EQ(value(server, "connections"), 1);
	CHECK_EQ(value(server, "tcp_bytes"), 12);
	CHECK_EQ(value(server, "datagrams"), 0);
	prog_free(server);
	trial_free(t);
}

TEST(service, an_option_leaves_one_protocol)
{
	struct trial *t = trial_new(true);
	struct prog *udp = trial_start(t, "h2", "echo -u 1007");
	struct prog *tcp = trial_start(t, "h2", "echo -t 1008");

	trial_run(t, "h1", "nc -v -z h2 1007");
	CHECK_STR(t->text.s, "nc: connect to h2 (10.0.2.10) port 1007 (tcp) failed: "
		  "Connection refused\n");
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "nc -z h2 1008");
	CHECK_EQ(t->status, 0);
	trial_run(t, "h1", "nc -u h2 1008 hello");
	CHECK_STR(t->text.s, "nc: read: Connection refused\n");
	prog_free(udp);
	prog_free(tcp);
	trial_free(t);
}

TEST(service, discard_says_nothing)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "discard -v");

	trial_run(t, "h1", "nc -N -p 4000 h2 9 hello");
	CHECK_STR(t->text.s, "6 bytes from 10.0.1.10:4000\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(value(server, "tcp_bytes"), 6);
	prog_free(server);
	trial_free(t);
}

TEST(service, chargen_turns_its_lines_by_one_character)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "chargen");
	const char *s;

	trial_run(t, "h1", "nc -q 0.05 h2 19");
	s = t->text.s;
	REQUIRE(t->text.len > 200 * 74);
	CHECK_EQ(s[0], ' ');
	CHECK_EQ(s[71], ' ' + 71);
	CHECK(memcmp(s + 72, "\r\n", 2) == 0);
	CHECK_EQ(s[74], '!');
	CHECK_EQ(s[94 * 74], '~');                /* the last printable one ... */
	CHECK_EQ(s[94 * 74 + 1], ' ');            /* ... is followed by the first */
	CHECK(memcmp(s, s + 95 * 74, 95 * 74) == 0);
	trial_run(t, "h1", "nc -u h2 19 x");
	CHECK_EQ(t->text.len, 6 * 74);            /* RFC 864: at most 512 */
	prog_free(server);
	trial_free(t);
}
