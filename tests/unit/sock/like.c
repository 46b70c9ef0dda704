// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sock/like.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "stack/util/cc.h"

#define WORDS 8
#define PATIENCE 50000                    /* times that an answer is waited for */
#define SETTLED 3000                      /* times that nothing happens */
#define PORTS 20                          /* of one script */

struct like {
	struct face *f;
	int h[26];                        /* by letter; -1: none */
	uint16_t port0;
	char *word[WORDS];
	int n_words;
	char out[256];
};

/* --- names ---------------------------------------------------------------------------- */

static const struct { const char *name; int level, o; } options[] = {
#define S(o) { #o, SOL_SOCKET, o }
#define I(o) { #o, SOL_IP, o }
#define T(o) { #o, SOL_TCP, o }
	S(SO_REUSEADDR), S(SO_TYPE), S(SO_ERROR), S(SO_BROADCAST), S(SO_SNDBUF), S(SO_RCVBUF),
	S(SO_KEEPALIVE), S(SO_OOBINLINE), S(SO_NO_CHECK), S(SO_PRIORITY), S(SO_LINGER),
	S(SO_REUSEPORT), S(SO_RCVLOWAT), S(SO_SNDLOWAT), S(SO_RCVTIMEO), S(SO_SNDTIMEO),
	S(SO_BINDTODEVICE), S(SO_TIMESTAMP), S(SO_ACCEPTCONN), S(SO_SNDBUFFORCE),
	S(SO_RCVBUFFORCE), S(SO_TIMESTAMPNS), S(SO_MARK), S(SO_PROTOCOL), S(SO_DOMAIN),
	S(SO_MAX_PACING_RATE), S(SO_DONTROUTE), S(SO_BINDTOIFINDEX), S(SO_DEBUG),
	S(SO_ZEROCOPY), S(SO_TIMESTAMPING),
	I(IP_TOS), I(IP_TTL), I(IP_HDRINCL), I(IP_PKTINFO), I(IP_MTU_DISCOVER), I(IP_RECVERR),
	I(IP_RECVTTL), I(IP_RECVTOS), I(IP_MTU), I(IP_FREEBIND), I(IP_TRANSPARENT),
	I(IP_MULTICAST_TTL),
	I(IP_MULTICAST_LOOP), I(IP_BIND_ADDRESS_NO_PORT),
	T(TCP_NODELAY), T(TCP_MAXSEG), T(TCP_CORK), T(TCP_KEEPIDLE), T(TCP_KEEPINTVL),
	T(TCP_KEEPCNT), T(TCP_SYNCNT), T(TCP_LINGER2), T(TCP_DEFER_ACCEPT),
	T(TCP_WINDOW_CLAMP), T(TCP_QUICKACK), T(TCP_CONGESTION), T(TCP_USER_TIMEOUT),
	T(TCP_FASTOPEN), T(TCP_NOTSENT_LOWAT), T(TCP_INFO),
	{ "NO_SUCH", SOL_SOCKET, 250 }, { "NO_SUCH_IP", SOL_IP, 250 },
	{ "NO_SUCH_TCP", SOL_TCP, 250 }, { "NO_SUCH_LEVEL", 77, 1 },
#undef S
#undef I
#undef T
};

static const struct { const char *name; uint32_t bit; } bits[] = {
	{ "in", LB_IN }, { "pri", LB_PRI }, { "out", LB_OUT }, { "err", LB_ERR }, { "hup", LB_HUP },
	{ "rdhup", LB_RDHUP }, { "once", LB_ONESHOT }, { "et", (uint32_t)LB_ET },
};

static const struct { const char *name; int flag; } flags[] = {
	{ "peek", MSG_PEEK }, { "more", MSG_MORE }, { "trunc", MSG_TRUNC },
	{ "waitall", MSG_WAITALL }, { "oob", MSG_OOB },
};

static const char *error_name(int err)
{
	const char *name = strerrorname_np(-err);

	return name ? name : "?";
}

