// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The Test Anything Protocol, version 14: one flat list over all labs.  But
 * for its first line the stream is TAP 13 as well, for older readers
 * (Test::Harness before 3.45, such as Debian 12's prove).
 */
#include <string.h>

#include "sim/check/report.h"
#include "sim/check/text.h"

/* A description ends at '#', and a newline would end the line. */
static void put_escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, (unsigned char)*s < ' ' ? ' ' : *s);
	}
}

static void put_key(struct buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "  %s: ", key);
	text_quote(out, value);
	buf_putc(out, '\n');
}

static void put_diagnostic(const struct report_lab *l, const struct check_result *r,
			   struct buf *out)
{
	const json_t *line;
	size_t i;

	buf_str(out, "  ---\n");
	put_key(out, "message", r->why ? r->why : "");
	put_key(out, "severity", r->status == CHECK_FAILED ? "fail" :
		r->status == CHECK_ERROR ? "error" : "not run");
	put_key(out, "file", l->file);
	if (r->line)
		buf_printf(out, "  line: %" PRIu32 "\n", r->line);
	put_key(out, "run", r->run);
	put_key(out, "expected", r->expected);
	put_key(out, "actual", r->actual);
	put_key(out, "hint", r->text);
	if (json_array_size(r->drops))
		buf_str(out, "  drops:\n");
	json_array_foreach(r->drops, i, line) {
		buf_str(out, "    - ");
		text_quote(out, json_string_value(line));
		buf_putc(out, '\n');
	}
	buf_str(out, "  ...\n");
}

static void put_check(const struct report *rp, const struct report_lab *l,
		      const struct check_result *r, size_t number, struct buf *out)
{
	buf_printf(out, "%s %zu - ", r->status == CHECK_PASSED ? "ok" : "not ok", number);
	if (rp->n > 1) {
		put_escaped(out, l->file);
		buf_str(out, ": ");
	}
	put_escaped(out, r->name);
	buf_str(out, " (");
	text_points(out, result_score_milli(r));
	buf_putc(out, '/');
	text_points(out, r->points_milli);
	if (r->status != CHECK_NOT_RUN) {
		buf_str(out, " points, t=");
		text_seconds(out, r->ended_at);
		buf_str(out, "s)\n");
	} else {
		buf_str(out, " points, not run)\n");
	}
	if (r->status != CHECK_PASSED && report_may_explain(r))
		put_diagnostic(l, r, out);
}

static void write_tap(const struct report *rp, struct buf *out)
{
	struct report_total sum = report_total(rp);
	size_t number = 0;

	buf_str(out, "TAP version 14\n");
	buf_printf(out, "1..%" PRIu64 "%s\n", sum.checks,
		   sum.checks ? "" : " # SKIP nothing to check");
	for (size_t i = 0; i < rp->n; i++) {
		const struct report_lab *l = &rp->labs[i];
		struct report_total t = report_lab_total(l);

		if (l->name)
			buf_printf(out, "# %s: seed %" PRIu64 "\n", l->file, l->seed);
		for (size_t k = 0; k < l->n; k++)
			put_check(rp, l, &l->results[k], ++number, out);
		buf_str(out, "# ");
		report_total_line(l->file, &t, out);
		buf_putc(out, '\n');
	}
}

const struct report_format report_tap = {
	.name = "tap", .help = "Test Anything Protocol, 13 and 14", .write = write_tap,
};
