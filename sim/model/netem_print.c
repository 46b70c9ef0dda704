// SPDX-License-Identifier: GPL-3.0-or-later
/* Writes netem's words, in tc's order and so that tc and netem_parse() read
 * them: "loss state 1% 20% 0% 100% 0%", where tc would show the names too. */
#include "sim/model/netem.h"

#include "sim/model/dist.h"
#include "sim/topo/topo.h"
#include "stack/util/buf.h"

/* A clause's first word, after a space unless it is the first of all. */
static void print_word(struct buf *out, size_t start, const char *word)
{
	if (out->len > start)
		buf_putc(out, ' ');
	buf_str(out, word);
}

static void print_pct(struct buf *out, prob_t p)
{
	buf_putc(out, ' ');
	unit_pct_fmt(p, out);
}

static void print_time(struct buf *out, ns_t t)
{
	buf_putc(out, ' ');
	unit_time_fmt(t, out);
}

static void print_chance(struct buf *out, size_t start, const char *word,
			 const struct netem_chance *c)
{
	if (c->p == 0)
		return;
	print_word(out, start, word);
	print_pct(out, c->p);
	if (c->corr)
		print_pct(out, c->corr);
}

static void print_delay(const struct netem_spec *s, struct buf *out, size_t start)
{
	if (s->delay || s->jitter) {
		print_word(out, start, "delay");
		print_time(out, s->delay);
	}
	if (s->jitter)
		print_time(out, s->jitter);
	if (s->delay_corr) {
		if (!s->jitter)
			print_word(out, start, "correlation");
		print_pct(out, s->delay_corr);
	}
	if (s->dist != DIST_UNIFORM) {
		print_word(out, start, "distribution ");
		buf_str(out, dist_name(s->dist));
	}
}

static void print_pcts(struct buf *out, const prob_t *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		print_pct(out, v[i]);
}

static void print_loss(const struct netem_spec *s, struct buf *out, size_t start)
{
	const prob_t state[] = { s->p13, s->p31, s->p32, s->p23, s->p14 };
	const prob_t ge[] = { s->ge_p, s->ge_r, s->ge_h1, s->ge_k1 };

	switch (s->loss) {
	case LOSS_NONE:
		break;
	case LOSS_RANDOM:
		print_chance(out, start, "loss", &s->loss_random);
		break;
	case LOSS_STATE:
		print_word(out, start, "loss state");
		print_pcts(out, state, N_ELEM(state));
		break;
	case LOSS_GEMODEL:
		print_word(out, start, "loss gemodel");
		print_pcts(out, ge, N_ELEM(ge));
		break;
	}
	for (uint32_t i = 0; i < s->loss_list_n; i++) {
		if (i == 0)
			print_word(out, start, "loss-list ");
		buf_printf(out, "%s%" PRIu64, i ? "," : "", s->loss_list[i]);
	}
}

static void print_overhead(const struct netem_spec *s, struct buf *out, size_t start)
{
	if (!s->packet_overhead && !s->cell_size)
		return;
	print_word(out, start, "overhead");
	buf_printf(out, " %" PRId32, s->packet_overhead);
	if (s->cell_size)
		buf_printf(out, " %" PRIu32, s->cell_size);
	if (s->cell_size && s->cell_overhead)
		buf_printf(out, " %" PRId32, s->cell_overhead);
}

void netem_print(const struct netem_spec *s, struct buf *out)
{
	size_t start = out->len;

	if (s->limit) {
		print_word(out, start, "limit");
		buf_printf(out, " %" PRIu32, s->limit);
	}
	print_delay(s, out, start);
	print_loss(s, out, start);
	print_chance(out, start, "duplicate", &s->duplicate);
	print_chance(out, start, "reorder", &s->reorder);
	print_chance(out, start, "corrupt", &s->corrupt);
	if (s->gap > 1) {
		print_word(out, start, "gap");
		buf_printf(out, " %" PRIu32, s->gap);
	}
	print_overhead(s, out, start);
}
