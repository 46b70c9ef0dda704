// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Any words as tc-netem's, a line at a time, each upon what the lines before
 * it left; and any word as a value with a unit.  What is taken prints as words
 * that mean the same, and the model it describes judges frames as it may.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/netem.h"
#include "sim/topo/topo.h"
#include "stack/util/buf.h"
#include "stack/util/err.h"

#define WORDS_MAX 64
#define LINES_MAX 16
#define FRAMES 40                         /* judged after each line */
#define SEED 1

/* Words of one line, each in a block of its own: one byte too far is caught. */
struct line { char *argv[WORDS_MAX + 1]; int argc; };

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == 0;
}

/* The rest of the input behind the line. */
static const uint8_t *line_split(struct line *l, const uint8_t *s, const uint8_t *end)
{
	l->argc = 0;
	while (s < end && *s != '\n') {
		const uint8_t *from = s;

		for (; s < end && *s != '\n' && !is_blank(*s); s++)
			;
		if (s > from && l->argc < WORDS_MAX) {
			l->argv[l->argc] = strndup((const char *)from, (size_t)(s - from));
			assert(l->argv[l->argc++]);
		}
		s += s < end && *s != '\n';
	}
	l->argv[l->argc] = NULL;
	return s < end ? s + 1 : s;
}

static void line_fini(struct line *l)
{
	while (l->argc)
		free(l->argv[--l->argc]);
}

/* One sentence that fits. */
static void check_err(int err, const char why[160])
{
	assert(err < 0 && why[0] && strnlen(why, 160) < 160);
}

static void try_time(const char *s)
{
	char why[160] = "";
	struct buf b = { 0 };
	ns_t t = -1, again = -1;
	int err = unit_time(s, &t, why);

	if (err) {
		check_err(err, why);
		return;
	}
	assert(t >= 0 && t < NS_NEVER);
	unit_time_fmt(t, &b);
	assert(unit_time(b.s, &again, why) == OK && again == t);
	buf_free(&b);
}

static void try_rate(const char *s)
{
	char why[160] = "";
	struct buf b = { 0 };
	uint64_t r = 1, again = 2;
	int err = unit_rate(s, &r, why);

	if (err) {
		check_err(err, why);
		return;
	}
	unit_rate_fmt(r, &b);
	assert(unit_rate(b.s, &again, why) == OK && again == r);
	buf_free(&b);
}

static void try_pct(const char *s)
{
	char why[160] = "";
	struct buf b = { 0 };
	prob_t p = 1, again = 2;
	int err = unit_pct(s, &p, why);

	if (err) {
		check_err(err, why);
		return;
	}
	unit_pct_fmt(p, &b);
	assert(unit_pct(b.s, &again, why) == OK && again == p);
	buf_free(&b);
}

static void try_size(const char *s)
{
	char why[160] = "";
	uint64_t bytes = 1;
	uint32_t pkts = 1;
	int err = unit_size(s, &bytes, &pkts, why);

	if (err)
		check_err(err, why);
	else
		assert(bytes == 0 || pkts == 0);
}

static void try_words(const struct line *l)
{
	static const char *const known[] = { "delay", "rate", "loss", "correlation" };

	for (int i = 0; i < l->argc; i++) {
		try_time(l->argv[i]);
		try_rate(l->argv[i]);
		try_pct(l->argv[i]);
		try_size(l->argv[i]);
		(void)closest_word(l->argv[i], known, 4);
	}
}

static void check_spec(const struct netem_spec *s)
{
	assert(s->delay >= 0 && s->jitter >= 0);
	assert((s->loss_list_n == 0) == (s->loss_list == NULL));
	for (uint32_t i = 0; i < s->loss_list_n; i++)
		assert(s->loss_list[i] > (i ? s->loss_list[i - 1] : 0));
}

/* The words of a printed spec make an equal one out of nothing. */
static void check_print(const struct netem_spec *s)
{
	struct buf text = { 0 }, second = { 0 };
	struct netem_spec again = { 0 };
	char why[160] = "";
	struct line l;

	buf_str(&text, "");
	netem_print(s, &text);
	line_split(&l, (const uint8_t *)text.s, (const uint8_t *)text.s + text.len);
	assert(l.argc < WORDS_MAX);
	assert(netem_parse(&again, l.argc, l.argv, why) == OK);
	netem_print(&again, &second);
	assert(second.len == text.len && (!text.len || strcmp(second.s, text.s) == 0));
	assert(again.delay == s->delay && again.jitter == s->jitter && again.loss == s->loss &&
	       again.dist == s->dist && again.limit == s->limit &&
	       again.loss_list_n == s->loss_list_n && netem_is_plain(&again) == netem_is_plain(s));
	line_fini(&l);
	netem_spec_fini(&again);
	buf_free(&text);
	buf_free(&second);
}

static void judge(struct netem *m)
{
	const struct netem_spec *s = &m->spec;

	for (int i = 0; i < FRAMES; i++) {
		struct netem_copy copy[2];
		enum drop why = DROP_NONE;
		unsigned n = netem_judge(m, copy, &why);

		assert(n <= 2 && (n == 0) == (why != DROP_NONE));
		assert(n < 2 || s->duplicate.p);
		for (unsigned k = 0; k < n; k++) {
			assert(copy[k].delay >= 0);
			assert(!copy[k].at_once || (s->reorder.p && copy[k].delay == 0));
			assert(!copy[k].corrupt || s->corrupt.p);
			assert(s->jitter || copy[k].at_once || copy[k].delay == s->delay);
		}
	}
	for (uint32_t len = 14; len < 70000; len = len * 2 + 1)
		assert(s->packet_overhead || s->cell_size || netem_wire_len(s, len) == len);
}

static void try_line(struct netem_spec *s, struct netem *m, const struct line *l)
{
	char why[160] = "";
	int err = netem_parse(s, l->argc, l->argv, why);

	check_spec(s);
	if (err) {
		check_err(err, why);
		return;
	}
	check_print(s);
	err = netem_set(m, s);
	assert(err == OK);
	judge(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *s = data, *end = data + size;
	struct netem_spec spec = { 0 };
	struct netem m;

	netem_init(&m, SEED, "h1:eth0 tx");
	for (int i = 0; i < LINES_MAX && s < end; i++) {
		struct line l;

		s = line_split(&l, s, end);
		try_words(&l);
		try_line(&spec, &m, &l);
		line_fini(&l);
	}
	netem_spec_fini(&spec);
	netem_fini(&m);
	return 0;
}
