/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_DROP_H
#define STACK_UTIL_DROP_H
/*
 * Why a packet died: one enum for the whole program.  The name is what
 * counters, traces and pcapng comments show; the text is for people.
 */
#define DROP_MAP(X) \
	X(DROP_NONE,            "none",                 "not dropped") \
	/* links, hubs and other parts of the lab */ \
	X(DROP_LINK_DOWN,       "link.down",            "the link is down") \
	X(DROP_LINK_CUT,        "link.cut",             "the link went down while the frame was on it") \
	X(DROP_LINK_QUEUE,      "link.queue_full",      "the link's queue is full") \
	X(DROP_LINK_LIMIT,      "link.netem_limit",     "more frames under delay than netem's limit") \
	X(DROP_LINK_LOSS,       "link.loss",            "lost by the link's loss model") \
	X(DROP_LINK_MTU,        "link.too_big",         "longer than the link's MTU") \
	X(DROP_NODE_DOWN,       "node.down",            "the node is stopped") \
	X(DROP_HUB_STORM,       "hub.storm",            "broadcast storm: the frame went around a loop of hubs") \
	X(DROP_PORT_SHUT,       "port.shut",            "nobody outside takes it: no peer, or it is too slow") \
	X(DROP_DEV_DOWN,        "dev.down",             "the interface is down") \
	X(DROP_NO_CARRIER,      "dev.no_carrier",       "the interface has no carrier") \
	X(DROP_NO_MEMORY,       "no_memory",            "out of packet buffers") \
	/* Ethernet and ARP */ \
	X(DROP_ETH_SHORT,       "eth.too_short",        "shorter than an Ethernet header") \
	X(DROP_ETH_SRC_MCAST,   "eth.multicast_source", "the source MAC is a group address") \
	X(DROP_ETH_NOT_US,      "eth.not_for_us",       "the destination MAC is another host's") \
	X(DROP_ETH_LENGTH,      "eth.bad_length",       "the 802.3 length is longer than the frame") \
	X(DROP_ETH_LLC,         "eth.unknown_llc",      "an 802.2 LLC frame of no known protocol") \
	X(DROP_ETH_TYPE,        "eth.unknown_type",     "no protocol for this EtherType") \
	X(DROP_ARP_BAD,         "arp.malformed",        "malformed ARP packet") \
	X(DROP_ARP_SOURCE,      "arp.bad_source",       "ARP with an impossible sender address") \
	X(DROP_ARP_NOT_US,      "arp.not_for_us",       "ARP for an address of another host") \
	X(DROP_ARP_UNASKED,     "arp.unsolicited",      "ARP reply nobody asked for") \
	X(DROP_ARP_CONFLICT,    "arp.conflict",         "another host uses our address (RFC 5227)") \
	X(DROP_NEIGH_QUEUE,     "neigh.queue_full",     "too many packets wait for address resolution") \
	X(DROP_NEIGH_FAILED,    "neigh.unresolved",     "address resolution failed") \
	X(DROP_NEIGH_FULL,      "neigh.table_full",     "the neighbour cache is full") \
	/* IPv4 */ \
	X(DROP_IP4_SHORT,       "ip4.too_short",        "shorter than an IPv4 header") \
	X(DROP_IP4_VERSION,     "ip4.version",          "IP version is not 4") \
	X(DROP_IP4_HLEN,        "ip4.header_length",    "bad IPv4 header length") \
	X(DROP_IP4_LENGTH,      "ip4.total_length",     "bad IPv4 total length") \
	X(DROP_IP4_CHECKSUM,    "ip4.checksum",         "bad IPv4 header checksum") \
	X(DROP_IP4_OPTIONS,     "ip4.options",          "malformed IPv4 options") \
	X(DROP_IP4_SRCROUTE,    "ip4.source_route",     "source routing is off") \
	X(DROP_IP4_MARTIAN_SRC, "ip4.martian_source",   "impossible IPv4 source address") \
	X(DROP_IP4_MARTIAN_DST, "ip4.martian_dest",     "impossible IPv4 destination address") \
	X(DROP_IP4_RPF,         "ip4.reverse_path",     "the source is not reached through this interface") \
	X(DROP_IP4_LINK_BCAST,  "ip4.link_broadcast",   "unicast packet in a link-layer broadcast") \
	X(DROP_IP4_NOT_US,      "ip4.not_for_us",       "for another host, and forwarding is off") \
	X(DROP_IP4_NO_ROUTE,    "ip4.no_route",         "no route to the destination") \
	X(DROP_IP4_BLACKHOLE,   "ip4.blackhole",        "the route is a blackhole") \
	X(DROP_IP4_PROHIBIT,    "ip4.prohibited",       "the route is administratively prohibited") \
	X(DROP_IP4_TTL,         "ip4.ttl_exceeded",     "time to live exceeded in transit") \
	X(DROP_IP4_DF,          "ip4.frag_needed",      "too big for the next link, and DF is set") \
	X(DROP_IP4_BCAST_FWD,   "ip4.directed_bcast",   "directed broadcasts are not forwarded") \
	X(DROP_IP4_MCAST,       "ip4.mcast_not_member", "multicast to a group nobody here joined") \
	X(DROP_IP4_PROTO,       "ip4.unknown_proto",    "no protocol for this IPv4 protocol number") \
	X(DROP_FRAG_MALFORMED,  "ip4.frag_malformed",   "malformed fragment") \
	X(DROP_FRAG_DUPLICATE,  "ip4.frag_duplicate",   "a fragment that was there already") \
	X(DROP_FRAG_OVERLAP,    "ip4.frag_overlap",     "overlapping fragments") \
	X(DROP_FRAG_LIMIT,      "ip4.frag_limit",       "too much waits for reassembly") \
	X(DROP_FRAG_TIMEOUT,    "ip4.frag_timeout",     "reassembly time exceeded") \
	X(DROP_FRAG_FAIL,       "ip4.frag_failed",      "could not be fragmented") \
	/* ICMP */ \
	X(DROP_ICMP_SHORT,      "icmp.too_short",       "shorter than an ICMP header") \
	X(DROP_ICMP_CHECKSUM,   "icmp.checksum",        "bad ICMP checksum") \
	X(DROP_ICMP_TYPE,       "icmp.unknown_type",    "unknown ICMP type") \
	X(DROP_ICMP_BCAST,      "icmp.broadcast_echo",  "ICMP message to a broadcast address") \
	X(DROP_ICMP_QUOTE,      "icmp.bad_quote",       "ICMP error that quotes no usable packet") \
	X(DROP_ICMP_NO_SOCKET,  "icmp.no_socket",       "ICMP message nobody waits for") \
	X(DROP_ICMP_REDIRECT,   "icmp.bad_redirect",    "redirect that is not from the current gateway") \
	X(DROP_ICMP_RATE,       "icmp.rate_limit",      "ICMP error suppressed by the rate limit") \
	/* UDP, sockets */ \
	X(DROP_UDP_SHORT,       "udp.too_short",        "shorter than a UDP header") \
	X(DROP_UDP_LENGTH,      "udp.length",           "bad UDP length") \
	X(DROP_UDP_CHECKSUM,    "udp.checksum",         "bad UDP checksum") \
	X(DROP_UDP_NO_PORT,     "udp.no_port",          "no socket on this UDP port") \
	X(DROP_TCP_SHORT,       "tcp.too_short",        "shorter than a TCP header") \
	X(DROP_TCP_HLEN,        "tcp.header_length",    "bad TCP header length") \
	X(DROP_TCP_CHECKSUM,    "tcp.checksum",         "bad TCP checksum") \
	X(DROP_TCP_NO_PORT,     "tcp.no_port",          "no connection, and nobody listens on this TCP port") \
	X(DROP_TCP_BCAST,       "tcp.broadcast",        "TCP to a broadcast or multicast address") \
	X(DROP_TCP_FLAGS,       "tcp.flags",            "flags that mean nothing in this state") \
	X(DROP_TCP_WINDOW,      "tcp.window",           "outside the receive window") \
	X(DROP_TCP_PAWS,        "tcp.paws",             "an old timestamp (RFC 7323 PAWS)") \
	X(DROP_TCP_PAWS_ACK,    "tcp.paws_ack",         "an old timestamp, of an ACK that was overtaken") \
	X(DROP_TCP_ACK,         "tcp.ack",              "acknowledges what was not sent, or long ago") \
	X(DROP_TCP_CHALLENGE,   "tcp.challenge",        "a RST or SYN that may be forged (RFC 5961)") \
	X(DROP_TCP_BACKLOG,     "tcp.backlog",          "too many connections wait to be accepted") \
	X(DROP_TCP_DEFERRED,    "tcp.deferred",         "no data yet (TCP_DEFER_ACCEPT)") \
	X(DROP_TCP_CLOSED,      "tcp.closed",           "data for a socket that was closed") \
	X(DROP_TCP_OLD,         "tcp.old",              "data that was received before") \
	X(DROP_TCP_RCVBUF,      "tcp.rcvbuf",           "the receive buffer is full") \
	/* OSPF: RFC 2328 8.2 for every packet, 10.5 for a Hello, 10.6 and 10.7 */ \
	X(DROP_OSPF_SHORT,      "ospf.too_short",       "shorter than an OSPF header") \
	X(DROP_OSPF_VERSION,    "ospf.version",         "OSPF version is not 2") \
	X(DROP_OSPF_TYPE,       "ospf.unknown_type",    "unknown OSPF packet type") \
	X(DROP_OSPF_LENGTH,     "ospf.length",          "bad OSPF length, or one inside an item") \
	X(DROP_OSPF_CHECKSUM,   "ospf.checksum",        "bad OSPF checksum") \
	X(DROP_OSPF_OFF,        "ospf.not_enabled",     "OSPF is not on, or passive, on the interface") \
	X(DROP_OSPF_SOURCE,     "ospf.source",          "the source is not on the interface's network") \
	X(DROP_OSPF_DEST,       "ospf.destination",     "neither to the interface's address nor to OSPF's groups") \
	X(DROP_OSPF_SECOND,     "ospf.second_neighbor", "a second neighbour on a point-to-point network") \
	X(DROP_OSPF_OWN,        "ospf.own_packet",      "an OSPF packet of our own came back") \
	X(DROP_OSPF_NOT_DR,     "ospf.not_dr",          "to AllDRouters, and we are neither DR nor backup") \
	X(DROP_OSPF_AREA,       "ospf.area",            "another OSPF area than the interface's") \
	X(DROP_OSPF_AUTYPE,     "ospf.auth_type",       "another OSPF authentication type than ours") \
	X(DROP_OSPF_AUTH,       "ospf.auth_failed",     "the OSPF password, key or digest is wrong") \
	X(DROP_OSPF_AUTH_SEQ,   "ospf.auth_sequence",   "an old authentication sequence number") \
	X(DROP_OSPF_OWN_ID,     "ospf.own_router_id",   "another router has our OSPF router ID") \
	X(DROP_OSPF_DUP_ID,     "ospf.duplicate_id",    "two neighbours have the same OSPF router ID") \
	X(DROP_OSPF_MASK,       "ospf.hello_mask",      "another network mask than the interface's") \
	X(DROP_OSPF_HELLO,      "ospf.hello_interval",  "another hello interval than the interface's") \
	X(DROP_OSPF_DEAD,       "ospf.dead_interval",   "another dead interval than the interface's") \
	X(DROP_OSPF_OPTIONS,    "ospf.options",         "stub or NSSA on one side only (E or N bit)") \
	X(DROP_OSPF_NO_NBR,     "ospf.not_a_neighbor",  "not from a neighbour that a Hello made known") \
	X(DROP_OSPF_STATE,      "ospf.neighbor_state",  "not for a neighbour in this state") \
	X(DROP_OSPF_MTU,        "ospf.mtu",             "the neighbour's MTU is above the interface's") \
	X(DROP_OSPF_DD_DUP,     "ospf.dd_duplicate",    "a Database Description received before") \
	X(DROP_OSPF_DD_SEQ,     "ospf.dd_sequence",     "SeqNumberMismatch in a Database Description") \
	X(DROP_OSPF_LSREQ,      "ospf.bad_request",     "a request for an LSA we do not have (BadLSReq)") \
	X(DROP_SOCK_FULL,       "sock.buffer_full",     "the socket's receive buffer is full") \
	X(DROP_SOCK_CLOSED,     "sock.closed",          "the socket was closed with data unread") \
	X(DROP_SHUTDOWN,        "stack.shutdown",       "the host was torn down")

#define X(name, str, text) name,
enum drop { DROP_MAP(X) DROP_N };
#undef X

const char *drop_name(enum drop why);     /* "ip4.checksum"; never NULL */
const char *drop_text(enum drop why);     /* never NULL */

#endif
