// SPDX-License-Identifier: GPL-3.0-or-later
/* Streams: the same calls on Linux and here (like.h). */
#include "tests/unit/sock/like.h"

TEST(like_tcp, a_fresh_socket)
{
	LIKE("tcp a\n"
	     "ready a = out,hup\n"
	     "state a = CLOSED\n"
	     "name a = any:0\n"
	     "peer a = ENOTCONN\n"
	     "error a\n"
	     "send a 5 = EPIPE\n"
	     "recv a 5 = ENOTCONN\n"
	     "recv a 0 = ENOTCONN\n"
	     "accept a b = EINVAL\n"
	     "inq a\n"
	     "outq a\n"
	     "shutdown a 3 = EINVAL\n"
	     "shutdown a -1 = EINVAL\n"
	     "connect a none\n"
	     "shutdown a rd = ENOTCONN\n"
	     "ready a = in,out,hup,rdhup\n"
	     "recv a 5\n"
	     "shutdown a wr = ENOTCONN\n"
	     "send a 5 = EPIPE\n"
	     "connect a none\n"
	     "recv a 5 = ENOTCONN\n");
}

TEST(like_tcp, bind)
{
	LIKE("tcp a\n"
	     "bind a far 1 = EADDRNOTAVAIL\n"
	     "bind a lo 1\n"
	     "name a = lo:1\n"
	     "bind a lo 1 = EINVAL\n"
	     "bind a lo 2 = EINVAL\n"
	     "tcp b\n"
	     "bind b lo 1 = EADDRINUSE\n"
	     "bind b any 1 = EADDRINUSE\n"
	     "bind b lo2 1\n"
	     "tcp c\n"
	     "bind c any 0\n"
	     "name c = any:*\n"
	     "close a\n"
	     "tcp d\n"
	     "bind d lo 1\n"
	     "tcp e\n"
	     "set e IP_FREEBIND 1\n"
	     "bind e far 1\n"
	     "tcp f\n"
	     "bind f far 2 = EADDRNOTAVAIL\n"
	     "set f IP_TRANSPARENT 1\n"
	     "bind f far 2\n"
	     "name f = ?:2\n"
	     "listen f 1\n");
}

TEST(like_tcp, one_port_for_two)
{
	LIKE("tcp a\n"
	     "set a SO_REUSEADDR 1\n"
	     "bind a lo 1\n"
	     "tcp b\n"
	     "bind b lo 1 = EADDRINUSE\n"
	     "set b SO_REUSEADDR 1\n"
	     "bind b lo 1\n"
	     "listen a 5\n"
	     "listen b 5 = EADDRINUSE\n"
	     "tcp c\n"
	     "set c SO_REUSEADDR 1\n"
	     "bind c lo 1 = EADDRINUSE\n"
	     "close a\n"
	     "listen b 5\n"
	     "tcp d\n"
	     "set d SO_REUSEPORT 1\n"
	     "bind d lo 2\n"
	     "listen d 5\n"
	     "tcp e\n"
	     "bind e lo 2 = EADDRINUSE\n"
	     "set e SO_REUSEPORT 1\n"
	     "bind e lo 2\n"
	     "listen e 5\n"
	     "tcp f\n"
	     "set f SO_REUSEADDR 1\n"
	     "bind f lo 2 = EADDRINUSE\n");
}

TEST(like_tcp, listen_and_accept)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 2\n"
	     "listen l 5\n"
	     "ready l = none\n"
	     "state l = LISTEN\n"
	     "get l SO_ACCEPTCONN = 1\n"
	     "accept l a = EAGAIN\n"
	     "send l 1 = EPIPE\n"
	     "recv l 1 = ENOTCONN\n"
	     "peer l = ENOTCONN\n"
	     "bind l lo 2 = EINVAL\n"
	     "connect l lo 1 = EISCONN\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "until l in\n"
	     "accept l a\n"
	     "ready l = none\n"
	     "name a = lo:1\n"
	     "peer c = lo:1\n"
	     "get a SO_ACCEPTCONN = 0\n"
	     "accept a b = EINVAL\n"
	     "listen a 1 = EINVAL\n"
	     "connect a lo 1 = EISCONN\n"
	     "close l\n"
	     "send c 10 = 10\n"
	     "recv a 20 = 10\n"
	     "ready a = out\n");
}

