/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_PACKETDRILL_CMD_H
#define SHELL_PACKETDRILL_CMD_H
/* netloom packetdrill FILE.pkt...: segment scripts (sim/pktdrill/pktdrill.h).
 * Status: 0 none failed and one passed, 1 one failed, 2 usage, or a file that cannot be read;
 * 77 if all were skipped. */
int packetdrill_main(int argc, char **argv);

#endif
