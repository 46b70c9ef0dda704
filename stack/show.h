/* SPDX-License-Identifier: MIT */
#ifndef STACK_SHOW_H
#define STACK_SHOW_H
/*
 * What a stack holds, as values for people and graders.  Each walk calls fn
 * once a row, in a fixed order (interfaces by index, routes by prefix and
 * preference, neighbours by interface and address), and stops early when fn
 * returns false.  Rows are borrowed for the call.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/netdev.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/drop.h"
#include "stack/util/ns.h"

enum neigh_state {
	NUD_INCOMPLETE, NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_FAILED, NUD_PERMANENT
};

struct neigh_info {
	struct addr addr;
	const struct netdev *dev;
	struct mac mac;
	enum neigh_state state;
	bool has_mac;
	ns_t confirmed_at, updated_at;
	uint32_t queued;                  /* packets that wait for it */
};

struct route_info {
	struct route_spec spec;
	bool selected;                    /* taken for its prefix now */
	bool active;                      /* some next hop's device runs */
	uint16_t dead_hops;               /* bit i: hop i's device does not run */
	ns_t since;
};

/* A path MTU that ICMP told of ("ip route show cache"). */
struct pmtu_info {
	struct addr dst;
	uint32_t mtu;
	bool locked;                      /* below min_pmtu: DF is no use on this path */
	ns_t expires;                     /* in so long, above 0 */
};

/* The answer of "ip route get": how a packet would leave. */
struct route_answer {
	struct addr dst;
	enum route_type type;
	struct prefix matched;            /* the prefix that won */
	bool has_beaten;
	struct prefix beaten;             /* next shorter prefix that also matches */
	struct addr via;                  /* ADDR_NONE: on the link */
	const struct netdev *dev;
	struct addr src;
	uint32_t mtu;
	ns_t mtu_expires;                 /* mtu is of ICMP, and forgotten in so long; or 0 */
	bool mtu_locked;                  /* see struct pmtu_info */
	bool member;                      /* RT_MULTICAST: this host gets a copy */
	enum route_proto proto;
	uint32_t metric;
};

/* Counters with RFC 1213/4293-like names. */
#define STAT_MAP(X) \
	X(ST_IP_IN_RECEIVES,   "ip.in_receives") \
	X(ST_IP_IN_DELIVERS,   "ip.in_delivers") \
	X(ST_IP_FORWARDED,     "ip.forwarded") \
	X(ST_IP_OUT_REQUESTS,  "ip.out_requests") \
	X(ST_IP_OUT_NO_ROUTES, "ip.out_no_routes") \
	X(ST_IP_REASM_REQDS,   "ip.reasm_reqds") \
	X(ST_IP_REASM_OKS,     "ip.reasm_oks") \
	X(ST_IP_REASM_FAILS,   "ip.reasm_fails") \
	X(ST_IP_FRAG_OKS,      "ip.frag_oks") \
	X(ST_IP_FRAG_CREATES,  "ip.frag_creates") \
	X(ST_ICMP_IN_MSGS,     "icmp.in_msgs") \
	X(ST_ICMP_IN_ECHOS,    "icmp.in_echos") \
	X(ST_ICMP_IN_ERRORS,   "icmp.in_error_msgs") \
	X(ST_ICMP_OUT_MSGS,    "icmp.out_msgs") \
	X(ST_ICMP_OUT_ECHO_REPS, "icmp.out_echo_reps") \
	X(ST_ICMP_OUT_ERRORS,  "icmp.out_error_msgs") \
	X(ST_ICMP_RATE_LIMITED,"icmp.out_rate_limited") \
	X(ST_UDP_IN,           "udp.in_datagrams") \
	X(ST_UDP_OUT,          "udp.out_datagrams") \
	X(ST_UDP_NO_PORTS,     "udp.no_ports") \
	X(ST_TCP_ACTIVE_OPENS, "tcp.active_opens") \
	X(ST_TCP_PASSIVE_OPENS,"tcp.passive_opens") \
	X(ST_TCP_IN_SEGS,      "tcp.in_segs") \
	X(ST_TCP_OUT_SEGS,     "tcp.out_segs") \
	X(ST_TCP_RETRANS,      "tcp.retrans_segs") \
	X(ST_TCP_IN_ERRS,      "tcp.in_errs") \
	X(ST_TCP_OUT_RSTS,     "tcp.out_rsts") \
	X(ST_TCP_ATTEMPT_FAILS, "tcp.attempt_fails") \
	X(ST_TCP_ESTAB_RESETS, "tcp.estab_resets") \
	X(ST_TCP_LISTEN_OVERFLOWS, "tcp.listen_overflows") \
	X(ST_TCP_FO_ACTIVE,    "tcp.fastopen_active") \
	X(ST_TCP_FO_ACTIVE_FAIL, "tcp.fastopen_active_fail") \
	X(ST_TCP_FO_PASSIVE,   "tcp.fastopen_passive") \
	X(ST_TCP_FO_PASSIVE_FAIL, "tcp.fastopen_passive_fail") \
	X(ST_TCP_FO_ALT_KEY,   "tcp.fastopen_passive_alt_key") \
	X(ST_TCP_FO_OVERFLOWS, "tcp.fastopen_listen_overflows") \
	X(ST_TCP_FO_COOKIE_REQD, "tcp.fastopen_cookie_reqd") \
	X(ST_TCP_MTUP_SUCCESS, "tcp.mtup_success") \
	X(ST_TCP_MTUP_FAIL,    "tcp.mtup_fail") \
	X(ST_ARP_IN_REQUESTS,  "arp.in_requests") \
	X(ST_ARP_IN_REPLIES,   "arp.in_replies") \
	X(ST_ARP_OUT_REQUESTS, "arp.out_requests") \
	X(ST_ARP_OUT_REPLIES,  "arp.out_replies")

