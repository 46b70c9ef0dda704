// SPDX-License-Identifier: MIT
/*
 * TCP Fast Open, RFC 7413, of a server: who brings a cookie that this host gave to
 * its address (4.1.2) sends data in a SYN, and has it delivered, and answered, before
 * the handshake is over.  As Linux has it, the cookie is SipHash of both addresses,
 * and what such a connection sends before is not sent again until the peer has
 * acknowledged the SYN-ACK.
 *
 * Between the SYN and that ACK such a connection is fo_child, in SYN-RECEIVED or, if
 * its user closed it, FIN-WAIT-1.  Its SYN is not in sendq: SND.UNA is ISS, but data
 * may be there and out.
 *
 * Deviation: a second timeout of the SYN-ACK makes the window small as that of an
 * ordinary one does, and not as a timeout of data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/tcp/fastopen.h"
#include "stack/util/hash.h"
#include "stack/util/siphash.h"

#define COOKIE_LEN 8
#define KEY_LEN 16
#define RESET_COUNTS SEC(60)              /* RFC 7413 5.1: so long, after a RST */
#define KEY_STREAM 0x7413                 /* of the host's secret */

/* A connection that a RST ended. */
struct fo_reset { struct list_node node; ns_t until; };

/* Those of a listener that are fo_child, or were until a RST came. */
struct tcp_fo_queue {
	unsigned refs;                    /* the listener, each child */
	uint32_t n;
	struct list resets;               /* struct fo_reset, the oldest first */
};

/* --- keys and cookies -------------------------------------------------------------- */

static void key_of_seed(const struct stack *st, uint64_t key[2])
{
	uint32_t w[4];

	rng_block(&st->tcp->secret, KEY_STREAM, w);
	key[0] = (uint64_t)w[1] << 32 | w[0];
	key[1] = (uint64_t)w[3] << 32 | w[2];
}

struct tcp_fo_host *tcp_fo_host(struct stack *st)
{
	struct tcp_table *t = tcp_table(st);

	if (!t || t->fo)
		return t ? t->fo : NULL;
	t->fo = calloc(1, sizeof(*t->fo));
	if (t->fo) {
		list_init(&t->fo->peers);
		key_of_seed(st, t->fo->keys.v[0]);
		t->fo->keys.n = 1;
	}
	return t->fo;
}

void tcp_fo_host_fini(struct tcp_table *t)
{
	if (t->fo)
		tcp_fo_peers_fini(t->fo);
	free(t->fo);
	t->fo = NULL;
}

struct tcp_fastopen *tcp_fastopen(struct tcp_conn *tc)
{
	struct sock_rare *r = sock_rare(&tc->sk);

	if (r && !r->fo)
		r->fo = calloc(1, sizeof(*r->fo));
	return r ? r->fo : NULL;
}

/* The socket's, or the host's; NULL: no memory. */
static const struct tcp_fo_keys *keys_of(const struct tcp_conn *tc)
{
	const struct tcp_fastopen *fo = tcp_fo(tc);
	struct tcp_fo_host *h;

	if (fo && fo->keys.n)
		return &fo->keys;
	h = tcp_fo_host(tcp_stack(tc));
	return h ? &h->keys : NULL;
}

static struct tcp_cookie cookie_make(const uint64_t key[2], const struct tcp_rx *rx)
{
	struct tcp_cookie c = { .kind = rx->o.fo_kind, .n = COOKIE_LEN };
	uint8_t ends[8];
	uint64_t v;

	put_be32(ends, rx->m->src);
	put_be32(ends + 4, rx->m->dst);
	v = siphash24(key, ends, sizeof(ends));
	for (unsigned i = 0; i < COOKIE_LEN; i++)
		c.v[i] = (uint8_t)(v >> 8 * i);
	return c;
}