static uint32_t bits_of(const char *text)
{
	uint32_t v = 0;

	for (const char *at = text; at; at = strchr(at, ',')) {
		at += *at == ',';
		for (size_t i = 0; i < N_ELEM(bits); i++) {
			size_t n = strlen(bits[i].name);

			if (strncmp(at, bits[i].name, n) == 0 && (!at[n] || at[n] == ','))
				v |= bits[i].bit;
		}
		if (!strchr(at, ','))
			break;
	}
	return v;
}

static void bits_text(uint32_t v, char *out, size_t room)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < N_ELEM(bits); i++)
		if (v & bits[i].bit)
			n += (size_t)snprintf(out + n, room - n, "%s%s", n ? "," : "",
					      bits[i].name);
	if (!n)
		snprintf(out, room, "none");
}

/* --- arguments ---------------------------------------------------------------------------- */

static const char *word(const struct like *l, int i) { return i < l->n_words ? l->word[i] : ""; }
static int number(const struct like *l, int i) { return (int)strtol(word(l, i), NULL, 0); }
static int *slot(struct like *l, int i) { return &l->h[(word(l, i)[0] - 'a') % 26]; }

static ip4_t address(const struct like *l, int i)
{
	const char *w = word(l, i);

	return strcmp(w, "lo") == 0 ? IP4_LOOPBACK : strcmp(w, "lo2") == 0 ? IP4(127, 0, 0, 2) :
	       strcmp(w, "far") == 0 ? IP4(192, 0, 2, 1) :
	       strcmp(w, "group") == 0 ? IP4(224, 1, 1, 1) : IP4_ANY;
}

static uint16_t port(const struct like *l, int i)
{
	return number(l, i) ? (uint16_t)(l->port0 + number(l, i)) : 0;
}

static int flags_from(const struct like *l, int i)
{
	int v = 0;

	for (; i < l->n_words; i++)
		for (size_t j = 0; j < N_ELEM(flags); j++)
			if (strcmp(l->word[i], flags[j].name) == 0)
				v |= flags[j].flag;
	return v;
}

static int say(struct like *l, ssize_t r)
{
	if (r < 0)
		snprintf(l->out, sizeof(l->out), "%s", error_name((int)r));
	else
		snprintf(l->out, sizeof(l->out), "%zd", r);
	return 0;
}

/* --- calls ---------------------------------------------------------------------------------- */

static int handle(struct like *l) { return strlen(word(l, 1)) == 1 ? *slot(l, 1) : -1; }

static void opened(struct like *l, int i, int h)
{
	if (h >= 0)
		*slot(l, i) = h;
	say(l, h < 0 ? h : 0);
}

static void call_tcp(struct like *l) { opened(l, 1, l->f->open(l->f, SOCK_STREAM, 0)); }
static void call_udp(struct like *l) { opened(l, 1, l->f->open(l->f, SOCK_DGRAM, 0)); }

static void call_socket(struct like *l)
{
	opened(l, 1, l->f->open(l->f, number(l, 2), number(l, 3)));
}


static void call_epoll(struct like *l) { opened(l, 1, l->f->set_open(l->f)); }
static void call_accept(struct like *l) { opened(l, 2, l->f->accept(l->f, handle(l))); }

static void call_close(struct like *l)
{
	say(l, l->f->close(l->f, handle(l)));
	*slot(l, 1) = -1;
}

static void call_bind(struct like *l)
{
	say(l, l->f->bind(l->f, handle(l), address(l, 2), port(l, 3)));
}

static void call_connect(struct like *l)
{
	bool none = strcmp(word(l, 2), "none") == 0;

	say(l, l->f->connect(l->f, handle(l), address(l, 2), port(l, 3), none));
}

static void call_listen(struct like *l) { say(l, l->f->listen(l->f, handle(l), number(l, 2))); }

static void call_shutdown(struct like *l)
{
	const char *w = word(l, 2);
	int how = strcmp(w, "rd") == 0 ? SHUT_RD : strcmp(w, "wr") == 0 ? SHUT_WR :
		  strcmp(w, "rdwr") == 0 ? SHUT_RDWR : number(l, 2);

	say(l, l->f->shutdown(l->f, handle(l), how));
}

