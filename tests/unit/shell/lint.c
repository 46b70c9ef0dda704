// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/lint.h"

#include "shell/shell.h"
#include "sim/sim.h"
#include "tests/unit/test.h"

#define PAIR \
	"version: 1\nnodes: {h1: {kind: host}, h2: {kind: host}, h3: {kind: host}}\nlinks:\n" \
	"  - {endpoints: [\"h1:e\", \"h2:e\"], ipv4: 10.0.0.0/24}\n" \
	"  - {endpoints: [\"h1:f\", \"h3:e\"], ipv4: 10.0.1.0/24}\n"

static void check_lint_of(const char *text, const char *want)
{
	struct buf errs = { 0 };
	struct shell *sh;
	struct lab *lab;
	struct topo *t = topo_parse("lab.yaml", text, strlen(text), &errs);

	REQUIRE(t != NULL);
	lab = lab_new(t, NULL);
	sh = shell_new(&(struct shell_config){ .lab = lab, .out = stdout, .err = stderr });
	REQUIRE(sh != NULL);
	CHECK_EQ(lint_lab(sh, &errs), !*want);
	CHECK_STR(errs.s ? errs.s : "", want);
	shell_free(sh);
	lab_free(lab);
	buf_free(&errs);
}

static void check_lint(const char *rest, const char *want)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%s", PAIR, rest);
	check_lint_of(text.s, want);
	buf_free(&text);
}

TEST(lint, a_node_behind_a_lab_word_is_noted)
{
	static const char text[] = "nodes: {link: , ping1: , jobs: }\n";
	struct buf errs = { 0 }, notes = { 0 };
	struct topo *t = topo_parse("lab.yaml", text, sizeof(text) - 1, &errs);
	struct lab *lab = lab_new(t, NULL);
	struct shell *sh = shell_new(&(struct shell_config){ .lab = lab, .out = stdout,
							     .err = stderr });

	REQUIRE(sh != NULL);
	lint_names(sh, &notes);
	CHECK_STR(notes.s,
		  "lab.yaml:1:9: warning: node 'link' hides behind the lab word link; write @link\n"
		  "lab.yaml:1:26: warning: node 'jobs' hides behind the lab word jobs; write "
		  "@jobs\n");
	shell_free(sh);
	lab_free(lab);
	buf_free(&notes);
	buf_free(&errs);
}

/* What save writes of a lab in which a command was given is a lab file without faults. */
TEST(lint, what_is_saved_names_no_link_that_is_gone)
{
	static const char text[] = PAIR
		"events:\n  - {at: 1s, do: link h1 h2 down}\n  - {at: 2s, do: link h1 h3 down}\n"
		"  - {at: 3s, do: link del h1 h2}\n  - {at: 4s, do: link h1 h2 up}\n"
		"  - {at: 5s, do: link add h1 h2}\n  - {at: 6s, do: link h1 h2 up}\n"
		"checks:\n  - {name: a, run: link h1 h2 up}\n  - {name: b, run: h1 ping h2}\n";
	struct buf errs = { 0 }, yaml = { 0 };
	struct lab *lab = lab_parse("lab.yaml", text, NULL, &errs);
	struct shell *sh = shell_new(&(struct shell_config){ .lab = lab, .out = stdout,
							     .err = stderr });

	REQUIRE(sh != NULL && lint_lab(sh, &errs));
	CHECK_EQ(shell_exec(sh, "h2", NS_NEVER, NULL, NULL), 0);
	lint_dump(sh, &yaml);
	CHECK(strstr(yaml.s, "Not in this file") == NULL);
	buf_reset(&yaml);
	CHECK_EQ(shell_exec(sh, "exit", NS_NEVER, NULL, NULL), 0);
	CHECK_EQ(shell_exec(sh, "link del h1 h2", NS_NEVER, NULL, NULL), 0);
	lint_dump(sh, &yaml);
	CHECK(strstr(yaml.s, "# Not in this file: the event 'link h1 h2 down': "
		     "no link between h1 and h2\n"));
	CHECK(strstr(yaml.s, "'link del h1 h2': no link between h1 and h2\n"));
	CHECK(strstr(yaml.s, "# Not in this file: the event 'link h1 h2 up': "));
	CHECK(strstr(yaml.s, "do: \"link h1 h3 down\"\n"));
	CHECK(strstr(yaml.s, "at: 6s\n    do: \"link h1 h2 up\"\n"));   /* after link add */
	CHECK(strstr(yaml.s, "name: \"a\""));
	check_lint_of(yaml.s, "");
	shell_free(sh);
	lab_free(lab);
	buf_free(&yaml);
	buf_free(&errs);
}

