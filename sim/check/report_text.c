// SPDX-License-Identifier: GPL-3.0-or-later
/* The report for people: a line a check, details below those that failed. */
#include <string.h>

#include "sim/check/report.h"
#include "sim/check/text.h"

static void put_check(const struct check_result *r, size_t number, struct buf *out)
{
	buf_printf(out, "%s %zu - ", r->status == CHECK_PASSED ? "ok" : "not ok", number);
	text_visible(out, r->name, strcspn(r->name, "\n"));
	buf_str(out, " (");
	text_points(out, result_score_milli(r));
	buf_putc(out, '/');
	text_points(out, r->points_milli);
	buf_str(out, " points");
	if (r->hidden)
		buf_str(out, ", hidden");
	if (r->status == CHECK_NOT_RUN) {
		buf_str(out, ", not run)\n");
		return;
	}
	buf_str(out, ", t=");
	text_seconds(out, r->ended_at);
	buf_str(out, "s)\n");
	if (!report_may_explain(r))
		return;
	if (r->status != CHECK_PASSED)
		report_details(r, "    ", out);
	else if (r->text)
		text_indent(out, "    ", r->text);
}

static void put_lab(const struct report_lab *l, struct buf *out)
{
	struct report_total t = report_lab_total(l);

	if (l->name)
		buf_printf(out, "# %s: lab %s, seed %" PRIu64 "\n", l->file, l->name, l->seed);
	else
		buf_printf(out, "# %s\n", l->file);
	for (size_t i = 0; i < l->n; i++)
		put_check(&l->results[i], i + 1, out);
	report_total_line(l->file, &t, out);
	buf_putc(out, '\n');
}

static void write_text(const struct report *rp, struct buf *out)
{
	struct report_total t = report_total(rp);

	for (size_t i = 0; i < rp->n; i++) {
		if (i)
			buf_putc(out, '\n');
		put_lab(&rp->labs[i], out);
	}
	if (rp->n > 1) {
		buf_putc(out, '\n');
		report_total_line("all labs", &t, out);
		buf_putc(out, '\n');
	}
}

const struct report_format report_text = {
	.name = "text", .help = "for people (the default)", .write = write_text,
};