/* By which of the keys it was made, from 1 on; 0: by none. */
static unsigned cookie_key(const struct tcp_fo_keys *keys, const struct tcp_rx *rx)
{
	for (unsigned i = 0; i < keys->n && rx->o.fo_len == COOKIE_LEN; i++) {
		struct tcp_cookie c = cookie_make(keys->v[i], rx);

		if (memcmp(c.v, rx->o.fo, COOKIE_LEN) == 0)
			return i + 1;
	}
	return 0;
}

/* --- the listener's count ------------------------------------------------------------ */

static struct tcp_fo_queue *queue_of(struct tcp_conn *l)
{
	struct tcp_fastopen *fo = tcp_fastopen(l);

	if (!fo || fo->queue)
		return fo ? fo->queue : NULL;
	fo->queue = calloc(1, sizeof(*fo->queue));
	if (fo->queue) {
		fo->queue->refs = 1;
		list_init(&fo->queue->resets);
	}
	return fo->queue;
}

static void resets_forget(struct tcp_fo_queue *q, ns_t until)
{
	struct fo_reset *r;

	while ((r = list_first(&q->resets, struct fo_reset, node)) && r->until <= until) {
		list_remove(&r->node);
		free(r);
		q->n--;
	}
}

static void queue_put(struct tcp_fo_queue *q)
{
	if (!q || --q->refs)
		return;
	resets_forget(q, NS_NEVER);
	free(q);
}

static bool has_room(struct tcp_conn *l)
{
	uint32_t most = (uint32_t)sock_opt(&l->sk, SKO_FASTOPEN);
	struct tcp_fo_queue *q = most ? queue_of(l) : NULL;

	if (!q)
		return false;
	if (q->n >= most)
		resets_forget(q, tcp_now(l));
	if (q->n < most)
		return true;
	tcp_stack(l)->stat[ST_TCP_FO_OVERFLOWS]++;
	return false;
}

void tcp_fastopen_listen(struct tcp_conn *l)
{
	int64_t both = FO_SERVER | FO_SERVER_ALWAYS;

	if ((tcp_stack(l)->opt[OPT_TCP_FASTOPEN] & both) == both && !sock_opt(&l->sk, SKO_FASTOPEN))
		(void)!sock_opt_set(&l->sk, SKO_FASTOPEN, (int)l->listen->backlog);
}

/* --- a SYN ------------------------------------------------------------------------------ */

/* RFC 7413 4.2.2.  A cookie of the second key is good, and replaced. */
static bool cookie_good(struct tcp_conn *l, const struct tcp_rx *rx, struct tcp_cookie *say)
{
	const struct tcp_fo_keys *keys = keys_of(l);
	unsigned by = keys ? cookie_key(keys, rx) : 0;
	uint64_t *stat = tcp_stack(l)->stat;

	if (keys && by != 1)
		*say = cookie_make(keys->v[0], rx);
	if (rx->o.fo_len && !by)
		stat[ST_TCP_FO_PASSIVE_FAIL]++;
	stat[ST_TCP_FO_ALT_KEY] += by == 2;
	return by;
}

bool tcp_fastopen_admits(struct tcp_conn *l, const struct tcp_rx *rx, struct tcp_cookie *say)
{
	int64_t mode = tcp_stack(l)->opt[OPT_TCP_FASTOPEN];

	say->kind = 0;
	if (rx->o.fo_kind && !rx->o.fo_len)
		tcp_stack(l)->stat[ST_TCP_FO_COOKIE_REQD]++;
	if (!(mode & FO_SERVER) || !(rx->len || rx->o.fo_kind) || !has_room(l))
		return false;
	if ((mode & FO_SERVER_NO_COOKIE) || sock_opt(&l->sk, SKO_FASTOPEN_NO_COOKIE))
		return true;
	return rx->o.fo_kind && cookie_good(l, rx, say);
}

void tcp_fastopen_say(struct tcp_conn *tc, const struct tcp_cookie *c)
{
	if (c->kind && tcp_fastopen(tc))
		tcp_fo(tc)->cookie = *c;
}

