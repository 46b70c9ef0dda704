// SPDX-License-Identifier: MIT
/*
 * Timeouts: retransmission (RFC 6298), persist (RFC 9293 3.8.6.1), delayed
 * ACK (3.8.6.3), keepalive (3.8.4), FIN-WAIT-2 and TIME-WAIT.
 *
 * A connection has one timer for all of them.  What is due moves with nearly
 * every segment, mostly to later: the timer is then left where it is, and set
 * anew when it fires too early.
 */
#include "stack/tcp/fastopen.h"
#include "stack/tcp/pmtud.h"

#define R2_RTO MSEC(200)                  /* Linux: TCP_RTO_MIN */
#define SYN_SOON MSEC(2)                  /* Linux: TCP_TIMEOUT_MIN, with HZ 1000 */

static struct timerq *timers(const struct tcp_conn *tc) { return &tcp_stack(tc)->timers; }

static void arm(struct tcp_conn *tc, ns_t at)
{
	if (!timer_armed(&tc->timer) || tc->timer.at > at)
		timer_set(timers(tc), &tc->timer, at);
}

/* --- what is outstanding ------------------------------------------------------------ */

static ns_t backed_off(const struct tcp_conn *tc, unsigned times)
{
	ns_t t = tc->rto, max = tcp_rto_max(tcp_stack(tc));

	for (unsigned i = 0; i < times && t < max; i++)
		t *= 2;
	return t < max ? t : max;
}

ns_t tcp_rto_now(const struct tcp_conn *tc) { return backed_off(tc, tc->backoff); }

static void xmit_arm(struct tcp_conn *tc, ns_t at)
{
	tc->xmit_at = at;
	arm(tc, at);
}

static const struct tcp_seg *oldest(const struct tcp_conn *tc)
{
	const struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	return s && s->sent ? s : NULL;
}

/* Nothing is out, and what is next has not left: the peer's window is shut, the user holds
 * it back, which has an end as in Linux (tcp(7), TCP_CORK), or there was no packet for it. */
static bool is_held(const struct tcp_conn *tc)
{
	return tc->unsent && tc->state >= TCP_ESTABLISHED && !tcp_pace_holds(tc);
}

/* The user's timeout of what is stuck, which is not to be missed by a long
 * wait (RFC 5482); NS_NEVER: there is none. */
static ns_t user_limit(const struct tcp_conn *tc)
{
	int64_t user = tc->sk.opt[SKO_USER_TIMEOUT];

	return user && tc->state != TCP_SYN_RECEIVED ? tc->stuck_at + MSEC(user) : NS_NEVER;
}

static ns_t no_later(ns_t at, ns_t limit, ns_t now)
{
	return limit > now && limit < at ? limit : at;
}

void tcp_xmit_timer_set(struct tcp_conn *tc)
{
	const struct tcp_seg *s = oldest(tc);

	if (s || unlikely(tc->fo_child)) {
		if (tc->persist || tc->xmit_at == NS_NEVER) {
			tc->xmit_for = XMIT_RTO;
			xmit_arm(tc, no_later(tcp_now(tc) + tcp_rto_now(tc),
					      user_limit(tc), tcp_now(tc)));
		}
		tc->persist = false;
	} else if (is_held(tc)) {
		if (!tc->persist || tc->xmit_at == NS_NEVER) {
			tc->persist = true;
			xmit_arm(tc, no_later(tcp_now(tc) + backed_off(tc, tc->probes),
					      tc->probes ? user_limit(tc) : NS_NEVER, tcp_now(tc)));
		}
	} else {
		tc->persist = false;
		tc->xmit_at = NS_NEVER;           /* the timer finds nothing to do */
	}
}

void tcp_syn_soon(struct tcp_conn *tc)
{
	if (!tc->timeouts)
		xmit_arm(tc, tcp_now(tc) + SYN_SOON);
}

void tcp_xmit_timer_for(struct tcp_conn *tc, enum tcp_xmit_for what, ns_t at)
{
	tc->persist = false;
	tc->xmit_for = (uint8_t)what;
	xmit_arm(tc, at);
}

ns_t tcp_rto_at(const struct tcp_conn *tc)
{
	const struct tcp_seg *s = oldest(tc);

	return s ? s->sent_at + tcp_rto_now(tc) : NS_NEVER;
}

/* After a timer that stood in its place; late, but not in the past. */
void tcp_xmit_timer_rearm(struct tcp_conn *tc)
{
	ns_t at = tcp_rto_at(tc), soon = tcp_now(tc) + MSEC(1);

	if (at == NS_NEVER)
		tcp_xmit_timer_restart(tc);
	else
		tcp_xmit_timer_for(tc, XMIT_RTO, at > soon ? at : soon);
}

