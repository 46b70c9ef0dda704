// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A session is replayed from its own history: the same lab, the saved script,
 * the same capture byte for byte.  Ctrl-C comes from the terminal, which here
 * is a stream that interrupts the lab when it has been written a certain text.
 */
#include "shell/cmd.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

struct terminal {
	struct lab *lab;
	const char *until;                /* the text that brings Ctrl-C, once */
	char tail[256];                   /* what was written last */
};

static ssize_t terminal_write(void *cookie, const char *s, size_t n)
{
	struct terminal *t = cookie;
	size_t have = strlen(t->tail), room = sizeof(t->tail) - 1;

	for (size_t i = 0; i < n; i++) {
		if (have == room)
			memmove(t->tail, t->tail + 1, have--);
		t->tail[have++] = s[i];
		t->tail[have] = '\0';
		if (t->until && strstr(t->tail, t->until)) {
			t->until = NULL;
			lab_interrupt(t->lab);
		}
	}
	return (ssize_t)n;
}

struct session { struct bench b; struct terminal t; FILE *terminal; char dir[200]; };

static bool session_open(struct session *s)
{
	const char *dir = getenv("TMPDIR");

	*s = (struct session){ 0 };
	snprintf(s->dir, sizeof(s->dir), "%s/history-XXXXXX", dir ? dir : "/tmp");
	if (!bench_open(&s->b) || !mkdtemp(s->dir) || chdir(s->dir) != 0)
		return false;
	s->t.lab = s->b.lab;
	s->terminal = fopencookie(&s->t, "w", (cookie_io_functions_t){ .write = terminal_write });
	if (!s->terminal)
		return false;
	setvbuf(s->terminal, NULL, _IONBF, 0);
	s->b.sh->out = s->terminal;
	s->b.sh->interactive = true;
	return true;
}

/* A line as it is typed; Ctrl-C when `until` has been printed, NULL: never. */
static int type(struct session *s, const char *line, const char *until)
{
	s->t.tail[0] = '\0';
	s->t.until = until;
	return shell_command(s->b.sh, line, "typed");
}

static char *read_all(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, 1 << 20);

	*n = f && s ? fread(s, 1, (1 << 20) - 1, f) : 0;
	if (f)
		fclose(f);
	return s;
}

/* Ends the session, runs saved.nl on a fresh lab: the captures must be equal. */
static void session_replay(struct session *s)
{
	struct bench again;
	size_t n[2] = { 0 };
	char *bytes[2];
	FILE *script;

	CHECK_EQ(type(s, "capture stop", NULL), 0);
	CHECK_EQ(rename("run.pcapng", "first.pcapng"), 0);
	script = fopen("saved.nl", "r");
	if (!CHECK(script != NULL) || !CHECK(bench_open(&again)))
		return;
	(void)shell_source(again.sh, script, "saved.nl", false);
	CHECK_EQ(lab_now(again.lab), lab_now(s->b.lab));
	bench_close(&again);
	fclose(script);
	bytes[0] = read_all("first.pcapng", &n[0]);
	bytes[1] = read_all("run.pcapng", &n[1]);
	CHECK(n[0] > 1000);
	CHECK(n[0] == n[1] && memcmp(bytes[0], bytes[1], n[0]) == 0);
	free(bytes[0]);
	free(bytes[1]);
}

static void session_close(struct session *s)
{
	bench_close(&s->b);
	fclose(s->terminal);
	unlink("run.pcapng");
	unlink("first.pcapng");
	unlink("saved.nl");
	unlink("script.nl");
	CHECK_EQ(chdir("/"), 0);
	CHECK_EQ(rmdir(s->dir), 0);
}

static void saved_has(const char *text, bool has)
{
	size_t n;
	char *s = read_all("saved.nl", &n);

	if (!CHECK(s && (strstr(s, text) != NULL) == has))
		printf("     '%s' in:\n%s", text, s ? s : "");
	free(s);
}

