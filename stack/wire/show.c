// SPDX-License-Identifier: MIT
#include "stack/wire/show.h"

#include "stack/util/cc.h"
#include "stack/wire/arp.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ospf.h"
#include "stack/wire/tcp.h"
#include "stack/wire/udp.h"

static void show_arp(struct rd r, struct buf *out)
{
	size_t len = rd_left(&r);
	struct arp a;

	buf_str(out, "ARP, ");
	if (len < ARP_LEN) {
		buf_str(out, "[|arp]");
		return;
	}
	if (arp_parse(&a, &r))
		arp_show(&a, out);
	else
		buf_str(out, "not IPv4 over Ethernet");
	buf_printf(out, ", length %zu", len);
}

/* What the error says about the destination of the quoted packet. */
static const struct { const char *before, *after; } unreach_words[] = {
	[ICMP4_UNREACH_NET] = { "net ", "" },
	[ICMP4_UNREACH_HOST] = { "host ", "" },
	[ICMP4_UNREACH_SRCROUTE] = { "", " - source route failed" },
	[ICMP4_UNREACH_NET_UNKNOWN] = { "net ", " - unknown" },
	[ICMP4_UNREACH_HOST_UNKNOWN] = { "host ", " - unknown" },
	[ICMP4_UNREACH_ISOLATED] = { "", " - source host isolated" },
	[ICMP4_UNREACH_NET_PROHIB] = { "net ", " - admin prohibited" },
	[ICMP4_UNREACH_HOST_PROHIB] = { "host ", " - admin prohibited" },
	[ICMP4_UNREACH_NET_TOS] = { "net ", " - tos prohibited" },
	[ICMP4_UNREACH_HOST_TOS] = { "host ", " - tos prohibited" },
	[ICMP4_UNREACH_ADMIN] = { "host ", " - admin prohibited filter" },
	[ICMP4_UNREACH_PRECEDENCE] = { "host ", " - host precedence violation" },
	[ICMP4_UNREACH_CUTOFF] = { "host ", " - precedence cutoff" },
};

/* The port of the quoted packet that was unreachable. */
static void show_port(const struct ip4_hdr *q, const char *dst, struct rd r, struct buf *out)
{
	uint16_t dport;

	rd_take(&r, q->hlen + 2u);        /* the header and the source port */
	dport = rd_u16(&r);
	if (!rd_ok(&r))
		buf_str(out, "[|icmp]");
	else if (q->proto == IP_PROTO_UDP || q->proto == IP_PROTO_TCP)
		buf_printf(out, "%s %s port %u unreachable", dst,
			   q->proto == IP_PROTO_UDP ? "udp" : "tcp", dport);
	else
		buf_printf(out, "%s protocol %u port %u unreachable", dst, q->proto, dport);
}

static void show_unreach(const struct icmp4_hdr *h, const struct ip4_hdr *q, struct rd r,
			 struct buf *out)
{
	char dst[ADDR_STRLEN];

	ip4_fmt(q->dst, dst);
	switch (h->code) {
	case ICMP4_UNREACH_PROTO:
		buf_printf(out, "%s protocol %u unreachable", dst, q->proto);
		return;
	case ICMP4_UNREACH_PORT:
		show_port(q, dst, r, out);
		return;
	case ICMP4_UNREACH_FRAG:
		buf_printf(out, "%s unreachable - need to frag", dst);
		if (h->u.mtu)
			buf_printf(out, " (mtu %u)", h->u.mtu);
		return;
	}
	if (h->code < N_ELEM(unreach_words))
		buf_printf(out, "%s%s unreachable%s", unreach_words[h->code].before, dst,
			   unreach_words[h->code].after);
	else
		buf_printf(out, "%s unreachable - #%u", dst, h->code);
}

static void show_redirect(const struct icmp4_hdr *h, const struct ip4_hdr *q, struct buf *out)
{
	static const struct { const char *tos, *what; } words[] = {
		[ICMP4_REDIRECT_NET] = { "", "net " },
		[ICMP4_REDIRECT_HOST] = { "", "host " },
		[ICMP4_REDIRECT_TOS_NET] = { "-tos", "net " },
		[ICMP4_REDIRECT_TOS_HOST] = { "-tos", "host " },
	};
	char dst[ADDR_STRLEN], gw[ADDR_STRLEN];
	bool known = h->code < N_ELEM(words);

	buf_str(out, "redirect");
	if (known)
		buf_str(out, words[h->code].tos);
	else
		buf_printf(out, "-#%u", h->code);
	buf_printf(out, " %s to %s%s", ip4_fmt(q->dst, dst), known ? words[h->code].what : "",
		   ip4_fmt(h->u.gateway, gw));
}

