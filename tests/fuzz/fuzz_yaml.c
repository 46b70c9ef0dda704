// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Any bytes as a YAML lab file.  There is a lab or there are errors; a lab
 * survives being written and read; and a small one is built and runs, with a
 * ping from its first host to its last, for some events.
 */
#include "tests/fuzz/fuzz.h"

#include "sim/sim.h"
#include "tests/fuzz/lab_file.h"

#define NODES_MAX 24                      /* of a lab that is built */
#define EVENTS 400                        /* that it then runs for */

/* A folder that no file is in, so that an include finds nothing. */
#define FILE_NAME "/dev/null/lab.yaml"

/* An include elsewhere reads what no seed holds. */
static bool names_a_path(const uint8_t *data, size_t size)
{
	static const char key[] = "include";

	return size && memchr(data, '/', size) && memmem(data, size, key, strlen(key));
}

static void say_nothing(void *ctx, const char *text, size_t n)
{
	(void)ctx, (void)text, (void)n;
}

/* The first node with a stack from a side of the list, or NULL. */
static struct node *host_from(struct lab *lab, bool last)
{
	size_t n = lab_n_nodes(lab);

	for (size_t i = 0; i < n; i++) {
		struct node *nd = lab_node(lab, last ? n - 1 - i : i);

		if (node_has_stack(nd))
			return nd;
	}
	return NULL;
}

static void run_lab(struct topo *t)
{
	struct prog_io io = { .out = say_nothing, .err = say_nothing };
	struct lab *lab = lab_new(t, NULL);
	struct node *from = host_from(lab, false), *to = host_from(lab, true);
	struct prog *ping = NULL;
	ns_t last = lab_now(lab);

	if (from) {
		char words[][16] = { "ping", "-b", "-c", "9", "-i", "0.01" };
		char name[TOPO_NAME_MAX];
		char *argv[] = { words[0], words[1], words[2], words[3], words[4], words[5],
				 name, NULL };

		memcpy(name, node_name(to), strlen(node_name(to)) + 1);
		ping = prog_start(from, 7, argv, &io);
		assert(ping);
	}
	for (int i = 0; i < EVENTS && lab_step(lab, 1); i++) {
		assert(lab_now(lab) >= last);
		last = lab_now(lab);
	}
	prog_free(ping);
	lab_free(lab);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct topo *t;

	if (names_a_path(data, size))
		return 0;
	t = read_lab(FILE_NAME, (const char *)data, size);
	if (!t)
		return 0;
	check_round_trip(t);
	if (t->n_nodes <= NODES_MAX)
		run_lab(t);
	else
		topo_free(t);
	return 0;
}
