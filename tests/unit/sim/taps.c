// SPDX-License-Identifier: GPL-3.0-or-later
/* Captures of a running lab: which frames they hold. */
#include "sim/taps.h"

#include <stdlib.h>

#include "sim/link.h"
#include "stack/show.h"
#include "stack/util/be.h"
#include "stack/wire/eth.h"
#include "tests/unit/capture/fixture.h"
#include "tests/unit/sim/capfile.h"
#include "tests/unit/sim/rig.h"

/* h1 - r - h2; the second link has a smaller MTU. */
#define LINE(more) \
	"nodes:\n  h1: {kind: host, gateway: 10.0.1.1}\n  r: {}\n" \
	"  h2: {kind: host, gateway: 10.0.2.1}\n" \
	"links:\n" \
	"  - {endpoints: [r, h1], ipv4: 10.0.1.0/24}\n" \
	"  - {endpoints: [r, h2], ipv4: 10.0.2.0/24, mtu: 600" more "}\n"

/* ARP, fragments made by hosts and by the router, errors, datagrams. */
static void busy(struct lab *lab)
{
	struct rig_prog p[5];

	rig_start(&p[0], lab, "h2", "echo -u 7");
	rig_start(&p[1], lab, "h1", "ping -c 5 -i 0.1 -s 2000 -M dont h2");
	/* Not in fragments: tshark keys those by protocol ^ id, and so mixes an
	 * echo's with a datagram's whose ids happen to differ by 16. */
	rig_start(&p[2], lab, "h1", "udpgen -c 40 -i 0.01 -s 500 h2 7");
	rig_start(&p[3], lab, "h2", "udpgen -c 5 -i 0.02 -s 100 h1 99");  /* no such port */
	rig_start(&p[4], lab, "h1", "traceroute h2");
	lab_run_until(lab, lab_now(lab) + SEC(20));
	CHECK(strstr(p[1].out.s, "5 received") != NULL || lab_drops(lab, DROP_LINK_LOSS));
	prog_interrupt(p[0].p);
	for (unsigned i = 0; i < N_ELEM(p); i++) {
		CHECK(prog_done(p[i].p));
		rig_end_prog(&p[i]);
	}
}

/* What left one end is what arrived at the other, in order, but for the drops
 * on the way; returns how many. */
static unsigned check_link(const struct capfile *f, const char *from, const char *to,
			   const char *why)
{
	unsigned out = capfile_if(f, from), in = capfile_if(f, to), k = 0, n = 0;
	bool same = true;

	for (unsigned i = 0; i < f->n; i++) {
		const struct caprec *r = &f->rec[i];

		if (r->ifno != out || r->dir != CAPTURE_OUT)
			continue;
		if (r->comment[0]) {
			CHECK_STR(r->comment, why);
			continue;
		}
		while (k < f->n && (f->rec[k].ifno != in || f->rec[k].dir != CAPTURE_IN))
			k++;
		same &= k < f->n && f->rec[k].len == r->len && f->rec[k].at > r->at &&
			memcmp(f->rec[k].bytes, r->bytes, r->len) == 0;
		k++;
		n++;
	}
	CHECK(same);
	CHECK_EQ(capfile_count(f, to, CAPTURE_IN, NULL), n);
	return n;
}

TEST(taps, what_leaves_an_end_arrives_at_the_other)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(LINE(""));
	int id = capfile_start(lab, "all", s.path, NULL);
	struct capfile f;
	unsigned n;

	busy(lab);
	f = capfile_stop(lab, id, s.path);
	CHECK_EQ(f.n_if, 4);
	n = check_link(&f, "h1:eth0", "r:eth0", "") + check_link(&f, "r:eth0", "h1:eth0", "") +
	    check_link(&f, "h2:eth0", "r:eth1", "") + check_link(&f, "r:eth1", "h2:eth0", "");
	CHECK_EQ(2 * n, f.n);
	CHECK(n > 200);
	CHECK_EQ(rig_info(lab, "h1:eth0").tx_packets, capfile_count(&f, "h1:eth0", CAPTURE_OUT, NULL));
	CHECK_EQ(rig_info(lab, "r:eth1").tx_packets, capfile_count(&f, "r:eth1", CAPTURE_OUT, NULL));
	capfile_free(&f);
	lab_free(lab);
	scratch_free(&s);
}