void tcp_fastopen_opts(const struct tcp_conn *tc, struct tcp_opts *o)
{
	const struct tcp_cookie *c = &tcp_fo(tc)->cookie;

	o->fo_kind = c->kind;
	o->fo_len = c->n;
	o->fo = c->v;
}

/* --- what was opened by one --------------------------------------------------------------- */

/* Its data to the user; then the SYN-ACK, which is no part of sendq any more once it
 * was sent. */
static void open_now(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	tcp_text_of_syn(tc, rx, p);
	tc->syn_data = rx->len > 0;
	tc->segs_in = 1;
	tcp_listen_syn_ack(tc);
	tcp_fo(tc)->cookie.kind = 0;
	tcp_fo(tc)->syn_at = tcp_now(tc);
	tcp_seg_free(tc, list_first(&tc->sendq, struct tcp_seg, node));
	tc->n_out = 0;
	tc->fo_child = true;
	tc->segs_out = 0;                         /* of a SYN-ACK nobody knows */
	cc_init(&tc->cc, tc->cc.ops, tc->snd_mss);
}

bool tcp_fastopen_child(struct tcp_conn *l, struct tcp_conn *tc, const struct tcp_rx *rx,
			struct pkt *p)
{
	struct tcp_fo_queue *q = queue_of(l);

	if (!q || !tcp_fastopen(tc)) {
		tcp_stack(l)->stat[ST_TCP_FO_PASSIVE_FAIL]++;
		return false;
	}
	tcp_fo(tc)->queue = q;
	q->refs++;
	q->n++;
	tcp_listen_add(l, tc);
	open_now(tc, rx, p);
	(void)tcp_listen_established(tc);         /* there is room: the caller has looked */
	tcp_stack(l)->stat[ST_TCP_FO_PASSIVE]++;
	tcp_stack(l)->stat[ST_TCP_PASSIVE_OPENS]++;
	tcp_tell_owner(tc);
	return true;
}

bool tcp_fastopen_syn_ack(struct tcp_conn *tc)
{
	struct tcp_seg syn = { .flags = TCP_SYN, .seq = tc->iss };
	uint32_t before = tc->segs_out;
	bool sent = tcp_seg_xmit(tc, &syn, NULL);

	tc->segs_out = before;
	return sent;
}

/* As Linux: whose user has it counts on, for who forges addresses makes others answer
 * with RSTs. */
static void reset_counts(const struct tcp_conn *tc)
{
	struct tcp_fo_queue *q = tcp_fo(tc)->queue;
	struct fo_reset *r = malloc(sizeof(*r));

	if (!r)
		return;
	r->until = tcp_now(tc) + RESET_COUNTS;
	list_push_back(&q->resets, &r->node);
	q->n++;
}

static void end(struct tcp_conn *tc)
{
	queue_put(tcp_fo(tc)->queue);
	free(tcp_fo(tc));
	tc->sk.rare->fo = NULL;
}

void tcp_fastopen_child_end(struct tcp_conn *tc, bool reset)
{
	if (!tc->fo_child)
		return;
	tc->fo_child = false;
	tcp_fo(tc)->queue->n--;
	if (reset && !tc->listener)
		reset_counts(tc);
	end(tc);
}

void tcp_fastopen_opened(struct tcp_conn *tc)
{
	bool lost = tc->timeouts > 1 && tc->n_out;

	tcp_conn_established(tc);
	if (lost)                                 /* as Linux: with the SYN-ACKs */
		tcp_enter_loss(tc);
	tcp_fastopen_child_end(tc, false);
}

void tcp_fastopen_forget(struct tcp_conn *tc)
{
	struct tcp_fastopen *fo;

	tcp_fastopen_child_end(tc, false);
	tc->fo_later = false;
	fo = tcp_fo(tc);
	if (!fo)
		return;
	fo->cookie.kind = fo->asked = 0;
	fo->data = false;
}

