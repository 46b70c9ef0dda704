// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/check_lab.h"

#include <stdlib.h>
#include <string.h>

#include "shell/doors.h"
#include "shell/lint.h"
#include "shell/shell.h"
#include "sim/sim.h"

#define TEXT_KEPT 4096                    /* bytes of each stream; the rest is dropped */

static ssize_t sink_write(void *ctx, const char *s, size_t n)
{
	struct buf *b = ctx;
	size_t room = b->len < TEXT_KEPT ? TEXT_KEPT - b->len : 0;

	buf_add(b, s, n < room ? n : room);
	return (ssize_t)n;
}

static FILE *sink_open(struct buf *b)
{
	return fopencookie(b, "w", (cookie_io_functions_t){ .write = sink_write });
}

/* "4.5s ns2:veth2-3 link.cut: IP 10.0.0.1 > 10.0.0.2: ..." */
static void on_drop(void *ctx, const struct drop_record *r)
{
	struct check_lab *cl = ctx;
	char **slot = &cl->drops[cl->n_drops++ % CHECK_DROPS];
	struct buf line = { 0 }, clean = { 0 };

	text_seconds(&line, r->at);
	buf_printf(&line, "s %s%s%s %s", r->node ? r->node : "?", *r->ifname ? ":" : "",
		   r->ifname, drop_name(r->why));
	if (r->frame && *r->frame)
		buf_printf(&line, ": %s", r->frame);
	if (!line.bad)
		text_utf8(&clean, line.s, line.len);
	free(*slot);
	*slot = buf_take(&clean);
	buf_free(&line);
}

json_t *check_lab_drops(const struct check_lab *cl)
{
	uint64_t i = cl->n_drops > CHECK_DROPS ? cl->n_drops - CHECK_DROPS : 0;
	json_t *a = json_array();

	for (; i < cl->n_drops; i++)
		json_array_append_new(a, json_string(cl->drops[i % CHECK_DROPS]));
	return a;
}

void check_lab_forget(struct check_lab *cl)
{
	fflush(cl->out_file);
	fflush(cl->err_file);
	buf_reset(&cl->out);
	buf_reset(&cl->err);
	cl->n_drops = 0;
	/* again each time: a command of the check before may have taken it */
	lab_trace_drops(cl->lab, on_drop, cl);
}

int check_lab_exec(struct check_lab *cl, const char *line, ns_t limit, json_t **json,
		   bool *timed_out)
{
	int status = shell_exec(cl->sh, line, limit, json, timed_out);

	fflush(cl->out_file);
	fflush(cl->err_file);
	return status;
}

static void lab_end(struct check_lab *cl)
{
	if (cl->lab)
		lab_trace_drops(cl->lab, NULL, NULL);
	shell_free(cl->sh);
	lab_free(cl->lab);
	cl->sh = NULL;
	cl->lab = NULL;
}

/* Lines for a report, which have no "netloom: " in front and no last end. */
static void keep_reason(struct buf *why, const struct buf *lines)
{
	static const char self[] = "netloom: ";
	struct buf text = { 0 };

	for (const char *s = lines->s, *end; s && *s; s = end) {
		s += strncmp(s, self, sizeof(self) - 1) == 0 ? sizeof(self) - 1 : 0;
		end = strchrnul(s, '\n');
		buf_printf(&text, "%s%.*s", text.len ? "\n" : "", (int)(end - s), s);
		end += *end != '\0';
	}
	buf_reset(why);
	text_utf8(why, text.s ? text.s : "", text.len);
	buf_free(&text);
}

/* again: it was told before that time follows the wall clock. */
static void lab_open_doors(struct check_lab *cl, bool again)
{
	struct buf lines = { 0 };

	buf_reset(&cl->shut);
	if (!doors_open(cl->lab, again, &lines))
		keep_reason(&cl->shut, &lines);
	buf_free(&lines);
}

static bool lab_begin(struct check_lab *cl, bool again, struct buf *errs)
{
	struct shell_config cfg = { .out = cl->out_file, .err = cl->err_file };

	cl->lab = lab_load(cl->file, cl->seed, errs);
	if (!cl->lab)
		return false;
	cfg.lab = cl->lab;
	cl->sh = shell_new(&cfg);
	if (!cl->sh)
		buf_str(errs, "out of memory for a shell");
	if (!cl->sh || !lint_lab(cl->sh, errs))
		return false;
	lab_open_doors(cl, again);
	return true;
}

bool check_lab_reopen(struct check_lab *cl, struct buf *errs)
{
	lab_end(cl);
	return lab_begin(cl, true, errs);
}

bool check_lab_open(struct check_lab *cl, const char *file, const uint64_t *seed, struct buf *errs)
{
	*cl = (struct check_lab){ .file = file, .seed = seed };
	cl->out_file = sink_open(&cl->out);
	cl->err_file = sink_open(&cl->err);
	if (cl->out_file && cl->err_file)
		return lab_begin(cl, false, errs);
	buf_str(errs, "out of memory for a shell");
	return false;
}

void check_lab_close(struct check_lab *cl)
{
	lab_end(cl);
	if (cl->out_file)
		fclose(cl->out_file);
	if (cl->err_file)
		fclose(cl->err_file);
	buf_free(&cl->out);
	buf_free(&cl->err);
	buf_free(&cl->shut);
	for (size_t i = 0; i < CHECK_DROPS; i++)
		free(cl->drops[i]);
}
