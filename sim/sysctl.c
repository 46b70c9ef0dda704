// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/sysctl.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/cc.h"
#include "stack/util/err.h"

/* A number that stands first in Linux and means nothing here: what a socket may have
 * even when memory is short. */
#define LEAST_MEM (-1)
#define LEAST_MEM_BYTES 4096

struct sysctl {
	const char *name;
	unsigned n;                       /* numbers; 0: a word */
	short unit;                       /* of the option's in one of Linux's: 1000 ms a second */
	bool ours;                        /* Linux has none such */
	bool machine;                     /* Linux has one for all of its namespaces */
	bool rises;                       /* no number may be less than the one before */
	short opt[SYSCTL_NUMBERS_MAX];    /* of n; LEAST_MEM: none of ours */
	const char *(*get)(struct stack *st, char out[SYSCTL_TEXT_MAX]);  /* of a word */
	int (*set)(struct stack *st, const char *word);           /* NULL: it cannot be set */
	const char *(*words)(unsigned n); /* all that it may be, until NULL; or NULL: any */
	const char *help;                 /* NULL: the options' */
};

/* --- words ----------------------------------------------------------------------- */

static const char *congestion_get(struct stack *st, char out[SYSCTL_TEXT_MAX])
{
	(void)out;
	return st ? stack_congestion(st) : stack_congestion_nth(0);
}

static int congestion_set(struct stack *st, const char *word)
{
	const char *name;

	if (st)
		return stack_set_congestion(st, word);
	for (unsigned i = 0; (name = stack_congestion_nth(i)); i++)
		if (strcmp(name, word) == 0)
			return OK;
	return ERR_NOENT;
}

static const char *words_text(const char *(*nth)(unsigned n), char out[SYSCTL_TEXT_MAX])
{
	const char *word;
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; (word = nth(i)) && at < SYSCTL_TEXT_MAX; i++)
		at += (size_t)snprintf(out + at, SYSCTL_TEXT_MAX - at, "%s%s", i ? " " : "", word);
	return out;
}

static const char *congestion_all(struct stack *st, char out[SYSCTL_TEXT_MAX])
{
	(void)st;
	return words_text(stack_congestion_nth, out);
}

static_assert(STACK_FASTOPEN_KEY_STRLEN <= SYSCTL_TEXT_MAX, "");

static const char *key_get(struct stack *st, char out[SYSCTL_TEXT_MAX])
{
	return st ? stack_fastopen_key(st, out) : "";
}

/* --- the keys -------------------------------------------------------------------- */

#define ONE(path, o) { .name = (path), .n = 1, .unit = 1, .opt = { (o) } }
#define SECONDS(path, o, what, ...) \
	{ .name = (path), .n = 1, .unit = 1000, .opt = { (o) }, .help = "seconds " what, \
	  __VA_ARGS__ }
#define MACHINE(path, o) \
	{ .name = (path), .n = 1, .unit = 1, .opt = { (o) }, .machine = true }
#define IPV4(last, o) ONE("net.ipv4." last, o)
#define OURS(last, o) \
	{ .name = "net.ipv4." last, .n = 1, .unit = 1, .opt = { (o) }, .ours = true }
#define CONF(last, o) ONE("net.ipv4.conf.all." last, o)
#define NEIGH(last, o) MACHINE("net.ipv4.neigh.default." last, o)

