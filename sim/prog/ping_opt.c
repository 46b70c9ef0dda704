// SPDX-License-Identifier: GPL-3.0-or-later
/* The command line of ping, with the complaints of iputils. */
#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/ping.h"
#include "stack/netdev.h"
#include "stack/stack.h"

static bool set_pmtu(struct ping *pg, const char *arg)
{
	if (strcmp(arg, "do") == 0)
		pg->pmtu = PMTU_DO;
	else if (strcmp(arg, "dont") == 0)
		pg->pmtu = PMTU_DONT;
	else if (strcmp(arg, "want") == 0)
		pg->pmtu = PMTU_WANT;
	else
		prog_fail(&pg->prog, PROG_USAGE, 0, "invalid -M argument: %s", arg);
	return pg->pmtu >= 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool set_pattern(struct ping *pg, const char *arg)
{
	const char *s = arg;

	pg->n_pattern = 0;
	while (*s && pg->n_pattern < PING_PATTERN) {
		int hi = hex(s[0]), lo = s[1] ? hex(s[1]) : -1;

		if (hi < 0 || (s[1] && lo < 0))
			break;
		pg->pattern[pg->n_pattern++] = (uint8_t)(s[1] ? hi << 4 | lo : hi);
		s += s[1] ? 2 : 1;
	}
	if (*s == '\0' && pg->n_pattern)
		return true;
	prog_fail(&pg->prog, PROG_USAGE, 0, "patterns must be specified as hex digits: %s", arg);
	return false;
}

/* -I: an address to send from, or an interface to leave by. */
static bool set_source(struct ping *pg, const char *arg)
{
	struct netdev *dev;

	if (ip4_parse(&pg->src, arg)) {
		pg->have_src = true;
		return true;
	}
	dev = stack_dev(node_stack(pg->prog.node), arg);
	if (!dev) {
		prog_fail(&pg->prog, PROG_USAGE, ERR_NODEV, "SO_BINDTODEVICE %s", arg);
		return false;
	}
	snprintf(pg->dev, sizeof(pg->dev), "%s", dev->name);
	pg->ifindex = dev->ifindex;
	return true;
}

static bool set_small(struct ping *pg, const char *arg, int *out)
{
	int64_t v;

	if (!opts_int(&pg->prog, arg, 0, 255, &v))
		return false;
	*out = (int)v;
	return true;
}

/* Those with an argument; false: the program has ended. */
static bool option_arg(struct ping *pg, int c, const char *arg)
{
	struct prog *p = &pg->prog;

	switch (c) {
	case 'c': return opts_int(p, arg, 1, INT64_MAX, &pg->count);
	case 'i': return opts_ns(p, arg, &pg->interval);
	case 'I': return set_source(pg, arg);
	case 'l': return opts_int(p, arg, 1, 65536, &pg->preload);
	case 'M': return set_pmtu(pg, arg);
	case 'p': return set_pattern(pg, arg);
	case 'Q': return set_small(pg, arg, &pg->tos);
	case 's': return opts_int(p, arg, 0, INT32_MAX, &pg->size);
	case 't': return set_small(pg, arg, &pg->ttl);
	case 'w': return opts_ns(p, arg, &pg->deadline);
	case 'W': return opts_ns(p, arg, &pg->linger);
	}
	return true;
}

static void option_flag(struct ping *pg, int c)
{
	switch (c) {
	case 'A': pg->adaptive = true; break;
	case 'b': pg->bcast = true; break;
	case 'f': pg->flood = true; break;
	case 'O': pg->outstanding = true; break;
	case 'q': pg->quiet = true; break;
	case 'R': pg->record_route = true; break;
	case 'v': pg->verbose = true; break;
	}
}

/* "Temporary failure in name resolution" is for resolvers that may come back;
 * a lab knows all its names. */
static bool set_host(struct ping *pg, const char *host)
{
	pg->host = strdup(host);
	if (pg->host && prog_resolve(&pg->prog, host, &pg->dst))
		return true;
	prog_fail(&pg->prog, PROG_USAGE, 0, "%s: Name or service not known", host);
	return false;
}

bool ping_options(struct ping *pg, int argc, char *const *argv)
{
	struct prog *p = &pg->prog;
	bool interval_given = false;
	struct opts o;
	int c;

	pg->interval = SEC(1);
	pg->linger = SEC(10);
	pg->size = 56;
	pg->preload = 1;
	pg->ttl = pg->tos = pg->pmtu = -1;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "46AbBc:fhi:I:l:LM:nOp:qQ:Rs:t:Uvw:W:")) != -1) {
		if (c == '?' || c == ':' || c == 'h') {
			if (c == 'h')
				opts_usage(p), prog_exit(p, PROG_USAGE);
			else
				opts_bad(p, &o, c);
			return false;
		}
		if (c == '6') {
			prog_fail(p, PROG_USAGE, ERR_AFNOSUP, "socket");
			return false;
		}
		interval_given |= c == 'i';
		option_flag(pg, c);
		if (!option_arg(pg, c, o.arg))
			return false;
	}
	if ((pg->flood || pg->adaptive) && !interval_given)
		pg->interval = 0;
	if (o.n == 0) {
		prog_fail(p, 1, 0, "usage error: Destination address required");
		return false;
	}
	return set_host(pg, o.operand[o.n - 1]);
}
