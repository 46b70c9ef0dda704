// SPDX-License-Identifier: MIT
/* RECEIVE: RFC 9293 3.9.1.3 and 3.10.3, as Linux spells it. */
#include "stack/tcp/recv.h"
#include "stack/tcp/rcvbuf.h"

/* What is read at once of the queue's front: `part` bytes, and with them the first n
 * packets, up to last, which have `bytes` in all. */
struct portion {
	const uint8_t *from;              /* where the bytes lie in a row, or NULL: n is at most 1 */
	struct pkt *last;
	uint32_t n, bytes, mem;           /* mem: only if from is set */
	size_t part;
};

/* Of one packet that has its bytes in pieces. */
static struct portion portion_of_pieces(struct pkt *p, uint32_t off, size_t want)
{
	uint32_t len = pkt_len(p);
	bool whole = len - off <= want;

	return (struct portion){ .last = p, .n = whole, .bytes = whole ? len : 0,
				 .part = whole ? len - off : want };
}

/* Of packets that have their bytes one behind the other, without the first off; no more
 * than are wanted: of the last some may stay. */
static struct portion portion_at(struct pkt *p, uint32_t off, size_t want)
{
	const struct frag *f = &p->frag[0];
	uint32_t end = f->off, begin = end + off;
	struct portion r = { .from = f->blk->data + begin };

	do {
		end += p->body;
		if (end - begin > want)
			break;
		r.bytes = end - f->off;
		r.mem += p->mem;
		r.last = p;
		r.n++;
		p = p->next;
	} while (p && end - begin < want && !p->len && p->nfrag == 1 &&
		 p->frag[0].blk == f->blk && p->frag[0].off == end);
	r.part = end - begin < want ? end - begin : want;
	return r;
}

static inline void first_free(struct tcp_conn *tc)
{
	struct pkt *p = pkt_queue_pop(&tc->rcvq);

	tc->rcv_mem -= p->mem;
	pkt_free(p);
}

/* Copies out of the queue, without the first `skip` (0 or 1) bytes; buf NULL:
 * does not.  peek: and leaves it as it is. */
static size_t take_many(struct tcp_conn *tc, uint8_t *buf, size_t n, uint32_t skip, bool peek)
{
	struct pkt *p = tc->rcvq.head, *next;
	uint32_t off = tc->rcvq_off + skip;
	struct portion r;
	size_t done = 0;

	for (; p && done < n; p = next) {
		r = p->len || p->nfrag != 1 ? portion_of_pieces(p, off, n - done) :
					      portion_at(p, off, n - done);
		if (buf && r.from)
			memcpy(buf + done, r.from, r.part);
		else if (buf)
			(void)pkt_copy_out(p, off, buf + done, r.part);
		done += r.part;
		off += (uint32_t)r.part - r.bytes;
		if (!r.n)
			break;
		next = r.last->next;
		if (r.from && !peek) {
			tc->rcv_mem -= r.mem;
			pkt_queue_free_row(&tc->rcvq, r.last, r.n, r.bytes);
		} else if (!peek) {
			first_free(tc);
		}
	}
	if (!peek) {
		tc->rcvq_off = off;
		tc->rcvq_bytes -= (uint32_t)done + skip;
	}
	return done;
}

/* The same; mostly it is one packet, small and whole. */
static hot_inline size_t take(struct tcp_conn *tc, uint8_t *buf, size_t n, uint32_t skip, bool peek)
{
	struct pkt *p = tc->rcvq.head;
	const uint32_t len = tc->rcvq_bytes;

	if (!buf || peek || skip || tc->rcvq_off || len > n || p->next)
		return take_many(tc, buf, n, skip, peek);
	(void)pkt_copy_out(p, 0, buf, len);
	tc->rcvq_bytes = 0;
	first_free(tc);
	return len;
}

void tcp_rcv_skip(struct tcp_conn *tc, uint32_t n)
{
	(void)take(tc, NULL, n, 0, false);
}

