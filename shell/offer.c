// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/offer.h"

#include <stdio.h>
#include <string.h>

#include "shell/cmd.h"
#include "stack/util/cc.h"

struct row {
	const char *cmd;                  /* how the commands' names begin */
	const char *arg;                  /* their argument */
	const char *after;                /* only behind this word; NULL: wherever it stands */
	const char *words;                /* with blanks between, or NULL */
	void (*names)(const struct offer *o);
};

#define SCOPES "global host link"
#define PROTOS "boot kernel static ospf rip"
#define STATES "all connected synchronized bucket big established syn-sent syn-recv " \
	"fin-wait-1 fin-wait-2 time-wait close-wait last-ack listening closing closed"
#define TABLES "all inet tcp udp raw"
#define DISTS "uniform normal pareto paretonormal"
#define BOOL "true false"

static const struct row rows[] = {
	{ "ip neigh", "NUD", NULL,
	  "all permanent reachable stale delay probe failed incomplete", NULL },
	{ "ip addr", "SCOPE", NULL, SCOPES, NULL },
	{ "ip route", "SCOPE", NULL, SCOPES, NULL },
	{ "ip route", "PROTO", NULL, PROTOS, NULL },
	{ "ip route", "TYPE", NULL, "unicast local broadcast blackhole unreachable prohibit",
	  NULL },
	{ "ss", "WORDS", "state", STATES, NULL },
	{ "ss", "WORDS", "exclude", STATES, NULL },
	{ "ss", "WORDS", "-A", TABLES, NULL },
	{ "ss", "WORDS", "-f", "inet", NULL },
	{ "ospf", "AREA", NULL, NULL, offer_areas },
	{ "ospf", "TYPE", NULL, "1 2", NULL },
	{ "set link", "SETTING", "distribution", DISTS, NULL },
	{ "link add", "SETTING", "distribution", DISTS, NULL },
	{ "link add", "SETTING", "type", "broadcast p2p p2mp", NULL },
	{ "link add", "SETTING", "enabled", BOOL, NULL },
	{ "link add", "SETTING", "down", BOOL, NULL },
	{ "link add", "SETTING", "passive", BOOL, NULL },
	{ "link add", "SETTING", "mtu_ignore", BOOL, NULL },
	{ "node add", "SETTING", "kind", "router host hub", NULL },
	{ "node add", "SETTING", "routing", "none static ospf", NULL },
	{ "node add", "SETTING", "forwarding", BOOL, NULL },
	{ "node add", "SETTING", "type", "broadcast p2p p2mp", NULL },
	{ "node add", "SETTING", "enabled", BOOL, NULL },
	{ "node add", "SETTING", "passive", BOOL, NULL },
	{ "node add", "SETTING", "stub_router", BOOL, NULL },
	{ "node add", "SETTING", "rfc1583", BOOL, NULL },
	{ "node add", "SETTING", "mtu_ignore", BOOL, NULL },
	{ "sysctl", "NAME", NULL, NULL, offer_options },
	{ "capture stop", "ID", NULL, NULL, offer_captures },
	{ "expose stop", "ID", NULL, NULL, offer_exposed },
	{ "fg", "JOB", NULL, NULL, offer_jobs },
	{ "kill", "JOB", NULL, NULL, offer_jobs },
};

void offer_number(const struct offer *o, unsigned long long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", n);
	o->add(o->ctx, text);
}

static void each_word(const struct offer *o, const char *words)
{
	char word[32];

	for (size_t n; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		snprintf(word, sizeof(word), "%.*s", (int)n, words);
		o->add(o->ctx, word);
	}
}

/* "ospf" of "ospf area", and of "ospf"; "ss" is not of "sshd". */
static bool is_of(const char *cmd, const char *family)
{
	size_t n = strlen(family);

	return strncmp(cmd, family, n) == 0 && (!cmd[n] || cmd[n] == ' ' || cmd[n] == '|');
}

bool offer_words(const struct offer *o, const struct gram_ins *arg)
{
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		const struct row *r = &rows[i];

		if (strlen(r->arg) != arg->len || memcmp(r->arg, arg->s, arg->len) != 0 ||
		    !arg->cmd || !is_of(arg->cmd->name, r->cmd) ||
		    (r->after && strcmp(r->after, o->after) != 0))
			continue;
		if (r->words)
			each_word(o, r->words);
		if (r->names)
			r->names(o);
		return r->after != NULL;
	}
	return false;
}
