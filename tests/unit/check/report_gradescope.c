// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "tests/unit/check/fixture.h"
#include "tests/unit/test.h"

static const char one_lab[] =
	"{\n"
	"  \"extra_data\": {\n"
	"    \"seed\": 7,\n"
	"    \"labs\": [\n"
	"      {\n"
	"        \"file\": \"lab.yaml\",\n"
	"        \"name\": \"line4\",\n"
	"        \"seed\": 7\n"
	"      }\n"
	"    ]\n"
	"  },\n"
	"  \"tests\": [\n"
	"    {\n"
	"      \"score\": 1,\n"
	"      \"max_score\": 1,\n"
	"      \"status\": \"passed\",\n"
	"      \"name\": \"ns1 reaches ns4\",\n"
	"      \"number\": \"1\",\n"
	"      \"output\": \"\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 0.5,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"<cut> & #1\",\n"
	"      \"number\": \"2\",\n"
	"      \"output\": \"why:      the last output is false\\nrun:      ns1 ping -c 4 ns4"
	"\\nexpected: .received == 0\\n            and .loss == 1\\nactual:   {\\\"received"
	"\\\":4,\\\"x\\\":\\\"\\\\x1b]\\\"}\\nlab time: 4.003s to 64s\\ndrops:    4.5s ns2:ve"
	"th2-3 link.cut\\n          5.5s ns2:veth2-3 link.down\\nhint:     cut the link first"
	"\\n\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 2,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"secret\",\n"
	"      \"number\": \"3\",\n"
	"      \"output\": \"why:      killed by signal 11 (Segmentation fault)\\n\",\n"
	"      \"visibility\": \"hidden\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 1,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"last\",\n"
	"      \"number\": \"4\",\n"
	"      \"output\": \"why:      not run: the lab ended before\\n\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

static const char two_labs[] =
	"{\n"
	"  \"extra_data\": {\n"
	"    \"seed\": 7,\n"
	"    \"labs\": [\n"
	"      {\n"
	"        \"file\": \"lab.yaml\",\n"
	"        \"name\": \"line4\",\n"
	"        \"seed\": 7\n"
	"      },\n"
	"      {\n"
	"        \"file\": \"broken.yaml\"\n"
	"      }\n"
	"    ]\n"
	"  },\n"
	"  \"tests\": [\n"
	"    {\n"
	"      \"score\": 1,\n"
	"      \"max_score\": 1,\n"
	"      \"status\": \"passed\",\n"
	"      \"name\": \"ns1 reaches ns4\",\n"
	"      \"number\": \"1.1\",\n"
	"      \"output\": \"\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 0.5,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"<cut> & #1\",\n"
	"      \"number\": \"1.2\",\n"
	"      \"output\": \"why:      the last output is false\\nrun:      ns1 ping -c 4 ns4"
	"\\nexpected: .received == 0\\n            and .loss == 1\\nactual:   {\\\"received"
	"\\\":4,\\\"x\\\":\\\"\\\\x1b]\\\"}\\nlab time: 4.003s to 64s\\ndrops:    4.5s ns2:ve"
	"th2-3 link.cut\\n          5.5s ns2:veth2-3 link.down\\nhint:     cut the link first"
	"\\n\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 2,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"secret\",\n"
	"      \"number\": \"1.3\",\n"
	"      \"output\": \"why:      killed by signal 11 (Segmentation fault)\\n\",\n"
	"      \"visibility\": \"hidden\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 1,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"last\",\n"
	"      \"number\": \"1.4\",\n"
	"      \"output\": \"why:      not run: the lab ended before\\n\"\n"
	"    },\n"
	"    {\n"
	"      \"score\": 0,\n"
	"      \"max_score\": 0,\n"
	"      \"status\": \"failed\",\n"
	"      \"name\": \"the lab file loads\",\n"
	"      \"number\": \"2.1\",\n"
	"      \"output\": \"why:      broken.yaml:3:5: unknown key \\\"nodez\\\"\\n         "
	" broken.yaml:4:1: no links\\n\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

static void check_golden(void (*fill)(struct report *rp), const char *want)
{
	struct report rp = { 0 };
	char *got;

	fill(&rp);
	got = fixture_write(&rp, &report_gradescope);
	if (strcmp(got, want) != 0)
		printf("--- got\n%s--- want\n%s", got, want);
	CHECK(strcmp(got, want) == 0);
	free(got);
	report_free(&rp);
}

TEST(report_gradescope, one_lab_with_every_outcome)
{
	check_golden(fixture_lab, one_lab);
}

TEST(report_gradescope, a_second_lab_that_does_not_load)
{
	check_golden(fixture_two_labs, two_labs);
}
