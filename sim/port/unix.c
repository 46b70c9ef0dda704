// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * unix:PATH  a stream socket on which each frame follows its length, four
 *            bytes in network order: what QEMU's "-netdev stream" and passt
 *            speak.  One peer at a time; when it leaves, the next may come.
 * unixgram:PATH  a datagram socket, one frame a datagram; frames go to who
 *            sent last.
 *
 * A socket file that a dead process left is taken away first; any other file is
 * left alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/port.h"
#include "stack/util/be.h"

#define LEN_BYTES 4
#define IN_ROOM (2 * (PKT_MAX + LEN_BYTES))
#define OUT_ROOM (256 * 1024)

struct unix_port {
	struct sockaddr_un path, peer;
	dev_t dev;                        /* the socket file that we made ... */
	ino_t ino;                        /* ... for somebody may put another there */
	socklen_t peer_len;               /* unixgram; 0: nobody spoke yet */
	bool connected;                   /* unix */
	bool stuck;                       /* bytes wait until the peer reads */
	size_t in_len, out_len;
	uint8_t in[IN_ROOM], out[OUT_ROOM];
};

/* --- opening ------------------------------------------------------------------- */

/* A socket file that nobody is behind is of no use to anybody.  What is no
 * socket refuses a connection, too, so it is looked at first. */
static bool is_left_over(const struct sockaddr_un *a, int type)
{
	struct stat st;
	bool left = false;
	int fd;

	if (lstat(a->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		left = connect(fd, (const struct sockaddr *)a, sizeof(*a)) != 0 &&
		       errno == ECONNREFUSED;
		close(fd);
	}
	return left;
}

static void bind_explain(const struct sockaddr_un *a, int eno, char err[256])
{
	struct stat st;

	if (eno != EADDRINUSE)
		snprintf(err, 256, "%s: %s", a->sun_path, strerror(eno));
	else if (lstat(a->sun_path, &st) == 0 && !S_ISSOCK(st.st_mode))
		snprintf(err, 256, "%s: there is a file of this name, which is no socket",
			 a->sun_path);
	else
		snprintf(err, 256, "%s: another program has this socket", a->sun_path);
}

static int socket_bind(struct port *pt, const struct sockaddr_un *a, int type, char err[256])
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), eno;

	if (fd < 0) {
		snprintf(err, 256, "socket: %s", strerror(errno));
		return -1;
	}
	if (bind(fd, (const struct sockaddr *)a, sizeof(*a)) == 0)
		return fd;
	eno = errno;
	if (eno == EADDRINUSE && is_left_over(a, type)) {
		if (unlink(a->sun_path) == 0 &&
		    bind(fd, (const struct sockaddr *)a, sizeof(*a)) == 0) {
			lab_say(pt->end->link->lab, "%s: a dead process left this socket; it is "
				"taken over", a->sun_path);
			return fd;
		}
		eno = errno;
	}
	bind_explain(a, eno, err);
	close(fd);
	return -1;
}

/* Of the socket file; false if there is none now. */
static bool path_stat(const struct unix_port *u, struct stat *st)
{
	return lstat(u->path.sun_path, st) == 0 && S_ISSOCK(st->st_mode);
}

static bool socket_open(struct port *pt, const char *arg, int type, char err[256])
{
	struct unix_port *u = calloc(1, sizeof(*u));
	struct stat st;

	if (!u) {
		snprintf(err, 256, "out of memory");
		return false;
	}
	u->path.sun_family = AF_UNIX;
	if (port_path(pt, arg, u->path.sun_path, sizeof(u->path.sun_path), err))
		pt->other_fd = socket_bind(pt, &u->path, type, err);
	if (pt->other_fd < 0) {
		free(u);
		return false;
	}
	if (path_stat(u, &st))
		u->dev = st.st_dev, u->ino = st.st_ino;
	pt->priv = u;
	pt->fd = pt->other_fd;
	return true;
}

static void unix_close(struct port *pt)
{
	struct unix_port *u = pt->priv;
	int peer = pt->fd != pt->other_fd ? pt->fd : -1;
	struct stat st;

	port_watch(pt, -1, false);
	if (peer >= 0)
		close(peer);
	close(pt->other_fd);
	if (path_stat(u, &st) && st.st_dev == u->dev && st.st_ino == u->ino)
		(void)unlink(u->path.sun_path);
	free(u);
}

/* --- a stream -------------------------------------------------------------------- */

static bool unix_open(struct port *pt, const char *arg, char err[256])
{
	if (!socket_open(pt, arg, SOCK_STREAM, err))
		return false;
	(void)listen(pt->other_fd, 1);
	return true;
}

