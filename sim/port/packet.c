// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * In: a ring that the kernel writes into (TPACKET_V2), a frame a slot.  A
 * frame that is longer than a slot waits in the socket's queue, too, whole.
 * Out: sendmmsg(2), as many frames as one instant of the lab sent.
 *
 * The ring costs no system call a frame, and holds thousands of frames where
 * the socket buffer of an ordinary user holds about 500 small ones.
 */
#include "sim/port/packet.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/offload.h"
#include "sim/port/port.h"
#include "stack/wire/eth.h"

/* Kernel memory: of a port, at 500,000 frames/s enough for the 8 ms in which
 * a busy machine may forget us, and of all doors of a lab together. */
#define RING_BYTES (8u << 20)
#define RING_BYTES_MIN (256u << 10)
#define RINGS_BYTES (64u << 20)
#define RING_BLOCK (64u << 10)
#define SLOT_LEN 2048
#define RCVBUF (4 << 20)                  /* for frames longer than a slot */
#define SNDBUF (4 << 20)
#define OUT_ROOM (256 * 1024)
#define LOOK_AGAIN SEC(1)                 /* for an interface that is gone */
#define LONGEST (OFFLOAD_TAG_LEN + PKT_MAX + 128)  /* a super-frame, with some headers */

struct packet {
	uint8_t *ring;                    /* mapped */
	uint32_t n_slots, next;           /* next: which the kernel fills next */
	char ifname[IFNAMSIZ];
	bool gone;                        /* no interface of this name */
	struct node_timer again;          /* looks for it */
	struct port *pt;
	unsigned n_out;
	uint32_t out_len;
	struct mmsghdr msgs[PORT_BATCH];
	struct iovec iov[PORT_BATCH][2];
	uint8_t out[OUT_ROOM];
	uint8_t in[LONGEST];            /* one that was longer than a slot */
};

/* Ours are whole: nothing is left to the card. */
static const struct virtio_net_hdr whole;

/* --- sockets -------------------------------------------------------------------- */

/* What is asked of the socket before it sees a frame. */
static bool socket_configure(int fd)
{
	static const struct { int opt, value; } opts[] = {
		{ PACKET_VERSION, TPACKET_V2 }, { PACKET_VNET_HDR, 1 }, { PACKET_AUXDATA, 1 },
		{ PACKET_IGNORE_OUTGOING, 1 }, { PACKET_QDISC_BYPASS, 1 },
		{ PACKET_COPY_THRESH, 1 },
	};
	static const int rcv = RCVBUF, snd = SNDBUF;

	for (size_t i = 0; i < N_ELEM(opts); i++)
		if (setsockopt(fd, SOL_PACKET, opts[i].opt, &opts[i].value, sizeof(int)) != 0)
			return false;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcv, sizeof(rcv));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &snd, sizeof(snd)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &snd, sizeof(snd));
	return true;
}

/* By name, in the socket's namespace; false with errno. */
static bool socket_bind(int fd, const char *ifname)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct packet_mreq all = { .mr_type = PACKET_MR_PROMISC };
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr) != 0)
		return false;
	if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
		errno = EPROTONOSUPPORT;
		return false;
	}
	if (ioctl(fd, SIOCGIFINDEX, &ifr) != 0)
		return false;
	at.sll_ifindex = all.mr_ifindex = ifr.ifr_ifindex;
	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
	       setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) == 0;
}

static void socket_explain(const char *ifname, int err, char out[256])
{
	if (err == EPERM)
		snprintf(out, 256, "interface %s: needs CAP_NET_RAW: run netloom as root, or "
			 "give it that with `setcap cap_net_raw+ep`", ifname);
	else if (err == ENODEV)
		snprintf(out, 256, "interface %s: there is none of this name", ifname);
	else if (err == EPROTONOSUPPORT)
		snprintf(out, 256, "interface %s: not an Ethernet interface", ifname);
	else
		snprintf(out, 256, "interface %s: packet socket: %s", ifname, strerror(err));
}

int packet_socket(const char *ifname, char err[256])
{
	int fd;

	if (!*ifname || strlen(ifname) >= IFNAMSIZ) {
		snprintf(err, 256, "'%.40s': expected an interface name of 1 to %d bytes", ifname,
			 IFNAMSIZ - 1);
		return -1;
	}
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && socket_configure(fd) && socket_bind(fd, ifname))
		return fd;
	socket_explain(ifname, errno, err);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* --- attaching -------------------------------------------------------------------- */

static uint32_t ring_bytes(const struct lab *lab)
{
	uint32_t doors = 0, bytes = RING_BYTES;

	for (size_t i = 0; i < lab->n_nodes; i++)
		doors += lab->nodes[i]->is_door ? lab->nodes[i]->n_ends : 0;
	while (bytes > RING_BYTES_MIN && (uint64_t)bytes * doors > RINGS_BYTES)
		bytes /= 2;
	return bytes;
}

