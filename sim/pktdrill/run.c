// SPDX-License-Identifier: GPL-3.0-or-later
/* Events in their order, each at its time. */
#include "sim/pktdrill/pktdrill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

/* packetdrill's: of an instant, and of the pause that it ends, whichever is more. */
#define TOLERANCE USEC(4000)
#define TOLERANCE_PCT 12.5
#define ANY_TIME SEC(3600)                /* how long "*" waits */

/* --- options ---------------------------------------------------------------------------- */

static bool ok(const struct pd_run *r) { return r->says->verdict == PD_PASSED; }

/* Of packetdrill's, those that mean nothing here. */
static bool option_is_idle(const char *name)
{
	static const char *const idle[] = {
		"--verbose", "--quiet", "--dry_run", "--speed", "--non_fatal", "--timeout_secs",
		"--send_omit_free", "--init_scripts", "--netmask_ip", "--mss", "--code_command",
		"--strict_segments",
		"--define", "--code_format", "--code_sockopt", "--tcp_ts_ecr_scaled", "--debug",
		"--is_anyip",
	};

	for (size_t i = 0; i < N_ELEM(idle); i++)
		if (strcmp(name, idle[i]) == 0)
			return true;
	return false;
}

static bool option_address(struct pd_run *r, const struct pd_option *o)
{
	ip4_t *a = strcmp(o->name, "--local_ip") == 0 ? &r->local :
		   strcmp(o->name, "--remote_ip") == 0 ? &r->remote :
		   strcmp(o->name, "--gateway_ip") == 0 ? &r->gateway : NULL;

	const char *v = o->value ? o->value : "";
	size_t n = strcspn(v, "/");               /* "192.0.2.1/24": of the network, as well */
	char text[ADDR_STRLEN] = "";

	if (!a || n >= sizeof(text) || (v[n] && a != &r->remote))
		return false;
	memcpy(text, v, n);
	return ip4_parse(a, text);
}

static bool option_number(struct pd_run *r, const struct pd_option *o)
{
	char *end = NULL;
	double v = o->value ? strtod(o->value, &end) : -1;
	bool whole = end && end != o->value && !*end && v >= 0 && v < 1e9;

	if (whole && strcmp(o->name, "--tolerance_usecs") == 0)
		r->tolerance = USEC((ns_t)v);
	else if (whole && strcmp(o->name, "--tolerance_percent") == 0)
		r->tolerance_pct = v;
	else if (whole && strcmp(o->name, "--tcp_ts_tick_usecs") == 0 && v <= 1000000)
		r->ts_tick = USEC((ns_t)v);
	else if (whole && strcmp(o->name, "--bind_port") == 0 && v > 0 && v <= UINT16_MAX)
		r->bind_port = (uint16_t)v;
	else if (whole && strcmp(o->name, "--connect_port") == 0 && v > 0 && v <= UINT16_MAX)
		r->connect_port = (uint16_t)v;
	else if (whole && strcmp(o->name, "--mtu") == 0 && v >= 68 && v <= UINT16_MAX)
		r->mtu = (uint32_t)v;
	else
		return false;
	return true;
}

static void set_option(struct pd_run *r, const struct pd_option *o)
{
	if (strcmp(o->name, "--ip_version") == 0 && o->value && strncmp(o->value, "ipv4", 4) == 0) {
		r->mapped = strcmp(o->value + 4, "-mapped-ipv6") == 0;
		if (r->mapped || !o->value[4])
			return;
	}
	if (!option_number(r, o) && !option_address(r, o) && !option_is_idle(o->name))
		pd_say(r->says, PD_SKIPPED, o->line, "the option %s%s%s", o->name,
		       o->value ? "=" : "", o->value ? o->value : "");
}

/* --- time ----------------------------------------------------------------------------------- */

static double seconds(const struct pd_run *r, ns_t at) { return (double)(at - r->t0) / 1e9; }

/* What an event at `from` may be off, which follows one at `before`. */
static ns_t tolerance(const struct pd_run *r, ns_t before, ns_t from)
{
	ns_t part = (ns_t)((double)(from - before) * r->tolerance_pct / 100);

	return part > r->tolerance ? part : r->tolerance;
}

