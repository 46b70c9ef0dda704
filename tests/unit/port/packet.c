// SPDX-License-Identifier: GPL-3.0-or-later
/* An interface of Linux as the door: "va", whose other end "vb" is Linux's. */
#include "sim/port/packet.h"

#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stack/util/be.h"
#include "tests/unit/port/outer.h"
#include "tests/unit/sim/capfile.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

__attribute__((constructor)) static void need_net(void)
{
	const char *why = outer_own_net();

	if (why) {
		printf("%s\n", why);
		exit(77);
	}
}

static const struct outer_kind *interface_kind(void)
{
	REQUIRE(strcmp(outer_kinds[0].word, "interface") == 0);
	return &outer_kinds[0];
}

static void path_of(char *out, size_t room)
{
	const char *dir = getenv("TMPDIR");

	snprintf(out, room, "%.80s/packet.pcapng", dir ? dir : "/tmp");
}

/* --- opening ---------------------------------------------------------------------- */

TEST(packet, what_cannot_be_opened_is_told_in_a_sentence)
{
	char err[256];

	CHECK_EQ(packet_socket("nosuch", err), -1);
	CHECK_STR(err, "interface nosuch: there is none of this name");
	CHECK_EQ(packet_socket("lo", err), -1);
	CHECK_STR(err, "interface lo: not an Ethernet interface");
	CHECK_EQ(packet_socket("", err), -1);
	CHECK_STR(err, "'': expected an interface name of 1 to 15 bytes");
	CHECK_EQ(packet_socket("a-name-of-sixteen", err), -1);
	CHECK_STR(err, "'a-name-of-sixteen': expected an interface name of 1 to 15 bytes");
}

TEST(packet, who_may_not_is_told_what_it_takes)
{
	char said[400];

	outer_powerless("interface:lo", said, sizeof(said));
	CHECK_STR(said, "netloom: x eth0: interface lo: needs CAP_NET_RAW: run netloom as root, or "
		  "give it that with `setcap cap_net_raw+ep`\n");
}

/* --- what the kernel leaves to a card ------------------------------------------------- */

static void numbered(uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)i;
}

/* Linux leaves the checksum to the card; the lab's host takes no wrong one. */
TEST(packet, datagrams_of_linux_have_right_checksums)
{
	struct outer o;
	struct sock *sk;
	uint8_t data[1472];
	int fd;

	outer_open(&o, interface_kind(), "");
	sk = rig_udp(o.lab, "a", 9);
	fd = outer_linux_udp(o.lab, "vb");
	numbered(data, sizeof(data));
	for (size_t n = 0; n <= sizeof(data); n += 46) {
		CHECK_EQ(send(fd, data, n, 0), n);
		REQUIRE(outer_datagram(o.lab, sk, n));
	}
	CHECK_EQ(lab_drops(o.lab, DROP_UDP_CHECKSUM), 0);
	sk_close(sk);
	close(fd);
	outer_close(&o);
}

TEST(packet, a_udp_super_frame_arrives_as_datagrams)
{
	static const int segment = 1024;
	uint8_t data[20 * 1024 + 100];
	struct outer o;
	struct sock *sk;
	int fd;

	outer_open(&o, interface_kind(), "");
	sk = rig_udp(o.lab, "a", 9);
	fd = outer_linux_udp(o.lab, "vb");
	numbered(data, sizeof(data));
	REQUIRE(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) == 0);
	CHECK_EQ(send(fd, data, sizeof(data), 0), sizeof(data));
	for (int i = 0; i < 20; i++)
		REQUIRE(outer_datagram(o.lab, sk, 1024));
	CHECK(outer_datagram(o.lab, sk, 100));
	CHECK_EQ(outer_info(&o).in_dropped, 0);
	sk_close(sk);
	close(fd);
	outer_close(&o);
}

