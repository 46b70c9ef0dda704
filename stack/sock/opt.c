// SPDX-License-Identifier: MIT
/* Socket options and multicast groups. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/sock/sock.h"
#include "stack/tcp/tcp.h"

#define S (1 << SK_STREAM)
#define D (1 << SK_DGRAM)
#define R (1 << SK_RAW)
#define P (1 << SK_PACKET)

/* Levels: socket, IP, TCP. */
#define SOL OPT_SOCKET
#define IP OPT_IP
#define TCP OPT_TCP
#define NO_NUMBER 0, 0, KIND_NONE         /* Linux does it otherwise */

enum { AF_INET = 2, AF_PACKET = 17 };     /* Linux's */

static const struct opt_rule opt_rules[SKO_N] = {
	[SKO_TTL]          = { S | D | R,     -1, 255, IP, 2, KIND_BYTE },   /* -1: OPT_TTL */
	[SKO_TOS]          = { S | D | R,      0, 255, IP, 1, KIND_TOS },
	[SKO_MCAST_TTL]    = { D | R,          1, 255, IP, 33, KIND_BYTE }, /* RFC 1112 6.1 */
	[SKO_MCAST_LOOP]   = { D | R,          0, 1, IP, 34, KIND_BOOL },
	[SKO_MCAST_IF]     = { D | R,          0, INT_MAX, NO_NUMBER },
	[SKO_BROADCAST]    = { S | D | R,      0, 1, SOL, 6, KIND_BOOL },
	[SKO_REUSEADDR]    = { S | D | R,      0, 1, SOL, 2, KIND_BOOL },
	[SKO_RCVBUF]       = { S | D | R | P,  1, INT_MAX, SOL, 8, KIND_BUF }, /* OPT_RMEM */
	[SKO_SNDBUF]       = { S | D | R | P,  1, INT_MAX, SOL, 7, KIND_BUF },
	[SKO_BINDTODEVICE] = { S | D | R | P,  0, INT_MAX, SOL, 25, KIND_DEV },
	[SKO_PMTUDISC]     = { S | D | R,      PMTU_DONT, PMTU_PROBE, IP, 10, KIND_BYTE },
	[SKO_RECVERR]      = { S | D | R,      0, 1, IP, 11, KIND_BOOL },
	[SKO_HDRINCL]      = { R,              0, 1, IP, 3, KIND_BOOL },
	[SKO_CHECKSUM]     = { D,              0, 1, SOL, 11, KIND_NOT },
	[SKO_NODELAY]      = { S,              0, 1, TCP, 1, KIND_BOOL },
	[SKO_CORK]         = { S,              0, 1, TCP, 3, KIND_BOOL },
	[SKO_KEEPALIVE]    = { S | D | R,      0, 1, SOL, 9, KIND_BOOL }, /* MUST-25 */
	[SKO_KEEPIDLE]     = { S,              1, 32767, TCP, 4, KIND_INT }, /* MUST-28 */
	[SKO_KEEPINTVL]    = { S,              1, 32767, TCP, 5, KIND_INT },
	[SKO_KEEPCNT]      = { S,              1, 127, TCP, 6, KIND_INT },
	[SKO_LINGER]       = { S | D | R,     -1, INT_MAX, SOL, 13, KIND_LINGER },
	[SKO_USER_TIMEOUT] = { S,              0, INT_MAX, TCP, 18, KIND_INT },
	[SKO_MAXSEG]       = { S,             88, 32767, TCP, 2, KIND_INT },
	[SKO_MAX_PACING_RATE] = { S,           0, INT_MAX, SOL, 47, KIND_RATE },
	[SKO_REUSEPORT]    = { S | D | R,      0, 1, SOL, 15, KIND_BOOL },
	[SKO_FREEBIND]     = { S | D | R,      0, 1, IP, 15, KIND_BOOL },
	[SKO_TRANSPARENT]  = { S | D | R,      0, 1, IP, 19, KIND_BOOL },
	[SKO_RCVLOWAT]     = { S | D | R,      0, INT_MAX, SOL, 18, KIND_LOWAT },
	[SKO_NOTSENT_LOWAT] = { S,       INT_MIN, INT_MAX, TCP, 25, KIND_INT },
	[SKO_WINDOW_CLAMP] = { S,              0, INT_MAX, TCP, 10, KIND_CLAMP },
	[SKO_RCVTIMEO]     = { S | D | R | P,  0, INT_MAX, SOL, 20, KIND_TIME },
	[SKO_SNDTIMEO]     = { S | D | R | P,  0, INT_MAX, SOL, 21, KIND_TIME },
	[SKO_PRIORITY]     = { S | D | R | P,  INT_MIN, INT_MAX, SOL, 12, KIND_INT },
	[SKO_MARK]         = { S | D | R | P,  INT_MIN, INT_MAX, SOL, 36, KIND_INT },
	[SKO_TIMESTAMP]    = { S | D | R | P,  0, 1, SOL, 29, KIND_BOOL },
	[SKO_TIMESTAMPNS]  = { S | D | R | P,  0, 1, SOL, 35, KIND_BOOL },
	[SKO_PKTINFO]      = { S | D | R,      0, 1, IP, 8, KIND_BOOL },
	[SKO_RECVTTL]      = { S | D | R,      0, 1, IP, 12, KIND_BOOL },
	[SKO_RECVTOS]      = { S | D | R,      0, 1, IP, 13, KIND_BOOL },
	[SKO_ZEROCOPY]     = { S,              0, 1, SOL, 60, KIND_INT },
	[SKO_TIMESTAMPING] = { S,        0, SK_STAMPING_ALL, SOL, 37, KIND_INT },
	[SKO_ERROR]        = { S | D | R | P,  0, -1, SOL, 4, KIND_ERROR },
	[SKO_NREAD]        = { S | D | R | P,  0, -1, NO_NUMBER },
	[SKO_QUICKACK]     = { S,              0, INT_MAX, TCP, 12, KIND_BOOL },
	[SKO_SYNCNT]       = { S,              1, 127, TCP, 7, KIND_INT },
	[SKO_LINGER2]      = { S,             -1, 120, TCP, 8, KIND_LINGER2 },
	[SKO_DEFER_ACCEPT] = { S,              0, 255, TCP, 9, KIND_DEFER },
	[SKO_FASTOPEN]     = { S,              0, INT_MAX, TCP, 23, KIND_INT },
	[SKO_FASTOPEN_CONNECT] = { S,          0, 1, TCP, 30, KIND_INT },
	[SKO_FASTOPEN_NO_COOKIE] = { S,        0, 1, TCP, 34, KIND_INT },
	[SKO_OOBINLINE]    = { S | D | R,      0, 1, SOL, 10, KIND_BOOL },
	[SKO_NWRITE]       = { S | D | R,      0, -1, NO_NUMBER },
	[SKO_NUNSENT]      = { S,              0, -1, NO_NUMBER },
	[SKO_ATMARK]       = { S,              0, -1, NO_NUMBER },
	[SKO_MTU]          = { S | D | R,      0, -1, IP, 14, KIND_INT },
	[SKO_TYPE]         = { S | D | R | P,  0, -1, SOL, 3, KIND_INT },
	[SKO_PROTOCOL]     = { S | D | R | P,  0, -1, SOL, 38, KIND_INT },
	[SKO_DOMAIN]       = { S | D | R | P,  0, -1, SOL, 39, KIND_INT },
	[SKO_ACCEPTCONN]   = { S | D | R | P,  0, -1, SOL, 30, KIND_INT },
};

