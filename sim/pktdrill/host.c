// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/pkt.h"
#include "stack/util/be.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

#define PREFIX_LEN 16                     /* of the interface's network */
#define BEGIN SEC(1000)                   /* no script notices when its world began */

/* --- what the stack sends ------------------------------------------------------------ */

static bool parse_tcp(struct pd_seg *s, const uint8_t *b, size_t n)
{
	if (tcp_hdr_parse(&s->h, b, n) != DROP_NONE)
		return false;
	s->n_opt = (uint8_t)(s->h.hlen - TCP_HLEN);
	memcpy(s->opt, b + TCP_HLEN, s->n_opt);
	s->len = (uint32_t)n - s->h.hlen;
	return true;
}

static bool parse_udp(struct pd_seg *s, const uint8_t *b, size_t n)
{
	struct rd rd = rd_init(b, n);
	struct udp_hdr h;

	if (!udp_hdr_parse(&h, &rd))
		return false;
	s->proto = PD_UDP;
	s->h.sport = h.sport;
	s->h.dport = h.dport;
	s->len = (uint32_t)h.len - UDP_HLEN;
	return true;
}

/* The packet that an ICMP error quotes, of which 8 bytes of TCP or UDP are there. */
static void parse_quote(struct pd_icmp *ic, const uint8_t *b, size_t n)
{
	struct ip4_hdr ip;
	size_t head;

	if (!ip4_quote_parse(&ip, b, n) || n < ip.hlen + (size_t)ICMP4_QUOTE_MIN ||
	    (ip.proto != IP_PROTO_TCP && ip.proto != IP_PROTO_UDP))
		return;
	ic->about = true;
	ic->about_udp = ip.proto == IP_PROTO_UDP;
	if (!ic->about_udp)
		ic->seq = get_be32(b + ip.hlen + 4);
	head = ic->about_udp ? UDP_HLEN :
	       n > ip.hlen + 12u ? (b[ip.hlen + 12] >> 4) * 4u : TCP_HLEN;
	if (ip.total_len > ip.hlen + head)
		ic->len = (uint32_t)(ip.total_len - ip.hlen - head);
}

static bool parse_icmp(struct pd_seg *s, const uint8_t *b, size_t n)
{
	struct rd rd = rd_init(b, n);
	struct pd_icmp *ic = &s->icmp;
	struct icmp4_hdr h;

	if (!icmp4_hdr_parse(&h, &rd))
		return false;
	s->proto = PD_ICMP;
	ic->type = h.type;
	ic->code = h.code;
	if (h.type == ICMP4_UNREACH && h.code == ICMP4_UNREACH_FRAG)
		ic->mtu = h.u.mtu;
	if (icmp4_has_id(h.type))
		ic->id = h.u.echo.id;
	if (icmp4_is_error(h.type))
		parse_quote(ic, b + ICMP4_HLEN, n - ICMP4_HLEN);
	return true;
}

/* The packet in a frame; false: it is of no protocol that scripts speak of. */
static bool seg_parse(struct pd_run *r, struct pd_seg *s, const uint8_t *b, size_t n)
{
	struct ip4_hdr ip;

	if (n < ETH_HLEN || get_be16(b + 12) != ETHERTYPE_IP4)
		return false;
	b += ETH_HLEN;
	n -= ETH_HLEN;
	if (ip4_hdr_parse(&ip, b, n, n) != DROP_NONE)
		return false;
	if (ip.mf || ip.frag_off) {
		pd_lacks(r, "a packet in fragments");
		return false;
	}
	s->src = ip.src;
	s->dst = ip.dst;
	s->tos = ip.tos;
	s->ttl = ip.ttl;
	b += ip.hlen;
	n = ip.total_len - (size_t)ip.hlen;
	return ip.proto == IP_PROTO_TCP ? parse_tcp(s, b, n) :
	       ip.proto == IP_PROTO_UDP ? parse_udp(s, b, n) :
	       ip.proto == IP_PROTO_ICMP ? parse_icmp(s, b, n) : false;
}

/* Is it of the connection that the script is about?  It hears of no other, but
 * of each ICMP error; a script about a connection knows nothing of echoes. */
static bool is_of_flow(const struct pd_run *r, const struct pd_seg *s)
{
	const struct pd_flow *f = &r->flow;

	if (s->proto == PD_ICMP)
		return f->udp || !f->lport || icmp4_is_error(s->icmp.type);
	if (f->udp)                               /* which may speak with many */
		return s->proto == PD_UDP && (!f->lport || s->h.sport == f->lport);
	return s->proto == PD_TCP &&
	       (!f->lport || (s->h.sport == f->lport && s->h.dport == f->rport));
}

