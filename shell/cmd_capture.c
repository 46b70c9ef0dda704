// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/offer.h"
#include "shell/state.h"
#include "shell/table.h"

/* capture start, stop and list. */

#define CAPTURES_MAX 64

/* The words are [NODE[:IF]|all] FILE [FILTER...] [dir in|out]; a first word
 * that names no place is the file, of a capture of everything. */
struct request {
	const char *what, *path, *dir;
	struct buf filter;
};

static bool is_place(const struct shell *sh, const char *s)
{
	char part[2 * SHELL_NAME_MAX];
	size_t n;

	if (strcmp(s, "all") == 0)
		return true;
	for (;; s += n + 1) {             /* several with commas */
		n = strcspn(s, ",");
		snprintf(part, sizeof(part), "%.*s", (int)strcspn(s, ",:"), s);
		if (!lab_find_node(sh->lab, part))
			return false;
		if (!s[n])
			return true;
	}
}

/* True for what no filter begins with: a file's name. */
static bool is_file_name(const char *s)
{
	const char *dot = strrchr(s, '.');

	return s[0] == '/' || strncmp(s, "./", 2) == 0 || strcmp(s, "-") == 0 ||
		(dot && (strcmp(dot, ".pcap") == 0 || strcmp(dot, ".pcapng") == 0));
}

static bool request_parse(struct request *r, struct shell *sh, char *const *v, int n)
{
	int i = 0;

	*r = (struct request){ .what = "all" };
	if (n && is_place(sh, v[0])) {
		r->what = v[i++];
	} else if (n > 1 && is_file_name(v[1])) {
		shell_error(sh, "no node is called '%.*s'", (int)strcspn(v[0], ":,"), v[0]);
		return false;
	}
	if (i == n) {
		shell_error(sh, "incomplete: expected FILE (pcapng, or pcap for *.pcap)");
		return false;
	}
	r->path = v[i++];
	if (n - i >= 2 && strcmp(v[n - 2], "dir") == 0 &&
	    (strcmp(v[n - 1], "in") == 0 || strcmp(v[n - 1], "out") == 0)) {
		r->dir = v[n - 1];
		n -= 2;
	}
	for (; i < n; i++)
		buf_printf(&r->filter, "%s%s", r->filter.len ? " " : "", v[i]);
	return !r->filter.bad;
}

/* The capture that writes this file already, or 0: it would be torn. */
static int writer_of(const struct shell *sh, const char *path)
{
	struct capture_info info[CAPTURES_MAX];
	size_t n = lab_captures(sh->lab, info, CAPTURES_MAX);
	struct stat st, other;
	bool regular = stat(path, &st) == 0 && S_ISREG(st.st_mode);

	for (size_t i = 0; i < n && i < CAPTURES_MAX; i++)
		if ((regular && stat(info[i].path, &other) == 0 && other.st_dev == st.st_dev &&
		     other.st_ino == st.st_ino) || strcmp(info[i].path, path) == 0)
			return info[i].id;
	return 0;
}

static bool request_ok(struct shell *sh, const struct request *r)
{
	int other = writer_of(sh, r->path);

	if (strcmp(r->path, "-") == 0 && isatty(fileno(sh->out))) {
		shell_error(sh, "frames are not for a terminal: write to a file, "
			    "or send standard output elsewhere");
		return false;
	}
	if (other)
		shell_error(sh, "capture %d writes to %s already", other, r->path);
	return !other;
}

/* The head of the file is written at once: a full disk shows here, with its
 * reason, and not when the capture ends. */
static bool head_written(struct shell *sh, int id)
{
	struct capture_info info[CAPTURES_MAX];
	size_t n;

	lab_capture_flush(sh->lab);
	n = lab_captures(sh->lab, info, CAPTURES_MAX);
	for (size_t i = 0; i < n && i < CAPTURES_MAX; i++) {
		if (info[i].id != id || !info[i].error)
			continue;
		shell_error(sh, "%s", info[i].error);
		lab_capture_stop(sh->lab, id);
		return false;
	}
	return true;
}

static bool start_check(const struct args *a, struct buf *why)
{
	char *const *v;
	int n;

	v = args_rest(a, &n);
	if (n > 1 || (n && !is_place(a->sh, v[0])))
		return true;
	buf_str(why, "incomplete: expected FILE (pcapng, or pcap for *.pcap)");
	return false;
}