TEST(taps, and_what_does_not_says_why)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(LINE(", loss: 20%"));
	int id = capfile_start(lab, "all", s.path, NULL);
	struct capfile f;

	busy(lab);
	f = capfile_stop(lab, id, s.path);
	check_link(&f, "h1:eth0", "r:eth0", "");
	check_link(&f, "h2:eth0", "r:eth1", "dropped: link.loss");
	check_link(&f, "r:eth1", "h2:eth0", "dropped: link.loss");
	CHECK_EQ(capfile_count(&f, "r:eth1", CAPTURE_OUT, "dropped: link.loss"),
		 rig_info(lab, "r:eth1").drops[DROP_LINK_LOSS]);
	CHECK(capfile_count(&f, "r:eth1", CAPTURE_OUT, "dropped: link.loss") > 5);
	capfile_free(&f);
	lab_free(lab);
	scratch_free(&s);
}

/* --- which frames ----------------------------------------------------------------- */

TEST(taps, two_captures_at_once_see_each_its_own)
{
	struct scratch s1 = scratch_new(".pcapng"), s2 = scratch_new(".pcapng");
	struct lab *lab = rig_lab(LINE(", loss: 20%"));
	struct capture_info info[4];
	int all = capfile_start(lab, "all", s1.path, NULL);
	int one = capfile_start(lab, "r:eth1", s2.path, "icmp");
	struct capfile f1, f2;
	unsigned icmp = 0, dropped = 0;

	busy(lab);
	CHECK_EQ(lab_captures(lab, info, 4), 2);
	CHECK_EQ(info[0].id, all);
	CHECK_STR(info[1].what, "r:eth1");
	CHECK_STR(info[1].filter, "icmp");
	f1 = capfile_stop(lab, all, s1.path);
	CHECK_EQ(lab_captures(lab, info, 4), 1);
	CHECK_EQ(info[0].id, one);
	f2 = capfile_stop(lab, one, s2.path);
	CHECK_EQ(info[0].frames, f2.n);
	for (unsigned i = 0; i < f1.n; i++) {
		const struct caprec *r = &f1.rec[i];

		if (strcmp(f1.ifname[r->ifno], "r:eth1") == 0 &&
		    get_be16(r->bytes + 12) == ETHERTYPE_IP4 && r->bytes[23] == 1) {
			icmp++;
			dropped += r->comment[0] != 0;
		}
	}
	CHECK_EQ(f2.n_if, 1);
	CHECK_EQ(f2.n, icmp);
	CHECK_EQ(capfile_count(&f2, "r:eth1", CAPTURE_OUT, "dropped: link.loss"), dropped);
	CHECK(dropped > 0);
	capfile_free(&f1);
	capfile_free(&f2);
	lab_free(lab);
	scratch_free(&s1);
	scratch_free(&s2);
}

TEST(taps, a_direction_leaves_the_other_out)
{
	struct scratch s1 = scratch_new(".pcapng"), s2 = scratch_new(".pcapng");
	struct lab *lab = rig_lab(LINE(""));
	char err[256];
	int in = lab_capture_start(lab, "h1", s1.path, NULL, "in", err);
	int out = lab_capture_start(lab, "h1", s2.path, NULL, "out", err);
	struct capfile f1, f2;

	busy(lab);
	f1 = capfile_stop(lab, in, s1.path);
	f2 = capfile_stop(lab, out, s2.path);
	CHECK_EQ(capfile_count(&f1, "h1:eth0", CAPTURE_OUT, NULL), 0);
	CHECK_EQ(f1.n, rig_info(lab, "r:eth0").delivered_packets);
	CHECK_EQ(capfile_count(&f2, "h1:eth0", CAPTURE_IN, NULL), 0);
	CHECK_EQ(f2.n, rig_info(lab, "h1:eth0").tx_packets);
	capfile_free(&f1);
	capfile_free(&f2);
	lab_free(lab);
	scratch_free(&s1);
	scratch_free(&s2);
}

