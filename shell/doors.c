// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/doors.h"

#include "sim/sim.h"

void doors_say_real_time(FILE *err)
{
	fprintf(err, "netloom: the lab has doors to the outside: its time follows the wall clock "
		"(pace real)\n");
}

bool doors_open(struct lab *lab, bool quiet, struct buf *errs)
{
	uint32_t before = lab_pace(lab);

	if (!lab_open_ports(lab, errs)) {
		buf_str(errs, errs->len ? "" : "netloom: out of memory\n");
		return false;
	}
	if (!quiet && lab_pace(lab) != before)
		doors_say_real_time(stderr);
	return true;
}

static bool replay(struct lab *lab, const char *path, bool quiet, struct buf *errs)
{
	struct replay_info rp;
	char err[256];

	if (!lab_replay(lab, path, err)) {
		buf_printf(errs, "netloom: %s\n", err);
		return false;
	}
	if (!quiet && lab_replaying(lab, &rp) && rp.note)
		fprintf(stderr, "netloom: %s\n", rp.note);
	return true;
}

bool doors_open_with(struct lab *lab, const char *from, const char *record, bool quiet,
		     struct buf *errs)
{
	char err[256];

	if (from ? !replay(lab, from, quiet, errs) : !doors_open(lab, quiet, errs))
		return false;
	if (!record || lab_record_start(lab, record, err))
		return true;
	buf_printf(errs, "netloom: %s\n", err);
	return false;
}