/* What was to be in [from, to] happened at `at`; t: the tolerance. */
static void say_time(struct pd_run *r, const char *head, const char *what, ns_t from, ns_t to,
		     ns_t at, ns_t t)
{
	bool relative = r->event->when == PD_AFTER;
	ns_t base = relative && from != to ? from - r->event->at : r->t0;

	if (from == to)
		pd_say(r->says, PD_FAILED, r->event->line, "%stiming error: expected %s at %.6f "
		       "sec but happened at %.6f sec; tolerance %.6f sec", head, what,
		       seconds(r, from), seconds(r, at), (double)t / 1e9);
	else
		pd_say(r->says, PD_FAILED, r->event->line, "%stiming error: expected %s in %s"
		       "time range %s%.6f~%s%.6f sec but happened at %s%.6f sec", head, what,
		       relative ? "relative " : "", relative ? "+" : "",
		       (double)(from - base) / 1e9, relative ? "+" : "", (double)(to - base) / 1e9,
		       relative && at >= base ? "+" : "", (double)(at - base) / 1e9);
}

static bool in_time(ns_t from, ns_t to, ns_t at, ns_t t)
{
	return at >= from - t && at <= to + t;
}

/* A call that blocked returns now. */
static void check_return(struct pd_run *r, ns_t ends, ns_t t)
{
	if (!in_time(ends, ends, r->now, t))
		say_time(r, "", "system call return", ends, ends, r->now, t);
}

static void check_result(struct pd_run *r, const struct pd_call *c, int64_t got);

/* Does the call that waited have its result now? */
static void poll_blocked(struct pd_run *r)
{
	const struct pd_event *e = r->blocked, *outer = r->event;
	int64_t got;

	if (!e)
		return;
	r->event = e;
	got = pd_call(r, &e->call);
	if (got == ERR_AGAIN && r->now >= r->call_until)
		got = pd_call_gave_up(r, &e->call);
	if (got != ERR_AGAIN || r->now >= r->call_until) {
		r->blocked = NULL;
		check_return(r, r->blocked_ends, tolerance(r, r->call_at, r->blocked_ends));
		check_result(r, &e->call, got);
	}
	r->event = outer;
}

/* Until then; or until the stack sent something. */
static void pass(struct pd_run *r, ns_t until, bool stop_on_packet)
{
	while (ok(r) && !(stop_on_packet && r->sent)) {
		ns_t to = r->blocked && r->call_until < until ? r->call_until : until;
		ns_t next;

		pd_host_run(r, to, stop_on_packet);
		poll_blocked(r);
		next = stack_next_at(r->st);
		if (r->now >= until && next > until)
			return;
	}
}

/* The call that waits must end by its time. */
static void await_blocked(struct pd_run *r)
{
	ns_t until = r->blocked_ends + tolerance(r, r->call_at, r->blocked_ends);

	while (ok(r) && r->blocked && r->now < until) {
		pd_host_run(r, r->call_until < until ? r->call_until : until, false);
		poll_blocked(r);
	}
	if (ok(r) && r->blocked)
		pd_say(r->says, PD_FAILED, r->blocked->line, "runtime error in %s call: "
		       "it has not returned by %.6f sec", r->blocked->call.name,
		       (double)(r->now - r->t0) / 1e9);
}

/* --- events ------------------------------------------------------------------------ */

static void check_result(struct pd_run *r, const struct pd_call *c, int64_t got)
{
	unsigned line = r->event->line;

	if (!ok(r) || c->any_result)
		return;
	if (got >= 0 ? got == c->result : c->result == -1 && (!c->err || c->err == got))
		return;
	if (got >= 0)
		pd_say(r->says, PD_FAILED, line, "runtime error in %s call: Expected result %"
		       PRId64 " but got %" PRId64, c->name, c->result, got);
	else if (c->result == -1)
		pd_say(r->says, PD_FAILED, line, "runtime error in %s call: Expected errno %d (%s) "
		       "but got %d (%s)", c->name, -c->err, strerror(-c->err), (int)-got,
		       strerror((int)-got));
	else
		pd_say(r->says, PD_FAILED, line, "runtime error in %s call: Expected result %"
		       PRId64 " but got -1 with errno %d (%s)", c->name, c->result, (int)-got,
		       strerror((int)-got));
}

