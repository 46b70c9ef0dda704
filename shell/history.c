// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/history.h"

#include <stdlib.h>
#include <string.h>

void history_add(struct history *h, const char *line, ns_t at)
{
	if (!line[strspn(line, " \t")])
		return;
	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 64;
		struct history_line *v = realloc(h->v, cap * sizeof(*v));

		if (!v)
			return;
		h->v = v;
		h->cap = cap;
	}
	h->v[h->n] = (struct history_line){ .line = strdup(line), .at = at, .ended_at = at };
	if (h->v[h->n].line)
		h->n++;
}

void history_ended(struct history *h, ns_t at)
{
	if (h->n)
		h->v[h->n - 1].ended_at = at;
}

void history_interrupted(struct history *h, ns_t at)
{
	history_ended(h, at);
	if (h->n)
		h->v[h->n - 1].interrupted = true;
}

void history_became(struct history *h, const char *line)
{
	char *copy = h->n ? strdup(line) : NULL;

	if (!copy)
		return;
	free(h->v[h->n - 1].line);
	h->v[h->n - 1].line = copy;
}

void history_fini(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].line);
	free(h->v);
	*h = (struct history){ 0 };
}