TEST(lint, what_works_is_left_alone)
{
	check_lint("", "");
	check_lint("events:\n  - {at: 1s, do: link h1 h2 down}\n"
		   "  - {at: 2s, do: set link h1 h2 reorder 25%}\n"
		   "checks:\n  - {name: a, run: h1 ping -c 1 h2, expect: .received == 1}\n", "");
}

TEST(lint, a_link_that_a_line_adds_may_be_named_by_those_behind_it)
{
	check_lint("events:\n  - {at: 1s, do: 'link add h2:x h3 delay 5ms'}\n"
		   "  - {at: 2s, do: set link h2 h3 loss 1%}\n"
		   "  - {at: 3s, do: link h2:x h3 down}\n"
		   "  - {at: 4s, do: 'link del h2:x'}\n", "");
	check_lint("events:\n  - {at: 1s, do: link h2 h3 down}\n"
		   "  - {at: 2s, do: 'link add h2 h3 dleay 5ms'}\n",
		   "lab.yaml:7:5: event 'link h2 h3 down': no link between h2 and h3\n"
		   "lab.yaml:8:5: event 'link add h2 h3 dleay 5ms': found 'dleay', expected a setting of the "
		   "link; did you mean 'delay'?\n");
}

TEST(lint, a_node_that_a_line_adds_may_be_named_by_those_behind_it)
{
	check_lint("events:\n  - {at: 1s, do: node add h9 kind host}\n"
		   "  - {at: 2s, do: 'link add h9:x h1'}\n"
		   "  - {at: 3s, do: link h9 h1 down}\n"
		   "  - {at: 4s, do: node del h1}\n"
		   "  - {at: 5s, do: node add h1}\n"
		   "checks:\n  - {name: a, run: h9}\n"
		   "  - {name: b, run: ping -c 1 h2}\n"
		   "  - {name: c, run: '@h9 ping -c 1 h1'}\n", "");
	check_lint("events:\n  - {at: 1s, do: node add h1}\n"
		   "  - {at: 2s, do: node add h9 kind hots}\n"
		   "  - {at: 3s, do: link h8 h2 down}\n",
		   "lab.yaml:7:5: event 'node add h1': there is a node 'h1' already\n"
		   "lab.yaml:8:5: event 'node add h9 kind hots': kind: 'hots' is unknown; "
		   "expected router, host, hub, netns or external; did you mean 'host'?\n"
		   "lab.yaml:9:5: event 'link h8 h2 down': unexpected 'h8': expected A "
		   "(a node or NODE:INTERFACE), add or del\n");
}

TEST(lint, every_command_that_cannot_work_is_told_with_its_place)
{
	check_lint("events:\n  - {at: 1s, do: link h2 h3 down}\n"
		   "  - {at: 2s, do: link h1 h9 down}\n"
		   "  - {at: 3s, do: set link h1 h2 dleay 5ms}\n"
		   "checks:\n  - {name: a, run: h1 pign h2}\n",
		   "lab.yaml:7:5: event 'link h2 h3 down': no link between h2 and h3\n"
		   "lab.yaml:8:5: event 'link h1 h9 down': 'h9' is not a node or "
		   "NODE:INTERFACE; did you mean h1?\n"
		   "lab.yaml:9:5: event 'set link h1 h2 dleay 5ms': found 'dleay', expected rate, "
		   "queue, mtu, none, limit, delay, jitter, loss, duplicate, reorder, corrupt, "
		   "gap ...; did you mean delay?\n"
		   "lab.yaml:11:5: run 'h1 pign h2': unknown command: 'pign'; "
		   "did you mean ping?\n");
}

TEST(lint, a_jq_program_that_does_not_compile_is_told_and_the_others_are_not)
{
	check_lint("checks:\n  - {name: a, run: nodes, expect: 'length == 3 # three'}\n"
		   "  - {name: b, run: nodes, expect: 'length = = 3'}\n",
		   "lab.yaml:8:5: expect 'length = = 3': jq error: syntax error, unexpected '=' "
		   "at <top-level>, line 1:\n");
}
