// SPDX-License-Identifier: MIT
/*
 * IPv4 options on their way: RFC 791 3.1, RFC 1122 3.2.1.8 and 3.3.5 (hosts),
 * RFC 1812 4.2.2.1 and 5.3.13 (routers).  wire/ip4opt.h knows their format.
 *
 * Deviation: a packet that is forwarded without being addressed to us leaves
 * a strict source route unchecked; only its named hops judge it.
 */
#include "stack/ip4/ip4.h"
#include "stack/util/be.h"
#include "stack/wire/ip4opt.h"

/* Octets of RR, LSRR, SSRR and TS options. */
#define LEN 1
#define PTR 2                             /* counted from 1, at the next free slot */
#define ROUTE 3                           /* the first slot of a route */
#define FLAGS 3                           /* of TS: overflow in the high half */
#define OVERFLOW_MAX 15

static struct ip4opt_cursor opts_of(const struct pkt *p, const struct ip4_hdr *h)
{
	return ip4opt_begin(p->head + p->off + IP4_HLEN, h->hlen - (size_t)IP4_HLEN);
}

static bool find_route(const struct pkt *p, const struct ip4_hdr *h, struct ip4opt *o)
{
	struct ip4opt_cursor c = opts_of(p, h);

	while (ip4opt_next(&c, o))
		if (ip4opt_is_srcroute(o->type))
			return true;
	return false;
}

/* Is there a slot of n bytes at the pointer? */
static bool has_slot(const uint8_t *opt, unsigned n)
{
	return opt[LEN] > PTR && opt[PTR] > ROUTE && opt[PTR] - 1u + n <= opt[LEN];
}

static uint8_t *slot(uint8_t *opt) { return opt + opt[PTR] - 1; }

/* --- received ----------------------------------------------------------------- */

/* RFC 791: when the count of hosts without room overflows, too. */
static unsigned overflow_fault(const struct pkt *p, const struct ip4_hdr *h)
{
	struct ip4opt_cursor c = opts_of(p, h);
	struct ip4opt o;

	while (ip4opt_next(&c, &o))
		if (o.type == IP4OPT_TS && o.p[PTR] > o.p[LEN] && o.p[FLAGS] >> 4 == OVERFLOW_MAX)
			return o.at + FLAGS;
	return OK;
}

enum drop ip4_opt_check(const struct pkt *p, const struct ip4_hdr *h, uint8_t *pointer)
{
	unsigned fault = ip4opt_check(p->head + p->off + IP4_HLEN, h->hlen - (size_t)IP4_HLEN);

	if (!fault)
		fault = overflow_fault(p, h);
	if (!fault)
		return DROP_NONE;
	*pointer = (uint8_t)fault;
	return DROP_IP4_OPTIONS;
}

enum drop ip4_opt_source_route(struct stack *st, const struct pkt *p, const struct ip4_hdr *h,
			       bool *leads_on, ip4_t *next)
{
	struct ip4opt o;

	*leads_on = find_route(p, h, &o) && has_slot(o.p, 4);
	if (!*leads_on)
		return DROP_NONE;
	*next = get_be32(o.p + o.p[PTR] - 1);
	return stack_option(st, OPT_ACCEPT_SRCROUTE) ? DROP_NONE : DROP_IP4_SRCROUTE;
}

bool ip4_opt_is_strict(const struct pkt *p, const struct ip4_hdr *h)
{
	struct ip4opt o;

	return find_route(p, h, &o) && o.type == IP4OPT_SSRR;
}

/* --- leaving -------------------------------------------------------------------- */

static void put_addr(uint8_t *opt, ip4_t a)
{
	put_be32(slot(opt), a);
	opt[PTR] = (uint8_t)(opt[PTR] + 4);
}

/* Our address takes the place of the hop, which becomes the destination. */
static void advance_route(uint8_t *hdr, uint8_t *opt, ip4_t us)
{
	ip4_put_dst(hdr, get_be32(slot(opt)));
	put_addr(opt, us);
}

