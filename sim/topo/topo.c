// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"

#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

static void check_fini(struct topo_check *c)
{
	free(c->name);
	free(c->run);
	free(c->expect);
	free(c->pass);
	free(c->fail);
}

void topo_free(struct topo *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_nodes; i++)
		topo_node_fini(&t->nodes[i]);
	for (size_t i = 0; i < t->n_links; i++)
		topo_link_fini(&t->links[i]);
	for (size_t i = 0; i < t->n_events; i++)
		free(t->events[i].cmd);
	for (size_t i = 0; i < t->n_checks; i++)
		check_fini(&t->checks[i]);
	topo_link_fini(&t->base_link);
	ynode_free(t->defaults);
	ynode_free(t->kinds);
	ynode_free(t->groups);
	free(t->nodes);
	free(t->by_name);
	free(t->links);
	free(t->events);
	free(t->checks);
	free(t->file);
	free(t->name);
	buf_free(&t->notes);
	topo_uplink_free(t->uplink);
	free(t);
}

static int by_name_cmp(const void *va, const void *vb, void *nodes)
{
	const struct topo_node *n = nodes;

	return strcmp(n[*(const uint32_t *)va].name, n[*(const uint32_t *)vb].name);
}

void topo_index(struct topo *t)
{
	free(t->by_name);
	t->by_name = mem_zalloc(t->n_nodes, sizeof(*t->by_name));
	for (size_t i = 0; i < t->n_nodes; i++)
		t->by_name[i] = (uint32_t)i;
	qsort_r(t->by_name, t->n_nodes, sizeof(*t->by_name), by_name_cmp, t->nodes);
}

int topo_node_find(const struct topo *t, const char *name)
{
	size_t lo = 0, hi = t->by_name ? t->n_nodes : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(name, t->nodes[t->by_name[mid]].name);

		if (cmp == 0)
			return (int)t->by_name[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}
