/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_SHOW_H
#define STACK_WIRE_SHOW_H
/*
 * A frame as one line of text for traces, in the words of `tcpdump -n`
 * without its time stamp:
 *
 *	IP 10.0.1.2 > 10.0.2.2: ICMP echo request, id 7, seq 1, length 64
 *
 * It goes beyond tcpdump where that needs -v or -e: fragments end in
 * "(frag ID:BYTES@OFFSET+)", a VLAN tag is named, and OSPF is shown as far as
 * ospf_show() goes.  What the frame is too short for ends in a mark such as
 * "[|ip]".  TCP's numbers are as they stand, as with -S.  Transports that are
 * not decoded here show as "ip-proto-47 44": the payload's bytes.
 */
#include <stddef.h>
#include <stdint.h>

#include "stack/util/buf.h"

/* Appends to out, without a newline; reads only frame[0, len). */
void wire_show(const uint8_t *frame, size_t len, struct buf *out);

#endif
