// SPDX-License-Identifier: GPL-3.0-or-later
/* Datagrams: the same calls on Linux and here (like.h). */
#include "tests/unit/sock/like.h"

TEST(like_udp, a_fresh_socket)
{
	LIKE("udp a\n"
	     "ready a = out\n"
	     "name a = any:0\n"
	     "peer a = ENOTCONN\n"
	     "send a 5 = EDESTADDRREQ\n"
	     "recv a 5 = EAGAIN\n"
	     "listen a 5 = EOPNOTSUPP\n"
	     "accept a b = EOPNOTSUPP\n"
	     "shutdown a wr = ENOTCONN\n"
	     "shutdown a 3 = EINVAL\n"
	     "to a lo 0 1 = EINVAL\n"
	     "to a far 1 1 = ENETUNREACH\n"
	     "inq a\n"
	     "outq a\n"
	     "error a\n");
}

TEST(like_udp, bind)
{
	LIKE("udp a\n"
	     "bind a far 1 = EADDRNOTAVAIL\n"
	     "bind a lo 1\n"
	     "bind a lo 2 = EINVAL\n"
	     "udp b\n"
	     "bind b any 1 = EADDRINUSE\n"
	     "set b SO_REUSEADDR 1\n"
	     "bind b any 1 = EADDRINUSE\n"
	     "set a SO_REUSEADDR 1\n"
	     "bind b any 1\n"
	     "udp c\n"
	     "set c SO_REUSEPORT 1\n"
	     "bind c lo 2\n"
	     "udp d\n"
	     "bind d lo 2 = EADDRINUSE\n"
	     "set d SO_REUSEPORT 1\n"
	     "bind d lo 2\n");
}

TEST(like_udp, bind_looks_at_the_address_first)
{
	LIKE("udp a\n"
	     "bind a lo 1\n"
	     "bind a far 2 = EADDRNOTAVAIL\n"
	     "bind a lo 2 = EINVAL\n");
}

TEST(like_udp, a_port_that_was_not_named_does_not_stay)
{
	LIKE("udp a\n"
	     "bind a lo2 0\n"
	     "connect a lo 1\n"
	     "connect a none\n"
	     "name a = lo2:0\n"
	     "bind a lo 1\n"
	     "name a = lo:1\n"
	     "connect a lo 2\n"
	     "connect a none\n"
	     "name a = lo:1\n"
	     "bind a lo 3 = EINVAL\n");
}

/* At the address it speaks from, if it has one. */
TEST(like_udp, to_any_is_to_this_host)
{
	LIKE("udp a\n"
	     "bind a lo2 1\n"
	     "udp b\n"
	     "bind b lo2 2\n"
	     "connect b any 1\n"
	     "peer b = lo2:1\n"
	     "send b 5 = 5\n"
	     "recv a 9 = 5\n"
	     "udp c\n"
	     "connect c any 1\n"
	     "peer c = lo:1\n"
	     "udp d\n"
	     "bind d group 3\n"
	     "connect d any 1\n"
	     "peer d = lo:1\n");
}

TEST(like_udp, from_an_address_that_is_not_ours_yet)
{
	LIKE("udp a\n"
	     "set a IP_FREEBIND 1\n"
	     "bind a far 2\n"
	     "connect a lo 1 = ENETUNREACH\n"
	     "peer a = ENOTCONN\n"
	     "to a lo 1 5 = ENETUNREACH\n");
}

TEST(like_udp, refused_is_told_once)
{
	LIKE("udp a\n"
	     "connect a lo 1\n"
	     "peer a = lo:1\n"
	     "name a = lo:*\n"
	     "send a 5 = 5\n"
	     "until a err\n"
	     "ready a = out,err\n"
	     "error a = ECONNREFUSED\n"
	     "error a\n"
	     "ready a = out\n"
	     "send a 5 = 5\n"
	     "until a err\n"
	     "recv a 5 = ECONNREFUSED\n"
	     "recv a 5 = EAGAIN\n"
	     "send a 5 = 5\n"
	     "until a err\n"
	     "send a 5 = ECONNREFUSED\n"
	     "connect a none\n"
	     "name a = any:0\n"
	     "peer a = ENOTCONN\n"
	     "send a 5 = EDESTADDRREQ\n");
}

TEST(like_udp, datagrams_are_whole)
{
	LIKE("udp a\n"
	     "bind a lo 1\n"
	     "udp b\n"
	     "to b lo 1 100 = 100\n"
	     "to b lo 1 50 = 50\n"
	     "to b lo 1 0\n"
	     "until a in\n"
	     "inq a = 100\n"
	     "recv a 10 peek = 10\n"
	     "recv a 10 = 10\n"
	     "recv a 10 trunc = 50\n"
	     "recv a 10\n"
	     "recv a 10 = EAGAIN\n"
	     "to b lo 1 65508 = EMSGSIZE\n"
	     "to b lo 1 65507 = 65507\n"
	     "recv a 65535 = 65507\n");
}

TEST(like_udp, shutdown)
{
	LIKE("udp a\n"
	     "connect a lo 1\n"
	     "shutdown a rd\n"
	     "ready a = in,out,rdhup\n"
	     "recv a 1 = EAGAIN\n"
	     "shutdown a wr\n"
	     "ready a = in,out,hup,rdhup\n"
	     "send a 1 = EPIPE\n");
}

TEST(like_udp, sending_takes_a_port_even_to_nowhere)
{
	LIKE("udp a\n"
	     "send a 5 = EDESTADDRREQ\n"
	     "name a = any:*\n"
	     "bind a lo 1 = EINVAL\n"
	     "udp b\n"
	     "connect b lo 1\n"
	     "send b 5 = 5\n"
	     "until b err\n"
	     "connect b none\n"
	     "send b 5 = EDESTADDRREQ\n"
	     "to b far 1 5 = ENETUNREACH\n"
	     "to b lo 1 5 = ECONNREFUSED\n"
	     "to b lo 1 5 = 5\n");
}
