// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "tests/unit/check/fixture.h"
#include "tests/unit/test.h"

static const char one_lab[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<testsuites name=\"netloom\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" t"
	"ime=\"64\">\n"
	"  <testsuite name=\"line4\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" ti"
	"me=\"64\" file=\"lab.yaml\">\n"
	"    <properties>\n"
	"      <property name=\"seed\" value=\"7\"/>\n"
	"    </properties>\n"
	"    <testcase name=\"ns1 reaches ns4\" classname=\"line4\" time=\"4.003\" file=\"lab"
	".yaml\" line=\"21\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"1\"/>\n"
	"        <property name=\"points\" value=\"1\"/>\n"
	"      </properties>\n"
	"    </testcase>\n"
	"    <testcase name=\"&#60;cut&#62; &#38; #1\" classname=\"line4\" time=\"59.997\" fi"
	"le=\"lab.yaml\" line=\"25\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"0.5\"/>\n"
	"      </properties>\n"
	"      <failure message=\"the last output is false\" type=\"check\">why:      the las"
	"t output is false\n"
	"run:      ns1 ping -c 4 ns4\n"
	"expected: .received == 0\n"
	"            and .loss == 1\n"
	"actual:   {\"received\":4,\"x\":\"\\x1b]\"}\n"
	"lab time: 4.003s to 64s\n"
	"drops:    4.5s ns2:veth2-3 link.cut\n"
	"          5.5s ns2:veth2-3 link.down\n"
	"hint:     cut the link first\n"
	"</failure>\n"
	"    </testcase>\n"
	"    <testcase name=\"secret\" classname=\"line4\" time=\"0\" file=\"lab.yaml\" line="
	"\"30\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"2\"/>\n"
	"      </properties>\n"
	"      <error message=\"killed by signal 11 (Segmentation fault)\" type=\"lab\">why: "
	"     killed by signal 11 (Segmentation fault)\n"
	"</error>\n"
	"    </testcase>\n"
	"    <testcase name=\"last\" classname=\"line4\" time=\"0\" file=\"lab.yaml\" line=\""
	"35\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"1\"/>\n"
	"      </properties>\n"
	"      <skipped message=\"not run: the lab ended before\"/>\n"
	"    </testcase>\n"
	"  </testsuite>\n"
	"</testsuites>\n";

static const char two_labs[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<testsuites name=\"netloom\" tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\" t"
	"ime=\"64\">\n"
	"  <testsuite name=\"line4\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" ti"
	"me=\"64\" file=\"lab.yaml\">\n"
	"    <properties>\n"
	"      <property name=\"seed\" value=\"7\"/>\n"
	"    </properties>\n"
	"    <testcase name=\"ns1 reaches ns4\" classname=\"line4\" time=\"4.003\" file=\"lab"
	".yaml\" line=\"21\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"1\"/>\n"
	"        <property name=\"points\" value=\"1\"/>\n"
	"      </properties>\n"
	"    </testcase>\n"
	"    <testcase name=\"&#60;cut&#62; &#38; #1\" classname=\"line4\" time=\"59.997\" fi"
	"le=\"lab.yaml\" line=\"25\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"0.5\"/>\n"
	"      </properties>\n"
	"      <failure message=\"the last output is false\" type=\"check\">why:      the las"
	"t output is false\n"
	"run:      ns1 ping -c 4 ns4\n"
	"expected: .received == 0\n"
	"            and .loss == 1\n"
	"actual:   {\"received\":4,\"x\":\"\\x1b]\"}\n"
	"lab time: 4.003s to 64s\n"
	"drops:    4.5s ns2:veth2-3 link.cut\n"
	"          5.5s ns2:veth2-3 link.down\n"
	"hint:     cut the link first\n"
	"</failure>\n"
	"    </testcase>\n"
	"    <testcase name=\"secret\" classname=\"line4\" time=\"0\" file=\"lab.yaml\" line="
	"\"30\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"2\"/>\n"
	"      </properties>\n"
	"      <error message=\"killed by signal 11 (Segmentation fault)\" type=\"lab\">why: "
	"     killed by signal 11 (Segmentation fault)\n"
	"</error>\n"
	"    </testcase>\n"
	"    <testcase name=\"last\" classname=\"line4\" time=\"0\" file=\"lab.yaml\" line=\""
	"35\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"1\"/>\n"
	"      </properties>\n"
	"      <skipped message=\"not run: the lab ended before\"/>\n"
	"    </testcase>\n"
	"  </testsuite>\n"
	"  <testsuite name=\"broken.yaml\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\""
	"0\" time=\"0\" file=\"broken.yaml\">\n"
	"    <testcase name=\"the lab file loads\" classname=\"broken.yaml\" time=\"0\" file="
	"\"broken.yaml\">\n"
	"      <properties>\n"
	"        <property name=\"score\" value=\"0\"/>\n"
	"        <property name=\"points\" value=\"0\"/>\n"
	"      </properties>\n"
	"      <error message=\"broken.yaml:3:5: unknown key &#34;nodez&#34;&#10;broken.yam"
	"l:4:1: no links&#10;\" type=\"lab\">why:      broken.yaml:3:5: unknown key \"nodez"
	"\"\n"
	"          broken.yaml:4:1: no links\n"
	"</error>\n"
	"    </testcase>\n"
	"  </testsuite>\n"
	"</testsuites>\n";

static void check_golden(void (*fill)(struct report *rp), const char *want)
{
	struct report rp = { 0 };
	char *got;

	fill(&rp);
	got = fixture_write(&rp, &report_junit);
	if (strcmp(got, want) != 0)
		printf("--- got\n%s--- want\n%s", got, want);
	CHECK(strcmp(got, want) == 0);
	free(got);
	report_free(&rp);
}

TEST(report_junit, one_lab_with_every_outcome)
{
	check_golden(fixture_lab, one_lab);
}

TEST(report_junit, a_second_lab_that_does_not_load)
{
	check_golden(fixture_two_labs, two_labs);
}
