// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Text with a unit <-> integers, exactly: a value finer than the integer can
 * hold is refused, not rounded.  (Percentages are fractions of 2^32 and are
 * rounded to the nearest.)  Words are tc's, so kb is 1024 bytes and kbit is
 * 1000 bits; what tc reads otherwise than people do is refused.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/topo/topo.h"
#include "stack/util/err.h"

#define ERRLEN 160
#define DIGITS_MAX 18                     /* of a number: fits uint64_t */

__extension__ typedef unsigned __int128 wide_t;

struct unit { const char *word; uint64_t mult; };

static const struct unit time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	{ "m", 60 * 1000000000ull }, { "h", 3600 * 1000000000ull },
};
static const struct unit rate_units[] = {
	{ "bit", 1 }, { "kbit", 1000 }, { "mbit", 1000000 }, { "gbit", 1000000000 },
	{ "tbit", 1000000000000ull },
};
static const struct unit size_units[] = {
	{ "b", 1 }, { "kb", 1024 }, { "mb", 1024 * 1024 }, { "gb", 1024 * 1024 * 1024 },
};

/* digits / 10^frac, and what stands behind it. */
struct decimal { uint64_t digits; unsigned frac; const char *unit; };

static bool decimal_read(struct decimal *d, const char *s)
{
	unsigned n = 0;

	*d = (struct decimal){ 0 };
	for (bool point = false;; s++) {
		if (*s == '.' && n > 0 && !point && s[1] >= '0' && s[1] <= '9') {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			break;
		if (++n > DIGITS_MAX)
			return false;
		d->digits = d->digits * 10 + (uint64_t)(*s - '0');
		d->frac += point;
	}
	d->unit = s;
	return n > 0;
}

static wide_t pow10_wide(unsigned n)
{
	wide_t p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* NULL, or why the number is none. */
static const char *decimal_scale(const struct decimal *d, uint64_t mult, uint64_t max,
				 uint64_t *out)
{
	wide_t v = (wide_t)d->digits * mult, p = pow10_wide(d->frac);

	if (v % p != 0)
		return "is finer than can be kept";
	if (v / p > max)
		return "is too big";
	*out = (uint64_t)(v / p);
	return NULL;
}

static const struct unit *unit_find(const struct unit *u, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(u[i].word, word) == 0)
			return &u[i];
	return NULL;
}

static int refuse(char err[ERRLEN], const char *s, const char *why, const char *want)
{
	snprintf(err, ERRLEN, "'%.40s' %s; expected %s", s, why, want);
	return ERR_INVAL;
}

/* The common path: a number and one of the units; a bare 0 needs none. */
static int unit_read(const char *s, const struct unit *units, size_t n, uint64_t max,
		     uint64_t *out, const char *want, char err[ERRLEN])
{
	struct decimal d;
	const struct unit *u;
	const char *why;

	if (!decimal_read(&d, s))
		return refuse(err, s, "is not a number with a unit", want);
	if (!*d.unit) {
		if (d.digits != 0)
			return refuse(err, s, "has no unit", want);
		*out = 0;
		return OK;
	}
	u = unit_find(units, n, d.unit);
	if (!u)
		return refuse(err, s, "has an unknown unit", want);
	why = decimal_scale(&d, u->mult, max, out);
	return why ? refuse(err, s, why, want) : OK;
}

int unit_time(const char *s, ns_t *out, char err[ERRLEN])
{
	uint64_t v;
	int rc = unit_read(s, time_units, N_ELEM(time_units), (uint64_t)NS_NEVER - 1, &v,
			   "a time such as 10ns, 5us, 1.5ms, 10s or 2m", err);

	if (rc == OK)
		*out = (ns_t)v;
	return rc;
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && strcasecmp(s + n - t, tail) == 0;
}

int unit_rate(const char *s, uint64_t *bps, char err[ERRLEN])
{
	static const char want[] = "a rate such as 64kbit, 10mbit or 1gbit, or 0 for no limit";

	if (ends_in(s, "bps") || ends_in(s, "b/s"))
		return refuse(err, s, "is bytes a second to tc and bits to others",
			      "bits with a clear unit, such as 10mbit");
	return unit_read(s, rate_units, N_ELEM(rate_units), UINT64_MAX / 2, bps, want, err);
}

int unit_size(const char *s, uint64_t *bytes, uint32_t *pkts, char err[ERRLEN])
{
	static const char want[] = "bytes such as 1500b, 64kb or 1mb, or frames such as 100p";
	static const struct unit pkt_units[] = { { "p", 1 } };
	uint64_t v;
	int rc;

	if (ends_in(s, "bit"))
		return refuse(err, s, "is in bits", want);
	if (ends_in(s, "p")) {
		rc = unit_read(s, pkt_units, 1, UINT32_MAX, &v, want, err);
		if (rc == OK)
			*bytes = 0, *pkts = (uint32_t)v;
		return rc;
	}
	rc = unit_read(s, size_units, N_ELEM(size_units), UINT64_MAX / 16, &v, want, err);
	if (rc == OK)
		*bytes = v, *pkts = 0;
	return rc;
}

/* p percent of 2^32, to the nearest; saturated, and never 0 for p > 0. */
static prob_t prob_of(const struct decimal *d)
{
	wide_t den = pow10_wide(d->frac) * 100;
	wide_t v = (((wide_t)d->digits << 32) + den / 2) / den;

	if (v == 0 && d->digits != 0)
		return 1;
	return v > UINT32_MAX ? UINT32_MAX : (prob_t)v;
}

int unit_pct(const char *s, prob_t *out, char err[ERRLEN])
{
	static const char want[] = "a percentage from 0% to 100%, such as 0.1%";
	struct decimal d;

	if (!decimal_read(&d, s))
		return refuse(err, s, "is not a percentage", want);
	if (strcmp(d.unit, "%") != 0)
		return refuse(err, s, *d.unit ? "has an unknown unit" : "has no %", want);
	if ((wide_t)d.digits > pow10_wide(d.frac) * 100)
		return refuse(err, s, "is more than 100%", want);
	*out = prob_of(&d);
	return OK;
}

/* v / 10^places without the zeros nobody needs. */
static void fixed_fmt(uint64_t v, unsigned places, struct buf *out)
{
	char text[48];
	int n;
	uint64_t p = 1;

	for (unsigned i = 0; i < places; i++)
		p *= 10;
	if (places == 0 || v % p == 0) {
		buf_printf(out, "%" PRIu64, v / p);
		return;
	}
	n = snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, v / p, (int)places, v % p);
	while (n > 0 && text[n - 1] == '0')
		n--;
	buf_add(out, text, (size_t)n);
}

