// SPDX-License-Identifier: GPL-3.0-or-later
/* Programs of the real machine talk to a lab host: sockets of the test, whose
 * datagrams enter when the test says so, and datagrams of a record. */
#include "sim/port/expose.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/port/expose_frame.h"
#include "stack/util/rng.h"
#include "tests/unit/capture/fixture.h"
#include "tests/unit/port/door.h"

static struct lab *pair(void)
{
	return rig_lab("nodes: {a: {kind: host}, b: {kind: host}, hub: {kind: hub}}\nlinks:\n"
		       "  - {endpoints: [a, hub], ipv4: 10.0.0.1/24}\n"
		       "  - {endpoints: [b, hub], ipv4: 10.0.0.2/24}\n");
}

static struct expose_info info(struct lab *lab)
{
	struct expose_info e[2];

	REQUIRE(lab_exposed(lab, e, 2) == 1);
	return e[0];
}

/* Exposes that port of a, and takes the lab from the wall clock. */
static uint16_t expose(struct lab *lab, uint16_t port)
{
	bool first = !lab_has_ports(lab);
	char err[256] = "";

	CHECK(lab_expose(lab, rig_node(lab, "a"), port, NULL, 0, false, err) > 0);
	CHECK_STR(err, "");
	CHECK_EQ(lab_pace(lab), first ? 1000 : 0);
	lab_set_pace(lab, 0);
	return info(lab).port;
}