static const struct sysctl keys[] = {
	MACHINE("net.core.rmem_default", OPT_RMEM),
	MACHINE("net.core.rmem_max", OPT_RMEM_LIMIT),
	ONE("net.core.somaxconn", OPT_SOMAXCONN),
	MACHINE("net.core.wmem_max", OPT_WMEM_LIMIT),
	CONF("accept_redirects", OPT_ACCEPT_REDIRECTS),
	CONF("accept_source_route", OPT_ACCEPT_SRCROUTE),
	CONF("bc_forwarding", OPT_BC_FORWARDING),
	CONF("forwarding", OPT_FORWARDING),       /* as ip_forward */
	CONF("rp_filter", OPT_RP_FILTER),
	CONF("send_redirects", OPT_SEND_REDIRECTS),
	IPV4("icmp_echo_ignore_broadcasts", OPT_ECHO_IGNORE_BC),
	IPV4("icmp_msgs_burst", OPT_ICMP_BURST),
	IPV4("icmp_msgs_per_sec", OPT_ICMP_MSGS),
	IPV4("icmp_ratelimit", OPT_ICMP_RATE),
	IPV4("ip_default_ttl", OPT_TTL),
	IPV4("ip_forward", OPT_FORWARDING),
	{ .name = "net.ipv4.ip_local_port_range", .n = 2, .unit = 1, .rises = true,
	  .opt = { OPT_PORT_MIN, OPT_PORT_MAX }, .help = "ephemeral ports, the first and the last" },
	IPV4("ipfrag_high_thresh", OPT_FRAG_MEM),
	SECONDS("net.ipv4.ipfrag_time", OPT_FRAG_TIME,
		"a datagram waits for its fragments"),
	NEIGH("base_reachable_time_ms", OPT_NEIGH_REACHABLE),
	SECONDS("net.ipv4.neigh.default.delay_first_probe_time", OPT_NEIGH_DELAY,
		"in DELAY before a probe", .machine = true),
	SECONDS("net.ipv4.neigh.default.gc_stale_time", OPT_NEIGH_STALE,
		"until an unused entry may go, or a silent gateway is tried again",
		.machine = true),
	NEIGH("gc_thresh3", OPT_NEIGH_MAX),
	NEIGH("mcast_solicit", OPT_NEIGH_PROBES),
	NEIGH("retrans_time_ms", OPT_NEIGH_RETRANS),
	NEIGH("unres_qlen_bytes", OPT_NEIGH_QUEUE),
	ONE("net.ipv4.route.min_pmtu", OPT_MIN_PMTU),
	SECONDS("net.ipv4.route.mtu_expires", OPT_MTU_EXPIRES,
		"that a path MTU learned from ICMP is believed (RFC 1191 6.3)"),
	IPV4("tcp_abort_on_overflow", OPT_TCP_ABORT_ON_OVERFLOW),
	{ .name = "net.ipv4.tcp_available_congestion_control", .get = congestion_all,
	  .help = "what tcp_congestion_control may be" },
	IPV4("tcp_base_mss", OPT_TCP_BASE_MSS),
	IPV4("tcp_challenge_ack_limit", OPT_TCP_CHALLENGES),
	{ .name = "net.ipv4.tcp_congestion_control", .get = congestion_get, .set = congestion_set,
	  .words = stack_congestion_nth,
	  .help = "what connections begin with whose sockets choose none" },
	IPV4("tcp_dsack", OPT_TCP_DSACK),
	IPV4("tcp_early_retrans", OPT_TCP_EARLY_RETRANS),
	IPV4("tcp_ecn", OPT_TCP_ECN),
	IPV4("tcp_fastopen", OPT_TCP_FASTOPEN),
	{ .name = "net.ipv4.tcp_fastopen_key", .get = key_get, .set = stack_set_fastopen_key,
	  .help = "of cookies (RFC 7413); after a comma one that is good, too" },
	IPV4("tcp_fin_timeout", OPT_TCP_FIN_TIMEOUT),
	IPV4("tcp_frto", OPT_TCP_FRTO),
	IPV4("tcp_invalid_ratelimit", OPT_TCP_INVALID_RATE),
	IPV4("tcp_keepalive_intvl", OPT_TCP_KEEPINTVL),
	IPV4("tcp_keepalive_probes", OPT_TCP_KEEPCNT),
	IPV4("tcp_keepalive_time", OPT_TCP_KEEPIDLE),
	MACHINE("net.ipv4.tcp_max_orphans", OPT_TCP_MAX_ORPHANS),
	IPV4("tcp_min_tso_segs", OPT_TCP_MIN_TSO_SEGS),
	IPV4("tcp_moderate_rcvbuf", OPT_TCP_MODERATE),
	IPV4("tcp_mtu_probe_floor", OPT_TCP_MTU_FLOOR),
	IPV4("tcp_mtu_probing", OPT_TCP_MTU_PROBING),
	IPV4("tcp_orphan_retries", OPT_TCP_ORPHAN_RETRIES),
	IPV4("tcp_probe_interval", OPT_TCP_PROBE_INTERVAL),
	IPV4("tcp_probe_threshold", OPT_TCP_PROBE_THRESHOLD),
	IPV4("tcp_retries1", OPT_TCP_RETRIES1),
	IPV4("tcp_retries2", OPT_TCP_RETRIES2),
	{ .name = "net.ipv4.tcp_rmem", .n = 3, .unit = 1,
	  .opt = { LEAST_MEM, OPT_TCP_RMEM, OPT_TCP_RMEM_MAX },
	  .help = "bytes of a stream's receive buffer: least (no matter), at first, at most" },
	IPV4("tcp_rto_max_ms", OPT_TCP_RTO_MAX),
	IPV4("tcp_sack", OPT_TCP_SACK),
	IPV4("tcp_slow_start_after_idle", OPT_TCP_IDLE_RESTART),
	IPV4("tcp_stdurg", OPT_TCP_STDURG),
	IPV4("tcp_syn_retries", OPT_TCP_SYN_RETRIES),
	IPV4("tcp_synack_retries", OPT_TCP_SYNACK_RETRIES),
	IPV4("tcp_syncookies", OPT_TCP_SYNCOOKIES),
	IPV4("tcp_timestamps", OPT_TCP_TIMESTAMPS),
	IPV4("tcp_window_scaling", OPT_TCP_WSCALE),
	{ .name = "net.ipv4.tcp_wmem", .n = 3, .unit = 1,
	  .opt = { LEAST_MEM, OPT_TCP_WMEM, OPT_TCP_WMEM_MAX },
	  .help = "bytes of a stream's send buffer: least (no matter), at first, at most" },
	/* ours */
	OURS("arp_probe", OPT_ARP_PROBE),
	OURS("gro", OPT_GRO),
	OURS("tcp_checksums", OPT_TCP_CHECKSUMS),
	OURS("tcp_profile", OPT_TCP_PROFILE),
	OURS("tcp_quick_acks", OPT_TCP_QUICK_ACKS),
	OURS("tcp_rst_exact", OPT_TCP_RST_EXACT),
	OURS("tcp_rto_min_ms", OPT_TCP_RTO_MIN),
	OURS("tcp_rto_rfc6298", OPT_TCP_RTO_RFC6298),
	OURS("tcp_syn_order", OPT_TCP_SYN_ORDER),
	OURS("tcp_syn_window", OPT_TCP_SYN_WINDOW),
	OURS("tcp_time_wait_ms", OPT_TCP_TIME_WAIT),
	OURS("tcp_trim", OPT_TCP_TRIM),
};

