// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * pcap:FILE  the frames of a capture file, pcap or pcapng, enter the lab at
 *            their times from the first frame on; that enters at lab time 0.
 *            What goes out is thrown away.
 *
 *	pcap:FILE,at=2s            the first frame enters then
 *	pcap:FILE,speed=10         ten times as fast; 0.5: half as fast
 *	pcap:FILE,loop=3           three times; a round begins with the end of
 *	                           the one before
 *
 * A frame that the capture did not keep whole is left out.  A frame that is
 * earlier than the one before it enters with that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/capture/read.h"
#include "sim/lab.h"
#include "sim/port/port.h"
#include "sim/topo/topo.h"

#define PATH_ROOM 4096
#define SPEED_ONE 1000
#define LOOPS_MAX 1000000

enum pcap_state { PCAP_PLAYS, PCAP_ENDED, PCAP_DAMAGED };

struct pcap_port {
	char path[PATH_ROOM];
	ns_t start_at;                    /* lab instant of the round's first frame */
	uint64_t speed_milli, loops;      /* loops: rounds that are left, this one too */
	struct capture_read *rd;
	struct captured_frame next;       /* the frame that enters next */
	ns_t first_unix;                  /* when the file's first frame was captured */
	ns_t next_at;                     /* lab instant at which `next` enters */
	bool any, any_whole;              /* the round had a frame; a whole one */
	enum pcap_state state;
	uint64_t cut;                     /* frames not kept whole */
	char error[256];
};

/* --- what the lab file says ------------------------------------------------------- */

static bool speed_parse(const char *s, uint64_t *milli)
{
	uint64_t v = 0;
	int places = -1;                  /* digits behind the point */

	for (; *s; s++) {
		if (*s == '.' && places < 0) {
			places = 0;
			continue;
		}
		if (*s < '0' || *s > '9' || v > 1000000 || places == 3)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
		places += places >= 0;
	}
	for (places = places < 0 ? 0 : places; places < 3; places++)
		v *= 10;
	*milli = v;
	return v > 0;
}

static bool loops_parse(const char *s, uint64_t *n)
{
	*n = 0;
	for (; *s >= '0' && *s <= '9' && *n <= LOOPS_MAX; s++)
		*n = *n * 10 + (uint64_t)(*s - '0');
	return !*s && *n > 0 && *n <= LOOPS_MAX;
}

/* One word behind a comma.  1, or 0 with a sentence in err; -1: it is none of
 * ours, and so part of the file's name. */
static int word_parse(struct pcap_port *pc, const char *word, char err[256])
{
	char why[160];

	if (strncmp(word, "at=", 3) == 0) {
		if (unit_time(word + 3, &pc->start_at, why) == 0)
			return 1;
		snprintf(err, 256, "at: %s", why);
		return 0;
	}
	if (strncmp(word, "speed=", 6) == 0) {
		if (speed_parse(word + 6, &pc->speed_milli))
			return 1;
		snprintf(err, 256, "speed: expected a number such as 10 or 0.5, not '%.40s'",
			 word + 6);
		return 0;
	}
	if (strncmp(word, "loop=", 5) == 0) {
		if (loops_parse(word + 5, &pc->loops))
			return 1;
		snprintf(err, 256, "loop: expected 1 to %d, not '%.40s'", LOOPS_MAX, word + 5);
		return 0;
	}
	return -1;
}

/* Takes the words from the end of spec; what is left is the path. */
static bool words_parse(struct pcap_port *pc, char *spec, char err[256])
{
	char *comma;
	int ok = 1;

	while (ok > 0 && (comma = strrchr(spec, ','))) {
		ok = word_parse(pc, comma + 1, err);
		if (ok > 0)
			*comma = '\0';
	}
	return ok != 0;
}

/* --- frames -------------------------------------------------------------------------- */

static struct lab *lab_of(const struct port *pt) { return pt->end->link->lab; }

/* From the beginning; the file was fine when it was opened. */
static bool rewind_file(struct pcap_port *pc)
{
	capture_read_close(pc->rd);
	pc->rd = capture_read_open(pc->path, pc->error);
	pc->any = pc->any_whole = false;
	pc->start_at = pc->next_at;
	return pc->rd != NULL;
}

