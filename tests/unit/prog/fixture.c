// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/prog/fixture.h"

#include <stdlib.h>

#include "sim/topo/topo.h"

static const char lab_text[] =
	"version: 1\n"
	"name: trial\n"
	"defaults: {routing: static, link: {rate: 0}}\n"
	"nodes:\n"
	"  h1: {kind: host, gateway: 10.0.1.1}\n"
	"  r: {kind: router}\n"
	"  h2: {kind: host, gateway: 10.0.2.1}\n"
	"links:\n"
	"  - {endpoints: ['h1:eth0', 'r:eth0'], ipv4: [10.0.1.10/24, 10.0.1.1/24], delay: 1ms}\n"
	"  - {endpoints: ['r:eth1', 'h2:eth0'], ipv4: [10.0.2.1/24, 10.0.2.10/24], delay: 5ms}\n";

struct trial *trial_new(bool neighbours)
{
	struct trial *t = calloc(1, sizeof(*t));
	struct buf errs = { 0 };
	struct topo *topo;

	REQUIRE(t != NULL);
	topo = topo_parse("trial.yaml", lab_text, strlen(lab_text), &errs);
	if (!topo)
		printf("%s\n", errs.s);
	REQUIRE(topo != NULL);
	buf_free(&errs);
	t->lab = lab_new(topo, NULL);
	REQUIRE(t->lab != NULL);
	if (neighbours) {
		trial_run(t, "h1", "ping -q -c 1 h2");
		CHECK_EQ(t->status, 0);
		trial_wait(t, SEC(1) - lab_now(t->lab));
	}
	return t;
}

void trial_free(struct trial *t)
{
	json_decref(t->json);
	buf_free(&t->text);
	lab_free(t->lab);
	free(t);
}

static void keep(void *ctx, const char *text, size_t n)
{
	buf_add(&((struct trial *)ctx)->text, text, n);
}

struct prog *trial_start(struct trial *t, const char *node, const char *line)
{
	struct prog_io io = { .out = keep, .err = keep, .ctx = t };
	char *words = strdup(line), *argv[32], *save = NULL;
	struct prog *p;
	int argc = 0;

	for (char *w = strtok_r(words, " ", &save); w && argc < 31; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	p = prog_start(lab_find_node(t->lab, node), argc, argv, &io);
	free(words);
	REQUIRE(p != NULL);
	return p;
}

static bool is_done(void *p) { return prog_done(p); }

void trial_run(struct trial *t, const char *node, const char *line)
{
	struct prog *p;

	buf_reset(&t->text);
	json_decref(t->json);
	p = trial_start(t, node, line);
	lab_run_while(t->lab, is_done, p, lab_now(t->lab) + SEC(1000));
	prog_interrupt(p);
	CHECK(prog_done(p));
	t->status = prog_status(p);
	t->json = prog_json(p);
	REQUIRE(t->json != NULL);
	prog_free(p);
	if (!t->text.s)
		buf_str(&t->text, "");
}

void trial_wait(struct trial *t, ns_t d)
{
	lab_run_until(t->lab, lab_now(t->lab) + d);
}

void trial_link(struct trial *t, const char *a, const char *b, const char *words)
{
	struct link *l = lab_find_link(t->lab, lab_find_node(t->lab, a),
				       lab_find_node(t->lab, b), 0);
	char *copy = strdup(words), *argv[16], *save = NULL, err[160] = "";
	int argc = 0;

	for (char *w = strtok_r(copy, " ", &save); w && argc < 16; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	CHECK_EQ(link_set(l, -1, argc, argv, err), 0);
	CHECK_STR(err, "");
	free(copy);
}

static const json_t *find(const struct trial *t, const char *path)
{
	const json_t *v = t->json;
	char *copy = strdup(path), *save = NULL;

	for (char *w = strtok_r(copy, ".", &save); w && v; w = strtok_r(NULL, ".", &save))
		v = json_is_array(v) ? json_array_get(v, strtoul(w, NULL, 10))
				     : json_object_get(v, w);
	free(copy);
	return v;
}

int64_t trial_int(const struct trial *t, const char *path)
{
	const json_t *v = find(t, path);

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

const char *trial_str(const struct trial *t, const char *path)
{
	return json_string_value(find(t, path));
}