TEST(taps, an_interface_that_is_named_twice_is_captured_once)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(RIG_PAIR(""));
	int id = capfile_start(lab, "a,b,a:eth0,all", s.path, NULL);
	struct capfile f;

	rig_send(lab, "a:eth0", 100, 1);
	lab_run_until(lab, SEC(1));
	f = capfile_stop(lab, id, s.path);
	CHECK_EQ(f.n_if, 2);
	CHECK_EQ(f.n, 2);
	capfile_free(&f);
	lab_free(lab);
	scratch_free(&s);
}

TEST(taps, a_capture_begins_and_ends_in_the_middle)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct capfile f;
	int id;

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, MSEC(5));
	id = capfile_start(lab, "all", s.path, NULL);     /* 1 is on the wire */
	rig_send(lab, "a:eth0", 1000, 2);
	lab_run_until(lab, MSEC(20));
	f = capfile_stop(lab, id, s.path);       /* 2 is on it now */
	lab_run_until(lab, SEC(1));
	CHECK_EQ(f.n, 2);
	CHECK_EQ(f.rec[0].dir, CAPTURE_OUT);
	CHECK_EQ(f.rec[0].at, MSEC(5));
	CHECK_EQ(get_be32(f.rec[0].bytes + 14), 2);
	CHECK_EQ(f.rec[1].dir, CAPTURE_IN);
	CHECK_EQ(f.rec[1].at, MSEC(18));
	CHECK_EQ(get_be32(f.rec[1].bytes + 14), 1);
	CHECK_EQ(lab_capture_stop(lab, id), ERR_NOENT);
	CHECK_EQ(lab_capture_stop(lab, 0), OK);
	capfile_free(&f);
	lab_free(lab);
	scratch_free(&s);
}

TEST(taps, a_capture_survives_the_node_it_watches)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(RIG_PAIR(""));
	int id = capfile_start(lab, "b", s.path, NULL);
	struct capfile f;

	rig_send(lab, "a:eth0", 100, 1);
	lab_run_until(lab, SEC(1));
	node_stop(rig_node(lab, "b"));
	node_start(rig_node(lab, "b"));
	rig_send(lab, "a:eth0", 100, 2);
	lab_run_until(lab, SEC(2));
	f = capfile_stop(lab, id, s.path);
	CHECK_EQ(f.n, 2);
	capfile_free(&f);
	lab_free(lab);
	scratch_free(&s);
}

TEST(taps, a_wrong_request_says_what_was_expected)
{
	struct lab *lab = rig_lab(RIG_PAIR(""));
	char err[256] = "";

	CHECK_EQ(lab_capture_start(lab, "c", "/tmp/x.pcapng", NULL, NULL, err), ERR_NOENT);
	CHECK_STR(err, "capture: no node 'c', expected all, NODE or NODE:INTERFACE");
	CHECK_EQ(lab_capture_start(lab, "", "/tmp/x.pcapng", NULL, NULL, err), ERR_NOENT);
	CHECK_EQ(lab_capture_start(lab, "a,", "/tmp/x.pcapng", NULL, NULL, err), ERR_NOENT);
	CHECK_EQ(lab_capture_start(lab, "a:eth7", "/tmp/x.pcapng", NULL, NULL, err), ERR_NOENT);
	CHECK_STR(err, "capture: no such interface 'eth7' on a");
	CHECK_EQ(lab_capture_start(lab, "a", "/tmp/x.pcapng", NULL, "up", err), ERR_INVAL);
	CHECK_STR(err, "capture: direction 'up', expected in or out");
	CHECK(lab_capture_start(lab, "a", "/tmp/x.pcapng", "prot 7", NULL, err) < 0);
	CHECK(lab_capture_start(lab, "a", "/nowhere/x.pcapng", NULL, NULL, err) < 0);
	CHECK_STR(err, "cannot create /nowhere/x.pcapng: No such file or directory");
	CHECK_EQ(lab_captures(lab, NULL, 0), 0);
	CHECK(rig_end(lab, "a:eth0")->taps == NULL);
	lab_free(lab);
}