TEST(like_tcp, listening_without_a_port_takes_one)
{
	LIKE("tcp l\n"
	     "listen l 5\n"
	     "name l = any:*\n"
	     "shutdown l wr\n"
	     "state l = LISTEN\n"
	     "shutdown l rd\n"
	     "state l = CLOSED\n"
	     "ready l = out,hup\n"
	     "name l = any:* | any:0\n"     /* Linux shows a port it gave back */
	     "accept l a = EINVAL\n"
	     "listen l 5\n"
	     "name l = any:*\n");
}

TEST(like_tcp, connect_step_by_step)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "ready c = out\n"
	     "peer c = lo:1\n"
	     "name c = lo:*\n"
	     "connect c lo 1 = 0\n"
	     "connect c lo 1 = EISCONN\n"
	     "connect c lo 2 = EISCONN\n"
	     "listen c 5 = EINVAL\n"
	     "bind c lo 3 = EINVAL\n"
	     "error c\n");
}

TEST(like_tcp, connect_refused)
{
	LIKE("tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "ready c = in,out,err,hup,rdhup\n"
	     "peer c = ENOTCONN\n"
	     "connect c lo 1 = ECONNREFUSED\n"
	     "ready c = out,hup\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "error c = ECONNREFUSED\n"
	     "error c\n"
	     "ready c = in,out,hup,rdhup\n"
	     "connect c lo 1 = ECONNABORTED\n"
	     "tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "connect c lo 1\n"
	     "peer c = lo:1\n");
	LIKE("tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "send c 1 = ECONNREFUSED\n"
	     "send c 1 = EPIPE\n"
	     "recv c 1 = 0\n"
	     "error c\n");
	LIKE("tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "recv c 1 = ECONNREFUSED\n"
	     "recv c 1 = 0\n"
	     "shutdown c rdwr = ENOTCONN\n");
}

TEST(like_tcp, connect_to_where_it_cannot)
{
	LIKE("tcp c\n"
	     "connect c far 1 = ENETUNREACH\n"
	     "connect c group 1 = ENETUNREACH\n"
	     "name c = any:0\n"
	     "ready c = out,hup\n"
	     "tcp l\n"
	     "bind l any 1\n"
	     "listen l 5\n"
	     "connect c any 1 = EINPROGRESS\n"
	     "until c out\n"
	     "peer c = lo:1\n");
}

/* At the address it speaks from, if it has one. */
TEST(like_tcp, connect_to_any_is_to_this_host)
{
	LIKE("tcp l\n"
	     "bind l any 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "bind c lo2 2\n"
	     "connect c any 1 = EINPROGRESS\n"
	     "until c out\n"
	     "peer c = lo2:1\n"
	     "name c = lo2:2\n"
	     "tcp d\n"
	     "bind d group 3\n"
	     "name d = ?:3\n"
	     "connect d any 1 = EINPROGRESS\n"
	     "until d out\n"
	     "name d = lo:3\n"
	     "peer d = lo:1\n");
}

TEST(like_tcp, connect_from_an_address_that_is_not_ours_yet)
{
	LIKE("tcp c\n"
	     "set c IP_FREEBIND 1\n"
	     "bind c far 2\n"
	     "connect c lo 1 = ENETUNREACH\n"
	     "name c = ?:2\n"
	     "ready c = out,hup\n");
}

TEST(like_tcp, the_same_pair_twice)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp a\n"
	     "set a SO_REUSEADDR 1\n"
	     "bind a lo 2\n"
	     "tcp b\n"
	     "set b SO_REUSEADDR 1\n"
	     "bind b lo 2\n"
	     "connect a lo 1 = EINPROGRESS\n"
	     "connect b lo 1 = EADDRNOTAVAIL\n"
	     "name b = lo:2\n"
	     "close b\n");
}

#define PAIR \
	"tcp l\n" \
	"bind l lo 1\n" \
	"listen l 5\n" \
	"tcp c\n" \
	"connect c lo 1 = EINPROGRESS\n" \
	"until c out\n" \
	"until l in\n" \
	"accept l s\n" \
	"connect c lo 1\n"

