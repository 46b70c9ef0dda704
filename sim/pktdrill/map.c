// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A script counts from its own initial sequence numbers and timestamps.  The
 * peer's are the script's own; ours are whatever the stack chose, and the
 * first segment that shows them says what they are in the script.  Those of a
 * segment with SYN are what it says, those of others are since the SYNs.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

/* --- ours: sequence numbers and timestamps ------------------------------------------ */

static uint32_t seq_to_live(const struct pd_flow *f, uint32_t s, bool syn)
{
	return f->has_iss ? s - (syn ? f->script_iss : 0) + f->live_iss : s;
}

static uint32_t seq_to_script(const struct pd_flow *f, uint32_t s, bool syn)
{
	return f->has_iss ? s - f->live_iss + (syn ? f->script_iss : 0) : s;
}

static void ts_learn(struct pd_flow *f, uint32_t script, uint32_t live)
{
	unsigned i = f->n_ts % PD_TS_MAP;

	if (!f->n_ts++) {
		f->first_script = script;
		f->first_live = live;
	}
	f->ts[i].script = script;
	f->ts[i].live = live;
}

/* The latest that had this name; else as far from the first as the script says. */
static uint32_t ts_to_live(const struct pd_flow *f, uint32_t script)
{
	unsigned n = f->n_ts < PD_TS_MAP ? f->n_ts : PD_TS_MAP;

	for (unsigned i = 1; i <= n; i++) {
		unsigned at = (f->n_ts - i) % PD_TS_MAP;

		if (f->ts[at].script == script)
			return f->ts[at].live;
	}
	return n ? script - f->first_script + f->first_live : script;
}

/* Calls fn for each whole option. */
static void each_opt(uint8_t *b, size_t n, void (*fn)(uint8_t *opt, void *arg), void *arg)
{
	for (size_t i = 0; i < n && b[i] != TCP_OPT_EOL;) {
		size_t len = b[i] == TCP_OPT_NOP ? 1 : i + 1 < n ? b[i + 1] : 0;

		if (len == 0 || i + len > n || (len < 2 && b[i] != TCP_OPT_NOP))
			return;
		fn(b + i, arg);
		i += len;
	}
}

/* --- in ------------------------------------------------------------------------------------ */

static void opt_to_live(uint8_t *o, void *arg)
{
	const struct pd_flow *f = arg;

	if (o[0] == TCP_OPT_TS && o[1] == 10 && get_be32(o + 6))
		put_be32(o + 6, ts_to_live(f, get_be32(o + 6)));
	for (int at = 2; o[0] == TCP_OPT_SACK && at + 4 <= o[1]; at += 4)
		put_be32(o + at, seq_to_live(f, get_be32(o + at), false));
}

/* What comes first for a listener begins a connection, and so does a SYN from a port
 * that the script says. */