static void show_time(const struct icmp4_hdr *h, struct buf *out)
{
	switch (h->code) {
	case ICMP4_TIME_TTL:
		buf_str(out, "time exceeded in-transit");
		break;
	case ICMP4_TIME_REASSEMBLY:
		buf_str(out, "ip reassembly time exceeded");
		break;
	default:
		buf_printf(out, "time exceeded-#%u", h->code);
	}
}

static void show_param(const struct icmp4_hdr *h, struct buf *out)
{
	if (h->code == ICMP4_PARAM_POINTER)
		buf_printf(out, "parameter problem - octet %u", h->u.pointer);
	else
		buf_printf(out, "parameter problem - code %u", h->code);
}

/* Messages whose text needs the packet that they quote. */
static void show_quoting(const struct icmp4_hdr *h, struct rd r, struct buf *out)
{
	struct ip4_hdr q;

	if (!ip4_quote_parse(&q, r.p, rd_left(&r)))
		buf_str(out, "[|icmp]");
	else if (h->type == ICMP4_UNREACH)
		show_unreach(h, &q, r, out);
	else
		show_redirect(h, &q, out);
}

static void show_icmp_body(const struct icmp4_hdr *h, struct rd r, struct buf *out)
{
	static const char *const names[] = {
		[ICMP4_SOURCE_QUENCH] = "source quench",
		[ICMP4_ROUTER_ADVERT] = "router advertisement",
		[ICMP4_ROUTER_SOLICIT] = "router solicitation",
		[ICMP4_TIMESTAMP] = "time stamp query",
		[ICMP4_TIMESTAMP_REPLY] = "time stamp reply",
		[ICMP4_INFO] = "information request",
		[ICMP4_INFO_REPLY] = "information reply",
		[ICMP4_MASK] = "address mask request",
		[ICMP4_MASK_REPLY] = "address mask reply",
	};

	switch (h->type) {
	case ICMP4_ECHO:
	case ICMP4_ECHO_REPLY:
		buf_printf(out, "echo %s, id %u, seq %u",
			   h->type == ICMP4_ECHO ? "request" : "reply",
			   h->u.echo.id, h->u.echo.seq);
		return;
	case ICMP4_UNREACH:
	case ICMP4_REDIRECT:
		show_quoting(h, r, out);
		return;
	case ICMP4_TIME_EXCEEDED:
		show_time(h, out);
		return;
	case ICMP4_PARAM_PROBLEM:
		show_param(h, out);
		return;
	}
	if (h->type < N_ELEM(names) && names[h->type])
		buf_str(out, names[h->type]);
	else
		buf_printf(out, "type-#%u", h->type);
	if (h->type == ICMP4_TIMESTAMP || h->type == ICMP4_TIMESTAMP_REPLY)
		buf_printf(out, " id %u seq %u", h->u.echo.id, h->u.echo.seq);
}

/* len is what the IP header promised, r what of it is there. */
static void show_icmp(struct rd r, size_t len, struct buf *out)
{
	struct icmp4_hdr h;

	buf_str(out, ": ICMP ");
	if (icmp4_hdr_parse(&h, &r))
		show_icmp_body(&h, r, out);
	else
		buf_str(out, "[|icmp]");
	buf_printf(out, ", length %zu", len);
}

/* ports: four bytes, or NULL. */
static void show_ends(const struct ip4_hdr *ip, const uint8_t *ports, struct buf *out)
{
	char src[ADDR_STRLEN], dst[ADDR_STRLEN];

	ip4_fmt(ip->src, src);
	ip4_fmt(ip->dst, dst);
	if (ports)
		buf_printf(out, "%s.%u > %s.%u", src, get_be16(ports), dst, get_be16(ports + 2));
	else
		buf_printf(out, "%s > %s", src, dst);
}

static void show_tcp(const struct ip4_hdr *ip, struct rd r, size_t len, struct buf *out)
{
	show_ends(ip, rd_left(&r) >= 4 ? r.p : NULL, out);
	buf_str(out, ": ");
	tcp_show(r.p, rd_left(&r), len, out);
}

static void show_udp(const struct ip4_hdr *ip, struct rd r, size_t len, struct buf *out)
{
	struct udp_hdr u;
	const uint8_t *ports = r.p;
	bool whole = rd_left(&r) >= UDP_HLEN, ok = udp_hdr_parse(&u, &r);

	show_ends(ip, whole ? ports : NULL, out);
	if (!whole)
		buf_str(out, ": [|udp]");
	else if (!ok)
		buf_printf(out, ": truncated-udplength %u", u.len);
	else if (u.len > len && !ip->mf)
		buf_printf(out, ": UDP, bad length %d > %zu", u.len - UDP_HLEN, len - UDP_HLEN);
	else
		buf_printf(out, ": UDP, length %d", u.len - UDP_HLEN);
}

