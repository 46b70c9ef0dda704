// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Memory runs out: at the n-th allocation of a small lab's life, for every n.
 * A lab that starts may end the program with a message and status 2; one that
 * runs drops packets, refuses commands and ends programs, and gives back all
 * that it had.  Each life is a process of its own.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/socket.h"
#include "stack/util/err.h"
#include "tests/unit/alloc.h"
#include "tests/unit/test.h"

/* --- one life --------------------------------------------------------------------- */

struct scenario { const char *yaml; void (*run)(struct lab *lab, const char *path); };

static const char small_yaml[] =
	"name: small\ndefaults: {routing: static}\nnodes:\n"
	"  h1: {kind: host, gateway: 10.0.1.1}\n  r: {loopback: 10.9.9.9/32}\n"
	"  h2: {kind: host, gateway: 10.0.2.1, routes: [{to: 10.77.0.0/16, via: 10.0.2.1}]}\n"
	"  hub: {kind: hub}\n"
	"links:\n"
	"  - {endpoints: [r, h1], ipv4: 10.0.1.0/24, loss-list: [3], jitter: 1ms}\n"
	"  - {endpoints: [hub, {node: r, ipv4: 10.0.2.1/24}], rate: 10mbit, mtu: 900}\n"
	"  - {endpoints: [hub, {node: h2, ipv4: 10.0.2.2/24}], mtu: 900, duplicate: 20%}\n"
	"events:\n  - {at: 1s, do: link h1 r down}\n";

static void nowhere(void *ctx, const char *text, size_t n) { (void)ctx, (void)text, (void)n; }
static void line_nowhere(void *ctx, ns_t at, const char *line) { (void)ctx, (void)at, (void)line; }
static void drop_nowhere(void *ctx, const struct drop_record *r) { (void)ctx, (void)r; }

static void on_command(void *ctx, const char *cmd, uint32_t line)
{
	struct lab *lab = ctx;

	(void)cmd, (void)line;
	link_set_up(lab_link(lab, 0), false);
	link_set_up(lab_link(lab, 0), true);
}

#define PROGS 5
#define WORDS_MAX 12

/* Words of a line, which is cut up. */
static int split(char *line, char *argv[WORDS_MAX])
{
	char *w;
	int n = 0;

	while (n < WORDS_MAX && (w = strsep(&line, " ")))
		argv[n++] = w;
	return n;
}

static void progs_start(struct lab *lab, struct prog *p[PROGS])
{
	static const struct prog_io io = { .out = nowhere, .err = nowhere };
	static const char *const line[PROGS] = {
		"h2 echo -u 7", "h1 ping -c 3 -i 0.2 -s 2000 h2", "h1 udpgen -c 5 -s 1200 h2 7",
		"h2 udpgen -c 2 h1 99", "h1 ping -c 1 -W 1 10.0.1.77",
	};

	for (int i = 0; i < PROGS; i++) {
		char text[80], *argv[WORDS_MAX];
		int n;

		snprintf(text, sizeof(text), "%s", line[i]);
		n = split(text, argv);
		p[i] = prog_start(lab_find_node(lab, argv[0]), n - 1, argv + 1, &io);
	}
}

static void progs_end(struct prog *p[PROGS])
{
	for (int i = 0; i < PROGS; i++) {
		if (p[i])
			prog_interrupt(p[i]);
		prog_free(p[i]);
	}
}

/* What a user does: capture, programs, new settings, a stop and a start. */
static void small_run(struct lab *lab, const char *path)
{
	char words[] = "rate 5mbit loss 1% loss-list 40,41", *argv[WORDS_MAX];
	struct lab_hooks hooks = { .event = line_nowhere, .command = on_command, .ctx = lab };
	struct prog *p[PROGS];
	char err[256];
	int n = split(words, argv), bad = OK;

	lab_set_hooks(lab, &hooks);
	lab_trace_drops(lab, drop_nowhere, NULL);
	/* No filter: libpcap's own parser of them ends the program. */
	(void)lab_capture_start(lab, "all", path, NULL, NULL, err);
	progs_start(lab, p);
	lab_run_until(lab, MSEC(30));
	for (size_t i = 0; i < lab_n_links(lab); i++)
		bad |= link_set(lab_link(lab, i), -1, n, argv, err);
	lab_run_until(lab, SEC(2));
	node_stop(lab_find_node(lab, "r"));
	lab_run_until(lab, SEC(3));
	(void)node_start(lab_find_node(lab, "r"));
	lab_run_until(lab, SEC(5));
	if (state->fail_at == 0 && (bad != OK || prog_status(p[1]) != 0))
		exit(3);                  /* the scenario itself is wrong */
	progs_end(p);
	(void)lab_capture_stop(lab, 0);
	lab_run_until(lab, SEC(100));
}