bool tcp_holds_no_more(const struct tcp_conn *tc)
{
	uint32_t buf = (uint32_t)tc->sk.opt[SKO_RCVBUF];

	return tcp_rcv_wnd(tc) <= tc->rcv_mss || tc->rcv_mem > buf - buf / 8;
}

/* From the queue, in order. */
static size_t recv_queued(struct tcp_conn *tc, void *buf, size_t n, unsigned flags)
{
	bool peek = flags & SK_PEEK;
	uint32_t skip = 0;
	size_t got;

	if (unlikely(tc->urgent != NULL))
		n = tcp_urgent_clip(tc, n, &skip);
	got = take(tc, flags & SK_TRUNC ? NULL : buf, n, skip, peek);
	if (!peek) {
		if (unlikely(tc->urgent != NULL))
			tcp_urgent_passed(tc);
		tcp_read_some(tc, (uint32_t)got + skip);
	}
	if (unlikely(tc->urgent != NULL))
		sock_ready_changed(&tc->sk);      /* only falls */
	else if (!tcp_has_enough(tc) && !tcp_at_end(tc))
		sock_ready_fell(&tc->sk, SK_IN);
	return got;
}

/* What a read says that finds nothing. */
static int recv_none(struct tcp_conn *tc)
{
	if (tc->sk.pending_err && !tcp_fin_rcvd(tc))
		return sock_take_error(&tc->sk);
	if (tcp_at_end(tc))
		return 0;
	return tc->state == TCP_CLOSED ? ERR_NOTCONN : ERR_AGAIN;
}

ssize_t tcp_recv(struct sock *sk, void *buf, size_t n, unsigned flags)
{
	struct tcp_conn *tc = tcp_conn(sk);
	size_t got;

	if (tc->state == TCP_LISTEN)
		return ERR_NOTCONN;
	if (flags & SK_OOB)
		return tcp_urgent_recv(tc, buf, n, flags & SK_PEEK);
	if (tc->rcvq_bytes) {
		got = recv_queued(tc, buf, n, flags);
		if (got || !n)
			return (ssize_t)got;
	}
	return recv_none(tc);
}

/* Adds n bytes to the spans, of which there are *k, or to the last of them; false:
 * they are as many as there may be. */
static bool span_add(struct sk_span *v, int *k, int max, const uint8_t *at, size_t n)
{
	if (*k && v[*k - 1].at + v[*k - 1].n == at) {
		v[*k - 1].n += n;
		return true;
	}
	if (*k == max)
		return false;
	v[(*k)++] = (struct sk_span){ at, n };
	return true;
}

/* So much of the queue, without its first `skip` bytes. */
static int spans(const struct tcp_conn *tc, struct sk_span *v, int max, uint32_t skip, size_t n)
{
	const uint8_t *at;
	size_t row;
	int k = 0;

	skip += tc->rcvq_off;
	for (struct pkt *p = tc->rcvq.head; p && n; p = p->next) {
		for (uint32_t off = skip; off < pkt_len(p) && n; off += (uint32_t)row) {
			at = pkt_row(p, off, &row);
			row = row < n ? row : n;
			if (!span_add(v, &k, max, at, row))
				return k;
			n -= row;
		}
		skip = skip > pkt_len(p) ? skip - pkt_len(p) : 0;
	}
	return k;
}

int tcp_recv_spans(struct sock *sk, struct sk_span *v, int max)
{
	struct tcp_conn *tc = tcp_conn(sk);
	size_t n = tc->rcvq_bytes;
	uint32_t skip = 0;

	if (max <= 0)
		return ERR_INVAL;
	if (tc->state == TCP_LISTEN)
		return ERR_NOTCONN;
	if (n && unlikely(tc->urgent != NULL))
		n = tcp_urgent_clip(tc, n, &skip);
	return n ? spans(tc, v, max, skip, n) : recv_none(tc);
}
