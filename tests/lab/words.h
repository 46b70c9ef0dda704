/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LAB_WORDS_H
#define TESTS_LAB_WORDS_H
/*
 * A socket of a lab host that does what its words say, one after the other, as
 * tests/lab/linux_peer.py does on Linux; meanwhile lab time moves.
 *
 *	send N   recv N   both N M   eof   shut   close   linger0   sleep S   fails ERRNO
 *	gone S   keepalive
 *	urgent N   inline   oob N   till N   past   told   sndbuf N   options
 *	dark          nothing comes over the first link any more, either way
 */
#include "sim/lab.h"
#include "stack/socket.h"

struct words {
	struct lab *lab;
	const char *node;
	struct sock *listener, *sk;
	uint64_t sent, got;
	char why[120];                    /* what was not as the words said; "" */
};

void words_listen(struct words *w, uint16_t port);
/* Until there is a connection, then the words; false: see why. */
bool words_accept(struct words *w, const char *words);
bool words_connect(struct words *w, ip4_t to, uint16_t port, const char *words);
void words_end(struct words *w);          /* closes what is still open */

#endif
