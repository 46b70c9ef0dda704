// SPDX-License-Identifier: GPL-3.0-or-later
/* Sets of sockets against epoll(7): the same calls on both (like.h). */
#include "tests/unit/sock/like.h"

#define PAIR \
	"tcp l\n" \
	"bind l lo 1\n" \
	"listen l 5\n" \
	"tcp c\n" \
	"connect c lo 1 = EINPROGRESS\n" \
	"until c out\n" \
	"until l in\n" \
	"accept l s\n" \
	"epoll e\n"

TEST(like_set, members)
{
	LIKE(PAIR
	     "wait e = none\n"
	     "mod e c in = ENOENT\n"
	     "del e c = ENOENT\n"
	     "add e c in\n"
	     "add e c in = EEXIST\n"
	     "wait e = none\n"
	     "mod e c in,out\n"
	     "wait e = c:out\n"
	     "wait e = c:out\n"
	     "del e c\n"
	     "wait e = none\n"
	     "epoll f\n"
	     "add e c out\n"
	     "add f c out\n"
	     "wait e = c:out\n"
	     "wait f = c:out\n"
	     "close e\n"
	     "wait f = c:out\n"
	     "close c\n"
	     "wait f = none\n");
}

TEST(like_set, by_level)
{
	LIKE(PAIR
	     "add e c in,rdhup\n"
	     "send s 10 = 10\n"
	     "wait e = c:in\n"
	     "wait e = c:in\n"
	     "recv c 4 = 4\n"
	     "wait e = c:in\n"
	     "recv c 9 = 6\n"
	     "wait e = none\n"
	     "shutdown s wr\n"
	     "wait e = c:in,rdhup\n"
	     "wait e = c:in,rdhup\n"
	     "shutdown c wr\n"
	     "wait e = c:in,hup,rdhup\n");
}

TEST(like_set, by_edge_each_arrival_counts)
{
	LIKE(PAIR
	     "add e c in,et\n"
	     "send s 10 = 10\n"
	     "wait e = c:in\n"
	     "wait e = none\n"
	     "send s 10 = 10\n"
	     "wait e = c:in\n"
	     "wait e = none\n"
	     "recv c 5 = 5\n"
	     "wait e = none\n"
	     "mod e c in,et\n"
	     "wait e = c:in\n"
	     "wait e = none\n"
	     "recv c 50 = 15\n"
	     "send s 1 = 1\n"
	     "recv c 50 = 1\n"
	     "wait e = none\n"
	     "shutdown s wr\n"
	     "wait e = c:in\n"
	     "wait e = none\n");
}

TEST(like_set, an_edge_tells_all_there_is)
{
	LIKE(PAIR
	     "add e c in,out,rdhup,et\n"
	     "wait e = c:out\n"
	     "wait e = none\n"
	     "send s 10 = 10\n"
	     "wait e = c:in,out\n"
	     "send c 10 = 10\n"
	     "wait e = none\n"
	     "recv s 10 = 10\n"
	     "wait e = none\n"
	     "shutdown s wr\n"
	     "wait e = c:in,out,rdhup\n"
	     "wait e = none\n");
	LIKE(PAIR
	     "add e c out,et\n"
	     "wait e = c:out\n"
	     "send s 10 = 10\n"
	     "wait e = none\n"
	     "shutdown s wr\n"
	     "wait e = c:out\n"
	     "wait e = none\n");
}

TEST(like_set, once)
{
	LIKE(PAIR
	     "add e c in,once\n"
	     "send s 10 = 10\n"
	     "wait e = c:in\n"
	     "wait e = none\n"
	     "send s 10 = 10\n"
	     "wait e = none\n"
	     "mod e c in,once\n"
	     "wait e = c:in\n"
	     "wait e = none\n"
	     "set s SO_LINGER 1/0\n"
	     "close s\n"
	     "until c hup\n"
	     "wait e = none\n"
	     "mod e c in,once\n"
	     "wait e = c:in,err,hup\n");
}

TEST(like_set, connecting)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "epoll e\n"
	     "add e l in\n"
	     "tcp c\n"
	     "add e c in,out,et\n"
	     "wait e = c:out,hup\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c out\n"
	     "until l in\n"
	     "wait e 1 = *\n"
	     "wait e = l:in\n"
	     "wait e = l:in\n"
	     "accept l s\n"
	     "wait e = none\n");
	LIKE("epoll e\n"
	     "tcp c\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "add e c out\n"
	     "wait e = c:out,err,hup\n"
	     "error c = ECONNREFUSED\n"
	     "wait e = c:out,hup\n");
	LIKE("epoll e\n"
	     "tcp c\n"
	     "add e c rdhup\n"
	     "wait e = c:hup\n");
}

TEST(like_set, listeners_by_edge)
{
	LIKE("tcp l\n"
	     "bind l lo 1\n"
	     "listen l 5\n"
	     "epoll e\n"
	     "add e l in,et\n"
	     "tcp a\n"
	     "connect a lo 1 = EINPROGRESS\n"
	     "until a out\n"
	     "wait e = l:in\n"
	     "wait e = none\n"
	     "tcp b\n"
	     "connect b lo 1 = EINPROGRESS\n"
	     "until b out\n"
	     "wait e = l:in\n"
	     "wait e = none\n"
	     "accept l s\n"
	     "wait e = none\n"
	     "accept l t\n"
	     "accept l u = EAGAIN\n");
}

