// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Reads netem's words: one table row a word, one function a clause.  A clause
 * may be repeated; the last one counts.  "loss" names a whole model, so that
 * a new one leaves nothing of the old behind; "delay 5ms" leaves the jitter,
 * which has a word of its own.
 */
#include "sim/model/netem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/chance.h"
#include "sim/model/dist.h"
#include "sim/topo/topo.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define ERR_TEXT 160

/* What is left to read, and what was read so far. */
struct parse {
	int argc;
	char *const *argv;
	const char *word;                 /* whose clause this is */
	char *err;
	struct netem_spec spec;           /* loss_list is borrowed unless new_list */
	bool new_list;                    /* spec.loss_list is ours */
};

static const char *const state_names[] = { "p13", "p31", "p32", "p23", "p14" };
static const char *const ge_names[] = { "p", "r", "1-h", "1-k" };

static const char *peek(const struct parse *p)
{
	return p->argc > 0 ? *p->argv : NULL;
}

static void skip(struct parse *p)
{
	p->argc--;
	p->argv++;
}

/* loss: found 'x', expected a percentage */
static int parse_bad(struct parse *p, const char *found, const char *expected)
{
	if (found)
		snprintf(p->err, ERR_TEXT, "%.16s: found '%.40s', expected %s",
			 p->word, found, expected);
	else
		snprintf(p->err, ERR_TEXT, "%.16s: found nothing after it, expected %s",
			 p->word, expected);
	return ERR_INVAL;
}

/* Another value of this clause, rather than the next word? */
static bool at_value(const struct parse *p)
{
	const char *s = peek(p);

	return s && *s && strchr("0123456789.+-", *s);
}

static int parse_pct(struct parse *p, prob_t *out)
{
	const char *s = peek(p);
	char why[ERR_TEXT] = "";
	int err;

	if (!s)
		return parse_bad(p, NULL, "a percentage such as 10%");
	if ((err = unit_pct(s, out, why))) {
		snprintf(p->err, ERR_TEXT, "%.16s: %.140s", p->word, why);
		return err;
	}
	skip(p);
	return OK;
}

static int parse_time(struct parse *p, ns_t *out)
{
	const char *s = peek(p);
	char why[ERR_TEXT] = "";
	int err;

	if (!s)
		return parse_bad(p, NULL, "a time such as 5ms");
	if ((err = unit_time(s, out, why))) {
		snprintf(p->err, ERR_TEXT, "%.16s: %.140s", p->word, why);
		return err;
	}
	if (*out < 0)
		return parse_bad(p, s, "a time that is not negative");
	skip(p);
	return OK;
}