static const struct scenario small = { small_yaml, small_run };

static void life(const struct scenario *sc, const char *path)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", sc->yaml, strlen(sc->yaml), &errs);
	struct lab *lab;

	if (!t) {
		fprintf(stderr, "netloom: %s", errs.s ? errs.s : "?");
		exit(2);
	}
	buf_free(&errs);
	lab = lab_new(t, NULL);
	state->running = state->calls;
	sc->run(lab, path);
	lab_free(lab);
}

/* --- and how it ends -------------------------------------------------------------- */

/* Past the sanitizers' search for leaks: we count. */
static void leave(int status, void *arg)
{
	(void)arg;
	_exit(status);
}

/* A sweep over the allocations of a scenario. */
struct sweep {
	const struct scenario *sc;
	char path[40];
	FILE *out;                        /* what a child says on standard error */
	uint64_t calls, running;          /* of a life that nothing disturbs */
	bool and_after;
	bool may_end;                     /* a lab that runs may end as one that starts */
	unsigned bad;
};

/* Lives on and on, each time with another allocation that fails. */
static void child(const struct sweep *sw, uint64_t from, uint64_t step)
{
	dup2(fileno(sw->out), STDERR_FILENO);
	on_exit(leave, NULL);
	for (uint64_t n = from; n <= sw->calls || n == from; n += step) {
		*state = (struct state){ .n = n, .and_after = sw->and_after };
		state->fail_at = n;
		life(sw->sc, sw->path);
		if (state->live != 0)
			exit(5);
	}
	exit(0);
}

/* A child from `from` on: its exit status; 128 and more: a signal. */
static int fork_child(const struct sweep *sw, uint64_t from, uint64_t step)
{
	int status = 0;
	pid_t pid;

	rewind(sw->out);
	(void)!ftruncate(fileno(sw->out), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(sw, from, step);
	waitpid(pid, &status, 0);
	rewind(sw->out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void sweep_begin(struct sweep *sw, const struct scenario *sc)
{
	int fd;

	*sw = (struct sweep){ .sc = sc, .path = "/tmp/netloom-alloc-XXXXXX.pcapng" };
	fd = mkstemps(sw->path, 7);
	REQUIRE(fd >= 0);
	close(fd);
	sw->out = tmpfile();
	REQUIRE(sw->out != NULL && setvbuf(sw->out, NULL, _IONBF, 0) == 0);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(state != MAP_FAILED);
	CHECK_EQ(fork_child(sw, 0, 1), 0);        /* once undisturbed */
	sw->calls = state->calls;
	sw->running = state->running;
}

static void sweep_end(struct sweep *sw)
{
	munmap(state, sizeof(*state));
	state = &quiet_state;
	fclose(sw->out);
	unlink(sw->path);
	CHECK_EQ(sw->bad, 0);
}

/* It said so and left, where it may. */
static bool ended_well(const struct sweep *sw, int status)
{
	char line[100];

	return status == 2 && (!state->running || sw->may_end) &&
	       fgets(line, sizeof(line), sw->out) && strncmp(line, "netloom: ", 9) == 0;
}

static void complain(struct sweep *sw, int status)
{
	char line[300];

	sw->bad++;
	printf("     allocation %" PRIu64 " of %" PRIu64 "%s: status %d%s, %" PRId64 " not freed\n",
	       state->n, sw->calls, sw->and_after ? " and all after it" : "", status,
	       state->running ? ", running" : "", state->live);
	rewind(sw->out);
	for (int i = 0; i < 25 && fgets(line, sizeof(line), sw->out); i++)
		printf("     | %s", line);
}

/* One child does as much as it can; another goes on behind where it ended. */
static void sweep(struct sweep *sw, uint64_t from, uint64_t step)
{
	while (from <= sw->calls && sw->bad < 5) {
		int status = fork_child(sw, from, step);

		if (status == 0)
			return;
		if (!ended_well(sw, status))
			complain(sw, status);
		from = state->n + step;
	}
}

TEST(alloc, a_lab_survives_every_single_failure)
{
	struct sweep sw;

	sweep_begin(&sw, &small);
	CHECK(sw.running > 300);
	CHECK(sw.calls > sw.running + 200);
	sweep(&sw, 1, 1);
	sweep_end(&sw);
}

TEST(alloc, and_no_memory_at_all_from_any_point_on)
{
	struct sweep sw;

	sweep_begin(&sw, &small);
	sw.and_after = true;              /* while it starts that makes no difference */
	sweep(&sw, sw.running + 1, 1);
	sweep_end(&sw);
}

/* --- queues that grow ------------------------------------------------------------- */

static const char large_yaml[] =
	"name: large\nnodes:\n  hub: {kind: hub}\n  a: {}\n  b: {}\n"
	"defaults: {routing: none, link: {delay: 5ms, jitter: 2ms, rate: 10mbit, queue: 0p}}\nlinks:\n"
	"  - {endpoints: [hub, a]}\n  - {endpoints: [hub, b]}\n";

/* Thousands of frames on links, many of which overtake others. */
static void large_run(struct lab *lab, const char *path)
{
	static const uint8_t frame[100] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9 };

	(void)path;
	for (int i = 0; i < 3000; i++) {
		struct pkt *p = pkt_from_bytes(lab->pool, frame, sizeof(frame));

		if (p)
			link_end_xmit(&lab->links[0]->end[1], p);
		lab_run_until(lab, USEC(20) * i);
	}
	lab_run_until(lab, SEC(10));
}

static const struct scenario large = { large_yaml, large_run };

/* Only the want of what the engine cannot do without, its own queue, may end
 * a lab, and it says so. */
TEST(alloc, queues_that_cannot_grow_drop)
{
	struct sweep sw;

	sweep_begin(&sw, &large);
	sw.may_end = true;
	CHECK(sw.calls > sw.running + 50);
	sweep(&sw, sw.running + 1, 1);
	sw.and_after = true;
	sweep(&sw, sw.running + 1, 3);
	sweep_end(&sw);
}

/* --- a stream --------------------------------------------------------------------- */

static const char stream_yaml[] =
	"name: stream\ndefaults: {routing: none}\nnodes:\n  a: {}\n  b: {}\nlinks:\n"
	"  - {endpoints: [a, b], ipv4: 10.0.0.0/24, rate: 10mbit, delay: 5ms,\n"
	"     loss-list: [6, 9, 10, 25, 40], corrupt: 1%, reorder: 2%}\n";

#define STREAM_BYTES 60000

struct side {
	struct node *node;
	struct sock *listener, *sk;
	size_t sent, got;
	bool shut, eof, failed;
};

static bool side_open(struct side *s, struct sock **sk)
{
	return sk_open(node_stack(s->node), ADDR_IP4, SK_STREAM, 0, sk) == OK;
}

static bool stream_begin(struct side *a, struct side *b, uint16_t port)
{
	const struct endpoint at = { { .family = ADDR_IP4 }, port };
	const struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), port };

	return side_open(b, &b->listener) && sk_bind(b->listener, &at) == OK &&
	       sk_listen(b->listener, 5) == OK && side_open(a, &a->sk) &&
	       sk_connect(a->sk, &to) == ERR_INPROGRESS;
}

