// SPDX-License-Identifier: MIT
/*
 * Whose TCP a host imitates: the options in which systems differ where it can
 * be seen from outside.  Others are as they were; each may be changed again.
 * A host that nobody gave a profile is as Linux, but for RFC 6335's ports.
 */
#include "stack/core/core.h"

enum { LINUX, FREEBSD, N_PROFILE };

static const struct {
	enum stack_option o;
	int64_t v[N_PROFILE];
} rows[] = {
	{ OPT_TCP_SYN_ORDER,  { 0,       1 } },
	{ OPT_TCP_SYN_WINDOW, { 0,       1 } },
	{ OPT_TCP_QUICK_ACKS, { 16,      0 } },
	{ OPT_TCP_RST_EXACT,  { 0,       1 } },
	{ OPT_TCP_TRIM,       { 0,       1 } },
	{ OPT_TCP_RMEM,       { 131072,  131072 } },      /* of which half is the window */
	{ OPT_TCP_RMEM_MAX,   { 6291456, 2097152 } },     /* FreeBSD: a window scale of 6 */
	{ OPT_TCP_TIME_WAIT,  { 60000,   60000 } },       /* an MSL of 30 s */
	{ OPT_PORT_MIN,       { 32768,   10000 } },
	{ OPT_PORT_MAX,       { 60999,   65535 } },
};

bool stack_profile_sets(enum stack_option o)
{
	for (size_t i = 0; i < N_ELEM(rows); i++)
		if (rows[i].o == o)
			return true;
	return false;
}

void profile_apply(struct stack *st, unsigned profile)
{
	assert(profile < N_PROFILE);
	for (size_t i = 0; i < N_ELEM(rows); i++)
		st->opt[rows[i].o] = rows[i].v[profile];
}
