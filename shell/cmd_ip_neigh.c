// SPDX-License-Identifier: GPL-3.0-or-later
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shell/args.h"
#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

/* ip neigh, with iproute2's words, text and JSON; its table is in cmd_ip.c. */

/* "reachable" is REACHABLE. */
static bool is_state(const char *word, const char *state)
{
	size_t i = 0;

	while (word[i] && toupper((unsigned char)word[i]) == state[i])
		i++;
	return !word[i] && !state[i];
}

static bool nud_ok(struct shell *sh, const char *nud)
{
	bool ok = !nud || strcmp(nud, "all") == 0;

	for (int s = 0; s <= NUD_PERMANENT && !ok; s++)
		ok = is_state(nud, show_neigh_state((enum neigh_state)s));
	if (!ok)
		ip_wrong(sh, nud, "nud state is bad");
	return ok;
}

/* Do the words dev, nud and to mean this one? */
static bool is_chosen(const struct args *a, const struct neigh_info *n)
{
	const char *dev = args_word(a, "DEV"), *nud = args_word(a, "NUD");
	struct prefix p;

	if (dev && strcmp(dev, n->dev->name) != 0)
		return false;
	if (args_prefix(a, "PREFIX", &p) && !prefix_has(&p, &n->addr))
		return false;
	return !nud || strcmp(nud, "all") == 0 || is_state(nud, show_neigh_state(n->state));
}

/* --- show ---------------------------------------------------------------------- */

struct neighs { const struct args *a; json_t *all; };

/* What was asked for by the interface does not repeat it. */
static bool add_neigh(void *arg, const struct neigh_info *n)
{
	struct neighs *l = arg;
	json_t *o;

	if (!is_chosen(l->a, n))
		return true;
	o = net_neigh_json(n);
	if (args_word(l->a, "DEV"))
		json_object_del(o, "dev");
	json_array_append_new(l->all, o);
	return true;
}

int ip_neigh_show_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *dev = args_word(a, "DEV");
	struct neighs l = { a, NULL };

	if (!st || (dev && !ip_dev(sh, st, dev)) || !nud_ok(sh, args_word(a, "NUD")))
		return 1;
	l.all = json_array();
	show_neighs(st, add_neigh, &l);
	return shell_result(sh, l.all);
}

void ip_neigh_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *n;
	size_t i;

	(void)a;
	json_array_foreach(all, i, n) {
		shell_printf(sh, "%s ", jstr(n, "dst"));
		if (jget(n, "dev"))
			shell_printf(sh, "dev %s ", jstr(n, "dev"));
		if (jget(n, "lladdr"))
			shell_printf(sh, "lladdr %s ", jstr(n, "lladdr"));
		shell_printf(sh, "%s \n", json_string_value(json_array_get(jget(n, "state"), 0)));
	}
}

struct neigh_find { const struct addr *addr; const struct netdev *dev; json_t *found; };

static bool is_neigh(void *arg, const struct neigh_info *n)
{
	struct neigh_find *f = arg;

	if (n->dev == f->dev && addr_eq(&n->addr, f->addr))
		f->found = net_neigh_json(n);
	return !f->found;
}

/* The entry, or NULL; a new reference. */
static json_t *neigh_find(struct stack *st, const struct netdev *dev, const struct addr *addr)
{
	struct neigh_find f = { addr, dev, NULL };

	show_neighs(st, is_neigh, &f);
	return f.found;
}

int ip_neigh_get_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct netdev *dev;
	struct addr addr;
	json_t *n;

	if (!st)
		return 1;
	if (!args_word(a, "DEV") || !args_addr(a, "ADDR", &addr))
		return shell_error(sh, "Device and address are required arguments.");
	dev = ip_dev(sh, st, args_word(a, "DEV"));
	if (!dev)
		return 1;
	n = neigh_find(st, dev, &addr);
	return n ? shell_result(sh, json_pack("[o]", n)) :
		shell_error(sh, "Error: Neighbour entry not found.");
}

/* --- change -------------------------------------------------------------------- */

static int neigh_set(struct shell *sh, const struct args *a, struct stack *st,
		     struct netdev *dev, const struct addr *addr)
{
	const char *nud = args_word(a, "NUD");
	struct mac mac;
	json_t *old;
	bool found;

	if (!nud_ok(sh, nud))
		return 1;
	if (nud && strcmp(nud, "permanent") != 0)
		return shell_error(sh, "nud %s: what is set by hand is permanent here", nud);
	if (!args_mac(a, "MAC", &mac))
		return shell_error(sh, "Error: No link layer address given.");
	old = neigh_find(st, dev, addr);
	found = old != NULL;
	json_decref(old);
	if (args_has(a, "change") && !found)
		return shell_error(sh, "RTNETLINK answers: No such file or directory");
	if (found && !args_has(a, "change") && !args_has(a, "replace"))
		return ip_answer(sh, ERR_EXIST);
	return ip_answer(sh, stack_neigh_set(st, dev, addr, mac));
}

int ip_neigh_change_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct netdev *dev;
	struct addr addr;
	int err;

	if (!st)
		return 1;
	if (!args_word(a, "DEV") || !args_addr(a, "ADDR", &addr))
		return shell_error(sh, "Device and destination are required arguments.");
	dev = ip_dev(sh, st, args_word(a, "DEV"));
	if (!dev)
		return 1;
	if (!args_has(a, "del") && !args_has(a, "delete"))
		return neigh_set(sh, a, st, dev, &addr);
	err = stack_neigh_del(st, dev, &addr);
	return err == ERR_NOENT ? shell_error(sh, "RTNETLINK answers: No such file or directory") :
		ip_answer(sh, err);
}

struct doomed { const struct args *a; struct neigh_info *v; size_t n, room; };

/* As ip(8): what is permanent only if it is asked for. */
static bool add_doomed(void *arg, const struct neigh_info *n)
{
	struct doomed *d = arg;
	struct neigh_info *v;

	if (!is_chosen(d->a, n) || (n->state == NUD_PERMANENT && !args_word(d->a, "NUD")))
		return true;
	if (d->n == d->room) {
		d->room = d->room ? 2 * d->room : 16;
		v = realloc(d->v, d->room * sizeof(*v));
		if (!v)
			return false;
		d->v = v;
	}
	d->v[d->n++] = *n;
	return true;
}

int ip_neigh_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *dev = args_word(a, "DEV");
	struct doomed d = { .a = a };
	struct netdev *on = NULL;

	if (!st)
		return 1;
	if (!args_has(a, "all") && !dev && !args_word(a, "NUD") && !args_word(a, "PREFIX"))
		return shell_error(sh, "Flush requires arguments.");
	if ((dev && !(on = ip_dev(sh, st, dev))) || !nud_ok(sh, args_word(a, "NUD")))
		return 1;
	if (!args_word(a, "NUD") && !args_word(a, "PREFIX")) {
		stack_neigh_flush(st, on);
		return 0;
	}
	show_neighs(st, add_doomed, &d);
	for (size_t i = 0; i < d.n; i++)
		(void)stack_neigh_del(st, stack_dev_index(st, d.v[i].dev->ifindex), &d.v[i].addr);
	free(d.v);
	return 0;
}
