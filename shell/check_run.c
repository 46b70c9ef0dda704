// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/check_run.h"

#include <stdlib.h>
#include <string.h>

#include "shell/check_lab.h"
#include "sim/sim.h"

#define RETRY_EVERY SEC(1)                /* lab time between two looks of `wait:` */

/* One check while it runs. */
struct run {
	struct check_lab *cl;
	const struct topo_check *check;
	struct check_result *res;
	struct judge *judge;              /* NULL without an expect */
	bool err_shown;                   /* the errors are what res->actual says */
};

static void send_line(FILE *to, json_t *line)
{
	char *s = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(15));

	if (s)
		fprintf(to, "%s\n", s);
	fflush(to);
	free(s);
	json_decref(line);
}

/* --- what a check says when it does not pass ------------------------------ */

static bool verdict(struct run *r, enum check_status status, const char *why)
{
	r->res->status = status;
	result_set(&r->res->why, why);
	return status == CHECK_PASSED;
}

/* "what 60s of lab time" */
static bool fail_after(struct run *r, const char *what, ns_t t)
{
	struct buf why = { 0 };

	buf_str(&why, what);
	buf_putc(&why, ' ');
	text_seconds(&why, t);
	buf_str(&why, "s of lab time");
	verdict(r, CHECK_FAILED, why.s);
	buf_free(&why);
	return false;
}

/* The value that was judged, or what the command printed instead of one. */
static void set_actual(struct run *r, const json_t *json)
{
	const struct check_lab *cl = r->cl;
	char *value = json ? text_compact(json) : NULL;
	const char *said = value ? value : cl->err.len ? cl->err.s : cl->out.len ? cl->out.s : NULL;
	struct buf cut = { 0 };

	r->err_shown = !value && cl->err.len;
	if (said)
		text_cut(&cut, said, TEXT_ACTUAL_MAX);
	while (cut.len && cut.s[cut.len - 1] == '\n')
		cut.s[--cut.len] = '\0';
	result_set(&r->res->actual, cut.len ? cut.s : NULL);
	buf_free(&cut);
	free(value);
}

/* Errors that show nowhere else: beside a value, or before any command. */
static void add_errors(struct run *r)
{
	const struct buf *err = &r->cl->err;
	struct buf why = { 0 };

	if (!err->len || r->err_shown)
		return;
	buf_printf(&why, "%s\nerrors: ", r->res->why ? r->res->why : "");
	text_cut(&why, err->s, TEXT_ACTUAL_MAX);
	while (why.len && why.s[why.len - 1] == '\n')
		why.s[--why.len] = '\0';
	result_set(&r->res->why, why.s);
	buf_free(&why);
}

/* --- one look --------------------------------------------------------------- */

static bool judge_value(struct run *r, const json_t *json)
{
	struct buf text = { 0 };
	enum verdict v = judge_run(r->judge, json, &text);

	if (v == VERDICT_ERROR) {
		struct buf why = { 0 };

		buf_printf(&why, "jq error: %s", text.s ? text.s : "");
		verdict(r, CHECK_FAILED, why.s);
		buf_free(&why);
	} else {
		verdict(r, v == VERDICT_HOLDS ? CHECK_PASSED : CHECK_FAILED, text.s);
	}
	buf_free(&text);
	return v == VERDICT_HOLDS;
}

/* A command that reported nothing and failed has no value to judge. */
static bool judge_command(struct run *r, int status, const json_t *json)
{
	char why[64];

	if (r->judge && (json || status == 0))
		return judge_value(r, json);
	if (status == 0)
		return verdict(r, CHECK_PASSED, NULL);
	snprintf(why, sizeof(why), "the command failed with exit status %d", status);
	return verdict(r, CHECK_FAILED, why);
}

/* Runs the command until `limit` at most, and judges it. */
static bool look(struct run *r, ns_t limit, bool *cut)
{
	ns_t began_at = lab_now(r->cl->lab);
	json_t *json = NULL;
	bool ok;
	int status;

	*cut = false;
	status = check_lab_exec(r->cl, r->check->run, limit, &json, cut);
	if (*cut)
		ok = fail_after(r, "timed out after", limit - began_at);
	else
		ok = judge_command(r, status, json);
	set_actual(r, json);
	json_decref(json);
	return ok;
}

