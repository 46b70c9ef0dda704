// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/prog.h"
#include "shell/state.h"
#include "shell/table.h"

/*
 * Reachability between pairs of nodes, with Mininet's words and text: one
 * ping each, one after the other, so that a lab's answer never depends on
 * how pings share a link.
 */

struct pings {
	struct shell *sh;
	struct node **node;               /* those that take part */
	size_t n;
	char timeout[40];                 /* seconds, as ping -W takes them */
	json_t *pairs;
	json_int_t sent, received;
};

/* Every node with an address; one outside is pinged, but pings nobody. */
static bool pings_init(struct pings *p, struct shell *sh, const struct args *a)
{
	ns_t w = args_ns(a, "TIMEOUT", SEC(1));
	struct addr addr;

	*p = (struct pings){ .sh = sh, .pairs = json_array() };
	p->node = calloc(lab_n_nodes(sh->lab) + 1, sizeof(*p->node));
	for (size_t i = 0; p->node && i < lab_n_nodes(sh->lab); i++)
		if (node_addr(lab_node(sh->lab, i), &addr))       /* a hub has none */
			p->node[p->n++] = lab_node(sh->lab, i);
	shell_fmt_time(w, 9, p->timeout);
	p->timeout[strlen(p->timeout) - 1] = '\0';        /* without the s */
	return p->node && p->pairs;
}

/* The result of `ping -c 1`, in the pairs' own keys. */
static json_t *pair_json(struct node *from, struct node *to, const json_t *ping)
{
	bool got = jint(ping, "received") > 0;
	const json_t *rtt = jget(ping, "rtt_ms"), *ns = jget(ping, "rtt_ns");
	json_t *o = json_object();

	jset_str(o, "from", node_name(from));
	jset_str(o, "to", node_name(to));
	jset_int(o, "sent", 1);
	jset_int(o, "received", got);
	if (got && rtt) {
		jset(o, "rtt_ms", json_real(jnum(rtt, "avg")));
		jset(o, "rtt_min_ms", json_real(jnum(rtt, "min")));
		jset(o, "rtt_max_ms", json_real(jnum(rtt, "max")));
		jset(o, "rtt_mdev_ms", json_real(jnum(rtt, "mdev")));
		jset_int(o, "rtt_ns", jint(ns, "avg"));
		jset_int(o, "rtt_min_ns", jint(ns, "min"));
		jset_int(o, "rtt_max_ns", jint(ns, "max"));
		jset_int(o, "rtt_mdev_ns", jint(ns, "mdev"));
	}
	return o;
}

/* One pair; false when the rest must not be tried. */
static bool ping_one(struct pings *p, struct node *from, struct node *to)
{
	char addr[ADDR_STRLEN] = "";
	char c[] = "-c", one[] = "1", w[] = "-W", name[] = "ping";
	char *argv[] = { name, c, one, w, p->timeout, addr, NULL };
	json_t *ping = NULL, *pair;
	struct addr a;

	if (!node_addr(to, &a))
		return true;
	addr_fmt(&a, addr);
	if (node_is_up(from))
		prog_run(p->sh, from, 6, argv, &ping);
	pair = pair_json(from, to, ping);
	json_decref(ping);
	p->sent++;
	p->received += jint(pair, "received");
	shell_printf(p->sh, "%s ", jint(pair, "received") ? node_name(to) : "X");
	json_array_append_new(p->pairs, pair);
	return !p->sh->interrupted && !p->sh->timed_out;
}

static void ping_all(struct pings *p)
{
	bool go = true;

	for (size_t i = 0; go && i < p->n; i++) {
		if (!node_has_stack(p->node[i]))
			continue;
		shell_printf(p->sh, "%s -> ", node_name(p->node[i]));
		for (size_t k = 0; go && k < p->n; k++)
			if (k != i)
				go = ping_one(p, p->node[i], p->node[k]);
		shell_printf(p->sh, "\n");
	}
}

static int pings_report(struct pings *p)
{
	json_int_t lost = p->sent - p->received;
	bool cut = p->sh->interrupted || p->sh->timed_out;

	free(p->node);
	shell_result(p->sh, json_pack("{s:I,s:I,s:f,s:o}", "sent", p->sent, "received", p->received,
				      "loss_percent",
				      p->sent ? 100.0 * (double)lost / (double)p->sent : 0.0,
				      "pairs", p->pairs));
	return cut || lost > 0;
}

static int pingall_run(struct shell *sh, const struct args *a)
{
	struct pings p;

	if (!shell_may_wait(sh) || !pings_init(&p, sh, a))
		return 1;
	shell_printf(sh, "*** Ping: testing ping reachability\n");
	ping_all(&p);
	return pings_report(&p);
}

/* The first two, one of which must be able to ping. */
static void pings_keep_pair(struct pings *p)
{
	size_t second = 1;

	while (p->n > 2 && second + 1 < p->n && !node_has_stack(p->node[0]) &&
	       !node_has_stack(p->node[second]))
		second++;
	if (p->n <= 2)
		return;
	p->node[1] = p->node[second];
	p->n = 2;
}

static int pingpair_run(struct shell *sh, const struct args *a)
{
	struct pings p;

	if (!shell_may_wait(sh) || !pings_init(&p, sh, a))
		return 1;
	pings_keep_pair(&p);
	ping_all(&p);
	return pings_report(&p);
}

static void ping_print(struct shell *sh, const struct args *a, const json_t *r)
{
	(void)a;
	if (jint(r, "sent") == 0)
		shell_printf(sh, "*** Warning: No packets sent\n");
	else
		shell_printf(sh, "*** Results: %d%% dropped (%lld/%lld received)\n",
			     (int)jnum(r, "loss_percent"), (long long)jint(r, "received"),
			     (long long)jint(r, "sent"));
}

static void pingfull_print(struct shell *sh, const struct args *a, const json_t *r)
{
	const json_t *p;
	size_t i;

	(void)a;
	shell_printf(sh, "*** Results: \n");
	json_array_foreach(jget(r, "pairs"), i, p)
		shell_printf(sh, " %s->%s: %lld/%lld, "
			     "rtt min/avg/max/mdev %.3f/%.3f/%.3f/%.3f ms\n",
			     jstr(p, "from"), jstr(p, "to"), (long long)jint(p, "sent"),
			     (long long)jint(p, "received"), jnum(p, "rtt_min_ms"),
			     jnum(p, "rtt_ms"), jnum(p, "rtt_max_ms"), jnum(p, "rtt_mdev_ms"));
}

const struct cmd cmds_ping[] = {
	{ .name = "pingall", .args = "[TIMEOUT:secs]", .flags = CMD_LAB, .run = pingall_run,
	  .print = ping_print, .help = "ping between all pairs of nodes" },
	{ .name = "pingallfull", .args = "[TIMEOUT:secs]", .flags = CMD_LAB, .run = pingall_run,
	  .print = pingfull_print, .help = "ping between all pairs of nodes, with times" },
	{ .name = "pingpair", .args = "[TIMEOUT:secs]", .flags = CMD_LAB, .run = pingpair_run,
	  .print = ping_print, .help = "ping between the first two nodes" },
	{ .name = "pingpairfull", .args = "[TIMEOUT:secs]", .flags = CMD_LAB, .run = pingpair_run,
	  .print = pingfull_print, .help = "ping between the first two nodes, with times" },
	{ 0 },
};
