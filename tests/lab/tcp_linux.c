// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The stack against a peer that nobody here wrote: Linux, in a namespace of
 * this machine, over links good and bad.  Both do what their words say
 * (words.h, linux_peer.py); then tshark says what it finds wrong with what went
 * over the link.  Skipped where no namespace can be made.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lab/flow.h"
#include "tests/lab/soak.h"
#include "tests/lab/words.h"
#include "tests/unit/sim/rig.h"

#define PORT 5001                         /* the first */
#define LINUX IP4(10, 0, 0, 2)

/* --- a lab with Linux in it -------------------------------------------------------------- */

static struct lab *lab_begin(const char *link)
{
	struct buf y = { 0 }, errs = { 0 };
	struct lab *lab;

	buf_printf(&y, "nodes: {a: {routing: none}, l: {kind: netns}}\nlinks:\n"
		   "  - {endpoints: [\"a:eth0\", \"l:eth0\"], ipv4: [10.0.0.1/24, 10.0.0.2/24]%s}\n",
		   link);
	lab = rig_lab(y.s);
	buf_free(&y);
	if (!lab_open_ports(lab, &errs)) {
		printf("%s", errs.s ? errs.s : "");
		fflush(stdout);
		_exit(77);
	}
	return lab;
}

static bool is_done(void *arg) { return prog_done(arg); }

static bool is_ready(void *arg)
{
	struct rig_prog *p = arg;

	return prog_done(p->p) || (p->out.s && strstr(p->out.s, "ready"));
}

static void linux_start(struct rig_prog *p, struct lab *lab, const char *words)
{
	char line[300];

	snprintf(line, sizeof(line), "exec python3 tests/lab/linux_peer.py %s", words);
	rig_start(p, lab, "l", line);
}

static bool linux_ended_well(struct rig_prog *p, struct lab *lab)
{
	bool ok;

	(void)lab_run_while(lab, is_done, p->p, lab_now(lab) + SEC(30));
	ok = prog_done(p->p) && prog_status(p->p) == 0;
	if (!ok)
		printf("     Linux: %s\n", p->out.s ? p->out.s : "not done");
	rig_end_prog(p);
	return ok;
}

/* --- a judge ------------------------------------------------------------------------------ */

static char file[40];

/* How many packets of the capture are so; the first of them are shown. */
static int frames_that_are(const char *filter)
{
	char command[600], line[300];
	int n = 0;
	FILE *f;

	snprintf(command, sizeof(command), "tshark -n -o tcp.check_checksum:TRUE "
		 "-o ip.check_checksum:TRUE -r %s -Y '%s' 2>/dev/null", file, filter);
	f = popen(command, "r");
	REQUIRE(f != NULL);
	while (fgets(line, sizeof(line), f))
		if (n++ < 5)
			printf("     %s", line);
	pclose(f);
	return n;
}

static void capture_begin(struct lab *lab)
{
	char err[256];
	int fd;

	snprintf(file, sizeof(file), "/tmp/netloom-linux-XXXXXX.pcapng");
	fd = mkstemps(file, 7);
	REQUIRE(fd >= 0);
	close(fd);
	CHECK(lab_capture_start(lab, "a", file, "tcp", NULL, err) >= 0);
}

/* Every segment is well made, and acknowledges only what was sent. */
static void judge(struct lab *lab)
{
	lab_run_until(lab, lab_now(lab) + MSEC(300));
	(void)lab_capture_stop(lab, 0);
	if (system("command -v tshark >/dev/null") == 0)
		CHECK_EQ(frames_that_are("ip.src == 10.0.0.1 && (_ws.malformed || "
					 "tcp.checksum.status == 0 || ip.checksum.status == 0 || "
					 "tcp.analysis.ack_lost_segment || "
					 "tcp.analysis.zero_window_violation)"), 0);
	unlink(file);
}

/* --- both do what they are told ------------------------------------------------------------ */

struct scene { const char *what, *ours, *theirs; };

static bool play(struct lab *lab, const struct scene *sc, bool we_connect, uint16_t port)
{
	struct words w = { .lab = lab, .node = "a" };
	struct rig_prog p;
	char theirs[200];
	bool ok;

	snprintf(theirs, sizeof(theirs), "%s %d %s",
		 we_connect ? "listen" : "connect 10.0.0.1", port, sc->theirs);
	if (!we_connect)
		words_listen(&w, port);
	linux_start(&p, lab, theirs);
	if (we_connect)
		(void)lab_run_while(lab, is_ready, &p, lab_now(lab) + SEC(30));
	ok = we_connect ? words_connect(&w, LINUX, port, sc->ours) : words_accept(&w, sc->ours);
	if (!ok)
		printf("     %s: %s\n", sc->what, w.why);
	ok &= linux_ended_well(&p, lab);
	words_end(&w);
	return ok;
}

