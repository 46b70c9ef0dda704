// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/doors.h"
#include "shell/offer.h"
#include "shell/state.h"
#include "shell/table.h"

/* The doors to the outside: show ports, port record and replay, expose. */

#define EXPOSED_MAX 256

/* --- show ports ------------------------------------------------------------------- */

static json_t *port_json(const struct port_info *p)
{
	json_t *o = json_object();

	jset_str(o, "node", node_name(p->node));
	jset_str(o, "ifname", p->ifname);
	jset_str(o, "kind", p->word);
	jset_str(o, "argument", p->arg);
	jset_str(o, "state", p->state);
	jset_int(o, "in_frames", (json_int_t)p->in_frames);
	jset_int(o, "in_bytes", (json_int_t)p->in_bytes);
	jset_int(o, "in_dropped", (json_int_t)p->in_dropped);
	jset_int(o, "out_frames", (json_int_t)p->out_frames);
	jset_int(o, "out_bytes", (json_int_t)p->out_bytes);
	jset_int(o, "out_dropped", (json_int_t)p->out_dropped);
	return o;
}

static int ports_run(struct shell *sh, const struct args *a)
{
	size_t n = lab_ports(sh->lab, NULL, 0);
	struct port_info *p = calloc(n + 1, sizeof(*p));
	json_t *all = p ? json_array() : NULL;

	(void)a;
	for (size_t i = 0; all && i < lab_ports(sh->lab, p, n); i++)
		json_array_append_new(all, port_json(&p[i]));
	free(p);
	return shell_result(sh, all);
}

static void record_print(struct shell *sh)
{
	struct record_info rec;
	struct replay_info rp;

	if (lab_recording(sh->lab, &rec))
		shell_printf(sh, "recorded in %s: %" PRIu64 " so far%s%s\n", rec.path, rec.inputs,
			     rec.error ? ", not whole: " : "", rec.error ? rec.error : "");
	if (lab_replaying(sh->lab, &rp))
		shell_printf(sh, "replayed from %s: %" PRIu64 " of %" PRIu64 " still to come%s%s\n",
			     rp.path, rp.left, rp.inputs, rp.note ? "; " : "",
			     rp.note ? rp.note : "");
}

static void ports_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "ifname", "IF", false }, { "kind", "PORT", false },
		{ "argument", "ARGUMENT", false }, { "state", "STATE", false },
		{ "in_frames", "IN", true }, { "in_bytes", "BYTES", true },
		{ "in_dropped", "DROPPED", true }, { "out_frames", "OUT", true },
		{ "out_bytes", "BYTES", true }, { "out_dropped", "DROPPED", true }, { 0 },
	};

	(void)a;
	if (json_array_size(all))
		table_print(sh, all, cols);
	else
		shell_printf(sh, "no ports: the lab has no door to the outside\n");
	record_print(sh);
}

/* --- port record, port replay -------------------------------------------------------- */

static uint64_t frames_so_far(const struct shell *sh)
{
	size_t n = lab_ports(sh->lab, NULL, 0);
	struct port_info *p = calloc(n + 1, sizeof(*p));
	uint64_t sum = 0;

	for (size_t i = 0; p && i < lab_ports(sh->lab, p, n); i++)
		sum += p[i].in_frames;
	free(p);
	return sum;
}

static int record_run(struct shell *sh, const struct args *a)
{
	const char *path = args_word(a, "FILE");
	uint64_t missed = frames_so_far(sh);
	char err[256];

	if (!lab_record_start(sh->lab, path, err))
		return shell_error(sh, "%s", err);
	shell_printf(sh, "what enters the lab is recorded in %s\n", path);
	if (missed)
		shell_printf(sh, "%" PRIu64 " frame%s came in before: a replay begins without\n",
			     missed, missed == 1 ? "" : "s");
	return shell_result(sh, json_pack("{s:s,s:I}", "file", path, "missed", (json_int_t)missed));
}

