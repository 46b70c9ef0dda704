// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * JUnit XML as CI systems read it: a suite a lab, a case a check.  A failure
 * is a check that did not hold, an error one that could not be judged (a
 * crash, a time limit), skipped one that was never reached.  Times are
 * seconds of lab time; there is no timestamp.
 */
#include <string.h>

#include "sim/check/report.h"
#include "sim/check/text.h"

/* Characters that XML 1.0 cannot hold, not even as a reference. */
static bool xml_forbids(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (len == 1)
		return (u[0] < 0x20 && !strchr("\t\n\r", u[0])) || u[0] == 0x7f;
	return len == 3 && u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe;  /* U+FFFE, U+FFFF */
}

/* Text for an element, or an attribute, where whitespace needs references. */
static void put_xml(struct buf *out, const char *s, bool attr)
{
	const char *refs = attr ? "<>&\"\t\r\n" : "<>&\r";
	size_t left = strlen(s), len;

	for (; left; s += len, left -= len) {
		len = text_char_len(s, left);
		if (len == 0 || xml_forbids(s, len)) {
			len = len ? len : 1;
			for (size_t i = 0; i < len; i++)
				buf_printf(out, "\\x%02x", (unsigned char)s[i]);
		} else if (strchr(refs, *s)) {
			buf_printf(out, "&#%d;", *s);
		} else {
			buf_add(out, s, len);
		}
	}
}

static void put_attr(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	put_xml(out, value, true);
	buf_putc(out, '"');
}

static void put_time(struct buf *out, ns_t t)
{
	buf_str(out, " time=\"");
	text_seconds(out, t);
	buf_putc(out, '"');
}

struct counts { size_t failures, errors, skipped; ns_t time; };

static void count_lab(struct counts *c, const struct report_lab *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct check_result *r = &l->results[i];

		c->failures += r->status == CHECK_FAILED;
		c->errors += r->status == CHECK_ERROR;
		c->skipped += r->status == CHECK_NOT_RUN;
		c->time += r->ended_at - r->began_at;
	}
}

static void put_counts(struct buf *out, size_t tests, const struct counts *c)
{
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		   tests, c->failures, c->errors, c->skipped);
	put_time(out, c->time);
}

static void put_property(struct buf *out, const char *indent, const char *name, const char *value)
{
	buf_printf(out, "%s<property", indent);
	put_attr(out, "name", name);
	put_attr(out, "value", value ? value : "");
	buf_str(out, "/>\n");
}

static void put_points(const struct check_result *r, struct buf *out)
{
	struct buf score = { 0 }, points = { 0 };
	const char *indent = "        ";

	text_points(&score, result_score_milli(r));
	text_points(&points, r->points_milli);
	buf_str(out, "      <properties>\n");
	put_property(out, indent, "score", score.s);
	put_property(out, indent, "points", points.s);
	buf_str(out, "      </properties>\n");
	buf_free(&score);
	buf_free(&points);
}

static void put_outcome(const struct check_result *r, struct buf *out)
{
	const char *tag = r->status == CHECK_FAILED ? "failure" : "error";
	struct buf details = { 0 };

	if (r->status == CHECK_NOT_RUN) {
		buf_str(out, "      <skipped");
		put_attr(out, "message", r->why ? r->why : "not run");
		buf_str(out, "/>\n");
		return;
	}
	if (r->status == CHECK_PASSED)
		return;
	buf_printf(out, "      <%s", tag);
	put_attr(out, "message", !report_may_explain(r) ? "hidden" : r->why ? r->why : "");
	put_attr(out, "type", r->status == CHECK_FAILED ? "check" : "lab");
	buf_putc(out, '>');
	if (report_may_explain(r))
		report_details(r, "", &details);
	put_xml(out, details.s ? details.s : "", false);
	buf_printf(out, "</%s>\n", tag);
	buf_free(&details);
}

static void put_case(const struct report_lab *l, const struct check_result *r, struct buf *out)
{
	buf_str(out, "    <testcase");
	put_attr(out, "name", r->name);
	put_attr(out, "classname", l->name ? l->name : l->file);
	put_time(out, r->ended_at - r->began_at);
	put_attr(out, "file", l->file);
	if (r->line)
		buf_printf(out, " line=\"%" PRIu32 "\"", r->line);
	buf_str(out, ">\n");
	put_points(r, out);
	put_outcome(r, out);
	buf_str(out, "    </testcase>\n");
}

static void put_suite(const struct report_lab *l, struct buf *out)
{
	struct counts c = { 0 };
	char seed[24];

	count_lab(&c, l);
	buf_str(out, "  <testsuite");
	put_attr(out, "name", l->name ? l->name : l->file);
	put_counts(out, l->n, &c);
	put_attr(out, "file", l->file);
	buf_str(out, ">\n");
	if (l->name) {
		snprintf(seed, sizeof(seed), "%" PRIu64, l->seed);
		buf_str(out, "    <properties>\n");
		put_property(out, "      ", "seed", seed);
		buf_str(out, "    </properties>\n");
	}
	for (size_t i = 0; i < l->n; i++)
		put_case(l, &l->results[i], out);
	buf_str(out, "  </testsuite>\n");
}

static void write_junit(const struct report *rp, struct buf *out)
{
	struct counts c = { 0 };

	for (size_t i = 0; i < rp->n; i++)
		count_lab(&c, &rp->labs[i]);
	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"netloom\"");
	put_counts(out, (size_t)report_total(rp).checks, &c);
	buf_str(out, ">\n");
	for (size_t i = 0; i < rp->n; i++)
		put_suite(&rp->labs[i], out);
	buf_str(out, "</testsuites>\n");
}

const struct report_format report_junit = {
	.name = "junit", .help = "JUnit XML, for CI systems", .write = write_junit,
};