/* The next timeout is longer than this one (Linux: alive). */
static bool is_alive(const struct tcp_conn *tc)
{
	return backed_off(tc, tc->persist ? tc->probes : tc->backoff) < tcp_rto_max(tcp_stack(tc));
}

/* SHLD-17, MUST-35: the peer took back the window for what is oldest; sent
 * again it is a probe, and a peer that answers, now and then, may stay so. */
static bool is_shut_out(const struct tcp_conn *tc)
{
	return !tc->orphan && tc->state >= TCP_ESTABLISHED &&
	       seq_le(seq_add(tc->snd_una, tc->snd_wnd), oldest(tc)->seq) &&
	       tcp_now(tc) - tc->heard_at < 3 * tcp_rto_max(tcp_stack(tc));
}

unsigned tcp_syn_retries(const struct tcp_conn *tc)
{
	int own = sock_opt(&tc->sk, SKO_SYNCNT);

	return own ? (unsigned)own : (unsigned)tcp_stack(tc)->opt[OPT_TCP_SYN_RETRIES];
}

/* RFC 9293 3.8.3: R2 in time, as Linux reckons it from a count: so long as timeouts take
 * that begin with its least one, whatever the round trip is. */
static ns_t r2_time(const struct stack *st, int64_t timeouts)
{
	ns_t rto = R2_RTO, sum = rto, max = tcp_rto_max(st);

	for (int64_t i = 0; i < timeouts; i++) {
		rto = 2 * rto < max ? 2 * rto : max;
		sum += rto;
	}
	return sum;
}

/* R2: of a SYN in retransmissions; of data, which an orphan may have, in time. */
static bool gave_up(const struct tcp_conn *tc)
{
	const struct stack *st = tcp_stack(tc);
	int64_t max = tc->state == TCP_SYN_SENT ? tcp_syn_retries(tc) :
		      tc->state == TCP_SYN_RECEIVED ? tcp_listen_retries(tc) :
		      tc->orphan ? tcp_orphan_retries(tc, is_alive(tc)) : st->opt[OPT_TCP_RETRIES2];
	ns_t limit = user_limit(tc);

	if (tcp_now(tc) >= limit)
		return true;
	if (limit != NS_NEVER && tc->state >= TCP_ESTABLISHED)
		return false;                     /* instead of the count */
	if (tc->state < TCP_ESTABLISHED)
		return tc->timeouts >= max;
	return tcp_now(tc) - tc->stuck_at >= r2_time(tcp_stack(tc), max) && !is_shut_out(tc);
}

/* SHLD-9: what ICMP said meanwhile tells the user more than the clock. */
static void give_up(struct tcp_conn *tc)
{
	if (tc->state != TCP_SYN_RECEIVED)
		tcp_count(tc, EXT_ABORT_ON_TIMEOUT);
	tcp_done(tc, tc->sk.soft_err ? tc->sk.soft_err : ERR_TIMEDOUT);
}

/* Of fo_child: what else is out waits until the peer has shown that it is there. */
static void syn_ack_timeout(struct tcp_conn *tc)
{
	tcp_count(tc, EXT_TIMEOUTS);
	/* Linux: one more than of others */
	if (tc->timeouts > tcp_stack(tc)->opt[OPT_TCP_SYNACK_RETRIES]) {
		give_up(tc);
		return;
	}
	if (tcp_fastopen_syn_ack(tc)) {
		tcp_count_again(tc, true);
		tc->total_retrans++;
	}
	tc->backoff += tc->backoff < UINT8_MAX;
	tc->timeouts += tc->timeouts < UINT8_MAX;
	tcp_xmit_timer_restart(tc);
}

/* RFC 6298 5.4 to 5.6. */
static void retransmission_timeout(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	tcp_count(tc, EXT_TIMEOUTS);
	if (gave_up(tc)) {
		give_up(tc);
		return;
	}
	tcp_pmtu_timeout(tc);
	if (tc->state >= TCP_ESTABLISHED)
		tcp_enter_loss(tc);
	else if (tc->state == TCP_SYN_SENT && tc->timeouts)
		tcp_count(tc, EXT_LOST_RETRANSMIT);
	if (tc->state != TCP_SYN_RECEIVED || tcp_listen_asks(tc))
		(void)tcp_retransmit(tc, s);
	tc->backoff += tc->backoff < UINT8_MAX;
	tc->timeouts += tc->timeouts < UINT8_MAX;
	tcp_xmit_timer_restart(tc);
	tcp_retransmitted(tc);                    /* tells the user: last */
}

/* MUST-37: a peer that answers may keep its window shut for ever, but not if
 * nobody owns this end, and not if the user set a limit. */
