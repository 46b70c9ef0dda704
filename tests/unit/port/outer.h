/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PORT_OUTER_H
#define TESTS_UNIT_PORT_OUTER_H
/*
 * What is behind a door, for tests: a network namespace of the test's own, and
 * somebody on the other side of a port of each kind.  The lab is a host "a"
 * and a door "x" on one link; frames are those of rig.h:
 *
 *	struct outer o;
 *
 *	outer_open(&o, &outer_kinds[i], "");
 *	rig_send(o.lab, "a:eth0", 60, 7);
 *	CHECK(outer_hear(&o, 60, 7));
 *	outer_close(&o);
 */
#include "tests/unit/sim/rig.h"

/* The test is alone in a network namespace from now on, where it may do as it
 * likes.  NULL, or why that cannot be; both last. */
const char *outer_own_net(void);
/* The same, and no TAP can be made there. */
const char *outer_no_tap(void);
/* ip(8) with these words; false if it failed. */
bool outer_ip(const char *fmt, ...) printf_like(1, 2);
/* A raw socket on an interface, for test frames that come in there. */
int outer_raw(const char *ifname);
/* veth "va" and "vb", up, with this MTU. */
void outer_veth(unsigned mtu);
/* A UDP socket of Linux at 10.0.0.2 on an interface, connected to port 9 of
 * "a", whose MAC it is told. */
int outer_linux_udp(struct lab *lab, const char *ifname);
/* Runs the lab until that datagram of n bytes 0, 1, 2 ... arrives at sk. */
bool outer_datagram(struct lab *lab, struct sock *sk, size_t n);
/* What a program of its own finds who may not open doors; "" if it can. */
void outer_powerless(const char *spec, char *said, size_t room);
/* The next test frame that waits, or 0 bytes. */
size_t outer_raw_recv(int fd, void *to, size_t room);

struct outer;

struct outer_kind {
	const char *word;
	const char *(*why_not)(void);     /* to ask first; NULL: always can */
	/* Before the lab exists: the port's spec. */
	void (*prepare)(struct outer *o, char *spec, size_t room);
	void (*meet)(struct outer *o);  /* once the port is open */
	/* false: no room; let the lab run */
	bool (*send)(struct outer *o, const void *frame, size_t n);
	size_t (*recv)(struct outer *o, void *to, size_t room);  /* 0: none waits */
	void (*leave)(struct outer *o); /* the peer goes away; meet() brings it back */
	void (*clean)(struct outer *o);
};

extern const struct outer_kind outer_kinds[];
extern const unsigned outer_n_kinds;

struct outer {
	const struct outer_kind *kind;
	struct lab *lab;
	struct rig_ear *ear;              /* of a:eth0 */
	int fd;
	char path[100];                   /* the kind's */
	bool left;                        /* met before */
	uint8_t in[70000];                /* the kind's: bytes of a stream */
	size_t in_len;
};

/* link: words of the lab file's link, such as "mtu: 9000"; "" for none. */
void outer_open(struct outer *o, const struct outer_kind *kind, const char *link);
void outer_close(struct outer *o);

/* A test frame, tagged, comes from outside; the lab runs if there is no room. */
void outer_send(struct outer *o, size_t n, uint32_t tag);
/* Runs the lab until a has heard that many frames in all; false: it never did. */
bool outer_heard(struct outer *o, unsigned n);
/* Runs the lab until the next frame is heard outside: exactly this one?  */
bool outer_hear(struct outer *o, size_t n, uint32_t tag);
/* Runs the lab so that whatever is under way arrives. */
void outer_settle(struct outer *o);
/* Runs the lab until Linux has noticed a carrier that is back, and sends again. */
void outer_ready(struct outer *o);
/* What `show ports` says. */
struct port_info outer_info(const struct outer *o);

#endif
