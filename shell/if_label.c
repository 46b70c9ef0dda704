// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/if_label.h"

#include <stdlib.h>
#include <string.h>

#include "shell/state.h"
#include "sim/sim.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool if_names_differ(const struct lab *lab)
{
	size_t n = 2 * lab_n_links(lab);
	const char **names = calloc(n ? n : 1, sizeof(*names));
	bool differ = names != NULL;

	for (size_t i = 0; names && i < n; i++)
		names[i] = link_ifname(lab_link(lab, i / 2), i & 1 ? SIDE_B : SIDE_A);
	if (names)
		qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 1; i < n && differ; i++)
		differ = strcmp(names[i - 1], names[i]) != 0;
	free(names);
	return differ;
}

void if_label_print(struct shell *sh, bool alone, const char *node, const char *ifname)
{
	size_t n = strlen(node);

	if (alone || (strncmp(ifname, node, n) == 0 && ifname[n] == '-'))
		shell_printf(sh, "%s", ifname);
	else
		shell_printf(sh, "%s-%s", node, ifname);
}