/* As much as the kernel gives, at most `bytes`. */
static bool ring_map(struct packet *pk, int fd, uint32_t bytes)
{
	struct tpacket_req req = { .tp_block_size = RING_BLOCK, .tp_frame_size = SLOT_LEN };
	void *map;

	for (; bytes >= RING_BYTES_MIN; bytes /= 2) {
		req.tp_block_nr = bytes / RING_BLOCK;
		req.tp_frame_nr = bytes / SLOT_LEN;
		if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) == 0)
			break;
	}
	if (bytes < RING_BYTES_MIN)
		return false;
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return false;
	pk->ring = map;
	pk->n_slots = req.tp_frame_nr;
	return true;
}

/* The name of the interface the socket is bound to; false: it is gone. */
static bool bound_name(int fd, char out[IFNAMSIZ])
{
	struct sockaddr_ll at = { 0 };
	struct ifreq ifr = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 || at.sll_ifindex <= 0)
		return false;
	ifr.ifr_ifindex = at.sll_ifindex;
	if (ioctl(fd, SIOCGIFNAME, &ifr) != 0)
		return false;
	snprintf(out, IFNAMSIZ, "%s", ifr.ifr_name);
	return true;
}

static void look_again(struct node_timer *t)
{
	struct packet *pk = container_of(t, struct packet, again);

	if (socket_bind(pk->pt->fd, pk->ifname)) {
		pk->gone = false;
		lab_say(pk->pt->end->link->lab, "%s %s: interface %s is back",
			port_node_name(pk->pt), port_ifname(pk->pt), pk->ifname);
	} else {
		node_timer_set(t, node_now(t->on) + LOOK_AGAIN);
	}
}

bool packet_attach(struct port *pt, int fd, char err[256])
{
	struct packet *pk = calloc(1, sizeof(*pk));

	if (!pk || !bound_name(fd, pk->ifname) ||
	    !ring_map(pk, fd, ring_bytes(pt->end->link->lab))) {
		snprintf(err, 256, "packet socket: no ring: %s", strerror(errno));
		free(pk);
		return false;
	}
	for (unsigned i = 0; i < PORT_BATCH; i++) {
		pk->iov[i][0].iov_base = (void *)(uintptr_t)&whole;
		pk->iov[i][0].iov_len = sizeof(whole);
		pk->msgs[i].msg_hdr.msg_iov = pk->iov[i];
		pk->msgs[i].msg_hdr.msg_iovlen = 2;
	}
	node_timer_init(&pk->again, pt->end->node, look_again);
	pk->pt = pt;
	pt->packet = pk;
	pt->fd = fd;
	return true;
}

void packet_detach(struct port *pt)
{
	struct packet *pk = pt->packet;
	int fd = pt->fd;

	if (!pk)
		return;
	node_timer_stop(&pk->again);
	port_watch(pt, -1, false);
	munmap(pk->ring, (size_t)pk->n_slots * SLOT_LEN);
	close(fd);
	free(pk);
	pt->packet = NULL;
}

/* The socket reports a fault, or that there is nowhere to send to. */
static void check_gone(struct port *pt)
{
	struct packet *pk = pt->packet;
	char name[IFNAMSIZ];

	if (pk->gone || bound_name(pt->fd, name))
		return;
	pk->gone = true;
	lab_say(pt->end->link->lab, "%s %s: interface %s is gone", port_node_name(pt),
		port_ifname(pt), pk->ifname);
	node_timer_set(&pk->again, node_now(pt->end->node) + LOOK_AGAIN);
}

/* --- in --------------------------------------------------------------------------- */

static void frame_in(void *ctx, const uint8_t *frame, size_t n)
{
	port_rx(ctx, frame, n);
}

/* OFFLOAD_TAG_LEN bytes before the frame are free: in a slot, those of h. */
static void take_frame(struct port *pt, const struct tpacket2_hdr *slot,
		       struct virtio_net_hdr h, uint8_t *frame, size_t n)
{
	if ((slot->tp_status & TP_STATUS_VLAN_VALID) && n >= ETH_HLEN) {
		bool tpid = slot->tp_status & TP_STATUS_VLAN_TPID_VALID;

		frame = offload_put_tag(&h, frame, tpid ? slot->tp_vlan_tpid : ETHERTYPE_VLAN,
					slot->tp_vlan_tci);
		n += OFFLOAD_TAG_LEN;
	}
	if (!offload_finish(&h, frame, n, frame_in, pt))
		pt->stats.in_dropped++;
}

