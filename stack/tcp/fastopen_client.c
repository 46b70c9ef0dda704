// SPDX-License-Identifier: MIT
/*
 * TCP Fast Open, RFC 7413, of a client: a host remembers the cookie and the MSS of
 * each peer that gave it one (4.1.3), and sends data in the SYN to it then.  If the
 * peer does not acknowledge that data it goes again with the ACK, and a SYN that is
 * lost is sent again without (4.2.1, 4.1.3.1).
 *
 * As Linux has it: as many bytes as the path, the peer and the user's MSS allow, less
 * 40 for options of others on the way; to who leaves the option without answer the
 * experimental one is said next, once.  Deviation: no search for paths that swallow
 * SYNs with data (Linux: tcp_fastopen_blackhole_timeout_sec, 0 by default).
 */
#include <stdlib.h>
#include <string.h>

#include "stack/tcp/fastopen.h"
#include "stack/tcp/rate.h"
#include "stack/tcp/zerocopy.h"
#include "stack/wire/ip4.h"

#define PEERS_MAX 128                     /* remembered by a host */

/* A peer, of an address of ours. */
struct fo_peer {
	struct list_node node;
	ip4_t local, peer;
	uint16_t mss;
	uint8_t try_exp;                  /* the option had no answer: 1 say the other, 2 said it */
	struct tcp_cookie cookie;         /* n 0: none */
};

/* --- what is remembered ----------------------------------------------------------------- */

static struct fo_peer *peer_find(const struct tcp_conn *tc)
{
	const struct tcp_fo_host *h = tcp_stack(tc)->tcp->fo;
	struct fo_peer *p;

	if (!h)
		return NULL;
	list_for_each(&h->peers, p, node)
		if (p->peer == tc->sk.peer && p->local == tc->sk.local)
			return p;
	return NULL;
}

/* The same, new or not; it is the latest then.  NULL: no memory. */
static struct fo_peer *peer_take(const struct tcp_conn *tc)
{
	struct tcp_fo_host *h = tcp_fo_host(tcp_stack(tc));
	struct fo_peer *p = h ? peer_find(tc) : NULL;
	bool known = p != NULL;

	if (!h)
		return NULL;
	if (known) {
		list_remove(&p->node);
	} else if (h->n_peers < PEERS_MAX) {
		p = malloc(sizeof(*p));
		h->n_peers += p != NULL;
	} else {                                  /* the oldest goes */
		p = container_of(h->peers.head.prev, struct fo_peer, node);
		list_remove(&p->node);
	}
	if (!p)
		return NULL;
	if (!known)
		*p = (struct fo_peer){ .local = tc->sk.local, .peer = tc->sk.peer };
	list_push_front(&h->peers, &p->node);
	return p;
}

void tcp_fo_peers_fini(struct tcp_fo_host *h)
{
	struct fo_peer *p;

	while ((p = list_first(&h->peers, struct fo_peer, node))) {
		list_remove(&p->node);
		free(p);
	}
	h->n_peers = 0;
}

/* --- a SYN of ours ------------------------------------------------------------------------ */

static bool needs_no_cookie(const struct tcp_conn *tc)
{
	return (tcp_stack(tc)->opt[OPT_TCP_FASTOPEN] & FO_CLIENT_NO_COOKIE) ||
	       sock_opt(&tc->sk, SKO_FASTOPEN_NO_COOKIE);
}

/* May it have data?  *c: what it says then, or asks for. */
static bool may_have_data(const struct tcp_conn *tc, struct tcp_cookie *c)
{
	const struct fo_peer *p = peer_find(tc);

	*c = (struct tcp_cookie){ .kind = p && p->try_exp == 1 ? TCP_OPT_EXP : TCP_OPT_FASTOPEN };
	if (needs_no_cookie(tc)) {
		c->kind = 0;
		return true;
	}
	if (!p || !p->cookie.n)
		return false;
	*c = p->cookie;
	return true;
}

