/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_CHECK_PROC_H
#define SHELL_CHECK_PROC_H
/*
 * A lab's checks run in a child process, so that whatever becomes of it there
 * is a report: a crash, an endless loop and a broken lab file are entries of it.
 */
#include <stdbool.h>
#include <stdint.h>

struct report_lab;

/*
 * Runs the checks of l->file in a child and fills l with what it tells.  The
 * child and what it started are killed after wall_limit_ms.  False if the user
 * interrupted it (SIGINT, SIGTERM, SIGHUP): l then says so.
 */
bool check_proc(struct report_lab *l, const uint64_t *seed, uint32_t wall_limit_ms);

#endif
