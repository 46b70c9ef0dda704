// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "sim/prog/iperf3.h"
#include "sim/prog/opts.h"
#include "stack/util/err.h"

#define SKIP_RX_COPY '\1'                 /* have no short form */
#define BIDIR '\2'

/* "10", "64K", "2.5M": K is 1024 for bytes and 1000 for rates. */
static bool quantity(struct iperf3 *t, const char *text, int64_t kilo, int64_t max, int64_t *out)
{
	if (opts_parse_size(text, kilo, max, out))
		return true;
	prog_fail(&t->prog, 1, 0, "parameter error - invalid number: %s", text);
	return false;
}

static bool resolve(struct iperf3 *t, const char *text, ip4_t *out)
{
	if (prog_resolve(&t->prog, text, out))
		return true;
	prog_fail(&t->prog, 1, 0, "error - unable to connect to server: "
		  "Name or service not known");
	return false;
}

static bool format(struct iperf3 *t, const char *text)
{
	t->unit = text[0];
	if (text[0] && strchr("kmgtKMGT", text[0]) && !text[1])
		return true;
	prog_fail(&t->prog, 1, 0, "parameter error - bad format specifier (valid formats are "
		  "in the set [kmgtKMGT])");
	return false;
}

static bool wrong(struct iperf3 *t, const char *why)
{
	prog_fail(&t->prog, 1, 0, "parameter error - %s", why);
	return false;
}

/* A number from 1 on, and what iperf3 says of one beyond max. */
static bool at_most(struct iperf3 *t, const char *arg, int64_t max, const char *beyond,
		    int64_t *out)
{
	if (!opts_int(&t->prog, arg, 1, INT64_MAX, out))
		return false;
	return *out <= max || wrong(t, beyond);
}

static bool length(struct iperf3 *t, const char *arg)
{
	if (!quantity(t, arg, 1024, INT64_MAX / 2, &t->p.len))
		return false;
	return t->p.len <= IPERF3_BLOCK_MAX ||
	       wrong(t, "block size too large (maximum = 1048576 bytes)");
}

static bool option(struct iperf3 *t, int c, const char *arg)
{
	struct prog *p = &t->prog;
	size_t n;

	t->client_words |= strchr("bCklMNnOPRStuwZ" "\1\2", c) != NULL;
	t->server_words |= c == '1';
	switch (c) {
	case '1': t->one_off = true; break;
	case 'b': return quantity(t, arg, 1000, INT64_C(1000000000000), &t->p.bps);
	case 'B': return resolve(t, arg, &t->src);
	case 'c':
		free(t->host);
		t->host = strdup(arg);
		return t->host;
	case 'C':
		n = strlen(arg);
		memcpy(t->p.congestion, arg, n < 15 ? n + 1 : 15);
		break;
	case 'f': return format(t, arg);
	case 'i': return opts_ns(p, arg, &t->interval);
	case 'J': t->json_out = true; break;
	case 'k': return quantity(t, arg, 1024, INT64_MAX / 2, &t->p.blocks);
	case 'l': return length(t, arg);
	case 'M': return opts_int(p, arg, 88, 9216, &t->p.mss);
	case 'N': t->p.no_delay = true; break;
	case 'n': return quantity(t, arg, 1024, INT64_MAX / 2, &t->p.bytes);
	case 'O':
		if (!opts_int(p, arg, 0, INT64_MAX, &t->p.omit))
			return false;
		return t->p.omit <= IPERF3_OMIT || wrong(t, "bogus value for --omit");
	case 'P':
		return at_most(t, arg, IPERF3_FLOWS,
			       "number of parallel streams too large (maximum = 128)", &t->p.flows);
	case 'p': return opts_int(p, arg, 1, 65535, &t->port);
	case 'R': t->p.reverse = true; break;
	case 'S': return opts_int(p, arg, 0, 255, &t->p.tos);
	case 's': t->server = true; break;
	case 't':
		t->timed = true;
		return at_most(t, arg, 86400,
			       "test duration too long (maximum = 86400 seconds)", &t->p.seconds);
	case 'u': t->p.udp = true; break;
	case 'V': t->verbose = true; break;
	case 'w': return quantity(t, arg, 1024, INT64_C(512) << 20, &t->p.window);
	case 'Z': t->p.zerocopy = true; break;
	case BIDIR: t->p.bidir = true; break;
	case SKIP_RX_COPY: t->p.skip_rx_copy = true; break;
	}
	return true;
}

