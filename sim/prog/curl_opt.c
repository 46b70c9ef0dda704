// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/prog/curl.h"
#include "sim/prog/opts.h"
#include "stack/util/err.h"

#define SHORT "0A:d:fH:iIm:o:sSvw:X:"

/* One letter each for those that have none of their own. */
enum { CONNECT_TIMEOUT = 1, URL_OPTION };

static const struct { const char *name; char letter; } longs[] = {
	{ "http1.0", '0' }, { "user-agent", 'A' }, { "data", 'd' }, { "fail", 'f' },
	{ "header", 'H' }, { "include", 'i' }, { "head", 'I' }, { "max-time", 'm' },
	{ "output", 'o' }, { "silent", 's' }, { "show-error", 'S' }, { "verbose", 'v' },
	{ "write-out", 'w' }, { "request", 'X' }, { "connect-timeout", CONNECT_TIMEOUT },
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

/* "http://HOST[:PORT]/PATH"; false: it is none, with curl's text in *why. */
static bool url_parse(struct curl_url *u, const char *text, const char **why)
{
	const char *host = strstr(text, "://"), *path, *colon;
	char *end;
	long port = 80;

	if (host && strncasecmp(text, "http://", 7) != 0) {
		*why = "only http is spoken here";
		return false;
	}
	host = host ? host + 3 : text;
	path = host + strcspn(host, "/?#");
	colon = memchr(host, ':', (size_t)(path - host));
	if (colon) {
		port = strtol(colon + 1, &end, 10);
		if (end != path || colon[1] < '0' || colon[1] > '9' || port < 1 || port > 65535) {
			*why = "Port number was not a decimal number between 0 and 65535";
			return false;
		}
	}
	*why = "URL using bad/illegal format or missing URL";
	u->text = strdup(text);
	u->host = strndup(host, (size_t)((colon ? colon : path) - host));
	if (asprintf(&u->path, "%s%.*s", *path == '/' ? "" : "/", (int)strcspn(path, "#"),
		     path) < 0)
		u->path = NULL;
	u->port = (uint16_t)port;
	if (!u->text || !u->host || !u->path || !*u->host)
		return false;
	for (const char *s = u->path; *s; s++)
		if ((unsigned char)*s <= ' ')
			return false;
	return true;
}

static bool url_add(struct curl *c, const char *text)
{
	struct curl_url *all = realloc(c->url, (c->n_urls + 1) * sizeof(*all));
	const char *why = "";

	if (!all) {
		prog_fail(&c->prog, CURL_URL, ERR_NOMEM, "url");
		return false;
	}
	c->url = all;
	all[c->n_urls] = (struct curl_url){ 0 };
	if (url_parse(&all[c->n_urls++], text, &why))
		return true;
	prog_fail(&c->prog, strstr(why, "only") ? CURL_PROTOCOL : CURL_URL, 0, "(%d) %s: %s",
		  strstr(why, "only") ? CURL_PROTOCOL : CURL_URL, why, text);
	return false;
}

static bool time_option(struct curl *c, const char *text, ns_t *out)
{
	const char *end = text;

	return (opts_parse_ns(text, out, &end) && !*end) ||
	       wrong(c, CURL_USAGE, text, "expected a proper numerical parameter");
}

/* A field of -H or a body of -d holds no line end that would end another's. */
static bool field_add(struct curl *c, const char *text)
{
	if (text[strcspn(text, "\r\n")] || !strchr(text, ':'))
		return wrong(c, CURL_USAGE, "-H", "expected NAME: VALUE");
	buf_printf(&c->fields, "%s%s\r\n", c->fields.len ? "" : "\n", text);
	return true;
}

static bool option(struct curl *c, int letter, const char *arg)
{
	switch (letter) {
	case '0': c->http10 = true; break;
	case 'A': replace(&c->agent, arg); break;
	case 'd':
		buf_printf(&c->post, "%s%s", c->posts ? "&" : "", arg);
		c->posts = true;
		break;
	case 'f': c->fail = true; break;
	case 'H': return field_add(c, arg);
	case 'i': c->include = true; break;
	case 'I': c->head = true; break;
	case 'm': return time_option(c, arg, &c->max_time);
	case 'o': replace(&c->output, arg); break;
	case 's': c->silent = true; break;
	case 'S': c->show_error = true; break;
	case 'v': c->verbose = true; break;
	case 'w': replace(&c->format, arg); break;
	case 'X': replace(&c->method, arg); break;
	case CONNECT_TIMEOUT: return time_option(c, arg, &c->connect_time);
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

bool curl_options(struct curl *c, int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++) {
		bool ok = strncmp(argv[i], "--", 2) == 0 ? long_option(c, argc, argv, &i) :
			  argv[i][0] == '-' && argv[i][1] ? short_options(c, argc, argv, &i) :
			  url_add(c, argv[i]);

		if (!ok)
			return false;
	}
	if (c->n_urls)
		return true;
	prog_eprintf(&c->prog, "curl: no URL specified!\n");
	prog_note(&c->prog, "curl: try 'curl --help' or 'curl --manual' for more information\n");
	prog_exit(&c->prog, CURL_USAGE);
	return false;
}

void curl_options_free(struct curl *c)
{
	for (size_t i = 0; i < c->n_urls; i++) {
		free(c->url[i].text);
		free(c->url[i].host);
		free(c->url[i].path);
	}
	free(c->url);
	free(c->output);
	free(c->format);
	free(c->method);
	free(c->agent);
	buf_free(&c->post);
	buf_free(&c->fields);
}