/* --- many looks ------------------------------------------------------------- */

/* Lets time pass until the next look.  False at the deadline, or if the lab
 * cannot move. */
static bool rest(struct run *r, ns_t looked_at, ns_t deadline)
{
	struct lab *lab = r->cl->lab;
	ns_t next = ns_add(looked_at, RETRY_EVERY);

	if (lab_now(lab) >= deadline)
		return false;
	if (next > deadline)
		next = deadline;
	if (next > lab_now(lab))
		lab_run_until(lab, next);
	return lab_now(lab) >= next;
}

/*
 * Looks again and again, until it holds or `wait` is over.  A look that the
 * deadline cuts short says less than the one before it, so that one is shown.
 */
static bool look_until(struct run *r)
{
	ns_t deadline = ns_add(lab_now(r->cl->lab), r->check->wait), at, limit;
	struct check_result before = { 0 };
	struct buf why = { 0 };
	bool cut = false, looked = false;

	do {
		at = lab_now(r->cl->lab);
		limit = ns_add(at, r->check->timeout);
		result_set(&before.why, r->res->why);
		result_set(&before.actual, r->res->actual);
		if (look(r, limit < deadline ? limit : deadline, &cut))
			goto out;
		if (cut && deadline < limit && looked) {
			result_set(&r->res->why, before.why);
			result_set(&r->res->actual, before.actual);
		}
		looked = true;
		buf_reset(&r->cl->out);
		buf_reset(&r->cl->err);
	} while (rest(r, at, deadline));
	buf_str(&why, "not true within ");
	text_seconds(&why, r->check->wait);
	buf_printf(&why, "s of lab time: %s", r->res->why ? r->res->why : "");
	result_set(&r->res->why, why.s);
out:
	buf_free(&why);
	result_fini(&before);
	return r->res->status == CHECK_PASSED;
}

/* --- before the first look -------------------------------------------------- */

static bool converged(void *lab)
{
	return lab_is_converged(lab);
}

/* Fails with the reasons. */
static bool converge(struct run *r)
{
	struct lab *lab = r->cl->lab;
	struct buf why = { 0 }, text = { 0 };

	if (lab_run_while(lab, converged, lab, ns_add(lab_now(lab), r->check->timeout)) ==
	    LAB_DONE)
		return true;
	buf_str(&text, "not converged after ");
	text_seconds(&text, r->check->timeout);
	lab_why_not_converged(lab, &why);
	buf_printf(&text, "s of lab time%s%s", why.len ? ": " : "", why.len ? why.s : "");
	verdict(r, CHECK_FAILED, text.s);
	buf_free(&why);
	buf_free(&text);
	return false;
}

static bool run_to(struct run *r, ns_t at)
{
	struct lab *lab = r->cl->lab;
	struct buf why = { 0 };

	if (at < lab_now(lab)) {
		buf_str(&why, "at: ");
		text_seconds(&why, at);
		buf_str(&why, "s is past already: the lab is at ");
		text_seconds(&why, lab_now(lab));
		buf_str(&why, "s (checks run in file order on one lab, unless fresh: true)");
		verdict(r, CHECK_ERROR, why.s);
		buf_free(&why);
		return false;
	}
	lab_run_until(lab, at);
	return true;
}

static bool compile(struct run *r)
{
	struct buf why = { 0 };

	if (!r->check->expect)
		return true;
	if (!r->check->run)
		return verdict(r, CHECK_ERROR, "expect without run: there is nothing to judge");
	buf_str(&why, "jq error: ");
	r->judge = judge_new(r->check->expect, &why);
	if (!r->judge)
		verdict(r, CHECK_ERROR, why.s);
	buf_free(&why);
	return r->judge != NULL;
}