#define X(name, str) name,
enum stack_stat { STAT_MAP(X) ST_N };
#undef X

/* What a host's streams met with, by the names that Linux counts them under (TcpExt of
 * nstat(8)).  Deviations: a SYN-ACK sent again is none that was sent, nor is the end of
 * what was half open the end of nothing (RFC 4022, tcpOutSegs and tcpAttemptFails). */
#define TCP_EXT_MAP(X) \
	X(EXT_SYNCOOKIES_SENT,     "SyncookiesSent") \
	X(EXT_SYNCOOKIES_RECV,     "SyncookiesRecv") \
	X(EXT_SYNCOOKIES_FAILED,   "SyncookiesFailed") \
	X(EXT_EMBRYONIC_RSTS,      "EmbryonicRsts") \
	X(EXT_OUT_OF_WINDOW_ICMPS, "OutOfWindowIcmps") \
	X(EXT_TW,                  "TW") \
	X(EXT_BEYOND_WINDOW,       "BeyondWindow") \
	X(EXT_DELAYED_ACKS,        "DelayedACKs") \
	X(EXT_DELAYED_ACK_LOST,    "DelayedACKLost") \
	X(EXT_LISTEN_OVERFLOWS,    "ListenOverflows") \
	X(EXT_LISTEN_DROPS,        "ListenDrops") \
	X(EXT_RENO_RECOVERY,       "TCPRenoRecovery") \
	X(EXT_SACK_RECOVERY,       "TCPSackRecovery") \
	X(EXT_SACK_RENEGING,       "TCPSACKReneging") \
	X(EXT_SACK_REORDER,        "TCPSACKReorder") \
	X(EXT_FULL_UNDO,           "TCPFullUndo") \
	X(EXT_PARTIAL_UNDO,        "TCPPartialUndo") \
	X(EXT_DSACK_UNDO,          "TCPDSACKUndo") \
	X(EXT_LOSS_UNDO,           "TCPLossUndo") \
	X(EXT_LOST_RETRANSMIT,     "TCPLostRetransmit") \
	X(EXT_FAST_RETRANS,        "TCPFastRetrans") \
	X(EXT_SLOW_START_RETRANS,  "TCPSlowStartRetrans") \
	X(EXT_TIMEOUTS,            "TCPTimeouts") \
	X(EXT_LOSS_PROBES,         "TCPLossProbes") \
	X(EXT_LOSS_PROBE_RECOVERY, "TCPLossProbeRecovery") \
	X(EXT_DSACK_OLD_SENT,      "TCPDSACKOldSent") \
	X(EXT_DSACK_OFO_SENT,      "TCPDSACKOfoSent") \
	X(EXT_DSACK_RECV,          "TCPDSACKRecv") \
	X(EXT_DSACK_OFO_RECV,      "TCPDSACKOfoRecv") \
	X(EXT_ABORT_ON_DATA,       "TCPAbortOnData") \
	X(EXT_ABORT_ON_CLOSE,      "TCPAbortOnClose") \
	X(EXT_ABORT_ON_MEMORY,     "TCPAbortOnMemory") \
	X(EXT_ABORT_ON_TIMEOUT,    "TCPAbortOnTimeout") \
	X(EXT_ABORT_ON_LINGER,     "TCPAbortOnLinger") \
	X(EXT_SPURIOUS_RTOS,       "TCPSpuriousRTOs") \
	X(EXT_REQQ_DO_COOKIES,     "TCPReqQFullDoCookies") \
	X(EXT_REQQ_DROP,           "TCPReqQFullDrop") \
	X(EXT_RCVQ_DROP,           "TCPRcvQDrop") \
	X(EXT_OFO_QUEUE,           "TCPOFOQueue") \
	X(EXT_OFO_DROP,            "TCPOFODrop") \
	X(EXT_CHALLENGE_ACK,       "TCPChallengeACK") \
	X(EXT_SYN_CHALLENGE,       "TCPSYNChallenge") \
	X(EXT_SYN_RETRANS,         "TCPSynRetrans") \
	X(EXT_WIN_PROBE,           "TCPWinProbe") \
	X(EXT_KEEP_ALIVE,          "TCPKeepAlive")

