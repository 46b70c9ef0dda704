/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_JOINED_H
#define SIM_JOINED_H
/* Sets of numbers that are joined one after another: up[i] is i at first. */
#include <stdbool.h>
#include <stdint.h>

/* The number that stands for i's set, its smallest. */
static inline uint32_t joined_root(uint32_t *up, uint32_t i)
{
	for (; up[i] != i; i = up[i])
		up[i] = up[up[i]];
	return i;
}

/* False if the two were joined already. */
static inline bool joined_join(uint32_t *up, uint32_t a, uint32_t b)
{
	a = joined_root(up, a);
	b = joined_root(up, b);
	up[a < b ? b : a] = a < b ? a : b;
	return a != b;
}

#endif
