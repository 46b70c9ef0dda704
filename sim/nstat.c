// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/nstat.h"

#include "stack/show.h"
#include "stack/util/cc.h"
#include "stack/util/drop.h"

enum { DROPS_MAX = 6 };

/* A counter of the stack's, or a sum of what was dropped for such reasons. */
static const struct {
	const char *name;
	int stat;                         /* enum stack_stat, or -1 */
	enum drop drops[DROPS_MAX];       /* up to DROP_NONE */
} table[] = {
#define STAT(name, stat) { name, stat, { DROP_NONE } }
#define DROPS(name, ...) { name, -1, { __VA_ARGS__ } }
	STAT("IpInReceives", ST_IP_IN_RECEIVES),
	DROPS("IpInHdrErrors", DROP_IP4_VERSION, DROP_IP4_HLEN, DROP_IP4_CHECKSUM,
	      DROP_IP4_OPTIONS, DROP_IP4_TTL),
	DROPS("IpInAddrErrors", DROP_IP4_NOT_US, DROP_IP4_MARTIAN_SRC, DROP_IP4_MARTIAN_DST),
	STAT("IpForwDatagrams", ST_IP_FORWARDED),
	DROPS("IpInUnknownProtos", DROP_IP4_PROTO),
	STAT("IpInDelivers", ST_IP_IN_DELIVERS),
	STAT("IpOutRequests", ST_IP_OUT_REQUESTS),
	STAT("IpOutNoRoutes", ST_IP_OUT_NO_ROUTES),
	DROPS("IpReasmTimeout", DROP_FRAG_TIMEOUT),
	STAT("IpReasmReqds", ST_IP_REASM_REQDS),
	STAT("IpReasmOKs", ST_IP_REASM_OKS),
	STAT("IpReasmFails", ST_IP_REASM_FAILS),
	STAT("IpFragOKs", ST_IP_FRAG_OKS),
	DROPS("IpFragFails", DROP_FRAG_FAIL),
	STAT("IpFragCreates", ST_IP_FRAG_CREATES),
	STAT("IcmpInMsgs", ST_ICMP_IN_MSGS),
	DROPS("IcmpInErrors", DROP_ICMP_SHORT, DROP_ICMP_CHECKSUM, DROP_ICMP_TYPE),
	DROPS("IcmpInCsumErrors", DROP_ICMP_CHECKSUM),
	STAT("IcmpInEchos", ST_ICMP_IN_ECHOS),
	STAT("IcmpOutMsgs", ST_ICMP_OUT_MSGS),
	STAT("IcmpOutRateLimitHost", ST_ICMP_RATE_LIMITED),
	STAT("IcmpOutEchoReps", ST_ICMP_OUT_ECHO_REPS),
	STAT("TcpActiveOpens", ST_TCP_ACTIVE_OPENS),
	STAT("TcpPassiveOpens", ST_TCP_PASSIVE_OPENS),
	STAT("TcpAttemptFails", ST_TCP_ATTEMPT_FAILS),
	STAT("TcpEstabResets", ST_TCP_ESTAB_RESETS),
	STAT("TcpInSegs", ST_TCP_IN_SEGS),
	STAT("TcpOutSegs", ST_TCP_OUT_SEGS),
	STAT("TcpRetransSegs", ST_TCP_RETRANS),
	STAT("TcpInErrs", ST_TCP_IN_ERRS),
	STAT("TcpOutRsts", ST_TCP_OUT_RSTS),
	DROPS("TcpInCsumErrors", DROP_TCP_CHECKSUM),
	STAT("UdpInDatagrams", ST_UDP_IN),
	STAT("UdpNoPorts", ST_UDP_NO_PORTS),
	DROPS("UdpInErrors", DROP_UDP_SHORT, DROP_UDP_LENGTH, DROP_UDP_CHECKSUM,
	      DROP_SOCK_FULL),
	STAT("UdpOutDatagrams", ST_UDP_OUT),
	DROPS("UdpRcvbufErrors", DROP_SOCK_FULL),
	DROPS("UdpInCsumErrors", DROP_UDP_CHECKSUM),
	STAT("TcpExtTCPFastOpenActive", ST_TCP_FO_ACTIVE),
	STAT("TcpExtTCPFastOpenActiveFail", ST_TCP_FO_ACTIVE_FAIL),
	STAT("TcpExtTCPFastOpenPassive", ST_TCP_FO_PASSIVE),
	STAT("TcpExtTCPFastOpenPassiveFail", ST_TCP_FO_PASSIVE_FAIL),
	STAT("TcpExtTCPFastOpenListenOverflow", ST_TCP_FO_OVERFLOWS),
	STAT("TcpExtTCPFastOpenCookieReqd", ST_TCP_FO_COOKIE_REQD),
	STAT("TcpExtTCPFastOpenPassiveAltKey", ST_TCP_FO_ALT_KEY),
	STAT("TcpExtTCPMTUPFail", ST_TCP_MTUP_FAIL),
	STAT("TcpExtTCPMTUPSuccess", ST_TCP_MTUP_SUCCESS),
	DROPS("TcpExtPAWSEstab", DROP_TCP_PAWS),
	DROPS("TcpExtPAWSOldAck", DROP_TCP_PAWS_ACK),
	DROPS("TcpExtTCPDeferAcceptDrop", DROP_TCP_DEFERRED),
	DROPS("TcpExtIPReversePathFilter", DROP_IP4_RPF),
#undef STAT
#undef DROPS
};

/* The rest is the streams' own: TcpExt. */
static const char *const tcp_ext[EXT_N] = {
#define X(e, name) [e] = "TcpExt" name,
	TCP_EXT_MAP(X)
#undef X
};

bool nstat_flags_read(const char *word, struct nstat_flags *f)
{
	for (const char *c = word + 1; *c; c++)
		switch (*c) {
		case 'a': f->absolute = true; break;
		case 'n': f->silent = true; break;
		case 'r': f->reset = true; break;
		case 's': f->keep = true; break;
		case 'z': f->zeros = true; break;
		default:  return false;
		}
	return true;
}

const char *nstat_name(unsigned n)
{
	if (n < N_ELEM(table))
		return table[n].name;
	n -= N_ELEM(table);
	return n < EXT_N ? tcp_ext[n] : NULL;
}

uint64_t nstat_value(const struct stack *st, unsigned n)
{
	uint64_t sum = 0;

	if (n >= N_ELEM(table))
		return show_tcp_ext(st, (enum tcp_ext)(n - N_ELEM(table)));
	if (table[n].stat >= 0)
		return show_stat(st, (enum stack_stat)table[n].stat);
	for (unsigned i = 0; i < DROPS_MAX && table[n].drops[i]; i++)
		sum += show_drops(st, table[n].drops[i]);
	return sum;
}

void nstat_line(struct buf *b, unsigned n, uint64_t value)
{
	buf_printf(b, "%-32s%-16llu%6.1f\n", nstat_name(n), (unsigned long long)value, 0.0);
}