static bool check(struct iperf3 *t)
{
	if (t->server && t->host)
		return wrong(t, "cannot be both server and client");
	if (!t->server && !t->host)
		return wrong(t, "must either be a client (-c) or server (-s)");
	if (t->p.reverse && t->p.bidir)
		return wrong(t, "cannot be both reverse and bidirectional");
	if (t->server ? t->client_words : t->server_words)
		return wrong(t, t->server ? "some option you are trying to set is client only"
					  : "some option you are trying to set is server only");
	if (!!t->p.bytes + !!t->p.blocks + t->timed > 1)
		return wrong(t, "only one test end condition (-t, -n, -k) may be specified");
	if (t->p.bps < 0)
		t->p.bps = t->p.udp ? 1000 * 1000 : 0;
	if (t->p.udp && !t->p.bps)
		return wrong(t, "-u needs a rate (-b): lab time would not pass");
	if (t->p.udp && t->p.len && (t->p.len < 16 || t->p.len > 65507))
		return wrong(t, "block size invalid (minimum = 16 bytes, maximum = 65507 bytes)");
	return true;
}

/* A word of the command line as its short form: "--port=80" is "-p80"; what is
 * no long option stays as it is.  The caller frees. */
static char *word_short(const char *word)
{
	static const struct { const char *name; char letter; } rows[] = {
		{ "server", 's' }, { "client", 'c' }, { "port", 'p' }, { "format", 'f' },
		{ "interval", 'i' }, { "bind", 'B' }, { "json", 'J' }, { "one-off", '1' },
		{ "udp", 'u' }, { "bitrate", 'b' }, { "bandwidth", 'b' }, { "time", 't' },
		{ "bytes", 'n' }, { "blockcount", 'k' }, { "length", 'l' }, { "parallel", 'P' },
		{ "reverse", 'R' }, { "window", 'w' }, { "congestion", 'C' }, { "set-mss", 'M' },
		{ "no-delay", 'N' }, { "tos", 'S' }, { "version4", '4' }, { "verbose", 'V' },
		{ "zerocopy", 'Z' }, { "omit", 'O' }, { "skip-rx-copy", SKIP_RX_COPY },
		{ "bidir", BIDIR },
	};
	struct buf b = { 0 };

	for (size_t i = 0; strncmp(word, "--", 2) == 0 && i < N_ELEM(rows); i++) {
		size_t n = strlen(rows[i].name);

		if (strncmp(word + 2, rows[i].name, n) != 0 ||
		    (word[2 + n] != '\0' && word[2 + n] != '='))
			continue;
		buf_printf(&b, "-%c%s", rows[i].letter, word[2 + n] ? word + 3 + n : "");
		return b.s;
	}
	return strdup(word);
}

/* As getopt_long() complains. */
static void bad(struct iperf3 *t, const struct opts *o, int got)
{
	const char *word = o->argv[o->i - 1];

	if (got == '?' && strncmp(word, "--", 2) == 0) {
		prog_error(&t->prog, 0, "unrecognized option '%s'", word);
		opts_usage(&t->prog);
		prog_exit(&t->prog, 1);
	} else {
		opts_bad(&t->prog, o, got);
	}
}

static void words_free(char **words)
{
	for (char **w = words; w && *w; w++)
		free(*w);
	free(words);
}

bool iperf3_options(struct iperf3 *t, int argc, char *const *argv)
{
	struct opts o;
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	bool ok = words;
	int c;

	t->port = IPERF3_PORT;
	t->interval = SEC(1);
	t->p = (struct iperf3_params){ .seconds = 10, .flows = 1, .bps = -1 };
	for (int i = 0; ok && i < argc; i++)
		ok = (words[i] = word_short(argv[i]));
	opts_init(&o, argc, words);
	while (ok && (c = opts_next(&o, "\1\2" "14B:b:C:c:f:i:Jk:l:M:Nn:O:P:p:RS:st:uVw:Z")) != -1) {
		if (c == '?' || c == ':')
			bad(t, &o, c), ok = false;
		else
			ok = option(t, c, o.arg);
	}
	words_free(words);
	if (ok && o.n)
		opts_usage(&t->prog), prog_exit(&t->prog, 1), ok = false;
	t->to.addr.family = ADDR_IP4;
	t->to.port = (uint16_t)t->port;
	return ok && check(t) && (t->server || resolve(t, t->host, &t->to.addr.v4));
}