void opt_init(struct sock *sk)
{
	memcpy(sk->opt, sock_opt_default, sizeof(sk->opt));
	sk->opt[SKO_RCVBUF] = (int)sk->st->opt[sk->type == SK_STREAM ? OPT_TCP_RMEM : OPT_RMEM];
	if (sk->type == SK_STREAM)
		sk->opt[SKO_SNDBUF] = (int)sk->st->opt[OPT_TCP_WMEM];
}

const struct opt_rule *opt_rule(enum sk_opt o) { return &opt_rules[o]; }

static const struct opt_rule *opt_find(const struct sock *sk, enum sk_opt o)
{
	if ((unsigned)o >= SKO_N || !(opt_rules[o].types & 1 << sk->type))
		return NULL;
	return &opt_rules[o];
}

int sk_setopt(struct sock *sk, enum sk_opt o, int v)
{
	const struct opt_rule *r = opt_find(sk, o);
	int err;

	if (!r || r->max < r->min)
		return ERR_NOPROTOOPT;
	if ((v < r->min || v > r->max || (o == SKO_TTL && v == 0)) && (o != SKO_MAXSEG || v))
		return ERR_INVAL;
	if ((o == SKO_BINDTODEVICE || o == SKO_MCAST_IF) && v &&
	    !stack_dev_index(sk->st, (unsigned)v))
		return ERR_NODEV;
	err = sk->type == SK_STREAM ? tcp_option_may(sk, o) : OK;
	if (sk->type == SK_STREAM)
		v = tcp_option_within(sk, o, v);
	if (!err)
		err = o == SKO_TIMESTAMPING ? tcp_stamp_set(sk, v) : sock_opt_set(sk, o, v);
	if (err)
		return err;
	if (o == SKO_BINDTODEVICE)
		sk->ifindex = (unsigned)v;
	if (sk->type == SK_STREAM)
		tcp_option_changed(sk, o);
	return OK;
}

/* IP_MTU: of the way that sk_send() would take now. */
static int path_mtu(struct sock *sk, int *mtu)
{
	struct netdev *dev;
	struct ip4_path path;
	int err = sk->connected ? sock_dev(sk, sk->peer, 0, &dev) : ERR_NOTCONN;

	if (!err)
		err = ip4_path(sk->st, sk->peer, sock_source(sk, NULL), dev,
			       sk->type == SK_DGRAM ? udp_flow(sk, sk->pport) : 0, &path);
	if (!err)
		*mtu = (int)path.mtu;
	return err;
}

