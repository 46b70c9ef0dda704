// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/prog.h"
#include "shell/state.h"
#include "shell/table.h"

/* Mininet's `iperf`: five seconds of TCP from one host to another, measured
 * with iperf3, and the rate as each end saw it. */

#define PORT "5001"                       /* as Mininet's */

static void silent(void *ctx, const char *text, size_t n)
{
	(void)ctx, (void)text, (void)n;
}

/* The first and the last host, as Mininet takes them. */
static void pair_default(struct shell *sh, struct node **from, struct node **to)
{
	struct addr a;

	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);

		if (strcmp(node_kind(n), "host") != 0 || !node_addr(n, &a))
			continue;
		if (!*from)
			*from = n;
		else
			*to = n;
	}
}

static void rate_text(double bps, struct buf *b)
{
	static const char *const units[] = { "bits", "Kbits", "Mbits", "Gbits", "Tbits" };
	size_t u = 0;

	while (bps >= 1000 && u < 4)
		bps /= 1000, u++;
	buf_printf(b, bps < 9.995 ? "%.2f %s/sec" : bps < 99.95 ? "%.1f %s/sec" : "%.0f %s/sec",
		   bps, units[u]);
}

static json_t *pair_json(struct node *from, struct node *to, const json_t *report)
{
	const json_t *end = jget(report, "end");
	json_t *o = json_object();

	jset_str(o, "client", node_name(from));
	jset_str(o, "server", node_name(to));
	jset(o, "server_bps", json_real(jnum(jget(end, "sum_received"), "bits_per_second")));
	jset(o, "client_bps", json_real(jnum(jget(end, "sum_sent"), "bits_per_second")));
	return o;
}

static int measure(struct shell *sh, struct node *from, struct node *to, const char *addr)
{
	struct prog_io io = { .out = silent, .err = silent };
	char name[] = "iperf3", s[] = "-s", one[] = "-1", c[] = "-c", p[] = "-p", port[] = PORT,
	     t[] = "-t", five[] = "5", host[ADDR_STRLEN] = "";
	char *serve[] = { name, s, one, p, port, NULL };
	char *call[] = { name, c, host, p, port, t, five, NULL };
	struct prog *server = prog_start(to, 5, serve, &io);
	json_t *report = NULL;
	int status;

	memcpy(host, addr, strlen(addr));
	if (!server)
		return shell_error(sh, "out of memory");
	status = prog_run(sh, from, 7, call, &report);
	prog_free(server);
	if (!status)
		shell_result(sh, pair_json(from, to, report));
	else
		shell_error(sh, "%s",
			    jstr(report, "error") ? jstr(report, "error") : "iperf failed");
	json_decref(report);
	return status != 0;
}

static int iperf_run(struct shell *sh, const struct args *a)
{
	struct node *from = args_node(a, "A"), *to = args_node(a, "B");
	char text[ADDR_STRLEN];
	struct addr addr;

	if (!from)
		pair_default(sh, &from, &to);
	if (!from || !to)
		return shell_error(sh, "iperf needs two hosts");
	if (!shell_may_wait(sh) || !prog_may_start(sh, from, "iperf3") ||
	    !prog_may_start(sh, to, "iperf3"))
		return 1;
	if (!node_addr(to, &addr))
		return shell_error(sh, "%s has no address", node_name(to));
	shell_printf(sh, "*** Iperf: testing TCP bandwidth between %s and %s\n", node_name(from),
		     node_name(to));
	return measure(sh, from, to, addr_fmt(&addr, text));
}

static void iperf_print(struct shell *sh, const struct args *a, const json_t *r)
{
	struct buf server = { 0 }, client = { 0 };

	(void)a;
	rate_text(jnum(r, "server_bps"), &server);
	rate_text(jnum(r, "client_bps"), &client);
	shell_printf(sh, "*** Results: ['%s', '%s']\n", server.s, client.s);
	buf_free(&server);
	buf_free(&client);
}

const struct cmd cmds_iperf[] = {
	{ .name = "iperf", .args = "[A:node B:node]", .flags = CMD_LAB, .run = iperf_run,
	  .print = iperf_print, .help = "TCP throughput between two nodes" },
	{ 0 },
};