TEST(like_tcp, disconnect_and_connect_again)
{
	LIKE(PAIR
	     "connect c none\n"
	     "state c = CLOSED\n"
	     "peer c = ENOTCONN\n"
	     "name c = any:* | any:0\n"
	     "ready c = out,err,hup\n"
	     "error c = ECONNRESET\n"
	     "until s err\n"
	     "ready s = in,out,err,hup,rdhup\n"
	     "error s = ECONNRESET\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "connect c lo 1\n"
	     "accept l t\n"
	     "send c 3 = 3\n"
	     "recv t 9 = 3\n"
	     "connect l none\n"
	     "state l = CLOSED\n"
	     "ready l = out,hup\n"
	     "name l = lo:1\n"
	     "listen l 5 = EADDRINUSE\n"      /* t has it, and not SO_REUSEADDR */
	     "close t\n"
	     "set l SO_REUSEADDR 1\n");
}

TEST(like_tcp, the_peer_closes)
{
	LIKE(PAIR
	     "send s 7 = 7\n"
	     "close s\n"
	     "until c rdhup\n"
	     "ready c = in,out,rdhup\n"
	     "state c = CLOSE-WAIT\n"
	     "recv c 3 = 3\n"
	     "recv c 9 = 4\n"
	     "recv c 9\n"
	     "recv c 9\n"
	     "peer c = lo:1\n"
	     "send c 5 = 5\n"
	     "until c err\n"
	     "ready c = in,out,err,hup,rdhup\n"
	     "peer c = ENOTCONN\n"
	     "name c = lo:*\n"
	     "send c 5 = EPIPE\n"
	     "recv c 5\n"
	     "connect c lo 1 = EISCONN\n"
	     "listen c 5 = EINVAL\n"
	     "bind c lo 5\n"
	     "name c = lo:5\n"
	     "listen c 5 = EINVAL\n"
	     "connect c none\n"
	     "connect c lo 1 = EINPROGRESS\n");
}

TEST(like_tcp, reset_is_told_once)
{
	LIKE(PAIR
	     "send s 7 = 7\n"
	     "set s SO_LINGER 1/0\n"
	     "close s\n"
	     "until c err\n"
	     "ready c = in,out,err,hup,rdhup\n"
	     "recv c 9 = 7\n"
	     "recv c 9 = ECONNRESET\n"
	     "recv c 9\n"
	     "send c 1 = EPIPE\n"
	     "shutdown c wr = ENOTCONN\n"
	     "inq c\n"
	     "outq c\n");
	LIKE(PAIR
	     "send c 7 = 7\n"
	     "until s in\n"
	     "close s\n"
	     "until c err\n"
	     "send c 1 = ECONNRESET\n"
	     "send c 1 = EPIPE\n"
	     "recv c 1\n");
	LIKE(PAIR
	     "set s SO_LINGER 1/0\n"
	     "close s\n"
	     "until c err\n"
	     "error c = ECONNRESET\n"
	     "error c\n"
	     "ready c = in,out,hup,rdhup\n"
	     "recv c 1\n"
	     "send c 1 = EPIPE\n");
}

TEST(like_tcp, shutdown_half_by_half)
{
	LIKE(PAIR
	     "shutdown c wr\n"
	     "state c = FIN-WAIT-2\n"
	     "ready c = out\n"
	     "send c 1 = EPIPE\n"
	     "shutdown c wr\n"
	     "until s rdhup\n"
	     "ready s = in,out,rdhup\n"
	     "recv s 1\n"
	     "send s 4 = 4\n"
	     "recv c 9 = 4\n"
	     "shutdown s wr\n"
	     "until c rdhup\n"
	     "ready c = in,out,hup,rdhup\n"
	     "recv c 9\n"
	     "state s = CLOSED\n"
	     "ready s = in,out,hup,rdhup\n"
	     "peer s = ENOTCONN\n"
	     "state c = CLOSED\n"
	     "peer c = ENOTCONN\n"
	     "shutdown c rd = ENOTCONN\n"
	     "connect c lo 1 = EISCONN\n"
	     "error c\n");
}

