// SPDX-License-Identifier: GPL-3.0-or-later
/* Nodes that come and go while the lab runs. */
#include <stdlib.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/taps.h"
#include "sim/tcp_watch.h"
#include "sim/topo/topo.h"

/* --- one more -------------------------------------------------------------------- */

static struct node *append(struct lab *lab, struct topo_node *spec)
{
	struct node *n = xcalloc(1, sizeof(*n));
	uint32_t i = (uint32_t)lab->n_nodes++;

	topo_node_append(lab->topo, spec);
	lab->nodes = xrealloc(lab->nodes, lab->n_nodes * sizeof(struct node *));
	lab->nodes[i] = n;
	node_build(n, lab, i);
	return n;
}

struct node *lab_node_add(struct lab *lab, const char *name, int argc, char *const *argv,
			  struct buf *notes, struct buf *err)
{
	struct topo_node spec;
	struct node *n;
	int bad;

	if (!lab_read_node(lab, name, argc, argv, &spec, notes, err))
		return NULL;
	n = append(lab, &spec);
	lab_note_change(lab, "%s added", name);
	bad = node_boot(n);
	if (!bad)
		return n;
	buf_str(err, err_text(bad));
	(void)lab_node_del(lab, n, err);
	return NULL;
}

/* --- one less -------------------------------------------------------------------- */

/* From the lab's list to that of the deleted, whose memory stays. */
static void take_out(struct lab *lab, struct node *n)
{
	n->gone = xcalloc(1, sizeof(*n->gone));
	topo_node_remove(lab->topo, n->index, n->gone);
	lab->n_nodes--;
	for (size_t i = n->index; i < lab->n_nodes; i++) {
		lab->nodes[i] = lab->nodes[i + 1];
		lab->nodes[i]->index = (uint32_t)i;
	}
	n->next_gone = lab->gone_nodes;
	lab->gone_nodes = n;
}

static void end_exposing(struct lab *lab, const struct node *n)
{
	size_t all = lab_exposed(lab, NULL, 0);
	struct expose_info *info = xcalloc(all + 1, sizeof(*info));

	(void)lab_exposed(lab, info, all);
	for (size_t i = 0; i < all; i++) {
		if (info[i].node != n)
			continue;
		lab_say(lab, "expose %d of port %u of %s ended", info[i].id, info[i].node_port,
			node_name(n));
		(void)lab_expose_stop(lab, info[i].id);
	}
	free(info);
}

bool lab_node_del(struct lab *lab, struct node *n, struct buf *err)
{
	if (n->is_door || lab->n_nodes == 1) {
		buf_printf(err, n->is_door ? "%s is outside the lab, and stays as in the lab file" :
			   "%s is the lab's only node, and a lab needs nodes", node_name(n));
		return false;
	}
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (n->ends[i]->peer->node->is_door) {
			buf_printf(err, "%s has a link to %s, which is outside the lab and keeps "
				   "its links", node_name(n), node_name(n->ends[i]->peer->node));
			return false;
		}
	node_halt(n, "deleted");
	while (n->n_ends)
		lab_drop_link(lab, n->ends[n->n_ends - 1]->link);
	hubs_find_loops(lab);
	end_exposing(lab, n);
	taps_node_gone(n);
	tcp_watch_node_gone(n);
	take_out(lab, n);
	return true;
}
