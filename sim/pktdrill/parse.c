// SPDX-License-Identifier: GPL-3.0-or-later
/* The frame of a script: options, then events with their times. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"

/* Up to a blank; what is in quotes is whole. */
static size_t value_len(const char *p)
{
	char quote = 0;
	size_t n = 0;

	for (; p[n] && p[n] != '\n' && (quote || !isspace((unsigned char)p[n])); n++) {
		if (quote ? p[n] == quote : p[n] == '"' || p[n] == '`')
			quote = quote ? 0 : p[n];
	}
	return n;
}

static bool parse_option(struct pd_lex *lx, struct pd_option **at)
{
	struct pd_option *o = pd_alloc(lx->script, sizeof(*o));
	size_t n = strcspn(lx->p, "= \t\r\n");

	if (!o || !(o->name = pd_keep(lx, lx->p, n)))
		return false;
	o->line = lx->line;
	lx->p += n;
	if (*lx->p == '=') {
		lx->p++;
		n = value_len(lx->p);
		o->value = pd_keep(lx, lx->p, n);
		lx->p += n;
	}
	*at = o;
	return true;
}

/* One instant of "+.1~+.2" or "0...0.3". */
static bool parse_instant(struct pd_lex *lx, bool *relative, ns_t *t)
{
	*relative = pd_take(lx, "+");
	return pd_seconds(lx, t) || pd_fail(lx, "a time");
}

/* "+.1~+.2" or "0.1~0.2". */
static bool parse_range(struct pd_lex *lx, struct pd_event *e, bool relative)
{
	struct pd_lex at = (pd_skip(lx), *lx);
	bool rel_to;

	if (!parse_instant(lx, &rel_to, &e->to))
		return false;
	e->range = true;
	if (rel_to != relative)
		return pd_wrong(&at, relative ? "a time range from a relative to an absolute time" :
						"a time range from an absolute to a relative time");
	return e->to >= e->at || pd_wrong(&at, "time range is backwards");
}

static bool parse_time(struct pd_lex *lx, struct pd_event *e)
{
	bool relative = false, rel_to;

	if (pd_take(lx, "*")) {
		e->when = PD_WHENEVER;
		return true;
	}
	pd_skip(lx);
	if (*lx->p != '+' && *lx->p != '.' && !isdigit((unsigned char)*lx->p)) {
		e->when = PD_AFTER;               /* no time: at once */
		return true;
	}
	if (!parse_instant(lx, &relative, &e->at))
		return false;
	e->when = relative ? PD_AFTER : PD_AT;
	e->to = e->at;
	if (pd_take(lx, "~"))
		return parse_range(lx, e, relative);
	if (pd_take(lx, "...")) {
		e->call.blocks = true;
		return parse_instant(lx, &rel_to, &e->ends);
	}
	return true;
}

static bool parse_action(struct pd_lex *lx, struct pd_event *e)
{
	pd_skip(lx);
	e->line = lx->line;
	if (pd_looks(lx, "<") || pd_looks(lx, ">")) {
		e->kind = PD_PACKET;
		e->pkt.out = *lx->p++ == '>';
		return pd_parse_packet(lx, &e->pkt);
	}
	if (pd_looks(lx, "`")) {
		e->kind = PD_COMMAND;
		return (e->text = pd_between(lx, "`", "`")) != NULL;
	}
	if (pd_looks(lx, "%{")) {
		e->kind = PD_CODE;
		return (e->text = pd_between(lx, "%{", "}%")) != NULL;
	}
	e->kind = PD_CALL;
	return pd_parse_call(lx, &e->call);
}

/* Not every time is one of every event. */
static bool check_time(struct pd_lex *lx, const struct pd_event *e)
{
	bool out = e->kind == PD_PACKET && e->pkt.out;

	if (e->when == PD_WHENEVER && !out)
		return pd_wrong(lx, "event time <star> can only be used with outbound packets");
	if (e->range && !out)
		return pd_wrong(lx, "event time range can only be used with outbound packets");
	if (e->call.blocks && e->kind != PD_CALL)
		return pd_wrong(lx, "an end time can only be used with system calls");
	return true;
}

static bool parse_event(struct pd_lex *lx, struct pd_event **at)
{
	struct pd_event *e = pd_alloc(lx->script, sizeof(*e));
	struct pd_lex from = (pd_skip(lx), *lx);

	if (!e)
		return pd_fail(lx, "memory");
	*at = e;
	return parse_time(lx, e) && parse_action(lx, e) && check_time(&from, e);
}

bool pd_parse(struct pd_script *s, const char *text, struct pd_says *says)
{
	struct pd_lex lx = { .p = text, .text = text, .line = 1, .script = s, .says = says };
	struct pd_option **o = &s->options;
	struct pd_event **e = &s->events;

	for (; pd_looks(&lx, "--"); o = &(*o)->next)
		if (!parse_option(&lx, o))
			return false;
	for (; !pd_at_end(&lx); e = &(*e)->next)
		if (!parse_event(&lx, e))
			return false;
	return (s->events || pd_fail(&lx, "an event")) && says->verdict == PD_PASSED;
}

void pd_script_free(struct pd_script *s)
{
	struct pd_mem *m;

	while ((m = s->mem)) {
		s->mem = m->next;
		free(m);
	}
	s->options = NULL;
	s->events = NULL;
}