/* One end or the other connects; in a soak each. */
static void play_all(const char *link, const struct scene *sc, size_t n)
{
	struct lab *lab = lab_begin(link);

	capture_begin(lab);
	for (size_t i = 0; i < n; i++) {
		CHECK(play(lab, &sc[i], i % 2, (uint16_t)(PORT + i)));
		if (soak())
			CHECK(play(lab, &sc[i], !(i % 2), (uint16_t)(PORT + i)));
	}
	judge(lab);
	lab_free(lab);
}
#define PLAY(link, scenes) play_all(link, scenes, sizeof(scenes) / sizeof(scenes[0]))

TEST(tcp_linux, every_order_of_closing)
{
	static const struct scene scenes[] = {
		{ "we close first", "send 1000 recv 500 shut eof close",
		  "recv 1000 send 500 eof close" },
		{ "they close first", "send 1000 recv 500 eof close",
		  "recv 1000 send 500 shut eof close" },
		{ "both at once", "send 1000 recv 1000 shut eof close",
		  "send 1000 recv 1000 shut eof close" },
		{ "we half-close, and they send", "send 10 shut recv 300000 eof close",
		  "recv 10 eof send 300000 close" },
		{ "they half-close, and we send", "recv 10 eof send 300000 close",
		  "send 10 shut recv 300000 eof close" },
		{ "we reset", "send 1000 recv 10 linger0", "send 10 fails ECONNRESET" },
		{ "they reset", "send 10 fails ECONNRESET", "recv 10 send 100 linger0" },
		{ "we close with data that we did not read", "send 10 sleep 0.2 close",
		  "send 5000 recv 10 fails ECONNRESET" },
		{ "they close with data that they did not read",
		  "send 5000 recv 10 fails ECONNRESET", "send 10 sleep 0.2 close" },
		{ "nobody says anything", "shut eof close", "eof close" },
	};

	PLAY(", delay: 2ms", scenes);
}

/* RFC 9293 3.8.5, RFC 6093: what one marks is where the other finds it. */
TEST(tcp_linux, urgent_data)
{
	static const struct scene scenes[] = {
		{ "urgent to Linux", "urgent 100 send 50 recv 10 shut eof close",
		  "oob 99 till 99 past recv 50 send 10 eof close" },
		{ "urgent from Linux", "oob 99 till 99 past recv 50 send 10 eof close",
		  "urgent 100 send 50 recv 10 shut eof close" },
		{ "in line, to Linux", "recv 1 urgent 100 send 50 recv 10 shut eof close",
		  "inline send 1 till 99 recv 51 send 10 eof close" },
		{ "in line, from Linux", "inline send 1 till 99 recv 51 send 10 eof close",
		  "recv 1 urgent 100 send 50 recv 10 shut eof close" },
		{ "one after the other, to Linux", "urgent 10 recv 1 urgent 10 recv 1 shut eof close",
		  "till 9 oob 0 past send 1 oob 9 till 9 past send 1 eof close" },
		{ "one after the other, from Linux",
		  "till 9 oob 0 past send 1 oob 9 till 9 past send 1 eof close",
		  "urgent 10 recv 1 urgent 10 recv 1 shut eof close" },
		{ "several marks to Linux: the last one counts",
		  "urgent 10 urgent 10 urgent 10 send 5 recv 1 shut eof close",
		  "sleep 0.3 till 29 oob 0 past recv 5 send 1 eof close" },
		{ "several marks from Linux: the last one counts",
		  "sleep 0.3 till 29 oob 0 past recv 5 send 1 eof close",
		  "urgent 10 urgent 10 urgent 10 send 5 recv 1 shut eof close" },
		{ "nobody reads the urgent byte of Linux", "till 9 past recv 10 eof close",
		  "urgent 10 send 10 shut eof close" },
		{ "Linux does not read the urgent byte", "urgent 10 send 10 shut eof close",
		  "till 9 past recv 10 eof close" },
		{ "both ways at once", "urgent 1000 till 1999 oob 0 past eof close",
		  "urgent 2000 till 999 oob 0 past shut eof close" },
	};

	PLAY(", delay: 2ms", scenes);
	if (soak())
		PLAY(", delay: 2ms, loss: 10%, duplicate: 5%", scenes);
}

TEST(tcp_linux, a_shut_window_does_not_keep_urgency_back)
{
	static const struct scene scenes[] = {
		{ "Linux's window is shut",
		  "recv 1 sndbuf 400000 send 100000 urgent 10 recv 1 eof close",
		  "send 1 told till 100009 oob 0 past send 1 shut eof close" },
		{ "ours is shut", "send 1 told till 100009 oob 0 past send 1 shut eof close",
		  "recv 1 sndbuf 400000 send 100000 urgent 10 recv 1 eof close" },
	};

	PLAY("", scenes);
}

/* RFC 9293 MUST-50. */
TEST(tcp_linux, ip_options_are_passed_over)
{
	static const struct scene scenes[] = {
		{ "both have them", "options both 20000 20000 shut eof close",
		  "options both 20000 20000 shut eof close" },
		{ "Linux has them", "both 20000 20000 shut eof close",
		  "options both 20000 20000 shut eof close" },
	};

	PLAY("", scenes);
}

