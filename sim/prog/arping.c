// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * arping, as iputils': asks a link for an address each second, by broadcast
 * until the first answer and then by unicast; looks for another user of an
 * address (-D, RFC 5227); announces an address (-U request, -A reply).
 *
 * Deviation: iputils 20221126 prints round trips half a millisecond too long
 * when they are shorter than that; here they are right.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/prog.h"
#include "stack/netdev.h"
#include "stack/show.h"
#include "stack/stack.h"
#include "stack/util/err.h"
#include "stack/wire/arp.h"
#include "stack/wire/eth.h"

#define REPLIES_MAX 100000                /* kept for JSON */

struct reply { struct mac mac; ns_t rtt; bool request, unicast; };

struct arping {
	struct prog prog;

	char *host;
	ip4_t dst, src;
	char ifname[IFNAME_MAX];
	unsigned ifindex;
	struct mac mac, to;               /* ours; where requests go */
	int64_t count;                    /* 0: no end */
	ns_t interval, timeout;           /* timeout 0: none */
	bool dad, unsolicited, advert, quiet, first_only, keep_broadcasting, src_given;

	struct sock *sk;
	struct sk_watch watch;
	struct node_timer next, end;
	ns_t sent_at;
	int64_t n_tried, n_sent, n_broadcast, n_received, n_received_bcast, n_received_req;
	struct reply *replies;
	size_t n_replies;
};

static void arping_stop(struct prog *p)
{
	struct arping *ap = (struct arping *)p;

	prog_sock_close(&ap->prog, &ap->sk, &ap->watch);
	if (ap->next.fire) {
		node_timer_stop(&ap->next);
		node_timer_stop(&ap->end);
	}
}

static void arping_free(struct prog *p)
{
	struct arping *ap = (struct arping *)p;

	free(ap->host);
	free(ap->replies);
}

static void finish(struct arping *ap)
{
	struct prog *p = &ap->prog;

	if (!ap->quiet) {
		prog_printf(p, "Sent %" PRId64 " probes (%" PRId64 " broadcast(s))\n",
			    ap->n_sent, ap->n_broadcast);
		prog_printf(p, "Received %" PRId64 " response(s)", ap->n_received);
		if (ap->n_received_req)
			prog_printf(p, " (%" PRId64 " request(s)", ap->n_received_req);
		if (ap->n_received_bcast)
			prog_printf(p, "%s%" PRId64 " broadcast(s)",
				    ap->n_received_req ? ", " : " (", ap->n_received_bcast);
		prog_printf(p, "%s\n", ap->n_received_req || ap->n_received_bcast ? ")" : "");
	}
	if (ap->dad)
		prog_exit(p, ap->n_received > 0);
	else if (ap->unsolicited)
		prog_exit(p, 0);
	else
		prog_exit(p, ap->n_received == 0);
}

static void arping_interrupt(struct prog *p)
{
	finish((struct arping *)p);
}

/* --- sending ------------------------------------------------------------------------ */

static void probe_send(struct arping *ap)
{
	struct arp a = {
		.op = ap->advert ? ARP_REPLY : ARP_REQUEST, .sha = ap->mac, .spa = ap->src,
		.tha = ap->advert ? ap->mac : ap->to, .tpa = ap->dst,
	};
	struct eth_hdr h = { .dst = ap->to, .src = ap->mac, .type = ETHERTYPE_ARP };
	uint8_t frame[ETH_HLEN + ARP_LEN];
	struct wr w = wr_init(frame, sizeof(frame));
	ssize_t n;

	eth_hdr_emit(&h, &w);
	arp_emit(&a, &w);
	ap->sent_at = node_now(ap->prog.node);
	ap->n_tried++;                    /* -c counts also what could not leave */
	n = sk_send(ap->sk, frame, wr_len(&w), NULL);
	if (n < 0) {
		prog_error(&ap->prog, (int)n, "sendto");
		return;
	}
	ap->n_sent++;
	ap->n_broadcast += mac_eq(ap->to, mac_broadcast);
}

static void on_next(struct node_timer *t)
{
	struct arping *ap = container_of(t, struct arping, next);

	if (ap->count && ap->n_tried >= ap->count) {
		finish(ap);
		return;
	}
	node_timer_set(&ap->next, ap->next.at + ap->interval);
	probe_send(ap);
}

static void on_end(struct node_timer *t)
{
	struct arping *ap = container_of(t, struct arping, end);

	/* A probe that is due now goes out first, as in the real one. */
	if (ap->next.at <= t->at && (!ap->count || ap->n_tried < ap->count))
		probe_send(ap);
	finish(ap);
}

/* --- receiving ---------------------------------------------------------------------- */

static bool is_for_us(const struct arping *ap, const struct arp *a)
{
	if ((a->op != ARP_REQUEST && a->op != ARP_REPLY) || mac_eq(a->sha, ap->mac) ||
	    a->spa != ap->dst)
		return false;
	if (ap->dad)
		return !ap->src || a->tpa == ap->src;
	return a->tpa == ap->src && mac_eq(a->tha, ap->mac);
}

