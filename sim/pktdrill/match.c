// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Does a segment of ours say what the script expects?  Differences are told
 * in packetdrill's words.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/be.h"
#include "stack/wire/ip4.h"

/* The packet as on the wire. */
static void expected_seg(const struct pd_packet *want, struct pd_seg *seg)
{
	memset(seg, 0, sizeof(*seg));
	seg->proto = want->proto;
	seg->icmp = want->icmp;
	seg->h.flags = want->flags;
	seg->h.seq = (seq_t){ want->seq };
	seg->h.ack = (seq_t){ want->ack };
	seg->h.wnd = want->wnd;
	seg->h.urg = want->urg;
	seg->len = want->len;
	seg->n_opt = want->opts.n;
	memcpy(seg->opt, want->opts.b, want->opts.n);
}

/* A card would cut a long segment; our stack does so itself.  What it sent at
 * one instant in one go counts as one, if the script has it as one. */
static bool join_burst(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	bool joined = false;

	while (r->sent && got->len && got->len < want->len) {
		struct pd_seg *more = r->sent;

		if (more->at != got->at || more->h.seq.v != got->h.seq.v + got->len ||
		    !more->len || more->len > want->len - got->len ||
		    more->h.ack.v != got->h.ack.v || more->n_opt != got->n_opt ||
		    more->h.sport != got->h.sport)
			return joined;
		more = pd_host_take(r);
		got->len += more->len;
		got->h.flags = more->h.flags;
		free(more);
		joined = true;
	}
	return joined;
}

struct field { const char *name; uint32_t want, got; };

static bool field_differs(struct pd_run *r, const struct field *f)
{
	if (f->want == f->got)
		return false;
	pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet field %s: "
	       "expected: %u (0x%x) vs actual: %u (0x%x)", f->name, f->want, f->want, f->got,
	       f->got);
	return true;
}

static bool flags_differ(struct pd_run *r, uint8_t want, uint8_t got)
{
	static const char *const names[] = { "tcp_fin", "tcp_syn", "tcp_rst", "tcp_psh",
					     "tcp_ack", "tcp_urg", "tcp_ece", "tcp_cwr" };

	for (unsigned i = 0; i < N_ELEM(names); i++) {
		struct field f = { names[i], want >> i & 1, got >> i & 1 };

		if (field_differs(r, &f))
			return true;
	}
	return false;
}

static bool ip_differs(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got)
{
	uint32_t ecn = IP4_ECN(got->tos);
	struct field f[] = {
		{ "ip_ecn", want->ecn >= 0 ? (uint32_t)want->ecn : ecn, ecn },
		{ "tos", want->tos >= 0 ? (uint32_t)want->tos : got->tos, got->tos },
		{ "ttl", want->ttl >= 0 ? (uint32_t)want->ttl : got->ttl, got->ttl },
	};

	for (unsigned i = 0; i < N_ELEM(f); i++)
		if (field_differs(r, &f[i]))
			return true;
	if (want->ecn != PD_ECN_ECT || ecn == 1 || ecn == 2)
		return false;
	pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet "
	       "field ip_ecn: expected: 0x1 or 0x2 vs actual: 0x%x", ecn);
	return true;
}

static bool header_differs(struct pd_run *r, const struct pd_packet *want,
			   const struct pd_seg *got)
{
	struct field offset = {
		"tcp_data_offset", want->opts.any ? 5u + got->n_opt / 4 : 5u + want->opts.n / 4,
		5u + got->n_opt / 4,
	};
	struct field rest[] = {
		{ "tcp_seq", want->seq, got->h.seq.v },
		{ "tcp_ack_seq", got->h.flags & TCP_ACK ? want->ack : 0,
		  got->h.flags & TCP_ACK ? got->h.ack.v : 0 },
		{ "tcp_window", want->has_wnd ? want->wnd : got->h.wnd, got->h.wnd },
		{ "tcp_urg_ptr", want->urg, got->h.urg },
	};

	if (ip_differs(r, want, got) || field_differs(r, &offset) ||
	    flags_differ(r, want->flags, got->h.flags))
		return true;
	for (unsigned i = 0; i < N_ELEM(rest); i++)
		if (field_differs(r, &rest[i]))
			return true;
	return false;
}

static size_t opt_len(const uint8_t *o, size_t left)
{
	size_t n = o[0] <= TCP_OPT_NOP ? 1 : left > 1 ? o[1] : 0;

	return n && n <= left ? n : left;
}

static bool option_differs(struct pd_run *r, const uint8_t *want, const uint8_t *got, size_t n)
{
	ns_t off;

	if (want[0] != TCP_OPT_TS || n != 10) {
		if (memcmp(want, got, n) == 0)
			return false;
		pd_say(r->says, PD_FAILED, r->event->line,
		       "error handling packet: bad value outbound TCP option %u", want[0]);
		return true;
	}
	off = r->ts_tick * (ns_t)(int32_t)(get_be32(got + 2) - get_be32(want + 2));
	if (off < -r->tolerance || off > r->tolerance) {
		pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: bad outbound "
		       "TCP timestamp value, tolerance %" PRId64, r->tolerance / USEC(1));
		return true;
	}
	if (get_be32(want + 6) == get_be32(got + 6))
		return false;
	pd_say(r->says, PD_FAILED, r->event->line,
	       "error handling packet: bad outbound TCP timestamp echo reply");
	return true;
}

