/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LAB_SOAK_H
#define TESTS_LAB_SOAK_H
/*
 * A test that includes this has two lengths: a few seconds in `make check`, and
 * the whole of it, with what it measured, in `make soak`.
 */
#include <stdbool.h>
#include <stdlib.h>

static inline bool soak(void) { return getenv("NETLOOM_SOAK") != NULL; }
#define SOAK(whole, brief) (soak() ? (whole) : (brief))

/* For who watches; nothing in `make check`. */
#define SOAK_SAY(...) do { if (soak()) { printf("     " __VA_ARGS__); fflush(stdout); } } while (0)

#endif
