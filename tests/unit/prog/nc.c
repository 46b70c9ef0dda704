// SPDX-License-Identifier: GPL-3.0-or-later
/* nc and echo, which talk to each other. */
#include "tests/unit/prog/fixture.h"

TEST(nc, text_comes_back_from_an_echo_server)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo -u");
	ns_t at = lab_now(t->lab);
	json_t *o;

	trial_run(t, "h1", "nc -u h2 7 hello there");
	CHECK_STR(t->text.s, "hello there\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "sent_bytes"), 12);
	CHECK_EQ(trial_int(t, "received"), 1);
	CHECK_STR(trial_str(t, "text"), "hello there\n");
	CHECK_STR(trial_str(t, "peer"), "10.0.2.10");
	CHECK_EQ(lab_now(t->lab), at + MSEC(12) + SEC(1));        /* a second of silence */
	o = prog_json(server);
	CHECK_EQ(json_integer_value(json_object_get(o, "datagrams")), 1);
	CHECK_EQ(json_integer_value(json_object_get(o, "bytes")), 12);
	json_decref(o);
	prog_free(server);
	trial_free(t);
}

TEST(nc, a_closed_port_refuses)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "nc -u h2 9 hello");
	CHECK_STR(t->text.s, "nc: read: Connection refused\n");
	CHECK_EQ(t->status, 1);
	trial_free(t);
}

TEST(nc, a_listener_keeps_to_its_first_peer_unless_told)
{
	struct trial *t = trial_new(true);
	struct prog *one = trial_start(t, "h2", "nc -ul 5000");
	struct prog *all = trial_start(t, "h2", "nc -u -l -k 5001 -c 2");

	trial_run(t, "h1", "nc -u -w 0.1 h2 5000 first");
	CHECK_STR(t->text.s, "first\n");
	trial_run(t, "h1", "nc -u -w 0.1 h2 5000 second");        /* from another port */
	CHECK_STR(t->text.s, "nc: read: Connection refused\n");
	trial_run(t, "h1", "nc -u -w 0.1 h2 5001 first");
	CHECK(!prog_done(all));
	trial_run(t, "h1", "nc -u -w 0.1 h2 5001 second");
	CHECK_STR(t->text.s, "second\n");
	CHECK(prog_done(all));
	CHECK(!prog_done(one));
	prog_interrupt(one);
	CHECK(prog_done(one));
	prog_free(one);
	prog_free(all);
	trial_free(t);
}

TEST(nc, two_echo_servers_do_not_talk_for_ever)
{
	struct trial *t = trial_new(true);
	struct prog *a = trial_start(t, "h1", "echo"), *b = trial_start(t, "h2", "echo");
	json_t *o;

	trial_run(t, "r", "nc -u -p 7 h2 7 loop");
	CHECK_EQ(trial_int(t, "received"), 0);
	o = prog_json(b);
	CHECK_EQ(json_integer_value(json_object_get(o, "datagrams")), 0);
	json_decref(o);
	prog_free(a);
	prog_free(b);
	trial_free(t);
}

TEST(nc, refusals)
{
	static const struct { const char *line, *text; } rows[] = {
		{ "nc -u h2 99999", "nc: port number too large: 99999\n" },
		{ "nc -u nosuch 7", "nc: getaddrinfo for host \"nosuch\" port 7: "
		  "Name or service not known\n" },
	};
	struct trial *t = trial_new(false);
	struct prog *p = trial_start(t, "h1", "nc -ul 7");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, 1);
	}
	trial_run(t, "h1", "nc -ul 7");
	CHECK_STR(t->text.s, "nc: Address already in use\n");
	trial_run(t, "h1", "echo");
	CHECK_STR(t->text.s, "echo: bind: Address already in use\n");
	trial_run(t, "h1", "nosuch");
	CHECK_STR(t->text.s, "nosuch: command not found\n");
	CHECK_EQ(t->status, 127);
	prog_free(p);
	trial_free(t);
}

TEST(nc, a_udp_port_is_open_if_no_icmp_error_comes)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "discard");

	trial_run(t, "h1", "nc -uzv h2 9");
	CHECK_STR(t->text.s, "Connection to h2 (10.0.2.10) 9 port [udp/discard] succeeded!\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "open.0"), 9);
	trial_run(t, "h1", "nc -uzv h2 10");
	CHECK_STR(t->text.s, "");
	CHECK_EQ(t->status, 1);
	prog_free(server);
	trial_free(t);
}
