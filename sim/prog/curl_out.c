// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "sim/prog/curl.h"

/* Lines of a head, each behind its mark, as -v shows them. */
void curl_show_lines(struct curl *c, char mark, const char *text, size_t n)
{
	if (!c->verbose)
		return;
	while (n) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n, part = len;

		if (part && text[part - 1] == '\r')
			part--;
		prog_note(&c->prog, "%c %.*s\n", mark, (int)part, text);
		len += end != NULL;
		text += len;
		n -= len;
	}
}

/* --- -w ------------------------------------------------------------------------------- */

static double seconds(const struct curl *c, ns_t at)
{
	return (double)(at - c->began_at) / (double)SEC(1);
}

static int64_t speed(const struct curl *c)
{
	ns_t d = c->ended_at - c->began_at;

	return d > 0 ? (int64_t)((__int128)c->size * SEC(1) / d) : c->size;
}

/* Where it would go; nothing if it would not, or went there. */
static void redirect_url(const struct curl *c, struct buf *b)
{
	struct curl_url to;
	const char *why;

	if (!c->location)
		return;
	if (!curl_url_join(&to, &c->url[c->at], c->location, &why))
		buf_str(b, to.text);
	curl_url_free(&to);
}

/* The value of a variable, in curl's form; false: there is none of that name. */
static bool variable(const struct curl *c, const char *name, int status, const char *error,
		     struct buf *b)
{
	const struct curl_url *u = &c->url[c->at];
	char peer[ADDR_STRLEN], local[ADDR_STRLEN], version[8];
	bool met = c->local.port != 0;            /* a connection was there */
	const struct { const char *name; int64_t v; } numbers[] = {
		{ "size_download", c->size }, { "size_header", c->size_head },
		{ "size_upload", c->posts ? (int64_t)c->post.len : 0 },
		{ "speed_download", speed(c) }, { "speed_upload", 0 },
		{ "num_connects", c->connects }, { "num_headers", c->n_fields },
		{ "num_redirects", c->n_redirects }, { "remote_port", met ? c->peer.port : 0 },
		{ "local_port", c->local.port }, { "exitcode", status },
	};
	const struct { const char *name; ns_t at; } times[] = {
		{ "time_namelookup", c->began_at }, { "time_connect", c->connected_at },
		{ "time_appconnect", c->began_at }, { "time_pretransfer", c->asked_at },
		{ "time_redirect", c->redirected_at }, { "time_starttransfer", c->first_at },
		{ "time_total", c->ended_at },
	};
	const struct { const char *name, *text; } texts[] = {
		{ "url", u->text },
		{ "content_type", c->type ? c->type : "" }, { "scheme", met ? "HTTP" : "" },
		{ "remote_ip", met ? addr_fmt(&c->peer.addr, peer) : "" },
		{ "http_version", version },
		{ "local_ip", met ? addr_fmt(&c->local.addr, local) : "" },
		{ "errormsg", error ? error : "" },
		{ "filename_effective", c->output ? c->output : "" }, { "method", curl_method(c) },
	};

	snprintf(version, sizeof(version), c->code ? c->minor ? "1.1" : "1" : "0");
	if (strcmp(name, "http_code") == 0 || strcmp(name, "response_code") == 0)
		return buf_printf(b, "%03d", c->code), true;
	for (size_t i = 0; i < N_ELEM(numbers); i++)
		if (strcmp(name, numbers[i].name) == 0)
			return buf_printf(b, "%" PRId64, numbers[i].v), true;
	for (size_t i = 0; i < N_ELEM(times); i++)
		if (strcmp(name, times[i].name) == 0)
			return buf_printf(b, "%.6f", seconds(c, times[i].at)), true;
	for (size_t i = 0; i < N_ELEM(texts); i++)
		if (strcmp(name, texts[i].name) == 0)
			return buf_str(b, texts[i].text), true;
	if (strcmp(name, "redirect_url") == 0)
		return redirect_url(c, b), true;
	if (strcmp(name, "url_effective") != 0)
		return false;
	buf_printf(b, u->port == 80 ? "http://%s" : "http://%s:%u", u->host, u->port);
	buf_str(b, u->path);
	return true;
}

/* A string, or null where curl has no more than that to say. */
static void json_text(struct buf *b, const char *s, bool may_be_null)
{
	json_t *v = may_be_null && !*s ? json_null() : json_string(s);
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	buf_str(b, text ? text : "null");
	free(text);
	json_decref(v);
}

