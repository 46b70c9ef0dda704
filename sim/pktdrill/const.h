/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_CONST_H
#define SIM_PKTDRILL_CONST_H
/* Linux's numbers (x86) that scripts use by name and that programs here ask
 * for: a script may write either. */
enum {
	L_SOL_IP = 0, L_SOL_SOCKET = 1, L_SOL_TCP = 6,
	L_TCP_INQ = 36,
	L_O_RDONLY = 0, L_O_RDWR = 2, L_O_NONBLOCK = 04000, L_F_GETFL = 3, L_F_SETFL = 4,
	L_MSG_OOB = 1, L_MSG_PEEK = 2, L_MSG_TRUNC = 0x20, L_MSG_DONTWAIT = 0x40,
	L_MSG_WAITALL = 0x100, L_MSG_CONFIRM = 0x800, L_MSG_NOSIGNAL = 0x4000, L_MSG_MORE = 0x8000,
	L_SIOCINQ = 0x541b, L_SIOCOUTQ = 0x5411, L_SIOCOUTQNSD = 0x894b, L_SIOCATMARK = 0x8905,
	L_POLLIN = 1, L_POLLPRI = 2, L_POLLOUT = 4, L_POLLERR = 8, L_POLLHUP = 0x10,
	L_POLLRDHUP = 0x2000, L_EPOLLONESHOT = 1 << 30,
	L_EPOLL_CTL_ADD = 1, L_EPOLL_CTL_DEL = 2, L_EPOLL_CTL_MOD = 3,
	L_SOCK_STREAM = 1, L_SOCK_DGRAM = 2, L_SOCK_NONBLOCK = 04000, L_IPPROTO_UDP = 17,
	L_AF_UNSPEC = 0,
};

#define L_EPOLLET ((uint32_t)1 << 31)

#endif