void unit_time_fmt(ns_t t, struct buf *out)
{
	uint64_t v = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
	unsigned u = v >= 1000000000 ? 3 : v >= 1000000 ? 2 : v >= 1000 ? 1 : 0;

	if (t == NS_NEVER) {
		buf_str(out, "never");
		return;
	}
	if (t < 0)
		buf_putc(out, '-');
	fixed_fmt(v, 3 * u, out);
	buf_str(out, v == 0 ? "s" : time_units[u].word);
}

void unit_rate_fmt(uint64_t bps, struct buf *out)
{
	size_t u = N_ELEM(rate_units) - 1;

	if (bps == 0) {
		buf_putc(out, '0');
		return;
	}
	while (u > 0 && bps < rate_units[u].mult)
		u--;
	fixed_fmt(bps, 3 * (unsigned)u, out);
	buf_str(out, rate_units[u].word);
}

/* The fewest decimals that read back as the same fraction; eight always do. */
void unit_pct_fmt(prob_t p, struct buf *out)
{
	struct decimal d = { .digits = 100 };

	for (unsigned frac = 0; frac <= 8 && p != UINT32_MAX; frac++) {
		d.frac = frac;
		d.digits = (uint64_t)(((wide_t)p * 100 * pow10_wide(frac) + (1ull << 31)) >> 32);
		if (prob_of(&d) == p)
			break;
	}
	fixed_fmt(d.digits, d.frac, out);
	buf_putc(out, '%');
}

#define WORD_MAX 40

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static bool swapped(const char *a, const char *b, size_t i, size_t k)
{
	return i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
}

/* Letters to add, drop, change or swap with the next: optimal string
 * alignment, with three rows of the table. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[3][WORD_MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	for (size_t k = 0; k <= nb; k++)
		row[0][k] = (unsigned)k;
	for (size_t i = 1; i <= na; i++) {
		unsigned *now = row[i % 3], *prev = row[(i + 2) % 3], *prev2 = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t k = 1; k <= nb; k++) {
			now[k] = min3(prev[k] + 1, now[k - 1] + 1,
				      prev[k - 1] + (a[i - 1] != b[k - 1]));
			if (swapped(a, b, i, k) && prev2[k - 2] + 1 < now[k])
				now[k] = prev2[k - 2] + 1;
		}
	}
	return row[na % 3][nb];
}

const char *closest_word(const char *word, const char *const *words, size_t n)
{
	size_t len = strlen(word);
	unsigned best = (unsigned)(len + 2) / 3 + 1;      /* at most a third is wrong */
	const char *near = NULL;

	if (len == 0 || len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned dist;

		if (strlen(words[i]) > WORD_MAX)
			continue;
		dist = edit_distance(word, words[i]);
		if (len >= 3 && dist > 1 && strncmp(word, words[i], len) == 0)
			dist = 1;                         /* a beginning of it */
		if (dist < best && dist < strlen(words[i]))
			best = dist, near = words[i];
	}
	return near;
}