static bool probed_enough(const struct tcp_conn *tc)
{
	int64_t user = tc->sk.opt[SKO_USER_TIMEOUT];

	if (user && tc->probes && tcp_now(tc) - tc->stuck_at >= MSEC(user))
		return true;
	if (tc->orphan)
		return tc->probes >= tcp_orphan_retries(tc, is_alive(tc));
	return tc->unheard >= tcp_stack(tc)->opt[OPT_TCP_RETRIES2];
}

/* 3.8.6.1; and 3.8.6.2.1 (4): what fits into a window too small to be worth it
 * goes in the end. */
static void persist_timeout(struct tcp_conn *tc)
{
	if (tc->heard_at >= tc->probed_at)
		tc->unheard = 0;
	if (!tc->probes)
		tc->stuck_at = tcp_now(tc);
	if (probed_enough(tc)) {
		give_up(tc);
		return;
	}
	if (!tcp_output_part(tc)) {
		tcp_count(tc, EXT_WIN_PROBE);
		tcp_send_probe(tc);
		tc->probed_at = tcp_now(tc) + 1;
		tc->unheard += tc->unheard < UINT8_MAX;
		tc->probes += tc->probes < UINT8_MAX;
	}
	tcp_xmit_timer_restart(tc);
}

static void xmit_timeout(struct tcp_conn *tc)
{
	if (unlikely(tc->fo_child))
		syn_ack_timeout(tc);
	else if (tc->persist)
		persist_timeout(tc);
	else if (tc->xmit_for == XMIT_TLP)
		tcp_tlp_timeout(tc);
	else if (tc->xmit_for == XMIT_REO)
		tcp_rack_timeout(tc);
	else
		retransmission_timeout(tc);
}

/* --- delayed ACK ------------------------------------------------------------------- */

void tcp_delack_set(struct tcp_conn *tc)
{
	ns_t wait = tcp_ack_delay(tc), at = tcp_now(tc) + wait;

	if (!wait || tc->delack_at <= tcp_now(tc) + wait / 4) {
		tc->ack_now = true;               /* Linux: it is as good as due */
	} else if (at < tc->delack_at) {
		tc->delack_at = at;
		arm(tc, at);
	}
}

/* There was no packet for it; or, in the handshake, it waits for data. */
void tcp_delack_again(struct tcp_conn *tc)
{
	tc->delack_at = tcp_now(tc) + TCP_DELACK_MAX;
	arm(tc, tc->delack_at);
}

/* --- keepalive, and the ends of a connection ----------------------------------------- */

static void life_set(struct tcp_conn *tc, ns_t in)
{
	tc->life_at = tcp_now(tc) + in;
	arm(tc, tc->life_at);
}

static int keep_opt(const struct tcp_conn *tc, enum sk_opt o)
{
	int own = sock_opt(&tc->sk, o);

	return own ? own : sock_opt_host(&tc->sk, o);
}

void tcp_keepalive_set(struct tcp_conn *tc, bool anew)
{
	ns_t idle = SEC(keep_opt(tc, SKO_KEEPIDLE)), quiet = tcp_now(tc) - tc->heard_at;

	if (tc->state < TCP_ESTABLISHED || tc->state == TCP_TIME_WAIT || tc->orphan)
		return;
	if (!tc->sk.opt[SKO_KEEPALIVE])
		tcp_life_stop(tc);
	else if (anew)
		life_set(tc, idle > quiet ? idle - quiet : 0);
	else if (tc->life_at == NS_NEVER)
		life_set(tc, idle);
}

/* As Linux long enough for the peer's FIN to come twice. */
static ns_t fin_time(const struct tcp_conn *tc)
{
	int64_t own = sock_opt(&tc->sk, SKO_LINGER2);
	ns_t t = SEC(own > 0 ? own : tcp_stack(tc)->opt[OPT_TCP_FIN_TIMEOUT]);
	ns_t least = tc->rto * 7 / 2;

	return t > least ? t : least;
}

void tcp_fin_wait_2_set(struct tcp_conn *tc)
{
	tcp_count(tc, EXT_TW);                    /* so Linux counts it */
	life_set(tc, fin_time(tc));
}

/* MUST-29: one lost answer is no reason to end. */
static bool kept_enough(const struct tcp_conn *tc, ns_t quiet)
{
	int64_t user = tc->sk.opt[SKO_USER_TIMEOUT];

	if (user)                                 /* as Linux: instead of the count */
		return tc->probes && quiet >= MSEC(user);
	return tc->probes >= keep_opt(tc, SKO_KEEPCNT);
}

