/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_POS_H
#define SIM_TOPO_POS_H
#include <stdint.h>

/* As its line: a command said it, behind all of the file. */
#define POS_COMMAND UINT32_MAX

struct topo_pos { uint32_t line, col; };  /* from 1; 0: assigned, not in the file */

#endif