void pd_host_drop_sent(struct pd_run *r)
{
	struct pd_seg *s;

	while ((s = pd_host_take(r)))
		free(s);
}

static int tun_xmit(struct netdev *dev, struct pkt *p)
{
	struct pd_run *r = container_of(dev, struct pd_run, dev);
	struct pd_seg *s = calloc(1, sizeof(*s));
	uint8_t *frame = malloc(PKT_MAX);

	if (s && frame && seg_parse(r, s, frame, pkt_frame(p, frame, PKT_MAX)) &&
	    is_of_flow(r, s)) {
		s->at = r->now;
		*r->sent_end = s;
		r->sent_end = &s->next;
	} else {
		free(s);
	}
	free(frame);
	pkt_free(p);
	return OK;
}

struct pd_seg *pd_host_take(struct pd_run *r)
{
	struct pd_seg *s = r->sent;

	if (!s)
		return NULL;
	r->sent = s->next;
	if (!r->sent)
		r->sent_end = &r->sent;
	s->next = NULL;
	return s;
}

/* --- in ---------------------------------------------------------------------------------- */

void pd_host_input(struct pd_run *r, const void *ip, size_t n)
{
	struct eth_hdr eth = { .dst = r->dev.mac, .src = { { 2, 0, 0, 0, 0, 2 } },
			       .type = ETHERTYPE_IP4 };
	uint8_t *frame = malloc(ETH_HLEN + n);
	struct wr w = wr_init(frame, frame ? ETH_HLEN + n : 0);
	struct pkt *p;

	eth_hdr_emit(&eth, &w);
	wr_bytes(&w, ip, n);
	p = frame ? pkt_from_bytes(r->pool, frame, ETH_HLEN + n) : NULL;
	free(frame);
	if (p)
		stack_input(r->st, r->now, &r->dev, p);
}

void pd_host_run(struct pd_run *r, ns_t until, bool stop_on_packet)
{
	ns_t at;

	while ((at = stack_next_at(r->st)) <= until) {
		if (stop_on_packet && r->sent)
			return;
		r->now = at > r->now ? at : r->now;
		stack_run(r->st, r->now);
		if (r->blocked)
			return;                   /* it may go on now */
	}
	if (stop_on_packet && r->sent)
		return;
	r->now = until > r->now ? until : r->now;
	stack_enter(r->st, r->now);
}

/* --- the host ------------------------------------------------------------------------------ */

static bool address(struct pd_run *r)
{
	struct prefix p = { addr_ip4(r->local), PREFIX_LEN }, all = { addr_ip4(0), 0 };
	struct addr gw = addr_ip4(r->gateway);
	struct route_spec def = { .to = all, .type = RT_UNICAST, .proto = RP_STATIC, .n_hops = 1 };

	def.hops[0].via = gw;
	return stack_addr_add(r->st, &r->dev, &p) == OK &&
	       stack_neigh_set(r->st, &r->dev, &gw, (struct mac){ { 2, 0, 0, 0, 0, 2 } }) == OK &&
	       stack_route_set(r->st, ROUTE_ADD, &def) == OK;
}

bool pd_host_start(struct pd_run *r)
{
	static const struct netdev_ops ops = { .xmit = tun_xmit };
	struct stack_config cfg = { .name = "local", .seed = 1 };

	r->now = BEGIN;
	r->sent_end = &r->sent;
	r->pool = pkt_pool_new(0);
	cfg.pool = r->pool;
	r->st = r->pool ? stack_new(&cfg) : NULL;
	if (!r->st) {
		pd_say(r->says, PD_FAILED, 0, "out of memory");
		return false;
	}
	stack_enter(r->st, r->now);
	if (stack_set_option(r->st, OPT_TCP_MTU_PROBING, 0) != OK)        /* Linux's default */
		return false;
	netdev_init(&r->dev, &ops, "tun0", (struct mac){ { 2, 0, 0, 0, 0, 1 } },
		    DEV_UP | DEV_CARRIER | DEV_BROADCAST);
	if (stack_attach(r->st, &r->dev) != OK || netdev_set_mtu(&r->dev, r->mtu) != OK ||
	    !address(r)) {
		pd_say(r->says, PD_FAILED, 0, "the addresses or the MTU cannot be used");
		return false;
	}
	return true;
}

void pd_host_stop(struct pd_run *r)
{
	for (int i = 0; i < PD_FDS; i++) {
		sk_set_free(r->fd[i].set);
		sk_close(r->fd[i].sk);
	}
	stack_free(r->st);
	free(r->counters);
	r->st = NULL;
	pd_host_drop_sent(r);
	if (r->pool)
		pkt_pool_free(r->pool);
	r->pool = NULL;
}