/* n bytes with a header that says what is left to do; vb gives it to va so. */
static void send_super(uint8_t gso_type, uint16_t mss, const uint8_t *frame, size_t n)
{
	struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = gso_type, .gso_size = mss,
		.hdr_len = 54, .csum_start = 34, .csum_offset = 16,
	};
	struct iovec iov[2] = { { &h, sizeof(h) }, { (void *)(uintptr_t)frame, n } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };
	static const int one = 1;
	int fd = outer_raw("vb");

	REQUIRE(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) == 0);
	REQUIRE(sendmsg(fd, &m, 0) == (ssize_t)(n + sizeof(h)));
	close(fd);
}

static size_t tcp_frame(uint8_t *f, size_t data)
{
	static const uint8_t head[54] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0, 0, 0, 7, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1,
		4, 0, 0, 9, 0, 0, 0, 100, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0,
	};

	memcpy(f, head, sizeof(head));
	put_be16(f + 16, (uint16_t)(40 + data));
	put_be16(f + 24, 0x26b1);         /* of no matter: it is made anew */
	put_be16(f + 50, (uint16_t)(0x141c + 20 + data - 11));
	numbered(f + sizeof(head), data);
	return sizeof(head) + data;
}

TEST(packet, a_tcp_super_frame_arrives_as_segments)
{
	static uint8_t f[65000];
	struct capfile cap;
	struct outer o;
	char path[120];
	size_t n = tcp_frame(f, 60000);
	unsigned whole = 60000 / 1448, i;
	int id;

	path_of(path, sizeof(path));
	outer_open(&o, interface_kind(), "");
	id = capfile_start(o.lab, "x:eth0", path, "tcp");
	send_super(VIRTIO_NET_HDR_GSO_TCPV4, 1448, f, n);
	for (i = 0; i < 1000 && outer_info(&o).in_frames <= whole; i++)
		outer_settle(&o);
	cap = capfile_stop(o.lab, id, path);
	REQUIRE(CHECK_EQ(cap.n, whole + 1));
	for (i = 0; i <= whole; i++) {
		CHECK_EQ(cap.rec[i].len, i < whole ? 1502 : 54 + 60000 % 1448);
		CHECK_EQ(get_be32(cap.rec[i].bytes + 38), 100 + i * 1448);
		CHECK_MEM(cap.rec[i].bytes + 54, f + 54 + i * 1448, cap.rec[i].len - 54);
	}
	capfile_free(&cap);
	(void)unlink(path);
	outer_close(&o);
}

/* The kernel takes VLAN tags out of frames and tells of them beside. */
TEST(packet, vlan_tags_stay_in_their_frames)
{
	uint8_t f[80] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2,
			  0x81, 0, 0x20, 0x64, 0x88, 0xb5 };
	struct capfile cap;
	struct outer o;
	char path[120];
	int id;

	path_of(path, sizeof(path));
	numbered(f + 18, sizeof(f) - 18);
	outer_open(&o, interface_kind(), "");
	id = capfile_start(o.lab, "x:eth0", path, "vlan 100");
	CHECK(o.kind->send(&o, f, sizeof(f)));
	for (int i = 0; i < 1000 && !outer_info(&o).in_frames; i++)
		outer_settle(&o);
	outer_settle(&o);
	cap = capfile_stop(o.lab, id, path);
	REQUIRE(CHECK_EQ(cap.n, 1));
	CHECK_EQ(cap.rec[0].len, sizeof(f));
	CHECK_MEM(cap.rec[0].bytes, f, sizeof(f));
	capfile_free(&cap);
	(void)unlink(path);
	outer_close(&o);
}

/* --- frames that do not fit ------------------------------------------------------------- */

