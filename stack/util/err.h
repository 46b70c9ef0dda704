/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_ERR_H
#define STACK_UTIL_ERR_H
/*
 * Errors are negative errno values with names: one row makes the enum, the
 * errno and the text.  Functions that can fail return int: OK or one of
 * these, or a count where they say so.
 */
#include <errno.h>

#define ERR_MAP(X) \
	X(ERR_AGAIN,      EAGAIN,          "would block") \
	X(ERR_NOMEM,      ENOMEM,          "out of memory") \
	X(ERR_INVAL,      EINVAL,          "invalid argument") \
	X(ERR_EXIST,      EEXIST,          "exists already") \
	X(ERR_NOENT,      ENOENT,          "does not exist") \
	X(ERR_NODEV,      ENODEV,          "no such interface") \
	X(ERR_PERM,       EPERM,           "not permitted") \
	X(ERR_ACCES,      EACCES,          "permission denied") \
	X(ERR_IO,         EIO,             "input/output error") \
	X(ERR_NETDOWN,    ENETDOWN,        "network is down") \
	X(ERR_NOROUTE,    EHOSTUNREACH,    "no route to host") \
	X(ERR_NETUNREACH, ENETUNREACH,     "network is unreachable") \
	X(ERR_HOSTDOWN,   EHOSTDOWN,       "host is down") \
	X(ERR_REFUSED,    ECONNREFUSED,    "connection refused") \
	X(ERR_MSGSIZE,    EMSGSIZE,        "message too long") \
	X(ERR_NOBUFS,     ENOBUFS,         "out of packet buffers") \
	X(ERR_INUSE,      EADDRINUSE,      "address already in use") \
	X(ERR_NOTAVAIL,   EADDRNOTAVAIL,   "cannot assign requested address") \
	X(ERR_DESTREQ,    EDESTADDRREQ,    "destination address required") \
	X(ERR_INPROGRESS, EINPROGRESS,     "operation now in progress") \
	X(ERR_ALREADY,    EALREADY,        "operation already in progress") \
	X(ERR_PIPE,       EPIPE,           "broken pipe") \
	X(ERR_CONNRESET,  ECONNRESET,      "connection reset by peer") \
	X(ERR_CONNABORTED, ECONNABORTED,   "connection aborted") \
	X(ERR_ISCONN,     EISCONN,         "already connected") \
	X(ERR_NOTCONN,    ENOTCONN,        "not connected") \
	X(ERR_TIMEDOUT,   ETIMEDOUT,       "timed out") \
	X(ERR_NOPROTOOPT, ENOPROTOOPT,     "protocol option not available") \
	X(ERR_PROTO,      EPROTO,          "protocol error") \
	X(ERR_PROTONOSUP, EPROTONOSUPPORT, "protocol not supported") \
	X(ERR_SOCKTNOSUP, ESOCKTNOSUPPORT, "socket type not supported") \
	X(ERR_AFNOSUP,    EAFNOSUPPORT,    "address family not supported") \
	X(ERR_OPNOTSUP,   EOPNOTSUPP,      "operation not supported") \
	X(ERR_INTR,       EINTR,           "interrupted") \
	X(ERR_DOM,        EDOM,            "argument out of domain") \
	X(ERR_RANGE,      ERANGE,          "out of range")
#define X(name, eno, text) name = -(eno),
enum err { OK = 0, ERR_MAP(X) };
#undef X

static inline int err_to_errno(int err) { return -err; }

/* Never NULL; "unknown error" for a value that is no row of ERR_MAP. */
static inline const char *err_text(int err)
{
	switch (err) {
	case OK: return "ok";
#define X(name, eno, text) case name: return text;
	ERR_MAP(X)
#undef X
	}
	return "unknown error";
}

#endif