/* RFC 9293 3.8.4: only when nothing was heard for so long (MUST-26). */
static void keepalive_timeout(struct tcp_conn *tc)
{
	ns_t quiet = tcp_now(tc) - tc->heard_at, idle = SEC(keep_opt(tc, SKO_KEEPIDLE));

	if (tc->n_out || tc->unsent) {            /* then data is what is tried */
		life_set(tc, idle);
	} else if (quiet < idle) {
		tc->probes = 0;
		life_set(tc, idle - quiet);
	} else if (kept_enough(tc, quiet)) {
		tcp_send_rst(tc);
		give_up(tc);
	} else {
		tc->probes++;
		tcp_count(tc, EXT_KEEP_ALIVE);
		tcp_send_probe(tc);
		tc->probed_at = tcp_now(tc) + 1;
		life_set(tc, SEC(keep_opt(tc, SKO_KEEPINTVL)));
	}
}

static void life_timeout(struct tcp_conn *tc)
{
	if (tc->state == TCP_TIME_WAIT || (tc->state == TCP_FIN_WAIT_2 && tc->orphan))
		tcp_done(tc, OK);
	else
		keepalive_timeout(tc);
}

/* --- TIME-WAIT of what nobody owns -------------------------------------------------- */

/* All wait as long, so that who came first goes first: they stand in a queue, which
 * has one timer.  After the option was lowered each has its own until the queue is
 * empty. */
static struct tcp_conn *queue_end(const struct tcp_table *t)
{
	return list_empty(&t->time_wait) ? NULL :
	       tcp_conn(container_of(t->time_wait.head.prev, struct sock, node));
}

static void queue_arm(struct tcp_table *t, struct tcp_conn *tc)
{
	if (!timer_armed(&t->time_wait_timer) || t->time_wait_timer.at > tc->life_at)
		timer_set(timers(tc), &t->time_wait_timer, tc->life_at);
}

void tcp_time_wait_fire(struct timer *timer)
{
	struct tcp_table *t = container_of(timer, struct tcp_table, time_wait_timer);
	struct sock *sk;

	while ((sk = list_first(&t->time_wait, struct sock, node)) != NULL) {
		if (tcp_conn(sk)->life_at > sk->st->now) {
			queue_arm(t, tcp_conn(sk));
			return;
		}
		tcp_done(tcp_conn(sk), OK);
	}
}

void tcp_time_wait_set(struct tcp_conn *tc)
{
	struct tcp_table *t = tcp_stack(tc)->tcp;
	ns_t wait = MSEC(tcp_stack(tc)->opt[OPT_TCP_TIME_WAIT]);
	const struct tcp_conn *end = queue_end(t);

	if (!tc->orphan || (end && end->life_at > tcp_now(tc) + wait)) {
		life_set(tc, wait);
		return;
	}
	tc->life_at = tcp_now(tc) + wait;
	tc->in_time_wait_q = true;
	list_push_back(&t->time_wait, &tc->sk.node);
	queue_arm(t, tc);
}

/* --- all -------------------------------------------------------------------------- */

static void rearm(struct tcp_conn *tc)
{
	ns_t at = tc->xmit_at < tc->delack_at ? tc->xmit_at : tc->delack_at;

	if (tc->life_at < at)
		at = tc->life_at;
	if (at != NS_NEVER)
		arm(tc, at);
}

/* The timer is set for what remains before a timeout may end the connection. */
static void conn_fire(struct timer *t)
{
	struct tcp_conn *tc = container_of(t, struct tcp_conn, timer);
	ns_t now = tcp_now(tc);
	bool xmit = tc->xmit_at <= now, life = !xmit && tc->life_at <= now;

	if (tc->delack_at <= now) {
		tc->delack_at = NS_NEVER;
		tcp_count(tc, EXT_DELAYED_ACKS);
		tcp_ack_missed(tc);
		tcp_send_ack(tc);
	}
	if (xmit)
		tc->xmit_at = NS_NEVER;
	else if (life)
		tc->life_at = NS_NEVER;
	rearm(tc);
	if (xmit)
		xmit_timeout(tc);
	else if (life)
		life_timeout(tc);
}

void tcp_timers_init(struct tcp_conn *tc)
{
	timer_init(&tc->timer, conn_fire);
	tc->xmit_at = tc->delack_at = tc->life_at = NS_NEVER;
	tcp_rtt_init(tc);
}

void tcp_timers_stop(struct tcp_conn *tc)
{
	timer_stop(timers(tc), &tc->timer);
	if (tc->in_time_wait_q)
		list_remove(&tc->sk.node);
	tc->in_time_wait_q = false;
	tc->xmit_at = tc->delack_at = tc->life_at = NS_NEVER;
}