static void print_mac(struct arping *ap, struct mac m)
{
	for (int i = 0; i < 6; i++)
		prog_printf(&ap->prog, "%s%02X", i ? ":" : "", m.b[i]);
}

static void print_reply(struct arping *ap, const struct arp *a, const struct reply *r)
{
	struct prog *p = &ap->prog;
	char text[ADDR_STRLEN];
	bool named = false;

	prog_printf(p, "%s %s from %s [", r->unicast ? "Unicast" : "Broadcast",
		    r->request ? "request" : "reply", ip4_fmt(a->spa, text));
	print_mac(ap, a->sha);
	prog_printf(p, "] ");
	if (a->tpa != ap->src) {
		prog_printf(p, "for %s ", ip4_fmt(a->tpa, text));
		named = true;
	}
	if (!mac_eq(a->tha, ap->mac)) {
		prog_printf(p, "%s[", named ? "" : "for ");
		print_mac(ap, a->tha);
		prog_printf(p, "]");
	}
	prog_printf(p, " %" PRId64 ".%03dms\n", r->rtt / MSEC(1),
		    (int)(r->rtt % MSEC(1) / USEC(1)));
}

static void keep_reply(struct arping *ap, const struct reply *r)
{
	struct reply *more;

	if (ap->n_replies >= REPLIES_MAX)
		return;
	if ((ap->n_replies & (ap->n_replies - 1)) == 0) {
		more = realloc(ap->replies,
			       (ap->n_replies ? 2 * ap->n_replies : 1) * sizeof(*more));
		if (!more)
			return;
		ap->replies = more;
	}
	ap->replies[ap->n_replies++] = *r;
}

/* One frame; false: the program has ended. */
static bool frame_in(struct arping *ap, const uint8_t *frame, size_t n, ns_t at)
{
	struct rd rd = rd_init(frame, n);
	struct eth_hdr h;
	struct arp a;
	struct reply r;

	if (!eth_hdr_parse(&h, &rd) || h.type != ETHERTYPE_ARP || !arp_parse(&a, &rd) ||
	    !is_for_us(ap, &a))
		return true;
	r = (struct reply){ a.sha, at - ap->sent_at, a.op == ARP_REQUEST, mac_eq(h.dst, ap->mac) };
	ap->n_received++;
	ap->n_received_bcast += !r.unicast;
	ap->n_received_req += r.request;
	keep_reply(ap, &r);
	if (!ap->quiet)
		print_reply(ap, &a, &r);
	if (ap->first_only ||
	    (ap->count && ap->n_tried >= ap->count && ap->n_received == ap->n_sent)) {
		finish(ap);
		return false;
	}
	if (!ap->keep_broadcasting && !ap->dad && !ap->unsolicited)
		ap->to = a.sha;
	return true;
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct arping *ap = container_of(w, struct arping, watch);
	uint8_t frame[128];

	(void)events;
	for (;;) {
		struct sk_msg m = { .buf = frame, .n = sizeof(frame) };
		ssize_t n = sk_recvmsg(ap->sk, &m);

		if (n < 0 || !frame_in(ap, frame, (size_t)n, m.at))
			return;
	}
}

/* --- starting ------------------------------------------------------------------------- */

static bool option(struct arping *ap, int c, const char *arg)
{
	struct prog *p = &ap->prog;

	switch (c) {
	case 'A': ap->advert = ap->unsolicited = true; break;
	case 'b': ap->keep_broadcasting = true; break;
	case 'c': return opts_int(p, arg, 1, INT64_MAX, &ap->count);
	case 'D': ap->dad = ap->first_only = true; break;
	case 'f': ap->first_only = true; break;
	case 'i': return opts_pause(p, arg, &ap->interval);
	case 'I': snprintf(ap->ifname, sizeof(ap->ifname), "%s", arg); break;
	case 'q': ap->quiet = true; break;
	case 'U': ap->unsolicited = true; break;
	case 'w': return opts_ns(p, arg, &ap->timeout);
	case 's':
		ap->src_given = ip4_parse(&ap->src, arg);
		if (!ap->src_given)
			prog_fail(p, PROG_USAGE, 0, "invalid source %s", arg);
		return ap->src_given;
	}
	return true;
}

static bool options(struct arping *ap, int argc, char *const *argv)
{
	struct prog *p = &ap->prog;
	struct opts o;
	int c;

	ap->interval = SEC(1);
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "Abc:Dfi:I:qs:Uw:")) != -1) {
		if (c == '?' || c == ':') {
			opts_bad(p, &o, c);
			return false;
		}
		if (!option(ap, c, o.arg))
			return false;
	}
	if (o.n != 1) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		return false;
	}
	ap->host = strdup(o.operand[0]);
	if (ap->host && prog_resolve(p, ap->host, &ap->dst))
		return true;
	prog_fail(p, PROG_USAGE, 0, "%s: Name or service not known", o.operand[0]);
	return false;
}