TEST(like_tcp, shutdown_of_reading)
{
	LIKE(PAIR
	     "shutdown c rd\n"
	     "ready c = in,out,rdhup\n"
	     "recv c 1\n"
	     "send s 5 = 5\n"
	     "recv c 9 = 5\n"
	     "recv c 9\n"
	     "state c = ESTABLISHED\n"
	     "send c 5 = 5\n"
	     "recv s 9 = 5\n"
	     "shutdown c rdwr\n"
	     "ready c = in,out,hup,rdhup\n");
}

TEST(like_tcp, peek_and_truncate)
{
	LIKE(PAIR
	     "send s 100 = 100\n"
	     "inq c = 100\n"
	     "recv c 10 peek = 10\n"
	     "recv c 1000 peek = 100\n"
	     "recv c 30 trunc = 30\n"
	     "inq c = 70\n"
	     "recv c 1000 peek trunc = 70\n"
	     "recv c 1000 trunc = 70\n"
	     "recv c 1000 trunc = EAGAIN\n"
	     "recv c 1000 peek = EAGAIN\n"
	     "recv c 10 waitall = EAGAIN\n");
}

TEST(like_tcp, low_water)
{
	LIKE(PAIR
	     "set c SO_RCVLOWAT 10\n"
	     "get c SO_RCVLOWAT = 10\n"
	     "send s 5 = 5\n"
	     "inq c = 5\n"
	     "ready c = out\n"
	     "recv c 2 = 2\n"
	     "send s 9 = 9\n"
	     "until c in\n"
	     "recv c 20 = 12\n"
	     "send s 1 = 1\n"
	     "inq c = 1\n"
	     "ready c = out\n"
	     "shutdown s wr\n"
	     "until c rdhup\n"
	     "ready c = in,out,rdhup\n");
}

/* More than the buffer has room for is not waited for. */
TEST(like_tcp, low_water_above_the_buffer)
{
	LIKE(PAIR
	     "set c SO_RCVLOWAT 500000\n"
	     "get c SO_RCVLOWAT = 500000\n"
	     "get c SO_RCVBUF = 1000000\n"
	     "send s 100000 = 100000\n"
	     "inq c = 100000\n"
	     "ready c = out\n"
	     "fill s\n"
	     "until c in\n");
	LIKE(PAIR
	     "set c SO_RCVBUF 5000\n"
	     "set c SO_RCVLOWAT 100000000\n"
	     "get c SO_RCVLOWAT = 5000\n"
	     "get c SO_RCVBUF = 10000\n"
	     "send s 100 = 100\n"
	     "inq c = 100\n"
	     "ready c = out\n"
	     "fill s\n"
	     "until c in\n");
	LIKE("tcp l\n"
	     "set l SO_RCVBUF 5000\n"
	     "set l SO_RCVLOWAT 4900\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "accept l s\n"
	     "get s SO_RCVLOWAT = 4900\n"
	     "fill c\n"
	     "until s in\n");
}

TEST(like_tcp, urgent_data_at_the_end)
{
	LIKE(PAIR
	     "send s 4 oob = 4\n"
	     "until c pri\n"
	     "set s SO_LINGER 1/0\n"
	     "close s\n"
	     "until c err\n"
	     "recv c 1 oob = ENOTCONN\n");
	LIKE(PAIR
	     "send s 4 oob = 4\n"
	     "shutdown c wr\n"
	     "close s\n"
	     "until c hup\n"
	     "recv c 1 oob = 1\n"
	     "recv c 1 oob = EINVAL\n"
	     "recv c 9 = 3\n");
	LIKE(PAIR
	     "send s 4 oob = 4\n"
	     "until c pri\n"
	     "recv c 5 oob peek = 1\n"
	     "connect c none\n"
	     "ready c = out,err,hup\n"
	     "recv c 1 oob = EINVAL\n");
}

