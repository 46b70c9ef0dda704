// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The expression is read anew for each socket, by recursive descent; there
 * are few of both.
 */
#include "shell/ss_filter.h"

#include <stdio.h>
#include <string.h>

#include "shell/words.h"
#include "sim/sim.h"
#include "stack/util/cc.h"

/* --- states -------------------------------------------------------------------------- */

#define BIT(s) (1u << (s))
#define ALL (BIT(SS_N) - 1)
#define CONNECTED (ALL & ~(BIT(SS_LISTEN) | BIT(SS_UNCONN)))
#define BUCKETS (BIT(SS_SYN_RECV) | BIT(SS_TIME_WAIT))

static const struct { const char *rfc, *word; } states[SS_N] = {
	[SS_ESTAB] = { "ESTABLISHED", "ESTAB" }, [SS_SYN_SENT] = { "SYN-SENT", "SYN-SENT" },
	[SS_SYN_RECV] = { "SYN-RECEIVED", "SYN-RECV" },
	[SS_FIN_WAIT_1] = { "FIN-WAIT-1", "FIN-WAIT-1" },
	[SS_FIN_WAIT_2] = { "FIN-WAIT-2", "FIN-WAIT-2" },
	[SS_TIME_WAIT] = { "TIME-WAIT", "TIME-WAIT" }, [SS_UNCONN] = { "CLOSED", "UNCONN" },
	[SS_CLOSE_WAIT] = { "CLOSE-WAIT", "CLOSE-WAIT" },
	[SS_LAST_ACK] = { "LAST-ACK", "LAST-ACK" },
	[SS_LISTEN] = { "LISTEN", "LISTEN" }, [SS_CLOSING] = { "CLOSING", "CLOSING" },
};

/* ss takes many spellings. */
static const struct { const char *word; uint32_t states; } spellings[] = {
	{ "all", ALL }, { "connected", CONNECTED },
	{ "synchronized", CONNECTED & ~BIT(SS_SYN_SENT) },
	{ "bucket", BUCKETS }, { "big", ALL & ~BUCKETS }, { "established", BIT(SS_ESTAB) },
	{ "listening", BIT(SS_LISTEN) }, { "closed", BIT(SS_UNCONN) }, { "close", BIT(SS_UNCONN) },
	{ "unconnected", BIT(SS_UNCONN) }, { "syn-recv", BIT(SS_SYN_RECV) },
};

const char *ss_state_word(enum ss_state s) { return states[s].word; }

enum ss_state ss_state_of(const char *rfc)
{
	unsigned s = 0;

	while (s < SS_N - 1 && strcmp(states[s].rfc, rfc) != 0)
		s++;
	return (enum ss_state)s;
}

static uint32_t states_of(const char *word)
{
	for (size_t i = 0; i < N_ELEM(spellings); i++)
		if (strcasecmp(word, spellings[i].word) == 0)
			return spellings[i].states;
	for (unsigned s = 0; s < SS_N; s++)
		if (strcasecmp(word, states[s].word) == 0)
			return BIT(s);
	return 0;
}

/* --- the words of an expression -------------------------------------------------------- */

struct parse {
	const char *at;
	const struct lab *lab;
	const struct show_sock *s;        /* NULL: only whether it can be read */
	const char *dev;
	char word[80];                    /* the next one; "": the end */
	char err[128];                    /* "": none */
};

/* Parentheses and operators stand alone, with blanks or without. */
static void next(struct parse *p)
{
	static const char marks[] = "()=!<>&|";
	size_t n = 0;

	while (*p->at == ' ')
		p->at++;
	if (*p->at && strchr("()", *p->at)) {
		p->word[n++] = *p->at++;
	} else if (*p->at && strchr(marks, *p->at)) {
		while (*p->at && strchr(marks + 2, *p->at) && n < 2)
			p->word[n++] = *p->at++;
	} else {
		while (*p->at && *p->at != ' ' && !strchr(marks, *p->at) && n < sizeof(p->word) - 1)
			p->word[n++] = *p->at++;
	}
	p->word[n] = '\0';
}

static bool wrong(struct parse *p, const char *what)
{
	if (!p->err[0])
		snprintf(p->err, sizeof(p->err), "%s at '%s'", what, p->word);
	return false;
}

static bool is(const struct parse *p, const char *words) { return word_listed(words, p->word); }

/* --- conditions --------------------------------------------------------------------------- */

enum op { OP_EQ, OP_NE, OP_GT, OP_LT, OP_GE, OP_LE };

static enum op take_op(struct parse *p)
{
	static const struct { const char *words; enum op op; } ops[] = {
		{ "= == eq", OP_EQ }, { "!= ne neq", OP_NE }, { "> gt", OP_GT }, { "< lt", OP_LT },
		{ ">= ge geq", OP_GE }, { "<= le leq", OP_LE },
	};

	for (size_t i = 0; i < N_ELEM(ops); i++) {
		if (is(p, ops[i].words)) {
			next(p);
			return ops[i].op;
		}
	}
	return OP_EQ;
}

