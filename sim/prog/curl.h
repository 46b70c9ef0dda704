/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_CURL_H
#define SIM_PROG_CURL_H
/*
 * curl, as far as HTTP/1.1 goes, with curl 7.88's options, texts and statuses:
 *
 *	curl.c       a transfer's life: connect, ask, read the answer
 *	curl_opt.c   the command line, and URLs
 *	curl_out.c   -v, -w, errors, the report
 *
 * There is no progress meter.  Several URLs are asked for one after the other,
 * over the same connection where both ends let it stay.
 */
#include <stdio.h>

#include "sim/prog/http_msg.h"
#include "sim/prog/prog.h"
#include "sim/prog/stream.h"

/* Exit statuses, as curl numbers them. */
enum {
	CURL_USAGE = 2, CURL_URL = 3, CURL_RESOLVE = 6, CURL_CONNECT = 7, CURL_WEIRD = 8,
	CURL_PARTIAL = 18, CURL_HTTP_ERROR = 22, CURL_WRITE = 23, CURL_TIMEOUT = 28,
	CURL_REDIRECTS = 47, CURL_EMPTY = 52, CURL_SEND = 55, CURL_RECV = 56, CURL_PROTOCOL = 1,
};

struct curl_url {
	char *text;                       /* as it was given */
	char *host;                       /* a name, or an address */
	char *path;                       /* with its query */
	uint16_t port;
};

struct curl {
	struct prog prog;
	bool silent, show_error, include, head, verbose, fail, http10, follow;
	bool remote_name;                 /* -O: the file is called as the URL ends */
	int64_t max_redirects;            /* of follow; -1: any number */
	char *output, *format, *method, *agent;   /* NULL: not given */
	struct buf post, fields;          /* -d; -H, each with its CRLF */
	bool posts;
	ns_t max_time, connect_time;      /* 0: none */

	struct curl_url *url;
	size_t n_urls, at;                /* at: the one that runs */
	int status;                       /* of the last that failed */

	/* the connection */
	struct stream s;
	char *peer_host;                  /* as its URL had it */
	struct endpoint local, peer;
	int n_conns;

	/* this transfer */
	struct node_timer timer, next;
	bool running, head_done, persists, reused, answered;
	struct buf in;
	struct http_body body;
	FILE *file;
	int code;
	unsigned minor;
	char *type, *location;
	int64_t n_redirects;              /* that led here */
	bool get;                         /* a redirection made a GET of a POST */
	ns_t redirected_at;               /* by the last of them */
	int64_t length;                   /* Content-Length, or -1 */
	int64_t size_head, size, n_fields, connects;
	ns_t began_at, connected_at, asked_at, first_at, ended_at;
	json_t *results;
};

/* curl_opt.c: false: complained, and the program has ended. */
bool curl_options(struct curl *c, int argc, char *const *argv);
void curl_options_free(struct curl *c);
/* The URL that location means to one who asked for u.  0, or the status of what is
 * wrong with it, and *why says so as curl does; free *to either way. */
int must_check curl_url_join(struct curl_url *to, const struct curl_url *u, const char *location,
			     const char **why);
void curl_url_free(struct curl_url *u);
/* What is asked: GET, or what -X, -I and -d make of it. */
const char *curl_method(const struct curl *c);

/* curl_out.c */
/* The transfer is over: -w, an error's text, a row of the report. */
void curl_show_end(struct curl *c, int status, const char *error);
void curl_show_lines(struct curl *c, char mark, const char *text, size_t n);      /* -v */
json_t *curl_json(const struct prog *p);

#endif
