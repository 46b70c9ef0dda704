/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_TOPO_VIEW_H
#define SHELL_TOPO_VIEW_H
/* What topo show reports, for people. */
#include <jansson.h>
#include <stdbool.h>

#include "stack/util/buf.h"

/* The picture, at most 100 characters wide; false if there is none. */
bool topo_view_picture(const json_t *topo, struct buf *out);
/* Every node with its interfaces, addresses and neighbours. */
void topo_view_list(const json_t *topo, struct buf *out);

#endif
