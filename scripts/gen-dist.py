#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes sim/model/dist_tables.h: scripts/gen-dist.py > sim/model/dist_tables.h

Each table is the inverse of a distribution's cumulative function, taken in
the middle of 4096 equal steps, in units of 1/8192 of the jitter, cut to 16
bits (4 times the jitter).

  normal         the Gaussian: the jitter is its standard deviation
  pareto         the Pareto distribution with shape 3, less its mean 3/2 and
                 over its variance 3/4 (not its deviation), so that delays are
                 those of iproute2's table: from -2/3 of the jitter on
  paretonormal   a quarter normal and three quarters pareto, entry by entry
"""

from statistics import NormalDist

SIZE, SCALE, SHAPE = 4096, 8192, 3
PARETO_MEAN = SHAPE / (SHAPE - 1)
PARETO_VAR = SHAPE / ((SHAPE - 1) ** 2 * (SHAPE - 2))


def normal(u):
    # From the nearer tail, so that the table is exactly symmetric.
    return NormalDist().inv_cdf(u) if u < 0.5 else -NormalDist().inv_cdf(1 - u)


def pareto(u):
    return ((1 - u) ** (-1 / SHAPE) - PARETO_MEAN) / PARETO_VAR


def paretonormal(u):
    return (normal(u) + 3 * pareto(u)) / 4


def entry(x):
    return max(-32767, min(32767, round(SCALE * x)))


def emit(inverse):
    line = "\t"
    print(f"\nstatic const int16_t dist_{inverse.__name__}[{SIZE}] = {{")
    for i in range(SIZE):
        word = f"{entry(inverse((i + 0.5) / SIZE))},"
        if len(line) + len(word) > 90:
            print(line.rstrip())
            line = "\t"
        line += word + " "
    print(line.rstrip())
    print("};")


print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
print("/* Written by scripts/gen-dist.py: do not edit. */")
print("#ifndef SIM_MODEL_DIST_TABLES_H\n#define SIM_MODEL_DIST_TABLES_H")
print("#include <stdint.h>")
for table in (normal, pareto, paretonormal):
    emit(table)
print("\n#endif")
