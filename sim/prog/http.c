// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A web server (RFC 9110, RFC 9112): files of a folder of this machine, or as
 * many bytes as it is told to make up, or a line that names its host, or the
 * way to another place.  It runs until it is ended.  GET and HEAD; POST where
 * there is no folder: what comes is counted, and the answer says how much it
 * was.
 *
 * One request at a time on a connection; the next ones wait unread, as does a
 * body of which nothing has been asked.  What is wrong is answered, and the
 * connection closed behind the answer (RFC 9112 9.6): no more is sent, what
 * still comes is thrown away until the client closes, or for a while.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/port/docroot.h"
#include "sim/prog/date.h"
#include "sim/prog/http_msg.h"
#include "sim/prog/opts.h"
#include "sim/prog/stream.h"
#include "stack/util/err.h"

#define CHUNK 65536
#define SIZE_MAX_HTTP (INT64_C(1) << 40)
#define IDLE SEC(60)                      /* between requests, and without progress */
#define HEAD_TIME SEC(30)                 /* for a whole head */
#define DRAIN_TIME SEC(5)                 /* for the client to close */

struct http {
	struct prog prog;
	struct server server;
	bool verbose, sized;
	int64_t port, size;               /* size: of every answer, if sized */
	char *dir;                        /* or NULL */
	char *elsewhere;                  /* where every answer leads to, or NULL */
	char fill[CHUNK];                 /* what made-up bytes are */
	int64_t n_requests, n_errors, bytes;
};

struct conn {
	struct stream s;                  /* first */
	enum { HEAD, BODY, ANSWER, DRAIN } state;
	struct buf in;                    /* read, and not used yet */
	struct http_body body;            /* of the request */
	int64_t got;                      /* bytes of it */
	bool head_only, persists, late;
	int status;
	int64_t left;                     /* of the answer's content */
	FILE *file;                       /* where it comes from; NULL: it is made up */
	char text[128];                   /* or a line of ours, from its end backwards */
	bool own_text;
	char *what;                       /* the request line, for -v */
	struct node_timer timer;
};

static struct http *http_of(const struct conn *c) { return (struct http *)c->s.prog; }

static void timer_start(struct conn *c, ns_t d)
{
	node_timer_set(&c->timer, node_now(c->s.prog->node) + d);
}

/* --- answers ------------------------------------------------------------------------- */