static const struct { int64_t def, min, max; const char *help; } options[] = {
#define X(id, name, def, min, max, help) [id] = { def, min, max, help },
	STACK_OPTIONS(X)
#undef X
};

/* --- finding one ----------------------------------------------------------------- */

/* A name with dots; too long a one is no key's. */
static const char *dotted(const char *name, char out[SYSCTL_TEXT_MAX])
{
	snprintf(out, SYSCTL_TEXT_MAX, "%s", name);
	for (char *c = out; *c; c++)
		if (*c == '/')
			*c = '.';
	return out;
}

static const char *last_word(const char *path) { return strrchr(path, '.') + 1; }

const struct sysctl *sysctl_of_interface(const char *name, char interface[SYSCTL_TEXT_MAX])
{
	static const char *const families[] = { "net.ipv4.conf.", "net.ipv4.neigh." };
	char text[SYSCTL_TEXT_MAX];

	name = dotted(name, text);
	for (size_t i = 0; i < N_ELEM(families); i++) {
		size_t n = strlen(families[i]);

		if (strncmp(name, families[i], n) != 0 || last_word(name) <= name + n)
			continue;
		snprintf(interface, SYSCTL_TEXT_MAX, "%.*s",
			 (int)(last_word(name) - 1 - (name + n)), name + n);
		for (size_t k = 0; k < N_ELEM(keys); k++)
			if (strncmp(keys[k].name, families[i], n) == 0 &&
			    strcmp(last_word(keys[k].name), last_word(name)) == 0)
				return &keys[k];
	}
	return NULL;
}

const struct sysctl *sysctl_find(const char *name)
{
	char text[SYSCTL_TEXT_MAX], scope[SYSCTL_TEXT_MAX];
	const struct sysctl *s;
	bool path;

	name = dotted(name, text);
	path = strchr(name, '.') != NULL;
	for (size_t i = 0; i < N_ELEM(keys); i++)
		if (strcmp(path ? keys[i].name : last_word(keys[i].name), name) == 0)
			return &keys[i];
	s = sysctl_of_interface(name, scope);
	return s && (strcmp(scope, "all") == 0 || strcmp(scope, "default") == 0) ? s : NULL;
}

const struct sysctl *sysctl_nth(unsigned n) { return n < N_ELEM(keys) ? &keys[n] : NULL; }

const char *sysctl_name(const struct sysctl *s) { return s->name; }

bool sysctl_is_of_namespace(const struct sysctl *s) { return !s->ours && !s->machine; }

const char *sysctl_help(const struct sysctl *s)
{
	return s->help ? s->help : options[s->opt[0]].help;
}

/* --- values ---------------------------------------------------------------------- */

static int64_t number(const struct sysctl *s, const struct stack *st, unsigned i)
{
	short o = s->opt[i];

	if (o == LEAST_MEM)
		return LEAST_MEM_BYTES;
	return (st ? stack_option(st, (enum stack_option)o) : options[o].def) / s->unit;
}

