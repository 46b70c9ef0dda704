// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * tap:NAME  a TAP interface of this machine.  One that exists, made with
 *           `ip tuntap add NAME mode tap`, is used as it is and stays; else
 *           one is made, with the link's MTU, up and without IPv6, which goes
 *           when netloom ends, however it ends: the kernel removes it with
 *           its last descriptor.
 * tap:      one is made under the first free name of nl0, nl1, ...
 *
 * The driver is promised no offload, so that it hands over whole frames: the
 * kernel itself cuts super-frames and completes checksums.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/port.h"
#include "stack/wire/eth.h"

#define TUN_PATH "/dev/net/tun"
#define FREE_NAME "nl%d"
#define FRAME_MAX (PKT_MAX + ETH_VLAN_LEN)

struct tap {
	char ifname[IFNAMSIZ];
	bool made;                        /* by us: it has our settings, and goes with us */
	bool gone;                        /* somebody deleted it */
	uint8_t frame[FRAME_MAX];
};

/* --- the interface that we made ----------------------------------------------------- */

/* One ioctl of a network interface, by name; false with errno. */
static bool if_ioctl(unsigned long what, struct ifreq *ifr, const char *ifname)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd < 0)
		return false;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", ifname);
	ok = ioctl(fd, what, ifr) == 0;
	close(fd);
	return ok;
}

/* Nobody asked for router solicitations and such.  There is no such file in
 * a kernel without IPv6. */
static void turn_ip6_off(const char *ifname)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", ifname);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		errno = 0;
	close(fd);
}

static bool bring_up(const struct tap *tap, uint32_t mtu, char err[256])
{
	struct ifreq ifr = { .ifr_mtu = (int)mtu };

	turn_ip6_off(tap->ifname);
	if (if_ioctl(SIOCSIFMTU, &ifr, tap->ifname) && if_ioctl(SIOCGIFFLAGS, &ifr, tap->ifname)) {
		ifr.ifr_flags |= IFF_UP;
		if (if_ioctl(SIOCSIFFLAGS, &ifr, tap->ifname))
			return true;
	}
	snprintf(err, 256, "%s: with an MTU of %u it cannot be brought up: %s", tap->ifname, mtu,
		 strerror(errno));
	return false;
}

/* --- opening -------------------------------------------------------------------------- */