static int record_stop_run(struct shell *sh, const struct args *a)
{
	struct record_info rec;
	json_t *o;

	(void)a;
	if (!lab_recording(sh->lab, &rec))
		return shell_error(sh, "nothing is recorded");
	shell_printf(sh, "%" PRIu64 " recorded in %s\n", rec.inputs, rec.path);
	o = json_pack("{s:s,s:I}", "file", rec.path, "recorded", (json_int_t)rec.inputs);
	shell_result(sh, o);
	if (rec.error)
		shell_error(sh, "the record is not whole: %s", rec.error);
	else if (lab_record_stop(sh->lab) == OK)
		return 0;
	else
		return shell_error(sh, "the record is not whole");
	(void)lab_record_stop(sh->lab);
	return 1;
}

static int replay_run(struct shell *sh, const struct args *a)
{
	struct replay_info rp;
	char err[256], t[40];

	if (!lab_replay(sh->lab, args_word(a, "FILE"), err))
		return shell_error(sh, "%s", err);
	lab_replaying(sh->lab, &rp);
	shell_fmt_instant(rp.last_at, t);
	shell_printf(sh, "%" PRIu64 " to replay from %s, the last at %s\n", rp.inputs, rp.path, t);
	if (rp.note)
		shell_printf(sh, "%s\n", rp.note);
	return shell_result(sh, json_pack("{s:s,s:I,s:I}", "file", rp.path, "inputs",
					  (json_int_t)rp.inputs, "last_at",
					  (json_int_t)rp.last_at));
}

/* --- expose ------------------------------------------------------------------------------ */

static bool port_parse(const char *s, uint16_t min, uint16_t *port)
{
	unsigned long v = 0;

	if (!*s)
		return false;
	for (; *s >= '0' && *s <= '9' && v <= UINT16_MAX; s++)
		v = v * 10 + (unsigned long)(*s - '0');
	*port = (uint16_t)v;
	return !*s && v <= UINT16_MAX && v >= min;
}

/* NODE:PORT; NULL with an error. */
static struct node *target_parse(struct shell *sh, const char *s, uint16_t *port)
{
	const char *colon = strrchr(s, ':');
	char name[2 * SHELL_NAME_MAX];
	struct node *n;

	if (*s == '@')
		s++;
	if (!colon || !port_parse(colon + 1, 1, port)) {
		shell_error(sh, "'%s': expected NODE:PORT", s);
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(colon - s), s);
	n = lab_find_node(sh->lab, name);
	if (!n)
		shell_error(sh, "no node is called '%s'", name);
	return n;
}

static json_t *exposed_json(const struct expose_info *e)
{
	char addr[ADDR_STRLEN];
	json_t *o = json_object();

	jset_int(o, "id", e->id);
	jset_str(o, "node", node_name(e->node));
	jset_int(o, "node_port", e->node_port);
	jset_str(o, "proto", e->tcp ? "tcp" : "udp");
	jset_str(o, "address", addr_fmt(&e->addr, addr));
	jset_int(o, "port", e->port);
	jset_int(o, "clients", e->clients);
	jset_int(o, "in", (json_int_t)e->in);
	jset_int(o, "out", (json_int_t)e->out);
	jset_int(o, "dropped", (json_int_t)e->dropped);
	jset_int(o, "refused", (json_int_t)e->refused);
	return o;
}

/* All, or the one with that id. */
static json_t *all_exposed(const struct shell *sh, int id)
{
	size_t n = lab_exposed(sh->lab, NULL, 0);
	struct expose_info *e = calloc(n + 1, sizeof(*e));
	json_t *all = e ? json_array() : NULL;

	for (size_t i = 0; all && i < lab_exposed(sh->lab, e, n); i++)
		if (!id || e[i].id == id)
			json_array_append_new(all, exposed_json(&e[i]));
	free(e);
	return all;
}

