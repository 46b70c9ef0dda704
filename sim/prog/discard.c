// SPDX-License-Identifier: GPL-3.0-or-later
/* A discard server (RFC 863): reads, and throws away. */
#include "sim/prog/service.h"

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct service *sv = (struct service *)s->prog;
	struct endpoint from;

	(void)bytes;
	sv->tcp_bytes += (int64_t)n;
	if (sk_peer(s->sk, &from) == 0)
		service_told(sv, (int64_t)n, &from);
}

static void on_up(struct stream *s) { s->blind = true; }

static const struct stream_ops discard_stream = { .up = on_up, .data = on_data };

static bool datagram(struct service *sv, struct sk_msg *m)
{
	(void)sv, (void)m;
	return false;
}

static const struct service_kind discard_kind = {
	.port = 9, .stream = &discard_stream, .datagram = datagram,
};

static void discard_start(struct prog *p, int argc, char *const *argv)
{
	service_start(p, argc, argv, &discard_kind);
}

const struct prog_ops discard_prog = {
	.name = "discard", .size = sizeof(struct service), .start = discard_start,
	.stop = service_stop, .json = service_json, .free = service_free,
};
