// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `commands`, of which no shell is started: each line is one of the few that
 * scripts begin with.  What no segment tells of is let pass; what would matter
 * and is not there is said.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define SUM_DEPTH 20

/* --- $((arithmetic)) ------------------------------------------------------------------ */

static long long sum(const char **p, int depth);

static void blanks(const char **p) { *p += strspn(*p, " \t"); }

static long long factor(const char **p, int depth)
{
	long long v;
	char *end;

	blanks(p);
	if (**p == '(' && depth < SUM_DEPTH) {
		++*p;
		v = sum(p, depth + 1);
		blanks(p);
		*p += **p == ')';
		return v;
	}
	v = strtoll(*p, &end, 0);
	*p = end;
	return v;
}

static long long product(const char **p, int depth)
{
	long long v = factor(p, depth);

	for (blanks(p); **p == '*' || **p == '/'; blanks(p)) {
		char op = *(*p)++;
		long long b = factor(p, depth);

		if (op == '*' ? __builtin_mul_overflow(v, b, &v) : b == 0)
			return 0;
		if (op == '/')
			v /= b;
	}
	return v;
}

static long long sum(const char **p, int depth)
{
	long long v = product(p, depth);

	for (blanks(p); **p == '+' || **p == '-'; blanks(p)) {
		char op = *(*p)++;
		long long b = product(p, depth);

		if (op == '+' ? __builtin_add_overflow(v, b, &v) :
				__builtin_sub_overflow(v, b, &v))
			return 0;
	}
	return v;
}

/* What is in $(()) is worked out, and quotes and backslashes at ends of lines go. */
static void expand(const char *text, struct buf *out)
{
	while (*text) {
		if (strncmp(text, "$((", 3) == 0) {
			text += 3;
			buf_printf(out, "%lld", sum(&text, 0));
			text += strncmp(text, "))", 2) == 0 ? 2 : 0;
		} else if (strncmp(text, "\\\n", 2) == 0) {
			buf_putc(out, ' ');
			text += 2;
		} else {
			buf_putc(out, *text++);
		}
	}
}

/* --- words --------------------------------------------------------------------------- */

struct words { struct pd_run *r; char *at; };

/* The next, quoted parts whole, redirections left out; NULL at the end.  Writes
 * into the line. */
static char *next(struct words *ws)
{
	char *w, *p, quote;

	do {
		quote = 0;
		w = p = ws->at + strspn(ws->at, " \t\r");
		if (!*w || *w == '#' || strncmp(w, "||", 2) == 0)
			return NULL;              /* || is for what failed */
		for (; *p && (quote || !strchr(" \t\r", *p)); p++) {
			if (quote ? *p == quote : *p == '"' || *p == '\'')
				quote = quote ? 0 : *p;
		}
		ws->at = *p ? p + 1 : p;
		*p = '\0';
		if (*w == '|') {
			pd_lacks(ws->r, "a pipeline");
			return NULL;
		}
		p = w + (*w == '2' || *w == '&');
		if (*p == '>' && !p[strspn(p, ">")]) {     /* the file is a word of its own */
			ws->at += strspn(ws->at, " \t\r");
			ws->at += strcspn(ws->at, " \t\r");
		}
	} while (*p == '>');
	return w;
}

static bool has_word(struct words *ws, const char *word)
{
	char *w;

	while ((w = next(ws)))
		if (strcmp(w, word) == 0)
			return true;
	return false;
}

/* --- commands -------------------------------------------------------------------------- */

/* NAME=VALUE, quotes around VALUE or around all; NAME alone: it is to be printed. */
static void assign(struct pd_run *r, char *word)
{
	char *eq, *v;
	size_t n = strlen(word);

	if (n >= 2 && (word[0] == '"' || word[0] == '\'') && word[n - 1] == word[0]) {
		word[n - 1] = '\0';
		word++;
	}
	eq = strchr(word, '=');
	if (!eq) {
		pd_sysctl_read(r, word);
		return;
	}
	*eq = '\0';
	v = eq + 1;
	n = strlen(v);
	if (n >= 2 && (v[0] == '"' || v[0] == '\'') && v[n - 1] == v[0]) {
		v[n - 1] = '\0';
		v++;
	}
	pd_sysctl(r, word, v);
}

static void do_sysctl(struct pd_run *r, struct words *ws)
{
	char *w;

	while ((w = next(ws)))
		if (*w != '-')
			assign(r, w);
}

static void do_defaults(struct pd_run *r, struct words *ws)
{
	(void)ws;
	pd_sysctl_defaults(r);
}

/* But what another command makes of its output would be missed. */
static void do_nothing(struct pd_run *r, struct words *ws)
{
	(void)r;
	while (next(ws))
		;
}

/* "ethtool -K tun0 tso off gso off": segments here are as short as the wire has them, in
 * any case. */
static void do_ethtool(struct pd_run *r, struct words *ws)
{
	char *w, *before = NULL;

	for (; (w = next(ws)); before = w)
		if (before && strcmp(before, "tso") == 0)
			r->cuts = strcmp(w, "off") == 0;
}

static void do_false(struct pd_run *r, struct words *ws)
{
	(void)ws;
	pd_say(r->says, PD_FAILED, r->event->line,
	       "error executing `false` command: non-zero status 1");
}

/* "echo VALUE > /proc/sys/net/ipv4/NAME". */
static void do_echo(struct pd_run *r, struct words *ws)
{
	char *to = strchr(ws->at, '>'), *end;

	if (!to) {
		do_nothing(r, ws);
		return;
	}
	for (end = to; end > ws->at && strchr(" \t\"'", end[-1]); end--)
		;
	*end = '\0';
	ws->at += strspn(ws->at, " \t\"'");
	to += 1 + strspn(to + 1, "> \t");
	to[strcspn(to, " \t\r")] = '\0';
	if (strncmp(to, "/proc/sys/", 10) == 0)
		pd_sysctl(r, to + 10, ws->at);
	else if (strcmp(to, "/dev/null") != 0)
		pd_lacks(r, "the command echo to %s", to);
}

