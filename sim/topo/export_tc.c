// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a link does to frames, as tc(8) says it: netem delays and damages, and
 * under it tbf holds the queue and sends at the link's rate.
 *
 * Not the same: tbf may send a burst of two frames, and its queue is in bytes
 * (frames are counted as the largest); tc has no loss-list and no overhead
 * without a rate of netem's own.
 */
#include "sim/topo/export.h"

#define ETH_BYTES 14u                     /* of a frame in front of the packet */
#define NO_LIMIT 100000                   /* frames; netem would stop at 1000 */
#define NO_QUEUE_LIMIT 1000000000u        /* bytes */
#define BURST_PER_S 1000                  /* a burst takes 1 ms, or is two frames */
#define RATE_MIN 8                        /* bit/s: tc counts in bytes */

/* Of spec what tc has words for; borrows from it. */
static struct netem_spec tc_netem(const struct netem_spec *spec)
{
	struct netem_spec s = *spec;

	s.loss_list = NULL;
	s.loss_list_n = 0;
	s.packet_overhead = s.cell_overhead = 0;
	s.cell_size = 0;
	if (!s.jitter) {
		s.delay_corr = 0;
		s.dist = DIST_UNIFORM;
	}
	if (!s.reorder.p)
		s.gap = 0;
	return s;
}

static uint32_t bytes_clamp(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* The frame that is being sent counts in tbf's queue. */
static uint64_t queue_limit(const struct topo_end *e, uint64_t frame)
{
	uint64_t limit = e->queue_bytes ? e->queue_bytes : NO_QUEUE_LIMIT;

	if (e->queue_pkts && e->queue_pkts * frame < limit)
		limit = e->queue_pkts * frame;
	return limit + frame;
}

static void print_left_out(const struct netem_spec *s, struct buf *out)
{
	struct netem_spec rest = {
		.loss_list = s->loss_list, .loss_list_n = s->loss_list_n,
		.packet_overhead = s->packet_overhead, .cell_size = s->cell_size,
		.cell_overhead = s->cell_overhead,
	};
	size_t before = out->len;

	buf_str(out, "# not in tc: ");
	netem_print(&rest, out);
	if (out->len == before + sizeof("# not in tc: ") - 1) {
		out->len = before;        /* nothing was */
		if (out->s)
			out->s[before] = '\0';
	} else {
		buf_putc(out, '\n');
	}
}

void topo_export_tc(const struct topo *t, const struct topo_end *e, uint32_t mtu,
		    struct buf *out)
{
	struct netem_spec s = tc_netem(&e->netem);
	const char *node = t->nodes[e->node].name;
	uint64_t frame = mtu + ETH_BYTES, burst = e->rate_bps / 8 / BURST_PER_S;
	bool netem = !netem_is_plain(&s) || s.delay || s.limit;

	if (topo_end_is_plain(t, e))
		return;
	print_left_out(&e->netem, out);
	if (netem) {
		s.limit = s.limit ? s.limit : NO_LIMIT;
		buf_printf(out, "tc -n %s qdisc add dev %s root handle 1: netem ", node, e->ifname);
		netem_print(&s, out);
		buf_putc(out, '\n');
	}
	if (e->rate_bps) {
		buf_printf(out, "tc -n %s qdisc add dev %s %s tbf rate ", node, e->ifname,
			   netem ? "parent 1:1 handle 10:" : "root handle 10:");
		unit_rate_fmt(e->rate_bps < RATE_MIN ? RATE_MIN : e->rate_bps, out);
		buf_printf(out, " burst %" PRIu32 "b limit %" PRIu32 "b\n",
			   bytes_clamp(burst > 2 * frame ? burst : 2 * frame),
			   bytes_clamp(queue_limit(e, frame)));
	}
}
