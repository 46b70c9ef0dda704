/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_PCAP_H
#define SIM_CAPTURE_PCAP_H
/*
 * Classic pcap with nanoseconds, through libpcap, for tools that read nothing
 * newer.  It has no place for interface names, directions and comments: all
 * interfaces are merged and the rest is left out.
 */
#include "sim/capture/writer.h"

extern const struct capture_format capture_pcap;

#endif
