/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_LINE_GROW_H
#define TESTS_FUZZ_LINE_GROW_H
/*
 * Command lines from the shell's own tables: a line grows by a word that may
 * come next, as TAB would show it, by an option that the program's usage
 * names, or by a value.  A random byte seldom makes a word of a command; this
 * makes little else, and a new command is tried from the day of its table row.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "shell/complete.h"
#include "shell/state.h"
#include "stack/util/rng.h"

#define GROW_SMALL 8                      /* the values that most arguments take */
#define GROW_WORDS 6                      /* at most, to one line at once */

/* What arguments are of which TAB knows no list; at the edges, too. */
static const char *const grow_values[] = {
	"0", "1", "2", "3", "5", "7", "9", "10", "16", "64", "68", "100", "255", "256", "576",
	"1400", "1500", "9000", "65507", "65535", "65536", "100000", "4294967295",
	"18446744073709551616", "-1", "0.1", "0.2", "1.5", "10ms", "100ms", "1s", "5us", "2m",
	"1%", "10%", "50%", "100%", "101%", "1kbit", "1mbit", "10gbit", "3p", "64kb", "15b",
	"10.0.1.1", "10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.3.255", "10.9.9.9", "127.0.0.1",
	"224.0.0.1", "255.255.255.255", "0.0.0.0", "1.1.1.1", "10.9.0.0/16", "10.0.2.0/24",
	"10.0.4.1/24", "0.0.0.0/0", "10.9.0.1/32", "default", "02:00:00:00:00:09",
	"ff:ff:ff:ff:ff:ff", "r1", "h1", "h2", "r1:eth0", "h1:eth1", "eth0", "eth1", "lo", "eth9",
	"/dev/null", "icmp", "arp", "udp port 7", "ff00", "--", "-", "&", "\"", "none",
	"net.ipv4.ip_forward=0", "net.ipv4.ip_default_ttl=1", "net.ipv4.ipfrag_time",
};

struct grow {
	struct shell *sh;
	struct rng rng;
	char line[300];
	size_t len;
};

static inline uint32_t grow_below(struct grow *g, size_t n)
{
	return rng_below(&g->rng, (uint32_t)n);
}

/* word from `at` on; false if the line is full. */
static inline bool grow_put(struct grow *g, size_t at, const char *word, size_t n)
{
	if (at + n + 2 > sizeof(g->line))
		return false;
	memcpy(g->line + at, word, n);
	g->len = at + n;
	g->line[g->len] = '\0';
	return true;
}

/* The program whose name is a word of the line, or NULL. */
static inline const struct cmd *grow_prog(const struct grow *g)
{
	const struct cmd_set *s = &g->sh->cmds;

	for (size_t i = 0; i < s->n_progs; i++) {
		const char *at = strstr(g->line, s->progs[i].name);

		if (at && at[strlen(s->progs[i].name)] == ' ')
			return &s->progs[i];
	}
	return NULL;
}

/* A random one of the words of text that begin with '-'. */
static inline bool grow_option(struct grow *g, const char *text)
{
	const char *word = NULL;
	size_t len = 0, seen = 0;

	for (const char *s = text; s && (s = strchr(s, '-')); s += strspn(s, "-")) {
		size_t dashes = strspn(s, "-"), n = dashes;

		while (isalnum((unsigned char)s[n]) || (s[n] == '-' && n > dashes))
			n++;
		if (n > dashes && (s == text || !isalnum((unsigned char)s[-1])) &&
		    grow_below(g, ++seen) == 0)
			word = s, len = n;
	}
	return word && grow_put(g, g->len, word, len);
}

static inline bool grow_known(struct grow *g)
{
	struct complete c;
	bool ok = false;

	complete_line(&c, g->sh, g->line);
	if (c.n) {
		const char *word = c.v[grow_below(g, c.n)];

		ok = grow_put(g, c.word_at, word, strlen(word));
	}
	complete_fini(&c);
	return ok;
}

static inline bool grow_value(struct grow *g)
{
	size_t among = grow_below(g, 2) ? N_ELEM(grow_values) : GROW_SMALL;
	const char *word = grow_values[grow_below(g, among)];

	return grow_put(g, g->len, word, strlen(word));
}

/* One word more, then a blank.  A program takes its options and values; other
 * commands say what they take. */
static inline bool grow_word(struct grow *g)
{
	const struct cmd *prog = grow_prog(g);
	uint32_t way = grow_below(g, 8);

	if (prog ? way < 4 && grow_option(g, prog->text) : way < 6 && grow_known(g))
		way = 8;
	else if (!(way == 7 && grow_known(g)) && !grow_value(g))
		return false;
	return grow_put(g, g->len, " ", 1);
}

/* Keeps some words of the line and lets others grow behind them. */
static inline void grow_line(struct grow *g)
{
	uint32_t keep = grow_below(g, 6), words = 1 + grow_below(g, GROW_WORDS);
	size_t at = 0;

	for (uint32_t i = 0; i < keep && g->line[at]; i++) {
		at += strcspn(g->line + at, " ");
		at += strspn(g->line + at, " ");
	}
	(void)grow_put(g, at, "", 0);
	if (at == 0 && grow_below(g, 3)) {        /* most commands are a node's */
		static const char *const heads[] = { "h1 ", "r1 ", "h2 " };

		(void)grow_put(g, 0, heads[grow_below(g, N_ELEM(heads))], 3);
	}
	while (words-- > 0 && grow_word(g))
		;
	while (g->len && g->line[g->len - 1] == ' ')
		g->line[--g->len] = '\0';
}

/* Takes one of the input's lines, or none, and lets it grow in its place, or
 * behind all.  Returns the input's new size, at most max. */
static inline size_t grow_input(struct grow *g, uint8_t *data, size_t size, size_t max)
{
	size_t from = size ? grow_below(g, size + 1) : 0, to, tail;
	const uint8_t *nl;

	while (from > 0 && data[from - 1] != '\n')
		from--;
	nl = from < size ? memchr(data + from, '\n', size - from) : NULL;
	to = nl ? (size_t)(nl - data) : size;
	g->len = to - from < sizeof(g->line) - 2 ? to - from : 0;
	if (g->len)
		memcpy(g->line, data + from, g->len);
	g->line[g->len] = '\0';
	if (strlen(g->line) != g->len || grow_below(g, 3) == 0)
		g->len = 0, g->line[0] = '\0', to = from;         /* a line more, in front of it */
	grow_line(g);
	if (to == from)
		g->line[g->len++] = '\n';
	tail = size - to;
	if (from + g->len + tail > max)
		return size;
	memmove(data + from + g->len, data + to, tail);
	memcpy(data + from, g->line, g->len);
	return from + g->len + tail;
}

#endif
