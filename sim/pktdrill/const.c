// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/const.h"

#include <errno.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "stack/socket.h"
#include "stack/util/cc.h"

#define C(name) { #name, L_##name }

static const struct { const char *name; int64_t v; } constants[] = {
	C(SOL_SOCKET), C(SOL_TCP), C(SOL_IP), { "IPPROTO_TCP", 6 }, { "IPPROTO_IP", 0 },
	C(IPPROTO_UDP), { "SOL_UDP", L_IPPROTO_UDP }, { "AF_INET", 2 },
	{ "PF_INET", 2 }, C(AF_INET6), { "PF_INET6", L_AF_INET6 },
	C(AF_UNSPEC), C(SOCK_STREAM), C(SOCK_DGRAM), C(SOCK_NONBLOCK),
	{ "SOCK_CLOEXEC", 02000000 },
	{ "SO_REUSEADDR", 2 }, { "SO_TYPE", 3 }, { "SO_ERROR", 4 }, { "SO_BROADCAST", 6 },
	{ "SO_SNDBUF", 7 }, { "SO_RCVBUF", 8 }, { "SO_KEEPALIVE", 9 }, { "SO_OOBINLINE", 10 },
	{ "SO_PRIORITY", 12 }, { "SO_LINGER", 13 }, { "SO_REUSEPORT", 15 }, { "SO_RCVLOWAT", 18 },
	{ "SO_SNDLOWAT", 19 }, { "SO_RCVTIMEO", 20 }, { "SO_SNDTIMEO", 21 },
	{ "SO_BINDTODEVICE", 25 },
	{ "SO_TIMESTAMP", 29 }, { "SO_ACCEPTCONN", 30 }, { "SO_SNDBUFFORCE", 32 },
	{ "SO_RCVBUFFORCE", 33 }, { "SO_TIMESTAMPNS", 35 }, { "SO_MARK", 36 },
	{ "SO_TIMESTAMPING", 37 }, { "SO_PROTOCOL", 38 }, { "SO_DOMAIN", 39 },
	{ "SO_MAX_PACING_RATE", 47 }, { "SO_ZEROCOPY", 60 },
	{ "TCP_NODELAY", 1 }, { "TCP_MAXSEG", 2 }, { "TCP_CORK", 3 }, { "TCP_KEEPIDLE", 4 },
	{ "TCP_KEEPINTVL", 5 }, { "TCP_KEEPCNT", 6 }, { "TCP_SYNCNT", 7 }, { "TCP_LINGER2", 8 },
	{ "TCP_DEFER_ACCEPT", 9 }, { "TCP_WINDOW_CLAMP", 10 }, { "TCP_INFO", 11 },
	{ "TCP_QUICKACK", 12 }, { "TCP_CONGESTION", 13 }, { "TCP_USER_TIMEOUT", 18 },
	{ "TCP_FASTOPEN", 23 }, { "TCP_TIMESTAMP", 24 }, { "TCP_NOTSENT_LOWAT", 25 },
	{ "TCP_CC_INFO", 26 }, { "TCP_SAVE_SYN", 27 }, { "TCP_SAVED_SYN", 28 },
	{ "TCP_FASTOPEN_CONNECT", 30 }, { "TCP_FASTOPEN_KEY", 33 },
	{ "TCP_FASTOPEN_NO_COOKIE", 34 }, { "TCP_TX_DELAY", 37 },
	C(TCP_INQ), { "TCP_CM_INQ", L_TCP_INQ },
	C(IP_TOS), C(IP_TTL), { "IP_OPTIONS", 4 }, { "IP_MTU_DISCOVER", 10 },
	C(IP_RECVERR), { "IP_RECVTTL", 12 }, { "IP_RECVTOS", 13 }, { "IP_MTU", 14 },
	{ "IP_FREEBIND", 15 }, { "IP_TRANSPARENT", 19 },
	C(SO_EE_ORIGIN_LOCAL), C(SO_EE_ORIGIN_ICMP),
	C(SO_EE_ORIGIN_ZEROCOPY), C(SO_EE_ORIGIN_TIMESTAMPING), C(SCM_TIMESTAMPING),
	{ "SCM_TSTAMP_SND", 0 }, { "SCM_TSTAMP_SCHED", 1 }, { "SCM_TSTAMP_ACK", 2 },
	{ "SOF_TIMESTAMPING_TX_SOFTWARE", SK_STAMPING_SENT },
	{ "SOF_TIMESTAMPING_SOFTWARE", SK_STAMPING_SOFTWARE },
	{ "SOF_TIMESTAMPING_OPT_ID", SK_STAMPING_ID },
	{ "SOF_TIMESTAMPING_TX_SCHED", SK_STAMPING_QUEUED },
	{ "SOF_TIMESTAMPING_TX_ACK", SK_STAMPING_ACKED },
	{ "SOF_TIMESTAMPING_OPT_TSONLY", SK_STAMPING_TSONLY },
	{ "SO_EE_CODE_ZEROCOPY_COPIED", 1 },
	/* As Linux's collection of scripts calls those of either version of IP. */
	{ "CMSG_LEVEL_IP", L_SOL_IP }, { "CMSG_TYPE_RECVERR", L_IP_RECVERR },
	{ "IP_PMTUDISC_DONT", 0 }, { "IP_PMTUDISC_WANT", 1 }, { "IP_PMTUDISC_DO", 2 },
	{ "IP_PMTUDISC_PROBE", 3 },
	C(O_RDONLY), { "O_WRONLY", 1 }, C(O_RDWR), C(O_NONBLOCK), C(F_GETFL), C(F_SETFL),
	C(F_GETFD), C(F_SETFD), C(FD_CLOEXEC), C(SPLICE_F_MOVE), C(SPLICE_F_NONBLOCK),
	C(SPLICE_F_MORE), C(SPLICE_F_GIFT),
	C(MSG_OOB), C(MSG_PEEK), C(MSG_DONTWAIT), C(MSG_WAITALL), C(MSG_NOSIGNAL), C(MSG_MORE),
	C(MSG_CONFIRM),
	C(MSG_TRUNC), C(MSG_ERRQUEUE), C(MSG_ZEROCOPY), C(MSG_EOR),
	C(MSG_FASTOPEN),
	C(SIOCINQ), C(SIOCOUTQ), C(SIOCOUTQNSD), C(SIOCATMARK), { "FIONREAD", L_SIOCINQ },
	{ "TIOCOUTQ", L_SIOCOUTQ },
	C(POLLIN), C(POLLPRI), C(POLLOUT), C(POLLERR), C(POLLHUP), C(POLLRDHUP),
	{ "POLLNVAL", 0x20 }, C(POLLRDNORM), C(POLLWRNORM), { "POLLRDBAND", 0x80 },
	{ "POLLWRBAND", 0x200 },
	{ "EPOLLIN", L_POLLIN }, { "EPOLLPRI", L_POLLPRI }, { "EPOLLOUT", L_POLLOUT },
	{ "EPOLLERR", L_POLLERR }, { "EPOLLHUP", L_POLLHUP }, { "EPOLLRDHUP", L_POLLRDHUP },
	C(EPOLLET), C(EPOLLONESHOT),
	{ "EPOLLEXCLUSIVE", 1 << 28 },
	C(EPOLL_CTL_ADD), C(EPOLL_CTL_DEL), C(EPOLL_CTL_MOD),
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
	{ "TCP_CLOSING", 11 }, { "TCP_INFINITE_SSTHRESH", 0x7fffffff },
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

/* What the selftests of Linux are run with: the cookies that keys of theirs make for
 * 192.0.2.1 at 192.168.0.1. */
static const struct { const char *name, *value; } given[] = {
	{ "TFO_COOKIE", "3021b9d889017eeb" }, { "TFO_COOKIE_ZERO", "b7c12350a90dc8f5" },
};

const char *pd_defined(const struct pd_script *s, const char *name, size_t n)
{
	for (const struct pd_option *o = s->options; o; o = o->next)
		if (strcmp(o->name, "--define") == 0 && o->value &&
		    strncmp(o->value, name, n) == 0 && o->value[n] == '=')
			return o->value + n + 1;
	for (size_t i = 0; i < N_ELEM(given); i++)
		if (strlen(given[i].name) == n && strncmp(given[i].name, name, n) == 0)
			return given[i].value;
	return NULL;
}

#define E(name) { #name, -name }

static const struct { const char *name; int err; } errnos[] = {
	E(EAGAIN), { "EWOULDBLOCK", -EAGAIN }, E(ENOMEM), E(EINVAL), E(EEXIST), E(ENOENT),
	E(ENODEV), E(EPERM), E(EACCES), E(EIO), E(EBADF), E(EFAULT), E(ENETDOWN),
	E(EHOSTUNREACH), E(ENETUNREACH), E(EHOSTDOWN), E(ECONNREFUSED), E(EMSGSIZE), E(ENOBUFS),
	E(EADDRINUSE), E(EADDRNOTAVAIL), E(EDESTADDRREQ), E(EINPROGRESS), E(EALREADY), E(EPIPE),
	E(ECONNRESET), E(ECONNABORTED), E(EISCONN), E(ENOTCONN), E(ETIMEDOUT), E(ENOPROTOOPT),
	E(EPROTO), E(EPROTONOSUPPORT), E(EAFNOSUPPORT), E(EOPNOTSUPP), E(EINTR), E(ERANGE),
	E(EDOM), E(ENOTSOCK), E(ENETRESET), E(ENOTTY), E(ESHUTDOWN), E(ENONET), E(ENOMSG),
	E(EPROTOTYPE), E(ESOCKTNOSUPPORT), E(EPFNOSUPPORT), E(EMFILE), E(ENFILE), E(ESPIPE),
	E(ENOSYS), E(EBUSY), E(ENXIO), E(E2BIG), E(EISDIR), E(ENOTDIR), E(EFBIG), E(ENOSPC),
	E(EROFS), E(ENAMETOOLONG), E(ELOOP), E(EOVERFLOW), E(ETIME), E(EBADFD), E(EBADMSG),
	E(ETOOMANYREFS), E(ESTALE), E(ECANCELED), E(EREMOTEIO), E(ENODATA), E(ENOKEY),
	E(EKEYEXPIRED), E(EKEYREVOKED), E(EKEYREJECTED), E(ESRCH), E(ENOEXEC), E(EILSEQ),
};

int pd_errno(const char *name)
{
	for (size_t i = 0; i < N_ELEM(errnos); i++)
		if (strcmp(name, errnos[i].name) == 0)
			return errnos[i].err;
	return 0;
}