#define X(name, str) name,
enum tcp_ext { TCP_EXT_MAP(X) EXT_N };
#undef X

/* A socket as ss(8) has it; streams that belong to nobody any more, too. */
struct show_sock {
	uint8_t type;                     /* enum sk_type of stack/socket.h */
	uint16_t proto;                   /* IP protocol, or EtherType */
	struct endpoint local, peer;      /* ADDR_NONE: any */
	unsigned ifindex;                 /* bound to this interface, or 0 */
	bool connected;
	uint32_t rx_bytes, rcvbuf, sndbuf;/* waiting to be read; room, in and out */
	uint32_t recv_q, send_q;          /* ss's columns, bytes; LISTEN: connections */
	bool orphan;                      /* its owner closed it */
	const struct sock *sk;            /* which one it is; valid until time moves */
};

/* What keeps a connection from sending more now. */
#define SHOW_LIMITS(X) \
	X(LIMIT_NONE,      "nothing",            "it sends as fast as it can") \
	X(LIMIT_CLOSED,    "closed",             "there is nothing it could still send") \
	X(LIMIT_LISTEN,    "listens",            "it takes connections and sends nothing") \
	X(LIMIT_HANDSHAKE, "handshake",          "the other side has not answered the SYN yet") \
	X(LIMIT_APP,       "application",        "nothing is left to send") \
	X(LIMIT_SNDBUF,    "send buffer",        "the buffer is full of what is not acknowledged") \
	X(LIMIT_RWND,      "receive window",     "the other side has no room for more") \
	X(LIMIT_CWND,      "congestion window",  "so much may be in the network, and is") \
	X(LIMIT_RECOVERY,  "loss recovery",      "what was lost is sent again first") \
	X(LIMIT_RTO,       "waiting for RTO",    "nothing comes back until the timer fires") \
	X(LIMIT_NAGLE,     "Nagle",              "a small segment waits for the ACK of another") \
	X(LIMIT_CORK,      "cork",               "a small segment waits for more data") \
	X(LIMIT_PACING,    "pacing",             "the next segment has its time, which is not yet")

#define X(name, word, text) name,
enum show_limit { SHOW_LIMITS(X) LIMIT_N };
#undef X

enum show_tcp_timer { SHOW_T_OFF, SHOW_T_ON, SHOW_T_KEEPALIVE, SHOW_T_TIMEWAIT, SHOW_T_PERSIST };

/* A stream.  Sequence numbers are those of the wire, windows and counts bytes
 * unless the name says segments; what an RFC names has its name here. */
struct show_tcp {
	struct show_sock sk;
	const char *state;                /* RFC 9293 3.3.2: "SYN-RECEIVED" */
	bool listens;
	bool synchronized;                /* the numbers of both sides are known */
	const char *ca_state;             /* "Open", "Disorder", "CWR", "Recovery", "Loss" */
	const char *cc;                   /* "cubic" */
	uint32_t backlog, syn_queue, accept_queue;        /* LISTEN: connections */

	uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_up, snd_wl1, snd_wl2, max_snd_wnd;
	uint32_t irs, rcv_nxt, rcv_wnd, rcv_up;
	uint8_t snd_wscale, rcv_wscale;
	bool wscale_ok, ts_ok, sack_ok;
	bool syn_data;                    /* data of a SYN was acknowledged (RFC 7413) */
	uint32_t ts_recent, last_ack_sent;
	uint16_t eff_snd_mss, send_mss;   /* RFC 9293 3.7.1 */
	uint16_t rcv_mss, adv_mss;
	uint32_t path_mtu;

