// SPDX-License-Identifier: GPL-3.0-or-later
/* Real sockets, in a network namespace of this process. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/sock/like.h"

static int result(int r) { return r < 0 ? -errno : r; }

static struct sockaddr_in address(ip4_t a, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	sin.sin_addr.s_addr = htonl(a);
	return sin;
}

static int f_open(struct face *f, int type, int proto)
{
	(void)f;
	return result(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, proto));
}

static int f_close(struct face *f, int h)
{
	(void)f;
	return result(close(h));
}

static int f_bind(struct face *f, int h, ip4_t a, uint16_t port)
{
	struct sockaddr_in sin = address(a, port);

	(void)f;
	return result(bind(h, (struct sockaddr *)&sin, sizeof(sin)));
}

static int f_connect(struct face *f, int h, ip4_t a, uint16_t port, bool none)
{
	struct sockaddr_in sin = address(a, port);

	(void)f;
	if (none)
		sin.sin_family = AF_UNSPEC;
	return result(connect(h, (struct sockaddr *)&sin, sizeof(sin)));
}

static int f_listen(struct face *f, int h, int backlog)
{
	(void)f;
	return result(listen(h, backlog));
}

static int f_accept(struct face *f, int h)
{
	(void)f;
	return result(accept4(h, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static int f_shutdown(struct face *f, int h, int how)
{
	(void)f;
	return result(shutdown(h, how));
}

static int f_name_of(struct face *f, int h, bool peer, ip4_t *a, uint16_t *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t n = sizeof(sin);
	int r = (peer ? getpeername : getsockname)(h, (struct sockaddr *)&sin, &n);

	(void)f;
	*a = ntohl(sin.sin_addr.s_addr);
	*port = ntohs(sin.sin_port);
	return result(r);
}

static ssize_t f_send(struct face *f, int h, const void *b, size_t n, int flags, ip4_t to,
		      uint16_t port)
{
	struct sockaddr_in sin = address(to, port);
	ssize_t r = sendto(h, b, n, flags | MSG_NOSIGNAL, to ? (struct sockaddr *)&sin : NULL,
			   to ? sizeof(sin) : 0);

	(void)f;
	return r < 0 ? -errno : r;
}

static ssize_t f_recv(struct face *f, int h, void *b, size_t n, int flags)
{
	ssize_t r = recv(h, b, n, flags);

	(void)f;
	return r < 0 ? -errno : r;
}

static int f_poll(struct face *f, int h)
{
	struct pollfd p = { .fd = h, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };

	(void)f;
	return poll(&p, 1, 0) < 0 ? -errno : p.revents;
}

static int f_ioctl(struct face *f, int h, unsigned long what, int *v)
{
	(void)f;
	return result(ioctl(h, what, v));
}

static int f_setopt(struct face *f, int h, int level, int o, const void *v, size_t n)
{
	(void)f;
	return result(setsockopt(h, level, o, v, (socklen_t)n));
}

static int f_getopt(struct face *f, int h, int level, int o, void *v, size_t *n)
{
	socklen_t len = (socklen_t)*n;
	int r = getsockopt(h, level, o, v, &len);

	(void)f;
	*n = len;
	return result(r);
}

static int f_set_open(struct face *f)
{
	(void)f;
	return result(epoll_create1(EPOLL_CLOEXEC));
}

static int f_set_ctl(struct face *f, int set, int op, int h, uint32_t events, uint32_t data)
{
	struct epoll_event ev = { .events = events, .data.u32 = data };

	(void)f;
	return result(epoll_ctl(set, op, h, &ev));
}

static int f_set_wait(struct face *f, int set, struct like_event *ev, int max)
{
	struct epoll_event got[32];
	int n = epoll_wait(set, got, max < 32 ? max : 32, 0);

	(void)f;
	for (int i = 0; i < n; i++)
		ev[i] = (struct like_event){ got[i].events, got[i].data.u32 };
	return result(n);
}

/* What loopback has not brought yet comes while others run; whoever expects
 * something asks again. */
static void f_pass(struct face *f)
{
	(void)f;
	sched_yield();
}

static bool loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = -1;

	if (fd < 0)
		return false;
	if (ioctl(fd, SIOCGIFFLAGS, &r) == 0) {
		r.ifr_flags |= IFF_UP;
		err = ioctl(fd, SIOCSIFFLAGS, &r);
	}
	close(fd);
	return err == 0;
}

struct face *face_linux(void)
{
	static struct face face = {
		.name = "Linux", .open = f_open, .close = f_close, .bind = f_bind,
		.connect = f_connect, .listen = f_listen, .accept = f_accept,
		.shutdown = f_shutdown, .name_of = f_name_of, .send = f_send, .recv = f_recv,
		.poll = f_poll, .ioctl = f_ioctl, .setopt = f_setopt, .getopt = f_getopt,
		.set_open = f_set_open, .set_ctl = f_set_ctl, .set_wait = f_set_wait,
		.pass = f_pass,
	};
	static int able = -1;

	if (able < 0) {
		able = (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 || unshare(CLONE_NEWNET) == 0) &&
		       loopback_up();
		if (!able)
			printf("  Linux was not asked: no network namespace can be made\n");
	}
	return able ? &face : NULL;
}
