// SPDX-License-Identifier: GPL-3.0-or-later
/* A lab with Linux in it, and exec there.  Skipped where no namespace can be
 * made.  Lab time follows the wall clock: nothing here says how long. */
#include "sim/port/netns.h"

#include <stdlib.h>
#include <unistd.h>

#include "sim/port/port.h"
#include "sim/prog/prog.h"
#include "tests/unit/sim/rig.h"

static const char yaml[] =
	"nodes: {a: {}, l: {kind: netns}, alone: {kind: netns}}\n"
	"links:\n"
	"  - {endpoints: [\"a:eth0\", \"l:eth0\"], ipv4: [10.0.0.1/24, 10.0.0.2/24]}\n";

static struct lab *lab_begin(void)
{
	struct lab *lab = rig_lab(yaml);
	struct buf errs = { 0 };

	if (!lab_open_ports(lab, &errs)) {
		printf("%s", errs.s ? errs.s : "");
		fflush(stdout);
		_exit(77);
	}
	return lab;
}

struct text { struct buf out, err; };

static void to_out(void *ctx, const char *s, size_t n)
{
	buf_add(&((struct text *)ctx)->out, s, n);
}

static void to_err(void *ctx, const char *s, size_t n)
{
	buf_add(&((struct text *)ctx)->err, s, n);
}

static bool is_done(void *arg) { return prog_done(arg); }

static struct prog *start(struct lab *lab, const char *node, struct text *t, const char *command)
{
	char exec[] = "exec", sh[] = "sh", c[] = "-c", *line = strdup(command);
	char *argv[] = { exec, sh, c, line, NULL };
	struct prog *p = prog_start(rig_node(lab, node), 4, argv, &(struct prog_io){
		.out = to_out, .err = to_err, .ctx = t });

	free(line);
	return p;
}

static void text_free(struct text *t)
{
	buf_free(&t->out);
	buf_free(&t->err);
}

/* To its end; its status. */
static int run(struct lab *lab, const char *node, struct text *t, const char *command)
{
	struct prog *p = start(lab, node, t, command);
	int status;

	lab_run_while(lab, is_done, p, lab_now(lab) + SEC(60));
	CHECK(prog_done(p));
	status = prog_status(p);
	prog_free(p);
	return status;
}

TEST(netns, a_program_runs_while_lab_time_moves)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };

	CHECK_EQ(run(lab, "l", &t, "echo out; echo err >&2; exit 4"), 4);
	CHECK_STR(t.out.s, "out\n");
	CHECK_STR(t.err.s, "err\n");
	text_free(&t);
	lab_free(lab);
}

TEST(netns, linux_hears_the_stack_and_the_stack_linux)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };

	CHECK_EQ(run(lab, "l", &t, "ip -br addr show dev eth0 | grep -o 10.0.0.2/24"), 0);
	CHECK_STR(t.out.s, "10.0.0.2/24\n");
	CHECK_EQ(run(lab, "l", &t, "command -v ping >/dev/null || exit 0; "
		     "ping -c 1 -W 20 10.0.0.1 >/dev/null"), 0);
	CHECK_EQ(run(lab, "l", &t, "ip neigh get 10.0.0.1 dev eth0 | cut -d' ' -f1-4"), 0);
	CHECK(strstr(t.out.s, "10.0.0.1 dev eth0 lladdr"));
	text_free(&t);
	lab_free(lab);
}

TEST(netns, an_interface_that_linux_sets_down_takes_the_carrier)
{
	struct lab *lab = lab_begin();
	struct link_end *a = rig_end(lab, "a:eth0");
	struct text t = { 0 };

	CHECK(a->dev.flags & DEV_CARRIER);
	CHECK_EQ(run(lab, "l", &t, "ip link set eth0 down"), 0);
	for (int i = 0; i < 100 && a->dev.flags & DEV_CARRIER; i++)
		lab_run_until(lab, lab_now(lab) + MSEC(50));
	CHECK(!(a->dev.flags & DEV_CARRIER));
	CHECK_EQ(run(lab, "l", &t, "ip link set eth0 up"), 0);
	for (int i = 0; i < 100 && !(a->dev.flags & DEV_CARRIER); i++)
		lab_run_until(lab, lab_now(lab) + MSEC(50));
	CHECK(a->dev.flags & DEV_CARRIER);
	text_free(&t);
	lab_free(lab);
}