static void name_of(struct like *l, bool peer)
{
	ip4_t a;
	uint16_t p;
	int err = l->f->name_of(l->f, *slot(l, 1), peer, &a, &p);
	const char *at = a == IP4_LOOPBACK ? "lo" : a == IP4(127, 0, 0, 2) ? "lo2" :
			 a ? "?" : "any";

	if (err)
		say(l, err);
	else if (p >= l->port0 && p < l->port0 + PORTS)
		snprintf(l->out, sizeof(l->out), "%s:%d", at, p - l->port0);
	else
		snprintf(l->out, sizeof(l->out), "%s:%s", at, p ? "*" : "0");
}

static void sending(struct like *l, bool to)
{
	int at = to ? 4 : 2;
	size_t n = (size_t)number(l, at);
	char *b = malloc(n + 1);

	REQUIRE(b != NULL);
	memset(b, 'x', n);
	say(l, l->f->send(l->f, *slot(l, 1), b, n, flags_from(l, at + 1),
			  to ? address(l, 2) : 0, to ? port(l, 3) : 0));
	free(b);
}

static void call_name(struct like *l) { name_of(l, false); }
static void call_peer(struct like *l) { name_of(l, true); }
static void call_send(struct like *l) { sending(l, false); }
static void call_to(struct like *l) { sending(l, true); }

static void call_recv(struct like *l)
{
	size_t n = (size_t)number(l, 2);
	char *b = malloc(n + 1);

	REQUIRE(b != NULL);
	say(l, l->f->recv(l->f, *slot(l, 1), b, n, flags_from(l, 3)));
	free(b);
}

static void call_error(struct like *l)
{
	int v = 0, err;
	size_t n = sizeof(v);

	err = l->f->getopt(l->f, *slot(l, 1), SOL_SOCKET, SO_ERROR, &v, &n);
	say(l, err ? err : -v);
}

static int option(const struct like *l, int *level)
{
	for (size_t i = 0; i < N_ELEM(options); i++) {
		if (strcmp(options[i].name, word(l, 2)) == 0) {
			*level = options[i].level;
			return options[i].o;
		}
	}
	*level = -1;
	return -1;
}

static bool is_time(const char *o)
{
	return strcmp(o, "SO_RCVTIMEO") == 0 || strcmp(o, "SO_SNDTIMEO") == 0;
}

static bool is_text(const char *o)
{
	return strcmp(o, "TCP_CONGESTION") == 0 || strcmp(o, "SO_BINDTODEVICE") == 0;
}

/* A value is a number, "1/5" (on and seconds, or seconds and microseconds) or
 * a word; how many bytes of it may be said behind. */
static void call_set(struct like *l)
{
	union { int v; uint8_t b[64]; struct linger lg; struct timeval tv; char s[64]; } u = { 0 };
	const char *w = word(l, 3), *slash = strchr(w, '/');
	int level, o = option(l, &level), a = (int)strtoll(w, NULL, 0);
	int b = slash ? (int)strtol(slash + 1, NULL, 0) : 0;
	size_t n = sizeof(int);

	if (is_text(word(l, 2))) {
		snprintf(u.s, sizeof(u.s), "%s", strcmp(w, "-") ? w : "");
		n = strlen(u.s);
	} else if (is_time(word(l, 2))) {
		u.tv = (struct timeval){ a, b };
		n = sizeof(u.tv);
	} else if (slash) {
		u.lg = (struct linger){ a, b };
		n = sizeof(u.lg);
	} else {
		u.v = a;
	}
	if (l->n_words > 4)
		n = (size_t)number(l, 4);
	say(l, l->f->setopt(l->f, *slot(l, 1), level, o, &u, n));
}

static void call_get(struct like *l)
{
	union { int v; struct linger lg; struct timeval tv; char s[512]; } u = { 0 };
	int level, o = option(l, &level), err;
	size_t n = sizeof(int);

	if (is_text(word(l, 2)) || is_time(word(l, 2)))
		n = 16;
	else if (strcmp(word(l, 2), "SO_LINGER") == 0)
		n = sizeof(u.lg);
	if (l->n_words > 3)
		n = (size_t)number(l, 3);
	err = l->f->getopt(l->f, *slot(l, 1), level, o, &u, &n);
	if (err)
		say(l, err);
	else if (is_text(word(l, 2)))
		snprintf(l->out, sizeof(l->out), "%.*s", (int)n, u.s);
	else if (is_time(word(l, 2)))
		snprintf(l->out, sizeof(l->out), "%lld/%lld", (long long)u.tv.tv_sec,
			 (long long)u.tv.tv_usec);
	else if (strcmp(word(l, 2), "SO_LINGER") == 0)
		snprintf(l->out, sizeof(l->out), "%d/%d", u.lg.l_onoff, u.lg.l_linger);
	else if (n == sizeof(int))
		snprintf(l->out, sizeof(l->out), "%d", u.v);
	else
		snprintf(l->out, sizeof(l->out), "%zu bytes, %d", n, n ? u.s[0] : 0);
}

