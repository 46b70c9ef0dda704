/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_CHECK_CMD_H
#define SHELL_CHECK_CMD_H

/*
 * netloom check LAB... [--format FORMAT] [-o FILE] [--seed N]
 *                      [--wall-limit SECONDS] [--list]
 *
 * Runs the checks of lab files, each in a process of its own, and writes one
 * report.  argv[0] is the word "check".  Returns the exit status: 0 all
 * passed, 1 some did not, 2 usage or lab file error, 3 nothing to check.
 */
int check_main(int argc, char **argv);

#endif