void tcp_fastopen_fini(struct tcp_conn *tc)
{
	tcp_fastopen_child_end(tc, false);
	if (tcp_fo(tc))
		end(tc);
}

/* --- what somebody sets -------------------------------------------------------------------- */

int tcp_option_may(const struct sock *sk, enum sk_opt o)
{
	const struct tcp_conn *tc = tcp_conn(sk);
	bool fits = true;

	if (o == SKO_FASTOPEN || o == SKO_FASTOPEN_NO_COOKIE)
		fits = tc->state == TCP_CLOSED || tc->state == TCP_LISTEN;
	else if (o == SKO_FASTOPEN_CONNECT && !(sk->st->opt[OPT_TCP_FASTOPEN] & FO_CLIENT))
		return ERR_OPNOTSUP;
	else if (o == SKO_FASTOPEN_CONNECT)
		fits = tc->state == TCP_CLOSED;
	return fits ? OK : ERR_INVAL;
}

static bool parse_key(const char **text, uint64_t key[2])
{
	unsigned w[4];
	int n = 0;

	if (sscanf(*text, "%8x-%8x-%8x-%8x%n", &w[0], &w[1], &w[2], &w[3], &n) != 4)
		return false;
	key[0] = (uint64_t)w[1] << 32 | w[0];
	key[1] = (uint64_t)w[3] << 32 | w[2];
	*text += n;
	return true;
}

int stack_set_fastopen_key(struct stack *st, const char *text)
{
	struct tcp_fo_keys keys = { .n = 1 };
	struct tcp_fo_host *h;

	if (!parse_key(&text, keys.v[0]))
		return ERR_INVAL;
	if (*text == ',') {
		text++;
		keys.n = 2;
		if (!parse_key(&text, keys.v[1]))
			return ERR_INVAL;
	}
	if (*text)
		return ERR_INVAL;
	if (!st)
		return OK;
	h = tcp_fo_host(st);
	if (!h)
		return ERR_NOMEM;
	h->keys = keys;
	return OK;
}

const char *stack_fastopen_key(struct stack *st, char out[STACK_FASTOPEN_KEY_STRLEN])
{
	struct tcp_fo_host *h = tcp_fo_host(st);
	char *at = out;

	*out = '\0';
	for (unsigned i = 0; h && i < h->keys.n; i++) {
		const uint64_t *k = h->keys.v[i];

		at += sprintf(at, "%s%08x-%08x-%08x-%08x", i ? "," : "", (uint32_t)k[0],
			      (uint32_t)(k[0] >> 32), (uint32_t)k[1], (uint32_t)(k[1] >> 32));
	}
	return out;
}

int sk_set_fastopen_key(struct sock *sk, const uint8_t *key, size_t n)
{
	struct tcp_fastopen *fo;

	if (sk->type != SK_STREAM)
		return ERR_NOPROTOOPT;
	if (n != KEY_LEN && n != 2 * (size_t)KEY_LEN)
		return ERR_INVAL;
	fo = tcp_fastopen(tcp_conn(sk));
	if (!fo)
		return ERR_NOMEM;
	fo->keys.n = (unsigned)(n / KEY_LEN);
	for (size_t i = 0; i < n / 8; i++)
		fo->keys.v[i / 2][i % 2] = hash_load64(key + 8 * i);
	return OK;
}

int sk_get_fastopen_key(struct sock *sk, uint8_t *key, size_t *n)
{
	const struct tcp_fo_keys *keys;
	uint8_t all[2 * KEY_LEN];

	if (sk->type != SK_STREAM)
		return ERR_NOPROTOOPT;
	keys = keys_of(tcp_conn(sk));
	if (!keys)
		return ERR_NOMEM;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(keys->v[i / KEY_LEN][i / 8 % 2] >> 8 * (i % 8));
	if (*n > keys->n * (size_t)KEY_LEN)
		*n = keys->n * (size_t)KEY_LEN;
	memcpy(key, all, *n);
	return OK;
}