TEST(tcp_linux, streams_both_ways)
{
	static const struct scene scenes[] = {
		{ "bulk to Linux", "send 3000000 shut eof close", "recv 3000000 eof close" },
		{ "bulk from Linux", "recv 3000000 eof close", "send 3000000 shut eof close" },
		{ "bulk both ways", "both 1000000 1000000 shut eof close",
		  "both 1000000 1000000 shut eof close" },
	};

	PLAY(", delay: 10ms", scenes);
}

TEST(tcp_linux, who_does_not_read_stops_the_other)
{
	static const struct scene scenes[] = {
		{ "Linux does not read", "send 10000000 shut eof close",
		  "sleep 0.7 recv 5000000 sleep 0.3 recv 5000000 eof close" },
		{ "we do not read", "sleep 0.7 recv 5000000 sleep 0.3 recv 5000000 eof close",
		  "send 10000000 shut eof close" },
	};

	PLAY("", scenes);
}

TEST(tcp_linux, loss_and_reordering)
{
	static const struct scene scenes[] = {
		{ "bulk both ways", "both 200000 200000 shut eof close",
		  "both 200000 200000 shut eof close" },
	};
	static const char *const loss[] = {
		", delay: 5ms, loss: 5%, reorder: 5%, duplicate: 5%, corrupt: 1%",
		", delay: 5ms, loss: 1%", ", delay: 5ms, loss: 10%", ", delay: 5ms, loss: 20%",
		", delay: 5ms, jitter: 5ms", ", rate: 10mbit, queue: 10p, delay: 5ms",
	};

	for (size_t i = 0; i < SOAK(sizeof(loss) / sizeof(loss[0]), 1); i++)
		PLAY(loss[i], scenes);
}

TEST(tcp_linux, keepalive)
{
	static const struct scene alive[] = {
		{ "it is alive", "keepalive sleep 3.5 send 10 recv 10 shut eof close",
		  "keepalive recv 10 send 10 eof close" },
		{ "we alone ask, and it is silent", "keepalive sleep 3.5 shut eof close", "eof close" },
	}, dead[] = {
		{ "it is dead", "keepalive send 10 recv 10 sleep 0.1 dark fails ETIMEDOUT",
		  "keepalive send 10 recv 10 fails ETIMEDOUT" },
	};
	struct lab *lab;

	if (soak())
		PLAY("", alive);
	lab = lab_begin("");
	CHECK(play(lab, dead, true, PORT));
	lab_free(lab);
}

/* --- many at once -------------------------------------------------------------------------- */

#define MANY 300

static bool many_are_done(void *arg)
{
	const struct flow_side *side = arg;

	for (unsigned i = 0; i < MANY; i++)
		if (!side[i].eof && !side[i].err)
			return false;
	return true;
}

/* Each sends the stream, and Linux sends it back. */
static void check_many(struct lab *lab, struct flow_side *side)
{
	const struct endpoint to = { addr_ip4(LINUX), PORT };
	struct flow f = { .lab = lab, .there = 5000, .back = 5000 };

	for (unsigned i = 0; i < MANY; i++) {
		struct sock *sk;

		flow_side_init(&side[i], &f, f.there);
		REQUIRE(sk_open(node_stack(lab_node(lab, 0)), ADDR_IP4, SK_STREAM, 0, &sk) == OK);
		CHECK_EQ(sk_connect(sk, &to), ERR_INPROGRESS);
		flow_watch(&side[i], sk);
	}
	CHECK_EQ(lab_run_while(lab, many_are_done, side, lab_now(lab) + SEC(30)), LAB_DONE);
	for (unsigned i = 0; i < MANY; i++) {
		struct sock *sk = side[i].w.sk;

		CHECK_EQ(side[i].err, OK);
		CHECK_EQ(side[i].got, f.there);
		CHECK_MEM(&side[i].sent_sum, &side[i].got_sum, sizeof(side[i].got_sum));
		(void)node_stack(lab_node(lab, 0));
		sk_unwatch(&side[i].w);
		sk_close(sk);
	}
}

TEST(tcp_linux, many_connections_at_once)
{
	struct lab *lab = lab_begin(", delay: 2ms, loss: 1%");
	struct flow_side *side = calloc(MANY, sizeof(*side));
	struct words w = { .lab = lab, .node = "a" };
	struct rig_prog p;
	char words[60];

	REQUIRE(side != NULL);
	capture_begin(lab);
	snprintf(words, sizeof(words), "listen %d echo %d eof close", PORT, MANY);
	linux_start(&p, lab, words);
	(void)lab_run_while(lab, is_ready, &p, lab_now(lab) + SEC(30));
	CHECK(words_connect(&w, LINUX, PORT, ""));
	check_many(lab, side);
	words_end(&w);
	CHECK(linux_ended_well(&p, lab));
	judge(lab);
	free(side);
	lab_free(lab);
}
