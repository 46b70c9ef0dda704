/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_LAB_FILE_H
#define TESTS_FUZZ_LAB_FILE_H
/* What must hold for every text that is read as a lab file. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sim/topo/topo.h"
#include "stack/util/buf.h"

/* Lines, each of one piece: nothing of the file's text breaks them. */
static inline void check_lines(const struct buf *b)
{
	assert(!b->bad);
	if (!b->len)
		return;
	assert(strlen(b->s) == b->len && b->s[b->len - 1] == '\n');
	for (size_t i = 0; i < b->len; i++)
		assert((unsigned char)b->s[i] >= 0x20 || b->s[i] == '\n');
}

/* Names end within their room, and an end is of a node that there is. */
static inline void check_names(const struct topo *t)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		size_t n = strnlen(t->nodes[i].name, TOPO_NAME_MAX);

		assert(n > 0 && n < TOPO_NAME_MAX);
	}
	for (size_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = &t->links[i / 2].end[i % 2];

		assert(e->node < t->n_nodes && e->ifname[0]);
		assert(strnlen(e->ifname, TOPO_IF_MAX) < TOPO_IF_MAX);
	}
}

/* Either a lab or errors, and each error says where it is. */
static inline struct topo *read_lab(const char *file, const char *text, size_t len)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse(file, text, len, &errs);
	size_t n = strlen(file);

	assert(!t == (errs.len > 0));
	check_lines(&errs);
	for (const char *s = errs.s; s && *s; s = strchr(s, '\n') + 1)
		assert(strncmp(s, file, n) == 0 && s[n] == ':');
	if (t) {
		check_names(t);
		check_lines(&t->notes);
	}
	buf_free(&errs);
	return t;
}

/* A lab that was read is written, and what was written reads as the same lab.
 * On failure both texts are shown: without them nobody sees what differs. */
static inline void check_round_trip(const struct topo *t)
{
	struct buf text = { 0 }, again = { 0 }, errs = { 0 };
	struct topo *u;

	topo_dump_yaml(t, &text);
	u = topo_parse("dump.yaml", text.s, text.len, &errs);
	if (u)
		topo_dump_yaml(u, &again);
	if (!u || again.len != text.len || memcmp(again.s, text.s, text.len) != 0) {
		fprintf(stderr, "%s---\n%s%s", text.s, u ? again.s : "", u ? "" : errs.s);
		assert(!"the lab changes when it is written and read");
	}
	assert(u->seed == t->seed && u->n_events == t->n_events && u->n_checks == t->n_checks);
	topo_free(u);
	buf_free(&text);
	buf_free(&again);
	buf_free(&errs);
}

#endif
