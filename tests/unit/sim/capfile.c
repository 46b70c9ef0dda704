// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sim/capfile.h"

#include <stdlib.h>

#include "sim/capture/capture.h"
#include "tests/unit/capture/fixture.h"

static uint32_t word(const uint8_t *b)
{
	uint32_t v;

	memcpy(&v, b, 4);                 /* written by this machine */
	return v;
}

/* The value of option `code` as text; "" if it is not there. */
static void option(const uint8_t *b, const uint8_t *end, uint16_t code, char *out, size_t room)
{
	out[0] = 0;
	while (b + 4 <= end) {
		uint16_t c = (uint16_t)word(b), n = (uint16_t)(word(b) >> 16);

		if (c == 0)
			return;
		if (c == code && n < room) {
			memcpy(out, b + 4, n);
			out[n] = 0;
		}
		b += 4 + (n + 3u) / 4 * 4;
	}
}

static void read_packet(struct capfile *f, const uint8_t *b, const uint8_t *end)
{
	struct caprec *r = &f->rec[f->n++];
	uint64_t ns = (uint64_t)word(b + 12) << 32 | word(b + 16);
	uint32_t kept = word(b + 20);
	char flags[8];

	*r = (struct caprec){ .ifno = word(b + 8), .at = (ns_t)ns - LAB_EPOCH_UNIX_NS,
			   .len = word(b + 24), .bytes = b + 28 };
	b += 28 + (kept + 3) / 4 * 4;
	option(b, end, 1, r->comment, sizeof(r->comment));
	option(b, end, 2, flags, sizeof(flags));
	r->dir = flags[0] & 3;
}

struct capfile capfile_read(const char *path)
{
	struct capfile f = { 0 };

	f.all = slurp(path, &f.size);
	f.rec = calloc(f.size / 32 + 1, sizeof(*f.rec));
	REQUIRE(f.rec != NULL);
	for (const uint8_t *b = f.all; b + 12 <= f.all + f.size; b += word(b + 4)) {
		const uint8_t *end = b + word(b + 4) - 4;

		if (word(b) == 1 && f.n_if < IFS_MAX)
			option(b + 16, end, 2, f.ifname[f.n_if++], sizeof(f.ifname[0]));
		else if (word(b) == 6)
			read_packet(&f, b, end);
	}
	return f;
}

void capfile_free(struct capfile *f)
{
	free(f->all);
	free(f->rec);
}

unsigned capfile_if(const struct capfile *f, const char *name)
{
	unsigned i = 0;

	while (i < f->n_if && strcmp(f->ifname[i], name) != 0)
		i++;
	CHECK(i < f->n_if);
	return i;
}

/* Records of one interface and direction, with that comment (NULL: any). */
unsigned capfile_count(const struct capfile *f, const char *ifname, unsigned dir,
		       const char *comment)
{
	unsigned ifno = capfile_if(f, ifname), n = 0;

	for (unsigned i = 0; i < f->n; i++)
		n += f->rec[i].ifno == ifno && f->rec[i].dir == dir &&
		     (!comment || strcmp(f->rec[i].comment, comment) == 0);
	return n;
}

int capfile_start(struct lab *lab, const char *what, const char *path, const char *filter)
{
	char err[256] = "";
	int id = lab_capture_start(lab, what, path, filter, NULL, err);

	CHECK_STR(err, "");
	CHECK(id > 0);
	return id;
}

struct capfile capfile_stop(struct lab *lab, int id, const char *path)
{
	CHECK_EQ(lab_capture_stop(lab, id), OK);
	return capfile_read(path);
}
