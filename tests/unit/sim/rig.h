/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SIM_RIG_H
#define TESTS_UNIT_SIM_RIG_H
/*
 * Labs for tests of the running simulator, from the text of a lab file, with
 * ends named as there: "a:eth0".  Test frames have an EtherType that no stack
 * knows and a number that tells them apart; an ear hears them arrive:
 *
 *	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
 *	struct rig_ear *b = rig_ear(lab, "b:eth0");
 *
 *	rig_send(lab, "a:eth0", 1000, 1);
 *	lab_run_until(lab, SEC(1));
 *	CHECK_EQ(b->got[0].at, MSEC(18));
 *	rig_deaf(b);
 *	lab_free(lab);                    asserts that every packet came back
 */
#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/socket.h"
#include "tests/unit/test.h"

#define RIG_PAIR(link) \
	"nodes: {a: {}, b: {}}\nlinks:\n" \
	"  - {endpoints: [a, b], ipv4: 10.0.0.0/24, " link "}\n"

#define RIG_ETHERTYPE 0x88b5              /* for local experiments (IEEE 802) */
#define RIG_MIN 18                        /* Ethernet header and the number */

/* NULL seed: the file's.  Ends the test if there is any error.  A file without the word
 * routing has none, so that nothing but the test sends. */
struct lab *rig_lab(const char *yaml);
struct lab *rig_lab_seed(const char *yaml, uint64_t seed);
struct node *rig_node(struct lab *lab, const char *name);
/* The end of a link by its interface. */
struct link_end *rig_end(struct lab *lab, const char *end);
struct link_end_info rig_info(struct lab *lab, const char *end);
/* link_set() on the first link, words separated by blanks; "" for OK, else
 * the sentence, until the next call. */
const char *rig_set(struct lab *lab, int side, const char *words);
/* lab_link_add(), likewise. */
const char *rig_link_add(struct lab *lab, const char *a, const char *b, const char *words);
/* Such words into argv, max of them at most; how many.  line is cut up. */
int rig_split(char *line, char **argv, int max);

/* A test frame of n bytes leaves now, broadcast; what xmit says. */
int rig_send(struct lab *lab, const char *end, size_t n, uint32_t tag);
int rig_send_bytes(struct lab *lab, const char *end, const void *bytes, size_t n);
void rig_frame(uint8_t *out, size_t n, struct mac dst, uint32_t tag);
/* One every gap, numbered from 1, and then time to arrive. */
void rig_send_train(struct lab *lab, const char *end, unsigned count, size_t n, ns_t gap);

#define RIG_HEARD 12000
struct rig_ear {
	struct sk_watch watch;            /* watch.sk is NULL once the node is stopped */
	unsigned n;                       /* frames heard, may pass RIG_HEARD */
	struct { ns_t at; uint32_t tag, len; } got[RIG_HEARD];
	uint8_t last[2048];               /* the last one's bytes */
};
struct rig_ear *rig_ear(struct lab *lab, const char *end);
void rig_deaf(struct rig_ear *ear);
/* The tags in order of arrival, "1 3 2". */
const char *rig_tags(const struct rig_ear *ear, char *out, size_t room);

/* What a program printed. */
struct rig_prog { struct prog *p; struct buf out; };
void rig_start(struct rig_prog *rp, struct lab *lab, const char *node, const char *words);
void rig_end_prog(struct rig_prog *rp);

/* UDP.  rig_udp() binds (0: any port); rig_udp_send() sends now. */
struct sock *rig_udp(struct lab *lab, const char *node, uint16_t port);
ssize_t rig_udp_send(struct lab *lab, const char *node, struct sock *sk, const char *to,
		     uint16_t port, size_t n);

/* Every counter of packets in use is 0. */
void rig_check_empty(struct lab *lab);
/* The events that say() heard, a line each. */
void rig_hear_events(struct lab *lab, struct buf *lines);

#endif