/* Who finds no room is counted, but not twice: an answer leaves us uncounted. */
static void put_stamp(const struct stack *st, const struct pkt *p, uint8_t *opt, ip4_t us)
{
	unsigned flag = opt[FLAGS] & 15, need = flag == IP4OPT_TS_ONLY ? 4 : 8;

	if (opt[LEN] <= FLAGS)
		return;
	if (flag == IP4OPT_TS_PRESPEC &&
	    (!has_slot(opt, need) || !ifaddr_find(st, NULL, get_be32(slot(opt)))))
		return;                           /* for another host to fill */
	if (!has_slot(opt, need)) {
		if (!(p->flags & PKT_LOCAL) && opt[FLAGS] >> 4 < OVERFLOW_MAX)
			opt[FLAGS] = (uint8_t)(opt[FLAGS] + 0x10);
		return;
	}
	if (flag == IP4OPT_TS_ADDR)
		put_addr(opt, us);
	else if (flag == IP4OPT_TS_PRESPEC)
		opt[PTR] = (uint8_t)(opt[PTR] + 4);
	put_addr(opt, ip4_time_of_day(st));
}

void ip4_opt_advance(struct pkt *p, const struct ip4_hdr *h)
{
	uint8_t *hdr = pkt_data(p);
	struct ip4opt o;

	if (!find_route(p, h, &o) || !has_slot(o.p, 4))
		return;
	advance_route(hdr, hdr + o.at, get_be32(o.p + o.p[PTR] - 1));
	ip4_hdr_seal(hdr, h->hlen);
}

void ip4_opt_forward(struct stack *st, struct pkt *p, const struct ip4_hdr *h, ip4_t us,
		     bool advance)
{
	struct ip4opt_cursor c = opts_of(p, h);
	uint8_t *hdr = pkt_data(p);
	struct ip4opt o;

	while (ip4opt_next(&c, &o)) {
		uint8_t *opt = hdr + o.at;

		if (o.type == IP4OPT_RR && has_slot(opt, 4))
			put_addr(opt, us);
		else if (o.type == IP4OPT_TS)
			put_stamp(st, p, opt, us);
		else if (advance && ip4opt_is_srcroute(o.type) && has_slot(opt, 4))
			advance_route(hdr, opt, us);
	}
	ip4_hdr_seal(hdr, h->hlen);
}

/* --- answered ------------------------------------------------------------------- */

/*
 * A route that came by G1 ... Gn goes back to Gn with G(n-1) ... G1 and then
 * the source still to visit.  A source that listed itself first is not listed
 * twice (RFC 1122 3.2.1.8 c).
 */
static size_t reverse_route(const struct ip4opt *o, ip4_t src, uint8_t *out, ip4_t *first_hop)
{
	unsigned ptr = o->len > PTR ? o->p[PTR] : 0, n, skip = 0;
	uint8_t *w = out + ROUTE;

	if (ptr > o->len + 1u)
		ptr = o->len + 1u;
	n = ptr > ROUTE ? (ptr - ROUTE - 1) / 4 : 0;
	if (n && get_be32(o->p + ROUTE) == src)
		skip = 1;
	if (n <= skip)
		return 0;
	*first_hop = get_be32(o->p + ROUTE + (n - 1) * 4);
	for (unsigned i = n - 1; i > skip; i--, w += 4)
		memcpy(w, o->p + ROUTE + (i - 1) * 4, 4);
	put_be32(w, src);
	out[0] = o->type;
	out[LEN] = (uint8_t)(w + 4 - out);
	out[PTR] = ROUTE + 1;
	return out[LEN];
}

size_t ip4_return_route(const struct ip_meta *m, uint8_t *out, ip4_t *first_hop)
{
	struct ip4opt_cursor c = ip4opt_begin(m->opt, m->n_opt);
	struct ip4opt o;
	size_t n = 0;

	*first_hop = 0;
	while (!n && ip4opt_next(&c, &o))
		if (ip4opt_is_srcroute(o.type))
			n = reverse_route(&o, m->src, out, first_hop);
	while (n % 4)
		out[n++] = IP4OPT_EOL;
	return n;
}

size_t ip4_opt_reply(const struct ip_meta *m, uint8_t *out, ip4_t *first_hop)
{
	struct ip4opt_cursor c = ip4opt_begin(m->opt, m->n_opt);
	struct ip4opt o;
	size_t n = 0;

	*first_hop = 0;
	while (ip4opt_next(&c, &o)) {
		if (ip4opt_is_srcroute(o.type) && !*first_hop) {
			n += reverse_route(&o, m->src, out + n, first_hop);
		} else if (o.type == IP4OPT_RR || o.type == IP4OPT_TS) {
			memcpy(out + n, o.p, o.len);
			n += o.len;
		}
	}
	while (n % 4)
		out[n++] = IP4OPT_EOL;
	return n;
}
