// SPDX-License-Identifier: GPL-3.0-or-later
/* Text as a double-quoted YAML scalar, which is a JSON string too. */
#include "sim/topo/keys.h"

/* The next character of valid UTF-8. */
static uint32_t utf8_next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];

	for (unsigned i = 1; i <= more && p[i]; i++)
		c = c << 6 | (p[i] & 0x3f);
	for (*s += 1; more-- > 0 && **s;)
		*s += 1;
	return c;
}

/* Characters that YAML does not take as they are, or takes as line ends. */
static bool must_escape(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029 ||
	       c == 0xfeff || c == 0xfffe || c == 0xffff;
}

void print_quoted(const char *s, struct buf *out)
{
	buf_putc(out, '"');
	while (*s) {
		const char *start = s;
		uint32_t c = utf8_next(&s);

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (int)c);
		else if (must_escape(c))
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_add(out, start, (size_t)(s - start));
	}
	buf_putc(out, '"');
}