/* Bytes of the next datagram. */
static int next_len(const struct sock *sk)
{
	const struct sk_item *it = list_first(&sock_dgram(sk)->rxq, struct sk_item, node);

	return it ? (int)pkt_len(it->p) : 0;
}

/* One that cannot be set. */
static int asked(struct sock *sk, enum sk_opt o)
{
	int v;

	switch (o) {
	case SKO_NREAD:    return next_len(sk);
	case SKO_TYPE:     return sk->type;
	case SKO_PROTOCOL: return sk->proto;
	case SKO_DOMAIN:   return sk->type == SK_PACKET ? AF_PACKET : AF_INET;
	case SKO_ERROR:
		v = sock_take_error(sk);
		sock_ready_changed(sk);
		return v;
	default:
		return 0;
	}
}

static bool is_keep(enum sk_opt o)
{
	return o == SKO_KEEPIDLE || o == SKO_KEEPINTVL || o == SKO_KEEPCNT;
}

int sk_getopt(struct sock *sk, enum sk_opt o, int *v)
{
	int err = ERR_NOPROTOOPT;

	if (!opt_find(sk, o))
		return ERR_NOPROTOOPT;
	if (o == SKO_MTU)
		return path_mtu(sk, v);
	if (sk->type == SK_STREAM)
		err = tcp_option_get(sk, o, v);
	if (err != ERR_NOPROTOOPT)
		return err;
	*v = o < SKO_N_STORED ? sock_opt(sk, o) : asked(sk, o);
	if ((o == SKO_TTL && *v < 0) || (is_keep(o) && !*v))
		*v = sock_opt_host(sk, o);
	return OK;
}

int sk_set_congestion(struct sock *sk, const char *name)
{
	return sk->type == SK_STREAM ? tcp_congestion_choose(sk, name) : ERR_NOPROTOOPT;
}

const char *sk_get_congestion(const struct sock *sk)
{
	return sk->type == SK_STREAM ? tcp_congestion(sk) : NULL;
}

int sk_set_ip_options(struct sock *sk, const uint8_t *opt, size_t n)
{
	return sk->type == SK_STREAM ? tcp_set_ip_options(sk, opt, n) : ERR_NOPROTOOPT;
}

size_t sk_get_ip_options(const struct sock *sk, uint8_t out[40])
{
	return sk->type == SK_STREAM ? tcp_get_ip_options(sk, out) : 0;
}

/* --- multicast (RFC 1112 7.1) ------------------------------------------------------ */

static struct sk_group *group_find(struct sock *sk, ip4_t group, unsigned ifindex)
{
	struct sk_group *g;

	list_for_each(&sock_dgram(sk)->groups, g, node)
		if (g->group == group && (!ifindex || g->ifindex == ifindex))
			return g;
	return NULL;
}

/* The interface to join by: the one named, or the way to the group. */
static struct netdev *group_dev(struct sock *sk, ip4_t group, unsigned ifindex)
{
	struct netdev *dev;
	struct ip4_path path;

	if (sock_dev(sk, group, ifindex, &dev) != OK)
		return NULL;
	if (!dev && ip4_path(sk->st, group, 0, NULL, 0, &path) == OK)
		dev = path.dev;
	return dev;
}

int sk_join(struct sock *sk, ip4_t group, unsigned ifindex)
{
	struct netdev *dev;
	struct sk_group *g;
	int err;

	if (sk->type == SK_STREAM)
		return ERR_PROTO;                 /* as Linux */
	if (sk->type == SK_PACKET)
		return ERR_OPNOTSUP;
	if (!ip4_is_mcast(group))
		return ERR_INVAL;
	dev = group_dev(sk, group, ifindex);
	if (!dev)
		return ERR_NODEV;
	if (group_find(sk, group, dev->ifindex))
		return ERR_INUSE;
	g = malloc(sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	*g = (struct sk_group){ .group = group, .ifindex = dev->ifindex };
	err = mcast_join(dev, group);
	if (err) {
		free(g);
		return err;
	}
	list_push_back(&sock_dgram(sk)->groups, &g->node);
	return OK;
}

int sk_leave(struct sock *sk, ip4_t group, unsigned ifindex)
{
	struct sk_group *g;
	struct netdev *dev;

	if (sk->type == SK_STREAM)
		return ERR_PROTO;
	if (!ip4_is_mcast(group))
		return ERR_INVAL;
	g = group_find(sk, group, ifindex);
	if (!g)
		return ERR_NOTAVAIL;
	dev = stack_dev_index(sk->st, g->ifindex);
	if (dev)
		mcast_leave(dev, group);
	list_remove(&g->node);
	free(g);
	return OK;
}
