// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/curl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/err.h"

static struct curl *curl_of(const struct stream *s) { return (struct curl *)s->prog; }
static ns_t now(const struct curl *c) { return node_now(c->prog.node); }

/* --- the end of a transfer ------------------------------------------------------------ */

static void transfer_free(struct curl *c)
{
	buf_free(&c->in);
	free(c->type);
	free(c->location);
	c->type = c->location = NULL;
	if (c->file)
		fclose(c->file);
	c->file = NULL;
}

/* RFC 9110 15.4: is what came a way to somewhere else, and to be gone? */
static bool is_followed(const struct curl *c)
{
	bool moved = (c->code >= 301 && c->code <= 303) || c->code == 307 || c->code == 308;

	return c->follow && moved && c->location;
}

/* To where the answer says, by the clock.  0, or the status of what is wrong,
 * of which *error says more. */
static int follow(struct curl *c, bool keep, struct buf *error)
{
	struct curl_url to, *u = &c->url[c->at];
	const char *why;
	int status;

	if (c->max_redirects >= 0 && c->n_redirects >= c->max_redirects) {
		buf_printf(error, "Maximum (%" PRId64 ") redirects followed", c->max_redirects);
		return CURL_REDIRECTS;
	}
	status = curl_url_join(&to, u, c->location, &why);
	if (status) {
		curl_url_free(&to);
		if (status == CURL_PROTOCOL)
			buf_printf(error, "Protocol \"%.*s\" %s", (int)strcspn(c->location, ":"),
				   c->location, why);
		else
			buf_printf(error, "The redirect target URL could not be parsed: %s", why);
		return status;
	}
	if (c->verbose)
		prog_note(&c->prog, "* Issue another request to this URL: '%s'\n", to.text);
	c->n_redirects++;
	c->redirected_at = now(c);
	c->get |= c->posts && c->code <= 303;
	free(to.text);
	to.text = u->text;                /* as it was given */
	u->text = NULL;
	curl_url_free(u);
	*u = to;
	if (!keep)
		stream_close(&c->s);
	transfer_free(c);
	node_timer_set(&c->next, now(c));
	return 0;
}

/* What came to pass; the next URL's turn comes by the clock, since this may be
 * within a callback of the connection. */
static void finish(struct curl *c, int status, const char *error)
{
	bool keep = !status && c->persists && c->body.done && c->s.sk, followed;
	struct buf why = { 0 };

	if (!c->running)
		return;
	c->running = false;
	c->ended_at = now(c);
	node_timer_stop(&c->timer);
	if (c->file && fclose(c->file) != 0 && !status)
		status = CURL_WRITE, error = "Failure writing output to destination";
	c->file = NULL;
	if (!status && c->fail && c->code >= 400)
		status = CURL_HTTP_ERROR;
	if (c->verbose && keep)
		prog_note(&c->prog, "* Connection #%d to host %s left intact\n", c->n_conns - 1,
			  c->url[c->at].host);
	else if (c->verbose && c->s.up)
		prog_note(&c->prog, "* Closing connection %d\n", c->n_conns - 1);
	followed = !status && is_followed(c);
	if (followed && !(status = follow(c, keep, &why)))
		return;
	c->status = status ? status : c->status;
	curl_show_end(c, status, followed ? why.s : error);
	buf_free(&why);
	if (!keep)
		stream_close(&c->s);
	transfer_free(c);
	c->n_redirects = 0;
	c->get = false;
	if (++c->at < c->n_urls)
		node_timer_set(&c->next, now(c));
	else
		prog_exit(&c->prog, c->status);
}

static void fail(struct curl *c, int status, const char *fmt, ...) printf_like(3, 4);
static void fail(struct curl *c, int status, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	finish(c, status, b.s ? b.s : "");
	buf_free(&b);
}

static void on_time(struct node_timer *t)
{
	struct curl *c = container_of(t, struct curl, timer);
	int64_t ms = (now(c) - c->began_at) / MSEC(1);

	if (!c->s.up)
		fail(c, CURL_TIMEOUT, "Connection timed out after %" PRId64 " milliseconds", ms);
	else if (c->length >= 0)
		fail(c, CURL_TIMEOUT, "Operation timed out after %" PRId64 " milliseconds with %"
		     PRId64 " out of %" PRId64 " bytes received", ms, c->size, c->length);
	else
		fail(c, CURL_TIMEOUT, "Operation timed out after %" PRId64 " milliseconds with %"
		     PRId64 " bytes received", ms, c->size);
}