/* The frame of a slot that it was too long for. */
static void take_long(struct port *pt, const struct tpacket2_hdr *slot)
{
	struct packet *pk = pt->packet;
	struct virtio_net_hdr h;
	uint8_t *frame = pk->in + OFFLOAD_TAG_LEN;
	struct iovec iov[2] = {
		{ &h, sizeof(h) }, { frame, sizeof(pk->in) - OFFLOAD_TAG_LEN },
	};
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = recvmsg(pt->fd, &m, MSG_DONTWAIT);

	if (n >= (ssize_t)sizeof(h) && !(m.msg_flags & MSG_TRUNC))
		take_frame(pt, slot, h, frame, (size_t)n - sizeof(h));
	else
		pt->stats.in_dropped++;
}

static void take_slot(struct port *pt, struct tpacket2_hdr *slot)
{
	uint8_t *frame = (uint8_t *)slot + slot->tp_mac;
	struct virtio_net_hdr h;

	if (slot->tp_status & TP_STATUS_COPY) {
		take_long(pt, slot);
	} else if (slot->tp_snaplen < slot->tp_len) {
		pt->stats.in_dropped++;
	} else {
		memcpy(&h, frame - sizeof(h), sizeof(h));
		take_frame(pt, slot, h, frame, slot->tp_snaplen);
	}
}

/* Frames for which there was no room; asking sets the count to 0. */
static void count_losses(struct port *pt)
{
	struct tpacket_stats st;
	socklen_t len = sizeof(st);

	if (getsockopt(pt->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len) == 0)
		pt->stats.in_dropped += st.tp_drops;
}

/* Faults come this way, too; one that is not fetched is reported for ever. */
static void clear_fault(struct port *pt)
{
	socklen_t len = sizeof(int);
	int fault;

	(void)getsockopt(pt->fd, SOL_SOCKET, SO_ERROR, &fault, &len);
	check_gone(pt);
}

void packet_read(struct port *pt)
{
	struct packet *pk = pt->packet;
	uint32_t losing = 0;
	int n;

	for (n = 0; n < PORT_BATCH; n++) {
		struct tpacket2_hdr *slot = (void *)(pk->ring + (size_t)pk->next * SLOT_LEN);
		uint32_t status = __atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE);

		if (!(status & TP_STATUS_USER))
			break;
		losing |= status & TP_STATUS_LOSING;
		take_slot(pt, slot);
		__atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		pk->next = pk->next + 1 == pk->n_slots ? 0 : pk->next + 1;
	}
	if (!n)
		clear_fault(pt);
	if (losing)
		count_losses(pt);
}

/* --- out ---------------------------------------------------------------------------- */

/* The i-th frame waiting could not leave after all. */
static void not_sent(struct port *pt, unsigned i)
{
	pt->stats.out_frames--;
	pt->stats.out_bytes -= pt->packet->iov[i][1].iov_len;
	pt->stats.out_dropped++;
}

void packet_flush(struct port *pt)
{
	struct packet *pk = pt->packet;
	unsigned i = 0;

	while (i < pk->n_out) {
		int n = sendmmsg(pt->fd, pk->msgs + i, pk->n_out - i, MSG_DONTWAIT);

		if (n > 0) {
			i += (unsigned)n;
		} else if (errno != EINTR) {
			if (errno == ENXIO)
				check_gone(pt);
			not_sent(pt, i++);
		}
	}
	pk->n_out = 0;
	pk->out_len = 0;
}

bool packet_write(struct port *pt, const struct pkt *p)
{
	struct packet *pk = pt->packet;
	uint32_t len = pkt_len(p);
	struct iovec *v;

	if (pk->gone)
		return false;
	if (pk->n_out == PORT_BATCH || OUT_ROOM - pk->out_len < len)
		packet_flush(pt);
	v = &pk->iov[pk->n_out++][1];
	v->iov_base = pk->out + pk->out_len;
	v->iov_len = pkt_copy_out(p, 0, v->iov_base, len);
	pk->out_len += len;
	return true;
}

/* --- on an interface that exists ------------------------------------------------------ */

/* "up", "no carrier", "down" or "gone": the interface as Linux sees it. */
static void packet_state(const struct port *pt, char *out, size_t room)
{
	const struct packet *pk = pt->packet;
	struct ifreq ifr = { 0 };

	if (!bound_name(pt->fd, ifr.ifr_name) || ioctl(pt->fd, SIOCGIFFLAGS, &ifr) != 0)
		snprintf(out, room, "%s is gone", pk->ifname);
	else
		snprintf(out, room, "%s is %s", ifr.ifr_name, !(ifr.ifr_flags & IFF_UP) ? "down" :
			 ifr.ifr_flags & IFF_RUNNING ? "up" : "without carrier");
}

static bool interface_open(struct port *pt, const char *arg, char err[256])
{
	int fd = packet_socket(arg, err);

	if (fd < 0)
		return false;
	if (packet_attach(pt, fd, err))
		return true;
	close(fd);
	return false;
}

const struct port_ops port_interface = {
	.word = "interface", .what = "an Ethernet interface of this machine, by its name",
	.open = interface_open, .read = packet_read, .write = packet_write, .flush = packet_flush,
	.state = packet_state, .close = packet_detach,
};
