// SPDX-License-Identifier: GPL-3.0-or-later
/* Links that come and go while the lab runs. */
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/taps.h"

/* --- one more -------------------------------------------------------------------- */

static struct link *append(struct lab *lab, struct topo_link *spec)
{
	struct link *l = xcalloc(1, sizeof(*l));
	uint32_t i = (uint32_t)lab->n_links++;

	topo_link_append(lab->topo, spec);
	lab->links = xrealloc(lab->links, lab->n_links * sizeof(struct link *));
	lab->links[i] = l;
	link_build(l, lab, i, &lab->topo->links[i]);
	hubs_find_loops(lab);
	return l;
}

struct link *lab_link_add(struct lab *lab, const char *a, const char *b, int argc,
			  char *const *argv, struct buf *notes, struct buf *err)
{
	struct topo_link spec;
	struct link *l;
	int bad = OK;

	if (!lab_read_link(lab, a, b, argc, argv, &spec, notes, err))
		return NULL;
	l = append(lab, &spec);
	lab_note_change(lab, "link %s %s added", node_name(l->end[0].node),
			node_name(l->end[1].node));
	for (int i = 0; i < 2 && !bad; i++)
		bad = node_attach_end(l->end[i].node, &l->end[i]);
	if (bad) {
		buf_str(err, err_text(bad));
		(void)lab_link_del(lab, l, err);
		return NULL;
	}
	taps_link_added(l);
	link_update_carrier(l);
	return l;
}

/* --- one less -------------------------------------------------------------------- */

/* From the lab's list to that of the deleted, whose memory stays. */
static void take_out(struct lab *lab, struct link *l)
{
	topo_link_remove(lab->topo, l->index);
	lab->n_links--;
	for (size_t i = l->index; i < lab->n_links; i++) {
		lab->links[i] = lab->links[i + 1];
		lab->links[i]->index = (uint32_t)i;
	}
	l->next_gone = lab->gone_links;
	lab->gone_links = l;
}

void lab_drop_link(struct lab *lab, struct link *l)
{
	l->up = false;
	link_update_carrier(l);
	taps_link_gone(l);
	for (int i = 0; i < 2; i++) {
		node_detach_end(l->end[i].node, &l->end[i]);
		node_remove_end(l->end[i].node, &l->end[i]);
	}
	take_out(lab, l);
}

bool lab_link_del(struct lab *lab, struct link *l, struct buf *err)
{
	for (int i = 0; i < 2; i++)
		if (node_is_door(l->end[i].node)) {
			buf_printf(err, "%s is outside the lab; its links stay as in the lab file",
				   node_name(l->end[i].node));
			return false;
		}
	lab_note_change(lab, "link %s %s deleted", node_name(l->end[0].node),
			node_name(l->end[1].node));
	lab_drop_link(lab, l);
	hubs_find_loops(lab);
	return true;
}
