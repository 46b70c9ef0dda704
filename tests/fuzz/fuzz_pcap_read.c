// SPDX-License-Identifier: GPL-3.0-or-later
/* The capture reader on any bytes: it ends, and each frame it gives is whole. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/capture/read.h"
#include "stack/util/err.h"

/* Touches every byte, so that a frame longer than its memory is caught. */
static void check_frame(const struct captured_frame *fr)
{
	uint8_t *copy = malloc(fr->kept + 1);

	assert(copy && fr->kept <= fr->len);
	for (size_t i = 0; i < fr->kept; i++)
		copy[i] = fr->bytes[i];
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[256] = "";
	FILE *f = fmemopen((void *)(uintptr_t)data, size, "rb");     /* reads only */
	struct capture_read *rd;
	struct captured_frame fr;
	size_t frames = 0;
	int got;

	assert(f);
	rd = capture_read_stream(f, "input", err);
	assert(rd || err[0]);
	if (!rd)
		return 0;
	while ((got = capture_read_next(rd, &fr)) == 1) {
		check_frame(&fr);
		assert(++frames <= size);
	}
	assert(got == 0 || got == ERR_PROTO);
	assert((got == 0) == !capture_read_error(rd));
	capture_read_close(rd);
	return 0;
}
