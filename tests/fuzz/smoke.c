// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A main() for any fuzz target, without libFuzzer: first each seed file as it
 * is, then mutants of them from one philox stream, so that every run on every
 * machine tries the same inputs.
 *
 *	fuzz_NAME CORPUS_DIR [RUNS [SEED]]    seeds in name order, then RUNS mutants
 *	fuzz_NAME FILE                        this one input
 *
 * An input that crashes the target, or that takes longer than a minute, is
 * left in ./crash-input.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack/util/cc.h"
#include "stack/util/rng.h"

#define RUNS_DEFAULT 2000
#define INPUT_MAX 8192                    /* bytes in a mutant */
#define MUTATIONS_MAX 4                   /* in a row, for one mutant */
#define HANG_SECONDS 60

struct input { uint8_t *bytes; size_t len; };
struct corpus { struct input *in; uint32_t n; };

/* The only global: a signal handler has no argument to find the input by. */
static struct input current;

void __sanitizer_set_death_callback(void (*fn)(void)) __attribute__((weak));

/* Runs while the program dies: system calls only. */
static void save_current(void)
{
	static const char note[] = "the input is in ./crash-input\n";
	int fd = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && write(fd, current.bytes, current.len) == (ssize_t)current.len;

	if (ok && write(STDERR_FILENO, note, sizeof(note) - 1) < 0)
		return;
	if (fd >= 0)
		close(fd);
}

static void on_signal(int sig)
{
	save_current();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Under ASan SIGSEGV and its like are ASan's, which then calls us. */
static void watch_for_death(void)
{
	signal(SIGABRT, on_signal);
	signal(SIGALRM, on_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(save_current);
		return;
	}
	signal(SIGSEGV, on_signal);
	signal(SIGBUS, on_signal);
	signal(SIGFPE, on_signal);
	signal(SIGILL, on_signal);
}

static void *xrealloc(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return p;
}

/* In a block of its own size: one byte too far is caught. */
static void run_one(const uint8_t *bytes, size_t len)
{
	current.bytes = xrealloc(NULL, len ? len : 1);
	current.len = len;
	memcpy(current.bytes, bytes, len);
	alarm(HANG_SECONDS);
	LLVMFuzzerTestOneInput(current.bytes, len);
	alarm(0);
	free(current.bytes);
	current = (struct input){ .bytes = NULL };
}

static struct input load(const char *path)
{
	FILE *f = fopen(path, "rbe");
	struct input in = { .bytes = NULL };
	size_t got;

	if (!f) {
		fprintf(stderr, "cannot open %s: %s\n", path, strerror(errno));
		exit(2);
	}
	do {
		in.bytes = xrealloc(in.bytes, in.len + INPUT_MAX);
		got = fread(in.bytes + in.len, 1, INPUT_MAX, f);
		in.len += got;
	} while (got == INPUT_MAX);
	fclose(f);
	return in;
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* By bytes, not by locale: the order decides which mutants are made. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static struct corpus load_dir(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, not_hidden, by_name);
	struct corpus c = { .in = NULL };
	char path[4096];

	if (n <= 0) {
		fprintf(stderr, "no seed files in %s\n", dir);
		exit(2);
	}
	c.in = xrealloc(NULL, (size_t)n * sizeof(*c.in));
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		c.in[c.n++] = load(path);
		free(list[i]);
	}
	free(list);
	return c;
}

static void corpus_free(struct corpus *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		free(c->in[i].bytes);
	free(c->in);
}

/* A mutant in the making, in a buffer of INPUT_MAX bytes. */
struct mutant { struct rng *rng; const struct corpus *corpus; uint8_t *b; size_t len; };

static size_t below(struct mutant *m, size_t n)
{
	return rng_below(m->rng, (uint32_t)n);
}

static void flip_bits(struct mutant *m)
{
	for (size_t n = 1 + below(m, 8); n && m->len; n--) {
		size_t at = below(m, m->len);     /* two draws, in this order */

		m->b[at] ^= (uint8_t)(1u << below(m, 8));
	}
}

