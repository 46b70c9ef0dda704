// SPDX-License-Identifier: MIT
/*
 * setsockopt(2) and getsockopt(2) in Linux's numbers and layouts, over the
 * rules of opt.c: socket(7), ip(7), tcp(7).
 */
#include <limits.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/sock/sock.h"
#include "stack/tcp/tcp.h"

#define RCVBUF_MIN 2304                   /* Linux: SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF */
#define SNDBUF_MIN 4608
#define IFNAME 16                         /* IFNAMSIZ */
#define CC_NAME 16                        /* TCP_CA_NAME_MAX */
#define MS 1000

/* Those that are no int, or another option's by another name. */
enum { SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33, SO_BINDTOIFINDEX = 62, SO_SNDLOWAT = 19 };
enum { TCP_INFO = 11, TCP_CONGESTION = 13, TCP_FASTOPEN_KEY = 33 };

struct lx_linger { int32_t onoff, seconds; };
struct lx_time { int64_t sec, usec; };

static int find(const struct sock *sk, int level, int number)
{
	for (int o = 0; o < SKO_N; o++) {
		const struct opt_rule *r = opt_rule((enum sk_opt)o);

		if (r->kind && r->level == level && r->number == number &&
		    (r->types & 1 << sk->type))
			return o;
	}
	return -1;
}

/* --- set ---------------------------------------------------------------------------- */

static int least_of(enum sk_opt o) { return o == SKO_RCVBUF ? RCVBUF_MIN : SNDBUF_MIN; }

/* socket(7): the kernel doubles it, for what it keeps beside the data. */
static int buf_set(struct sock *sk, enum sk_opt o, int v, bool force)
{
	int64_t limit = sk->st->opt[o == SKO_RCVBUF ? OPT_RMEM_LIMIT : OPT_WMEM_LIMIT];
	int64_t bytes = force ? (v < 0 ? 0 : v) : v < 0 || v > limit ? limit : v;

	if (bytes > INT_MAX / 2)
		bytes = INT_MAX / 2;
	bytes *= 2;
	return sk_setopt(sk, o, bytes < least_of(o) ? least_of(o) : (int)bytes);
}

static int linger_set(struct sock *sk, const void *v, size_t n)
{
	struct lx_linger l;

	if (n < sizeof(l))
		return ERR_INVAL;
	memcpy(&l, v, sizeof(l));
	return sk_setopt(sk, SKO_LINGER, !l.onoff ? -1 : l.seconds < 0 ? INT_MAX : l.seconds);
}

static int time_set(struct sock *sk, enum sk_opt o, const void *v, size_t n)
{
	struct lx_time t;
	int64_t ms;

	if (n < sizeof(t))
		return ERR_INVAL;
	memcpy(&t, v, sizeof(t));
	if (t.usec < 0 || t.usec >= 1000 * MS)
		return ERR_DOM;
	if (t.sec < 0)
		return sk_setopt(sk, o, 0);
	ms = t.sec > INT_MAX / MS ? INT_MAX : t.sec * MS + (t.usec + MS - 1) / MS;
	return sk_setopt(sk, o, ms > INT_MAX ? INT_MAX : (int)ms);
}

static int dev_set(struct sock *sk, const void *v, size_t n)
{
	char name[IFNAME] = "";
	struct netdev *dev;

	memcpy(name, v, n < IFNAME ? n : IFNAME - 1);
	if (!name[0])
		return sk_setopt(sk, SKO_BINDTODEVICE, 0);
	dev = stack_dev(sk->st, name);
	return dev ? sk_setopt(sk, SKO_BINDTODEVICE, (int)dev->ifindex) : ERR_NODEV;
}

static int congestion_set(struct sock *sk, const void *v, size_t n)
{
	char name[CC_NAME] = "";

	if (n < 1)
		return ERR_INVAL;
	memcpy(name, v, n < CC_NAME ? n : CC_NAME - 1);
	return sk_set_congestion(sk, name);
}

