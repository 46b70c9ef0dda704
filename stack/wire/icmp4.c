// SPDX-License-Identifier: MIT
#include "stack/wire/icmp4.h"

#include "stack/util/cc.h"
#include "stack/util/csum.h"

/* The last four bytes of the header, as one number. */
static uint32_t rest_get(const struct icmp4_hdr *h)
{
	if (icmp4_has_id(h->type))
		return (uint32_t)h->u.echo.id << 16 | h->u.echo.seq;
	switch (h->type) {
	case ICMP4_UNREACH:
		return h->code == ICMP4_UNREACH_FRAG ? h->u.mtu : h->u.rest;
	case ICMP4_REDIRECT:
		return h->u.gateway;
	case ICMP4_PARAM_PROBLEM:
		return (uint32_t)h->u.pointer << 24;
	}
	return h->u.rest;
}

static void rest_set(struct icmp4_hdr *h, uint32_t rest)
{
	h->u.rest = 0;
	if (icmp4_has_id(h->type)) {
		h->u.echo.id = (uint16_t)(rest >> 16);
		h->u.echo.seq = (uint16_t)rest;
	} else if (h->type == ICMP4_UNREACH && h->code == ICMP4_UNREACH_FRAG) {
		h->u.mtu = (uint16_t)rest;
	} else if (h->type == ICMP4_REDIRECT) {
		h->u.gateway = rest;
	} else if (h->type == ICMP4_PARAM_PROBLEM) {
		h->u.pointer = (uint8_t)(rest >> 24);
	} else {
		h->u.rest = rest;
	}
}

bool icmp4_hdr_parse(struct icmp4_hdr *h, struct rd *r)
{
	h->type = rd_u8(r);
	h->code = rd_u8(r);
	h->csum = rd_u16(r);
	rest_set(h, rd_u32(r));
	return rd_ok(r);
}

void icmp4_hdr_emit(const struct icmp4_hdr *h, struct wr *w)
{
	wr_u8(w, h->type);
	wr_u8(w, h->code);
	wr_u16(w, h->csum);
	wr_u32(w, rest_get(h));
}

uint16_t icmp4_csum(const struct icmp4_hdr *h, uint64_t data)
{
	uint32_t rest = rest_get(h);

	return csum_fold(data + (uint64_t)(h->type << 8 | h->code) + (rest >> 16) +
			 (rest & 0xffff));
}

static const char *const type_text[] = {
	[ICMP4_ECHO_REPLY] = "Echo Reply",
	[ICMP4_SOURCE_QUENCH] = "Source Quench",
	[ICMP4_ECHO] = "Echo Request",
	[ICMP4_ROUTER_ADVERT] = "Router Advertisement",
	[ICMP4_ROUTER_SOLICIT] = "Router Solicitation",
	[ICMP4_TIMESTAMP] = "Timestamp",
	[ICMP4_TIMESTAMP_REPLY] = "Timestamp Reply",
	[ICMP4_INFO] = "Information Request",
	[ICMP4_INFO_REPLY] = "Information Reply",
	[ICMP4_MASK] = "Address Mask Request",
	[ICMP4_MASK_REPLY] = "Address Mask Reply",
};

static const char *const unreach_text[] = {
	[ICMP4_UNREACH_NET] = "Destination Net Unreachable",
	[ICMP4_UNREACH_HOST] = "Destination Host Unreachable",
	[ICMP4_UNREACH_PROTO] = "Destination Protocol Unreachable",
	[ICMP4_UNREACH_PORT] = "Destination Port Unreachable",
	[ICMP4_UNREACH_FRAG] = "Frag needed and DF set",
	[ICMP4_UNREACH_SRCROUTE] = "Source Route Failed",
	[ICMP4_UNREACH_NET_UNKNOWN] = "Destination Net Unknown",
	[ICMP4_UNREACH_HOST_UNKNOWN] = "Destination Host Unknown",
	[ICMP4_UNREACH_ISOLATED] = "Source Host Isolated",
	[ICMP4_UNREACH_NET_PROHIB] = "Destination Net Prohibited",
	[ICMP4_UNREACH_HOST_PROHIB] = "Destination Host Prohibited",
	[ICMP4_UNREACH_NET_TOS] = "Destination Net Unreachable for Type of Service",
	[ICMP4_UNREACH_HOST_TOS] = "Destination Host Unreachable for Type of Service",
	[ICMP4_UNREACH_ADMIN] = "Packet filtered",
	[ICMP4_UNREACH_PRECEDENCE] = "Precedence Violation",
	[ICMP4_UNREACH_CUTOFF] = "Precedence Cutoff",
};

static const char *const redirect_text[] = {
	[ICMP4_REDIRECT_NET] = "Redirect Network",
	[ICMP4_REDIRECT_HOST] = "Redirect Host",
	[ICMP4_REDIRECT_TOS_NET] = "Redirect Type of Service and Network",
	[ICMP4_REDIRECT_TOS_HOST] = "Redirect Type of Service and Host",
};

static const char *const time_text[] = {
	[ICMP4_TIME_TTL] = "Time to live exceeded",
	[ICMP4_TIME_REASSEMBLY] = "Frag reassembly time exceeded",
};

static void show_code(const char *const *texts, size_t n, const char *what, unsigned code,
		      struct buf *out)
{
	if (code < n)
		buf_str(out, texts[code]);
	else
		buf_printf(out, "%s, Bad Code: %u", what, code);
}

void icmp4_hdr_show(const struct icmp4_hdr *h, struct buf *out)
{
	char text[ADDR_STRLEN];

	switch (h->type) {
	case ICMP4_UNREACH:
		show_code(unreach_text, N_ELEM(unreach_text), "Dest Unreachable", h->code, out);
		if (h->code == ICMP4_UNREACH_FRAG)
			buf_printf(out, " (mtu = %u)", h->u.mtu);
		return;
	case ICMP4_REDIRECT:
		show_code(redirect_text, N_ELEM(redirect_text), "Redirect", h->code, out);
		buf_printf(out, "(New nexthop: %s)", ip4_fmt(h->u.gateway, text));
		return;
	case ICMP4_TIME_EXCEEDED:
		show_code(time_text, N_ELEM(time_text), "Time exceeded", h->code, out);
		return;
	case ICMP4_PARAM_PROBLEM:
		buf_printf(out, "Parameter problem: pointer = %u", h->u.pointer);
		return;
	}
	if (h->type < N_ELEM(type_text) && type_text[h->type])
		buf_str(out, type_text[h->type]);
	else
		buf_printf(out, "Bad ICMP type: %u", h->type);
}
