// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `nstat [-anrsz] [> FILE] [| grep [-Eiqv] PATTERN]...`: what a script asks of the host's
 * counters.  As in a shell, the last command of the line decides whether all went well.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "sim/nstat.h"
#include "sim/pktdrill/run.h"
#include "stack/util/err.h"

/* --- its output ------------------------------------------------------------------------ */

static unsigned n_counters(void)
{
	unsigned n = 0;

	while (nstat_name(n))
		n++;
	return n;
}

/* What rose since the last time, which this is from now on unless `keep`. */
static void print(struct pd_run *r, const struct nstat_flags *f, struct buf *out)
{
	if (!r->counters)
		r->counters = calloc(n_counters(), sizeof(*r->counters));
	if (!r->counters) {
		out->bad = true;
		return;
	}
	buf_str(out, f->silent ? "" : "#kernel\n");
	for (unsigned n = 0; nstat_name(n); n++) {
		uint64_t v = nstat_value(r->st, n);
		uint64_t rose = f->absolute || f->reset ? v : v - r->counters[n];

		if (!f->silent && (rose || f->zeros))
			nstat_line(out, n, rose);
		if (!f->keep)
			r->counters[n] = v;
	}
}

/* --- grep ------------------------------------------------------------------------------ */

/* The next word of *at, its quotes gone; NULL: no more.  Where output goes is left out. */
static char *word(char **at)
{
	char *w, *end;

	for (;;) {
		w = *at + strspn(*at, " \t\r");
		if (!*w)
			return NULL;
		if (*w == '"' || *w == '\'') {
			char quote = *w++;

			end = strchr(w, quote);
			end = end ? end : w + strlen(w);
		} else {
			end = w + strcspn(w, " \t\r");
		}
		*at = *end ? end + 1 : end;
		*end = '\0';
		if (*w != '>')
			return w;
		if (!w[strspn(w, ">")])           /* the file is a word of its own */
			(void)word(at);
	}
}

/* Leaves the lines of *text in it that fit.  False: this grep is not known. */
static bool grep(struct buf *text, char *args)
{
	struct buf kept = { 0 };
	char *w = word(&args);
	bool invert = false;
	int how = REG_NOSUB;
	char *line, *end;
	regex_t re;

	for (; w && w[0] == '-'; w = word(&args))
		for (const char *c = w + 1; *c; c++) {
			if (!strchr("Eiqv", *c))
				return false;
			how |= *c == 'E' ? REG_EXTENDED : *c == 'i' ? REG_ICASE : 0;
			invert |= *c == 'v';
		}
	if (!w || word(&args) || regcomp(&re, w, how) != 0)
		return false;
	for (line = text->s; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		if ((regexec(&re, line, 0, NULL, 0) == 0) != invert)
			buf_printf(&kept, "%s\n", line);
	}
	regfree(&re);
	buf_free(text);
	*text = kept;
	return true;
}

/* --- all together ---------------------------------------------------------------------- */

static bool first(struct pd_run *r, char *args, struct buf *out)
{
	struct nstat_flags f = { 0 };
	char *w;

	while ((w = word(&args)))
		if (w[0] != '-' || !nstat_flags_read(w, &f)) {
			pd_lacks(r, "nstat with %s", w);
			return false;
		}
	print(r, &f, out);
	return true;
}

void pd_nstat(struct pd_run *r, char *args)
{
	struct buf out = { 0 };
	char *rest = args, *stage = strsep(&rest, "|");
	bool greps = rest != NULL, known = first(r, stage, &out);

	while (known && (stage = strsep(&rest, "|"))) {
		char *name = word(&stage);

		known = name && strcmp(name, "grep") == 0 && grep(&out, stage);
		if (!known)
			pd_lacks(r, "a pipeline from nstat to %s", name ? name : "nothing");
	}
	if (out.bad)
		pd_say(r->says, PD_FAILED, r->event->line, "out of memory");
	else if (known && greps && !out.len)
		pd_say(r->says, PD_FAILED, r->event->line,
		       "error executing `nstat` command: non-zero status 1");
	buf_free(&out);
}
