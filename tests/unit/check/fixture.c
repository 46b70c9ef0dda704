// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/check/fixture.h"

struct check_result fixture_result(const char *name, uint32_t points_milli,
				   enum check_status status, ns_t began_at, ns_t ended_at)
{
	struct check_result r = {
		.points_milli = points_milli, .status = status,
		.began_at = began_at, .ended_at = ended_at,
	};

	result_set(&r.name, name);
	return r;
}

static void add(struct report_lab *l, const char *name, uint32_t milli, uint32_t line, bool hidden)
{
	struct check_result r = fixture_result(name, milli, CHECK_NOT_RUN, 0, 0);

	r.line = line;
	r.hidden = hidden;
	report_add(l, &r);
}

void fixture_lab(struct report *rp)
{
	struct report_lab *l = report_add_lab(rp, "lab.yaml");
	struct check_result r;

	result_set(&l->name, "line4");
	l->seed = 7;
	add(l, "ns1 reaches ns4", 1000, 21, false);
	add(l, "<cut> & #1", 500, 25, false);
	add(l, "secret", 2000, 30, true);
	add(l, "last", 1000, 35, false);

	report_begin(l, 0, 0);
	r = fixture_result("ns1 reaches ns4", 1000, CHECK_PASSED, 0, MSEC(4003));
	r.line = 21;
	report_set(l, 0, &r);

	report_begin(l, 1, MSEC(4003));
	r = fixture_result("<cut> & #1", 500, CHECK_FAILED, MSEC(4003), SEC(64));
	r.line = 25;
	result_set(&r.why, "the last output is false");
	result_set(&r.run, "ns1 ping -c 4 ns4");
	result_set(&r.expected, ".received == 0\n  and .loss == 1");
	result_set(&r.actual, "{\"received\":4,\"x\":\"\x1b]\"}");
	result_set(&r.text, "cut the link first");
	r.drops = json_pack("[s, s]", "4.5s ns2:veth2-3 link.cut", "5.5s ns2:veth2-3 link.down");
	report_set(l, 1, &r);

	report_begin(l, 2, SEC(64));
	report_fault(l, "killed by signal 11 (Segmentation fault)");
}

void fixture_two_labs(struct report *rp)
{
	fixture_lab(rp);
	report_broken(report_add_lab(rp, "broken.yaml"),
		      "broken.yaml:3:5: unknown key \"nodez\"\nbroken.yaml:4:1: no links\n");
}

char *fixture_write(const struct report *rp, const struct report_format *f)
{
	struct buf out = { 0 };

	f->write(rp, &out);
	return buf_take(&out);
}
