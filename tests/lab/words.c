// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lab/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/flow.h"

#define PATIENCE SEC(20)
#define WORD_MAX 16

/* What a step waits for. */
struct step { struct words *w; uint64_t n, m; bool (*done)(struct step *s); bool is_done; };

static bool wrong(struct words *w, const char *fmt, ...) printf_like(2, 3);
static bool wrong(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return false;
}

static void enter(const struct words *w)
{
	(void)node_stack(lab_find_node(w->lab, w->node));
}

/* --- what is waited for ------------------------------------------------------------------ */

static bool step_done(void *arg)
{
	struct step *s = arg;

	s->is_done = s->is_done || s->done(s);
	return s->is_done || s->w->why[0];
}

static bool wait_for(struct words *w, bool (*done)(struct step *s), uint64_t n, uint64_t m,
		     ns_t patience)
{
	struct step s = { .w = w, .n = n, .m = m, .done = done };

	if (!step_done(&s))
		(void)lab_run_while(w->lab, step_done, &s, lab_now(w->lab) + patience);
	if (!w->why[0] && !s.is_done)
		return wrong(w, "nothing came of it: %" PRIu64 " sent, %" PRIu64 " read", w->sent,
			     w->got);
	return !w->why[0];
}

static void send_some(struct step *s)
{
	struct flow_chunk c;
	ssize_t n;

	enter(s->w);
	while (s->n > 0) {
		size_t part = s->n < FLOW_CHUNK ? s->n : FLOW_CHUNK;

		n = sk_send(s->w->sk, flow_bytes(&c, s->w->sent, part), part, NULL);
		if (n == ERR_AGAIN)
			return;
		if (n < 0) {
			wrong(s->w, "send: error %zd after %" PRIu64, n, s->w->sent);
			return;
		}
		s->w->sent += (uint64_t)n;
		s->n -= (uint64_t)n;
	}
}

static void recv_some(struct step *s)
{
	uint8_t buf[FLOW_CHUNK];
	struct flow_chunk c;
	ssize_t n;

	enter(s->w);
	while (s->m > 0) {
		n = sk_recv(s->w->sk, buf, s->m < sizeof(buf) ? s->m : sizeof(buf), NULL);
		if (n == ERR_AGAIN)
			return;
		if (n <= 0) {
			wrong(s->w, "recv: %zd after %" PRIu64, n, s->w->got);
			return;
		}
		if (memcmp(buf, flow_bytes(&c, s->w->got, (size_t)n), (size_t)n) != 0) {
			wrong(s->w, "wrong bytes after %" PRIu64, s->w->got);
			return;
		}
		s->w->got += (uint64_t)n;
		s->m -= (uint64_t)n;
	}
}

static bool did_both(struct step *s)
{
	if (s->n)
		send_some(s);
	if (s->m)
		recv_some(s);
	return !s->n && !s->m;
}

static bool did_eof(struct step *s)
{
	uint8_t c;
	ssize_t n;

	enter(s->w);
	n = sk_recv(s->w->sk, &c, 1, NULL);
	if (n != ERR_AGAIN && n != 0)
		wrong(s->w, "eof: %zd", n);
	return n == 0;
}

static bool did_fail(struct step *s)
{
	uint8_t buf[1000] = { 0 };
	ssize_t n;

	enter(s->w);
	while ((n = sk_recv(s->w->sk, buf, sizeof(buf), NULL)) > 0)
		;
	if (n == 0)
		while ((n = sk_send(s->w->sk, buf, sizeof(buf), NULL)) > 0)
			;
	if (n < 0 && n != ERR_AGAIN && n != (ssize_t)s->n)
		wrong(s->w, "error %zd", n);
	return n == (ssize_t)s->n;
}

static bool is_gone(struct step *s)
{
	enter(s->w);
	return sk_ready(s->w->sk) & (SK_ERR | SK_HUP);
}

/* --- urgent data --------------------------------------------------------------------------- */

static int value(struct step *s, enum sk_opt o)
{
	int v;

	enter(s->w);
	return sk_getopt(s->w->sk, o, &v) == OK ? v : -1;
}

/* All in one write. */
static bool did_send_urgent(struct step *s)
{
	struct flow_chunk c;
	struct sk_msg m = { .n = s->n, .flags = SK_OOB,
			    .buf = (void *)(uintptr_t)flow_bytes(&c, s->w->sent, s->n) };
	ssize_t n;

	enter(s->w);
	n = sk_sendmsg(s->w->sk, &m);
	if (n == ERR_AGAIN)
		return false;
	if (n != (ssize_t)s->n)
		return wrong(s->w, "urgent: %zd", n);
	s->w->sent += s->n;
	return true;
}

