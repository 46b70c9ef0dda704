// SPDX-License-Identifier: GPL-3.0-or-later
/* arping, against the text of iputils'. */
#include "tests/unit/prog/fixture.h"

TEST(arping, asks_by_broadcast_and_then_by_unicast)
{
	struct trial *t = trial_new(false);

	trial_run(t, "h1", "arping -c 2 -I eth0 10.0.1.1");
	CHECK_EQ(t->status, 0);
	CHECK(strncmp(t->text.s, "ARPING 10.0.1.1 from 10.0.1.10 eth0\n"
		      "Unicast reply from 10.0.1.1 [", 65) == 0);
	CHECK(strstr(t->text.s, "]  2.000ms\nSent 2 probes (1 broadcast(s))\n"
		     "Received 2 response(s)\n") != NULL);
	CHECK_EQ(trial_int(t, "sent"), 2);
	CHECK_EQ(trial_int(t, "received"), 2);
	CHECK_EQ(trial_int(t, "broadcasts"), 1);
	CHECK_EQ(trial_int(t, "replies.0.rtt_ns"), MSEC(2));
	CHECK_EQ(lab_now(t->lab), SEC(1) + MSEC(2));
	trial_run(t, "h1", "arping -b -c 2 10.0.1.1");    /* the interface is found */
	CHECK(strstr(t->text.s, "Sent 2 probes (2 broadcast(s))\n") != NULL);
	trial_run(t, "h1", "arping -f 10.0.1.1");
	CHECK_EQ(trial_int(t, "sent"), 1);
	trial_run(t, "h1", "arping -q -c 1 10.0.1.1");
	CHECK_STR(t->text.s, "");
	trial_free(t);
}

TEST(arping, nobody_there)
{
	struct trial *t = trial_new(false);

	trial_run(t, "h1", "arping -c 2 -I eth0 10.0.1.99");
	CHECK_STR(t->text.s, "ARPING 10.0.1.99 from 10.0.1.10 eth0\n"
		  "Sent 2 probes (2 broadcast(s))\nReceived 0 response(s)\n");
	CHECK_EQ(t->status, 1);
	CHECK_EQ(lab_now(t->lab), SEC(2));
	trial_run(t, "h1", "arping -w 2 10.0.1.99");
	CHECK_EQ(trial_int(t, "sent"), 3);
	CHECK_EQ(lab_now(t->lab), SEC(4));
	trial_free(t);
}

TEST(arping, looks_for_duplicate_addresses)
{
	struct trial *t = trial_new(false);

	trial_run(t, "h1", "arping -D -c 2 -I eth0 10.0.1.1");
	CHECK(strncmp(t->text.s, "ARPING 10.0.1.1 from 0.0.0.0 eth0\n", 34) == 0);
	CHECK(strstr(t->text.s, "Sent 1 probes (1 broadcast(s))\n"
		     "Received 1 response(s)\n") != NULL);
	CHECK_EQ(t->status, 1);                   /* somebody has it */
	trial_run(t, "h1", "arping -D -c 2 -I eth0 10.0.1.77");
	CHECK_EQ(t->status, 0);
	trial_free(t);
}

TEST(arping, announces_its_own_address)
{
	struct trial *t = trial_new(false);

	trial_run(t, "h1", "arping -U -c 2 -I eth0 10.0.1.10");
	CHECK_STR(t->text.s, "ARPING 10.0.1.10 from 10.0.1.10 eth0\n"
		  "Sent 2 probes (2 broadcast(s))\nReceived 0 response(s)\n");
	CHECK_EQ(t->status, 0);
	trial_run(t, "h1", "arping -A -c 1 -I eth0 10.0.1.10");
	CHECK_EQ(t->status, 0);
	trial_free(t);
}

TEST(arping, refusals_have_the_real_one_s_words_and_status)
{
	static const struct { const char *line, *text; } rows[] = {
		{ "arping -I nodev 10.0.1.1", "arping: Device nodev not available.\n" },
		{ "arping -I lo 127.0.0.1", "Interface \"lo\" is not ARPable\n" },
		{ "arping -I eth0 nosuch", "arping: nosuch: Name or service not known\n" },
		{ "arping -s 10.0.1.55 -I eth0 10.0.1.1",
		  "arping: bind: Cannot assign requested address\n" },
		{ "arping -U -I eth0 10.0.1.66",
		  "arping: bind: Cannot assign requested address\n" },
	};
	struct trial *t = trial_new(false);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, 2);
	}
	trial_free(t);
}

TEST(arping, what_cannot_be_sent_counts_too)
{
	struct trial *t = trial_new(false);

	link_set_up(lab_find_link(t->lab, lab_find_node(t->lab, "h1"),
				  lab_find_node(t->lab, "r"), 0), false);
	trial_run(t, "h1", "arping -I eth0 -c 2 10.0.1.1");
	CHECK_EQ(lab_now(t->lab), SEC(2));
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "arping -i 0 10.0.1.1");
	CHECK_STR(t->text.s, "arping: invalid argument: '0': lab time would not pass\n");
	trial_free(t);
}