TEST(like_set, those_that_are_ready_take_turns)
{
	LIKE("epoll e\n"
	     "udp a\n"
	     "udp b\n"
	     "udp c\n"
	     "add e a out\n"
	     "add e b out\n"
	     "add e c out\n"
	     "wait e 2 = a:out b:out\n"
	     "wait e 2 = c:out a:out\n"
	     "wait e 2 = b:out c:out\n"
	     "mod e b in\n"
	     "wait e = a:out c:out\n"
	     "close a\n"
	     "wait e = c:out\n");
}

/* An option may make it ready. */
TEST(like_set, options_that_are_news)
{
	LIKE(PAIR
	     "set c SO_RCVLOWAT 50\n"
	     "add e c in,et\n"
	     "send s 10 = 10\n"
	     "inq c = 10\n"
	     "wait e = none\n"
	     "set c SO_RCVLOWAT 5\n"
	     "wait e = c:in\n"
	     "wait e = none\n");
	LIKE(PAIR
	     "set c SO_SNDBUF 20000\n"
	     "fill c\n"
	     "ready c = none\n"
	     "add e c out,et\n"
	     "wait e = none\n"
	     "set c SO_SNDBUF 200000\n"
	     "wait e = c:out\n");
}

/* Data, urgent or not, wakes who waits for either. */
TEST(like_set, an_edge_of_urgent_data)
{
	LIKE(PAIR
	     "add e c pri,et\n"
	     "send s 3 oob = 3\n"
	     "wait e = c:pri\n"
	     "wait e = none\n"
	     "send s 1 oob = 1\n"
	     "wait e = c:pri\n"
	     "send s 1 = 1\n"
	     "wait e = c:pri\n"
	     "wait e = none\n");
	LIKE(PAIR
	     "add e c in,out,et\n"
	     "wait e = c:out\n"
	     "send s 1 oob = 1\n"
	     "wait e = c:out\n"
	     "wait e = none\n");
}

/* So is that our FIN was acknowledged, and that the peer's came. */
TEST(like_set, an_edge_of_each_fin)
{
	LIKE(PAIR
	     "shutdown c rdwr\n"
	     "add e c et\n"
	     "wait e = c:hup\n"
	     "shutdown s wr\n"
	     "wait e = c:hup\n"
	     "wait e = none\n");
	LIKE(PAIR
	     "add e c out,et\n"
	     "wait e = c:out\n"
	     "send s 3 = 3\n"
	     "until c in\n"
	     "shutdown c wr\n"
	     "wait e = c:out\n"
	     "close s\n"
	     "until c rdhup\n"
	     "wait e = c:out,hup\n"
	     "wait e = none\n");
}

/* What its owner does to it is news, too, whatever it is ready for. */
TEST(like_set, an_edge_of_one_s_own)
{
	LIKE(PAIR
	     "add e c in,out,et\n"
	     "wait e = c:out\n"
	     "shutdown c wr\n"
	     "wait e = c:out\n"
	     "wait e = none\n"
	     "shutdown c rd\n"
	     "wait e = c:in,out,hup\n"
	     "shutdown c rd\n"
	     "wait e = c:in,out,hup\n"
	     "connect c none\n"
	     "wait e = c:out,err,hup\n"
	     "error c = ECONNRESET\n"
	     "wait e = none\n");
	LIKE("epoll e\n"
	     "tcp c\n"
	     "add e c in,et\n"
	     "wait e = c:hup\n"
	     "connect c none\n"
	     "wait e = c:hup\n"
	     "connect c lo 1 = EINPROGRESS\n"
	     "until c err\n"
	     "wait e = c:in,err,hup\n"
	     "connect c lo 1 = ECONNREFUSED\n"
	     "wait e = c:hup\n"
	     "wait e = none\n"
	     "udp u\n"
	     "connect u lo 1\n"
	     "add e u out,et\n"
	     "wait e = u:out\n"
	     "shutdown u rd\n"
	     "wait e = u:out\n"
	     "wait e = none\n");
}

TEST(like_set, room_to_write)
{
	LIKE(PAIR
	     "set c SO_SNDBUF 20000\n"
	     "add e c out,et\n"
	     "wait e = c:out\n"
	     "fill c\n"
	     "wait e = *\n"
	     "ready c = none\n"
	     "wait e = none\n"
	     "drain s\n"
	     "until c out\n"
	     "wait e = c:out\n"
	     "wait e = none\n");
}

TEST(like_set, datagrams)
{
	LIKE("epoll e\n"
	     "udp a\n"
	     "bind a lo 1\n"
	     "add e a in,et\n"
	     "udp b\n"
	     "to b lo 1 5 = 5\n"
	     "wait e = a:in\n"
	     "wait e = none\n"
	     "to b lo 1 5 = 5\n"
	     "wait e = a:in\n"
	     "recv a 5 = 5\n"
	     "wait e = none\n"
	     "recv a 5 = 5\n"
	     "connect b lo 2\n"
	     "add e b in,et\n"
	     "send b 1 = 1\n"
	     "wait e = b:err\n"
	     "wait e = none\n"
	     "error b = ECONNREFUSED\n"
	     "send b 1 = 1\n"
	     "wait e = b:err\n");
}