#define SYNACK_TIMEOUT 1                  /* s; Linux: TCP_TIMEOUT_INIT, TCP_RTO_MAX */
#define SYNACK_TIMEOUT_MAX 120

/* Timeouts that take v seconds, each twice as long as the one before. */
static int timeouts_in(int v)
{
	int n = 0, t = SYNACK_TIMEOUT;

	for (int64_t sum = 0; sum < v && n < UINT8_MAX; n++) {
		sum += t;
		t = 2 * t < SYNACK_TIMEOUT_MAX ? 2 * t : SYNACK_TIMEOUT_MAX;
	}
	return n;
}

static int seconds_of(int timeouts)
{
	int t = SYNACK_TIMEOUT, sum = 0;

	for (; timeouts > 0; timeouts--) {
		sum += t;
		t = 2 * t < SYNACK_TIMEOUT_MAX ? 2 * t : SYNACK_TIMEOUT_MAX;
	}
	return sum;
}

static int number_set(struct sock *sk, enum sk_opt o, int v)
{
	switch ((enum opt_kind)opt_rule(o)->kind) {
	case KIND_BOOL:  return sk_setopt(sk, o, v != 0);
	case KIND_NOT:   return sk_setopt(sk, o, v == 0);
	case KIND_TOS:   return sk_setopt(sk, o, v & 0xff);
	case KIND_BUF:   return buf_set(sk, o, v, false);
	case KIND_LOWAT: return sk_setopt(sk, o, v < 0 ? INT_MAX : v);
	case KIND_CLAMP: return v ? sk_setopt(sk, o, v < RCVBUF_MIN / 2 ? RCVBUF_MIN / 2 : v) :
				    tcp_is_closed(sk) ? sk_setopt(sk, o, 0) : ERR_INVAL;
	case KIND_LINGER2: return sk_setopt(sk, o, v < 0 ? -1 : v > opt_rule(o)->max ?
					    opt_rule(o)->max : v);
	case KIND_DEFER: return sk_setopt(sk, o, timeouts_in(v));
	case KIND_RATE:  return sk_setopt(sk, o, v < 0 ? 0 : v);      /* ~0: without limit */
	default:         return sk_setopt(sk, o, v);
	}
}

/* In 8 bytes it is a long; more than an int has is without limit. */
static int rate_set(struct sock *sk, enum sk_opt o, const void *v)
{
	int64_t rate;

	memcpy(&rate, v, sizeof(rate));
	return sk_setopt(sk, o, rate < 0 || rate > INT_MAX ? 0 : (int)rate);
}

/* Of IP a byte will do, and nothing is 0. */
static int number_of(int level, const void *v, size_t n, int *out)
{
	*out = 0;
	if (n >= sizeof(*out))
		memcpy(out, v, sizeof(*out));
	else if (level != OPT_IP)
		return ERR_INVAL;
	else if (n)
		*out = *(const uint8_t *)v;
	return OK;
}

/* What has no row of its own. */
static int other_set(struct sock *sk, int level, int number, int i)
{
	if (level == OPT_SOCKET && number == SO_SNDBUFFORCE)
		return buf_set(sk, SKO_SNDBUF, i, true);
	if (level == OPT_SOCKET && number == SO_RCVBUFFORCE)
		return buf_set(sk, SKO_RCVBUF, i, true);
	if (level == OPT_SOCKET && number == SO_BINDTOIFINDEX)
		return i < 0 ? ERR_INVAL : sk_setopt(sk, SKO_BINDTODEVICE, i);
	return ERR_NOPROTOOPT;
}

