/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_PACKET_H
#define SIM_PORT_PACKET_H
/*
 * Frames of a Linux interface through packet(7), for the kinds of port that
 * have one.  Theirs is pt->packet, their own is pt->priv:
 *
 *	int fd = packet_socket("eth0", err);         in the namespace of eth0
 *	if (fd >= 0 && !packet_attach(pt, fd, err))
 *		close(fd);
 *
 * and then packet_read(), packet_write() and packet_flush() are good as they
 * are in a struct port_ops; close calls packet_detach().
 *
 * What a port sends goes around the interface's queueing discipline: half as
 * fast again, but tcpdump(8) on that very interface shows only what comes in;
 * at the other end of the cable, as inside a namespace, it shows everything.
 *
 * Frames come in whole: what the kernel left to the device (checksums, cutting
 * of super-frames, VLAN tags) is done here, see offload.h.  What a port sends
 * never comes back to it.  An interface that goes down, or away, loses frames
 * in both directions until it is back under its name.
 */
#include <stdbool.h>
#include <stddef.h>

struct pkt;
struct port;

/* A socket on an interface of the calling thread's network namespace, bound,
 * promiscuous and non-blocking, which goes on working when the thread leaves
 * that namespace or hands it to another process.  Or -1, with one sentence in
 * err.  Needs CAP_NET_RAW there; changes no setting of the interface. */
int packet_socket(const char *ifname, char err[256]);

/* The port reads and writes the socket from now on, and owns it; sets pt->fd.
 * False: no memory, err says so, and the caller still owns fd. */
bool packet_attach(struct port *pt, int fd, char err[256]);
/* Ends what packet_attach() began; fine if it did not. */
void packet_detach(struct port *pt);

void packet_read(struct port *pt);
bool packet_write(struct port *pt, const struct pkt *p);
void packet_flush(struct port *pt);

#endif