/* One by one, in their order.  Both have the same length in all. */
static bool options_differ(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got)
{
	size_t n = 0;

	for (size_t i = 0; !want->opts.any && i < got->n_opt; i += n) {
		const uint8_t *a = want->opts.b + i, *b = got->opt + i;

		n = opt_len(a, got->n_opt - i);
		if (a[0] != b[0]) {
			pd_say(r->says, PD_FAILED, r->event->line,
			       "error handling packet: bad outbound TCP options");
			return true;
		}
		if (n != opt_len(b, got->n_opt - i)) {
			pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: "
			       "bad lengths for outbound TCP option %u", a[0]);
			return true;
		}
		if (option_differs(r, a, b, n))
			return true;
	}
	return false;
}

static bool length_differs(struct pd_run *r, const struct pd_packet *want,
			   const struct pd_seg *got)
{
	if (want->len == got->len)
		return false;
	pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet "
	       "payload: expected %u bytes vs actual %u bytes", want->len, got->len);
	return true;
}

static bool differs(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got)
{
	return length_differs(r, want, got) || header_differs(r, want, got) ||
	       options_differ(r, want, got);
}

/* Says it in addition to what differs. */
void pd_match_show(struct pd_run *r, const struct pd_packet *want, const struct pd_seg *got)
{
	struct pd_seg expected;
	struct buf *b = &r->says->text;

	expected_seg(want, &expected);
	expected.at = got->at;
	buf_str(b, "\nscript packet: ");
	pd_seg_show(&expected, want->has_wnd, want->opts.any, r->t0, b);
	buf_str(b, "\nactual packet: ");
	pd_seg_show(got, true, false, r->t0, b);
}

/* More of what left in one go is behind it. */
static bool is_inside_burst(const struct pd_run *r, const struct pd_seg *got)
{
	const struct pd_seg *more = r->sent;

	return more && got->len && more->len && more->at == got->at &&
	       more->h.seq.v == got->h.seq.v + got->len && more->h.sport == got->h.sport;
}

static bool matches_tcp(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	/* Linux marks each long segment that is cut below TCP, to have its last
	 * part pushed; ours are short ones from the start. */
	if (join_burst(r, want, got) || (r->cuts && is_inside_burst(r, got)))
		got->h.flags |= want->flags & TCP_PSH;
	pd_map_out(r, want, got);
	return !differs(r, want, got);
}

static bool matches_udp(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	struct field ports[] = {
		{ "udp_src_port", want->sport ? want->sport : got->h.sport, got->h.sport },
		{ "udp_dst_port", want->dport ? want->dport : got->h.dport, got->h.dport },
	};

	return !length_differs(r, want, got) && !ip_differs(r, want, got) &&
	       !field_differs(r, &ports[0]) && !field_differs(r, &ports[1]);
}

static uint32_t quoted_proto(const struct pd_icmp *ic)
{
	return !ic->about ? 0 : ic->about_udp ? IP_PROTO_UDP : IP_PROTO_TCP;
}

/* What it quotes is compared if the script says what. */
static bool matches_icmp(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	const struct pd_icmp *a = &want->icmp, *b = &got->icmp;
	bool about = a->about;
	struct field f[] = {
		{ "icmp_type", a->type, b->type },
		{ "icmp_code", a->code, b->code },
		{ "icmp_mtu", a->mtu ? a->mtu : b->mtu, b->mtu },
		{ "icmp_id", a->id ? a->id : b->id, b->id },
		{ "quoted ip_protocol", quoted_proto(about ? a : b), quoted_proto(b) },
		{ "quoted tcp_seq", about ? a->seq : b->seq, b->seq },
		{ "quoted payload", about ? a->len : b->len, b->len },
	};

	if (ip_differs(r, want, got))
		return false;
	for (unsigned i = 0; i < N_ELEM(f); i++)
		if (field_differs(r, &f[i]))
			return false;
	return true;
}

bool pd_match(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	static const struct {
		const char *name;
		bool (*fn)(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got);
	} protos[] = {
		[PD_TCP] = { "tcp", matches_tcp }, [PD_UDP] = { "udp", matches_udp },
		[PD_ICMP] = { "icmp", matches_icmp },
	};
	bool fine = false;

	if (want->proto != got->proto)
		pd_say(r->says, PD_FAILED, r->event->line, "error handling packet: live packet "
		       "protocol: expected: %s vs actual: %s", protos[want->proto].name,
		       protos[got->proto].name);
	else
		fine = protos[got->proto].fn(r, want, got);
	if (!fine)
		pd_match_show(r, want, got);
	return fine;
}