/* No read passes the mark: each may take more than is before it. */
static bool did_till(struct step *s)
{
	uint8_t buf[FLOW_CHUNK];
	struct flow_chunk c;
	ssize_t n;

	while (value(s, SKO_ATMARK) == 0) {
		n = sk_recv(s->w->sk, buf, sizeof(buf), NULL);
		if (n == ERR_AGAIN)
			return false;
		if (n <= 0 || memcmp(buf, flow_bytes(&c, s->w->got, (size_t)n), (size_t)n) != 0)
			return wrong(s->w, "till: %zd after %" PRIu64, n, s->w->got);
		s->w->got += (uint64_t)n;
		s->m -= (uint64_t)n;
	}
	return s->m == 0 || wrong(s->w, "the mark is after %" PRIu64, s->w->got);
}

static bool did_oob(struct step *s)
{
	struct flow_chunk c;
	uint8_t b;
	struct sk_msg m = { .buf = &b, .n = 1, .flags = SK_OOB };

	enter(s->w);
	if (!(sk_ready(s->w->sk) & SK_PRI))
		return false;
	return (sk_recvmsg(s->w->sk, &m) == 1 && b == *flow_bytes(&c, s->w->got + s->m, 1)) ||
	       wrong(s->w, "oob");
}

static bool did_hear(struct step *s)
{
	uint8_t b;
	struct sk_msg m = { .buf = &b, .n = 1, .flags = SK_OOB };

	enter(s->w);
	if (!(sk_ready(s->w->sk) & SK_URG))
		return false;
	return sk_recvmsg(s->w->sk, &m) == ERR_AGAIN || wrong(s->w, "told: it is there");
}

static bool never(struct step *s)
{
	(void)s;
	return false;
}

/* --- words ------------------------------------------------------------------------------- */

static int error_named(const char *name)
{
	static const struct { const char *name; int err; } errors[] = {
		{ "ECONNRESET", ERR_CONNRESET }, { "EPIPE", ERR_PIPE },
		{ "ETIMEDOUT", ERR_TIMEDOUT }, { "ECONNREFUSED", ERR_REFUSED },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].err;
	abort();
}

static bool w_send(struct words *w, char *const *a)
{
	return wait_for(w, did_both, strtoull(a[0], NULL, 10), 0, PATIENCE);
}

static bool w_recv(struct words *w, char *const *a)
{
	return wait_for(w, did_both, 0, strtoull(a[0], NULL, 10), PATIENCE);
}

static bool w_both(struct words *w, char *const *a)
{
	return wait_for(w, did_both, strtoull(a[0], NULL, 10), strtoull(a[1], NULL, 10), PATIENCE);
}

static bool w_eof(struct words *w, char *const *a)
{
	(void)a;
	return wait_for(w, did_eof, 0, 0, PATIENCE);
}

static bool w_shut(struct words *w, char *const *a)
{
	(void)a;
	enter(w);
	return sk_shutdown(w->sk, SK_SHUT_WR) == OK || wrong(w, "shut");
}

static bool w_close(struct words *w, char *const *a)
{
	(void)a;
	enter(w);
	sk_close(w->sk);
	w->sk = NULL;
	return true;
}

static bool w_linger0(struct words *w, char *const *a)
{
	enter(w);
	return sk_setopt(w->sk, SKO_LINGER, 0) == OK ? w_close(w, a) : wrong(w, "linger0");
}

static bool w_sleep(struct words *w, char *const *a)
{
	struct step s = { .w = w, .done = never };

	(void)lab_run_while(w->lab, step_done, &s,
			    lab_now(w->lab) + (ns_t)(atof(a[0]) * (double)SEC(1)));
	return true;
}

static bool w_fails(struct words *w, char *const *a)
{
	return wait_for(w, did_fail, (uint64_t)error_named(a[0]), 0, PATIENCE);
}

static bool w_gone(struct words *w, char *const *a)
{
	return wait_for(w, is_gone, 0, 0, SEC(atoi(a[0])));
}

static bool w_keepalive(struct words *w, char *const *a)
{
	(void)a;
	enter(w);
	return (sk_setopt(w->sk, SKO_KEEPIDLE, 1) == OK &&
		sk_setopt(w->sk, SKO_KEEPINTVL, 1) == OK &&
		sk_setopt(w->sk, SKO_KEEPCNT, 3) == OK &&
		sk_setopt(w->sk, SKO_KEEPALIVE, 1) == OK) || wrong(w, "keepalive");
}

static bool w_urgent(struct words *w, char *const *a)
{
	return wait_for(w, did_send_urgent, strtoull(a[0], NULL, 10), 0, PATIENCE);
}