static int program(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	REQUIRE(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	return fd;
}

static void say(int fd, const char *text)
{
	CHECK_EQ(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

/* What came, or "" if nothing did. */
static const char *heard(int fd)
{
	static char text[100];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* Reads what waits, and gives the lab a second. */
static void go(struct lab *lab)
{
	door_read(lab, lab_now(lab) + MSEC(1));
	lab_run_until(lab, lab_now(lab) + SEC(1));
}

TEST(expose, each_program_gets_its_own_answers)
{
	struct lab *lab = pair();
	struct rig_prog echo = { 0 };
	uint16_t port = expose(lab, 7);
	int one = program(port), two = program(port);

	rig_start(&echo, lab, "a", "echo -u");
	say(one, "one");
	say(two, "two");
	go(lab);
	CHECK_STR(heard(one), "one");
	CHECK_STR(heard(one), "");
	CHECK_STR(heard(two), "two");
	say(one, "again");
	go(lab);
	CHECK_STR(heard(one), "again");
	CHECK_EQ(info(lab).clients, 2);
	CHECK_EQ(info(lab).in, 3);
	CHECK_EQ(info(lab).out, 3);
	CHECK_EQ(info(lab).dropped, 0);
	rig_end_prog(&echo);
	close(one);
	close(two);
	lab_free(lab);
}

/* A program that stays silent for a minute of lab time loses its socket, and
 * gets a new one when it speaks again. */
TEST(expose, the_silent_are_forgotten_after_a_minute)
{
	struct lab *lab = pair();
	struct rig_prog echo = { 0 };
	uint16_t port = expose(lab, 7);
	int one = program(port), two = program(port);

	rig_start(&echo, lab, "a", "echo -u");
	say(one, "1");
	door_read(lab, SEC(1));
	say(two, "2");
	door_read(lab, SEC(31));
	lab_run_until(lab, SEC(61) - 1);
	CHECK_EQ(info(lab).clients, 2);
	lab_run_until(lab, SEC(61) + MSEC(1));    /* the answer came a moment later */
	CHECK_EQ(info(lab).clients, 1);
	lab_run_until(lab, SEC(91) + MSEC(1));
	CHECK_EQ(info(lab).clients, 0);
	(void)heard(one);
	say(one, "back");
	go(lab);
	CHECK_STR(heard(one), "back");
	rig_end_prog(&echo);
	close(one);
	close(two);
	lab_free(lab);
}

TEST(expose, where_nobody_listens_icmp_is_counted)
{
	struct lab *lab = pair();
	int one = program(expose(lab, 9));

	say(one, "x");
	go(lab);
	CHECK_EQ(info(lab).in, 1);
	CHECK_EQ(info(lab).refused, 1);
	say(one, "y");                    /* the error of x does not stop it */
	go(lab);
	CHECK_EQ(info(lab).in, 2);
	CHECK_EQ(info(lab).refused, 2);
	CHECK_STR(heard(one), "");
	close(one);
	lab_free(lab);
}

TEST(expose, a_node_that_stops_and_starts_is_reached_again)
{
	struct lab *lab = pair();
	struct rig_prog echo = { 0 };
	int one = program(expose(lab, 7));

	rig_start(&echo, lab, "a", "echo -u");
	say(one, "1");
	go(lab);
	CHECK_STR(heard(one), "1");
	say(one, "2");
	door_read(lab, lab_now(lab) + MSEC(1));
	CHECK_EQ(node_stop(rig_node(lab, "a")), OK);
	rig_end_prog(&echo);
	CHECK_EQ(info(lab).clients, 0);
	(void)heard(one);
	say(one, "3");
	go(lab);
	CHECK_EQ(info(lab).dropped, 1);
	CHECK_EQ(node_start(rig_node(lab, "a")), OK);
	rig_start(&echo, lab, "a", "echo -u");
	say(one, "4");
	go(lab);
	CHECK_STR(heard(one), "4");
	rig_end_prog(&echo);
	close(one);
	lab_free(lab);
}

TEST(expose, it_ends_with_all_that_waits)
{
	struct lab *lab = pair();
	uint16_t port = expose(lab, 7);
	int one = program(port);

	say(one, "1");
	go(lab);
	say(one, "2");
	ports_read(lab, lab_now(lab) + SEC(1));
	CHECK_EQ(lab_expose_stop(lab, 7), ERR_NOENT);
	CHECK_EQ(lab_expose_stop(lab, 1), OK);
	CHECK_EQ(lab_exposed(lab, NULL, 0), 0);
	lab_run_until(lab, lab_now(lab) + SEC(2));
	CHECK_EQ(lab_expose_stop(lab, 0), OK);
	(void)expose(lab, 7);
	CHECK_EQ(info(lab).id, 2);
	say(one, "3");                    /* nobody is there, and then the lab ends */
	close(one);
	lab_free(lab);
}

TEST(expose, what_cannot_be_says_why)
{
	struct lab *lab = pair();
	char err[256];

	CHECK_EQ(lab_expose(lab, rig_node(lab, "hub"), 7, NULL, 0, false, err), ERR_INVAL);
	CHECK_STR(err, "hub is a hub: it has no ports to expose");
	CHECK_EQ(lab_expose(lab, rig_node(lab, "a"), 7, "::1", 0, false, err), ERR_INVAL);
	CHECK_STR(err, "'::1' is not an IPv4 address");
	CHECK_EQ(lab_expose(lab, rig_node(lab, "a"), 7, "192.0.2.1", 0, false, err), ERR_INVAL);
	CHECK_STR(err, "192.0.2.1:0: Cannot assign requested address");
	CHECK(!lab_has_ports(lab));
	expose(lab, 7);
	CHECK_EQ(lab_expose(lab, rig_node(lab, "a"), 7, NULL, 0, false, err), ERR_INVAL);
	CHECK_STR(err, "a:7 is exposed already");
	lab_free(lab);
}

/* --- in a record ---------------------------------------------------------------------- */

static void datagram(struct capture *c, ns_t at, uint16_t sport, const char *text)
{
	uint8_t frame[200];
	struct expose_dgram d = { IP4_LOOPBACK, IP4_LOOPBACK, sport, 4000, (const uint8_t *)text,
				  strlen(text) };

	CHECK(capture_frame(c, 0, at, CAPTURE_IN, frame, expose_frame_emit(&d, frame), NULL));
}

/* In a replay there is no real socket, and the wall clock does not count. */
TEST(expose, a_record_talks_as_the_programs_did)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = door_file(s.path);
	struct lab *lab = pair();
	struct rig_prog echo = { 0 };
	struct replay_info rp;
	char err[256];

	REQUIRE(capture_add_if(c, "a:7/udp", 0) == 0);
	datagram(c, MSEC(1), 1111, "too early");
	for (unsigned i = 0; i < 300; i++)
		datagram(c, SEC(1) + i, (uint16_t)(2000 + i), "hello");
	datagram(c, SEC(2), 2299, "");
	CHECK_EQ(capture_close(c), OK);
	CHECK(lab_replay(lab, s.path, err));
	lab_run_until(lab, MSEC(2));
	CHECK(lab_expose(lab, rig_node(lab, "a"), 7, NULL, 0, false, err) == 1);
	CHECK_EQ(lab_pace(lab), 0);
	CHECK(!lab_has_ports(lab));
	rig_start(&echo, lab, "a", "echo -u");
	lab_run_until(lab, SEC(3));
	CHECK(lab_replaying(lab, &rp));
	CHECK_EQ(rp.left, 0);
	CHECK_STR(rp.note ? rp.note : "", "1 datagram left out: the port was not exposed then");
	CHECK_EQ(info(lab).in, 301);
	CHECK_EQ(info(lab).clients, 256);
	CHECK_EQ(info(lab).dropped, 0);
	/* Those whose socket was needed by another got no answer. */
	CHECK(info(lab).out >= 256 && info(lab).out <= 301);
	lab_run_until(lab, SEC(63));
	CHECK_EQ(info(lab).clients, 0);
	rig_end_prog(&echo);
	lab_free(lab);
	scratch_free(&s);
}

TEST(expose, a_frame_is_a_datagram_and_back)
{
	static uint8_t data[EXPOSE_DATA_MAX], frame[EXPOSE_HLEN + EXPOSE_DATA_MAX];
	static const size_t sizes[] = { 0, 1, 100, 1472, EXPOSE_DATA_MAX };

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < N_ELEM(sizes); i++) {
		struct expose_dgram d = { IP4(127, 0, 0, 1), IP4(192, 0, 2, 9), 1, 65535, data,
					  sizes[i] }, back;
		size_t n = expose_frame_emit(&d, frame);

		CHECK_EQ(n, EXPOSE_HLEN + sizes[i]);
		CHECK(expose_frame_parse(&back, frame, n));
		CHECK_EQ(back.src, d.src);
		CHECK_EQ(back.dst, d.dst);
		CHECK_EQ(back.sport, 1);
		CHECK_EQ(back.dport, 65535);
		CHECK_EQ(back.n, sizes[i]);
		CHECK_MEM(back.data, data, sizes[i]);
		CHECK(!expose_frame_parse(&back, frame, n - 1));
	}
}

TEST(expose, any_bytes_are_a_frame_or_none)
{
	struct expose_dgram d = { 1, 2, 3, 4, (const uint8_t *)"hello", 5 }, back;
	uint8_t *frame = malloc(EXPOSE_HLEN + 5);
	struct rng r;

	rng_init(&r, 1, "frames");
	REQUIRE(frame != NULL);
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = expose_frame_emit(&d, frame);

		for (unsigned k = 0; k < i % 4; k++)
			frame[rng_below(&r, (uint32_t)n)] = (uint8_t)rng_u32(&r);
		if (expose_frame_parse(&back, frame, n - i % 2))
			CHECK(back.data + back.n <= frame + n);
	}
	free(frame);
}
