/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_FILTER_H
#define SIM_CAPTURE_FILTER_H
/*
 * A BPF expression over Ethernet frames, compiled and run by libpcap: the
 * language of pcap-filter(7), as in tcpdump.
 *
 * Libpcap's compiler is not safe in two threads at once: compile on the
 * thread that owns the lab.  Matching is safe anywhere.  Names in an
 * expression ("host www") are libpcap's to resolve and may ask the machine's
 * resolver; whoever wants equal runs everywhere writes addresses.
 */
#include <stdbool.h>
#include <stddef.h>

struct capture_filter;

/* NULL on error, with one sentence in err.  An empty expression takes all. */
struct capture_filter *capture_filter_new(const char *expr, char err[256]);
void capture_filter_free(struct capture_filter *flt);     /* NULL is fine */
bool capture_filter_match(const struct capture_filter *flt, const void *frame, size_t len);

#endif
