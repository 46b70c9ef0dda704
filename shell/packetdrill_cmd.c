// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/packetdrill_cmd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

enum { EXIT_PASSED, EXIT_FAILED, EXIT_USAGE, EXIT_SKIPPED = 77 };

#define FILE_MAX (1 << 20)                /* bytes of a script */

static bool read_file(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;
	bool fine;

	if (!f)
		return false;
	while (b->len < FILE_MAX && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(b, part, n);
	fine = !ferror(f) && !b->bad;
	fclose(f);
	if (fine && b->len >= FILE_MAX) {
		errno = EFBIG;
		fine = false;
	}
	return fine;
}

static void report(const char *path, const struct pd_says *s)
{
	const char *text = s->text.s ? s->text.s : "";

	if (s->verdict == PD_PASSED)
		printf("ok %s\n", path);
	else if (s->verdict == PD_SKIPPED && s->col)
		printf("skipped %s: line %u, column %u: %s\n", path, s->line, s->col, text);
	else if (s->verdict == PD_SKIPPED)
		printf("skipped %s: line %u: %s\n", path, s->line, text);
	else if (s->col)
		printf("%s:%u:%u: %s\n", path, s->line, s->col, text);
	else
		printf("%s:%u: %s\n", path, s->line, text);
}

/* What is behind a byte of value 0 would not be seen. */
static void run_text(const struct buf *b, struct pd_says *says)
{
	const char *text = b->s ? b->s : "";

	if (strlen(text) == b->len) {
		pd_run_text(text, says);
		return;
	}
	says->verdict = PD_FAILED;
	says->line = says->col = 1;
	for (; *text; text++) {
		says->line += *text == '\n';
		says->col = *text == '\n' ? 1 : says->col + 1;
	}
	buf_str(&says->text, "a byte of value 0: this is no script");
}

static int usage(FILE *to)
{
	fprintf(to, "usage: netloom packetdrill FILE.pkt...\n"
		"Run segment scripts in packetdrill's language against netloom's TCP and UDP.\n"
		"Exit status: 0 none failed, 1 some failed, 2 wrong usage, 77 all were skipped.\n");
	return to == stdout ? EXIT_PASSED : EXIT_USAGE;
}

int packetdrill_main(int argc, char **argv)
{
	unsigned n[3] = { 0 };
	bool unread = false;

	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout);
	if (argv[1][0] == '-' && argv[1][1]) {
		fprintf(stderr, "netloom packetdrill: unknown option '%s'\n", argv[1]);
		return usage(stderr);
	}
	for (int i = 1; i < argc; i++) {
		struct pd_says says = { 0 };
		struct buf text = { 0 };

		if (read_file(argv[i], &text)) {
			run_text(&text, &says);
			report(argv[i], &says);
			n[says.verdict]++;
		} else {
			fprintf(stderr, "netloom packetdrill: %s: %s\n", argv[i], strerror(errno));
			unread = true;
		}
		buf_free(&says.text);
		buf_free(&text);
	}
	printf("%u passed, %u failed, %u skipped\n", n[PD_PASSED], n[PD_FAILED], n[PD_SKIPPED]);
	if (unread)
		return EXIT_USAGE;
	if (n[PD_FAILED])
		return EXIT_FAILED;
	return n[PD_PASSED] ? EXIT_PASSED : EXIT_SKIPPED;
}
