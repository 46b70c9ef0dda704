/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_TCP_VARS_H
#define SHELL_TCP_VARS_H
/* The variables of a TCP connection by the names that the RFCs give them. */
#include <jansson.h>

struct buf;
struct show_tcp;

/* A flat object; durations are in ns. */
json_t *tcp_vars_json(const struct show_tcp *t);
/* The same as text, a line for each group of them; o is of tcp_vars_json(). */
void tcp_vars_text(const json_t *o, struct buf *out);

#endif
