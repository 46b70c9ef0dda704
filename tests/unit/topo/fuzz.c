// SPDX-License-Identifier: GPL-3.0-or-later
/* Lab files cut short and changed at random: whatever comes out, nothing is
 * read out of bounds and nothing leaks, and a lab or errors come back. */
#include <stdlib.h>

#include "sim/topo/topo.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

static char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *s = malloc(1 << 16);

	*len = f && s ? fread(s, 1, 1 << 16, f) : 0;
	if (f)
		fclose(f);
	return s;
}

/* On its own heap block, so that a read past the end is seen. */
static void try_text(const char *file, const char *text, size_t len)
{
	struct buf errs = { 0 }, out = { 0 };
	char *copy = malloc(len ? len : 1);
	struct topo *t;

	REQUIRE(copy != NULL);
	memcpy(copy, text, len);
	t = topo_parse(file, copy, len, &errs);
	CHECK((t == NULL) == (errs.len > 0));
	if (t)
		topo_dump_yaml(t, &out);
	topo_free(t);
	buf_free(&errs);
	buf_free(&out);
	free(copy);
}

static void try_all_cuts(const char *path, const char *file)
{
	size_t len;
	char *text = slurp(path, &len);

	CHECK(len > 0);
	for (size_t n = 0; n <= len; n += n < 400 ? 1 : 7)
		try_text(file, text, n);
	free(text);
}

static void try_changes(const char *path, const char *file, int rounds)
{
	static const char bytes[] = "\n\r\t \"'[]{}:,-#&*!|>%@`0123456789azAZ./~\0\xff\xc3\xe2";
	size_t len;
	char *text = slurp(path, &len), *work = malloc(len ? len : 1);
	struct rng rng;

	CHECK(len > 0);
	rng_init(&rng, 1, path);
	for (int i = 0; i < rounds; i++) {
		memcpy(work, text, len);
		for (uint32_t k = 1 + rng_below(&rng, 4); k > 0; k--)
			work[rng_below(&rng, (uint32_t)len)] =
				bytes[rng_below(&rng, sizeof(bytes) - 1)];
		try_text(file, work, len);
	}
	free(text);
	free(work);
}

/* Two lines change places. */
static void try_swaps(const char *path, const char *file, int rounds)
{
	size_t len;
	char *text = slurp(path, &len), *work = malloc(len + 1);
	struct rng rng;

	rng_init(&rng, 2, path);
	for (int i = 0; i < rounds; i++) {
		size_t a = rng_below(&rng, (uint32_t)len), b = rng_below(&rng, (uint32_t)len);
		size_t n = rng_below(&rng, 40);

		memcpy(work, text, len);
		n = n > len - (a > b ? a : b) ? len - (a > b ? a : b) : n;
		memmove(work + a, text + b, n);
		memmove(work + b, text + a, n);
		try_text(file, work, len);
	}
	free(text);
	free(work);
}

TEST(fuzz, yaml_cut_anywhere)
{
	try_all_cuts("topologies/demo.yaml", "x.yaml");
	try_all_cuts("topologies/lan-hub.yaml", "x.yaml");
	try_all_cuts("tests/fuzz/corpus/yaml/doors", "x.yaml");
}

TEST(fuzz, vnet_cut_anywhere)
{
	try_all_cuts("topologies/example.txt", "x.txt");
	try_all_cuts("topologies/cp6.txt", "x.txt");
}

TEST(fuzz, yaml_with_bytes_changed)
{
	try_changes("topologies/demo.yaml", "x.yaml", 1500);
	try_changes("topologies/lan-hub.yaml", "x.yaml", 1500);
	try_changes("tests/fuzz/corpus/yaml/doors", "x.yaml", 1500);
}

TEST(fuzz, vnet_with_bytes_changed)
{
	try_changes("topologies/example.txt", "x.txt", 3000);
	try_changes("topologies/cp6.txt", "x", 1500);
}

TEST(fuzz, parts_in_the_wrong_place)
{
	try_swaps("topologies/ring6.yaml", "x.yaml", 1000);
	try_swaps("tests/fuzz/corpus/yaml/doors", "x.yaml", 1000);
	try_swaps("topologies/example.txt", "x.txt", 2000);
}