TEST(netns, a_cut_link_is_no_carrier_and_the_other_side_is_not_blamed)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };
	struct link *l = lab_link(lab, 0);

	link_set_up(l, false);
	CHECK_EQ(run(lab, "l", &t, "cat /sys/class/net/eth0/carrier"), 0);
	link_set_up(l, true);
	CHECK_EQ(run(lab, "l", &t, "cat /sys/class/net/eth0/carrier"), 0);
	CHECK_STR(t.out.s, "0\n1\n");
	CHECK(rig_end(lab, "l:eth0")->dev.flags & DEV_UP);
	text_free(&t);
	lab_free(lab);
}

TEST(netns, a_program_that_is_interrupted_may_say_goodbye)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };
	struct prog *p = start(lab, "l", &t, "trap 'echo bye; exit 9' INT; echo go; "
			       "while :; do sleep .05; done");

	while (!t.out.len)
		lab_run_until(lab, lab_now(lab) + MSEC(50));
	prog_interrupt(p);
	CHECK(prog_done(p));
	CHECK_EQ(prog_status(p), 9);
	CHECK_STR(t.out.s, "go\nbye\n");
	prog_free(p);
	text_free(&t);
	lab_free(lab);
}

TEST(netns, a_stopped_node_kills_and_runs_nothing)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };
	struct prog *p = start(lab, "l", &t, "sleep 1000");

	CHECK_EQ(node_stop(rig_node(lab, "l")), OK);
	CHECK(prog_done(p));
	CHECK_EQ(prog_status(p), PROG_KILLED);
	prog_free(p);
	CHECK_EQ(run(lab, "l", &t, "true"), 1);
	CHECK_STR(t.err.s, "exec: the node is not running\n");
	CHECK_EQ(node_start(rig_node(lab, "l")), OK);
	CHECK_EQ(run(lab, "l", &t, "true"), 0);
	text_free(&t);
	lab_free(lab);
}

TEST(netns, other_nodes_run_no_program_of_this_machine)
{
	struct lab *lab = lab_begin();
	struct text t = { 0 };

	CHECK_EQ(run(lab, "a", &t, "true"), PROG_USAGE);
	CHECK_STR(t.err.s, "exec: a is a router: only a node of kind netns runs programs of this "
		  "machine\n");
	buf_reset(&t.err);
	CHECK_EQ(run(lab, "alone", &t, "true"), 1);
	CHECK(t.err.s && strstr(t.err.s, "it has no interface"));
	text_free(&t);
	lab_free(lab);
}

TEST(netns, nor_does_a_node_that_came_later)
{
	struct buf notes = { 0 }, err = { 0 };
	struct lab *lab = lab_begin();
	struct text t = { 0 };

	CHECK(lab_node_add(lab, "late", 0, NULL, &notes, &err) != NULL);
	CHECK_EQ(run(lab, "late", &t, "true"), PROG_USAGE);
	CHECK_STR(t.err.s, "exec: late is a router: only a node of kind netns runs programs of "
		  "this machine\n");
	text_free(&t);
	buf_free(&notes);
	buf_free(&err);
	lab_free(lab);
}

TEST(netns, the_state_says_how_to_get_in)
{
	struct lab *lab = lab_begin();
	struct port_info info = { 0 };

	CHECK_EQ(lab_ports(lab, &info, 1), 1);
	CHECK(strncmp(info.state, "up, nsenter ", 12) == 0);
	CHECK(strstr(info.state, "--net=/proc/"));
	link_set_up(lab_link(lab, 0), false);
	lab_ports(lab, &info, 1);
	CHECK(strncmp(info.state, "no carrier, nsenter ", 20) == 0);
	lab_free(lab);
}
