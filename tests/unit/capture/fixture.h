/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_CAPTURE_FIXTURE_H
#define TESTS_UNIT_CAPTURE_FIXTURE_H
/* What the capture tests share: a scratch file, a few frames, file compare. */
#include <stdlib.h>
#include <unistd.h>

#include "sim/capture/capture.h"
#include "sim/capture/read.h"
#include "stack/util/err.h"
#include "tests/unit/test.h"

#define EPOCH_2000 SEC(946684800)         /* 2000-01-01 UTC */
#define FRAME_MIN 60

struct scratch { char path[64]; };

static inline struct scratch scratch_new(const char *suffix)
{
	struct scratch s;
	int fd;

	snprintf(s.path, sizeof(s.path), "/tmp/netloom-test-XXXXXX%s", suffix);
	fd = mkstemps(s.path, (int)strlen(suffix));
	REQUIRE(fd >= 0);
	close(fd);
	return s;
}

static inline void scratch_free(struct scratch *s)
{
	unlink(s->path);
}

/* The whole file; the caller frees. */
static inline uint8_t *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *b;

	REQUIRE(f != NULL);
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	b = malloc(*len + 1);
	REQUIRE(b && fread(b, 1, *len, f) == *len);
	b[*len] = 0;
	fclose(f);
	return b;
}

static inline void frame_eth(uint8_t f[FRAME_MIN], uint16_t type)
{
	memset(f, 0, FRAME_MIN);
	f[0] = f[6] = 0x02;
	f[5] = 2, f[11] = 1;
	f[12] = (uint8_t)(type >> 8), f[13] = (uint8_t)type;
}

static inline void frame_arp(uint8_t f[FRAME_MIN])
{
	static const uint8_t arp[] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	frame_eth(f, 0x0806);
	memcpy(f + 14, arp, sizeof(arp));
}

/* proto 1: ICMP, 6: TCP, 17: UDP; checksums are left 0. */
static inline void frame_ip4(uint8_t f[FRAME_MIN], uint8_t proto, uint16_t sport, uint16_t dport)
{
	uint8_t *ip = f + 14, *l4 = ip + 20;

	frame_eth(f, 0x0800);
	ip[0] = 0x45, ip[3] = 40, ip[8] = 64, ip[9] = proto;
	ip[12] = ip[16] = 10, ip[15] = 1, ip[19] = 2;
	l4[0] = (uint8_t)(sport >> 8), l4[1] = (uint8_t)sport;
	l4[2] = (uint8_t)(dport >> 8), l4[3] = (uint8_t)dport;
	if (proto == 6)
		l4[12] = 0x50, l4[13] = 0x02;
	else if (proto == 17)
		l4[5] = 20;
}

static inline struct capture *open_capture(const char *path, const char *filter)
{
	struct capture_config cfg = {
		.path = path, .filter = filter, .dir = CAPTURE_BOTH, .epoch_unix_ns = EPOCH_2000,
	};
	char err[256] = "";
	struct capture *c = capture_open(&cfg, err);

	CHECK_STR(err, "");
	REQUIRE(c != NULL);
	return c;
}

static inline struct capture_read *open_read(const char *path)
{
	char err[256] = "";
	struct capture_read *rd = capture_read_open(path, err);

	CHECK_STR(err, "");
	REQUIRE(rd != NULL);
	return rd;
}

#endif