static bool port_of(const char *w, uint16_t *port)
{
	unsigned long long v;

	w += *w == ':';
	if (!word_u64(w, &v) || v > UINT16_MAX)
		return false;
	*port = (uint16_t)v;
	return true;
}

static bool compare(enum op op, uint16_t a, uint16_t b)
{
	return op == OP_EQ ? a == b : op == OP_NE ? a != b : op == OP_GT ? a > b :
	       op == OP_LT ? a < b : op == OP_GE ? a >= b : a <= b;
}

static bool port_is(struct parse *p, bool src)
{
	enum op op = take_op(p);
	uint16_t port;

	if (!port_of(p->word, &port))
		return wrong(p, "expected a port");
	next(p);
	return p->s && compare(op, src ? p->s->local.port : p->s->peer.port, port);
}

/* ADDR, ADDR/LEN, *, each with :PORT behind, or :PORT alone. */
static bool host_parse(const struct lab *lab, char *w, struct prefix *net, uint16_t *port)
{
	char *colon = strrchr(w, ':');

	*port = 0;
	if (colon && strcmp(colon, ":*") != 0 && !port_of(colon, port))
		return false;
	if (colon)
		*colon = '\0';
	if (!*w || strcmp(w, "*") == 0)
		return prefix_parse(net, "0.0.0.0/0");
	if (prefix_parse(net, w))
		return true;
	*net = (struct prefix){ .len = 32 };
	return lab_resolve(lab, w, &net->addr);
}

static bool host_is(struct parse *p, bool src)
{
	enum op op = take_op(p);
	const struct endpoint *ep = !p->s ? NULL : src ? &p->s->local : &p->s->peer;
	struct prefix net;
	uint16_t port;
	struct addr a;
	bool same;

	if (op > OP_NE || !host_parse(p->lab, p->word, &net, &port))
		return wrong(p, "expected an address");
	next(p);
	if (!ep)
		return false;
	a = ep->addr.family ? ep->addr : addr_ip4(0);
	same = prefix_has(&net, &a) && (!port || ep->port == port);
	return same == (op == OP_EQ);
}

static bool dev_is(struct parse *p)
{
	enum op op = take_op(p);
	bool same = p->s && strcmp(p->dev, p->word) == 0;

	if (op > OP_NE || !p->word[0])
		return wrong(p, "expected an interface");
	next(p);
	return p->s && same == (op == OP_EQ);
}

/* --- and, or, not --------------------------------------------------------------------------- */

static bool either(struct parse *p);

static bool one(struct parse *p)
{
	bool yes, src = is(p, "src sport");

	if (is(p, "not !")) {
		next(p);
		return !one(p);
	}
	if (is(p, "(")) {
		next(p);
		yes = either(p);
		if (!is(p, ")"))
			return wrong(p, "expected )");
		next(p);
		return yes;
	}
	if (is(p, "sport dport"))
		return next(p), port_is(p, src);
	if (is(p, "src dst"))
		return next(p), host_is(p, src);
	if (is(p, "dev"))
		return next(p), dev_is(p);
	return wrong(p, p->word[0] ? "expected src, dst, sport, dport or dev" :
		     "expected more");
}

static bool both(struct parse *p)
{
	bool yes = one(p);

	while (!p->err[0] && p->word[0] && !is(p, ") or | ||")) {
		if (is(p, "and & &&"))
			next(p);
		yes = one(p) && yes;
	}
	return yes;
}

static bool either(struct parse *p)
{
	bool yes = both(p);

	while (!p->err[0] && is(p, "or | ||")) {
		next(p);
		yes = both(p) || yes;
	}
	return yes;
}

static bool evaluate(struct parse *p)
{
	bool yes;

	next(p);
	yes = either(p);
	if (!p->err[0] && p->word[0])
		wrong(p, "unexpected word");
	return yes;
}

/* --- whole ---------------------------------------------------------------------------------- */

bool ss_filter_parse(struct ss_filter *f, const struct lab *lab, char *const *v, int n,
		     char err[256])
{
	struct parse p = { .at = f->text, .lab = lab };
	size_t len = 0;

	*f = (struct ss_filter){ .lab = lab };
	for (; n >= 2 && word_listed("state exclude", v[0]); v += 2, n -= 2) {
		uint32_t s = states_of(v[1]);

		if (!s) {
			snprintf(err, 256, "ss: wrong state name: %s", v[1]);
			return false;
		}
		if (v[0][0] == 's')
			f->states |= s;
		else
			f->states = (f->states ? f->states : ALL) & ~s;
	}
	for (int i = 0; i < n && len < sizeof(f->text); i++)
		len += (size_t)snprintf(f->text + len, sizeof(f->text) - len, "%s%s",
					i ? " " : "", v[i]);
	if (!f->text[0])
		return true;
	evaluate(&p);
	if (len >= sizeof(f->text))
		wrong(&p, "too long");
	if (p.err[0])
		snprintf(err, 256, "ss: bad filter: %s", p.err);
	return !p.err[0];
}

bool ss_filter_takes(const struct ss_filter *f, const struct show_sock *s, const char *dev)
{
	struct parse p = { .at = f->text, .lab = f->lab, .s = s, .dev = dev };

	return !f->text[0] || evaluate(&p);
}