/* --- asking ------------------------------------------------------------------------------ */

static bool has_field(const struct curl *c, const char *name)
{
	struct buf find = { 0 };
	bool found;

	buf_printf(&find, "\n%s:", name);
	found = find.s && c->fields.s && strcasestr(c->fields.s, find.s);
	buf_free(&find);
	return found;
}

/* Fields of -H take the place of those that would be sent. */
static void field(struct curl *c, struct buf *b, const char *name, const char *value)
{
	if (!has_field(c, name))
		buf_printf(b, "%s: %s\r\n", name, value);
}

static void ask(struct curl *c)
{
	const struct curl_url *u = &c->url[c->at];
	struct buf b = { 0 }, host = { 0 };
	char length[24];

	c->asked_at = now(c);
	buf_printf(&b, "%s %s HTTP/1.%d\r\n", curl_method(c), u->path, !c->http10);
	buf_printf(&host, u->port == 80 ? "%s" : "%s:%u", u->host, u->port);
	field(c, &b, "Host", host.s ? host.s : "");
	field(c, &b, "User-Agent", c->agent ? c->agent : "netloom");
	field(c, &b, "Accept", "*/*");
	if (c->fields.len)
		buf_add(&b, c->fields.s + 1, c->fields.len - 1);
	if (c->posts && !c->get) {
		snprintf(length, sizeof(length), "%zu", c->post.len);
		field(c, &b, "Content-Length", length);
		field(c, &b, "Content-Type", "application/x-www-form-urlencoded");
	}
	buf_str(&b, "\r\n");
	curl_show_lines(c, '>', b.s, b.len);
	if (c->posts && !c->get)
		buf_add(&b, c->post.s, c->post.len);
	if (b.bad)
		fail(c, CURL_SEND, "out of memory");
	else
		stream_write(&c->s, b.s, b.len);
	buf_free(&b);
	buf_free(&host);
}

/* --- the answer ---------------------------------------------------------------------------- */

/* The file of -o or -O; NULL: complained. */
static FILE *output_open(struct curl *c)
{
	const char *path = c->url[c->at].path;
	size_t end = strcspn(path, "?"), from = end;
	char *name;
	FILE *f;

	while (from && path[from - 1] != '/')
		from--;
	name = c->output ? strdup(c->output) : strndup(path + from, end - from);
	if (name && !*name) {
		prog_eprintf(&c->prog, "curl: Remote file name has no length!\n");
		free(name);
		return NULL;
	}
	f = name ? fopen(name, c->output && c->at ? "ae" : "we") : NULL;
	if (!f && !c->silent)
		prog_eprintf(&c->prog, "Warning: Failed to open the file %s: %s\n",
			     name ? name : "", strerror(errno));
	free(name);
	return f;
}

static bool output(struct curl *c, const char *bytes, size_t n)
{
	if (!c->output && !c->remote_name) {
		prog_write(&c->prog, bytes, n);
		return true;
	}
	if (c->output && strcmp(c->output, "/dev/null") == 0)
		return true;
	if (!c->file)
		c->file = output_open(c);
	if (c->file && fwrite(bytes, 1, n, c->file) == n)
		return true;
	fail(c, CURL_WRITE, "Failure writing output to destination");
	return false;
}

static void body_begins(struct curl *c, const struct http_head *h)
{
	const char *type = http_field(h, "Content-Type"), *length = http_field(h, "Content-Length");
	const char *location = http_field(h, "Location");

	c->head_done = true;
	c->n_fields = (int64_t)h->n;
	c->type = type ? strdup(type) : NULL;
	c->location = location ? strdup(location) : NULL;
	c->persists = http_persists(h);
	if (http_response_body(&c->body, h, c->head))
		fail(c, CURL_WEIRD, "Invalid Content-Length: value or transfer coding");
	else if (c->body.kind == HTTP_LENGTH && length)
		c->length = c->body.left;
	if (c->verbose && is_followed(c) && !c->body.done)
		prog_note(&c->prog, "* Ignoring the response-body\n");
}

