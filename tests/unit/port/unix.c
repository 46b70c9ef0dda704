// SPDX-License-Identifier: GPL-3.0-or-later
/* Programs that speak Ethernet over a unix socket: a stream of frames behind
 * their lengths, or a datagram each. */
#include "sim/port/port.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "stack/util/be.h"
#include "tests/unit/port/door.h"

struct world {
	struct lab *lab;
	struct rig_ear *ear;              /* of a:eth0 */
	char dir[40], path[60];
	struct buf events;
};

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

static void world_open(struct world *w, const char *word)
{
	char spec[100];

	snprintf(spec, sizeof(spec), "%s:%s", word, w->path);
	w->lab = door_lab(spec, NULL);
	w->ear = rig_ear(w->lab, "a:eth0");
	rig_hear_events(w->lab, &w->events);
	door_open(w->lab);
}

static void world_new(struct world *w, const char *word)
{
	*w = (struct world){ .dir = "/tmp/netloom-test-XXXXXX" };
	REQUIRE(mkdtemp(w->dir) != NULL);
	snprintf(w->path, sizeof(w->path), "%s/x.sock", w->dir);
	world_open(w, word);
}

static void world_end(struct world *w)
{
	rig_deaf(w->ear);
	lab_free(w->lab);
	buf_free(&w->events);
	CHECK(access(w->path, F_OK) != 0);        /* the socket is gone with the lab */
	CHECK_EQ(rmdir(w->dir), 0);
}

