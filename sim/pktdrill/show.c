// SPDX-License-Identifier: GPL-3.0-or-later
/* Packets as text, in the words of the script. */
#include "sim/pktdrill/run.h"
#include "stack/util/be.h"

static void show_flags(uint8_t flags, struct buf *b)
{
	static const char letters[] = "FSRP.UEW";

	/* packetdrill writes them in this order. */
	static const uint8_t order[] = { TCP_FIN, TCP_SYN, TCP_RST, TCP_PSH, TCP_ACK, TCP_URG,
					 TCP_ECE, TCP_CWR };

	if (!flags)
		buf_putc(b, '-');
	for (int i = 0; i < 8; i++)
		if (flags & order[i])
			buf_putc(b, letters[i]);
}

static void show_opt(const uint8_t *o, size_t n, struct buf *b)
{
	if (o[0] == TCP_OPT_MSS && n == 4) {
		buf_printf(b, "mss %u", get_be16(o + 2));
	} else if (o[0] == TCP_OPT_WSCALE && n == 3) {
		buf_printf(b, "wscale %u", o[2]);
	} else if (o[0] == TCP_OPT_SACK_OK && n == 2) {
		buf_str(b, "sackOK");
	} else if (o[0] == TCP_OPT_TS && n == 10) {
		buf_printf(b, "TS val %u ecr %u", get_be32(o + 2), get_be32(o + 6));
	} else if (o[0] == TCP_OPT_SACK) {
		buf_str(b, "sack");
		for (size_t at = 2; at + 8 <= n; at += 8)
			buf_printf(b, " %u:%u", get_be32(o + at), get_be32(o + at + 4));
	} else {
		buf_printf(b, "option %u", o[0]);
	}
}

static void show_opts(const uint8_t *o, size_t n, struct buf *b)
{
	const char *sep = "";

	for (size_t i = 0, len; i < n; i += len, sep = ",") {
		buf_str(b, sep);
		len = o[i] <= TCP_OPT_NOP ? 1 : i + 1 < n ? o[i + 1] : 0;
		if (len == 0 || i + len > n) {
			buf_str(b, "bad");
			return;
		}
		if (o[i] == TCP_OPT_EOL)
			buf_str(b, "eol");
		else if (o[i] == TCP_OPT_NOP)
			buf_str(b, "nop");
		else
			show_opt(o + i, len, b);
	}
}

static void show_tcp(const struct pd_seg *s, bool wnd, bool any_opts, struct buf *b)
{
	show_flags(s->h.flags, b);
	buf_printf(b, " %u:%u(%u)", s->h.seq.v, s->h.seq.v + s->len, s->len);
	if (s->h.flags & TCP_ACK)
		buf_printf(b, " ack %u", s->h.ack.v);
	if (wnd)
		buf_printf(b, " win %u", s->h.wnd);
	if (s->h.flags & TCP_URG)
		buf_printf(b, " urg %u", s->h.urg);
	if (any_opts) {
		buf_str(b, " <...>");
	} else if (s->n_opt) {
		buf_str(b, " <");
		show_opts(s->opt, s->n_opt, b);
		buf_putc(b, '>');
	}
}

void pd_seg_show(const struct pd_seg *s, bool wnd, bool any_opts, ns_t t0, struct buf *b)
{
	ns_t t = s->at - t0;

	buf_printf(b, "%2" PRId64 ".%06" PRId64 " ", t / SEC(1), t % SEC(1) / USEC(1));
	if (s->proto == PD_UDP)
		buf_printf(b, "udp (%u)", s->len);
	else if (s->proto == PD_ICMP)
		pd_icmp_show(&s->icmp, b);
	else
		show_tcp(s, wnd, any_opts, b);
}
