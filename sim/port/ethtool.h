/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_ETHTOOL_H
#define SIM_PORT_ETHTOOL_H

/* Every frame of an interface of this namespace is whole from now on, with its
 * checksums done and no longer than the MTU, and the checksums of frames that
 * come to it are verified.  What the driver does not know is left. */
void ethtool_plain(const char *ifname);

#endif
