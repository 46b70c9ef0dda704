// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/state.h"
#include "shell/table.h"

/* trace drops: a line for each packet that dies, when it dies. */

static void on_drop(void *ctx, const struct drop_record *r)
{
	shell_line(ctx, "t=%" PRIns ".%09" PRIns " %s%s%s drop %s: %s", r->at / SEC(1),
		   r->at % SEC(1), r->node, r->ifname[0] ? " " : "", r->ifname, drop_name(r->why),
		   r->frame ? r->frame : "");
}

static int drops_run(struct shell *sh, const struct args *a)
{
	bool on = !args_has(a, "off");

	lab_trace_drops(sh->lab, on ? on_drop : NULL, on ? sh : NULL);
	return shell_result(sh, json_pack("{s:b}", "trace_drops", on));
}

const struct cmd cmds_trace[] = {
	{ .name = "trace drops", .args = "[on|off]", .flags = CMD_LAB, .run = drops_run,
	  .help = "show each packet that is dropped, and why" },
	{ 0 },
};