static void flow_for_segment(struct pd_run *r, const struct pd_packet *p)
{
	bool from_other = p->sport && (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
			  p->sport != r->flow.rport;
	struct pd_flow *f = &r->flow;

	if (!r->listens_anew && f->lport && !f->udp && !from_other)
		return;
	r->listens_anew = false;
	pd_host_drop_sent(r);
	*f = (struct pd_flow){ .lport = p->dport ? p->dport : r->bind_port,
			       .rport = p->sport ? p->sport : r->next_port++ };
}

static void ip_fill(uint8_t *b, const struct ip4_hdr *ip)
{
	struct wr w = wr_init(b, IP4_HLEN);

	ip4_hdr_emit(ip, NULL, &w);
}

/* Of a packet from the peer, n bytes in all. */
static struct ip4_hdr ip_head(const struct pd_run *r, const struct pd_packet *p, uint8_t proto,
			      size_t n)
{
	return (struct ip4_hdr){
		.hlen = IP4_HLEN, .total_len = (uint16_t)n, .proto = proto,
		.tos = (uint8_t)(p->tos >= 0 ? p->tos : p->ecn > 0 ? p->ecn : 0),
		.ttl = (uint8_t)(p->ttl >= 0 ? p->ttl : 255), .src = r->remote, .dst = r->local,
	};
}

/* The first SYN counts, until another is answered. */
static void peer_begins(struct pd_flow *f, uint32_t at)
{
	f->syn_seq = at;
	if (!f->has_irs)
		f->irs = at;
	f->has_irs = true;
}

static void inject_tcp(struct pd_run *r, const struct pd_packet *p)
{
	size_t hlen = TCP_HLEN + (size_t)p->opts.n, n = IP4_HLEN + hlen + p->len;
	struct tcp_hdr h = { .seq = seq(p->seq), .hlen = (uint8_t)hlen, .flags = p->flags,
			     .wnd = p->wnd, .urg = p->urg };
	struct ip4_hdr ip = ip_head(r, p, IP_PROTO_TCP, n);
	uint8_t *b = calloc(1, n), *tcp = b + IP4_HLEN;
	struct wr w = wr_init(tcp, b ? TCP_HLEN : 0);
	bool syn = p->flags & TCP_SYN;

	if (n > IP4_LEN_MAX) {
		pd_lacks(r, "a segment longer than IP carries");
		free(b);
		return;
	}
	flow_for_segment(r, p);
	if (!syn)
		h.seq = seq(p->seq + r->flow.irs);
	else
		peer_begins(&r->flow, p->seq);
	h.sport = p->sport ? p->sport : r->flow.rport;
	h.dport = p->dport ? p->dport : r->flow.lport;
	h.ack = seq(p->flags & TCP_ACK ? seq_to_live(&r->flow, p->ack, syn) : 0);
	if (b) {
		ip_fill(b, &ip);
		tcp_hdr_emit(&h, &w);
		memcpy(tcp + TCP_HLEN, p->opts.b, p->opts.n);
		each_opt(tcp + TCP_HLEN, p->opts.n, opt_to_live, &r->flow);
		put_be16(tcp + 16, tcp_csum4(ip.src, ip.dst, hlen + p->len,
					     csum_add(0, tcp, hlen + p->len)));
		pd_host_input(r, b, n);
	}
	free(b);
}

static void inject_udp(struct pd_run *r, const struct pd_packet *p)
{
	size_t n = IP4_HLEN + UDP_HLEN + (size_t)p->len;
	struct ip4_hdr ip = ip_head(r, p, IP_PROTO_UDP, n);
	struct udp_hdr h = { .len = (uint16_t)(UDP_HLEN + p->len) };
	uint8_t *b = calloc(1, n);
	struct wr w = wr_init(b, b ? n : 0);

	if (n > IP4_LEN_MAX) {
		pd_lacks(r, "a datagram longer than IP carries");
		free(b);
		return;
	}
	h.sport = p->sport ? p->sport : r->flow.rport ? r->flow.rport : r->connect_port;
	h.dport = p->dport ? p->dport : r->flow.lport ? r->flow.lport : r->bind_port;
	h.csum = udp_csum4(&h, ip.src, ip.dst, 0);       /* all its bytes are 0 */
	if (b) {
		ip4_hdr_emit(&ip, NULL, &w);
		udp_hdr_emit(&h, &w);
		pd_host_input(r, b, n);
	}
	free(b);
}

/* RFC 792: the header of the packet that it is about, and 8 bytes of it. */
enum { QUOTE = IP4_HLEN + ICMP4_QUOTE_MIN };

static void quote(const struct pd_run *r, const struct pd_icmp *ic, uint8_t b[QUOTE])
{
	struct ip4_hdr ip = { .hlen = IP4_HLEN, .df = true, .ttl = 64, .src = r->local,
			      .dst = r->remote };
	const struct pd_flow *f = &r->flow;
	struct udp_hdr udp = { f->lport, f->rport, (uint16_t)(UDP_HLEN + ic->len), 0 };
	struct wr w = wr_init(b + IP4_HLEN, UDP_HLEN);
	bool is_udp = ic->about ? ic->about_udp : f->udp;

	ip.proto = is_udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	ip.total_len = (uint16_t)(IP4_HLEN + (is_udp ? UDP_HLEN : TCP_HLEN) + ic->len);
	ip_fill(b, &ip);
	udp_hdr_emit(&udp, &w);                   /* the ports are where TCP's are */
	if (!is_udp)
		put_be32(b + IP4_HLEN + 4, seq_to_live(f, ic->seq, false));
}

static void inject_icmp(struct pd_run *r, const struct pd_packet *p)
{
	enum { N = IP4_HLEN + ICMP4_HLEN + QUOTE };
	const struct pd_icmp *ic = &p->icmp;
	bool quotes = ic->about || !icmp4_has_id(ic->type);
	size_t n = quotes ? N : N - QUOTE;
	struct ip4_hdr ip = ip_head(r, p, IP_PROTO_ICMP, n);
	struct icmp4_hdr h = { .type = ic->type, .code = ic->code };
	uint8_t b[N] = { 0 }, *q = b + IP4_HLEN + ICMP4_HLEN;
	struct wr w = wr_init(b + IP4_HLEN, ICMP4_HLEN);

	if (quotes) {
		ip.src = r->gateway;
		quote(r, ic, q);
	}
	if (ic->type == ICMP4_UNREACH && ic->code == ICMP4_UNREACH_FRAG)
		h.u.mtu = (uint16_t)ic->mtu;
	if (icmp4_has_id(ic->type))
		h.u.echo.id = ic->id;
	ip_fill(b, &ip);
	h.csum = icmp4_csum(&h, csum_add(0, q, n - IP4_HLEN - ICMP4_HLEN));
	icmp4_hdr_emit(&h, &w);
	pd_host_input(r, b, n);
}

void pd_inject(struct pd_run *r, const struct pd_packet *p)
{
	static void (*const inject[])(struct pd_run *r, const struct pd_packet *p) = {
		[PD_TCP] = inject_tcp, [PD_UDP] = inject_udp, [PD_ICMP] = inject_icmp,
	};

	inject[p->proto](r, p);
}

/* --- out ------------------------------------------------------------------------------------ */

struct ts_pair { struct pd_flow *flow; uint32_t script; bool has, exact; };

static void find_ts(uint8_t *o, void *arg)
{
	struct ts_pair *t = arg;

	if (o[0] == TCP_OPT_TS && o[1] == 10) {
		t->has = true;
		t->script = get_be32(o + 2);
	}
}

/* A timestamp of ours is as far from the first as it is on the wire; unless
 * the script does not want it looked at, then it is what the script says. */
static void opt_to_script(uint8_t *o, void *arg)
{
	struct ts_pair *t = arg;
	uint32_t live;

	for (int at = 2; o[0] == TCP_OPT_SACK && at + 4 <= o[1]; at += 4)
		put_be32(o + at, get_be32(o + at) - t->flow->irs);
	if (o[0] != TCP_OPT_TS || o[1] != 10 || !t->has)
		return;
	live = get_be32(o + 2);
	ts_learn(t->flow, t->script, live);
	put_be32(o + 2, t->exact ? live - t->flow->first_live + t->flow->first_script : t->script);
}

void pd_map_out(struct pd_run *r, const struct pd_packet *want, struct pd_seg *got)
{
	struct pd_flow *f = &r->flow;
	struct ts_pair t = { .flow = f, .exact = r->ts_tick > 0 };
	uint8_t opts[TCP_OPT_MAX];

	/* The first, or of a connection that took the place of that in TIME-WAIT. */
	if ((got->h.flags & TCP_SYN) && !(f->has_iss && f->live_iss == got->h.seq.v)) {
		f->has_iss = true;
		f->live_iss = got->h.seq.v;
		f->script_iss = want->seq;
		f->lport = got->h.sport;
		f->rport = got->h.dport;
	}
	if ((got->h.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		f->irs = f->syn_seq;
	if (got->h.seq.v || !(got->h.flags & TCP_RST))
		got->h.seq = seq(seq_to_script(f, got->h.seq.v, got->h.flags & TCP_SYN));
	if ((got->h.flags & (TCP_SYN | TCP_ACK)) == TCP_ACK)
		got->h.ack = seq_sub(got->h.ack, f->irs);
	memcpy(opts, want->opts.b, sizeof(opts));
	each_opt(opts, want->opts.n, find_ts, &t);
	each_opt(got->opt, got->n_opt, opt_to_script, &t);
}
