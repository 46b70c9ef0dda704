// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/http_msg.h"

#include <string.h>
#include <strings.h>

#include "stack/util/cc.h"

#define EXTRA_MAX 8000                    /* chunk extensions and trailers of a body */
#define BODY_MAX (INT64_C(1) << 50)

/* --- heads ------------------------------------------------------------------------- */

size_t http_blank_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == '\n' || (s[i] == '\r' && (i + 1 == n || s[i + 1] == '\n'))))
		i++;
	return i && s[i - 1] == '\r' ? i - 1 : i;
}

size_t http_head_len(const char *s, size_t n)
{
	const char *at = s;

	while ((at = memchr(at, '\n', n - (size_t)(at - s)))) {
		size_t i = (size_t)(++at - s);

		if (i < n && s[i] == '\n')
			return i + 1;
		if (i + 1 < n && s[i] == '\r' && s[i + 1] == '\n')
			return i + 2;
	}
	return 0;
}

/* RFC 9110 5.6.2 */
static bool is_tchar(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *s)
{
	for (; *s; s++)
		if (!is_tchar(*s))
			return false;
	return true;
}

/* The next line of a head, without its end; NULL: there is none, or it has a
 * CR or a NUL inside (RFC 9112 2.2). */
static char *line_next(char **s, size_t *n)
{
	char *line = *s, *end = memchr(line, '\n', *n);
	size_t len;

	if (!end)
		return NULL;
	len = (size_t)(end - line);
	*s += len + 1;
	*n -= len + 1;
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return memchr(line, '\r', len) || strlen(line) != len ? NULL : line;
}

/* Field values hold visible characters, blanks, tabs and what is above ASCII. */
static bool value_ok(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 127)
			return false;
	return true;
}

/* RFC 9112 5; a folded line begins with a blank, which no name does.  The
 * status of a request that has such fields. */
static int fields_parse(struct http_head *h, char *s, size_t n)
{
	char *line, *colon, *end;

	while ((line = line_next(&s, &n)) && *line) {
		if (h->n == HTTP_FIELDS_MAX)
			return 431;
		colon = strchr(line, ':');
		if (!colon || colon == line)
			return 400;
		*colon++ = '\0';
		colon += strspn(colon, " \t");
		end = colon + strlen(colon);
		while (end > colon && (end[-1] == ' ' || end[-1] == '\t'))
			*--end = '\0';
		if (!is_token(line) || !value_ok(colon))
			return 400;
		h->field[h->n].name = line;
		h->field[h->n++].value = colon;
	}
	return line && !n ? 0 : 400;
}

/* "HTTP/1.x": 0; 505: another version that is one; 400: none. */
static int version_parse(struct http_head *h, const char *s)
{
	if (strncmp(s, "HTTP/", 5) != 0 || s[5] < '0' || s[5] > '9' || s[6] != '.' ||
	    s[7] < '0' || s[7] > '9' || s[8])
		return 400;
	h->minor = (unsigned)(s[7] - '0');
	return s[5] == '1' ? 0 : 505;
}

static int count(const struct http_head *h, const char *name)
{
	int n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += strcasecmp(h->field[i].name, name) == 0;
	return n;
}

int http_request_parse(struct http_head *h, char *s, size_t n)
{
	char *line = line_next(&s, &n), *save = line;
	int err;

	*h = (struct http_head){ 0 };
	if (!line)
		return 400;
	for (int i = 0; i < 3; i++) {
		h->word[i] = save ? strsep(&save, " ") : NULL;
		if (!h->word[i] || !*h->word[i])
			return 400;
	}
	if (save || !is_token(h->word[0]) || !value_ok(h->word[1]))
		return 400;
	err = version_parse(h, h->word[2]);
	if (!err)
		err = fields_parse(h, s, n);
	if (!err && (count(h, "Host") > 1 || (h->minor && !count(h, "Host"))))
		err = 400;                        /* RFC 9112 3.2 */
	return err;
}

bool http_response_parse(struct http_head *h, char *s, size_t n)
{
	char *line = line_next(&s, &n), *code;

	*h = (struct http_head){ 0 };
	if (!line)
		return false;
	h->word[0] = strsep(&line, " ");
	code = h->word[1] = line ? strsep(&line, " ") : NULL;
	h->word[2] = line ? line : h->word[0] + strlen(h->word[0]);
	if (version_parse(h, h->word[0]) || !code || strlen(code) != 3 ||
	    strspn(code, "0123456789") != 3 || code[0] == '0')
		return false;
	h->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
	return fields_parse(h, s, n) == 0;
}

const char *http_field(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcasecmp(h->field[i].name, name) == 0)
			return h->field[i].value;
	return NULL;
}