int sk_setsockopt(struct sock *sk, int level, int number, const void *v, size_t n)
{
	int o = find(sk, level, number), kind = o < 0 ? KIND_NONE : opt_rule((enum sk_opt)o)->kind;
	int i, err;

	if (kind == KIND_DEV)
		return dev_set(sk, v, n);
	if (level == OPT_TCP && number == TCP_CONGESTION)
		return congestion_set(sk, v, n);
	if (level == OPT_TCP && number == TCP_FASTOPEN_KEY)
		return sk_set_fastopen_key(sk, v, n);
	err = number_of(level, v, n, &i);
	if (err)
		return err;
	if (kind == KIND_LINGER)
		return linger_set(sk, v, n);
	if (kind == KIND_TIME)
		return time_set(sk, (enum sk_opt)o, v, n);
	if (kind == KIND_RATE && n >= sizeof(int64_t))
		return rate_set(sk, (enum sk_opt)o, v);
	if (kind == KIND_BYTE && !n)
		return ERR_INVAL;
	return o < 0 ? other_set(sk, level, number, i) : number_set(sk, (enum sk_opt)o, i);
}

/* --- TCP_INFO ------------------------------------------------------------------------- */

#define TCP_INFO_SIZE 236                 /* of struct tcp_info, with snd_wnd and rcv_wnd */

/* Where its members are in struct tcp_info of Linux's ABI, and their bytes. */
static const struct { uint8_t at, size; uint16_t from; } info_rows[] = {
#define AT(at, size, name) { at, size, offsetof(struct sk_tcp_info, name) }
	AT(0, 1, state), AT(1, 1, ca_state), AT(2, 1, retransmits), AT(3, 1, probes),
	AT(4, 1, backoff), AT(5, 1, options), AT(8, 4, rto), AT(12, 4, ato), AT(16, 4, snd_mss),
	AT(20, 4, rcv_mss), AT(24, 4, unacked), AT(28, 4, sacked), AT(32, 4, lost),
	AT(36, 4, retrans), AT(40, 4, fackets), AT(44, 4, last_data_sent),
	AT(48, 4, last_ack_sent), AT(52, 4, last_data_recv), AT(56, 4, last_ack_recv),
	AT(60, 4, pmtu), AT(64, 4, rcv_ssthresh), AT(68, 4, rtt), AT(72, 4, rttvar),
	AT(76, 4, snd_ssthresh), AT(80, 4, snd_cwnd), AT(84, 4, advmss), AT(88, 4, reordering),
	AT(92, 4, rcv_rtt), AT(96, 4, rcv_space), AT(100, 4, total_retrans),
	AT(120, 8, bytes_acked), AT(128, 8, bytes_received), AT(136, 4, segs_out),
	AT(140, 4, segs_in), AT(144, 4, notsent_bytes), AT(148, 4, min_rtt),
	AT(152, 4, data_segs_in), AT(156, 4, data_segs_out), AT(160, 8, delivery_rate),
	AT(168, 8, busy_time), AT(176, 8, rwnd_limited), AT(184, 8, sndbuf_limited),
	AT(7, 1, delivery_rate_app_limited), AT(192, 4, delivered),
	AT(196, 4, delivered_ce), AT(200, 8, bytes_sent), AT(208, 8, bytes_retrans),
	AT(216, 4, dsack_dups), AT(220, 4, reord_seen), AT(228, 4, snd_wnd), AT(232, 4, rcv_wnd),
#undef AT
};

static void tcp_info_bytes(const struct sock *sk, uint8_t *out)
{
	struct sk_tcp_info info;

	memset(out, 0, TCP_INFO_SIZE);
	if (sk_tcp_info(sk, &info) != OK)
		return;
	for (size_t i = 0; i < N_ELEM(info_rows); i++) {
		int64_t v;
		uint32_t word;
		uint8_t byte;

		memcpy(&v, (const uint8_t *)&info + info_rows[i].from, sizeof(v));
		word = (uint32_t)v;
		byte = (uint8_t)v;
		memcpy(out + info_rows[i].at, info_rows[i].size == 8 ? (const void *)&v :
		       info_rows[i].size == 4 ? (const void *)&word : &byte, info_rows[i].size);
	}
	out[6] = (uint8_t)(info.snd_wscale | info.rcv_wscale << 4);
}