static int start_run(struct shell *sh, const struct args *a)
{
	struct request r;
	char err[256] = "";
	char *const *v;
	int n, id;

	v = args_rest(a, &n);
	if (!request_parse(&r, sh, v, n) || !request_ok(sh, &r)) {
		buf_free(&r.filter);
		return 1;
	}
	id = lab_capture_start(sh->lab, r.what, r.path, r.filter.s, r.dir, err);
	buf_free(&r.filter);
	if (id < 0)
		return shell_error(sh, "%s", err[0] ? err : err_text(id));
	if (!head_written(sh, id))
		return 1;
	shell_printf(sh, "capture %d: %s to %s\n", id, r.what, r.path);
	return shell_result(sh, json_pack("{s:i,s:s,s:s}", "id", id, "what", r.what,
					  "file", r.path));
}

static json_t *captures_json(const struct shell *sh)
{
	struct capture_info info[CAPTURES_MAX];
	size_t n = lab_captures(sh->lab, info, CAPTURES_MAX);
	json_t *all = json_array();

	for (size_t i = 0; i < n && i < CAPTURES_MAX; i++) {
		json_t *o = json_object();

		jset_int(o, "id", info[i].id);
		jset_str(o, "what", info[i].what);
		jset_str(o, "file", info[i].path);
		jset_str(o, "filter", info[i].filter ? info[i].filter : "");
		jset_int(o, "frames", (json_int_t)info[i].frames);
		if (info[i].error)
			jset_str(o, "error", info[i].error);
		json_array_append_new(all, o);
	}
	return all;
}

static int list_run(struct shell *sh, const struct args *a)
{
	(void)a;
	lab_capture_flush(sh->lab);
	return shell_result(sh, captures_json(sh));
}

static void list_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "id", "ID", true }, { "what", "WHAT", false }, { "frames", "FRAMES", true },
		{ "file", "FILE", false }, { "filter", "FILTER", false },
		{ "error", "ERROR", false }, { 0 },
	};

	(void)a;
	if (json_array_size(all))
		table_print(sh, all, cols);
	else
		shell_printf(sh, "no captures\n");
}

static int stop_run(struct shell *sh, const struct args *a)
{
	uint64_t id = args_count(a, "ID", 0);
	json_t *before, *o, *stopped = json_array();
	size_t i;
	int err;

	lab_capture_flush(sh->lab);       /* a full disk shows now, with its reason */
	before = captures_json(sh);
	err = id > INT32_MAX ? ERR_NOENT : lab_capture_stop(sh->lab, (int)id);
	json_array_foreach(before, i, o)
		if (err != ERR_NOENT && (!id || jint(o, "id") == (json_int_t)id))
			json_array_append(stopped, o);
	json_decref(before);
	shell_result(sh, stopped);
	if (err == ERR_NOENT)
		return id ? shell_error(sh, "there is no capture %" PRIu64, id) :
			shell_error(sh, "there are no captures");
	json_array_foreach(stopped, i, o)
		if (jget(o, "error"))
			return shell_error(sh, "the capture is not whole: %s", jstr(o, "error"));
	return err ? shell_error(sh, "the capture is not whole: %s", err_text(err)) : 0;
}

static void stop_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *o;
	size_t i;

	(void)a;
	json_array_foreach(all, i, o)
		shell_printf(sh, "capture %lld: %lld frames in %s\n", (long long)jint(o, "id"),
			     (long long)jint(o, "frames"), jstr(o, "file"));
}

void offer_captures(const struct offer *o)
{
	struct capture_info info[CAPTURES_MAX];
	size_t n = lab_captures(o->sh->lab, info, CAPTURES_MAX);

	for (size_t i = 0; i < n && i < CAPTURES_MAX; i++)
		offer_number(o, (unsigned)info[i].id);
}

const struct cmd cmds_capture[] = {
	{ .name = "capture start", .args = "WHAT-OR-FILE:rest", .flags = CMD_LAB, .run = start_run,
	  .rest_words = "NODE all", .check = start_check,
	  .help = "write frames to a file",
	  .text = "capture start [NODE[:IF]|all] FILE [FILTER...] [dir in|out]\n"
		  "FILE is pcapng, with interface names and a comment on each drop; pcap if it is\n"
		  "named *.pcap.  FILTER is tcpdump's.  Several places: ns1,ns2:eth1." },
	{ .name = "capture stop", .args = "[ID:count|all]", .flags = CMD_LAB, .run = stop_run,
	  .print = stop_print, .help = "end a capture, or all" },
	{ .name = "capture list", .flags = CMD_LAB, .run = list_run, .print = list_print,
	  .help = "list the captures that run" },
	{ .name = "show captures", .flags = CMD_LAB, .run = list_run, .print = list_print,
	  .help = "list the captures that run" },
	{ 0 },
};
