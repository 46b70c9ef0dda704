// SPDX-License-Identifier: MIT
/* Every transport, and the routing protocol, that this stack speaks, by IP protocol number. */
#include "stack/core/l4.h"
#include "stack/core/sock.h"
#include "stack/ip4/ip4.h"
#include "stack/ospf/ospf.h"
#include "stack/tcp/conn.h"

static const struct l4_proto *const protos[256] = {
	[IP_PROTO_ICMP] = &icmp4_proto,
	[IP_PROTO_TCP]  = &tcp_proto,
	[IP_PROTO_UDP]  = &udp_proto,
	[IP_PROTO_OSPF] = &ospf_proto,
};

const struct l4_proto *l4_find(uint8_t ipproto)
{
	return protos[ipproto];
}

void l4_burst_end(struct stack *st)
{
	tcp_burst_end(st);                        /* nobody else puts anything off */
}

struct pkt *l4_burst_more(struct stack *st, struct netdev *dev, struct pkt *first)
{
	return tcp_burst_more(st, dev, first);
}

void l4_dev_changed(struct stack *st, struct netdev *dev, bool gone)
{
	for (size_t i = 0; i < N_ELEM(protos); i++)
		if (protos[i] && protos[i]->dev_changed)
			protos[i]->dev_changed(st, dev, gone);
}

void l4_fini(struct stack *st)
{
	for (size_t i = 0; i < N_ELEM(protos); i++)
		if (protos[i] && protos[i]->free)
			protos[i]->free(st);
}
