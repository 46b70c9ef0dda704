// SPDX-License-Identifier: GPL-3.0-or-later
/* The command line of traceroute, with the complaints of Debian's. */
#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/traceroute.h"
#include "stack/netdev.h"
#include "stack/stack.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

/* Complaints have no "traceroute: " in front, as in the real one. */
#define refuse(tr, ...) (prog_eprintf(&(tr)->prog, __VA_ARGS__), give_up(tr))

static bool give_up(struct trace *tr)
{
	prog_exit(&tr->prog, PROG_USAGE);
	return false;
}

static bool number(struct trace *tr, int c, const char *arg, int64_t max, int64_t *out)
{
	char *end;
	long long v = strtoll(arg, &end, 0);

	if (end == arg || *end || v < 0 || v > max)
		return refuse(tr, "Cannot handle `-%c' option with arg `%s'\n", c, arg);
	*out = v;
	return true;
}

/* A factor with up to three decimals, in thousandths. */
static bool factor(const char **s, int64_t *out)
{
	ns_t v;

	if (!opts_parse_ns(*s, &v, s))
		return false;
	*out = v / MSEC(1);
	return true;
}

/* -w MAX[,HERE,NEAR]; MAX alone takes the factors away. */
static bool wait_spec(struct trace *tr, const char *arg)
{
	const char *s = arg;
	bool ok = opts_parse_ns(s, &tr->wait, &s);

	tr->here_milli = tr->near_milli = 0;
	if (ok && *s == ',')
		s++, ok = factor(&s, &tr->here_milli);
	if (ok && *s == ',')
		s++, ok = factor(&s, &tr->near_milli);
	if (ok && *s == '\0')
		return true;
	return refuse(tr, "Cannot handle `-w' option with arg `%s'\n", arg);
}

/* -z: more than 10 without a unit means milliseconds. */
static bool send_wait(struct trace *tr, const char *arg)
{
	if (!opts_ns(&tr->prog, arg, &tr->send_wait))
		return false;
	if (tr->send_wait > SEC(10) && !strpbrk(arg, "smu"))
		tr->send_wait /= 1000;
	return true;
}

/* The length of the packets if it is a number, else the address to send from. */
static bool size_or_source(struct trace *tr, const char *arg)
{
	if (arg[strspn(arg, "0123456789")] == '\0')
		return number(tr, 's', arg, IP4_LEN_MAX, &tr->length);
	if (ip4_parse(&tr->src, arg))
		return true;
	return refuse(tr, "Cannot handle `-s' option with arg `%s'\n", arg);
}

static bool device(struct trace *tr, const char *arg)
{
	const struct netdev *dev = stack_dev(node_stack(tr->prog.node), arg);

	if (!dev)
		return refuse(tr, "setsockopt SO_BINDTODEVICE: No such device\n");
	tr->ifindex = dev->ifindex;
	return true;
}

static bool option(struct trace *tr, int c, const char *arg)
{
	switch (c) {
	case 'f': return number(tr, c, arg, 255, &tr->first);
	case 'F': tr->df = true; return true;
	case 'i': return device(tr, arg);
	case 'I': tr->icmp = true; return true;
	case 'm': return number(tr, c, arg, INT32_MAX, &tr->max);
	case 'n': tr->numeric = true; return true;
	case 'N': return number(tr, c, arg, INT32_MAX, &tr->at_once);  /* 0: the default */
	case 'p': return number(tr, c, arg, 65535, &tr->port);
	case 'q': return number(tr, c, arg, INT32_MAX, &tr->queries);
	case 's': return size_or_source(tr, arg);
	case 't': return number(tr, c, arg, 255, &tr->tos);
	case 'w': return wait_spec(tr, arg);
	case 'z': return send_wait(tr, arg);
	}
	return true;
}

static bool check(struct trace *tr)
{
	int64_t least = IP4_HLEN + UDP_HLEN;      /* an ICMP header is as long */

	if (tr->first < 1 || tr->first > tr->max)
		return refuse(tr, "first hop out of range\n");
	if (tr->max > 255)
		return refuse(tr, "max hops cannot be more than 255\n");
	if (tr->queries < 1 || tr->queries > TRACE_PROBES_MAX)
		return refuse(tr, "no more than 10 probes per hop\n");
	if (tr->length < least)
		tr->length = least;
	return true;
}

/* Which word of the line an operand is, from 1. */
static int place(const struct opts *o, const char *operand)
{
	int i = 1;

	while (i < o->argc && o->argv[i] != operand)
		i++;
	return i;
}

static bool operands(struct trace *tr, const struct opts *o)
{
	if (o->n == 0) {
		opts_usage(&tr->prog);
		return give_up(tr);
	}
	tr->host = strdup(o->operand[0]);
	if (!tr->host || !prog_resolve(&tr->prog, tr->host, &tr->dst)) {
		return refuse(tr, "%s: Name or service not known\n"
			      "Cannot handle \"host\" cmdline arg `%s' on position 1 "
			      "(argc %d)\n",
			      o->operand[0], o->operand[0], place(o, o->operand[0]));
	}
	if (o->n > 1 && o->operand[1][strspn(o->operand[1], "0123456789")])
		return refuse(tr, "Cannot handle \"packetlen\" cmdline arg `%s' on position 2 "
			      "(argc %d)\n", o->operand[1], place(o, o->operand[1]));
	if (o->n > 2)
		return refuse(tr, "Extra arg `%s' (position 3, argc %d)\n", o->operand[2],
			      place(o, o->operand[2]));
	return o->n < 2 || number(tr, 'l', o->operand[1], IP4_LEN_MAX, &tr->length);
}

bool trace_options(struct trace *tr, int argc, char *const *argv)
{
	struct opts o;
	int c;

	tr->first = 1;
	tr->max = 30;
	tr->queries = 3;
	tr->port = -1;
	tr->length = 60;
	tr->wait = SEC(5);
	tr->here_milli = 3000;
	tr->near_milli = 10000;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "4f:Fi:Im:nN:p:q:s:t:w:z:")) != -1) {
		if (c == '?')
			return refuse(tr, "Bad option `-%c'\n", o.opt);
		if (c == ':')
			return refuse(tr, "Option `-%c' requires an argument\n", o.opt);
		if (!option(tr, c, o.arg))
			return false;
	}
	if (tr->port < 0)
		tr->port = tr->icmp ? 1 : 33434;
	return check(tr) && operands(tr, &o) && check(tr);
}
