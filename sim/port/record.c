// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/capture/capture.h"
#include "sim/lab.h"
#include "sim/port/expose.h"
#include "sim/port/port.h"
#include "sim/port/replay.h"

struct record {
	struct capture *cap;
	uint64_t inputs;
	bool dirty;                       /* something is not in the file yet */
	bool failed;                      /* and that was told */
	bool has_clock;                   /* written, or there is none */
	uint8_t frame[PKT_MAX];
};

/* --- writing ----------------------------------------------------------------------- */

static bool number(struct record *r, int *ifno, const char *name)
{
	if (*ifno < 0)
		*ifno = capture_add_if(r->cap, name, 0);
	return *ifno >= 0;
}

/* In front of the first input, so that a replay says what was said. */
static void put_clock(struct lab *lab, int ifno)
{
	char comment[64];

	lab->record->has_clock = true;
	if (!lab->ospf.seq_base)
		return;
	snprintf(comment, sizeof(comment), "clock %" PRIu32, lab->ospf.seq_base);
	capture_frame(lab->record->cap, ifno, lab_now(lab), CAPTURE_OUT, NULL, 0, comment);
}

static void put(struct lab *lab, int ifno, enum capture_dir dir, const void *bytes, size_t n,
		const char *comment)
{
	struct record *r = lab->record;

	if (!r->has_clock)
		put_clock(lab, ifno);
	if (capture_frame(r->cap, ifno, lab_now(lab), dir, bytes, n, comment))
		r->inputs += dir == CAPTURE_IN;
	r->dirty = true;
}

static bool port_number(struct lab *lab, struct port *pt)
{
	char name[100];

	if (!lab->record)
		return false;
	snprintf(name, sizeof(name), "%s:%s", port_node_name(pt), port_ifname(pt));
	return number(lab->record, &pt->record_if, name);
}

void record_frame(struct port *pt, const struct pkt *p)
{
	struct lab *lab = pt->end->link->lab;
	size_t n;

	if (likely(!lab->record) || !port_number(lab, pt))
		return;
	n = pkt_frame(p, lab->record->frame, sizeof(lab->record->frame));
	put(lab, pt->record_if, CAPTURE_IN, lab->record->frame, n, NULL);
}

void record_carrier(struct port *pt, bool on)
{
	struct lab *lab = pt->end->link->lab;

	if (port_number(lab, pt))
		put(lab, pt->record_if, CAPTURE_IN, NULL, 0, on ? "carrier on" : "carrier off");
}

void record_refusal(struct port *pt, bool refused)
{
	struct lab *lab = pt->end->link->lab;
	char comment[64];

	pt->refused = refused;
	if (!port_number(lab, pt))
		return;
	snprintf(comment, sizeof(comment), "%s from %" PRIu64, refused ? "refused" : "taken",
		 pt->stats.out_frames + pt->stats.out_dropped);
	put(lab, pt->record_if, CAPTURE_OUT, NULL, 0, comment);
}

void record_bytes(struct lab *lab, int *ifno, const char *name, const void *bytes, size_t n)
{
	if (lab->record && number(lab->record, ifno, name))
		put(lab, *ifno, CAPTURE_IN, bytes, n, NULL);
}

void record_flush(struct lab *lab)
{
	struct record *r = lab->record;

	if (likely(!r) || !r->dirty)
		return;
	r->dirty = false;
	if (capture_flush(r->cap) == OK || r->failed)
		return;
	r->failed = true;
	lab_say(lab, "the record is not whole: %s", capture_error(r->cap));
}

/* --- beginning and end --------------------------------------------------------------- */

bool record_is_of(const struct lab *lab, const char *path)
{
	struct stat a, b;

	return lab->record && stat(path, &a) == 0 &&
	       stat(capture_path(lab->record->cap), &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* A new file: no port has a number in it, and none has refused anything. */
static void forget_numbers(struct lab *lab)
{
	struct port *pt;

	list_for_each(&lab->ports, pt, node) {
		pt->record_if = -1;
		pt->refused = false;
	}
	expose_record_begins(lab);
}

static bool path_ok(const struct lab *lab, const char *path, char err[256])
{
	size_t n = strlen(path);

	if (lab->record)
		snprintf(err, 256, "%.180s is being recorded already",
			 capture_path(lab->record->cap));
	else if (!list_empty(&lab->exposed_tcp))
		snprintf(err, 256, "what comes by an exposed TCP port cannot be recorded");
	else if (n >= 5 && strcmp(path + n - 5, ".pcap") == 0)
		snprintf(err, 256, "a record is pcapng: pcap has no place for what it needs");
	else if (strcmp(path, "-") == 0)
		snprintf(err, 256, "a record is a file, not standard output");
	else if (replay_is_of(lab, path))
		snprintf(err, 256, "%.180s is being replayed", path);
	else
		return true;
	return false;
}

bool lab_record_start(struct lab *lab, const char *path, char err[256])
{
	struct capture_config cfg = { .path = path, .dir = CAPTURE_BOTH,
				      .epoch_unix_ns = LAB_EPOCH_UNIX_NS };
	struct record *r;

	if (!path_ok(lab, path, err))
		return false;
	r = calloc(1, sizeof(*r));
	if (!r)
		snprintf(err, 256, "out of memory");
	else if ((r->cap = capture_open(&cfg, err)) && capture_flush(r->cap) != OK)
		snprintf(err, 256, "%.250s", capture_error(r->cap));
	else if (r->cap) {
		lab->record = r;
		forget_numbers(lab);
		return true;
	}
	if (r && r->cap)
		(void)capture_close(r->cap);
	free(r);
	return false;
}

bool lab_recording(const struct lab *lab, struct record_info *out)
{
	const struct record *r = lab->record;

	if (r)
		*out = (struct record_info){ capture_path(r->cap), capture_error(r->cap),
					     r->inputs };
	return r != NULL;
}

int record_close(struct lab *lab)
{
	struct record *r = lab->record;
	int err;

	if (!r)
		return ERR_NOENT;
	lab->record = NULL;
	err = capture_close(r->cap);
	free(r);
	return err;
}

int lab_record_stop(struct lab *lab)
{
	return record_close(lab);
}
