// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/fdmsg.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool fdmsg_pair(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
}

/* Room for the control part, aligned as it has to be. */
union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(FDMSG_FDS * sizeof(int))];
};

bool fdmsg_send(int sock, const void *msg, size_t n, const int *fds, size_t n_fds)
{
	struct iovec iov = { (void *)(uintptr_t)msg, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control = { .room = { 0 } };
	ssize_t sent;

	assert(n_fds <= FDMSG_FDS);
	if (n_fds) {
		struct cmsghdr *c;

		m.msg_control = control.room;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
				       .cmsg_len = CMSG_LEN(n_fds * sizeof(int)) };
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	do
		sent = sendmsg(sock, &m, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)n;
}

int fdmsg_recv(int sock, void *msg, size_t n, int fds[FDMSG_FDS])
{
	struct iovec iov = { msg, n };
	union control control;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room,
			    .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c;
	size_t n_fds = 0;
	ssize_t got;

	do
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		n_fds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), n_fds * sizeof(int));
	}
	if (got == (ssize_t)n && !(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return (int)n_fds;
	while (n_fds)
		close(fds[--n_fds]);
	return -1;
}
