// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A character generator (RFC 864): lines of 72 of the 95 printable characters,
 * each line one character further, until the peer closes.  A datagram is
 * answered with six such lines (RFC 864: at most 512 characters).
 */
#include "sim/prog/service.h"

#define CHARS 95
#define LINE 74                           /* 72 characters and CR LF */
#define TURN (CHARS * (size_t)LINE)       /* after that many bytes it begins again */
#define CHUNK 8192
#define ANSWER (6 * (size_t)LINE)

/* The stream of characters from byte `from` on. */
static void generate(char *out, size_t n, uint64_t from)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)((from + i) % TURN), col = at % LINE;

		out[i] = col == LINE - 2 ? '\r' : col == LINE - 1 ? '\n' :
			 (char)(' ' + (at / LINE + col) % CHARS);
	}
}

static void on_room(struct stream *s)
{
	struct service *sv = (struct service *)s->prog;
	char chunk[CHUNK];
	size_t n;

	do {
		generate(chunk, sizeof(chunk), (uint64_t)s->n_out);
		n = stream_send(s, chunk, sizeof(chunk));
		sv->tcp_bytes += (int64_t)n;
	} while (n == sizeof(chunk));
}

static const struct stream_ops chargen_stream = { .room = on_room };

static bool datagram(struct service *sv, struct sk_msg *m)
{
	generate(m->buf, ANSWER, (uint64_t)(sv->n - 1) * LINE);
	m->n = ANSWER;
	return true;
}

static const struct service_kind chargen_kind = {
	.port = 19, .stream = &chargen_stream, .datagram = datagram,
};

static void chargen_start(struct prog *p, int argc, char *const *argv)
{
	service_start(p, argc, argv, &chargen_kind);
}

const struct prog_ops chargen_prog = {
	.name = "chargen", .size = sizeof(struct service), .start = chargen_start,
	.stop = service_stop, .json = service_json, .free = service_free,
};
