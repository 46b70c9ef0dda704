/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_RECORD_H
#define SIM_PORT_RECORD_H
/*
 * A record of what entered the lab, so that replay.h can repeat the run.  It
 * is a pcapng file of the lab's epoch; an interface is called as in captures,
 * "node:interface".
 *
 *	inbound frame              entered the lab at that instant
 *	inbound, empty, comment    "carrier on" or "carrier off": what the other
 *	                           side's interface became at that instant
 *	outbound, empty, comment   "refused from N" or "taken from N": from the
 *	                           N-th frame on (from 0) that was to go out, the
 *	                           door was shut, or open again
 *
 *	outbound, empty, comment   "clock N": the lab's time began at this second of
 *	                           the wall clock (ospf_lab_clock())
 *
 * The interface "node:port/udp" is of a port that is exposed (expose.h): its
 * frames are the datagrams that came, with the addresses of the real machine.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab;
struct pkt;
struct port;

/* What a port has to say; nothing happens while nothing is recorded. */
void record_frame(struct port *pt, const struct pkt *p);
void record_carrier(struct port *pt, bool on);
/* The frame that is to go out now, and those after it, do not (or do again). */
void record_refusal(struct port *pt, bool refused);
/* Bytes that entered by interface *ifno (-1: it has no number yet). */
void record_bytes(struct lab *lab, int *ifno, const char *name, const void *bytes, size_t n);

/* The file is whole up to now. */
void record_flush(struct lab *lab);
/* True if this file is being written. */
bool record_is_of(const struct lab *lab, const char *path);
/* Ends the record; OK, ERR_NOENT if there is none, or ERR_IO. */
int record_close(struct lab *lab);

#endif