static bool list_has(const char *list, const char *token)
{
	size_t n = strlen(token);

	for (;;) {
		list += strspn(list, " \t,");
		if (!*list)
			return false;
		if (strncasecmp(list, token, n) == 0 && (!list[n] || strchr(" \t,", list[n])))
			return true;
		list += strcspn(list, ",");
	}
}

bool http_has_token(const struct http_head *h, const char *name, const char *token)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcasecmp(h->field[i].name, name) == 0 && list_has(h->field[i].value, token))
			return true;
	return false;
}

bool http_persists(const struct http_head *h)
{
	if (http_has_token(h, "Connection", "close"))
		return false;
	return h->minor >= 1 || http_has_token(h, "Connection", "keep-alive");
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_percent_decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		char c = *s;

		if (c == '%') {
			if (hex(s[1]) < 0 || hex(s[2]) < 0)
				return false;
			c = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		}
		if ((unsigned char)c < ' ' || c == 127)
			return false;
		*to++ = c;
	}
	*to = '\0';
	return true;
}

/* --- bodies -------------------------------------------------------------------------- */

/* RFC 9112 6.3: what comes twice must say the same; -1: malformed. */
static int64_t content_length(const struct http_head *h)
{
	int64_t all = -1;

	for (size_t i = 0; i < h->n; i++) {
		const char *s = h->field[i].value;
		int64_t v = 0;

		if (strcasecmp(h->field[i].name, "Content-Length") != 0)
			continue;
		if (!*s)
			return -1;
		for (; *s; s++) {
			if (*s < '0' || *s > '9')
				return -1;
			v = v < BODY_MAX ? v * 10 + (*s - '0') : v;
		}
		if (all >= 0 && v != all)
			return -1;
		all = v;
	}
	return all;
}

/* What both kinds of message share: 0 if fields say how long the body is, 1 if
 * none does, or a status. */
static int framing(struct http_body *b, const struct http_head *h)
{
	int n = count(h, "Transfer-Encoding");

	*b = (struct http_body){ 0 };
	if (n) {
		if (n > 1 || strcasecmp(http_field(h, "Transfer-Encoding"), "chunked") != 0)
			return 501;
		if (count(h, "Content-Length"))
			return 400;               /* RFC 9112 6.1: perhaps smuggled */
		b->kind = HTTP_CHUNKED;
		return 0;
	}
	if (!count(h, "Content-Length"))
		return 1;
	b->left = content_length(h);
	if (b->left < 0)
		return 400;
	if (b->left >= BODY_MAX)
		return 413;
	b->done = b->left == 0;
	return 0;
}

int http_request_body(struct http_body *b, const struct http_head *h)
{
	int err = framing(b, h);

	if (err == 1)
		b->done = true;
	return err == 1 ? 0 : err;
}

int http_response_body(struct http_body *b, const struct http_head *h, bool to_head)
{
	int err;

	*b = (struct http_body){ .done = true };
	if (to_head || h->status < 200 || h->status == 204 || h->status == 304)
		return 0;
	err = framing(b, h);
	if (err != 1)
		return err;
	b->kind = HTTP_TO_EOF;
	return 0;
}

/* One character of what frames chunks (RFC 9112 7.1). */
static bool chunk_char(struct http_body *b, char c)
{
	int v = hex(c);

	switch (b->state) {
	case CHUNK_SIZE:
		if (v >= 0) {
			b->left = b->left << 4 | v;
			return ++b->digits <= 12;
		}
		b->state = CHUNK_EXT;
		return b->digits && chunk_char(b, c);
	case CHUNK_EXT:
		if (c == '\n') {
			b->state = b->left ? CHUNK_DATA : TRAILER;
			b->line = 0;
			return true;
		}
		return (b->line++ || (c && strchr("\n\r; \t", c))) && ++b->extra <= EXTRA_MAX;
	case CHUNK_END:
		if (c == '\n')
			b->state = CHUNK_SIZE, b->digits = 0, b->left = 0, b->line = 0;
		return c == '\n' || (c == '\r' && !b->line++);
	case TRAILER:
		b->done = c == '\n' && !b->line;
		b->line = c == '\n' ? 0 : b->line + (c != '\r');
		return ++b->extra <= EXTRA_MAX;
	default:
		return false;
	}
}

ssize_t http_body_step(struct http_body *b, const char *s, size_t n, const char **data,
		       size_t *len)
{
	*data = s;
	*len = 0;
	if (b->kind == HTTP_CHUNKED && b->state != CHUNK_DATA)
		return chunk_char(b, *s) ? 1 : -1;
	*len = b->kind == HTTP_TO_EOF || (int64_t)n < b->left ? n : (size_t)b->left;
	b->left -= b->kind == HTTP_TO_EOF ? 0 : (int64_t)*len;
	if (b->kind == HTTP_LENGTH)
		b->done = !b->left;
	else if (b->kind == HTTP_CHUNKED && !b->left)
		b->state = CHUNK_END, b->line = 0;
	return (ssize_t)*len;
}
