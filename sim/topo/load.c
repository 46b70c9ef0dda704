// SPDX-License-Identifier: GPL-3.0-or-later
/* From the text of a lab file to struct topo, or to all of its errors. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/topo/keys.h"
#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

#define FILE_MAX ((size_t)64 << 20)       /* bytes; a lab of 100,000 nodes has 10 MB */

/* NULL and a reason, or the content with a NUL behind it. */
static char *stream_slurp(FILE *f, size_t *len, const char **why)
{
	struct buf b = { 0 };
	char part[65536];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), f)) > 0 && b.len <= FILE_MAX)
		buf_add(&b, part, n);
	*why = ferror(f) ? strerror(errno) : b.bad ? "out of memory" : "longer than 64 MiB";
	if (n != 0 || ferror(f) || b.bad) {
		buf_free(&b);
		return NULL;
	}
	*len = b.len;
	buf_str(&b, "");                  /* an empty file is a string, too */
	return buf_take(&b);
}

/* regular: only a file, for a name that stands in a file itself. */
static char *file_slurp(const char *path, bool regular, size_t *len, const char **why)
{
	struct stat st;
	char *text;
	FILE *f;

	if (strcmp(path, "-") == 0 && !regular)
		return stream_slurp(stdin, len, why);
	*why = NULL;
	if (stat(path, &st) != 0)
		*why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		*why = "is a directory";
	else if (regular && !S_ISREG(st.st_mode))
		*why = "is not a regular file";
	f = *why ? NULL : fopen(path, "re");
	if (!f) {
		if (!*why)
			*why = strerror(errno);
		return NULL;
	}
	text = stream_slurp(f, len, why);
	(void)fclose(f);
	return text;
}

/* ---- include ---- */

/* path, seen from the folder of the file that names it. */
static char *path_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	struct buf b = { 0 };

	if (slash && path[0] != '/')
		buf_add(&b, file, (size_t)(slash - file) + 1);
	buf_str(&b, path);
	return mem_or_die(buf_take(&b));
}

static void include_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			  void *target)
{
	const char *s = value_text(ld, k, n);

	(void)target;
	if (!s)
		return;
	ld->include = path_beside(ld->diag->file.name, s);
	ld->include_pos = n->pos;
}

const struct ytype type_include = {
	.name = "a file name", .parse = include_parse, .schema = "{\"type\":\"string\"}",
};

/* From here on errors are those of the included file. */
static void include_read(struct load *ld)
{
	const char *why;
	size_t len;
	char *text = file_slurp(ld->include, true, &len, &why);

	if (!text) {
		diag_error(ld->diag, ld->include_pos, "include: cannot read '%s': %s",
			   ld->include, why);
		return;
	}
	if (!vnet_looks_so(text, len)) {
		diag_error(ld->diag, ld->include_pos, "include: '%s' is not a vnetUtils file",
			   ld->include);
	} else {
		ld->diag->file = (struct diag_file){ ld->include, 1 };
		vnet_read(ld, text, len);
	}
	free(text);
}

/* ---- YAML ---- */

void topo_check_init(struct load *ld, void *check)
{
	struct topo_check *c = check;

	keys_init(ld, &check_keys, c);
	c->at = c->wait = -1;
}

static void yaml_read(struct load *ld, const char *text, size_t len)
{
	struct ynode *root = yaml_parse(text, len, ld->diag);
	const struct ynode *nodes = ynode_get(root, "nodes"), *links = ynode_get(root, "links");

	if (!root)
		return;
	keys_apply(ld, &lab_keys, root, ld->topo, false);
	if (ld->include && (nodes || links))
		diag_error(ld->diag, (nodes ? nodes : links)->pos, "nodes and links come from "
			   "the included file; expected neither here");
	else if (ld->include)
		include_read(ld);
	else if (ld->topo->n_nodes == 0 && ld->diag->n == 0)
		diag_error(ld->diag, nodes ? nodes->pos : root->pos, "a lab needs nodes");
	ld->topo->defaults = ld->defaults ? ynode_take(root, "defaults") : NULL;
	ld->topo->kinds = ld->kinds ? ynode_take(root, "kinds") : NULL;
	ld->topo->groups = ld->groups ? ynode_take(root, "groups") : NULL;
	ld->defaults = ld->kinds = ld->groups = NULL;
	ynode_free(root);
}

/* ---- the whole lab ---- */

static char *name_from(const char *file)
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	const char *dot = strrchr(base, '.');
	size_t n = dot && dot != base ? (size_t)(dot - base) : strlen(base);

	if (strcmp(file, "-") == 0 || n == 0)
		return mem_strdup("lab");
	return mem_or_die(strndup(base, n));
}

/* By time; among events of one instant the order of the file. */
static int event_cmp(const void *va, const void *vb)
{
	const struct topo_event *a = va, *b = vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	return a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

static bool is_yaml_name(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static void load_fini(struct load *ld)
{
	free(ld->addr_pos);
	free(ld->tainted);
	free(ld->include);
}

struct topo *topo_parse(const char *file, const char *text, size_t len, struct buf *errs)
{
	struct diag diag = { .file = { file, 0 } };
	struct topo *t = mem_zalloc(1, sizeof(*t));
	struct load ld = { .topo = t, .diag = &diag };
	bool bad;

	t->file = mem_strdup(file);
	t->seed = 1;
	keys_init(&ld, &link_keys, &ld.base_link);
	if (!is_yaml_name(file) && vnet_looks_so(text, len))
		vnet_read(&ld, text, len);
	else
		yaml_read(&ld, text, len);
	topo_index(t);
	lab_complete(&ld);
	if (!t->name)
		t->name = name_from(file);
	if (t->n_events)
		qsort(t->events, t->n_events, sizeof(*t->events), event_cmp);
	t->base_link = ld.base_link;
	bad = diag.n > 0;
	diag_flush(&diag, errs);
	load_fini(&ld);
	if (bad) {
		topo_free(t);
		return NULL;
	}
	return t;
}

struct topo *topo_load(const char *path, struct buf *errs)
{
	const char *why;
	size_t len;
	char *text = file_slurp(path, false, &len, &why);
	struct topo *t;

	if (!text) {
		buf_printf(errs, "%s:1:1: cannot be read: %s\n", path, why);
		return NULL;
	}
	t = topo_parse(path, text, len, errs);
	free(text);
	return t;
}