/* A head is whole; answers of 1xx come before the one that counts. */
static void head_take(struct curl *c, size_t n)
{
	struct http_head h;
	char *copy = strndup(c->in.s, n);

	c->size_head += (int64_t)n;
	if (!copy || strlen(copy) != n || !http_response_parse(&h, copy, n)) {
		fail(c, CURL_WEIRD, "Weird server reply");
		free(copy);
		return;
	}
	curl_show_lines(c, '<', c->in.s, n);
	c->code = h.status;
	c->minor = h.minor;
	if ((!c->include && !c->head) || output(c, c->in.s, n)) {
		memmove(c->in.s, c->in.s + n, c->in.len - n);
		c->in.len -= n;
		if (h.status >= 200)
			body_begins(c, &h);
	}
	free(copy);
}

static void body_take(struct curl *c)
{
	size_t off = 0;
	ssize_t n = 0;

	while (c->running && off < c->in.len && !c->body.done) {
		const char *data;
		size_t len;

		n = http_body_step(&c->body, c->in.s + off, c->in.len - off, &data, &len);
		if (n < 0) {
			fail(c, CURL_RECV, "Illegal or missing hexadecimal sequence in "
			     "chunked-encoding");
			return;
		}
		off += (size_t)n;
		c->size += (int64_t)len;
		if (len && !(c->fail && c->code >= 400) && !is_followed(c) && !output(c, data, len))
			return;
	}
	memmove(c->in.s, c->in.s + off, c->in.len - off);
	c->in.len -= off;
}

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct curl *c = curl_of(s);

	if (!c->running) {                        /* nobody asked: RFC 9112 9.2 */
		stream_close(s);
		return;
	}
	if (!c->answered)
		c->first_at = now(c);
	c->answered = true;
	buf_add(&c->in, bytes, n);
	while (c->running && !c->head_done) {
		size_t len = http_head_len(c->in.s, c->in.len);

		if (c->in.len >= 5 && memcmp(c->in.s, "HTTP/", 5) != 0)
			fail(c, CURL_PROTOCOL, "Received HTTP/0.9 when not allowed");
		else if (len)
			head_take(c, len);
		else if (c->in.len > HTTP_HEAD_MAX)
			fail(c, CURL_RECV, "Too large response headers: %zu > %d", c->in.len,
			     HTTP_HEAD_MAX);
		else
			return;
	}
	if (c->running && c->in.len)
		body_take(c);
	if (c->running && c->body.done)
		finish(c, 0, NULL);
}

/* --- the connection -------------------------------------------------------------------------- */

static void dial(struct curl *c);

/* The server let go of a connection that was used before: once more, anew. */
static bool again(struct curl *c)
{
	if (!c->reused || c->answered)
		return false;
	stream_close(&c->s);
	node_timer_set(&c->next, now(c));
	return true;
}

static void on_eof(struct stream *s)
{
	struct curl *c = curl_of(s);

	if (!c->running)
		stream_close(s);
	else if (again(c))
		return;
	else if (!c->answered)
		fail(c, CURL_EMPTY, "Empty reply from server");
	else if (c->head_done && c->body.kind == HTTP_TO_EOF)
		c->body.done = true, c->persists = false, finish(c, 0, NULL);
	else if (c->head_done && c->body.kind == HTTP_LENGTH)
		fail(c, CURL_PARTIAL, "transfer closed with %" PRId64 " bytes remaining to read",
		     c->body.left);
	else if (c->head_done)
		fail(c, CURL_PARTIAL, "transfer closed with outstanding read data remaining");
	else
		fail(c, CURL_RECV, "Recv failure: the answer ends within its head");
}

static void on_failed(struct stream *s, int err)
{
	struct curl *c = curl_of(s);
	const struct curl_url *u = &c->url[c->at];

	if (!c->running || (s->up && again(c)))
		return;
	if (c->verbose && !s->up)
		prog_note(&c->prog, "* connect to %s port %u failed: %s\n", u->host, u->port,
			  prog_strerror(err));
	if (s->up)
		fail(c, CURL_RECV, "Recv failure: %s", prog_strerror(err));
	else
		fail(c, CURL_CONNECT, "Failed to connect to %s port %u after %" PRId64 " ms: "
		     "Couldn't connect to server", u->host, u->port,
		     (now(c) - c->began_at) / MSEC(1));
}