/* Decimal digits only; the end is at the first other character. */
static bool read_digits(const char **s, uint64_t max, uint64_t *out)
{
	const char *start = *s;
	uint64_t v = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++) {
		uint64_t digit = (uint64_t)(**s - '0');

		if (v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return *s != start;
}

static int parse_u32(struct parse *p, uint32_t *out, const char *expected)
{
	const char *s = peek(p), *end = s;
	uint64_t v;

	if (!s || !read_digits(&end, UINT32_MAX, &v) || *end)
		return parse_bad(p, s, expected);
	*out = (uint32_t)v;
	skip(p);
	return OK;
}

static int parse_i32(struct parse *p, int32_t *out, const char *expected)
{
	const char *s = peek(p), *end = s;
	bool minus = s && *s == '-';
	uint64_t v;

	if (minus)
		end++;
	if (!s || !read_digits(&end, INT32_MAX, &v) || *end)
		return parse_bad(p, s, expected);
	*out = minus ? -(int32_t)v : (int32_t)v;
	skip(p);
	return OK;
}

/* P [CORR] */
static int parse_chance(struct parse *p, struct netem_chance *out)
{
	struct netem_chance c = { 0 };
	int err = parse_pct(p, &c.p);

	if (!err && at_value(p))
		err = parse_pct(p, &c.corr);
	if (!err)
		*out = c;
	return err;
}

/*
 * Up to n percentages, in order or each after its name, as tc prints them:
 * "1% 20%" is "p 1% r 20%".  The first one is needed; given has a bit for each.
 */
static int parse_named_pcts(struct parse *p, const char *const *names, unsigned n,
			    prob_t *v, unsigned *given)
{
	unsigned at = 0;
	int err;

	*given = 0;
	while (peek(p)) {
		unsigned i = 0;

		while (i < n && strcmp(peek(p), names[i]) != 0)
			i++;
		if (i < n)
			skip(p);
		else if (at < n && at_value(p))
			i = at;
		else
			break;
		if ((err = parse_pct(p, &v[i])))
			return err;
		*given |= 1u << i;
		at = i + 1;
	}
	return *given & 1 ? OK : parse_bad(p, peek(p), "a percentage such as 1%");
}

static int word_limit(struct parse *p)
{
	return parse_u32(p, &p->spec.limit, "a number of frames (0: no limit)");
}

static int word_delay(struct parse *p)
{
	int err = parse_time(p, &p->spec.delay);

	if (err || !at_value(p))
		return err;
	err = parse_time(p, &p->spec.jitter);
	if (err || !at_value(p))
		return err;
	return parse_pct(p, &p->spec.delay_corr);
}

static int word_jitter(struct parse *p)
{
	return parse_time(p, &p->spec.jitter);
}

static int word_correlation(struct parse *p)
{
	return parse_pct(p, &p->spec.delay_corr);
}

static int word_distribution(struct parse *p)
{
	const char *s = peek(p);

	if (!s || !dist_find(s, &p->spec.dist))
		return parse_bad(p, s, "uniform, normal, pareto or paretonormal");
	skip(p);
	return OK;
}

static int loss_random(struct parse *p)
{
	int err = parse_chance(p, &p->spec.loss_random);

	p->spec.loss = p->spec.loss_random.p ? LOSS_RANDOM : LOSS_NONE;
	return err;
}

/* Two ways out of one state; rounding may put them a few 2^-32 above one. */
static int check_sum(struct parse *p, const char *names, prob_t a, prob_t b)
{
	if ((uint64_t)a + b <= ((uint64_t)1 << 32) + 8)
		return OK;
	snprintf(p->err, ERR_TEXT, "loss state: found %s above 100%%, expected at most 100%% "
		 "for the two together", names);
	return ERR_INVAL;
}

/* tc's defaults: alone p13 gives independent losses, and p31 a plain burst. */
static int loss_state(struct parse *p)
{
	prob_t v[] = { 0, 0, 0, PROB_ALWAYS, 0 };
	struct netem_spec *s = &p->spec;
	unsigned given;
	int err = parse_named_pcts(p, state_names, N_ELEM(state_names), v, &given);

	if (err)
		return err;
	s->loss = LOSS_STATE;
	s->p13 = v[0], s->p31 = given & 2 ? v[1] : PROB_ALWAYS - v[0];
	s->p32 = v[2], s->p23 = v[3], s->p14 = v[4];
	err = check_sum(p, "p13 + p14", s->p13, s->p14);
	return err ? err : check_sum(p, "p31 + p32", s->p31, s->p32);
}

static int loss_gemodel(struct parse *p)
{
	prob_t v[] = { 0, 0, PROB_ALWAYS, 0 };
	struct netem_spec *s = &p->spec;
	unsigned given;
	int err = parse_named_pcts(p, ge_names, N_ELEM(ge_names), v, &given);

	if (err)
		return err;
	s->loss = LOSS_GEMODEL;
	s->ge_p = v[0], s->ge_r = given & 2 ? v[1] : PROB_ALWAYS - v[0];
	s->ge_h1 = v[2], s->ge_k1 = v[3];
	return OK;
}

static int loss_none(struct parse *p)
{
	(void)p;                          /* word_loss has cleared the model */
	return OK;
}

static int word_loss(struct parse *p)
{
	static const struct { const char *name; int (*parse)(struct parse *p); } models[] = {
		{ "random", loss_random }, { "state", loss_state },
		{ "gemodel", loss_gemodel }, { "none", loss_none },
	};
	struct netem_spec *s = &p->spec;
	const char *word = peek(p);

	s->loss = LOSS_NONE;
	s->loss_random = (struct netem_chance){ 0 };
	s->p13 = s->p31 = s->p32 = s->p23 = s->p14 = 0;
	s->ge_p = s->ge_r = s->ge_h1 = s->ge_k1 = 0;
	for (unsigned i = 0; word && i < N_ELEM(models); i++) {
		if (strcmp(word, models[i].name) == 0) {
			skip(p);
			return models[i].parse(p);
		}
	}
	if (word && !at_value(p))
		return parse_bad(p, word, "a percentage, random, state, gemodel or none");
	return loss_random(p);
}

static int u64_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorts and drops what is there twice; returns how many are left. */
static uint32_t list_normalise(uint64_t *v, uint32_t n)
{
	uint32_t kept = 0;

	qsort(v, n, sizeof(*v), u64_cmp);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}

/* Fills v, which has room for a number at each comma; false: not a list. */
static bool list_read(const char *s, uint64_t *v, uint32_t *n)
{
	for (*n = 0;; s++) {
		if (!read_digits(&s, UINT64_MAX, &v[*n]) || v[*n] == 0)
			return false;
		++*n;
		if (*s != ',')
			return *s == '\0';
	}
}

static void list_replace(struct parse *p, uint64_t *v, uint32_t n)
{
	if (p->new_list)
		free(p->spec.loss_list);
	p->spec.loss_list = v;
	p->spec.loss_list_n = n;
	p->new_list = true;
}

static int word_loss_list(struct parse *p)
{
	const char *s = peek(p);
	uint64_t *v;
	uint32_t n;

	if (s && strcmp(s, "none") == 0) {
		list_replace(p, NULL, 0);
		skip(p);
		return OK;
	}
	if (!s)
		return parse_bad(p, NULL, "frame numbers from 1, as in 1,5,9, or none");
	v = malloc((strlen(s) / 2 + 1) * sizeof(*v));
	if (!v) {
		snprintf(p->err, ERR_TEXT, "loss-list: out of memory");
		return ERR_NOMEM;
	}
	if (!list_read(s, v, &n)) {
		free(v);
		return parse_bad(p, s, "frame numbers from 1, as in 1,5,9, or none");
	}
	list_replace(p, v, list_normalise(v, n));
	skip(p);
	return OK;
}

static int word_corrupt(struct parse *p)
{
	return parse_chance(p, &p->spec.corrupt);
}

static int word_duplicate(struct parse *p)
{
	return parse_chance(p, &p->spec.duplicate);
}

static int word_reorder(struct parse *p)
{
	return parse_chance(p, &p->spec.reorder);
}

static int word_gap(struct parse *p)
{
	return parse_u32(p, &p->spec.gap, "a number of frames from 1");
}

/* What tc writes behind a rate: BYTES [CELLSIZE [CELLOVERHEAD]]. */
static int word_overhead(struct parse *p)
{
	struct netem_spec *s = &p->spec;
	int err = parse_i32(p, &s->packet_overhead, "bytes added to each frame, such as 24 or -14");

	s->cell_size = 0;
	s->cell_overhead = 0;
	if (!err && at_value(p))
		err = parse_u32(p, &s->cell_size, "the bytes of a cell, such as 48");
	if (!err && s->cell_size && at_value(p))
		err = parse_i32(p, &s->cell_overhead, "bytes added to each cell, such as 5");
	return err;
}

static const struct word {
	const char *name;
	int (*parse)(struct parse *p);
} words[] = {
	{ "limit", word_limit },
	{ "delay", word_delay },
	{ "jitter", word_jitter },
	{ "correlation", word_correlation },
	{ "distribution", word_distribution },
	{ "loss", word_loss },
	{ "loss-list", word_loss_list },
	{ "duplicate", word_duplicate },
	{ "reorder", word_reorder },
	{ "corrupt", word_corrupt },
	{ "gap", word_gap },
	{ "overhead", word_overhead },
};

static int parse_unknown(struct parse *p)
{
	if (strcmp(p->word, "rate") == 0)
		snprintf(p->err, ERR_TEXT, "found 'rate', which belongs to the link and not to "
			 "netem here; expected its extra numbers after 'overhead'");
	else
		snprintf(p->err, ERR_TEXT, "found '%.16s', expected limit, delay, jitter, "
			 "correlation, distribution, loss, loss-list, duplicate, reorder, "
			 "corrupt, gap or overhead", p->word);
	return ERR_INVAL;
}

static int parse_clause(struct parse *p)
{
	p->word = peek(p);
	skip(p);
	for (unsigned i = 0; i < N_ELEM(words); i++)
		if (strcmp(p->word, words[i].name) == 0)
			return words[i].parse(p);
	return parse_unknown(p);
}

/* As tc: a frame can only overtake frames that wait. */
int netem_check(const struct netem_spec *s, char err[160])
{
	if (s->reorder.p == 0 || s->delay > 0 || s->jitter > 0)
		return OK;
	snprintf(err, ERR_TEXT, "reorder: found no delay, expected one that other frames "
		 "can overtake, such as delay 10ms");
	return ERR_INVAL;
}

static int parse_words(struct netem_spec *s, int argc, char *const *argv, bool whole,
		       char err[160])
{
	struct parse p = { .argc = argc, .argv = argv, .err = err, .spec = *s };
	int bad = OK;

	while (!bad && peek(&p))
		bad = parse_clause(&p);
	if (!bad && whole)
		bad = netem_check(&p.spec, err);
	if (bad) {
		if (p.new_list)
			free(p.spec.loss_list);
		return bad;
	}
	if (p.new_list)
		free(s->loss_list);
	*s = p.spec;
	return OK;
}

int netem_parse(struct netem_spec *s, int argc, char *const *argv, char err[160])
{
	return parse_words(s, argc, argv, true, err);
}

int netem_parse_part(struct netem_spec *s, int argc, char *const *argv, char err[160])
{
	return parse_words(s, argc, argv, false, err);
}
