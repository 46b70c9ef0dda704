/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_REPL_H
#define SHELL_REPL_H
/* The terminal side of a shell: line editing, and Ctrl-C. */
struct lab;

/* From now on Ctrl-C interrupts what this lab runs; NULL: the default again. */
void repl_catch_interrupt(struct lab *lab);

#endif
