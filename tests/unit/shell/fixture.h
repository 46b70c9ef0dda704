/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SHELL_FIXTURE_H
#define TESTS_UNIT_SHELL_FIXTURE_H
/* A shell on a small lab, its output in strings. */
#include <stdbool.h>
#include <stdio.h>

#include "shell/state.h"
#include "sim/sim.h"

struct bench {
	struct lab *lab;
	struct shell *sh;
	FILE *out_file, *err_file;
	char *out, *err;                  /* of the last bench_do() */
	size_t out_len, err_len;
};

/* h1 -- r1 -- h2 and h1 -- link: a node that hides behind a lab word. */
bool bench_open(struct bench *b);
/* On another lab, which it owns. */
bool bench_open_on(struct bench *b, struct lab *lab);
/* Runs a line; its status.  out and err are what it printed. */
int bench_do(struct bench *b, const char *line);
void bench_close(struct bench *b);

/* A line that succeeds and prints exactly out; one that fails and says err. */
void bench_wants(struct bench *b, const char *line, const char *out);
void bench_refuses(struct bench *b, const char *line, const char *err);
/* Is the word among those that TAB offers at the line's end? */
bool bench_offers(struct bench *b, const char *line, const char *word);

#endif