static int tun_open(char err[256])
{
	int fd = open(TUN_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		snprintf(err, 256, TUN_PATH ": no permission to write: run netloom as root, or let "
			 "the user write there");
	else if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		snprintf(err, 256, TUN_PATH " is missing: `modprobe tun` as root, or a kernel "
			 "with TUN");
	else
		snprintf(err, 256, TUN_PATH ": %s", strerror(errno));
	return -1;
}

static void tun_explain(const char *name, int eno, char err[256])
{
	if (eno == EPERM)
		snprintf(err, 256, "TAP %s: needs CAP_NET_ADMIN, or `ip tuntap add %s mode tap "
			 "user %u` as root", name, name, (unsigned)getuid());
	else if (eno == EBUSY)
		snprintf(err, 256, "TAP %s: another program has it", name);
	else if (eno == EINVAL)
		snprintf(err, 256, "TAP %s: there is an interface of this name that is no TAP, "
			 "or no interface may have this name", name);
	else
		snprintf(err, 256, "TAP %s: %s", name, strerror(eno));
}

/* Takes the TAP of this name, or makes it; ifr says which. */
static bool tun_attach(int fd, const char *name, struct ifreq *ifr)
{
	static const short queues[] = { 0, IFF_MULTI_QUEUE };

	for (size_t i = 0; i < N_ELEM(queues); i++) {
		*ifr = (struct ifreq){ .ifr_flags = (short)(IFF_TAP | IFF_NO_PI | queues[i]) };
		snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
		if (ioctl(fd, TUNSETIFF, ifr) == 0)
			return ioctl(fd, TUNSETOFFLOAD, 0UL) == 0 && ioctl(fd, TUNGETIFF, ifr) == 0;
		if (errno != EINVAL)
			return false;
	}
	return false;
}

/* Everything but memory and the descriptor, which the caller has. */
static bool tap_setup(struct port *pt, struct tap *tap, const char *arg, char err[256])
{
	const char *name = *arg ? arg : FREE_NAME;
	struct ifreq ifr;

	if (!tun_attach(pt->fd, name, &ifr)) {
		tun_explain(name, errno, err);
		return false;
	}
	snprintf(tap->ifname, sizeof(tap->ifname), "%s", ifr.ifr_name);
	tap->made = !(ifr.ifr_flags & IFF_PERSIST);
	return !tap->made || bring_up(tap, pt->end->dev.mtu, err);
}

static bool tap_open(struct port *pt, const char *arg, char err[256])
{
	struct tap *tap;

	if (strlen(arg) >= IFNAMSIZ) {
		snprintf(err, 256, "'%.40s': expected at most %d bytes", arg, IFNAMSIZ - 1);
		return false;
	}
	pt->fd = tun_open(err);
	if (pt->fd < 0)
		return false;
	pt->priv = tap = calloc(1, sizeof(*tap));
	if (tap && tap_setup(pt, tap, arg, err))
		return true;
	if (!tap)
		snprintf(err, 256, "out of memory");
	close(pt->fd);
	pt->fd = -1;
	free(tap);
	return false;
}

static void tap_close(struct port *pt)
{
	int fd = pt->other_fd >= 0 ? pt->other_fd : pt->fd;

	port_watch(pt, -1, false);
	close(fd);
	free(pt->priv);
}

/* --- frames ------------------------------------------------------------------------------ */

/* Somebody deleted the interface: the descriptor would be readable for ever. */
static void tap_lost(struct port *pt)
{
	struct tap *tap = pt->priv;

	tap->gone = true;
	pt->other_fd = pt->fd;
	port_watch(pt, -1, false);
	lab_say(pt->end->link->lab, "%s %s: interface %s is gone", port_node_name(pt),
		port_ifname(pt), tap->ifname);
}

static void tap_read(struct port *pt)
{
	struct tap *tap = pt->priv;

	for (int i = 0; i < PORT_BATCH; i++) {
		ssize_t n = read(pt->fd, tap->frame, sizeof(tap->frame));

		if (n >= 0) {
			port_rx(pt, tap->frame, (size_t)n);
		} else {
			if (errno == EBADFD)
				tap_lost(pt);
			return;
		}
	}
}

static bool tap_write(struct port *pt, const struct pkt *p)
{
	struct tap *tap = pt->priv;
	size_t n = pkt_copy_out(p, 0, tap->frame, sizeof(tap->frame));

	return !tap->gone && write(pt->fd, tap->frame, n) == (ssize_t)n;
}

/* Of one that we made, the cable is the link. */
static void tap_carrier(struct port *pt, bool on)
{
	const struct tap *tap = pt->priv;
	int carrier = on;

	if (tap->made && !tap->gone)
		(void)ioctl(pt->fd, TUNSETCARRIER, &carrier);
}

static void tap_state(const struct port *pt, char *out, size_t room)
{
	const struct tap *tap = pt->priv;
	struct ifreq now = { 0 }, ifr = { 0 };        /* now: its name may have changed */

	if (tap->gone || ioctl(pt->fd, TUNGETIFF, &now) != 0 ||
	    !if_ioctl(SIOCGIFFLAGS, &ifr, now.ifr_name))
		snprintf(out, room, "%s is gone", tap->ifname);
	else
		snprintf(out, room, "%s is %s", now.ifr_name, !(ifr.ifr_flags & IFF_UP) ? "down" :
			 ifr.ifr_flags & IFF_RUNNING ? "up" : "without carrier");
}

const struct port_ops port_tap = {
	.word = "tap", .what = "a TAP interface of this machine; without a name one is made",
	.open = tap_open, .read = tap_read, .write = tap_write, .carrier = tap_carrier,
	.state = tap_state, .close = tap_close,
};
