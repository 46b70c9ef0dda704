/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_CMD_H
#define SHELL_CMD_H
/*
 * A command is a table entry: one string is grammar, help and completion.
 * Each cmd_*.c holds the table of its family; cmd.c lists the families.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shell/args.h"
#include "shell/gram.h"

struct shell;

enum cmd_flag {
	CMD_LAB = 1,                      /* at the lab's prompt */
	CMD_NODE = 2,                     /* after a node's name, or inside one */
	CMD_QUIET = 4,                    /* another spelling: not in help and ? */
	CMD_PROG = 8,                     /* a program that runs on hosts */
};

struct cmd {
	const char *name;                 /* its first words: "link set" */
	const char *args;                 /* the rest of its grammar (gram.h), or NULL */
	const char *opts;                 /* words that may stand anywhere: "-s -br", or NULL */
	const char *help;                 /* one line */
	const char *text;                 /* more of it, or NULL */
	unsigned flags;                   /* enum cmd_flag */
	/* The exit status.  Reports with shell_result() and the like. */
	int (*run)(struct shell *sh, const struct args *a);
	/* Optional: false, with a sentence, if the line cannot work in this lab
	 * though its words are right.  Changes nothing. */
	bool (*check)(const struct args *a, struct buf *why);
	/* Optional: the words that its REST may hold, separated by blanks; NODE
	 * stands for the nodes. */
	const char *rest_words;
	/* Prints what run() reported, unless JSON is asked for; or NULL. */
	void (*print)(struct shell *sh, const struct args *a, const json_t *result);
};

/* The families; each ends with an entry without a name. */
extern const struct cmd cmds_lab[], cmds_node[], cmds_link[], cmds_ping[], cmds_iperf[],
	cmds_time[], cmds_show[], cmds_show_links[], cmds_frr[], cmds_ip[], cmds_ip_route[],
	cmds_sysctl[], cmds_nstat[], cmds_capture[], cmds_trace[], cmds_topo[], cmds_port[],
	cmds_help[], cmds_jobs[], cmds_history[], cmds_tcp[], cmds_ss[], cmds_bench[], cmds_ospf_nbr[],
	cmds_ospf_if[], cmds_ospf_db[], cmds_ospf_route[], cmds_ospf_lab[], cmds_ospf_fsm[],
	cmds_ospf_set[], cmds_route[];

bool cmd_has_option(const struct cmd *cmd, const char *word);

/* All commands of one shell, programs included, and their grammar. */
struct cmd_set {
	struct gram gram;
	const struct cmd **cmd;           /* in the order of the families */
	uint16_t *start;                  /* where each begins in the grammar */
	size_t n;
	struct cmd *progs;                /* made from prog_list(), owned */
	size_t n_progs;
};

bool cmd_set_init(struct cmd_set *s);     /* false: out of memory */
void cmd_set_fini(struct cmd_set *s);

/* What a line is to the shell. */
enum cmd_kind {
	CMD_EMPTY,                        /* nothing to do */
	CMD_ENTER,                        /* a node's name alone: move into it */
	CMD_RUN,                          /* args.cmd is to be run */
	CMD_WRONG,                        /* err says what is wrong */
};

/* A line taken apart.  Owns everything in it; cmd_line_fini() in any case. */
struct cmd_line {
	enum cmd_kind kind;
	struct words words;
	struct walk walk;
	struct args args;
	struct buf err;                   /* CMD_WRONG: one sentence */
};

/* Which node a line is for and where its command begins. */
struct cmd_head {
	struct node *node;                /* named in the line, or the one entered */
	bool named;                       /* the line's first word names it */
	int from;                         /* the command's first word */
	unsigned flags;                   /* commands that may follow */
};

void cmd_line_parse(struct cmd_line *l, struct shell *sh, const char *line);
void cmd_line_fini(struct cmd_line *l);
/* True if a command's name begins with these words (cmd_help.c). */
bool help_knows(const struct shell *sh, char *const *v, int n);
/* Does a command at the lab's prompt begin with exactly this word? */
bool cmd_is_lab_word(const struct shell *sh, const char *word);
struct cmd_head cmd_head_find(const struct shell *sh, const struct words *w);
/* A walk before its first word, among the commands with these flags. */
bool cmd_walk_init(struct walk *w, const struct shell *sh, unsigned flags, int n_words);

#endif