TEST(like_tcp, queues)
{
	LIKE(PAIR
	     "send c 1000 = 1000\n"
	     "outq c\n"
	     "outqnsd c\n"
	     "inq s = 1000\n"
	     "set c TCP_CORK 1\n"
	     "send c 10 = 10\n"
	     "outq c = 10\n"
	     "outqnsd c = 10\n"
	     "inq s = 1000\n"
	     "set c TCP_CORK 0\n"
	     "inq s = 1010\n"
	     "send c 10 more = 10\n"
	     "outqnsd c = 10\n"
	     "send c 10 = 10\n"
	     "inq s = 1030\n"
	     "outqnsd c = 0\n"
	     "inq l = EINVAL\n"
	     "outq l = EINVAL\n");
}

TEST(like_tcp, ports_in_time_wait)
{
	LIKE(PAIR
	     "close s\n"
	     "until c rdhup\n"
	     "close c\n"
	     "close l\n"
	     "tcp a\n"
	     "bind a lo 1 = EADDRINUSE\n"
	     "set a SO_REUSEADDR 1\n"
	     "bind a lo 1 = EADDRINUSE\n"
	     "close a\n"
	     "tcp b\n"
	     "set b SO_REUSEADDR 1\n"
	     "bind b lo2 1\n");
	LIKE("tcp l\n"
	     "set l SO_REUSEADDR 1\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "accept l s\n"
	     "get s SO_REUSEADDR = 1\n"
	     "close l\n"
	     "tcp a\n"
	     "bind a lo 1 = EADDRINUSE\n"
	     "set a SO_REUSEADDR 1\n"
	     "bind a lo 1\n"
	     "listen a 5\n"
	     "close s\n"
	     "until c rdhup\n"
	     "close c\n"
	     "tcp b\n"
	     "bind b lo 1 = EADDRINUSE\n"
	     "close a\n"
	     "tcp d\n"
	     "set d SO_REUSEADDR 1\n"
	     "bind d lo 1\n"
	     "listen d 5\n");
}

TEST(like_tcp, a_bound_port_stays_bound)
{
	LIKE("tcp c\n"
	     "bind c lo 2\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "error c = ECONNREFUSED\n"
	     "name c = lo:2\n"
	     "tcp d\n"
	     "bind d lo 2 = EADDRINUSE\n"
	     "connect c lo 1 = ECONNABORTED\n"
	     "name c = lo:2\n"
	     "connect c lo 1 = EINPROGRESS\n");
}

/* One that bind() chose is given back. */
TEST(like_tcp, a_port_that_was_not_named_does_not_stay)
{
	LIKE("tcp c\n"
	     "bind c lo2 0\n"
	     "name c = lo2:*\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "bind c lo2 3\n"
	     "name c = lo2:3\n"
	     "connect c lo 1 = ECONNREFUSED\n"
	     "tcp d\n"
	     "bind d lo2 3 = EADDRINUSE\n");
	LIKE("tcp c\n"
	     "bind c lo2 0\n"
	     "connect c none\n"                   /* no connection ended */
	     "bind c lo2 3 = EINVAL\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "connect c lo 1 = ECONNREFUSED\n"
	     "tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "connect c lo 1\n"
	     "name c = lo2:*\n");
}

TEST(like_tcp, shutdown_before_connect_lasts)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "shutdown c rdwr = ENOTCONN\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "ready c = in,out,hup,rdhup\n"
	     "send c 1 = EPIPE\n"
	     "state c = ESTABLISHED\n"
	     "connect c none\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "error c\n"
	     "send c 1 = 1\n");
}

TEST(like_tcp, shutdown_while_connecting)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "shutdown c wr\n"
	     "connect c lo 1 = EISCONN\n");
	LIKE("tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "shutdown c wr = ENOTCONN\n"
	     "connect c lo 1 = EINVAL\n"
	     "listen c 5 = EINVAL\n"
	     "error c = ECONNREFUSED\n"
	     "connect c none\n"
	     "connect c lo 1 = EINPROGRESS\n");
}

TEST(like_tcp, accept_gives_also_who_is_gone)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "send c 3 = 3\n"
	     "set c SO_LINGER 1/0\n"
	     "close c\n"
	     "ready l = in\n"
	     "accept l s\n"
	     "ready s = in,out,err,hup,rdhup\n"
	     "peer s = ENOTCONN\n"
	     "recv s 9 = 3\n"
	     "recv s 9 = ECONNRESET\n"
	     "recv s 9\n"
	     "tcp d\n"
	     "connect d lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "connect d none\n"
	     "tcp e\n"
	     "connect e lo 1 = EINPROGRESS\n"
	     "until e out\n"
	     "close l\n"
	     "until e err\n"
	     "error e = ECONNRESET\n");
}

