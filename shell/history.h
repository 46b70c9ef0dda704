/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_HISTORY_H
#define SHELL_HISTORY_H
/* The lines of this session with their lab instants, so that a script of them
 * replays it. */
#include <stdbool.h>
#include <stddef.h>

#include "stack/util/ns.h"

struct history_line { char *line; ns_t at, ended_at; bool interrupted; };
struct history { struct history_line *v; size_t n, cap; };

/* Begins a line at an instant; out of memory forgets it. */
void history_add(struct history *h, const char *line, ns_t at);
/* The last line ended at an instant, by itself or interrupted. */
void history_ended(struct history *h, ns_t at);
void history_interrupted(struct history *h, ns_t at);
/* What the last line came to be, where that is another one; copied. */
void history_became(struct history *h, const char *line);
void history_fini(struct history *h);

#endif