static int expose_one(struct shell *sh, const struct args *a)
{
	const char *where = args_word(a, "WHERE"), *colon = strrchr(where, ':');
	bool was_open = lab_has_ports(sh->lab);
	uint16_t node_port, port;
	char addr[64], err[256];
	struct node *n = target_parse(sh, args_word(a, "NODE-PORT"), &node_port);
	json_t *one;
	int id;

	if (!n)
		return 1;
	if (!port_parse(colon ? colon + 1 : where, 0, &port))
		return shell_error(sh, "'%s': expected PORT or ADDRESS:PORT", where);
	snprintf(addr, sizeof(addr), "%.*s", colon ? (int)(colon - where) : 0, where);
	id = lab_expose(sh->lab, n, node_port, colon ? addr : NULL, port, args_has(a, "tcp"), err);
	if (id < 0)
		return shell_error(sh, "%s", err);
	if (!was_open && lab_has_ports(sh->lab))
		doors_say_real_time(sh->err);
	one = all_exposed(sh, id);
	shell_result(sh, json_incref(json_array_get(one, 0)));
	json_decref(one);
	return 0;
}

static void one_exposed_print(struct shell *sh, const json_t *o)
{
	shell_printf(sh, "%s:%d/%s is at %s:%d\n", jstr(o, "node"), (int)jint(o, "node_port"),
		     jstr(o, "proto"), jstr(o, "address"), (int)jint(o, "port"));
}

static int expose_run(struct shell *sh, const struct args *a)
{
	return args_word(a, "NODE-PORT") ? expose_one(sh, a) :
	       shell_result(sh, all_exposed(sh, 0));
}

static void expose_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "id", "ID", true }, { "node", "NODE", false }, { "node_port", "PORT", true },
		{ "proto", "PROTO", false }, { "address", "AT", false }, { "port", "PORT", true },
		{ "clients", "CLIENTS", true }, { "in", "IN", true }, { "out", "OUT", true },
		{ "dropped", "DROPPED", true }, { "refused", "REFUSED", true }, { 0 },
	};

	if (args_word(a, "NODE-PORT"))
		one_exposed_print(sh, all);
	else if (json_array_size(all))
		table_print(sh, all, cols);
	else
		shell_printf(sh, "nothing is exposed\n");
}

static int expose_stop_run(struct shell *sh, const struct args *a)
{
	uint64_t id = args_count(a, "ID", 0);

	if (!id && !args_has(a, "all"))
		return shell_error(sh, "incomplete: expected ID or all");
	if (id > INT32_MAX || lab_expose_stop(sh->lab, (int)id) != OK)
		return shell_error(sh, "nothing is exposed as %" PRIu64, id);
	return 0;
}

void offer_exposed(const struct offer *o)
{
	json_t *all = all_exposed(o->sh, 0), *one;
	size_t i;

	json_array_foreach(all, i, one)
		offer_number(o, (unsigned long long)jint(one, "id"));
	json_decref(all);
}

const struct cmd cmds_port[] = {
	{ .name = "show ports", .flags = CMD_LAB, .run = ports_run, .print = ports_print,
	  .help = "the doors to the outside, and what went through" },
	{ .name = "port record", .args = "FILE:file", .flags = CMD_LAB, .run = record_run,
	  .help = "write what enters the lab to a file, for port replay",
	  .text = "FILE is pcapng.  Begin before any time has passed (netloom --record FILE): a\n"
		  "replay knows only what is in it.  history save writes the commands." },
	{ .name = "port record stop", .flags = CMD_LAB, .run = record_stop_run,
	  .help = "end the record" },
	{ .name = "port replay", .args = "FILE:file", .flags = CMD_LAB, .run = replay_run,
	  .help = "shut the doors: what was recorded enters, in virtual time",
	  .text = "Before any time has passed; netloom --replay FILE opens no door at all." },
	{ .name = "expose", .args = "[NODE-PORT WHERE [udp|tcp]]", .flags = CMD_LAB,
	  .run = expose_run, .print = expose_print,
	  .help = "make a port of a node a port of this machine, or list those",
	  .text = "expose NODE:PORT [ADDRESS:]PORT [udp|tcp]\n"
		  "ADDRESS is 127.0.0.1 if it is not given; PORT 0 is any that is free.\n"
		  "IN and OUT are datagrams, or bytes of tcp." },
	{ .name = "expose stop", .args = "ID:count|all", .flags = CMD_LAB, .run = expose_stop_run,
	  .help = "no longer expose it" },
	{ 0 },
};