static bool w_till(struct words *w, char *const *a)
{
	return wait_for(w, did_till, 0, strtoull(a[0], NULL, 10), PATIENCE);
}

static bool w_oob(struct words *w, char *const *a)
{
	return wait_for(w, did_oob, 0, strtoull(a[0], NULL, 10), PATIENCE);
}

static bool w_past(struct words *w, char *const *a)
{
	(void)a;
	w->got++;
	return true;
}

static bool w_told(struct words *w, char *const *a)
{
	(void)a;
	return wait_for(w, did_hear, 0, 0, PATIENCE);
}

static bool w_inline(struct words *w, char *const *a)
{
	(void)a;
	enter(w);
	return sk_setopt(w->sk, SKO_OOBINLINE, 1) == OK || wrong(w, "inline");
}

static bool w_sndbuf(struct words *w, char *const *a)
{
	enter(w);
	return sk_setopt(w->sk, SKO_SNDBUF, atoi(a[0])) == OK || wrong(w, "sndbuf");
}

/* Four NOPs and where the packet came by (RFC 791): who does not know it skips it. */
static bool w_options(struct words *w, char *const *a)
{
	static const uint8_t opts[] = { 1, 1, 1, 1, 7, 7, 4, 0, 0, 0, 0, 0 };

	(void)a;
	enter(w);
	return sk_set_ip_options(w->sk, opts, sizeof(opts)) == OK || wrong(w, "options");
}

static bool w_dark(struct words *w, char *const *a)
{
	char loss[] = "loss", all_of_it[] = "100%", err[160];
	char *argv[] = { loss, all_of_it };

	(void)a;
	return link_set(lab_link(w->lab, 0), -1, 2, argv, err) == OK || wrong(w, "%s", err);
}

static const struct word { const char *name; int n; bool (*act)(struct words *w, char *const *a); }
all[] = {
	{ "send", 1, w_send }, { "recv", 1, w_recv }, { "both", 2, w_both }, { "eof", 0, w_eof },
	{ "shut", 0, w_shut }, { "close", 0, w_close }, { "linger0", 0, w_linger0 },
	{ "sleep", 1, w_sleep }, { "fails", 1, w_fails }, { "gone", 1, w_gone },
	{ "keepalive", 0, w_keepalive }, { "dark", 0, w_dark },
	{ "urgent", 1, w_urgent }, { "till", 1, w_till }, { "oob", 1, w_oob },
	{ "past", 0, w_past }, { "told", 0, w_told }, { "inline", 0, w_inline },
	{ "sndbuf", 1, w_sndbuf }, { "options", 0, w_options },
};

static const struct word *find(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

static bool obey(struct words *w, const char *words)
{
	char *line = strdup(words), *rest = line, *a[3];
	const struct word *word;
	bool ok = line != NULL;

	while (ok && (a[0] = strtok_r(NULL, " ", &rest))) {
		word = find(a[0]);
		for (int i = 0; word && i < word->n; i++)
			a[i] = strtok_r(NULL, " ", &rest);
		ok = word ? word->act(w, a) : wrong(w, "no word: %s", a[0]);
	}
	free(line);
	return ok;
}

/* --- beginnings and the end ---------------------------------------------------------------- */

static bool did_accept(struct step *s)
{
	enter(s->w);
	return sk_accept(s->w->listener, &s->w->sk) == OK;
}

static bool did_connect(struct step *s)
{
	return sk_ready(s->w->sk) & (SK_OUT | SK_ERR);
}

void words_listen(struct words *w, uint16_t port)
{
	const struct endpoint at = { { .family = ADDR_IP4 }, port };
	struct stack *st = node_stack(lab_find_node(w->lab, w->node));

	REQUIRE(sk_open(st, ADDR_IP4, SK_STREAM, 0, &w->listener) == OK);
	REQUIRE(sk_bind(w->listener, &at) == OK);
	REQUIRE(sk_listen(w->listener, 4096) == OK);
}

bool words_accept(struct words *w, const char *words)
{
	return wait_for(w, did_accept, 0, 0, PATIENCE) && obey(w, words);
}

bool words_connect(struct words *w, ip4_t to, uint16_t port, const char *words)
{
	const struct endpoint there = { addr_ip4(to), port };
	struct stack *st = node_stack(lab_find_node(w->lab, w->node));

	REQUIRE(sk_open(st, ADDR_IP4, SK_STREAM, 0, &w->sk) == OK);
	if (sk_connect(w->sk, &there) != ERR_INPROGRESS)
		return wrong(w, "connect");
	return wait_for(w, did_connect, 0, 0, PATIENCE) && obey(w, words);
}

void words_end(struct words *w)
{
	enter(w);
	sk_close(w->sk);
	sk_close(w->listener);
	w->sk = w->listener = NULL;
}
