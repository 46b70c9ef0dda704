// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/prog/curl.h"
#include "sim/prog/opts.h"
#include "stack/util/err.h"

#define SHORT "0A:d:fH:iILm:Oo:sSvw:X:"
#define DATA_MAX (64 << 20)               /* bytes of a file behind -d */

/* One letter each for those that have none of their own. */
enum { CONNECT_TIMEOUT = 1, MAX_REDIRS, DATA_BINARY, URL_OPTION };

static const struct { const char *name; char letter; } longs[] = {
	{ "http1.0", '0' }, { "user-agent", 'A' }, { "data", 'd' }, { "fail", 'f' },
	{ "header", 'H' }, { "include", 'i' }, { "head", 'I' }, { "max-time", 'm' },
	{ "output", 'o' }, { "remote-name", 'O' }, { "silent", 's' },
	{ "show-error", 'S' }, { "verbose", 'v' },
	{ "write-out", 'w' }, { "request", 'X' }, { "connect-timeout", CONNECT_TIMEOUT },
	{ "location", 'L' }, { "max-redirs", MAX_REDIRS }, { "data-binary", DATA_BINARY },
	{ "url", URL_OPTION },
};

static bool wrong(struct curl *c, int status, const char *what, const char *why)
{
	prog_eprintf(&c->prog, "curl: option %s: %s\n", what, why);
	prog_note(&c->prog, "curl: try 'curl --help' or 'curl --manual' for more information\n");
	prog_exit(&c->prog, status);
	return false;
}

static void replace(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

static const char bad_url[] = "URL using bad/illegal format or missing URL";

/* "http://HOST[:PORT]/PATH"; 0, or CURL_PROTOCOL or CURL_URL with curl's text in *why. */
static int url_parse(struct curl_url *u, const char *text, const char **why)
{
	const char *host = strstr(text, "://"), *path, *colon;
	char *end;
	long port = 80;

	*why = bad_url;
	u->text = strdup(text);
	if (host && strncasecmp(text, "http://", 7) != 0) {
		*why = "not supported or disabled in libcurl";
		return CURL_PROTOCOL;
	}
	host = host ? host + 3 : text;
	path = host + strcspn(host, "/?#");
	colon = memchr(host, ':', (size_t)(path - host));
	if (colon) {
		port = strtol(colon + 1, &end, 10);
		if (end != path || colon[1] < '0' || colon[1] > '9' || port < 1 || port > 65535)
			return CURL_URL;
	}
	u->host = strndup(host, (size_t)((colon ? colon : path) - host));
	if (asprintf(&u->path, "%s%.*s", *path == '/' ? "" : "/", (int)strcspn(path, "#"),
		     path) < 0)
		u->path = NULL;
	u->port = (uint16_t)port;
	if (!u->text || !u->host || !u->path)
		return CURL_URL;
	if (!*u->host) {
		*why = "No host part in the URL";
		return CURL_URL;
	}
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s <= ' ')
			return CURL_URL;
	return 0;
}

void curl_url_free(struct curl_url *u)
{
	free(u->text);
	free(u->host);
	free(u->path);
	*u = (struct curl_url){ 0 };
}

/* RFC 3986 5.2, without its "." and "..", which the server takes out. */
int curl_url_join(struct curl_url *to, const struct curl_url *u, const char *location,
		  const char **why)
{
	size_t scheme = strcspn(location, ":/?#"), query = strcspn(u->path, "?");
	bool absolute = strncmp(location + scheme, "://", 3) == 0;
	struct buf b = { 0 };
	int status;

	*why = bad_url;
	*to = (struct curl_url){ 0 };
	if (!absolute && strncmp(location, "//", 2) == 0)
		buf_str(&b, "http:");
	else if (!absolute)
		buf_printf(&b, u->port == 80 ? "http://%s" : "http://%s:%u", u->host, u->port);
	if (!absolute && *location == '?') {
		buf_printf(&b, "%.*s", (int)query, u->path);
	} else if (!absolute && *location != '/') {
		while (query && u->path[query - 1] != '/')
			query--;
		buf_printf(&b, "%.*s", (int)query, u->path);
	}
	buf_str(&b, location);
	status = b.bad ? CURL_URL : url_parse(to, b.s, why);
	buf_free(&b);
	return status;
}

static bool url_add(struct curl *c, const char *text)
{
	struct curl_url *all = realloc(c->url, (c->n_urls + 1) * sizeof(*all));
	const char *why = "", *scheme = strstr(text, "://");
	int status;

	if (!all) {
		prog_fail(&c->prog, CURL_URL, ERR_NOMEM, "url");
		return false;
	}
	c->url = all;
	all[c->n_urls] = (struct curl_url){ 0 };
	status = url_parse(&all[c->n_urls++], text, &why);
	if (status == CURL_PROTOCOL)
		prog_fail(&c->prog, status, 0, "(%d) Protocol \"%.*s\" %s", status,
			  (int)(scheme - text), text, why);
	else if (status)                          /* whatever it is that is wrong */
		prog_fail(&c->prog, status, 0, "(%d) %s", status, bad_url);
	return !status;
}

static bool time_option(struct curl *c, const char *name, const char *text, ns_t *out)
{
	const char *end = text;

	return (opts_parse_ns(text, out, &end) && !*end) ||
	       wrong(c, CURL_USAGE, name, "expected a proper numerical parameter");
}

