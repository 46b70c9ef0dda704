/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_UDPGEN_H
#define SIM_PROG_UDPGEN_H
/*
 * What udpgen sends and udpsink counts: three big-endian 64-bit numbers, then
 * zeros.  A shorter datagram has only those that fit.
 */
#define UDPGEN_SEQ 0                      /* from 0 */
#define UDPGEN_COUNT 8                    /* how many there will be; 0: no end */
#define UDPGEN_AT 16                      /* lab time when it was sent, ns */
#define UDPGEN_HEADER 24
#define UDPGEN_MIN 8

#define UDPGEN_MAX 65507                  /* bytes of UDP payload */

#endif
