// SPDX-License-Identifier: MIT
/*
 * Urgent data: RFC 9293 3.8.5, RFC 6093, with Linux's meaning of it.  The
 * pointer is one past the last urgent byte (MUST-62; for what is received
 * tcp_stdurg = 1 takes it for that byte itself).  However much is urgent
 * (MUST-31), only its last byte has a mark; it is read apart from the others
 * (SK_OOB), or in its place with SKO_OOBINLINE, and no read passes the mark.
 *
 * A connection without urgent data, which is nearly every one (SHLD-13), has
 * but a null pointer for all this.
 */
#include "stack/tcp/urgent.h"

#include <stdlib.h>

/* Of the byte at the mark: there is no mark; it is not here yet; here; read apart. */
enum { URG_NONE, URG_AHEAD, URG_HERE, URG_TAKEN };

struct tcp_urgent {
	seq_t snd_up;                     /* SND.UP: behind what is urgent */
	seq_t mark;                       /* RCV.UP - 1: the last urgent byte */
	bool sends;                       /* SND.UP means something */
	uint8_t rcv;                      /* enum above: the byte at the mark */
	uint8_t byte;                     /* that byte, once it is here */
};

bool tcp_urgent_begin(struct tcp_conn *tc)
{
	if (!tc->urgent)
		tc->urgent = calloc(1, sizeof(*tc->urgent));
	return tc->urgent != NULL;
}

void tcp_urgent_fini(struct tcp_conn *tc)
{
	free(tc->urgent);
	tc->urgent = NULL;
}

/* --- what we send --------------------------------------------------------------------- */

void tcp_urgent_wrote(struct tcp_conn *tc)
{
	tc->urgent->snd_up = tcp_sendq_end(tc);
	tc->urgent->sends = true;
}

bool tcp_urgent_pending(const struct tcp_conn *tc)
{
	return tc->urgent && tc->urgent->sends && seq_lt(tc->snd_una, tc->urgent->snd_up);
}

/* A pointer further off than the field can say is said with a later segment;
 * until then, at the end of what is sent, the field says that there is one. */
uint8_t tcp_urgent_out(struct tcp_conn *tc, seq_t at, uint16_t *pointer)
{
	struct tcp_urgent *u = tc->urgent;

	if (!tcp_urgent_pending(tc)) {
		u->sends = false;                 /* before the numbers come round */
		return 0;
	}
	if (!seq_lt(at, u->snd_up))
		return 0;
	if (seq_diff(u->snd_up, at) <= UINT16_MAX)
		*pointer = (uint16_t)seq_diff(u->snd_up, at);
	else if (seq_lt(tc->snd_nxt, seq_add(at, UINT16_MAX)))
		*pointer = UINT16_MAX;
	else
		return 0;
	return TCP_URG;
}

/* --- what we receive ------------------------------------------------------------------- */

/* The next byte that the user reads. */
static seq_t read_at(const struct tcp_conn *tc)
{
	return seq_sub(tc->rcv_nxt, tc->rcvq_bytes + tcp_fin_rcvd(tc));
}

bool tcp_at_mark(const struct tcp_conn *tc)
{
	return tc->urgent && tc->urgent->rcv && seq_eq(tc->urgent->mark, read_at(tc));
}

uint32_t tcp_urgent_apart(const struct tcp_conn *tc)
{
	return tcp_at_mark(tc) && !sock_opt(&tc->sk, SKO_OOBINLINE);
}

/* A new mark.  The byte at the old one goes if it is next, and else becomes
 * one as any other (Linux). */
static void mark_move(struct tcp_conn *tc, seq_t mark)
{
	struct tcp_urgent *u = tc->urgent;

	if (tcp_urgent_apart(tc) && tc->rcvq_bytes)
		tcp_rcv_skip(tc, 1);
	u->rcv = URG_AHEAD;
	u->mark = mark;
	tc->sk.ready_was &= ~(uint32_t)SK_URG;    /* to be told of each (MUST-32) */
}