/* A field of -H or a body of -d holds no line end that would end another's. */
static bool field_add(struct curl *c, const char *text)
{
	if (text[strcspn(text, "\r\n")] || !strchr(text, ':'))
		return wrong(c, CURL_USAGE, "-H", "expected NAME: VALUE");
	buf_printf(&c->fields, "%s%s\r\n", c->fields.len ? "" : "\n", text);
	return true;
}

/* "@FILE": what is in it, without its line ends unless as it is. */
static void data_file(struct curl *c, const char *name, bool as_it_is)
{
	FILE *f = fopen(name, "re");
	char piece[4096];
	size_t n;

	while (f && c->post.len < DATA_MAX && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		for (size_t i = 0; i < n; i++)
			if (as_it_is || (piece[i] != '\n' && piece[i] != '\r'))
				buf_putc(&c->post, piece[i]);
	if ((!f || ferror(f)) && !c->silent)
		prog_eprintf(&c->prog, "Warning: Couldn't read data from file \"%s\", this makes "
			     "an empty POST.\n", name);
	if (f)
		fclose(f);
}

static void data_add(struct curl *c, const char *arg, bool as_it_is)
{
	if (c->posts)
		buf_putc(&c->post, '&');
	c->posts = true;
	if (*arg == '@')
		data_file(c, arg + 1, as_it_is);
	else
		buf_str(&c->post, arg);
}

static bool redirects_option(struct curl *c, const char *text)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	if (end == text || *end || v < -1 || v > INT32_MAX)
		return wrong(c, CURL_USAGE, "--max-redirs",
			     "expected a proper numerical parameter");
	c->max_redirects = v;
	return true;
}

static bool option(struct curl *c, int letter, const char *arg)
{
	switch (letter) {
	case '0': c->http10 = true; break;
	case 'A': replace(&c->agent, arg); break;
	case 'd': data_add(c, arg, false); break;
	case 'f': c->fail = true; break;
	case 'H': return field_add(c, arg);
	case 'i': c->include = true; break;
	case 'I': c->head = true; break;
	case 'L': c->follow = true; break;
	case 'm': return time_option(c, "-m", arg, &c->max_time);
	case 'O': c->remote_name = true; break;
	case 'o': replace(&c->output, arg); break;
	case 's': c->silent = true; break;
	case 'S': c->show_error = true; break;
	case 'v': c->verbose = true; break;
	case 'w': replace(&c->format, arg); break;
	case 'X': replace(&c->method, arg); break;
	case CONNECT_TIMEOUT: return time_option(c, "--connect-timeout", arg, &c->connect_time);
	case MAX_REDIRS: return redirects_option(c, arg);
	case DATA_BINARY: data_add(c, arg, true); break;
	case URL_OPTION: return url_add(c, arg);
	}
	return true;
}

static bool takes_argument(int letter)
{
	const char *at = letter > URL_OPTION ? strchr(SHORT, letter) : NULL;

	return letter <= URL_OPTION || at[1] == ':';
}

/* argv[*i], which begins with "--". */
static bool long_option(struct curl *c, int argc, char *const *argv, int *i)
{
	for (size_t k = 0; k < N_ELEM(longs); k++) {
		int letter = longs[k].letter;

		if (strcmp(argv[*i] + 2, longs[k].name) != 0)
			continue;
		if (!takes_argument(letter))
			return option(c, letter, NULL);
		if (++*i == argc)
			return wrong(c, CURL_USAGE, argv[*i - 1], "requires parameter");
		return option(c, letter, argv[*i]);
	}
	return wrong(c, CURL_USAGE, argv[*i], "is unknown");
}

/* argv[*i], "-sSo": the last may have its argument behind it, or in the next word. */
static bool short_options(struct curl *c, int argc, char *const *argv, int *i)
{
	for (const char *at = argv[*i] + 1; *at; at++) {
		char word[] = { '-', *at, '\0' };

		if (*at == ':' || !strchr(SHORT, *at))
			return wrong(c, CURL_USAGE, word, "is unknown");
		if (!takes_argument(*at)) {
			if (!option(c, *at, NULL))
				return false;
			continue;
		}
		if (at[1])
			return option(c, *at, at + 1);
		if (++*i == argc)
			return wrong(c, CURL_USAGE, word, "requires parameter");
		return option(c, *at, argv[*i]);
	}
	return true;
}

const char *curl_method(const struct curl *c)
{
	return c->method ? c->method : c->head ? "HEAD" : c->posts && !c->get ? "POST" : "GET";
}

bool curl_options(struct curl *c, int argc, char *const *argv)
{
	c->max_redirects = 50;
	for (int i = 1; i < argc; i++) {
		bool ok = strncmp(argv[i], "--", 2) == 0 ? long_option(c, argc, argv, &i) :
			  argv[i][0] == '-' && argv[i][1] ? short_options(c, argc, argv, &i) :
			  url_add(c, argv[i]);

		if (!ok)
			return false;
	}
	if (c->n_urls)
		return true;
	if (argc > 1)
		prog_eprintf(&c->prog, "curl: no URL specified!\n");
	prog_note(&c->prog, "curl: try 'curl --help' or 'curl --manual' for more information\n");
	prog_exit(&c->prog, CURL_USAGE);
	return false;
}

void curl_options_free(struct curl *c)
{
	for (size_t i = 0; i < c->n_urls; i++)
		curl_url_free(&c->url[i]);
	free(c->url);
	free(c->output);
	free(c->format);
	free(c->method);
	free(c->agent);
	buf_free(&c->post);
	buf_free(&c->fields);
}
