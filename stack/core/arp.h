/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_ARP_H
#define STACK_CORE_ARP_H
/* Implemented by ip4/arp.c; core knows of it only to end its jobs. */
struct netdev;
struct pkt;
struct stack;

/* One ARP packet behind its Ethernet header; consumes it. */
void arp_input(struct stack *st, struct netdev *dev, struct pkt *p);
void arp_fini(struct stack *st);
void arp_dev_gone(struct stack *st, struct netdev *dev);

#endif