/* The interface named, or the one towards the address. */
static const struct netdev *find_dev(struct arping *ap)
{
	struct stack *st = node_stack(ap->prog.node);
	struct addr dst = addr_ip4(ap->dst);
	const struct netdev *dev = ap->ifname[0] ? stack_dev(st, ap->ifname) : NULL;
	struct route_answer way;

	if (ap->ifname[0]) {
		if (!dev)
			prog_fail(&ap->prog, PROG_USAGE, 0, "Device %s not available.", ap->ifname);
		return dev;
	}
	if (show_route_get(st, &dst, NULL, &way) == OK && way.dev)
		return way.dev;
	prog_fail(&ap->prog, PROG_USAGE, 0, "Suitable device could not be determined. "
		  "Please, use option -I.");
	return NULL;
}

static bool use_dev(struct arping *ap, const struct netdev *dev)
{
	const char *bad = NULL;

	if (!(dev->flags & DEV_UP))
		bad = "down";
	else if (dev->flags & (DEV_NOARP | DEV_LOOPBACK))
		bad = "not ARPable";
	if (bad) {
		prog_eprintf(&ap->prog, "Interface \"%s\" is %s\n", dev->name, bad);
		prog_exit(&ap->prog, PROG_USAGE);
		return false;
	}
	snprintf(ap->ifname, sizeof(ap->ifname), "%s", dev->name);
	ap->ifindex = dev->ifindex;
	ap->mac = dev->mac;
	return true;
}

/* The sender address, which must be ours unless it is nobody's (-D). */
static bool find_source(struct arping *ap)
{
	ip4_t want = ap->src_given ? ap->src : ap->unsolicited ? ap->dst : IP4_ANY;
	int err;

	if (ap->dad && !ap->src_given)
		return true;
	err = prog_route(&ap->prog, ap->dst, ap->ifindex, want, false, &ap->src);
	if (err == ERR_NOTAVAIL)
		prog_fail(&ap->prog, PROG_USAGE, err, "bind");
	else if (err)
		prog_fail(&ap->prog, PROG_USAGE, err, "connect");
	else if (want)
		ap->src = want;
	return !err;
}

static bool open_socket(struct arping *ap)
{
	int err = prog_sock_open(&ap->prog, SK_PACKET, ETHERTYPE_ARP, &ap->sk, &ap->watch,
				 on_ready);

	if (!err)
		err = sk_setopt(ap->sk, SKO_BINDTODEVICE, (int)ap->ifindex);
	if (err)
		prog_fail(&ap->prog, PROG_USAGE, err, "socket");
	return !err;
}

static void arping_start(struct prog *p, int argc, char *const *argv)
{
	struct arping *ap = (struct arping *)p;
	const struct netdev *dev;
	char dst[ADDR_STRLEN], src[ADDR_STRLEN];

	if (!options(ap, argc, argv))
		return;
	dev = find_dev(ap);
	if (!dev || !use_dev(ap, dev) || !find_source(ap) || !open_socket(ap))
		return;
	ap->to = mac_broadcast;
	if (!ap->quiet)
		prog_printf(p, "ARPING %s from %s %s\n", ip4_fmt(ap->dst, dst),
			    ip4_fmt(ap->src, src), ap->ifname);
	node_timer_init(&ap->next, p->node, on_next);
	node_timer_init(&ap->end, p->node, on_end);
	node_timer_set(&ap->next, node_now(p->node) + ap->interval);
	if (ap->timeout)
		node_timer_set(&ap->end, node_now(p->node) + ap->timeout);
	probe_send(ap);
}

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *arping_json(const struct prog *p)
{
	const struct arping *ap = (const struct arping *)p;
	json_t *o = json_object(), *a = json_array();
	char mac[MAC_STRLEN];

	for (size_t i = 0; i < ap->n_replies; i++) {
		const struct reply *r = &ap->replies[i];

		json_array_append_new(a, json_pack("{s:s, s:I, s:b, s:b}", "mac",
			mac_fmt(r->mac, mac), "rtt_ns", (json_int_t)r->rtt, "unicast", r->unicast,
			"request", r->request));
	}
	json_object_set_new(o, "dst", ap->host ? json_string(ap->host) : json_null());
	json_object_set_new(o, "address", ap->dst ? prog_json_addr(ap->dst) : json_null());
	json_object_set_new(o, "interface", json_string(ap->ifname));
	json_object_set_new(o, "source", prog_json_addr(ap->src));
	json_object_set_new(o, "sent", json_integer(ap->n_sent));
	json_object_set_new(o, "broadcasts", json_integer(ap->n_broadcast));
	json_object_set_new(o, "received", json_integer(ap->n_received));
	json_object_set_new(o, "replies", a);
	return o;
}

const struct prog_ops arping_prog = {
	.name = "arping", .size = sizeof(struct arping), .start = arping_start,
	.interrupt = arping_interrupt, .stop = arping_stop, .json = arping_json,
	.free = arping_free,
};