static void unix_accept(struct port *pt)
{
	struct unix_port *u = pt->priv;
	int fd = accept4(pt->other_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	u->connected = true;
	u->stuck = false;
	u->in_len = u->out_len = 0;
	port_watch(pt, fd, false);
	lab_say(pt->end->link->lab, "%s %s: a program is connected", port_node_name(pt),
		port_ifname(pt));
}

static void unix_hang_up(struct port *pt, const char *why)
{
	struct unix_port *u = pt->priv;
	int fd = pt->fd;

	u->connected = false;
	port_watch(pt, pt->other_fd, false);
	close(fd);
	lab_say(pt->end->link->lab, "%s %s: the program is gone%s%s", port_node_name(pt),
		port_ifname(pt), *why ? ": " : "", why);
}

/* Whole frames leave the buffer; false: the peer speaks nonsense. */
static bool take_frames(struct port *pt)
{
	struct unix_port *u = pt->priv;
	size_t at = 0;

	while (u->in_len - at >= LEN_BYTES) {
		size_t len = get_be32(u->in + at);

		if (len > PKT_MAX)
			return false;
		if (u->in_len - at - LEN_BYTES < len)
			break;
		port_rx(pt, u->in + at + LEN_BYTES, len);
		at += LEN_BYTES + len;
	}
	u->in_len -= at;
	memmove(u->in, u->in + at, u->in_len);
	return true;
}

static void unix_flush(struct port *pt)
{
	struct unix_port *u = pt->priv;
	ssize_t n;

	if (!u->connected || !u->out_len)
		return;
	n = send(pt->fd, u->out, u->out_len, MSG_NOSIGNAL);
	if (n > 0) {
		u->out_len -= (size_t)n;
		memmove(u->out, u->out + n, u->out_len);
	}
	if (u->stuck != (u->out_len > 0)) {
		u->stuck = u->out_len > 0;
		port_watch(pt, pt->fd, u->stuck);
	}
}

static void unix_read(struct port *pt)
{
	struct unix_port *u = pt->priv;
	ssize_t n;

	if (!u->connected) {
		unix_accept(pt);
		return;
	}
	unix_flush(pt);
	n = recv(pt->fd, u->in + u->in_len, IN_ROOM - u->in_len, 0);
	if (n > 0) {
		u->in_len += (size_t)n;
		if (!take_frames(pt))
			unix_hang_up(pt, "a frame was longer than any may be");
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		unix_hang_up(pt, n ? strerror(errno) : "");
	}
}

static bool unix_write(struct port *pt, const struct pkt *p)
{
	struct unix_port *u = pt->priv;
	uint32_t len = pkt_len(p);

	if (!u->connected)
		return false;
	if (OUT_ROOM - u->out_len < LEN_BYTES + len)
		unix_flush(pt);
	if (OUT_ROOM - u->out_len < LEN_BYTES + len)
		return false;
	put_be32(u->out + u->out_len, len);
	pkt_copy_out(p, 0, u->out + u->out_len + LEN_BYTES, len);
	u->out_len += LEN_BYTES + len;
	return true;
}

static void unix_state(const struct port *pt, char *out, size_t room)
{
	const struct unix_port *u = pt->priv;

	snprintf(out, room, "%s", u->connected ? "connected" : "waits for a program");
}

const struct port_ops port_unix = {
	.word = "unix", .what = "a stream socket: each frame follows its length, as in QEMU",
	.open = unix_open, .read = unix_read, .write = unix_write, .flush = unix_flush,
	.state = unix_state, .close = unix_close,
};

/* --- datagrams ------------------------------------------------------------------- */

static bool gram_open(struct port *pt, const char *arg, char err[256])
{
	return socket_open(pt, arg, SOCK_DGRAM, err);
}

static void gram_read(struct port *pt)
{
	struct unix_port *u = pt->priv;

	for (int i = 0; i < PORT_BATCH; i++) {
		struct sockaddr_un from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(pt->fd, u->in, IN_ROOM, 0, (struct sockaddr *)&from, &len);

		if (n < 0)
			return;
		if (len > offsetof(struct sockaddr_un, sun_path)) {
			u->peer = from;
			u->peer_len = len;
		}
		port_rx(pt, u->in, (size_t)n);
	}
}

static bool gram_write(struct port *pt, const struct pkt *p)
{
	struct unix_port *u = pt->priv;
	size_t len = pkt_copy_out(p, 0, u->out, OUT_ROOM);

	return u->peer_len && sendto(pt->fd, u->out, len, 0, (const struct sockaddr *)&u->peer,
				     u->peer_len) == (ssize_t)len;
}

static void gram_state(const struct port *pt, char *out, size_t room)
{
	const struct unix_port *u = pt->priv;

	snprintf(out, room, "%s", u->peer_len ? "connected" : "waits for a program");
}

const struct port_ops port_unixgram = {
	.word = "unixgram", .what = "a datagram socket: a frame each, to who sent last",
	.open = gram_open, .read = gram_read, .write = gram_write, .state = gram_state,
	.close = unix_close,
};
