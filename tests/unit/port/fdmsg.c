// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/fdmsg.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* How many file descriptors this process has. */
static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

TEST(fdmsg, a_message_and_its_descriptors_arrive_together)
{
	char said[6] = "";
	int pair[2], pipes[2], fds[FDMSG_FDS];

	REQUIRE(fdmsg_pair(pair) && pipe(pipes) == 0);
	CHECK(fdmsg_send(pair[0], "hello", 6, pipes, 2));
	CHECK_EQ(fdmsg_recv(pair[1], said, 6, fds), 2);
	CHECK_STR(said, "hello");
	CHECK(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
	CHECK_EQ(write(fds[1], "x", 1), 1);       /* it is the same pipe */
	CHECK_EQ(read(pipes[0], said, 1), 1);
	CHECK_EQ(said[0], 'x');
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(pipes[i]);
		close(fds[i]);
	}
}

TEST(fdmsg, a_message_without_descriptors_has_none)
{
	int pair[2], fds[FDMSG_FDS], n = 7;

	REQUIRE(fdmsg_pair(pair));
	CHECK(fdmsg_send(pair[0], &n, sizeof(n), NULL, 0));
	n = 0;
	CHECK_EQ(fdmsg_recv(pair[1], &n, sizeof(n), fds), 0);
	CHECK_EQ(n, 7);
	close(pair[0]);
	close(pair[1]);
}

TEST(fdmsg, descriptors_of_a_message_of_another_length_are_closed)
{
	char room[6];
	int pair[2], fds[FDMSG_FDS], before;

	REQUIRE(fdmsg_pair(pair));
	before = count_fds();
	CHECK(fdmsg_send(pair[0], "long text", 9, (int[]){ 0, 1 }, 2));
	CHECK_EQ(fdmsg_recv(pair[1], room, 6, fds), -1);
	CHECK(fdmsg_send(pair[0], "short", 5, (int[]){ 0, 1 }, 2));
	CHECK_EQ(fdmsg_recv(pair[1], room, 6, fds), -1);
	CHECK_EQ(count_fds(), before);
	close(pair[0]);
	close(pair[1]);
}

TEST(fdmsg, the_end_is_an_error)
{
	char room[1];
	int pair[2], fds[FDMSG_FDS];

	REQUIRE(fdmsg_pair(pair));
	close(pair[0]);
	CHECK_EQ(fdmsg_recv(pair[1], room, 1, fds), -1);
	CHECK(!fdmsg_send(pair[1], "x", 1, NULL, 0));     /* and no signal */
	close(pair[1]);
}