static const char *reason(int status)
{
	static const struct { int status; const char *text; } rows[] = {
		{ 200, "OK" }, { 301, "Moved Permanently" }, { 302, "Found" },
		{ 400, "Bad Request" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 408, "Request Timeout" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
		{ 501, "Not Implemented" }, { 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Unknown";
}

static const char *content_type(const char *path)
{
	static const struct { const char *end, *type; } rows[] = {
		{ ".html", "text/html" }, { ".htm", "text/html" }, { ".txt", "text/plain" },
		{ ".css", "text/css" }, { ".js", "text/javascript" },
		{ ".json", "application/json" },
		{ ".png", "image/png" }, { ".jpg", "image/jpeg" }, { ".svg", "image/svg+xml" },
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < N_ELEM(rows); i++)
		if (strcmp(rows[i].end, dot) == 0)
			return rows[i].type;
	return path[0] && path[strlen(path) - 1] == '/' ? "text/html" : "application/octet-stream";
}

/* Writes the head of an answer whose content is c->left bytes.  location: of a
 * redirection, or NULL. */
static void answer_at(struct conn *c, int status, const char *type, const char *location)
{
	struct buf b = { 0 };
	char date[DATE_LEN];

	c->status = status;
	buf_printf(&b, "HTTP/1.1 %d %s\r\nServer: netloom\r\nDate: %s\r\nContent-Type: %s\r\n"
		   "Content-Length: %" PRId64 "\r\n", status, reason(status),
		   date_fmt(node_now(c->s.prog->node), date), type, c->left);
	if (status == 405)
		buf_printf(&b, "Allow: GET, HEAD%s\r\n", http_of(c)->dir ? "" : ", POST");
	if (location)
		buf_printf(&b, "Location: %s\r\n", location);
	buf_printf(&b, "Connection: %s\r\n\r\n", c->persists ? "keep-alive" : "close");
	http_of(c)->n_errors += status >= 400;
	c->state = ANSWER;
	timer_start(c, IDLE);
	stream_hold(&c->s, true);                 /* until it is sent */
	if (b.bad || sk_setopt(c->s.sk, SKO_CORK, 1) != OK)
		stream_close(&c->s);
	else
		stream_write(&c->s, b.s, b.len);
	buf_free(&b);
}

static void answer(struct conn *c, int status, const char *type)
{
	answer_at(c, status, type, NULL);
}

static void redirect(struct conn *c, int status, const char *location)
{
	snprintf(c->text, sizeof(c->text), "%d %s\n", status, reason(status));
	c->own_text = true;
	c->left = (int64_t)strlen(c->text);
	answer_at(c, status, "text/plain", location);
}

static void answer_text(struct conn *c, int status)
{
	c->own_text = true;
	c->left = (int64_t)strlen(c->text);
	answer(c, status, "text/plain");
}

/* Something is wrong with the request: no more of this connection. */
static void refuse(struct conn *c, int status)
{
	c->persists = false;
	snprintf(c->text, sizeof(c->text), "%d %s\n", status, reason(status));
	answer_text(c, status);
}

static void not_allowed(struct conn *c)
{
	snprintf(c->text, sizeof(c->text), "405 %s\n", reason(405));
	answer_text(c, 405);
}

/* A folder by a name without "/" is found, but what is in it would not be: true,
 * and the way to the folder is the answer. */
static bool leads_to_folder(struct conn *c, const char *path)
{
	struct buf b = { 0 };
	size_t n = strlen(path);
	bool folder;

	if (!n || path[n - 1] == '/' || !docroot_has_folder(http_of(c)->dir, path))
		return false;
	while (path[0] == '/' && path[1] == '/')  /* which would name a host */
		path++;
	for (const char *s = path; *s; s++) {
		bool odd = strchr(" %?#\"<>", *s) || (unsigned char)*s >= 0x7f;

		buf_printf(&b, odd ? "%%%02X" : "%c", (unsigned char)*s);
	}
	buf_putc(&b, '/');
	folder = !b.bad;
	if (folder)
		redirect(c, 301, b.s);
	buf_free(&b);
	return folder;
}

static void serve_file(struct conn *c, const char *path)
{
	if (leads_to_folder(c, path))
		return;
	c->file = docroot_open(http_of(c)->dir, path, &c->left);
	if (c->file) {
		answer(c, 200, content_type(path));
		return;
	}
	snprintf(c->text, sizeof(c->text), "404 %s\n", reason(404));
	answer_text(c, 404);
}

static void serve(struct conn *c, const char *method, const char *path)
{
	const struct http *h = http_of(c);
	bool post = strcmp(method, "POST") == 0;

	c->head_only = strcmp(method, "HEAD") == 0;
	if (h->elsewhere)
		redirect(c, 302, h->elsewhere);
	else if (post && !h->dir) {
		snprintf(c->text, sizeof(c->text), "%" PRId64 " bytes received\n", c->got);
		answer_text(c, 200);
	} else if (post || (!c->head_only && strcmp(method, "GET") != 0)) {
		not_allowed(c);
	} else if (h->dir) {
		serve_file(c, path);
	} else if (h->sized) {
		c->left = h->size;
		answer(c, 200, "application/octet-stream");
	} else if (strcmp(path, "/") == 0) {
		snprintf(c->text, sizeof(c->text), "This is %s.\n", node_name(c->s.prog->node));
		answer_text(c, 200);
	} else {
		snprintf(c->text, sizeof(c->text), "404 %s\n", reason(404));
		answer_text(c, 404);
	}
}

/* --- requests ------------------------------------------------------------------------ */

static void used(struct conn *c, size_t n)
{
	memmove(c->in.s, c->in.s + n, c->in.len - n);
	c->in.len -= n;
}

/* RFC 9110 9.1: one that nobody here knows is another error. */
static bool method_known(const char *m)
{
	static const char *const rows[] = { "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT",
					    "OPTIONS", "TRACE", "PATCH" };

	for (size_t i = 0; i < N_ELEM(rows); i++)
		if (strcmp(rows[i], m) == 0)
			return true;
	return false;
}

/* The path of a target (RFC 9112 3.2), decoded in place; NULL: it has none. */
static char *target_path(char *s)
{
	if (strncasecmp(s, "http://", 7) == 0) {
		s += 7 + strcspn(s + 7, "/?");
		if (!*s || *s == '?')
			return strcpy(s, "/");
	}
	s[strcspn(s, "?#")] = '\0';
	return *s == '/' && http_percent_decode(s) ? s : NULL;
}

/* "METHOD\0PATH" of the request whose body comes first. */
static bool remember(struct conn *c, const char *method, const char *path)
{
	free(c->what);
	return asprintf(&c->what, "%s%c%s", method, '\0', path) >= 0 || (c->what = NULL);
}

static void body_end(struct conn *c)
{
	serve(c, c->what, c->what + strlen(c->what) + 1);
}

static void head_take(struct conn *c, size_t n)
{
	struct http_head h;
	int err = http_request_parse(&h, c->in.s, n);
	char *path = err ? NULL : target_path(h.word[1]);

	http_of(c)->n_requests++;
	c->got = 0;
	if (!err)
		err = !method_known(h.word[0]) ? 501 : http_request_body(&c->body, &h);
	if (!err && !path)
		err = strcmp(h.word[0], "OPTIONS") == 0 || strcmp(h.word[0], "CONNECT") == 0
			? 405 : 400;
	if (!err && !remember(c, h.word[0], path))
		err = 500;
	c->persists = !err && http_persists(&h);
	if (!err && !c->body.done && h.minor && http_has_token(&h, "Expect", "100-continue"))
		stream_write(&c->s, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	used(c, n);
	if (err) {
		refuse(c, err);
		return;
	}
	c->state = BODY;
	if (c->body.done)
		body_end(c);
	else
		timer_start(c, IDLE);
}

static void body_take(struct conn *c)
{
	const char *data;
	size_t len, off = 0;
	ssize_t n = 0;

	while (off < c->in.len && !c->body.done && n >= 0) {
		n = http_body_step(&c->body, c->in.s + off, c->in.len - off, &data, &len);
		off += n > 0 ? (size_t)n : 0;
		c->got += (int64_t)len;
	}
	used(c, off);
	if (n < 0)
		refuse(c, 400);
	else if (c->body.done)
		body_end(c);
}

/* What is too long is refused before it is whole. */
static int too_long(const struct conn *c)
{
	if (!memchr(c->in.s, '\n', c->in.len < HTTP_LINE_MAX ? c->in.len : HTTP_LINE_MAX))
		return c->in.len >= HTTP_LINE_MAX ? 414 : 0;
	return c->in.len >= HTTP_HEAD_MAX ? 431 : 0;
}

/* Uses what has been read, as far as it goes. */
static void take(struct conn *c)
{
	while (c->s.sk && c->in.len && (c->state == HEAD || c->state == BODY)) {
		size_t n;

		if (c->state == BODY) {
			body_take(c);
			continue;
		}
		used(c, http_blank_len(c->in.s, c->in.len));
		n = http_head_len(c->in.s, c->in.len);
		if (n > HTTP_HEAD_MAX || (!n && too_long(c))) {
			refuse(c, n ? 431 : too_long(c));
		} else if (n) {
			head_take(c, n);
		} else {
			return;
		}
	}
}

/* --- a connection's life --------------------------------------------------------------- */

static void told(const struct conn *c)
{
	struct endpoint from;
	char a[ADDR_STRLEN];

	if (http_of(c)->verbose && sk_peer(c->s.sk, &from) == OK)
		prog_printf(c->s.prog, "%s %s %s %d\n", addr_fmt(&from.addr, a),
			    c->what ? c->what : "-",
			    c->what ? c->what + strlen(c->what) + 1 : "-", c->status);
}

static void answer_end(struct conn *c)
{
	if (c->file)
		fclose(c->file);
	c->file = NULL;
	c->own_text = c->head_only = false;
	told(c);
	free(c->what);
	c->what = NULL;
	c->state = c->persists ? HEAD : DRAIN;
	timer_start(c, c->persists ? IDLE : DRAIN_TIME);
	if (sk_setopt(c->s.sk, SKO_CORK, 0) != OK) {
		stream_close(&c->s);
		return;
	}
	if (c->persists) {
		take(c);
		if (c->state == ANSWER)
			return;
		if (c->s.eof) {
			stream_close(&c->s);
			return;
		}
	} else {
		buf_reset(&c->in);
		stream_shut(&c->s);
		if (c->s.eof)
			stream_close(&c->s);
	}
	if (c->s.sk)
		stream_hold(&c->s, false);
}

/* The next piece of content at *from; 0: the file has become shorter. */
static size_t piece(struct conn *c, char room[CHUNK], const char **from)
{
	size_t n = c->left < CHUNK ? (size_t)c->left : CHUNK;

	if (c->own_text) {
		*from = c->text + strlen(c->text) - n;
		return n;
	}
	*from = c->file ? room : http_of(c)->fill;
	return c->file ? fread(room, 1, n, c->file) : n;
}

/* True: the answer is sent to its end. */
static bool send_more(struct conn *c)
{
	char room[CHUNK];

	while (c->s.sk && !stream_waiting(&c->s) && c->left && !c->head_only) {
		const char *from;
		size_t n = piece(c, room, &from);

		if (!n) {                         /* the length that was told is wrong now */
			stream_close(&c->s);
			return false;
		}
		http_of(c)->bytes += (int64_t)n;
		c->left -= (int64_t)n;
		stream_write(&c->s, from, n);
	}
	return c->s.sk && !stream_waiting(&c->s);
}

static void on_room(struct stream *s)
{
	struct conn *c = (struct conn *)s;

	if (c->late && c->state == HEAD)
		refuse(c, 408);
	if (c->state == ANSWER)
		timer_start(c, IDLE);
	while (s->sk && c->state == ANSWER && send_more(c))
		answer_end(c);
}

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct conn *c = (struct conn *)s;

	if (c->state == DRAIN)
		return;
	if (c->state == HEAD && !c->in.len)
		timer_start(c, HEAD_TIME);
	else if (c->state == BODY)
		timer_start(c, IDLE);
	buf_add(&c->in, bytes, n);
	take(c);
}

/* No more requests; an answer under way still goes. */
static void on_eof(struct stream *s)
{
	if (((struct conn *)s)->state != ANSWER)
		stream_close(s);
}

static void on_timer(struct node_timer *t)
{
	struct conn *c = container_of(t, struct conn, timer);

	if (c->state != HEAD || !c->in.len) {
		stream_close(&c->s);
		return;
	}
	c->late = true;                           /* on_room() says so, from within */
	stream_hold(&c->s, true);
	stream_hold(&c->s, false);
}

static void on_up(struct stream *s)
{
	struct conn *c = (struct conn *)s;

	node_timer_init(&c->timer, s->prog->node, on_timer);
	timer_start(c, IDLE);
	if (sk_setopt(s->sk, SKO_NODELAY, 1) != OK)       /* the end of an answer waits for none */
		stream_close(s);
}

static void on_gone(struct stream *s)
{
	struct conn *c = (struct conn *)s;

	if (c->timer.fire)
		node_timer_stop(&c->timer);
	if (c->file)
		fclose(c->file);
	buf_free(&c->in);
	free(c->what);
}

static const struct stream_ops conn_ops = {
	.up = on_up, .data = on_data, .room = on_room, .eof = on_eof, .gone = on_gone,
};

/* --- the program ------------------------------------------------------------------------- */

/* One line of a head: nothing that would end it, or that no URL has. */
static bool location(struct http *h, const char *text)
{
	for (const char *s = text; *s; s++) {
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f) {
			prog_fail(&h->prog, 1, 0, "%s: not a URL", text);
			return false;
		}
	}
	free(h->elsewhere);
	return (h->elsewhere = strdup(text));
}

static bool options(struct http *h, int argc, char *const *argv)
{
	struct prog *p = &h->prog;
	struct opts o;
	int c;

	h->port = 80;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "lp:R:s:v")) != -1) {
		if (c == '?' || c == ':') {
			opts_bad(p, &o, c);
			return false;
		}
		h->verbose |= c == 'v';
		h->sized |= c == 's';
		if ((c == 'p' && !opts_int(p, o.arg, 1, 65535, &h->port)) ||
		    (c == 's' && !opts_size(p, o.arg, SIZE_MAX_HTTP, &h->size)) ||
		    (c == 'R' && !location(h, o.arg)))
			return false;
	}
	if (o.n + h->sized + (h->elsewhere != NULL) > 1) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		return false;
	}
	if (o.n && !docroot_exists(o.operand[0])) {
		prog_fail(p, 1, 0, "%s: not a folder of this machine", o.operand[0]);
		return false;
	}
	return !o.n || (h->dir = strdup(o.operand[0]));
}

static void http_start(struct prog *p, int argc, char *const *argv)
{
	struct http *h = (struct http *)p;
	int err;

	for (size_t i = 0; i < CHUNK; i++)
		h->fill[i] = i % 64 == 63 ? '\n' : (char)('0' + i % 64);
	if (!options(h, argc, argv)) {
		prog_exit(p, 1);
		return;
	}
	err = server_open(&h->server, p, &conn_ops, sizeof(struct conn), 0, (uint16_t)h->port);
	if (err)
		prog_fail(p, 1, err, "bind");
}

static void http_stop(struct prog *p) { server_close(&((struct http *)p)->server); }

static void http_free(struct prog *p)
{
	free(((struct http *)p)->dir);
	free(((struct http *)p)->elsewhere);
}

static json_t *http_json(const struct prog *p)
{
	const struct http *h = (const struct http *)p;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "port", (json_int_t)h->port,
			 "connections", (json_int_t)h->server.n, "requests",
			 (json_int_t)h->n_requests, "errors", (json_int_t)h->n_errors, "bytes",
			 (json_int_t)h->bytes);
}

const struct prog_ops http_prog = {
	.name = "http", .size = sizeof(struct http), .start = http_start, .stop = http_stop,
	.json = http_json, .free = http_free,
};
