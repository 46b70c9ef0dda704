// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/ethtool.h"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stack/util/cc.h"

void ethtool_plain(const char *ifname)
{
	/* Checksums first: the rest depends on them.  SFLAGS 0 also leaves VLAN
	 * tags in the frame. */
	static const uint32_t off[] = {
		ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SUFO,
		ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_SFLAGS,
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };

	if (fd < 0)
		return;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	for (size_t i = 0; i < N_ELEM(off); i++) {
		struct ethtool_value v = { .cmd = off[i] };

		ifr.ifr_data = (void *)&v;
		(void)ioctl(fd, SIOCETHTOOL, &ifr);
	}
	close(fd);
}
