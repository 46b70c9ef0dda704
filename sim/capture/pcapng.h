/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_PCAPNG_H
#define SIM_CAPTURE_PCAPNG_H
/*
 * pcapng (draft-ietf-opsawg-pcapng), one section of Ethernet interfaces,
 * little-endian on every machine:
 *
 *	SHB  section header        shb_userappl "netloom", and nothing else: no
 *	                           hardware, no operating system
 *	IDB  interface             if_name, if_speed when known, if_tsresol 10^-9
 *	EPB  frame                 epb_flags with the direction, opt_comment
 *
 * An IDB may stand between EPBs: interfaces appear while a lab runs.
 */
#include "sim/capture/writer.h"

extern const struct capture_format capture_pcapng;

#endif