static void show_other(const struct ip4_hdr *ip, size_t len, struct buf *out)
{
	show_ends(ip, NULL, out);
	switch (ip->proto) {
	case IP_PROTO_ICMP:
		buf_printf(out, ": icmp %zu", len);
		break;
	case IP_PROTO_TCP:
		buf_printf(out, ": tcp %zu", len);
		break;
	case IP_PROTO_UDP:
		buf_printf(out, ": udp %zu", len);
		break;
	case IP_PROTO_OSPF:
		buf_printf(out, ": ospf %zu", len);
		break;
	default:
		buf_printf(out, ": ip-proto-%u %zu", ip->proto, len);
	}
}

static void show_proto(const struct ip4_hdr *ip, struct rd r, size_t len, struct buf *out)
{
	switch (ip->proto) {
	case IP_PROTO_UDP:
		show_udp(ip, r, len, out);
		return;
	case IP_PROTO_TCP:
		show_tcp(ip, r, len, out);
		return;
	case IP_PROTO_ICMP:
		show_ends(ip, NULL, out);
		show_icmp(r, len, out);
		return;
	case IP_PROTO_OSPF:
		show_ends(ip, NULL, out);
		buf_str(out, ": ");
		ospf_show(r.p, rd_left(&r), len, out);
		return;
	}
	show_other(ip, len, out);
}

/* Why ip4_quote_parse() refused p[0, n). */
static void show_bad_ip4(const uint8_t *p, size_t n, struct buf *out)
{
	unsigned hlen = n ? (p[0] & 15u) * 4 : 0;

	if (n && p[0] >> 4 != 4)
		buf_printf(out, "bad version %u", p[0] >> 4);
	else if (n && hlen < IP4_HLEN)
		buf_printf(out, "bad-hlen %u", hlen);
	else
		buf_str(out, "[|ip]");
}

static void show_ip4(struct rd r, struct buf *out)
{
	struct ip4_hdr ip;
	size_t len;

	buf_str(out, "IP ");
	if (!ip4_quote_parse(&ip, r.p, rd_left(&r))) {
		show_bad_ip4(r.p, rd_left(&r), out);
		return;
	}
	if (ip.total_len < ip.hlen) {
		buf_printf(out, "bad-len %u", ip.total_len);
		return;
	}
	len = (size_t)ip.total_len - ip.hlen;
	rd_take(&r, ip.hlen);
	if (rd_left(&r) > len)
		r.end = r.p + len;        /* what follows is padding */
	else if (rd_left(&r) < len)
		buf_printf(out, "truncated-ip - %zu bytes missing! ", len - rd_left(&r));
	if (ip.frag_off)
		show_other(&ip, len, out);
	else
		show_proto(&ip, r, len, out);
	if (ip4_is_frag(&ip))
		buf_printf(out, " (frag %u:%zu@%u%s)", ip.id, len, ip.frag_off, ip.mf ? "+" : "");
}

/* frame_len is for the types that are not looked into. */
static void show_type(const struct eth_hdr *h, uint16_t type, struct rd r, size_t frame_len,
		      struct buf *out)
{
	char src[MAC_STRLEN], dst[MAC_STRLEN];

	switch (type) {
	case ETHERTYPE_IP4:
		show_ip4(r, out);
		return;
	case ETHERTYPE_ARP:
		show_arp(r, out);
		return;
	case ETHERTYPE_IP6:
		buf_printf(out, "IP6, length %zu", rd_left(&r));
		return;
	}
	buf_printf(out, "%s > %s, ethertype Unknown (0x%04x), length %zu",
		   mac_fmt(h->src, src), mac_fmt(h->dst, dst), type, frame_len);
}

static void show_llc(const struct eth_hdr *h, struct rd r, size_t frame_len, struct buf *out)
{
	uint16_t len = h->type, type = 0;

	switch (eth_llc_parse(&type, len, &r)) {
	case DROP_NONE:
		buf_str(out, "SNAP, ");
		show_type(h, type, r, frame_len, out);
		break;
	case DROP_ETH_LLC:
		buf_printf(out, "LLC, dsap 0x%02x, ssap 0x%02x, length %u", r.p[0], r.p[1], len);
		break;
	default:
		buf_printf(out, "802.3, length %u [|llc]", len);
	}
}

void wire_show(const uint8_t *frame, size_t len, struct buf *out)
{
	struct rd r = rd_init(frame, len);
	struct eth_hdr h;
	uint16_t tag;

	if (!eth_hdr_parse(&h, &r)) {
		buf_str(out, "[|ether]");
		return;
	}
	while (h.type == ETHERTYPE_VLAN || h.type == ETHERTYPE_QINQ) {
		tag = rd_u16(&r);
		h.type = rd_u16(&r);
		if (!rd_ok(&r)) {
			buf_str(out, "[|vlan]");
			return;
		}
		buf_printf(out, "vlan %u, p %u, ", tag & 0xfff, tag >> 13);
	}
	if (eth_is_llc(h.type))
		show_llc(&h, r, len, out);
	else
		show_type(&h, h.type, r, len, out);
}