static void call_state(struct like *l)
{
	static const char *const names[] = {
		"?", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
		"TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING",
	};
	uint8_t info[256] = { 0 };
	size_t n = sizeof(info);
	int err = l->f->getopt(l->f, *slot(l, 1), SOL_TCP, TCP_INFO, info, &n);

	if (err)
		say(l, err);
	else
		snprintf(l->out, sizeof(l->out), "%s", info[0] < 12 ? names[info[0]] : "?");
}

static void queue(struct like *l, unsigned long what)
{
	int v = 0, err = l->f->ioctl(l->f, *slot(l, 1), what, &v);

	say(l, err ? err : v);
}

static void call_inq(struct like *l) { queue(l, SIOCINQ); }
static void call_outq(struct like *l) { queue(l, SIOCOUTQ); }
static void call_outqnsd(struct like *l) { queue(l, SIOCOUTQNSD); }

static void call_ready(struct like *l)
{
	bits_text((uint32_t)l->f->poll(l->f, handle(l)), l->out, sizeof(l->out));
}

static void call_wait(struct like *l)
{
	struct like_event ev[32];
	int max = l->n_words > 2 ? number(l, 2) : 32;
	int n = l->f->set_wait(l->f, *slot(l, 1), ev, max);
	size_t at = 0;

	if (n <= 0) {
		snprintf(l->out, sizeof(l->out), "%s", n ? error_name(n) : "none");
		return;
	}
	for (int i = 0; i < n; i++) {
		char text[64];

		bits_text(ev[i].events, text, sizeof(text));
		at += (size_t)snprintf(l->out + at, sizeof(l->out) - at, "%s%c:%s", i ? " " : "",
				       (char)ev[i].data, text);
	}
}

static void ctl(struct like *l, int op)
{
	say(l, l->f->set_ctl(l->f, *slot(l, 1), op, *slot(l, 2), bits_of(word(l, 3)),
			     (uint32_t)word(l, 2)[0]));
}

static void call_add(struct like *l) { ctl(l, EPOLL_CTL_ADD); }
static void call_mod(struct like *l) { ctl(l, EPOLL_CTL_MOD); }
static void call_del(struct like *l) { ctl(l, EPOLL_CTL_DEL); }

static void call_until(struct like *l)
{
	uint32_t want = bits_of(word(l, 2));

	for (int i = 0; i < PATIENCE; i++) {
		if (((uint32_t)l->f->poll(l->f, *slot(l, 1)) & want) == want)
			break;
		l->f->pass(l->f);
	}
	say(l, ((uint32_t)l->f->poll(l->f, *slot(l, 1)) & want) == want ? 0 : -ETIME);
}

/* Until it takes no more, and what is under way has come to rest. */
static void call_fill(struct like *l)
{
	static const char b[65536];

	for (int quiet = 0; quiet < SETTLED; quiet++) {
		while (l->f->send(l->f, handle(l), b, sizeof(b), 0, 0, 0) > 0)
			quiet = 0;
		l->f->pass(l->f);
		if (l->f->poll(l->f, handle(l)) & LB_OUT)
			quiet = 0;
	}
	say(l, 0);
}

static void call_drain(struct like *l)
{
	char b[65536];

	for (int quiet = 0; quiet < SETTLED; quiet++) {
		while (l->f->recv(l->f, handle(l), b, sizeof(b), 0) > 0)
			quiet = 0;
		l->f->pass(l->f);
	}
	say(l, 0);
}

