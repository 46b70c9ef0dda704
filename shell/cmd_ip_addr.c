// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/args.h"
#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"

/* ip addr add, replace, change, del and flush, with iproute2's words; their
 * table is in cmd_ip.c. */

/* The broadcast address follows from the prefix: + asks for that, and its own
 * words for no other. */
static bool brd_ok(struct shell *sh, const struct args *a, const struct prefix *p)
{
	const char *brd = args_word(a, "BRD");
	struct addr addr;

	if (!brd || strcmp(brd, "+") == 0)
		return true;
	if (!addr_parse(&addr, brd) || addr.family != ADDR_IP4) {
		shell_error(sh, "Error: any valid address is expected rather than \"%s\".", brd);
		return false;
	}
	if (p->len < 31 && addr.v4 == (p->addr.v4 | ~ip4_mask(p->len)))
		return true;
	shell_error(sh, "brd %s: only the subnet's own broadcast address can be", brd);
	return false;
}

/* Without a length ip(8) takes what there is, and does not like it. */
static void addr_del_find(struct shell *sh, const struct netdev *dev, struct prefix *p)
{
	char text[ADDR_STRLEN];
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node) {
		if (!addr_eq(&ia->prefix.addr, &p->addr))
			continue;
		*p = ia->prefix;
		shell_error(sh, "Warning: Executing wildcard deletion to stay compatible with old "
			    "scripts.\n"
			    "         Explicitly specify the prefix length (%s/32) to avoid this "
			    "warning.\n"
			    "         This special behaviour is likely to disappear in further "
			    "releases,\n"
			    "         fix your scripts!", addr_fmt(&p->addr, text));
		return;
	}
}

static int addr_change(struct shell *sh, const struct args *a, struct stack *st,
		       struct netdev *dev, struct prefix *p)
{
	int err;

	if (args_has(a, "del") || args_has(a, "delete")) {
		if (!strchr(args_word(a, "ADDR"), '/'))
			addr_del_find(sh, dev, p);
		err = stack_addr_del(st, dev, p);
		if (err == ERR_NOENT || err == ERR_NOTAVAIL)
			return shell_error(sh, "Error: ipv4: Address not found.");
		return ip_answer(sh, err);
	}
	if (!brd_ok(sh, a, p))
		return 1;
	err = stack_addr_add(st, dev, p);
	if (err == ERR_EXIST)
		return args_has(a, "replace") || args_has(a, "change") ? 0 :
			shell_error(sh, "Error: ipv4: Address already assigned.");
	return ip_answer(sh, err);
}

int ip_addr_change_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "DEV"), *label = args_word(a, "LABEL");
	struct netdev *dev;
	struct prefix p;

	if (!st)
		return 1;
	if (!name)
		return shell_error(sh, "Not enough information: \"dev\" argument is required.");
	dev = ip_one_dev(sh, a) ? ip_dev(sh, st, name) : NULL;
	if (!dev || !args_prefix(a, "ADDR", &p))
		return 1;
	if (label && strcmp(label, name) != 0)
		return shell_error(sh, "label %s: an address has its interface's name and no other",
				   label);
	return addr_change(sh, a, st, dev, &p);
}

int ip_addr_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "DEV");
	struct netdev *dev;
	struct ifaddr *ia;
	int err = OK;

	if (!st)
		return 1;
	if (!name)
		return shell_error(sh, "Flush requires arguments.");
	dev = stack_dev(st, name);
	if (!dev)
		return shell_error(sh, "Device \"%s\" does not exist.", name);
	while (!err && (ia = list_first(&dev->addrs, struct ifaddr, node))) {
		struct prefix p = ia->prefix;

		err = stack_addr_del(st, dev, &p);
	}
	return ip_answer(sh, err);
}