static void on_up(struct stream *s)
{
	struct curl *c = curl_of(s);
	char a[ADDR_STRLEN];

	c->connected_at = now(c);
	c->connects += !c->reused;
	sk_local(s->sk, &c->local);
	if (c->max_time)
		node_timer_set(&c->timer, c->began_at + c->max_time);
	else
		node_timer_stop(&c->timer);
	if (c->verbose && c->reused)
		prog_note(&c->prog, "* Re-using existing connection #%d with host %s\n",
			  c->n_conns - 1, c->peer_host);
	else if (c->verbose)
		prog_note(&c->prog, "* Connected to %s (%s) port %u (#%d)\n", c->url[c->at].host,
			  addr_fmt(&c->peer.addr, a), c->peer.port, c->n_conns - 1);
	ask(c);
}

static const struct stream_ops curl_ops = {
	.up = on_up, .data = on_data, .eof = on_eof, .failed = on_failed,
};

static void dial(struct curl *c)
{
	struct curl_url *u = &c->url[c->at];
	char a[ADDR_STRLEN];
	int err;

	stream_close(&c->s);
	c->reused = false;
	c->peer = (struct endpoint){ addr_ip4(0), u->port };
	if (!prog_resolve(&c->prog, u->host, &c->peer.addr.v4)) {
		fail(c, CURL_RESOLVE, "Could not resolve host: %s", u->host);
		return;
	}
	if (c->verbose)
		prog_note(&c->prog, "*   Trying %s:%u...\n", addr_fmt(&c->peer.addr, a), u->port);
	free(c->peer_host);
	c->peer_host = strdup(u->host);
	c->n_conns++;
	err = stream_open(&c->s, &c->prog, &curl_ops, 0, 0);
	if (!err)
		err = stream_connect(&c->s, &c->peer);
	if (err)
		on_failed(&c->s, err);
}

static bool may_reuse(const struct curl *c)
{
	const struct curl_url *u = &c->url[c->at];

	return c->s.sk && c->s.up && !c->s.eof && c->peer_host && c->peer.port == u->port &&
	       strcmp(c->peer_host, u->host) == 0;
}

static void transfer_begin(struct curl *c)
{
	bool once_more = c->running, first = !once_more && !c->n_redirects;

	c->running = true;
	c->head_done = c->persists = c->answered = false;
	c->body = (struct http_body){ 0 };
	c->code = 0;
	c->length = -1;
	c->size = c->n_fields = 0;
	if (first) {
		c->began_at = c->redirected_at = now(c);
		c->size_head = c->connects = 0;
	}
	c->connected_at = c->asked_at = c->first_at = now(c);
	if (!once_more && (c->max_time || c->connect_time)) {
		ns_t at = c->max_time ? c->began_at + c->max_time : NS_NEVER;

		if (c->connect_time && now(c) + c->connect_time < at)
			at = now(c) + c->connect_time;
		node_timer_set(&c->timer, at);
	}
	if (!once_more && may_reuse(c)) {
		c->reused = true;
		on_up(&c->s);
	} else {
		dial(c);
	}
}

static void on_next(struct node_timer *t)
{
	transfer_begin(container_of(t, struct curl, next));
}

/* --- the program ----------------------------------------------------------------------------- */

static void curl_start(struct prog *p, int argc, char *const *argv)
{
	struct curl *c = (struct curl *)p;

	node_timer_init(&c->timer, p->node, on_time);
	node_timer_init(&c->next, p->node, on_next);
	c->results = json_array();
	if (curl_options(c, argc, argv))
		transfer_begin(c);
}

static void curl_stop(struct prog *p)
{
	struct curl *c = (struct curl *)p;

	c->running = false;
	node_timer_stop(&c->timer);
	node_timer_stop(&c->next);
	stream_close(&c->s);
}

static void curl_free(struct prog *p)
{
	struct curl *c = (struct curl *)p;

	transfer_free(c);
	free(c->peer_host);
	curl_options_free(c);
	json_decref(c->results);
}

static void curl_interrupt(struct prog *p) { prog_exit(p, 130); }

const struct prog_ops curl_prog = {
	.name = "curl", .size = sizeof(struct curl), .start = curl_start,
	.interrupt = curl_interrupt, .stop = curl_stop, .json = curl_json, .free = curl_free,
};