bool tcp_fastopen_defers(struct tcp_conn *tc)
{
	struct tcp_cookie c;

	if (may_have_data(tc, &c))
		return true;
	tcp_fastopen_say(tc, &c);
	if (tcp_fo(tc))
		tcp_fo(tc)->asked = c.kind;
	return false;
}

/* Bytes of data that a SYN may have. */
static uint32_t room(const struct tcp_conn *tc)
{
	const struct fo_peer *p = peer_find(tc);
	uint32_t mss = tcp_path_mtu(tc) - IP4_HLEN - TCP_HLEN;
	uint32_t user = (uint32_t)tc->sk.opt[SKO_MAXSEG];

	if (p && p->mss && p->mss < mss)
		mss = p->mss;
	if (user && user < mss)
		mss = user;
	mss = mss > tcp_ip_opts_len(tc) ? mss - tcp_ip_opts_len(tc) : 0;
	return mss > TCP_OPT_MAX ? mss - TCP_OPT_MAX : 0;
}

size_t tcp_fastopen_fill(struct tcp_conn *tc, const uint8_t *buf, size_t n, unsigned flags)
{
	struct tcp_write w = { .buf = buf };      /* copied, whoever lends it */
	uint32_t most = room(tc);
	struct tcp_cookie c;
	bool data = may_have_data(tc, &c);
	struct tcp_fastopen *fo = tcp_fastopen(tc);
	ssize_t done;

	if (!fo)
		return 0;                         /* as if nobody had asked for it */
	fo->cookie = c;
	fo->asked = c.kind;
	if (!data || !most || !n)
		return 0;
	tc->snd_mss = (uint16_t)most;             /* one segment; the answer tells more */
	n = n < most ? n : most;
	done = flags & SK_ZEROCOPY ? tcp_zc_add(tc, &w, n) : tcp_sendq_add(tc, &w, n);
	if (done <= 0)
		return 0;                         /* it is sent later, or fails then */
	tcp_sendq_push(tc);
	fo->data = true;
	tcp_rate_begin(tc);
	return (size_t)done;
}

/* --- the answer --------------------------------------------------------------------------- */

/* RFC 7413 4.1.3: a cookie, or that there is none. */
static void remember(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	const struct tcp_fastopen *fo = tcp_fo(tc);
	bool gave = fo->asked && rx->o.fo_kind && rx->o.fo_len;
	bool mute = fo->asked && !rx->o.fo_kind && !fo->data && !tc->total_retrans;
	uint8_t try_exp = !mute ? 0 : fo->asked == TCP_OPT_EXP ? 2 : 1;
	struct fo_peer *p = peer_take(tc);

	if (!p)
		return;
	if (rx->o.has_mss)
		p->mss = rx->o.mss;
	if (gave) {
		p->cookie = (struct tcp_cookie){ .kind = rx->o.fo_kind, .n = rx->o.fo_len };
		memcpy(p->cookie.v, rx->o.fo, rx->o.fo_len);
	} else if (try_exp > p->try_exp && !p->cookie.n) {
		p->try_exp = try_exp;
	}
}

/* What is not acknowledged of the SYN's data goes at once, and that is no sign of
 * congestion. */
static void resend(struct tcp_conn *tc)
{
	struct tcp_seg *s;

	list_for_each(&tc->sendq, s, node)
		if (s->sent)
			tcp_mark_lost(tc, s, RTX_TIMEOUT);
	tcp_enter_resend(tc);
	tcp_stack(tc)->stat[ST_TCP_FO_ACTIVE_FAIL]++;
}

void tcp_fastopen_answered(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	remember(tc, rx);
	if (tcp_fo(tc)->data) {
		(void)tcp_ack(tc, rx);
		if (tc->n_out) {
			resend(tc);
		} else {
			tc->syn_data = true;
			tc->delivered--;          /* as Linux: it was one packet */
			tcp_stack(tc)->stat[ST_TCP_FO_ACTIVE]++;
		}
	}
	tcp_fastopen_fini(tc);
}