/* The lab instant of the frame just read; never before the last one. */
static void set_next_at(struct pcap_port *pc)
{
	__int128 d;
	ns_t at;

	if (!pc->any)
		pc->first_unix = pc->next.unix_ns;
	pc->any = true;
	d = ((__int128)pc->next.unix_ns - pc->first_unix) * SPEED_ONE / (int64_t)pc->speed_milli;
	at = d < 0 ? pc->start_at : d >= NS_NEVER - pc->start_at ? NS_NEVER - 1 :
	     pc->start_at + (ns_t)d;
	if (at > pc->next_at)
		pc->next_at = at;
}

/* The round is over; true if another one begins. */
static bool next_round(struct pcap_port *pc)
{
	if (!pc->any_whole || pc->loops <= 1)
		return false;
	pc->loops--;
	return rewind_file(pc);
}

/* Reads on to the next whole frame; false: there is none. */
static bool frame_read(struct pcap_port *pc)
{
	int got;

	while ((got = capture_read_next(pc->rd, &pc->next)) > 0 || (got == 0 && next_round(pc))) {
		if (got == 0)
			continue;
		set_next_at(pc);
		pc->any_whole |= pc->next.kept == pc->next.len;
		if (pc->next.kept == pc->next.len)
			return true;
		pc->cut++;
	}
	if (got < 0)
		snprintf(pc->error, sizeof(pc->error), "%s", capture_read_error(pc->rd));
	pc->state = pc->error[0] ? PCAP_DAMAGED : PCAP_ENDED;
	return false;
}

static void arm(struct port *pt)
{
	struct pcap_port *pc = pt->priv;
	ns_t now = lab_now(lab_of(pt));

	if (frame_read(pc))
		node_timer_set(&pt->due, pc->next_at > now ? pc->next_at : now);
	else if (pc->state == PCAP_DAMAGED)
		lab_say(lab_of(pt), "%s %s: %s", port_node_name(pt), port_ifname(pt), pc->error);
}

/* Those of one instant, but not more than a batch at once. */
static void pcap_due(struct port *pt)
{
	struct pcap_port *pc = pt->priv;
	int n = 0;

	if (pc->state != PCAP_PLAYS)
		return;
	do {
		port_rx(pt, pc->next.bytes, pc->next.len);
		arm(pt);
	} while (++n < PORT_BATCH && pc->state == PCAP_PLAYS &&
		 pc->next_at <= lab_now(lab_of(pt)));
}

/* --- the port ---------------------------------------------------------------------------- */

static void pcap_free(struct pcap_port *pc)
{
	capture_read_close(pc->rd);
	free(pc);
}

static bool pcap_setup(struct port *pt, struct pcap_port *pc, const char *arg, char err[256])
{
	char *spec = strdup(arg);
	bool ok = spec && words_parse(pc, spec, err) &&
		  port_path(pt, spec, pc->path, sizeof(pc->path), err);

	if (!spec)
		snprintf(err, 256, "out of memory");
	free(spec);
	if (ok)
		pc->rd = capture_read_open(pc->path, err);
	pc->next_at = pc->start_at;
	return pc->rd != NULL;
}

static bool pcap_open(struct port *pt, const char *arg, char err[256])
{
	struct pcap_port *pc = calloc(1, sizeof(*pc));

	if (!pc) {
		snprintf(err, 256, "out of memory");
		return false;
	}
	pc->speed_milli = SPEED_ONE;
	pc->loops = 1;
	if (!pcap_setup(pt, pc, arg, err)) {
		pcap_free(pc);
		return false;
	}
	pt->priv = pc;
	arm(pt);
	return true;
}

static bool pcap_write(struct port *pt, const struct pkt *p)
{
	(void)pt;
	(void)p;
	return true;
}

static void pcap_show(const struct port *pt, char *out, size_t room)
{
	const struct pcap_port *pc = pt->priv;
	int n;

	if (pc->state == PCAP_DAMAGED)
		n = snprintf(out, room, "damaged");
	else
		n = snprintf(out, room, pc->state == PCAP_ENDED ? "ended" : "plays");
	if (pc->cut && n > 0 && (size_t)n < room)
		snprintf(out + n, room - (size_t)n, ", %llu frame%s cut short left out",
			 (unsigned long long)pc->cut, pc->cut == 1 ? "" : "s");
}

static void pcap_close_port(struct port *pt)
{
	pcap_free(pt->priv);
}

const struct port_ops port_pcap = {
	.word = "pcap", .what = "the frames of a capture file, at their times",
	.in_lab_time = true, .open = pcap_open, .due = pcap_due, .write = pcap_write,
	.state = pcap_show, .close = pcap_close_port,
};