TEST(like_tcp, an_end_that_was_read_hides_the_reset_behind_it)
{
	LIKE(PAIR
	     "close s\n"
	     "until c rdhup\n"
	     "send c 5 = 5\n"
	     "until c err\n"
	     "recv c 9\n"
	     "ready c = in,out,err,hup,rdhup\n"
	     "error c = EPIPE\n"
	     "error c\n");
}

TEST(like_tcp, a_bind_that_failed_leaves_nothing)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "bind c lo 1 = EADDRINUSE\n"
	     "listen c 5\n"
	     "name c = any:*\n");
}

TEST(like_tcp, talking_to_oneself)
{
	LIKE("tcp c\n"
	     "bind c lo 1\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "peer c = lo:1\n"
	     "send c 5 = 5\n"
	     "recv c 9 = 5\n"
	     "shutdown c wr\n"
	     "until c rdhup\n"
	     "recv c 9\n");
}

/* Until data comes its listener does not hear of it. */
TEST(like_tcp, accept_is_deferred)
{
	LIKE("tcp l\n"
	     "set l TCP_DEFER_ACCEPT 5\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "connect c lo 1\n"
	     "state c = ESTABLISHED\n"
	     "ready l = none\n"
	     "accept l a = EAGAIN\n"
	     "send c 3 = 3\n"
	     "until l in\n"
	     "accept l a\n"
	     "get a TCP_DEFER_ACCEPT = 0\n"
	     "recv a 5 = 3\n"
	     "tcp d\n"
	     "connect d lo 1 = EINPROGRESS\n"
	     "until d out\n"
	     "ready l = none\n"
	     "shutdown d wr\n"                     /* a FIN is enough */
	     "until l in\n"
	     "accept l b\n"
	     "recv b 5 = 0\n");
}

TEST(like_tcp, options_of_an_end_are_inherited)
{
	LIKE("tcp l\n"
	     "set l TCP_LINGER2 7\n"
	     "set l TCP_SYNCNT 4\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "accept l a\n"
	     "get a TCP_LINGER2 = 7\n"
	     "get a TCP_SYNCNT = 4\n");
}

TEST(like_tcp, no_linger_in_fin_wait_2)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "set c TCP_LINGER2 -1\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "accept l a\n"
	     "shutdown c wr\n"
	     "until a in\n"
	     "close c\n"
	     "until a err\n"
	     "error a = EPIPE\n");
}

/* Both directions were shut down: data that comes then is answered with a RST. */
TEST(like_tcp, data_after_both_were_shut_down)
{
	LIKE(PAIR
	     "shutdown c rdwr\n"
	     "until s rdhup\n"
	     "send s 5 = 5\n"
	     "until s err\n"
	     "error s = EPIPE\n"
	     "error c = ECONNRESET\n"
	     "state c = CLOSED\n");
	LIKE(PAIR
	     "shutdown c rd\n"
	     "shutdown c wr\n"
	     "send s 5 = 5\n"
	     "until c err\n"
	     "send c 1 = ECONNRESET\n"
	     "send c 1 = EPIPE\n");
}

/* Bound to all addresses, it has one of them once it is connected. */
TEST(like_tcp, a_connection_has_one_address)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "tcp c\n"
	     "bind c any 2\n"
	     "tcp d\n"
	     "bind d lo2 2 = EADDRINUSE\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until l in\n"
	     "accept l s\n"
	     "bind d lo 2 = EADDRINUSE\n"
	     "bind d any 2 = EADDRINUSE\n"
	     "bind d lo2 2\n"
	     "close d\n"
	     "close c\n"
	     "until s rdhup\n"
	     "close s\n"
	     "tcp e\n"
	     "bind e lo 2 = EADDRINUSE\n"
	     "bind e any 2 = EADDRINUSE\n"
	     "bind e lo2 2\n");
}