static void run_call(struct pd_run *r, const struct pd_event *e, ns_t ends)
{
	int64_t got;

	if (r->blocked)
		await_blocked(r);
	if (!ok(r))
		return;
	r->event = e;
	r->call_at = r->now;
	r->call_until = NS_NEVER;
	r->call_done = 0;
	got = pd_call(r, &e->call);
	if (got == ERR_AGAIN && e->call.blocks && pd_call_may_block(r, &e->call)) {
		r->blocked = e;
		r->blocked_ends = ends;
		r->call_until = pd_call_gives_up(r, &e->call);
		return;
	}
	if (ok(r) && e->call.blocks)
		check_return(r, ends, tolerance(r, r->now, ends));
	else if (got == ERR_AGAIN && pd_call_may_block(r, &e->call))
		pd_say(r->says, PD_FAILED, e->line, "runtime error in %s call: it blocks, and no "
		       "time is given for its end", e->call.name);
	check_result(r, &e->call, got);
}

/* The next segment of the stack's, in [from, to]; t: give or take so much. */
static void run_out(struct pd_run *r, const struct pd_event *e, ns_t from, ns_t to, ns_t t)
{
	struct pd_seg *got;
	ns_t at;

	pass(r, to + t, true);
	if (!ok(r))
		return;
	got = pd_host_take(r);
	if (!got) {
		pd_say(r->says, PD_FAILED, e->line,
		       "error handling packet: Timed out waiting for packet");
		return;
	}
	at = got->at;
	if (pd_match(r, &e->pkt, got) && e->when != PD_WHENEVER && !in_time(from, to, at, t)) {
		say_time(r, "error handling packet: ", "outbound packet", from, to, at, t);
		pd_match_show(r, &e->pkt, got);
	}
	free(got);
}

/* Instants of the script are since its start, or since the event before. */
static ns_t instant(const struct pd_run *r, const struct pd_event *e, ns_t before, ns_t t)
{
	return (e->when == PD_AT ? r->t0 : before) + t;
}

/* Returns when the event was to be: where the next one counts from. */
static ns_t run_event(struct pd_run *r, const struct pd_event *e, ns_t before)
{
	ns_t from = instant(r, e, before, e->at), to = instant(r, e, before, e->to);

	if (e->when == PD_WHENEVER) {
		from = r->now;
		to = r->now + ANY_TIME;
	}
	r->event = e;
	if (e->kind == PD_PACKET && e->pkt.out) {
		run_out(r, e, from, to, e->range ? r->tolerance : tolerance(r, before, from));
		return r->now;
	}
	if (from > r->now)
		pass(r, from, false);
	r->event = e;
	if (!ok(r))
		return from;
	if (e->kind == PD_PACKET)
		pd_inject(r, &e->pkt);
	else if (e->kind == PD_CALL)
		run_call(r, e, instant(r, e, before, e->ends));
	else if (e->kind == PD_COMMAND)
		pd_command(r, e->text);
	else
		pd_code(r, e->text);
	poll_blocked(r);
	return r->now;
}

static void run_events(struct pd_run *r)
{
	ns_t before = r->now;

	r->t0 = r->now;
	for (const struct pd_event *e = r->script->events; e && ok(r); e = e->next)
		before = run_event(r, e, before);
	if (ok(r) && r->blocked)
		await_blocked(r);
}

void pd_run_text(const char *text, struct pd_says *says)
{
	struct pd_script script = { 0 };
	struct pd_run *r = calloc(1, sizeof(*r));

	if (!r) {
		pd_say(says, PD_FAILED, 0, "out of memory");
		return;
	}
	r->script = &script;
	r->says = says;
	r->last_fd = -1;
	r->tolerance = TOLERANCE;
	r->tolerance_pct = TOLERANCE_PCT;
	r->local = IP4(192, 168, 0, 1);
	r->gateway = IP4(192, 168, 0, 2);
	r->remote = IP4(192, 0, 2, 1);
	r->bind_port = r->connect_port = 8080;
	r->next_port = 40001;
	r->mtu = 1500;
	if (pd_parse(&script, text, says))
		for (const struct pd_option *o = script.options; o; o = o->next)
			set_option(r, o);
	if (ok(r) && pd_host_start(r))
		run_events(r);
	if (r->pool)
		pd_host_stop(r);
	pd_script_free(&script);
	free(r);
}
