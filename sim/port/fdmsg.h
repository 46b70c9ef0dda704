/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_FDMSG_H
#define SIM_PORT_FDMSG_H
/* Messages that carry file descriptors, over a unix(7) SOCK_SEQPACKET pair. */
#include <stdbool.h>
#include <stddef.h>

#define FDMSG_FDS 8                       /* a message carries at most so many */

/* A pair of ends, close-on-exec; false with errno. */
bool fdmsg_pair(int pair[2]);
/* One message and n_fds descriptors, which stay the caller's; false with errno. */
bool fdmsg_send(int sock, const void *msg, size_t n, const int *fds, size_t n_fds);
/* One message of exactly n bytes, and its descriptors, close-on-exec and the
 * caller's; waits for it.  How many there were, or -1: the other end is gone,
 * or sent something else. */
int fdmsg_recv(int sock, void *msg, size_t n, int fds[FDMSG_FDS]);

#endif