static void side_step(struct side *s)
{
	static uint8_t buf[10000];
	ssize_t n;

	(void)node_stack(s->node);
	if (s->listener && !s->sk && sk_accept(s->listener, &s->sk) != OK)
		s->sk = NULL;
	if (!s->sk)
		return;
	while (s->sent < STREAM_BYTES && (n = sk_send(s->sk, buf, sizeof(buf), NULL)) > 0)
		s->sent += (size_t)n;
	if (s->sent >= STREAM_BYTES && !s->shut)
		s->shut = sk_shutdown(s->sk, SK_SHUT_WR) == OK;
	while ((n = sk_recv(s->sk, buf, sizeof(buf), NULL)) > 0)
		s->got += (size_t)n;
	s->eof |= n == 0;
	s->failed |= n < 0 && n != ERR_AGAIN && n != ERR_NOTCONN;
}

static void side_close(struct side *s)
{
	(void)node_stack(s->node);
	sk_close(s->sk);
	sk_close(s->listener);
}

/* A connection's whole life, with as much each way; true: all came, and both
 * saw the end. */
static bool stream_life(struct lab *lab, uint16_t port)
{
	struct side a = { .node = lab_find_node(lab, "a") };
	struct side b = { .node = lab_find_node(lab, "b") };
	ns_t until = lab_now(lab) + SEC(100);

	if (stream_begin(&a, &b, port)) {
		while (lab_now(lab) < until && !(a.eof && b.eof) && !a.failed && !b.failed) {
			lab_run_until(lab, lab_now(lab) + MSEC(10));
			side_step(&a);
			side_step(&b);
		}
	}
	side_close(&a);
	side_close(&b);
	return a.eof && b.eof && a.got == b.sent && b.got == a.sent;
}

/* Whatever became of the first, the second has all the memory that it wants. */
static void stream_run(struct lab *lab, const char *path)
{
	bool ok = stream_life(lab, 80);

	(void)path;
	lab_run_until(lab, lab_now(lab) + SEC(1));
	if (!ok && (!state->fail_at || state->calls < state->fail_at))
		exit(3);
	if (!state->and_after && state->calls >= state->fail_at && !stream_life(lab, 81))
		exit(4);
	lab_run_until(lab, lab_now(lab) + SEC(100));
}