/* again: an answer that may only be early, so it is asked for again; "": any. */
static const struct { const char *name; void (*fn)(struct like *l); const char *again; } calls[] = {
	{ "tcp", call_tcp, NULL }, { "udp", call_udp, NULL }, { "epoll", call_epoll, NULL },
	{ "socket", call_socket, NULL }, { "close", call_close, NULL }, { "bind", call_bind, NULL },
	{ "connect", call_connect, NULL }, { "listen", call_listen, NULL },
	{ "accept", call_accept, "EAGAIN" }, { "shutdown", call_shutdown, NULL },
	{ "name", call_name, NULL }, { "peer", call_peer, NULL }, { "send", call_send, NULL },
	{ "to", call_to, NULL }, { "recv", call_recv, "EAGAIN" }, { "ready", call_ready, "" },
	{ "until", call_until, NULL }, { "error", call_error, "0" }, { "inq", call_inq, "" },
	{ "outq", call_outq, "" }, { "outqnsd", call_outqnsd, "" }, { "set", call_set, NULL },
	{ "get", call_get, "" }, { "state", call_state, "" }, { "add", call_add, NULL },
	{ "mod", call_mod, NULL }, { "del", call_del, NULL }, { "wait", call_wait, "none" },
	{ "fill", call_fill, NULL }, { "drain", call_drain, NULL },
};

/* True: it may be asked again. */
static bool call(struct like *l)
{
	for (size_t i = 0; i < N_ELEM(calls); i++) {
		if (strcmp(word(l, 0), calls[i].name) != 0)
			continue;
		calls[i].fn(l);
		return calls[i].again && (!*calls[i].again || strcmp(l->out, calls[i].again) == 0);
	}
	snprintf(l->out, sizeof(l->out), "no such call");
	return false;
}

/* --- scripts ---------------------------------------------------------------------------------- */

static void split(struct like *l, char *line)
{
	char *save = NULL;

	l->n_words = 0;
	for (char *w = strtok_r(line, " ", &save); w && l->n_words < WORDS;
	     w = strtok_r(NULL, " ", &save))
		l->word[l->n_words++] = w;
}

/* What is wanted of this face; "": nothing in particular. */
static const char *wanted(char *text, bool real)
{
	char *ours = text ? strstr(text, " | ") : NULL;

	if (!text)
		return "0";
	if (ours)
		*ours = '\0', ours += 3;
	return real || !ours ? text : ours;
}

static void run_line(struct like *l, const char *source, const char *file, int at, int n)
{
	char line[256], *result;
	const char *want;
	bool ok, again;

	snprintf(line, sizeof(line), "%s", source);
	result = strstr(line, " = ");
	if (result)
		*result = '\0', result += 3;
	want = wanted(result, strcmp(l->f->name, "Linux") == 0);
	split(l, line);
	if (!l->n_words)
		return;
	again = call(l);
	l->f->pass(l->f);
	again = again && strcmp(want, "*") != 0;
	for (int i = 0; i < PATIENCE && again && strcmp(l->out, want) != 0; i++) {
		again = call(l);
		l->f->pass(l->f);
	}
	ok = strcmp(l->out, want) == 0 || strcmp(want, "?") == 0 || strcmp(want, "*") == 0;
	if (!ok || strcmp(want, "?") == 0)
		printf("%s:%d: line %d: %s: %s says %s\n", file, at, n, source, l->f->name, l->out);
	CHECK(ok);
}

static void run_on(struct face *f, const char *script, const char *file, int line, uint16_t port0)
{
	struct like l = { .f = f, .port0 = port0 };
	char *text = strdup(script), *save = NULL;
	int n = 0;

	REQUIRE(text != NULL);
	for (size_t i = 0; i < N_ELEM(l.h); i++)
		l.h[i] = -1;
	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		run_line(&l, s, file, line, ++n);
	for (size_t i = 0; i < N_ELEM(l.h); i++)
		if (l.h[i] >= 0)
			f->close(f, l.h[i]);
	free(text);
}

void like_run(const char *script, const char *file, int line)
{
	static uint16_t port0 = 2000;
	struct face *real = face_linux(), *f = face_netloom_new();

	if (real)
		run_on(real, script, file, line, port0);
	run_on(f, script, file, line, port0);
	face_netloom_free(f);
	port0 = (uint16_t)(port0 + PORTS);
}