/* %{json}: all of them that are known here, as curl sorts them. */
static void all_variables(const struct curl *c, int status, const char *error, struct buf *out)
{
	static const struct { const char *name; char kind; } vars[] = {   /* text, null, else */
		{ "content_type", 'n' }, { "errormsg", 'n' }, { "exitcode", 0 },
		{ "filename_effective", 'n' }, { "http_code", '3' }, { "http_version", 't' },
		{ "local_ip", 't' }, { "local_port", 0 }, { "method", 't' }, { "num_connects", 0 },
		{ "num_headers", 0 }, { "num_redirects", 0 }, { "redirect_url", 'n' },
		{ "remote_ip", 't' }, { "remote_port", 0 }, { "response_code", '3' },
		{ "scheme", 'n' }, { "size_download", 0 }, { "size_header", 0 },
		{ "size_upload", 0 }, { "speed_download", 0 }, { "speed_upload", 0 },
		{ "time_appconnect", 0 }, { "time_connect", 0 }, { "time_namelookup", 0 },
		{ "time_pretransfer", 0 }, { "time_redirect", 0 }, { "time_starttransfer", 0 },
		{ "time_total", 0 }, { "url", 't' }, { "url_effective", 't' },
	};

	for (size_t i = 0; i < N_ELEM(vars); i++) {
		struct buf v = { 0 };

		variable(c, vars[i].name, status, error, &v);
		buf_printf(out, "%c\"%s\":", i ? ',' : '{', vars[i].name);
		if (vars[i].kind == '3')          /* 000 is no number in JSON */
			buf_printf(out, "%d", c->code);
		else if (vars[i].kind)
			json_text(out, v.s ? v.s : "", vars[i].kind == 'n');
		else
			buf_str(out, v.s ? v.s : "0");
		buf_free(&v);
	}
	buf_str(out, ",\"curl_version\":\"netloom\"}");
}

static void show_format(struct curl *c, int status, const char *error)
{
	struct buf b = { 0 };
	char name[64];

	for (const char *s = c->format; *s; s++) {
		size_t n = s[0] == '%' && s[1] == '{' ? strcspn(s + 2, "}") : 0;

		if (n && n < sizeof(name) && s[2 + n]) {
			memcpy(name, s + 2, n);
			name[n] = '\0';
			if (strcmp(name, "json") == 0)
				all_variables(c, status, error, &b);
			else if (!variable(c, name, status, error, &b))
				prog_note(&c->prog, "curl: unknown --write-out variable: '%s'\n",
					  name);
			s += 2 + n;
		} else if (s[0] == '\\' && s[1] && strchr("nrt", s[1])) {
			s++;
			buf_putc(&b, *s == 'n' ? '\n' : *s == 'r' ? '\r' : '\t');
		} else {
			buf_putc(&b, *s);
			s += s[0] == '%' && s[1] == '%';
		}
	}
	if (b.s)
		prog_write(&c->prog, b.s, b.len);
	buf_free(&b);
}

/* --- the end ---------------------------------------------------------------------------- */

static json_t *row(const struct curl *c, int status)
{
	json_t *o = json_pack("{s:s, s:i, s:i, s:I, s:I, s:I}", "url", c->url[c->at].text,
			      "exitcode", status, "http_code", c->code, "size_download",
			      (json_int_t)c->size, "size_header", (json_int_t)c->size_head,
			      "num_connects", (json_int_t)c->connects);

	json_object_set_new(o, "content_type", c->type ? json_string(c->type) : json_null());
	json_object_set_new(o, "time_connect_ns", json_integer(c->connected_at - c->began_at));
	json_object_set_new(o, "time_starttransfer_ns", json_integer(c->first_at - c->began_at));
	json_object_set_new(o, "time_total_ns", json_integer(c->ended_at - c->began_at));
	json_object_set_new(o, "speed_download", json_integer(speed(c)));
	return o;
}

void curl_show_end(struct curl *c, int status, const char *error)
{
	struct buf b = { 0 };

	if (status == CURL_HTTP_ERROR) {
		buf_printf(&b, "The requested URL returned error: %d", c->code);
		error = b.s;
	}
	json_array_append_new(c->results, row(c, status));
	if (status && (!c->silent || c->show_error))
		prog_eprintf(&c->prog, "curl: (%d) %s\n", status, error ? error : "");
	if (c->format)
		show_format(c, status, error);
	buf_free(&b);
}

json_t *curl_json(const struct prog *p)
{
	const struct curl *c = (const struct curl *)p;

	return json_pack("{s:i, s:O}", "exitcode", p->status, "transfers", c->results);
}