/* --- get ------------------------------------------------------------------------------ */

/* As much of it as there is room for. */
static int give(void *v, size_t *n, const void *from, size_t size)
{
	if (*n > size)
		*n = size;
	if (*n)
		memcpy(v, from, *n);
	return OK;
}

static int dev_get(struct sock *sk, void *v, size_t *n)
{
	const struct netdev *dev = sk->ifindex ? stack_dev_index(sk->st, sk->ifindex) : NULL;

	if (!dev) {
		*n = 0;
		return OK;
	}
	if (*n < IFNAME)
		return ERR_INVAL;
	return give(v, n, dev->name, strlen(dev->name) + 1);
}

static int congestion_get(struct sock *sk, void *v, size_t *n)
{
	char name[CC_NAME] = "";
	const char *cc = sk_get_congestion(sk);

	memcpy(name, cc, strlen(cc) < CC_NAME ? strlen(cc) : CC_NAME - 1);
	return give(v, n, name, sizeof(name));
}

static int number_get(struct sock *sk, enum sk_opt o, void *v, size_t *n)
{
	const struct opt_rule *r = opt_rule(o);
	int i = 0, err = sk_getopt(sk, o, &i);
	uint8_t byte = (uint8_t)i;
	int64_t rate = i ? i : -1;

	if (err)
		return err;
	if (r->kind == KIND_RATE && *n >= sizeof(rate))
		return give(v, n, &rate, sizeof(rate));
	if (r->kind == KIND_NOT)
		i = !i;
	else if (r->kind == KIND_ERROR)
		i = -i;
	else if (r->kind == KIND_LOWAT && !i)
		i = 1;
	else if (r->kind == KIND_DEFER)
		i = seconds_of(i);
	else if (r->kind == KIND_RATE && !i)
		i = -1;
	if (r->level == OPT_IP && *n && *n < sizeof(i) && i >= 0 && i <= UINT8_MAX)
		return give(v, n, &byte, 1);
	return give(v, n, &i, sizeof(i));
}

static int structure_get(struct sock *sk, enum sk_opt o, void *v, size_t *n)
{
	int i = sock_opt(sk, o);
	struct lx_linger l = { i >= 0, i < 0 ? 0 : i };
	struct lx_time t = { i / MS, i % MS * MS };

	return o == SKO_LINGER ? give(v, n, &l, sizeof(l)) : give(v, n, &t, sizeof(t));
}

int sk_getsockopt(struct sock *sk, int level, int number, void *v, size_t *n)
{
	int o = find(sk, level, number), kind = o < 0 ? KIND_NONE : opt_rule((enum sk_opt)o)->kind;
	int one = 1, ifindex = (int)sk->ifindex;
	uint8_t info[TCP_INFO_SIZE];

	if (kind == KIND_DEV)
		return dev_get(sk, v, n);
	if (kind == KIND_LINGER || kind == KIND_TIME)
		return structure_get(sk, (enum sk_opt)o, v, n);
	if (o >= 0)
		return number_get(sk, (enum sk_opt)o, v, n);
	if (level == OPT_SOCKET && number == SO_SNDLOWAT)
		return give(v, n, &one, sizeof(one));
	if (level == OPT_SOCKET && number == SO_BINDTOIFINDEX)
		return give(v, n, &ifindex, sizeof(ifindex));
	if (level != OPT_SOCKET && level != OPT_IP && (level != OPT_TCP || sk->type != SK_STREAM))
		return ERR_OPNOTSUP;
	if (level != OPT_TCP)
		return ERR_NOPROTOOPT;
	if (number == TCP_CONGESTION)
		return congestion_get(sk, v, n);
	if (number == TCP_FASTOPEN_KEY)
		return sk_get_fastopen_key(sk, v, n);
	if (number != TCP_INFO)
		return ERR_NOPROTOOPT;
	tcp_info_bytes(sk, info);
	return give(v, n, info, sizeof(info));
}
