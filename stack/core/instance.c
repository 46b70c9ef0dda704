// SPDX-License-Identifier: MIT
/* The life of a stack: birth, interfaces, options, death. */
#include <stdlib.h>
#include <string.h>

#include "stack/core/arp.h"
#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/core/pmtu.h"
#include "stack/core/sock.h"
#include "stack/util/hash.h"

static const struct stack_hooks no_hooks;

/* The first timer moved forward: the driver must call us sooner. */
static void timers_earlier(struct timerq *q)
{
	struct stack *st = container_of(q, struct stack, timers);

	if (st->hooks->wake)
		st->hooks->wake(st->ctx, timerq_next_at(q));
}

static const struct { int64_t def, min, max; } options[OPT_N] = {
#define X(opt, str, def, min, max, help) [opt] = { def, min, max },
	STACK_OPTIONS(X)
#undef X
};

struct stack *stack_new(const struct stack_config *cfg)
{
	struct stack *st = calloc(1, sizeof(*st));
	struct prefix lo = { addr_ip4(IP4_LOOPBACK), 8 };

	if (!st)
		return NULL;
	st->pool = cfg->pool;
	st->prefixes = cfg->prefixes ? cfg->prefixes : &st->own_prefixes;
	st->lsas = cfg->lsas;
	st->hooks = cfg->hooks ? cfg->hooks : &no_hooks;
	st->ctx = cfg->ctx;
	st->timers.earlier = timers_earlier;
	list_init(&st->devs);
	list_init(&st->socks);
	list_init(&st->route_watches);
	list_init(&st->arp_jobs);
	for (int o = 0; o < OPT_N; o++)
		st->opt[o] = options[o].def;
	st->opt[OPT_FORWARDING] = cfg->forwarding;
	st->forwarding = cfg->forwarding;
	own_sync(st);
	st->name = strdup(cfg->name);
	if (!st->name)
		goto fail;
	rng_init(&st->rng, cfg->seed, cfg->name);
	st->ip_id = (uint16_t)rng_u32(&st->rng);
	st->flow_seed = rng_u32(&st->rng);
	st->lo = loopback_new();
	if (!st->lo || stack_attach(st, st->lo) != OK || stack_addr_add(st, st->lo, &lo) != OK)
		goto fail;
	return st;
fail:
	stack_free(st);
	return NULL;
}

void stack_free(struct stack *st)
{
	struct netdev *dev, *tmp;

	if (!st)
		return;
	sock_fini(st);
	l4_fini(st);
	arp_fini(st);
	ip4_fini(st);
	neigh_fini(st);
	route_fini(st);
	prefix_pool_fini(&st->own_prefixes);
	pmtu_fini(st);
	list_for_each_safe(&st->devs, dev, tmp, node)
		stack_detach(st, dev);
	loopback_free(st->lo);
	free(st->name);
	free(st);
}

int stack_attach(struct stack *st, struct netdev *dev)
{
	if (stack_dev(st, dev->name))
		return ERR_EXIST;
	dev->stack = st;
	dev->ifindex = ++st->next_ifindex;
	list_push_back(&st->devs, &dev->node);
	return OK;
}

void stack_detach(struct stack *st, struct netdev *dev)
{
	l4_dev_changed(st, dev, true);
	arp_dev_gone(st, dev);
	neigh_dev_forget(st, dev);
	route_dev_changed(st, dev, true);
	rx_known_flush(st);
	ifaddr_fini(dev);
	mcast_fini(dev);
	list_remove(&dev->node);
	free(dev->drops);
	dev->drops = NULL;
	dev->stack = NULL;
}

struct netdev *stack_dev(const struct stack *st, const char *name)
{
	struct netdev *dev;

	list_for_each(&st->devs, dev, node)
		if (strcmp(dev->name, name) == 0)
			return dev;
	return NULL;
}

struct netdev *stack_dev_index(const struct stack *st, unsigned ifindex)
{
	struct netdev *dev;

	list_for_each(&st->devs, dev, node)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

const char *stack_name(const struct stack *st) { return st->name; }
void *stack_ctx(const struct stack *st) { return st->ctx; }

int64_t stack_option(const struct stack *st, enum stack_option o)
{
	return st->opt[o];
}

int stack_set_option(struct stack *st, enum stack_option o, int64_t v)
{
	if ((unsigned)o >= OPT_N || v < options[o].min || v > options[o].max)
		return ERR_INVAL;
	st->opt[o] = v;
	if (o == OPT_TCP_PROFILE)
		profile_apply(st, (unsigned)v);
	st->forwarding = st->opt[OPT_FORWARDING];
	own_sync(st);
	rx_known_flush(st);
	return OK;
}

/* --- the driver's calls ------------------------------------------------------ */

void stack_run(struct stack *st, ns_t now)
{
	assert(now >= st->now);
	st->now = now;
	timerq_run(&st->timers, now);
}

ns_t stack_next_at(const struct stack *st)
{
	return timerq_next_at(&st->timers);
}

void pkt_drop_note(struct stack *st, struct netdev *dev, const struct pkt *p, enum drop why)
{
	st->drop[why]++;
	if (dev)
		netdev_count_drop(dev, why);
	if (st->hooks->drop)
		st->hooks->drop(st->ctx, dev, p, why);
}

void pkt_drop_at(struct stack *st, struct netdev *dev, struct pkt *p, enum drop why)
{
	pkt_drop_note(st, dev, p, why);
	pkt_free(p);
}
