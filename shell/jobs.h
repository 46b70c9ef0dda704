/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_JOBS_H
#define SHELL_JOBS_H
/* Programs in the background.  They move only while lab time moves. */
struct args;
struct shell;

/* Starts the program of a line; returns at once.  A command's status. */
int job_start(struct shell *sh, const struct args *a);
int jobs_running(const struct shell *sh);
/* Reports jobs that ended, and forgets them. */
void jobs_sweep(struct shell *sh);
/* Ends what still runs, with a line for each that says so. */
void jobs_end_all(struct shell *sh);

#endif
