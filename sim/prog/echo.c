// SPDX-License-Identifier: GPL-3.0-or-later
/* An echo server (RFC 862): what comes goes back.  It runs until it is ended. */
#include "sim/prog/service.h"

static struct service *service(const struct stream *s) { return (struct service *)s->prog; }

/* What the peer does not take back is not read either: its window closes, as
 * with a server that blocks in write(). */
static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct endpoint from;

	service(s)->tcp_bytes += (int64_t)n;
	if (sk_peer(s->sk, &from) == 0)
		service_told(service(s), (int64_t)n, &from);
	stream_write(s, bytes, n);
	if (s->sk && stream_waiting(s))
		stream_hold(s, true);
}

static void on_room(struct stream *s)
{
	stream_hold(s, false);
	if (s->eof)
		stream_close(s);
}

static void on_eof(struct stream *s)
{
	if (!stream_waiting(s))
		stream_close(s);
}

static const struct stream_ops echo_stream = {
	.data = on_data, .room = on_room, .eof = on_eof,
};

static bool datagram(struct service *sv, struct sk_msg *m)
{
	(void)sv, (void)m;
	return true;
}

static const struct service_kind echo_kind = {
	.port = 7, .stream = &echo_stream, .datagram = datagram,
};

static void echo_start(struct prog *p, int argc, char *const *argv)
{
	service_start(p, argc, argv, &echo_kind);
}

const struct prog_ops echo_prog = {
	.name = "echo", .size = sizeof(struct service), .start = echo_start,
	.stop = service_stop, .json = service_json, .free = service_free,
};