TEST(packet, what_is_longer_than_the_interface_takes_is_counted_as_lost)
{
	struct outer o;

	outer_open(&o, interface_kind(), "mtu: 9000");
	REQUIRE(outer_ip("link set va mtu 1500"));
	rig_send(o.lab, "a:eth0", 5000, 1);
	rig_send(o.lab, "a:eth0", 1514, 2);
	CHECK(outer_hear(&o, 1514, 2));
	CHECK_EQ(outer_info(&o).out_frames, 1);
	CHECK_EQ(outer_info(&o).out_bytes, 1514);
	CHECK_EQ(outer_info(&o).out_dropped, 1);
	outer_close(&o);
}

TEST(packet, what_comes_while_nobody_reads_is_counted_as_lost)
{
	struct outer o;
	uint8_t frame[60];
	struct port_info info;

	outer_open(&o, interface_kind(), "");
	rig_frame(frame, sizeof(frame), mac_broadcast, 1);
	for (int i = 0; i < 6000; i++)
		REQUIRE(send(o.fd, frame, sizeof(frame), 0) == sizeof(frame));
	REQUIRE(outer_heard(&o, 4000));
	outer_settle(&o);
	outer_send(&o, 60, 2);
	REQUIRE(outer_heard(&o, o.ear->n + 1));
	info = outer_info(&o);
	CHECK(info.in_frames >= o.ear->n);
	CHECK(info.in_dropped > 0);
	CHECK(info.in_frames + info.in_dropped >= 6001);
	outer_close(&o);
}

/* IPv6 that Linux sends unasked ends at the first host, with a reason. */
TEST(packet, ip6_does_no_harm)
{
	uint8_t f[70] = { 0x33, 0x33, 0, 0, 0, 2, 2, 0, 0, 0, 0, 2, 0x86, 0xdd,
			  0x60, 0, 0, 0, 0, 16, 58, 255 };
	struct outer o;
	uint64_t before;

	outer_open(&o, interface_kind(), "");
	before = lab_drops(o.lab, DROP_ETH_TYPE);
	CHECK(o.kind->send(&o, f, sizeof(f)));
	for (int i = 0; i < 1000 && lab_drops(o.lab, DROP_ETH_TYPE) == before; i++)
		outer_settle(&o);
	CHECK(lab_drops(o.lab, DROP_ETH_TYPE) > before);
	outer_send(&o, 60, 1);
	CHECK(outer_heard(&o, 1));
	outer_close(&o);
}

/* --- the interface's life ------------------------------------------------------------------ */

TEST(packet, an_interface_that_is_down_loses_frames_and_comes_back)
{
	struct outer o;

	outer_open(&o, interface_kind(), "");
	CHECK_STR(outer_info(&o).state, "va is up");
	REQUIRE(outer_ip("link set va down"));
	rig_send(o.lab, "a:eth0", 60, 1);
	outer_settle(&o);
	CHECK_STR(outer_info(&o).state, "va is down");
	CHECK_EQ(outer_info(&o).out_frames, 0);
	CHECK_EQ(outer_info(&o).out_dropped, 1);
	REQUIRE(outer_ip("link set va up"));
	rig_send(o.lab, "a:eth0", 60, 2);
	CHECK(outer_hear(&o, 60, 2));
	outer_send(&o, 60, 3);
	CHECK(outer_heard(&o, 1));
	CHECK_STR(outer_info(&o).state, "va is up");
	outer_close(&o);
}

TEST(packet, an_interface_that_is_removed_is_told_of_and_looked_for)
{
	struct buf lines = { 0 };
	struct outer o;

	outer_open(&o, interface_kind(), "");
	rig_hear_events(o.lab, &lines);
	o.kind->leave(&o);
	outer_settle(&o);
	CHECK_STR(outer_info(&o).state, "va is gone");
	rig_send(o.lab, "a:eth0", 60, 1);
	outer_settle(&o);
	CHECK_EQ(outer_info(&o).out_dropped, 1);
	o.left = true;
	o.kind->meet(&o);
	CHECK_STR(outer_info(&o).state, "va is up");
	CHECK_STR(lines.s, "x eth0: interface va is gone\nx eth0: interface va is back\n");
	buf_free(&lines);
	outer_close(&o);
}
