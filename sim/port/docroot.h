/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_DOCROOT_H
#define SIM_PORT_DOCROOT_H
/* Files below a folder of this machine, for a program that serves them. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

bool docroot_exists(const char *dir);
/* The plain file dir/path to read, and its size; a folder's index.html.  NULL:
 * there is none, or the way to it leaves dir, by ".." or by a link. */
/* Is it a folder, and within dir? */
bool docroot_has_folder(const char *dir, const char *path);
FILE *docroot_open(const char *dir, const char *path, int64_t *size);

#endif