static void perform(struct run *r)
{
	const struct topo_check *k = r->check;
	bool cut;

	if (!compile(r) || (k->at >= 0 && !run_to(r, k->at)) ||
	    (k->wait_converged && !converge(r)))
		return;
	if (!k->run)                      /* only to reach or wait for something */
		verdict(r, CHECK_PASSED, NULL);
	else if (k->wait >= 0 && !k->wait_converged)
		look_until(r);
	else
		look(r, ns_add(lab_now(r->cl->lab), k->timeout), &cut);
}

/* --- the list ----------------------------------------------------------------- */

static void describe(const struct topo_check *k, struct check_result *out)
{
	*out = (struct check_result){
		.points_milli = k->points_milli, .line = k->pos.line, .hidden = k->hidden,
	};
	result_set(&out->name, k->name);
	result_set(&out->run, k->run);
	result_set(&out->expected, k->expect);
}

static void finish(struct run *r)
{
	const struct topo_check *k = r->check;
	struct check_result *res = r->res;

	if (res->status == CHECK_PASSED) {
		result_set(&res->why, NULL);
		result_set(&res->actual, NULL);
		result_set(&res->text, k->pass);
		return;
	}
	add_errors(r);
	if (k->run && !k->expect)
		result_set(&res->expected, "exit status 0");
	result_set(&res->text, k->fail);
	res->drops = check_lab_drops(r->cl);
}

/* False if the lab is gone. */
static bool run_check(struct check_lab *cl, size_t i, FILE *to)
{
	const struct topo_check *k = &lab_topo(cl->lab)->checks[i];
	struct check_result res;
	struct run r = { .cl = cl, .check = k, .res = &res };
	struct buf errs = { 0 };
	bool alive = true;

	send_line(to, json_pack("{s:I, s:I}", "begin", (json_int_t)i,
				"at", (json_int_t)(k->fresh ? 0 : lab_now(cl->lab))));
	describe(k, &res);
	if (k->fresh) {
		alive = check_lab_reopen(cl, &errs);
		r.check = alive ? &lab_topo(cl->lab)->checks[i] : NULL;
	}
	if (alive && cl->shut.len) {
		verdict(&r, CHECK_ERROR, cl->shut.s);
	} else if (alive) {
		check_lab_forget(cl);
		res.began_at = lab_now(cl->lab);
		perform(&r);
		finish(&r);
		res.ended_at = lab_now(cl->lab);
	} else {
		verdict(&r, CHECK_ERROR, errs.s ? errs.s : "the lab could not be loaded again");
	}
	send_line(to, json_pack("{s:I, s:o}", "done", (json_int_t)i,
				"result", result_to_json(&res)));
	judge_free(r.judge);
	result_fini(&res);
	buf_free(&errs);
	return alive;
}

static void send_list(const struct lab *lab, FILE *to)
{
	const struct topo *t = lab_topo(lab);
	json_t *list = json_array();
	char seed[24];

	for (size_t i = 0; i < t->n_checks; i++) {
		struct check_result res;

		describe(&t->checks[i], &res);
		json_array_append_new(list, result_to_json(&res));
		result_fini(&res);
	}
	snprintf(seed, sizeof(seed), "%" PRIu64, lab_seed(lab));
	send_line(to, json_pack("{s:s, s:s, s:o}", "lab", lab_name(lab), "seed", seed,
				"checks", list));
}

void check_run(const char *file, const uint64_t *seed, FILE *to)
{
	struct buf errs = { 0 }, lines = { 0 };
	struct check_lab cl;
	size_t n;

	if (check_lab_open(&cl, file, seed, &errs)) {
		n = lab_topo(cl.lab)->n_checks;
		send_list(cl.lab, to);
		for (size_t i = 0; i < n && run_check(&cl, i, to); i++)
			;
	} else {
		text_utf8(&lines, errs.s ? errs.s : "", errs.len);
		while (lines.len && lines.s[lines.len - 1] == '\n')
			lines.s[--lines.len] = '\0';
		send_line(to, json_pack("{s:s}", "broken", lines.len ? lines.s : "does not load"));
	}
	check_lab_close(&cl);
	send_line(to, json_pack("{s:b}", "end", 1));
	buf_free(&errs);
	buf_free(&lines);
}