static const struct scenario stream = { stream_yaml, stream_run };

TEST(alloc, a_stream_survives_or_ends_and_the_next_one_works)
{
	struct sweep sw;

	sweep_begin(&sw, &stream);
	sw.may_end = true;                        /* as above */
	CHECK(sw.calls > sw.running + 50);
	sweep(&sw, sw.running + 1, 1);
	sw.and_after = true;
	sweep(&sw, sw.running + 1, 3);
	sweep_end(&sw);
}

/* --- the pool of packets ---------------------------------------------------------- */

static struct lab *small_lab(void)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", small_yaml, strlen(small_yaml), &errs);

	REQUIRE(t != NULL);
	buf_free(&errs);
	return lab_new(t, NULL);
}

/* None from the n-th on, for two lives long; the next stream is whole. */
static uint64_t pool_drought_of_a_stream(uint64_t n)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", stream_yaml, strlen(stream_yaml), &errs);
	struct pkt_pool_stats s;
	struct lab *lab;

	REQUIRE(t != NULL);
	buf_free(&errs);
	lab = lab_new(t, NULL);
	pkt_pool_fail_after(lab->pool, n);
	(void)stream_life(lab, 80);
	pkt_pool_stats(lab->pool, &s);
	pkt_pool_fail_after(lab->pool, UINT64_MAX);
	CHECK(stream_life(lab, 81));
	lab_run_until(lab, lab_now(lab) + SEC(2000));
	CHECK(lab_is_quiet(lab));
	lab_free(lab);
	return s.failed;
}

TEST(alloc, a_stream_that_gets_no_packets_any_more_ends)
{
	uint64_t n = 0;

	while (pool_drought_of_a_stream(n))
		n += n < 100 ? 1 : 5;
	CHECK(n > 100);
}

/* No packets from the n-th on, for a second; then there are some again. */
static uint64_t pool_drought(uint64_t n)
{
	struct lab *lab = small_lab();
	struct pkt_pool_stats s;
	struct prog *p[PROGS], *ping;
	char line[] = "ping -c 1 10.0.1.1", *argv[WORDS_MAX];
	static const struct prog_io io = { .out = nowhere, .err = nowhere };

	progs_start(lab, p);
	pkt_pool_fail_after(lab->pool, n);
	lab_run_until(lab, SEC(2));
	pkt_pool_stats(lab->pool, &s);
	pkt_pool_fail_after(lab->pool, UINT64_MAX);
	lab_run_until(lab, SEC(10));
	progs_end(p);
	ping = prog_start(lab_find_node(lab, "h1"), split(line, argv), argv, &io);
	lab_run_until(lab, SEC(30));
	CHECK(ping && prog_done(ping) && prog_status(ping) == 0);
	prog_free(ping);
	lab_run_until(lab, SEC(100));
	lab_free(lab);                    /* asserts that the pool is whole */
	return s.failed;
}

TEST(alloc, a_lab_gets_over_a_lack_of_packets_at_any_point)
{
	uint64_t n = 0;

	while (pool_drought(n))
		n++;
	CHECK(n > 50);
}

/* What is lost for lack of a buffer is counted where it is lost. */
TEST(alloc, copies_that_cannot_be_made_are_drops)
{
	static const uint8_t frame[100] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9 };
	struct lab *lab = small_lab();
	struct link_end *r = &lab->links[0]->end[0], *h1 = &lab->links[0]->end[1];
	char words[] = "duplicate 100% loss-list none", more[] = "none corrupt 100%";
	char err[160], *argv[WORDS_MAX];

	CHECK_EQ(link_set(lab_link(lab, 0), SIDE_A, split(words, argv), argv, err), OK);
	for (int i = 0; i < 2; i++) {
		struct pkt *p = pkt_from_bytes(lab->pool, frame, sizeof(frame));

		REQUIRE(p != NULL);
		pkt_pool_fail_after(lab->pool, 0);
		link_end_xmit(r, p);
		pkt_pool_fail_after(lab->pool, UINT64_MAX);
		lab_run_until(lab, lab_now(lab) + SEC(1) / 2);
		CHECK_EQ(r->drops[DROP_NO_MEMORY], i + 1);
		CHECK_EQ(h1->dev.stats.rx_packets, 1);    /* the first only lost its double */
		CHECK_EQ(link_set(lab_link(lab, 0), SIDE_A, split(more, argv), argv, err), OK);
	}
	CHECK_EQ(lab_drops(lab, DROP_NO_MEMORY), 2);
	lab_free(lab);
}