/* RFC 9293 3.10.7.4, sixth: RCV.UP only moves forward, and past what came. */
static void pointer_take(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	bool behind = rx->h.urg && !tcp_stack(tc)->opt[OPT_TCP_STDURG];
	seq_t mark = seq_add(rx->h.seq, rx->h.urg - (uint32_t)behind);

	if (seq_lt(mark, tc->rcv_nxt) || !tcp_urgent_begin(tc))
		return;
	if (!tc->urgent->rcv || seq_lt(tc->urgent->mark, mark))
		mark_move(tc, mark);
}

void tcp_urgent_in(struct tcp_conn *tc, const struct tcp_rx *rx, const struct pkt *p)
{
	seq_t first = seq_add(rx->h.seq, !!(rx->h.flags & TCP_SYN));
	struct tcp_urgent *u;

	if (tc->orphan)
		return;
	if (rx->h.flags & TCP_URG)
		pointer_take(tc, rx);
	u = tc->urgent;
	if (!u || u->rcv != URG_AHEAD || !seq_within(u->mark, first, rx->len))
		return;
	pkt_copy_out(p, (uint32_t)seq_diff(u->mark, first), &u->byte, 1);
	u->rcv = URG_HERE;
	tc->sk.arrived |= SK_PRI;
}

/* --- what the user reads --------------------------------------------------------------- */

size_t tcp_urgent_clip(const struct tcp_conn *tc, size_t n, uint32_t *skip)
{
	uint32_t before;

	*skip = 0;
	if (!tc->urgent->rcv || !n)
		return n;
	before = (uint32_t)seq_diff(tc->urgent->mark, read_at(tc));
	if (before)
		return before < n ? before : n;
	if (tc->rcvq_bytes)
		*skip = tcp_urgent_apart(tc);
	return n;
}

void tcp_urgent_passed(struct tcp_conn *tc)
{
	if (tc->urgent->rcv && seq_lt(tc->urgent->mark, read_at(tc)))
		tc->urgent->rcv = URG_NONE;
}

ssize_t tcp_urgent_recv(struct tcp_conn *tc, uint8_t *buf, size_t n, bool peek)
{
	struct tcp_urgent *u = tc->urgent;

	if (sock_opt(&tc->sk, SKO_OOBINLINE) || !u || !u->rcv || u->rcv == URG_TAKEN)
		return ERR_INVAL;
	if (tc->state == TCP_CLOSED && !tcp_fin_rcvd(tc))
		return ERR_NOTCONN;
	if (u->rcv == URG_AHEAD)
		return tc->over || tc->rcv_shut || tcp_fin_rcvd(tc) ? 0 : ERR_AGAIN;
	if (!peek) {
		u->rcv = URG_TAKEN;
		sock_ready_changed(&tc->sk);      /* only falls */
	}
	if (!n)
		return 0;
	*buf = u->byte;
	return 1;
}

uint32_t tcp_urgent_nread(const struct tcp_conn *tc)
{
	int32_t before;

	if (!tc->urgent || !tc->urgent->rcv || sock_opt(&tc->sk, SKO_OOBINLINE))
		return tc->rcvq_bytes;
	before = seq_diff(tc->urgent->mark, read_at(tc));
	return before >= 0 && (uint32_t)before < tc->rcvq_bytes ? (uint32_t)before : tc->rcvq_bytes;
}

uint32_t tcp_urgent_ready(const struct tcp_conn *tc)
{
	return (tc->urgent->rcv ? SK_URG : 0) | (tc->urgent->rcv == URG_HERE ? SK_PRI : 0);
}

seq_t tcp_snd_up(const struct tcp_conn *tc)
{
	return tcp_urgent_pending(tc) ? tc->urgent->snd_up : tc->snd_una;
}

seq_t tcp_rcv_up(const struct tcp_conn *tc)
{
	return tc->urgent && tc->urgent->rcv ? seq_add(tc->urgent->mark, 1) : tc->rcv_nxt;
}