unsigned sysctl_numbers(const struct sysctl *s, const struct stack *st,
			int64_t v[SYSCTL_NUMBERS_MAX])
{
	for (unsigned i = 0; v && i < s->n; i++)
		v[i] = number(s, st, i);
	return s->n;
}

bool sysctl_has(const struct sysctl *s, enum stack_option o)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->opt[i] == (short)o)
			return true;
	return false;
}

bool sysctl_is_of_profile(const struct sysctl *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->opt[i] != LEAST_MEM && stack_profile_sets((enum stack_option)s->opt[i]))
			return true;
	return false;
}

bool sysctl_changed(const struct sysctl *s, struct stack *st)
{
	char now[SYSCTL_TEXT_MAX], at_first[SYSCTL_TEXT_MAX];
	const char *was;

	for (unsigned i = 0; i < s->n; i++)
		if (number(s, st, i) != number(s, NULL, i))
			return true;
	if (s->n || !s->set)
		return false;
	was = s->get(NULL, at_first);
	return *was && strcmp(was, s->get(st, now)) != 0;
}

void sysctl_bounds(const struct sysctl *s, unsigned n, int64_t *min, int64_t *max)
{
	short o = s->opt[n];

	assert(n < s->n);
	if (o == LEAST_MEM) {
		*min = 1, *max = INT32_MAX;
		return;
	}
	*min = (options[o].min + s->unit - 1) / s->unit;
	*max = options[o].max / s->unit;
}

const char *sysctl_word(const struct sysctl *s, unsigned n)
{
	return s->words ? s->words(n) : NULL;
}

const char *sysctl_value(const struct sysctl *s, struct stack *st, char out[SYSCTL_TEXT_MAX])
{
	size_t at = 0;

	if (!s->n)
		return s->get(st, out);
	for (unsigned i = 0; i < s->n && at < SYSCTL_TEXT_MAX; i++)
		at += (size_t)snprintf(out + at, SYSCTL_TEXT_MAX - at, "%s%" PRId64, i ? " " : "",
				       number(s, st, i));
	return out;
}

/* --- setting --------------------------------------------------------------------- */

/* In decimal, or with 0x; *end is behind it. */
static bool number_read(const char *text, const char **end, int64_t *v)
{
	bool hex = strncmp(text, "0x", 2) == 0;
	unsigned long long u;
	char *e;

	text += hex ? 2 : 0;
	if (!strchr("0123456789abcdefABCDEF", *text) || !*text)
		return false;
	u = strtoull(text, &e, hex ? 16 : 10);
	*end = e;
	*v = u > INT64_MAX ? INT64_MAX : (int64_t)u;
	return e > text && (!*e || *e == ' ' || *e == '\t');
}

static bool numbers_read(const struct sysctl *s, const char *text, int64_t *v, char err[128])
{
	int64_t min, max;

	for (unsigned i = 0; i < s->n; i++) {
		text += strspn(text, " \t");
		sysctl_bounds(s, i, &min, &max);
		if (s->rises && i && v[i - 1] > min)
			min = v[i - 1];
		if (number_read(text, &text, &v[i]) && v[i] >= min && v[i] <= max)
			continue;
		snprintf(err, 128, "expected %s from %" PRId64 " to %" PRId64,
			 s->n == 1 ? "a number" : i == 0 ? "the first number" :
			 i + 1 == s->n ? "the last number" : "the second number",
			 min, max);
		return false;
	}
	text += strspn(text, " \t");
	if (*text)
		snprintf(err, 128, "expected %u number%s, found more", s->n, s->n > 1 ? "s" : "");
	return !*text;
}

static bool word_set(const struct sysctl *s, struct stack *st, const char *word, char err[128])
{
	char all[SYSCTL_TEXT_MAX];

	if (!s->set)
		snprintf(err, 128, "it can only be read");
	else if (s->set(st, word) == OK)
		return true;
	else if (s->words)
		snprintf(err, 128, "expected one of: %s", words_text(s->words, all));
	else
		snprintf(err, 128, "expected four words of hexadecimal digits with '-' between");
	return false;
}

bool sysctl_set(const struct sysctl *s, struct stack *st, const char *value, char err[128])
{
	int64_t v[SYSCTL_NUMBERS_MAX];

	if (!s->n)
		return word_set(s, st, value, err);
	if (!numbers_read(s, value, v, err))
		return false;
	for (unsigned i = 0; st && i < s->n; i++)
		if (s->opt[i] != LEAST_MEM)       /* of which the bounds are the same */
			(void)stack_set_option(st, (enum stack_option)s->opt[i], v[i] * s->unit);
	return true;
}