/* --- the file --------------------------------------------------------------------- */

static struct scratch capture_of(uint64_t seed)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab_seed(LINE(", jitter: 200us, loss: 5%, duplicate: 5%"), seed);

	capfile_start(lab, "all", s.path, NULL);
	busy(lab);
	lab_free(lab);                    /* ends the capture, too */
	return s;
}

TEST(taps, equal_seeds_make_equal_files)
{
	struct scratch s[3] = { capture_of(5), capture_of(5), capture_of(6) };
	uint8_t *b[3];
	size_t n[3];

	for (int i = 0; i < 3; i++)
		b[i] = slurp(s[i].path, &n[i]);
	CHECK(n[0] > 20000);
	CHECK(n[0] == n[1] && memcmp(b[0], b[1], n[0]) == 0);
	CHECK(n[0] != n[2] || memcmp(b[0], b[2], n[0]) != 0);
	for (int i = 0; i < 3; i++) {
		free(b[i]);
		scratch_free(&s[i]);
	}
}

/* What tshark says of all frames of a file. */
struct opinion {
	unsigned frames, malformed, bad, ip, udp, icmp_unreach, icmp_expired, arp, frags;
};

/* A field may have several values, "1,1": of the packet and of one it quotes. */
static bool has(const char *field, char value)
{
	return strchr(field, value) != NULL;
}

static struct opinion tshark(const char *path)
{
	struct opinion o = { 0 };
	char cmd[600], line[400];
	FILE *p;

	snprintf(cmd, sizeof(cmd), "tshark -n -r %s -o ip.check_checksum:TRUE "
		 "-o udp.check_checksum:TRUE -T fields -e ip.checksum.status "
		 "-e udp.checksum.status -e icmp.checksum.status -e icmp.type -e arp.opcode "
		 "-e ip.flags.mf -e _ws.malformed 2>/dev/null", path);
	p = popen(cmd, "r");
	REQUIRE(p != NULL);
	while (fgets(line, sizeof(line), p)) {
		char *at = line, *f[7];

		for (unsigned i = 0; i < N_ELEM(f); i++)
			f[i] = at ? strsep(&at, "\t\n") : line;
		o.frames++;
		o.bad += has(f[0], '0') || has(f[1], '0') || has(f[2], '0');      /* 1 is good */
		o.ip += has(f[0], '1');
		o.udp += has(f[1], '1');
		o.icmp_unreach += strcmp(f[3], "3") == 0;
		o.icmp_expired += strcmp(f[3], "11") == 0;
		o.arp += f[4][0] != 0;
		o.frags += has(f[5], '1');
		o.malformed += f[6][0] != 0;
	}
	CHECK_EQ(pclose(p), 0);
	return o;
}

TEST(taps, tshark_finds_nothing_wrong)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab(LINE(""));
	struct opinion o;
	uint64_t frames;

	capfile_start(lab, "all", s.path, NULL);
	busy(lab);
	frames = rig_info(lab, "h1:eth0").tx_packets + rig_info(lab, "r:eth0").tx_packets +
		 rig_info(lab, "r:eth1").tx_packets + rig_info(lab, "h2:eth0").tx_packets;
	lab_free(lab);
	if (system("command -v tshark >/dev/null 2>&1") != 0) {
		printf("     no tshark here: not asked\n");
		scratch_free(&s);
		return;
	}
	o = tshark(s.path);
	CHECK_EQ(o.frames, 2 * frames);   /* at both ends of a link */
	CHECK_EQ(o.malformed, 0);
	CHECK_EQ(o.bad, 0);
	CHECK(o.ip > 200);
	CHECK(o.udp > 40);
	CHECK(o.icmp_unreach > 0);
	CHECK(o.icmp_expired > 0);
	CHECK_EQ(o.arp, 2 * 8);           /* four questions and answers */
	CHECK(o.frags > 20);
	scratch_free(&s);
}
