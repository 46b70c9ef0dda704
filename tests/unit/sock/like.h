/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SOCK_LIKE_H
#define TESTS_UNIT_SOCK_LIKE_H
/*
 * The same calls on a real Linux socket and on one of netloom's, both on a
 * loopback of their own: what either answers must be what the script says.
 *
 *	LIKE("tcp a\n"
 *	     "connect a lo 1 = EINPROGRESS\n"
 *	     "until a err\n"
 *	     "error a = ECONNREFUSED\n");
 *
 * A line is a call, and its result behind " = "; 0, or nothing asked of it,
 * where that is left out.  Sockets are letters and never block.  Addresses:
 * any, lo, lo2 (127.0.0.2), far (not ours); ports are small and the script's
 * own.  "= LINUX | NETLOOM" is where we differ on purpose; "*" is whatever it
 * likes, as where the machine's settings count.
 *
 *	tcp A, udp A, socket A TYPE PROTO     close A
 *	bind A ADDR PORT                      connect A ADDR PORT
 *	listen A N, accept A B                connect A none
 *	shutdown A rd|wr|rdwr|HOW             name A, peer A
 *	send A N [FLAG..], recv A N [FLAG..]  to A ADDR PORT N
 *	ready A                               until A BIT: waits until it is ready so
 *	error A                               inq A, outq A
 *	set A OPTION VALUE [BYTES]            get A OPTION [BYTES]
 *	state A                               fill A, drain A: until no more
 *	epoll E, add E A BITS, mod E A BITS, del E A, wait E [MAX]
 *
 * Without a network namespace to itself only netloom is asked.
 */
#include "stack/socket.h"
#include "tests/unit/test.h"

enum like_bit {                           /* of poll(2) and epoll(7), which agree */
	LB_IN = 1, LB_PRI = 2, LB_OUT = 4, LB_ERR = 8, LB_HUP = 0x10, LB_RDHUP = 0x2000,
	LB_ONESHOT = 1 << 30, LB_ET = (int)(1u << 31),
};
struct like_event { uint32_t events; uint32_t data; };

/* One of the two.  Results are those of the system call, errors -errno. */
struct face {
	const char *name;
	int (*open)(struct face *f, int type, int proto);
	int (*close)(struct face *f, int h);
	int (*bind)(struct face *f, int h, ip4_t a, uint16_t port);
	int (*connect)(struct face *f, int h, ip4_t a, uint16_t port, bool none);
	int (*listen)(struct face *f, int h, int backlog);
	int (*accept)(struct face *f, int h);
	int (*shutdown)(struct face *f, int h, int how);
	int (*name_of)(struct face *f, int h, bool peer, ip4_t *a, uint16_t *port);
	ssize_t (*send)(struct face *f, int h, const void *b, size_t n, int flags, ip4_t to,
			uint16_t port);
	ssize_t (*recv)(struct face *f, int h, void *b, size_t n, int flags);
	int (*poll)(struct face *f, int h);       /* enum like_bit */
	int (*ioctl)(struct face *f, int h, unsigned long what, int *v);
	int (*setopt)(struct face *f, int h, int level, int o, const void *v, size_t n);
	int (*getopt)(struct face *f, int h, int level, int o, void *v, size_t *n);
	int (*set_open)(struct face *f);
	int (*set_ctl)(struct face *f, int set, int op, int h, uint32_t events, uint32_t data);
	int (*set_wait)(struct face *f, int set, struct like_event *ev, int max);
	void (*pass)(struct face *f);             /* lets happen what is under way */
};

struct face *face_netloom_new(void);
void face_netloom_free(struct face *f);
struct face *face_linux(void);            /* NULL: no namespace for it */

void like_run(const char *script, const char *file, int line);
#define LIKE(script) like_run(script, __FILE__, __LINE__)

#endif