static int peer(const struct world *w, int type)
{
	struct sockaddr_un a = address(w->path);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	REQUIRE(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	return fd;
}

/* A millisecond passes, at whose end it reads what waits. */
static void go(struct world *w)
{
	door_read(w->lab, lab_now(w->lab) + MSEC(2));
}

static bool event(const struct world *w, const char *text)
{
	return w->events.s && strstr(w->events.s, text);
}

/* A frame as the stream has it. */
static size_t framed(uint8_t *out, size_t n, uint32_t tag)
{
	put_be32(out, (uint32_t)n);
	rig_frame(out + 4, n, mac_broadcast, tag);
	return n + 4;
}

static void put(int fd, const uint8_t *bytes, size_t n)
{
	CHECK_EQ(send(fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

TEST(unix, frames_come_whole_however_the_bytes_are_cut)
{
	struct world w;
	uint8_t bytes[1000];
	size_t n = 0;
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	CHECK(event(&w, "x eth0: a program is connected"));
	n += framed(bytes + n, 100, 1);
	n += framed(bytes + n, 60, 2);
	n += framed(bytes + n, 200, 3);
	put(fd, bytes, 50);                       /* half of the first */
	go(&w);
	CHECK_EQ(w.ear->n, 0);
	put(fd, bytes + 50, 56);                  /* its end, and half of a length */
	go(&w);
	put(fd, bytes + 106, n - 106);
	go(&w);
	go(&w);
	CHECK_EQ(w.ear->n, 3);
	for (uint32_t i = 0; i < 3; i++)
		CHECK_EQ(w.ear->got[i].tag, i + 1);
	CHECK_EQ(w.ear->got[2].len, 200);
	CHECK_EQ(door_info(w.lab, 0).in_bytes, 360);
	close(fd);
	world_end(&w);
}

/* They enter at the instant that the reader names, and arrive a link later. */
TEST(unix, frames_enter_when_they_are_read)
{
	struct world w;
	uint8_t bytes[200];
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	put(fd, bytes, framed(bytes, 100, 1));
	door_read(w.lab, MSEC(70));
	lab_run_until(w.lab, MSEC(80));
	CHECK_EQ(w.ear->n, 1);
	CHECK_EQ(w.ear->got[0].at, MSEC(71));
	close(fd);
	world_end(&w);
}

TEST(unix, what_goes_out_follows_its_length)
{
	struct world w;
	uint8_t got[300], want[104];
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	rig_send(w.lab, "a:eth0", 100, 7);
	rig_send(w.lab, "a:eth0", 100, 8);
	go(&w);
	CHECK_EQ(recv(fd, got, sizeof(got), MSG_DONTWAIT), 208);
	framed(want, 100, 7);
	CHECK_MEM(got, want, 104);
	framed(want, 100, 8);
	CHECK_MEM(got + 104, want, 104);
	close(fd);
	world_end(&w);
}

TEST(unix, where_nobody_is_frames_die_at_the_door)
{
	struct world w;

	world_new(&w, "unix");
	CHECK_STR(door_info(w.lab, 0).state, "waits for a program");
	rig_send(w.lab, "a:eth0", 100, 1);
	go(&w);
	CHECK_EQ(door_info(w.lab, 0).out_dropped, 1);
	CHECK_EQ(lab_drops(w.lab, DROP_PORT_SHUT), 1);
	world_end(&w);
}

TEST(unix, when_one_leaves_the_next_may_come)
{
	struct world w;
	uint8_t bytes[200];

	world_new(&w, "unix");
	for (uint32_t i = 1; i <= 3; i++) {
		int fd = peer(&w, SOCK_STREAM);

		go(&w);
		CHECK_STR(door_info(w.lab, 0).state, "connected");
		put(fd, bytes, framed(bytes, 100, i));
		put(fd, bytes, 30);               /* half a frame dies with its sender */
		go(&w);
		go(&w);
		CHECK_EQ(w.ear->n, i);
		close(fd);
		go(&w);
		CHECK_STR(door_info(w.lab, 0).state, "waits for a program");
	}
	CHECK(event(&w, "x eth0: the program is gone"));
	world_end(&w);
}

TEST(unix, who_speaks_nonsense_is_hung_up_on)
{
	struct world w;
	uint8_t bytes[8] = { 0xff, 0xff, 0xff, 0xff };
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	put(fd, bytes, sizeof(bytes));
	go(&w);
	CHECK(event(&w, "a frame was longer than any may be"));
	CHECK(recv(fd, bytes, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN);
	close(fd);
	world_end(&w);
}

TEST(unix, a_frame_without_a_header_is_left_out)
{
	struct world w;
	uint8_t bytes[200];
	size_t n;
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	put_be32(bytes, 13);
	memset(bytes + 4, 0, 13);
	n = 17 + framed(bytes + 17, 100, 5);
	put(fd, bytes, n);
	go(&w);
	go(&w);
	CHECK_EQ(w.ear->n, 1);
	CHECK_EQ(door_info(w.lab, 0).in_dropped, 1);
	close(fd);
	world_end(&w);
}

/* Who does not read loses frames, never halves of them, and the lab goes on. */
TEST(unix, a_program_that_does_not_read_loses_whole_frames)
{
	struct world w;
	static uint8_t got[1 << 20];
	size_t n = 0;
	ssize_t more;
	uint64_t sent;
	int fd;

	world_new(&w, "unix");
	fd = peer(&w, SOCK_STREAM);
	go(&w);
	for (uint32_t i = 0; i < 2000; i++) {
		rig_send(w.lab, "a:eth0", 1000, i);
		go(&w);
	}
	sent = door_info(w.lab, 0).out_frames;
	CHECK(sent > 200 && sent < 2000);
	CHECK_EQ(door_info(w.lab, 0).out_dropped, 2000 - sent);
	do {                                      /* it reads again: what was kept comes */
		while (n < sizeof(got) &&
		       (more = recv(fd, got + n, sizeof(got) - n, MSG_DONTWAIT)) > 0)
			n += (size_t)more;
		go(&w);
		more = recv(fd, got + n, sizeof(got) - n, MSG_DONTWAIT | MSG_PEEK);
	} while (n < sizeof(got) && more > 0);
	CHECK_EQ(n, sent * 1004);
	for (size_t at = 0; at < n; at += 1004)
		CHECK_EQ(get_be32(got + at), 1000);
	close(fd);
	world_end(&w);
}

TEST(unix, a_socket_that_a_dead_process_left_is_taken_over)
{
	struct world w = { .dir = "/tmp/netloom-test-XXXXXX" };
	struct sockaddr_un a;
	int fd;

	REQUIRE(mkdtemp(w.dir) != NULL);
	snprintf(w.path, sizeof(w.path), "%s/x.sock", w.dir);
	a = address(w.path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	REQUIRE(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	close(fd);
	world_open(&w, "unix");
	CHECK(event(&w, "a dead process left this socket; it is taken over"));
	close(peer(&w, SOCK_STREAM));
	world_end(&w);
}

TEST(unix, a_path_that_somebody_uses_is_left_alone)
{
	struct world w;
	char spec[100], want[200];
	struct stat st;

	world_new(&w, "unix");
	snprintf(spec, sizeof(spec), "unix:%s", w.path);
	snprintf(want, sizeof(want), "netloom: x eth0: %s: another program has this socket\n",
		 w.path);
	CHECK_STR(door_error(spec), want);
	CHECK(stat(w.path, &st) == 0 && S_ISSOCK(st.st_mode));
	close(peer(&w, SOCK_STREAM));
	world_end(&w);
	CHECK_STR(door_error("unix:"), "netloom: x eth0: expected a path after 'unix:'\n");
}

/* Connecting to any file is refused as it is to a socket that is left over. */
TEST(unix, a_file_that_is_no_socket_is_never_removed)
{
	static const char *const words[] = { "unix", "unixgram" };
	struct world w = { .dir = "/tmp/netloom-test-XXXXXX" };
	char spec[100], want[200], link[60];
	struct stat st;
	FILE *f;

	REQUIRE(mkdtemp(w.dir) != NULL);
	snprintf(w.path, sizeof(w.path), "%s/precious", w.dir);
	snprintf(link, sizeof(link), "%s/link", w.dir);
	f = fopen(w.path, "w");
	REQUIRE(f && fputs("text", f) >= 0 && fclose(f) == 0);
	REQUIRE(symlink("nowhere", link) == 0);
	for (size_t i = 0; i < N_ELEM(words); i++) {
		snprintf(spec, sizeof(spec), "%s:%s", words[i], w.path);
		snprintf(want, sizeof(want), "netloom: x eth0: %s: there is a file of this name, "
			 "which is no socket\n", w.path);
		CHECK_STR(door_error(spec), want);
		snprintf(spec, sizeof(spec), "%s:%s", words[i], link);
		snprintf(want, sizeof(want), "netloom: x eth0: %s: there is a file of this name, "
			 "which is no socket\n", link);
		CHECK_STR(door_error(spec), want);
	}
	CHECK(lstat(w.path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 4);
	CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
	CHECK_EQ(unlink(w.path) | unlink(link) | rmdir(w.dir), 0);
}

TEST(unix, what_took_the_sockets_place_stays)
{
	struct world w;
	struct stat st;
	FILE *f;

	world_new(&w, "unix");
	REQUIRE(unlink(w.path) == 0);
	f = fopen(w.path, "w");
	REQUIRE(f && fclose(f) == 0);
	rig_deaf(w.ear);
	lab_free(w.lab);
	buf_free(&w.events);
	CHECK(stat(w.path, &st) == 0 && S_ISREG(st.st_mode));
	CHECK_EQ(unlink(w.path) | rmdir(w.dir), 0);
}

TEST(unix, a_folder_that_is_not_there_is_said)
{
	CHECK_STR(door_error("unix:/nonexistent/x.sock"),
		  "netloom: x eth0: /nonexistent/x.sock: No such file or directory\n");
}

TEST(unix, datagrams_are_frames_and_go_to_who_sent_last)
{
	struct world w;
	uint8_t frame[200], got[200];
	int fd[2];

	world_new(&w, "unixgram");
	rig_send(w.lab, "a:eth0", 100, 9);
	go(&w);
	CHECK_EQ(door_info(w.lab, 0).out_dropped, 1);
	for (uint32_t i = 0; i < 2; i++) {
		struct sockaddr_un a = { .sun_family = AF_UNIX };

		fd[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		/* A name of the kernel's choice, so that answers find it. */
		REQUIRE(bind(fd[i], (struct sockaddr *)&a, sizeof(sa_family_t)) == 0);
		a = address(w.path);
		REQUIRE(connect(fd[i], (struct sockaddr *)&a, sizeof(a)) == 0);
		rig_frame(frame, 100, mac_broadcast, 20 + i);
		put(fd[i], frame, 100);
		go(&w);
		rig_send(w.lab, "a:eth0", 120, 30 + i);
		go(&w);
		CHECK_EQ(recv(fd[i], got, sizeof(got), MSG_DONTWAIT), 120);
		rig_frame(frame, 120, mac_broadcast, 30 + i);
		CHECK_MEM(got, frame, 120);
	}
	CHECK_EQ(w.ear->n, 2);
	CHECK_EQ(w.ear->got[1].tag, 21);
	CHECK(recv(fd[0], got, sizeof(got), MSG_DONTWAIT) < 0);
	close(fd[0]);
	close(fd[1]);
	world_end(&w);
}
