// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/uplink.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/keeper_proc.h"
#include "sim/topo/topo.h"

#define TUN_PATH "/dev/net/tun"
#define ROUTES_PATH "/proc/net/route"

static bool may_set_addresses(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &h, have) == 0 &&
	       have[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN);
}

static bool if_exists(const char *ifname)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };
	bool there;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	there = fd >= 0 && ioctl(fd, SIOCGIFINDEX, &ifr) == 0;
	if (fd >= 0)
		close(fd);
	return there;
}

/* An interface of the machine is not to be taken for the node's. */
static bool names_are_free(const struct lab *lab, char err[256])
{
	const struct node *n = lab->nodes[lab_topo(lab)->uplink->node];

	for (uint32_t i = 0; i < n->n_ends; i++)
		if (if_exists(n->ends[i]->dev.name)) {
			snprintf(err, 256, "--uplink: this machine already has an interface %s: "
				 "give that of %s another name", n->ends[i]->dev.name,
				 node_name(n));
			return false;
		}
	return true;
}

/* One line of the kernel's table, "lo 0000007F 00000000 0001 0 0 0 000000FF":
 * addresses are in the byte order of the wire. */
static bool route_read(const char *line, char ifname[IFNAMSIZ], struct prefix *to)
{
	uint32_t dest, mask;

	if (sscanf(line, "%15s %" SCNx32 " %*s %*s %*s %*s %*s %" SCNx32, ifname, &dest,
		   &mask) != 3)
		return false;
	*to = (struct prefix){ .addr = addr_ip4(ntohl(dest)),
			       .len = (uint8_t)__builtin_popcount(mask) };
	return true;
}

/* Where the machine already goes, the lab must not be. */
static bool nets_are_free(const struct topo_uplink *up, char err[256])
{
	FILE *f = fopen(ROUTES_PATH, "re");
	char line[256], ifname[IFNAMSIZ], mine[PREFIX_STRLEN], its[PREFIX_STRLEN];
	struct prefix to;
	bool ok = true;

	while (f && ok && fgets(line, sizeof(line), f))
		for (size_t i = 0; ok && i < up->n_nets && route_read(line, ifname, &to); i++) {
			const struct prefix *net = &up->nets[i];

			if (to.len < net->len || !prefix_has(net, &to.addr))
				continue;
			snprintf(err, 256, "--uplink: this machine has a route to %s already, by "
				 "%s: the lab's %s would hide it", prefix_fmt(&to, its), ifname,
				 prefix_fmt(net, mine));
			ok = false;
		}
	if (f)
		fclose(f);
	return ok;
}

bool uplink_check(const struct lab *lab, char err[256])
{
	if (access(TUN_PATH, F_OK) != 0)
		snprintf(err, 256, "--uplink: " TUN_PATH " is missing: `modprobe tun` as root, or "
			 "a kernel with TUN");
	else if (!may_set_addresses() || access(TUN_PATH, R_OK | W_OK) != 0)
		snprintf(err, 256, "--uplink: needs root: it makes interfaces, addresses and "
			 "routes of this machine");
	else
		return names_are_free(lab, err) && nets_are_free(lab_topo(lab)->uplink, err);
	return false;
}

bool uplink_set(const struct lab *lab, char err[256])
{
	const struct buf *batch = &lab_topo(lab)->uplink->batch;
	int fd = batch->bad ? -1 : keeper_text(batch->s, batch->len);
	char why[256];
	bool ok;

	if (fd < 0) {
		snprintf(err, 256, "--uplink: %s", batch->bad ? "out of memory" : strerror(errno));
		return false;
	}
	ok = keeper_ip_run(fd, -1, -1, why);
	close(fd);
	if (!ok)
		snprintf(err, 256, "--uplink: %.240s", why);
	return ok;
}
