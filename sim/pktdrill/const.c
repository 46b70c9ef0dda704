// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/const.h"

#include <errno.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "stack/util/cc.h"

#define C(name) { #name, L_##name }

static const struct { const char *name; int64_t v; } constants[] = {
	C(SOL_SOCKET), C(SOL_TCP), C(SOL_IP), { "IPPROTO_TCP", 6 }, { "IPPROTO_IP", 0 },
	{ "IPPROTO_UDP", 17 }, { "AF_INET", 2 }, { "PF_INET", 2 }, { "AF_INET6", 10 },
	{ "AF_UNSPEC", 0 }, C(SOCK_STREAM), { "SOCK_DGRAM", 2 }, C(SOCK_NONBLOCK),
	{ "SOCK_CLOEXEC", 02000000 },
	C(SO_REUSEADDR), C(SO_ERROR), C(SO_BROADCAST), C(SO_SNDBUF), C(SO_RCVBUF),
	C(SO_KEEPALIVE), C(SO_LINGER), C(SO_REUSEPORT), { "SO_MARK", 36 }, { "SO_PRIORITY", 12 },
	{ "SO_RCVLOWAT", 18 }, { "SO_RCVTIMEO", 20 }, { "SO_SNDTIMEO", 21 }, { "SO_TYPE", 3 },
	{ "SO_MAX_PACING_RATE", 47 }, { "SO_ZEROCOPY", 60 }, { "SO_TIMESTAMPING", 37 },
	{ "SO_OOBINLINE", 10 }, { "SO_ACCEPTCONN", 30 },
	C(TCP_NODELAY), C(TCP_MAXSEG), C(TCP_CORK), C(TCP_KEEPIDLE), C(TCP_KEEPINTVL),
	C(TCP_KEEPCNT), { "TCP_SYNCNT", 7 }, { "TCP_LINGER2", 8 }, { "TCP_DEFER_ACCEPT", 9 },
	{ "TCP_WINDOW_CLAMP", 10 }, C(TCP_INFO), C(TCP_QUICKACK), C(TCP_CONGESTION),
	C(TCP_USER_TIMEOUT), { "TCP_FASTOPEN", 23 }, { "TCP_TIMESTAMP", 24 },
	C(TCP_NOTSENT_LOWAT), { "TCP_CC_INFO", 26 }, { "TCP_SAVE_SYN", 27 },
	{ "TCP_SAVED_SYN", 28 }, { "TCP_FASTOPEN_CONNECT", 30 }, C(TCP_INQ), { "TCP_CM_INQ", L_TCP_INQ },
	C(IP_TOS), C(IP_TTL), C(IP_MTU_DISCOVER), C(IP_RECVERR), C(IP_MTU),
	{ "IP_PMTUDISC_DONT", 0 }, { "IP_PMTUDISC_WANT", 1 }, { "IP_PMTUDISC_DO", 2 },
	{ "IP_PMTUDISC_PROBE", 3 },
	{ "O_RDONLY", 0 }, { "O_WRONLY", 1 }, C(O_RDWR), C(O_NONBLOCK), C(F_GETFL), C(F_SETFL),
	C(MSG_OOB), C(MSG_PEEK), C(MSG_DONTWAIT), C(MSG_WAITALL), C(MSG_NOSIGNAL), C(MSG_MORE),
	{ "MSG_TRUNC", 0x20 }, { "MSG_ERRQUEUE", 0x2000 }, { "MSG_ZEROCOPY", 0x4000000 },
	{ "MSG_FASTOPEN", 0x20000000 }, { "MSG_EOR", 0x80 },
	C(SIOCINQ), C(SIOCOUTQ), { "FIONREAD", L_SIOCINQ }, { "SIOCOUTQNSD", 0x894b },
	C(POLLIN), C(POLLPRI), C(POLLOUT), C(POLLERR), C(POLLHUP), C(POLLRDHUP),
	{ "POLLNVAL", 0x20 },
	{ "EPOLLIN", L_POLLIN }, { "EPOLLPRI", L_POLLPRI }, { "EPOLLOUT", L_POLLOUT },
	{ "EPOLLERR", L_POLLERR }, { "EPOLLHUP", L_POLLHUP }, { "EPOLLRDHUP", L_POLLRDHUP },
	{ "EPOLLET", (int64_t)1 << 31 }, { "EPOLLONESHOT", 1 << 30 },
	{ "EPOLL_CTL_ADD", 1 }, { "EPOLL_CTL_DEL", 2 }, { "EPOLL_CTL_MOD", 3 },
	{ "SHUT_RD", 0 }, { "SHUT_WR", 1 }, { "SHUT_RDWR", 2 }, { "NULL", 0 },
	{ "INADDR_ANY", 0 },
	/* What %{ }% may name. */
	{ "TCP_CA_Open", 0 }, { "TCP_CA_Disorder", 1 }, { "TCP_CA_CWR", 2 },
	{ "TCP_CA_Recovery", 3 }, { "TCP_CA_Loss", 4 }, { "TCPI_OPT_TIMESTAMPS", 1 },
	{ "TCPI_OPT_SACK", 2 }, { "TCPI_OPT_WSCALE", 4 }, { "TCPI_OPT_ECN", 8 },
	{ "TCPI_OPT_ECN_SEEN", 16 }, { "TCPI_OPT_SYN_DATA", 32 },
	{ "TCP_ESTABLISHED", 1 }, { "TCP_SYN_SENT", 2 }, { "TCP_SYN_RECV", 3 },
	{ "TCP_FIN_WAIT1", 4 }, { "TCP_FIN_WAIT2", 5 }, { "TCP_TIME_WAIT", 6 },
	{ "TCP_CLOSE", 7 }, { "TCP_CLOSE_WAIT", 8 }, { "TCP_LAST_ACK", 9 }, { "TCP_LISTEN", 10 },
	{ "TCP_CLOSING", 11 },
};

bool pd_constant(const char *name, int64_t *v)
{
	for (size_t i = 0; i < N_ELEM(constants); i++)
		if (strcmp(name, constants[i].name) == 0) {
			*v = constants[i].v;
			return true;
		}
	*v = -pd_errno(name);
	return *v != 0;
}

#define E(name) { #name, -name }

static const struct { const char *name; int err; } errnos[] = {
	E(EAGAIN), { "EWOULDBLOCK", -EAGAIN }, E(ENOMEM), E(EINVAL), E(EEXIST), E(ENOENT),
	E(ENODEV), E(EPERM), E(EACCES), E(EIO), E(EBADF), E(EFAULT), E(ENETDOWN),
	E(EHOSTUNREACH), E(ENETUNREACH), E(EHOSTDOWN), E(ECONNREFUSED), E(EMSGSIZE), E(ENOBUFS),
	E(EADDRINUSE), E(EADDRNOTAVAIL), E(EDESTADDRREQ), E(EINPROGRESS), E(EALREADY), E(EPIPE),
	E(ECONNRESET), E(ECONNABORTED), E(EISCONN), E(ENOTCONN), E(ETIMEDOUT), E(ENOPROTOOPT),
	E(EPROTO), E(EPROTONOSUPPORT), E(EAFNOSUPPORT), E(EOPNOTSUPP), E(EINTR), E(ERANGE),
	E(EDOM), E(ENOTSOCK), E(ENETRESET), E(ENOTTY), E(ESHUTDOWN), E(ENONET),
};

int pd_errno(const char *name)
{
	for (size_t i = 0; i < N_ELEM(errnos); i++)
		if (strcmp(name, errnos[i].name) == 0)
			return errnos[i].err;
	return 0;
}
