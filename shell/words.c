// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/words.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/buf.h"

#define WORD_MAX 64               /* longest word that is compared for typos */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool words_add(struct words *w, char *word, size_t at)
{
	char **v = realloc(w->v, ((size_t)w->n + 2) * sizeof(*v));
	size_t *ats;

	if (v)
		w->v = v;
	ats = v ? realloc(w->at, ((size_t)w->n + 1) * sizeof(*ats)) : NULL;
	if (!ats) {
		free(word);
		return false;
	}
	w->at = ats;
	w->at[w->n] = at;
	w->v[w->n++] = word;
	w->v[w->n] = NULL;
	return true;
}

/* Does a backslash here keep c, the next character, and go itself? */
static bool keeps(char quote, char c)
{
	if (quote == '"')
		return c && strchr("\"\\$`", c);
	return c && !quote;
}

/* One word from line[*i] on, quotes and backslashes taken away. */
static bool word_take(struct words *w, const char *line, size_t *i, struct buf *b)
{
	char quote = 0;

	for (; line[*i] && (quote || !is_blank(line[*i])); ++*i) {
		char c = line[*i];

		if (c == quote)
			quote = 0;
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == '\\' && keeps(quote, line[*i + 1]))
			buf_putc(b, line[++*i]);
		else
			buf_putc(b, c);
	}
	w->open_quote = quote != 0;
	return !b->bad;
}

/* "&" at the end asks for the background, also right after a word; it is no
 * argument. */
static void words_take_background(struct words *w)
{
	char *last = w->n ? w->v[w->n - 1] : NULL;

	if (!w->n || w->line[w->end - 1] != '&' || w->open_quote ||
	    (w->end > 1 && w->line[w->end - 2] == '\\'))
		return;
	w->background = true;
	w->end--;
	last[strlen(last) - 1] = '\0';
	if (w->at[w->n - 1] == w->end) {
		free(w->v[--w->n]);
		w->v[w->n] = NULL;
	}
}

bool words_split(struct words *w, const char *line)
{
	size_t i = 0;

	*w = (struct words){ .line = line };
	for (;;) {
		struct buf b = { 0 };
		size_t at;

		while (is_blank(line[i]))
			i++;
		if (!line[i] || line[i] == '#')
			break;
		at = i;
		buf_str(&b, "");
		if (!word_take(w, line, &i, &b) || !words_add(w, buf_take(&b), at)) {
			buf_free(&b);
			return false;
		}
		w->end = i;
	}
	words_take_background(w);
	return !w->open_quote;
}

void words_fini(struct words *w)
{
	for (int i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	free(w->at);
	*w = (struct words){ 0 };
}

static bool is_json_flag(const char *s)
{
	return strcmp(s, "-j") == 0 || strcmp(s, "--json") == 0 || strcmp(s, "-json") == 0;
}

int words_own(const struct words *w)
{
	int n = 0, flags = 0;

	while (n < w->n && strcmp(w->v[n], "--") != 0) {
		bool exec = n - flags < 2 && strcmp(w->v[n], "exec") == 0;

		flags += is_json_flag(w->v[n++]);
		if (!exec)
			continue;
		while (n < w->n && (is_json_flag(w->v[n]) || strcmp(w->v[n], "--help") == 0))
			n++;
		return n;                 /* the rest is another program's line */
	}
	return n;
}

void words_take_json(struct words *w, bool keep_last)
{
	int to = 0, i = 0, own = words_own(w), n = w->n - keep_last;

	for (; i < n && i < own; i++) {
		if (is_json_flag(w->v[i])) {
			w->json = true;
			free(w->v[i]);
			continue;
		}
		w->at[to] = w->at[i];
		w->v[to++] = w->v[i];
	}
	for (; i < w->n; i++) {
		w->at[to] = w->at[i];
		w->v[to++] = w->v[i];
	}
	w->n = to;
	if (w->v)
		w->v[to] = NULL;
}

unsigned word_distance(const char *a, const char *b)
{
	unsigned d[3][WORD_MAX + 1];      /* rows i - 2, i - 1, i, in turn */
	size_t na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *row = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			row[j] = best;
		}
	}
	return d[na % 3][nb];
}

bool word_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	if (!list || !n)
		return false;
	for (const char *at = list; (at = strstr(at, word)); at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
	return false;
}

bool word_u64(const char *s, unsigned long long *n)
{
	unsigned long long v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (*s < '0' || *s > '9' || v > (ULLONG_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*n = v;
	return true;
}

static long long unit_ns(const char *s, bool bare)
{
	static const struct { const char *name; long long ns; } units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
		{ "m", 60000000000 }, { "min", 60000000000 }, { "h", 3600000000000 },
	};

	if (!*s && bare)
		return 1000000000;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s, units[i].name) == 0)
			return units[i].ns;
	return 0;
}

bool word_ns(const char *s, bool bare, long long *ns)
{
	long long whole = 0, unit, part = 0;
	const char *frac = NULL, *p = s;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (whole > LLONG_MAX / 10 - 1)
			return false;
		whole = whole * 10 + (*p - '0');
	}
	if (p == s)
		return false;
	if (*p == '.')
		for (frac = ++p; *p >= '0' && *p <= '9'; )
			p++;
	unit = unit_ns(p, bare);
	if (!unit || (frac && p == frac) || whole > LLONG_MAX / unit - 1)
		return false;
	for (long long scale = unit / 10; frac && *frac >= '0' && *frac <= '9'; scale /= 10)
		part += (*frac++ - '0') * scale;  /* 6 s in tenths: exact for all our units */
	*ns = whole * unit + part;
	return true;
}
