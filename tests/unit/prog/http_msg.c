// SPDX-License-Identifier: GPL-3.0-or-later
/* Heads and bodies of HTTP/1.1 messages, whole and malformed (RFC 9112). */
#include "sim/prog/http_msg.h"

#include <stdlib.h>
#include <string.h>

#include "stack/util/cc.h"
#include "tests/unit/test.h"

/* Parsed from a block of exactly that size, so that a read past its end shows. */
static int request(const char *text, size_t n, struct http_body *body)
{
	struct http_head h;
	char *copy = malloc(n);
	int err;

	memcpy(copy, text, n);
	err = http_request_parse(&h, copy, n);
	if (!err)
		err = http_request_body(body, &h);
	free(copy);
	return err;
}

#define LINE "GET / HTTP/1.1\r\n"
#define HEAD LINE "Host: a\r\n"

TEST(http_msg, requests_and_their_status)
{
	static const struct { const char *text; int status; } rows[] = {
		{ HEAD "\r\n", 0 },
		{ "GET / HTTP/1.1\nHost: a\n\n", 0 },             /* 2.2: a LF alone ends a line */
		{ "GET / HTTP/1.0\r\n\r\n", 0 },
		{ HEAD "Content-Length: 5\r\n\r\n", 0 },
		{ HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 0 },
		{ HEAD "Transfer-Encoding: Chunked\r\n\r\n", 0 },
		{ HEAD "X:\r\n\r\n", 0 },
		{ LINE "\r\n", 400 },                             /* 3.2: no Host */
		{ HEAD "Host: b\r\n\r\n", 400 },                  /* two */
		{ "GET /\r\n\r\n", 400 },                         /* HTTP/0.9 */
		{ "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400 },
		{ " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/11\r\nHost: a\r\n\r\n", 400 },
		{ "GET / http/1.1\r\nHost: a\r\n\r\n", 400 },
		{ "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
		{ HEAD "X : v\r\n\r\n", 400 },                    /* 5.1: a blank before the colon */
		{ HEAD " folded\r\n\r\n", 400 },                  /* 5.2 */
		{ HEAD "no colon\r\n\r\n", 400 },
		{ HEAD ": v\r\n\r\n", 400 },
		{ HEAD "X: a\rb\r\n\r\n", 400 },                  /* 2.2: a CR alone */
		{ HEAD "X: a\x02\r\n\r\n", 400 },
		{ HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400 },
		{ HEAD "Content-Length: +5\r\n\r\n", 400 },
		{ HEAD "Content-Length: 5, 5\r\n\r\n", 400 },
		{ HEAD "Content-Length:\r\n\r\n", 400 },
		{ HEAD "Content-Length: 99999999999999999999999999\r\n\r\n", 413 },
		{ HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
		{ HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501 },
		{ "\n\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\r\n", 400 },         /* no end */
	};
	struct http_body body;

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		int status = request(rows[i].text, strlen(rows[i].text), &body);

		if (status != rows[i].status)
			printf("row %zu: %s", i, rows[i].text);
		CHECK_EQ(status, rows[i].status);
	}
	CHECK_EQ(request("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30, &body), 400);
}

TEST(http_msg, a_head_of_too_many_fields)
{
	struct http_body body;
	char text[HTTP_HEAD_MAX] = "GET / HTTP/1.0\r\n";

	for (int i = 0; i < HTTP_FIELDS_MAX; i++)
		strcat(text, "X: y\r\n");
	strcat(text, "\r\n");
	CHECK_EQ(request(text, strlen(text), &body), 0);
	text[strlen(text) - 2] = '\0';
	strcat(text, "X: y\r\n\r\n");
	CHECK_EQ(request(text, strlen(text), &body), 431);
}

TEST(http_msg, where_a_head_ends)
{
	CHECK_EQ(http_head_len("a\r\nb\r\n\r\nc", 9), 8);
	CHECK_EQ(http_head_len("a\n\nc", 4), 3);
	CHECK_EQ(http_head_len("a\r\n\r", 4), 0);
	CHECK_EQ(http_head_len("", 0), 0);
	CHECK_EQ(http_blank_len("\r\n\nG", 4), 3);
	CHECK_EQ(http_blank_len("\r", 1), 0);
	CHECK_EQ(http_blank_len("\rG", 2), 0);
}

TEST(http_msg, responses)
{
	static const struct { const char *text; int status; } rows[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", 200 }, { "HTTP/1.0 404\r\n\r\n", 404 },
		{ "HTTP/1.1 200 \r\nA: b\r\n\r\n", 200 }, { "HTTP/1.1 20 OK\r\n\r\n", 0 },
		{ "HTTP/1.1 2000 OK\r\n\r\n", 0 }, { "HTTP/1.1\r\n\r\n", 0 },
		{ "ICY 200 OK\r\n\r\n", 0 }, { "HTTP/2.0 200 OK\r\n\r\n", 0 },
		{ "HTTP/1.1 099 OK\r\n\r\n", 0 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct http_head h;
		char *copy = strdup(rows[i].text);

		CHECK_EQ(http_response_parse(&h, copy, strlen(rows[i].text)) ? h.status : 0,
			 rows[i].status);
		free(copy);
	}
}

/* All of text in steps of `step` bytes; the content, or NULL: malformed. */
static const char *dechunk(const char *text, size_t step, bool *done)
{
	static char out[256];
	struct http_body b = { .kind = HTTP_CHUNKED };
	size_t n = strlen(text), off = 0, len = 0;

	while (off < n && !b.done) {
		const char *data;
		size_t part, room = n - off < step ? n - off : step;
		ssize_t used = http_body_step(&b, text + off, room, &data, &part);

		if (used < 0)
			return NULL;
		CHECK(used > 0);
		memcpy(out + len, data, part);
		len += part;
		off += (size_t)used;
	}
	out[len] = '\0';
	*done = b.done;
	return out;
}

TEST(http_msg, chunks)
{
	static const char *const good[] = {
		"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
		"5;name=\"value\"\r\nhello\r\n006 ;x\r\n world\r\n0\r\nTrailer: 1\r\nB: 2\r\n\r\n",
		"B\nhello world\n0\n\n",
	};
	static const char *const bad[] = {
		"\r\n", "x\r\n", "-5\r\nhello", "5x\r\nhello", "5\r\nhelloX", "5\r\nhello\r\r\n",
		"fffffffffffff\r\n", "0x5\r\nhello\r\n", ";\r\n",
	};
	bool done = false;

	for (size_t i = 0; i < N_ELEM(good); i++)
		for (size_t step = 1; step < 30; step++) {
			CHECK_STR(dechunk(good[i], step, &done), "hello world");
			CHECK(done);
		}
	for (size_t i = 0; i < N_ELEM(bad); i++)
		CHECK(dechunk(bad[i], 100, &done) == NULL);
	CHECK(dechunk("5\r\nhel", 100, &done) != NULL);
	CHECK(!done);
}

TEST(http_msg, trailers_have_an_end)
{
	struct http_body b = { .kind = HTTP_CHUNKED };
	const char *data;
	size_t len;
	int n = 0;

	CHECK_EQ(http_body_step(&b, "0", 1, &data, &len), 1);
	CHECK_EQ(http_body_step(&b, "\n", 1, &data, &len), 1);
	while (http_body_step(&b, "x", 1, &data, &len) > 0 && n < 100000)
		n++;
	CHECK(n > 1000 && n < 10000);
}

TEST(http_msg, percent_and_tokens)
{
	char good[] = "/a%20b%2Fc", bad[] = "/%4", nul[] = "/%00";
	char fields[] = "HTTP/1.1 200 OK\r\nConnection: a, Keep-Alive\r\nConnection: x\r\n\r\n";
	struct http_head h;

	CHECK(http_percent_decode(good));
	CHECK_STR(good, "/a b/c");
	CHECK(!http_percent_decode(bad));
	CHECK(!http_percent_decode(nul));
	CHECK(http_response_parse(&h, fields, strlen(fields)));
	CHECK(http_has_token(&h, "connection", "keep-alive"));
	CHECK(!http_has_token(&h, "connection", "keep"));
	CHECK(!http_has_token(&h, "connection", "alive"));
}

/* Whatever comes, nothing is read past the end and every step moves on. */
TEST(http_msg, noise)
{
	static const char letters[] = "GETHOST/1. :\r\n\n05a;%\xff\t";
	uint64_t x = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		struct http_body b;
		struct http_head h;
		size_t n = 1 + (size_t)(round % 60);
		char *text = malloc(n), *copy = malloc(n);

		memcpy(text, "GET / HTTP/1.0\r\n", n < 16 ? n : 16);
		for (size_t i = round % 3 ? 16 : 0; i < n; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			text[i] = letters[x % (sizeof(letters) - 1)];
		}
		memcpy(copy, text, n);
		(void)http_head_len(text, n);
		(void)http_blank_len(text, n);
		(void)request(text, n, &b);
		(void)http_response_parse(&h, copy, n);
		b = (struct http_body){ .kind = HTTP_CHUNKED };
		for (size_t off = 0; off < n && !b.done; ) {
			const char *data;
			size_t len;
			ssize_t used = http_body_step(&b, text + off, n - off, &data, &len);

			if (used <= 0)
				break;
			off += (size_t)used;
			REQUIRE(off <= n);
		}
		free(text);
		free(copy);
	}
}
