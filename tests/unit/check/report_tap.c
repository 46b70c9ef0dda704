// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "tests/unit/check/fixture.h"
#include "tests/unit/test.h"

static const char one_lab[] =
	"TAP version 14\n"
	"1..4\n"
	"# lab.yaml: seed 7\n"
	"ok 1 - ns1 reaches ns4 (1/1 points, t=4.003s)\n"
	"not ok 2 - <cut> & \\#1 (0/0.5 points, t=64s)\n"
	"  ---\n"
	"  message: \"the last output is false\"\n"
	"  severity: \"fail\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 25\n"
	"  run: \"ns1 ping -c 4 ns4\"\n"
	"  expected: \".received == 0\\n  and .loss == 1\"\n"
	"  actual: \"{\\\"received\\\":4,\\\"x\\\":\\\"\\u001B]\\\"}\"\n"
	"  hint: \"cut the link first\"\n"
	"  drops:\n"
	"    - \"4.5s ns2:veth2-3 link.cut\"\n"
	"    - \"5.5s ns2:veth2-3 link.down\"\n"
	"  ...\n"
	"not ok 3 - secret (0/2 points, t=64s)\n"
	"  ---\n"
	"  message: \"killed by signal 11 (Segmentation fault)\"\n"
	"  severity: \"error\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 30\n"
	"  ...\n"
	"not ok 4 - last (0/1 points, not run)\n"
	"  ---\n"
	"  message: \"not run: the lab ended before\"\n"
	"  severity: \"not run\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 35\n"
	"  ...\n"
	"# lab.yaml: 1 of 4 passed, 1/4.5 points\n";

static const char two_labs[] =
	"TAP version 14\n"
	"1..5\n"
	"# lab.yaml: seed 7\n"
	"ok 1 - lab.yaml: ns1 reaches ns4 (1/1 points, t=4.003s)\n"
	"not ok 2 - lab.yaml: <cut> & \\#1 (0/0.5 points, t=64s)\n"
	"  ---\n"
	"  message: \"the last output is false\"\n"
	"  severity: \"fail\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 25\n"
	"  run: \"ns1 ping -c 4 ns4\"\n"
	"  expected: \".received == 0\\n  and .loss == 1\"\n"
	"  actual: \"{\\\"received\\\":4,\\\"x\\\":\\\"\\u001B]\\\"}\"\n"
	"  hint: \"cut the link first\"\n"
	"  drops:\n"
	"    - \"4.5s ns2:veth2-3 link.cut\"\n"
	"    - \"5.5s ns2:veth2-3 link.down\"\n"
	"  ...\n"
	"not ok 3 - lab.yaml: secret (0/2 points, t=64s)\n"
	"  ---\n"
	"  message: \"killed by signal 11 (Segmentation fault)\"\n"
	"  severity: \"error\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 30\n"
	"  ...\n"
	"not ok 4 - lab.yaml: last (0/1 points, not run)\n"
	"  ---\n"
	"  message: \"not run: the lab ended before\"\n"
	"  severity: \"not run\"\n"
	"  file: \"lab.yaml\"\n"
	"  line: 35\n"
	"  ...\n"
	"# lab.yaml: 1 of 4 passed, 1/4.5 points\n"
	"not ok 5 - broken.yaml: the lab file loads (0/0 points, t=0s)\n"
	"  ---\n"
	"  message: \"broken.yaml:3:5: unknown key \\\"nodez\\\"\\nbroken.yaml:4:1: no links"
	"\\n\"\n"
	"  severity: \"error\"\n"
	"  file: \"broken.yaml\"\n"
	"  ...\n"
	"# broken.yaml: 0 of 1 passed, 0/0 points\n";

static void check_golden(void (*fill)(struct report *rp), const char *want)
{
	struct report rp = { 0 };
	char *got;

	fill(&rp);
	got = fixture_write(&rp, &report_tap);
	if (strcmp(got, want) != 0)
		printf("--- got\n%s--- want\n%s", got, want);
	CHECK(strcmp(got, want) == 0);
	free(got);
	report_free(&rp);
}

TEST(report_tap, one_lab_with_every_outcome)
{
	check_golden(fixture_lab, one_lab);
}

TEST(report_tap, a_second_lab_that_does_not_load)
{
	check_golden(fixture_two_labs, two_labs);
}