/* What shows, or empties caches, which are empty when a script begins. */
static bool ip_is_idle(const char *object, const struct words *ws)
{
	static const char *const verbs[] = { "show", "list", "ls", "flush cache" };
	const char *verb = ws->at + strspn(ws->at, " \t");

	if (!object || strcmp(object, "tcp_metrics") == 0)
		return object;
	for (size_t i = 0; i < N_ELEM(verbs); i++)
		if (strncmp(verb, verbs[i], strlen(verbs[i])) == 0)
			return true;
	return !*verb;
}

/* "ip link set dev tun0 mtu N". */
static void do_ip(struct pd_run *r, struct words *ws)
{
	char *w = next(ws), *v, *end;
	long n;

	while (w && *w == '-')
		w = next(ws);
	if (ip_is_idle(w, ws))
		return;
	if (w && strcmp(w, "link") == 0 && has_word(ws, "mtu") && (v = next(ws))) {
		n = strtol(v, &end, 10);
		if (!*end && n >= 68 && n <= UINT16_MAX &&
		    netdev_set_mtu(&r->dev, (uint32_t)n) == OK)
			return;
	}
	pd_lacks(r, "the command ip %s", w ? w : "");
}

/* Queues that neither delay nor drop are like the none there is. */
static void do_tc(struct pd_run *r, struct words *ws)
{
	static const char *const plain[] = { "pfifo", "pfifo_fast", "bfifo", "noqueue" };
	char *w, *kind = NULL, *limit = NULL;

	while ((w = next(ws))) {
		if (strcmp(w, "delete") == 0 || strcmp(w, "del") == 0)
			return;
		if (strcmp(w, "root") == 0)
			kind = next(ws);
		else if (strcmp(w, "limit") == 0)
			limit = next(ws);
	}
	for (size_t i = 0; kind && i < N_ELEM(plain); i++)
		if (strcmp(kind, plain[i]) == 0 && !(limit && strtol(limit, NULL, 10) < 10))
			return;
	pd_lacks(r, "the queueing discipline %s%s%s", kind ? kind : "",
		 limit ? " limit " : "", limit ? limit : "");
}

static void do_rm(struct pd_run *r, struct words *ws)
{
	char *w;

	while ((w = next(ws)))
		if (*w != '-')
			pd_file_remove(r, w);
}

/* "dd bs=1 count=5 if=/dev/zero of=NAME". */
static void do_dd(struct pd_run *r, struct words *ws)
{
	const char *to = NULL, *from = "", *w;
	long long size = 512, count = -1;

	while ((w = next(ws))) {
		if (strncmp(w, "bs=", 3) == 0)
			size = strtoll(w + 3, NULL, 10);
		else if (strncmp(w, "count=", 6) == 0)
			count = strtoll(w + 6, NULL, 10);
		else if (strncmp(w, "if=", 3) == 0)
			from = w + 3;
		else if (strncmp(w, "of=", 3) == 0)
			to = w + 3;
	}
	if (!to || strcmp(from, "/dev/zero") != 0 || size < 0 ||
	    __builtin_mul_overflow(size, count, &size))
		pd_lacks(r, "the command dd of anything but zeros to a file");
	else
		pd_file_make(r, to, size);
}

static void do_nstat(struct pd_run *r, struct words *ws) { pd_nstat(r, ws->at); }

typedef void command_fn(struct pd_run *r, struct words *ws);

static const struct { const char *name; command_fn *fn; } table[] = {
	{ "defaults.sh", do_defaults }, { "defaults-linux.sh", do_defaults },
	{ "sysctl", do_sysctl }, { "set_sysctls.py", do_sysctl }, { "ip", do_ip }, { "tc", do_tc },
	{ "rm", do_rm }, { "dd", do_dd }, { "nstat", do_nstat },
	{ "ethtool", do_ethtool },
	{ "sleep", do_nothing }, { "true", do_nothing }, { "sync", do_nothing },
	{ ":", do_nothing }, { "false", do_false }, { "echo", do_echo },
	/* What only shows something, and modules that are all there, or not at all. */
	{ "date", do_nothing }, { "uname", do_nothing }, { "ss", do_nothing },
	{ "modprobe", do_nothing },
};

static void run_line(struct pd_run *r, char *line)
{
	struct words ws = { .r = r, .at = line };
	char *w = next(&ws), *name;

	if (!w)
		return;
	name = strrchr(w, '/') ? strrchr(w, '/') + 1 : w;
	if (strncmp(name, "sysctl_restore", 14) == 0)
		return;                           /* the host goes with the script */
	for (size_t i = 0; i < N_ELEM(table); i++) {
		if (strcmp(name, table[i].name) == 0) {
			table[i].fn(r, &ws);
			return;
		}
	}
	pd_lacks(r, "the command %s", w);
}

void pd_command(struct pd_run *r, const char *text)
{
	struct buf b = { 0 };
	char *line, *end;

	expand(text, &b);
	if (b.bad)
		pd_say(r->says, PD_FAILED, r->event->line, "out of memory");
	for (line = b.s; !b.bad && line && *line; line = end) {
		char *and = strstr(line, "&&");

		end = line + strcspn(line, "\n;");
		if (and && and < end) {
			and[0] = ' ';
			end = and + 1;
		}
		if (*end)
			*end++ = '\0';
		run_line(r, line);
	}
	buf_free(&b);
}
