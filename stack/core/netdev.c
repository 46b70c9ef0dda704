// SPDX-License-Identifier: MIT
#include "stack/netdev.h"

#include <stdio.h>
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/wire/ip4.h"

void netdev_init(struct netdev *dev, const struct netdev_ops *ops, const char *name,
		 struct mac mac, uint32_t flags)
{
	*dev = (struct netdev){ .ops = ops, .mac = mac, .flags = flags, .mtu = 1500 };
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	list_init(&dev->addrs);
	list_init(&dev->groups);
}

static void set_flag(struct netdev *dev, enum dev_flag flag, bool on)
{
	uint32_t was = dev->flags;

	dev->flags = on ? was | flag : was & ~(uint32_t)flag;
	if (dev->flags != was && dev->stack)
		ifaddr_dev_changed(dev->stack, dev);
}

void netdev_set_up(struct netdev *dev, bool up)
{
	if (!!(dev->flags & DEV_UP) == up)
		return;
	set_flag(dev, DEV_UP, up);
	if (dev->ops->up)
		dev->ops->up(dev, up);
}

void netdev_set_carrier(struct netdev *dev, bool on)
{
	set_flag(dev, DEV_CARRIER, on);
}

int netdev_set_mtu(struct netdev *dev, uint32_t mtu)
{
	if (mtu < IP4_MIN_MTU || mtu > IP4_LEN_MAX)
		return ERR_INVAL;
	dev->mtu = mtu;
	if (!dev->stack)
		return OK;
	dev->stack->ways_gen++;
	l4_dev_changed(dev->stack, dev, false);
	return OK;
}

void netdev_count_drop(struct netdev *dev, enum drop why)
{
	if (!dev->drops)
		dev->drops = calloc(DROP_N, sizeof(*dev->drops));
	if (dev->drops)
		dev->drops[why]++;
}
