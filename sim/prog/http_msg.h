/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_HTTP_MSG_H
#define SIM_PROG_HTTP_MSG_H
/*
 * HTTP/1.1 messages (RFC 9112): heads are taken apart, bodies are framed.  No
 * sockets here: the callers bring the bytes.
 *
 * Left out: multipart, ranges, content codings; transfer codings other than
 * chunked are refused.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HTTP_LINE_MAX 8000                /* RFC 9112 3: at least that for a request line */
#define HTTP_HEAD_MAX 32768
#define HTTP_FIELDS_MAX 100

struct http_head {
	char *word[3];                    /* method, target, version; or version, status, text */
	unsigned minor;                   /* of HTTP/1.x */
	int status;                       /* of a response */
	size_t n;
	struct { char *name, *value; } field[HTTP_FIELDS_MAX];
};

/* How many bytes the head at the start of s has, its empty line included; 0:
 * it is not whole. */
size_t http_head_len(const char *s, size_t n);
/* Empty lines in front of a request, to be skipped (RFC 9112 2.2). */
size_t http_blank_len(const char *s, size_t n);
/* Both take the n bytes of a head apart in place: h points into them. */
/* 0, or the status that tells what is wrong with the request. */
int http_request_parse(struct http_head *h, char *s, size_t n);
bool http_response_parse(struct http_head *h, char *s, size_t n);
const char *http_field(const struct http_head *h, const char *name);      /* the first, or NULL */
/* Is token in the list that the fields of that name make? */
bool http_has_token(const struct http_head *h, const char *name, const char *token);
/* RFC 9112 9.3: does the connection stay after this message? */
bool http_persists(const struct http_head *h);
/* "%41" is A, in place.  False: malformed, or a character that no path has. */
bool http_percent_decode(char *s);

/* How long a body is, and how much of it is still to come (RFC 9112 6). */
struct http_body {
	enum { HTTP_LENGTH, HTTP_CHUNKED, HTTP_TO_EOF } kind;
	enum { CHUNK_SIZE, CHUNK_EXT, CHUNK_DATA, CHUNK_END, TRAILER } state;
	bool done;
	int64_t left;                     /* of all, or of this chunk */
	unsigned digits;                  /* of a chunk's size so far */
	size_t extra;                     /* bytes of extensions and trailers so far */
	size_t line;                      /* bytes of this trailer line so far */
};

/* 0, or a request's status: 400, 413, 501.  to_head: a response to HEAD. */
int http_request_body(struct http_body *b, const struct http_head *h);
int http_response_body(struct http_body *b, const struct http_head *h, bool to_head);
/*
 * One step: returns how many of the n > 0 bytes it used, of which *len at *data
 * are content; negative: malformed.  To be called until b->done.
 */
ssize_t http_body_step(struct http_body *b, const char *s, size_t n, const char **data,
		       size_t *len);

#endif