	uint32_t cwnd, ssthresh;          /* ssthresh UINT32_MAX: none yet */
	uint32_t flight_size;             /* RFC 5681: sent and not acknowledged */
	uint32_t pipe_segs, out_segs, sacked_segs, lost_segs, retrans_segs;       /* RFC 6675 */
	uint32_t recovery_point, high_sacked;
	uint8_t dup_acks;
	ns_t srtt, rttvar, rto;           /* srtt 0: no sample yet; rto as backed off */
	uint8_t backoff, timeouts;        /* since a round trip was timed; in a row */

	uint32_t unsent, unread, out_of_order;            /* bytes in the three queues */
	bool nodelay, cork, keepalive, fin_sent;

	enum show_tcp_timer timer;
	ns_t timer_in;                    /* when it fires; NS_NEVER: off */
	uint8_t probes;
	ns_t last_send, last_recv, last_ack;              /* so long ago */

	/* Acknowledged and received as Linux counts them: a SYN of ours that
	 * the peer answered, and FINs, are bytes. */
	uint64_t bytes_sent, bytes_retrans, bytes_acked, bytes_received, total_retrans;
	uint32_t segs_out, segs_in, data_segs_out, data_segs_in;
	enum show_limit limit;
	ns_t min_rtt;                     /* of the last minutes; 0: none yet */
	uint64_t pacing_rate;             /* bytes/s, as Linux would pace; 0: no round trip yet */
	struct sk_tcp_info info;          /* the same and more, as getsockopt(2) says it */
};

/* What streams tell hooks->tcp of, while show_tcp_watch() is on. */
enum tcp_event_kind {
	TCP_EV_STATE,                     /* it changed; `from` is the old one */
	TCP_EV_RETRANS,                   /* seq, len were sent again because of `cause` */
	TCP_EV_SAMPLE,                    /* windows and times may have changed */
};
struct tcp_event {
	enum tcp_event_kind kind;
	const struct show_tcp *tcp;       /* after it; borrowed */
	const char *from, *cause;
	uint32_t seq, len;
};
void show_tcp_watch(struct stack *st, bool on);

/* Listeners by address and port, then connections by both their ends. */
void show_tcps(const struct stack *st, bool (*fn)(void *arg, const struct show_tcp *t), void *arg);
/* All other sockets, as they were opened. */
void show_socks(const struct stack *st, bool (*fn)(void *arg, const struct show_sock *s),
		void *arg);
const char *show_limit_word(enum show_limit l);           /* "receive window" */
const char *show_limit_text(enum show_limit l);

void show_devs(const struct stack *st, bool (*fn)(void *arg, const struct netdev *dev), void *arg);
void show_routes(const struct stack *st, bool (*fn)(void *arg, const struct route_info *r),
		 void *arg);
void show_neighs(const struct stack *st, bool (*fn)(void *arg, const struct neigh_info *n),
		 void *arg);
/* By address. */
void show_pmtus(const struct stack *st, bool (*fn)(void *arg, const struct pmtu_info *m),
		void *arg);
/* OK, or ERR_NETUNREACH (also: src is not ours) / ERR_NOROUTE / ERR_ACCES /
 * ERR_INVAL as ip-route(8)'s get.  The second is for what must leave by dev. */
int show_route_get(struct stack *st, const struct addr *dst, const struct addr *src,
		   struct route_answer *out);
int show_route_get_by(struct stack *st, const struct addr *dst, const struct addr *src,
		      struct netdev *dev, struct route_answer *out);
uint64_t show_stat(const struct stack *st, enum stack_stat s);
const char *show_stat_name(enum stack_stat s);
uint64_t show_tcp_ext(const struct stack *st, enum tcp_ext e);
const char *show_tcp_ext_name(enum tcp_ext e);   /* "TCPTimeouts" */
uint64_t show_drops(const struct stack *st, enum drop why);      /* of the whole host */
uint64_t show_dev_drops(const struct netdev *dev, enum drop why);
const char *show_neigh_state(enum neigh_state s);                /* "REACHABLE" */
/* "kernel", "static"; NULL: a number that has no name. */
const char *show_route_proto(enum route_proto p);
int show_route_proto_find(const char *name);                     /* or ERR_NOENT */
const char *show_route_type(enum route_type t);                  /* "unicast", "local" */

#endif
