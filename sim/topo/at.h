/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_AT_H
#define SIM_TOPO_AT_H
/* The field of a target that a row of keys names by its offset. */
#include <stddef.h>

static inline void *at(void *target, size_t off)
{
	return (char *)target + off;
}

static inline const void *in(const void *target, size_t off)
{
	return (const char *)target + off;
}

#endif