TEST(cmd_history, an_interrupted_run_is_replayed_to_the_byte)
{
	struct session s;

	REQUIRE(session_open(&s));
	CHECK_EQ(type(&s, "set link h1 r1 delay 3ms 1ms loss 20%", NULL), 0);
	CHECK_EQ(type(&s, "capture start all run.pcapng", NULL), 0);
	CHECK_EQ(type(&s, "h1 ping -i 0.01 r1 &", NULL), 0);
	CHECK(type(&s, "run", "icmp_seq=50 ") != 0);
	CHECK_EQ(type(&s, "h1 ip neigh flush all", NULL), 0);
	CHECK(type(&s, "run 1h", "icmp_seq=90 ") != 0);
	CHECK(type(&s, "step 1000000", "icmp_seq=120 ") != 0);    /* amid an instant */
	CHECK_EQ(type(&s, "h1 ping -c 1 r1", NULL), 0);
	CHECK_EQ(type(&s, "history save saved.nl", NULL), 0);
	saved_has("\nrun until 0.", true);
	saved_has("1h", false);
	session_replay(&s);
	session_close(&s);
}

TEST(cmd_history, an_interrupted_program_is_replayed_to_the_byte)
{
	struct session s;

	REQUIRE(session_open(&s));
	CHECK_EQ(type(&s, "set link h1 r1 delay 3ms 1ms loss 20%", NULL), 0);
	CHECK_EQ(type(&s, "capture start all run.pcapng", NULL), 0);
	CHECK(type(&s, "h1 ping -i 0.01 h2", "icmp_seq=40 ") != 0);
	CHECK_EQ(type(&s, "h1", NULL), 0);
	CHECK(type(&s, "ping -i 0.01 r1  # inside", "icmp_seq=20 ") != 0);
	CHECK_EQ(type(&s, "exit", NULL), 0);
	CHECK_EQ(type(&s, "h1 ping -i 0.01 r1 &", NULL), 0);
	CHECK(type(&s, "fg", "icmp_seq=30 ") != 0);
	CHECK_EQ(type(&s, "h2 ping -c 2 h1", NULL), 0);
	CHECK_EQ(type(&s, "history save saved.nl", NULL), 0);
	saved_has("s h1 ping -i 0.01 h2\n", true);
	saved_has("s fg\n", true);
	session_replay(&s);
	session_close(&s);
}

TEST(cmd_history, a_script_is_replayed_once_and_its_interrupted_half_to_the_byte)
{
	struct session s;
	FILE *f;

	REQUIRE(session_open(&s));
	f = fopen("script.nl", "w");
	REQUIRE(f != NULL);
	fprintf(f, "h1 ping -c 3 r1\nh1 ping -i 0.01 h2\nh1 ip neigh flush all\n"
		"h2 ping -c 2 r1\n");
	fclose(f);
	CHECK_EQ(type(&s, "capture start all run.pcapng", NULL), 0);
	CHECK(type(&s, "source script.nl", "icmp_seq=17 ") != 0);
	CHECK_EQ(type(&s, "h1 ping -c 2 r1", NULL), 0);
	CHECK_EQ(type(&s, "history save saved.nl", NULL), 0);
	saved_has("-c 3", false);
	saved_has("s source script.nl\n", true);
	session_replay(&s);
	session_close(&s);
}

TEST(cmd_history, time_that_passed_between_two_lines_passes_again)
{
	struct session s;

	REQUIRE(session_open(&s));
	CHECK_EQ(type(&s, "capture start all run.pcapng", NULL), 0);
	CHECK_EQ(type(&s, "h1 ping -i 0.01 h2 &", NULL), 0);
	lab_run_until(s.b.lab, MSEC(333));        /* as the clock's pace would have it */
	CHECK_EQ(type(&s, "h1 ping -c 1 r1", NULL), 0);
	lab_run_until(s.b.lab, SEC(2));
	CHECK_EQ(type(&s, "hist save saved.nl", NULL), 0);
	saved_has("\nrun until 0.333s\nh1 ping -c 1 r1\nrun until 2.000s\n", true);
	saved_has("save", false);
	session_replay(&s);
	session_close(&s);
}
