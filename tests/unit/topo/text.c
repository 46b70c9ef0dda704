// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/topo/text.h"

struct topo *text_parse(const char *text, struct buf *errs)
{
	buf_reset(errs);
	buf_str(errs, "");
	return topo_parse("lab.yaml", text, strlen(text), errs);
}

struct topo *text_good(const char *text)
{
	struct buf errs = { 0 };
	struct topo *t = text_parse(text, &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	return t;
}

void text_errors(const char *text, const char *want)
{
	struct buf errs = { 0 };
	struct topo *t = text_parse(text, &errs);

	CHECK(t == NULL);
	CHECK_STR(errs.s, want);
	topo_free(t);
	buf_free(&errs);
}