/* Lengths and counters break at their edges; in either byte order. */
static void set_field(struct mutant *m)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff,
		0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};
	size_t width = (size_t)1 << below(m, 3), at;
	uint32_t v = edges[below(m, N_ELEM(edges))];
	bool big = below(m, 2);

	if (m->len < width)
		return;
	at = below(m, m->len - width + 1);
	for (size_t i = 0; i < width; i++, v >>= 8)
		m->b[at + (big ? width - 1 - i : i)] = (uint8_t)v;
}

static void truncate_tail(struct mutant *m)
{
	if (m->len)
		m->len = below(m, m->len);
}

static void erase(struct mutant *m)
{
	size_t at, n;

	if (!m->len)
		return;
	at = below(m, m->len);
	n = 1 + below(m, m->len - at < 32 ? m->len - at : 32);
	memmove(m->b + at, m->b + at + n, m->len - at - n);
	m->len -= n;
}

/* Opens a gap of n bytes, or of what still fits; how many. */
static size_t open_gap(struct mutant *m, size_t at, size_t n)
{
	if (n > INPUT_MAX - m->len)
		n = INPUT_MAX - m->len;
	memmove(m->b + at + n, m->b + at, m->len - at);
	m->len += n;
	return n;
}

static void insert_noise(struct mutant *m)
{
	size_t at = below(m, m->len + 1), n = open_gap(m, at, 1 + below(m, 16));

	for (size_t i = 0; i < n; i++)
		m->b[at + i] = (uint8_t)rng_u32(m->rng);
}

/* A piece of the input once more, somewhere else. */
static void insert_repeat(struct mutant *m)
{
	uint8_t piece[64];
	size_t from, n, at;

	if (!m->len)
		return;
	from = below(m, m->len);
	n = 1 + below(m, m->len - from < sizeof(piece) ? m->len - from : sizeof(piece));
	memcpy(piece, m->b + from, n);
	at = below(m, m->len + 1);
	n = open_gap(m, at, n);
	memcpy(m->b + at, piece, n);
}

/* The head of this input, then the tail of another one. */
static void splice_other(struct mutant *m)
{
	const struct input *other = &m->corpus->in[below(m, m->corpus->n)];
	size_t keep = below(m, m->len + 1), from = below(m, other->len + 1);
	size_t n = other->len - from;

	if (n > INPUT_MAX - keep)
		n = INPUT_MAX - keep;
	if (n)
		memcpy(m->b + keep, other->bytes + from, n);
	m->len = keep + n;
}

static void (*const mutations[])(struct mutant *m) = {
	flip_bits, set_field, truncate_tail, erase, insert_noise, insert_repeat,
	splice_other,
};

static void run_mutant(struct rng *rng, const struct corpus *c)
{
	uint8_t bytes[INPUT_MAX];
	const struct input *seed = &c->in[rng_below(rng, c->n)];
	struct mutant m = { .rng = rng, .corpus = c, .b = bytes };

	m.len = seed->len < INPUT_MAX ? seed->len : INPUT_MAX;
	memcpy(bytes, seed->bytes, m.len);
	for (size_t n = 1 + below(&m, MUTATIONS_MAX); n; n--)
		mutations[below(&m, N_ELEM(mutations))](&m);
	run_one(m.b, m.len);
}

static void run_corpus(const char *dir, unsigned long runs, uint64_t seed)
{
	struct corpus c = load_dir(dir);
	struct rng rng;

	for (uint32_t i = 0; i < c.n; i++)
		run_one(c.in[i].bytes, c.in[i].len);
	run_one((const uint8_t *)"", 0);
	rng_init(&rng, seed, "fuzz smoke");
	for (unsigned long i = 0; i < runs; i++)
		run_mutant(&rng, &c);
	printf("%s: %u seeds and %lu mutants ran\n", dir, c.n, runs);
	corpus_free(&c);
}

static void run_file(const char *path)
{
	struct input in = load(path);

	run_one(in.bytes, in.len);
	printf("%s: ran\n", path);
	free(in.bytes);
}

int main(int argc, char **argv)
{
	struct stat st;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: %s CORPUS_DIR [RUNS [SEED]] | FILE\n", argv[0]);
		return 2;
	}
	watch_for_death();
	if (stat(argv[1], &st) == 0 && !S_ISDIR(st.st_mode))
		run_file(argv[1]);
	else
		run_corpus(argv[1], argc > 2 ? strtoul(argv[2], NULL, 10) : RUNS_DEFAULT,
			   argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
	return 0;
}
