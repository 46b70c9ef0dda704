// SPDX-License-Identifier: GPL-3.0-or-later
/* The web server and curl, over a lab. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/prog/fixture.h"

static bool has(const struct trial *t, const char *text) { return strstr(t->text.s, text); }

static int64_t value(const struct prog *p, const char *key)
{
	json_t *o = prog_json(p);
	int64_t v = json_integer_value(json_object_get(o, key));

	json_decref(o);
	return v;
}

TEST(http, a_page_comes_as_curl_prints_it)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -l");
	ns_t at = lab_now(t->lab);

	trial_run(t, "h1", "curl http://h2/");
	CHECK_STR(t->text.s, "This is h2.\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(lab_now(t->lab), at + 2 * MSEC(12));     /* handshake, question and answer */
	trial_run(t, "h1", "curl -i h2");
	CHECK_STR(t->text.s, "HTTP/1.1 200 OK\r\nServer: netloom\r\n"
		  "Date: Sat, 01 Jan 2000 00:00:01 GMT\r\nContent-Type: text/plain\r\n"
		  "Content-Length: 12\r\nConnection: keep-alive\r\n\r\nThis is h2.\n");
	trial_run(t, "h1", "curl -v -0 http://h2:80/");
	CHECK(has(t, "*   Trying 10.0.2.10:80...\n* Connected to h2 (10.0.2.10) port 80 (#0)\n"
		  "> GET / HTTP/1.0\n> Host: h2\n> User-Agent: netloom\n> Accept: */*\n> \n"
		  "< HTTP/1.1 200 OK\n"));
	CHECK(has(t, "< Connection: close\n< \nThis is h2.\n* Closing connection 0\n"));
	CHECK_EQ(value(server, "requests"), 3);
	CHECK_EQ(value(server, "errors"), 0);
	prog_free(server);
	trial_free(t);
}

TEST(http, a_connection_stays_for_the_next_request)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -s 100000");

	trial_run(t, "h1", "curl -s -o /dev/null -w %{http_code},%{size_download},%{num_connects}\\n"
		  " h2/a h2/b?c h2/d");
	CHECK_STR(t->text.s, "200,100000,1\n200,100000,0\n200,100000,0\n");
	CHECK_EQ(value(server, "connections"), 1);
	trial_run(t, "h1", "curl -I h2");
	CHECK(has(t, "Content-Length: 100000\r\n"));
	CHECK_EQ(trial_int(t, "transfers.0.size_download"), 0);
	CHECK_EQ(trial_int(t, "transfers.0.http_code"), 200);
	prog_free(server);
	trial_free(t);
}

/* As curl 7.88 has it: all there is to write out, one JSON object. */
TEST(http, what_curl_knows_of_a_transfer_is_one_json_object)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -s 1000");
	json_t *o;

	trial_run(t, "h1", "curl -s -o /dev/null -w %{json}\\n h2/a");
	o = json_loads(t->text.s, 0, NULL);
	REQUIRE(o != NULL);
	CHECK_EQ(json_integer_value(json_object_get(o, "http_code")), 200);
	CHECK_EQ(json_integer_value(json_object_get(o, "size_download")), 1000);
	CHECK(json_is_null(json_object_get(o, "errormsg")));
	CHECK(json_is_real(json_object_get(o, "time_total")));
	CHECK_STR(json_string_value(json_object_get(o, "scheme")), "HTTP");
	json_decref(o);
	trial_run(t, "h1", "curl -s -w %{json} h2:81/");
	o = json_loads(t->text.s, 0, NULL);
	REQUIRE(o != NULL);
	CHECK_EQ(json_integer_value(json_object_get(o, "exitcode")), 7);
	CHECK_EQ(json_integer_value(json_object_get(o, "http_code")), 0);
	CHECK_STR(json_string_value(json_object_get(o, "remote_ip")), "");
	CHECK(json_is_null(json_object_get(o, "scheme")));
	CHECK(json_is_string(json_object_get(o, "errormsg")));
	json_decref(o);
	prog_free(server);
	trial_free(t);
}

TEST(http, a_connection_without_requests_is_closed_after_a_minute)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http"), *client;

	client = trial_start(t, "h1", "nc -w 200 h2 80 GET / HTTP/1.1\r\nHost: a\r\n\r");
	trial_wait(t, SEC(2));
	CHECK(has(t, "This is h2.\n"));
	CHECK(!prog_done(client));
	trial_wait(t, SEC(61));                   /* idle for a minute */
	CHECK(prog_done(client));
	prog_free(client);
	prog_free(server);
	trial_free(t);
}

TEST(http, what_is_wrong_is_answered)
{
	static const struct { const char *line, *text; } rows[] = {
		{ "curl h2/x", "404 Not Found\n" },
		{ "curl -X PUT h2", "405 Method Not Allowed\n" },
		{ "curl -X FOO h2", "501 Not Implemented\n" },
		{ "curl -d abc h2", "3 bytes received\n" },
		{ "curl -f h2/x", "curl: (22) The requested URL returned error: 404\n" },
		{ "curl h2:81", "curl: (7) Failed to connect to h2 port 81 after 12 ms: "
		  "Couldn't connect to server\n" },
		{ "curl nobody", "curl: (6) Could not resolve host: nobody\n" },
		{ "curl https://h2", "curl: (1) Protocol \"https\" not supported or disabled in "
		  "libcurl\n" },
		{ "curl h2:99999", "curl: (3) URL using bad/illegal format or missing URL\n" },
		{ "curl -s h2:81", "" },
		{ "curl -sS h2:81", "curl: (7) Failed to connect to h2 port 81 after 12 ms: "
		  "Couldn't connect to server\n" },
		{ "curl -m", "curl: option -m: requires parameter\n"
		  "curl: try 'curl --help' or 'curl --manual' for more information\n" },
		{ "curl --what", "curl: option --what: is unknown\n"
		  "curl: try 'curl --help' or 'curl --manual' for more information\n" },
		{ "http /no/such/folder", "http: /no/such/folder: not a folder of this machine\n" },
	};
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http");

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
	}
	prog_free(server);
	trial_free(t);
}

TEST(http, malformed_requests_end_their_connection_alone)
{
	static const struct { const char *text, *status; } rows[] = {
		{ "GET / HTTP/1.1\r\n\r", "HTTP/1.1 400 Bad Request\r\n" },
		{ "GET / HTTP/3.0\r\nHost: a\r\n\r", "HTTP/1.1 505 HTTP Version Not Supported\r\n" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r",
		  "HTTP/1.1 400 Bad Request\r\n" },
		{ "GET /%zz HTTP/1.1\r\nHost: a\r\n\r", "HTTP/1.1 400 Bad Request\r\n" },
		{ "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r", "HTTP/1.1 405 Method Not Allowed\r\n" },
	};
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http");
	char line[9000] = "nc -q 20 h2 80 ";

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		char one[300];

		snprintf(one, sizeof(one), "nc -q 20 h2 80 %s", rows[i].text);
		trial_run(t, "h1", one);
		CHECK(strncmp(t->text.s, rows[i].status, strlen(rows[i].status)) == 0);
		CHECK(has(t, "Connection: close\r\n"));
		CHECK_EQ(t->status, 0);
	}
	memset(line + strlen(line), 'A', 8100);
	trial_run(t, "h1", line);
	CHECK(has(t, "HTTP/1.1 414 URI Too Long\r\n"));
	trial_run(t, "h1", "curl h2");
	CHECK_STR(t->text.s, "This is h2.\n");
	prog_free(server);
	trial_free(t);
}

TEST(http, a_head_that_never_ends)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http");
	ns_t at = lab_now(t->lab);

	trial_run(t, "h1", "nc -w 200 h2 80 GET / HTTP/1.1\r");
	CHECK(has(t, "HTTP/1.1 408 Request Timeout\r\n"));
	CHECK(lab_now(t->lab) > at + SEC(30));
	CHECK(lab_now(t->lab) < at + SEC(31));
	prog_free(server);
	trial_free(t);
}

TEST(http, requests_in_one_piece_are_answered_in_turn)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http");
	const char *first, *second;

	trial_run(t, "h1", "nc -q 20 h2 80 GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
		  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
		  "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r");
	first = strstr(t->text.s, "404 Not Found\n");
	second = strstr(t->text.s, "3 bytes received\n");
	REQUIRE(first && second);
	CHECK(first < second);
	CHECK(strstr(second, "This is h2.\n") != NULL);
	CHECK_EQ(value(server, "requests"), 3);
	prog_free(server);
	trial_free(t);
}

TEST(http, a_client_that_does_not_wait)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -s 100000000");

	trial_link(t, "r", "h2", "rate 10mbit limit 100");
	trial_run(t, "h1", "curl -m 2 -o /dev/null h2");
	CHECK(has(t, "curl: (28) Operation timed out after 2000 milliseconds with "));
	CHECK(has(t, " out of 100000000 bytes received\n"));
	CHECK_EQ(t->status, 28);
	prog_free(server);
	trial_run(t, "h1", "curl -m 2 h2");
	CHECK_EQ(t->status, 7);
	trial_free(t);
}

TEST(http, answers_that_are_wrong)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo 80");

	trial_run(t, "h1", "curl h2");
	CHECK_STR(t->text.s, "curl: (1) Received HTTP/0.9 when not allowed\n");
	prog_free(server);
	server = trial_start(t, "h2", "discard 80");
	trial_run(t, "h1", "curl -m 1 h2");
	CHECK_STR(t->text.s, "curl: (28) Operation timed out after 1000 milliseconds with 0 bytes "
		  "received\n");
	prog_free(server);
	trial_run(t, "h1", "curl --connect-timeout 0.5 10.0.1.99");
	CHECK_STR(t->text.s, "curl: (28) Connection timed out after 500 milliseconds\n");
	trial_free(t);
}

TEST(http, curl_follows_redirections_if_told)
{
	struct trial *t = trial_new(true);
	struct prog *there = trial_start(t, "h2", "http -l"), *post;
	struct prog *here = trial_start(t, "h2", "http -p 81 -R http://h2/");
	struct prog *loop = trial_start(t, "h2", "http -p 82 -R again?x=1");

	trial_run(t, "h1", "curl h2:81/a/b");
	CHECK_STR(t->text.s, "302 Found\n");
	trial_run(t, "h1", "curl -L h2:81/a/b");
	CHECK_STR(t->text.s, "This is h2.\n");
	trial_run(t, "h1", "curl -s -L -o /dev/null -w %{http_code},%{num_redirects},%{num_connects},"
		  "%{url},%{url_effective},%{redirect_url},%{time_redirect},%{time_total} h2:81");
	CHECK_STR(t->text.s, "200,1,2,h2:81,http://h2/,,0.024000,0.048000");
	trial_run(t, "h1", "curl -s -o /dev/null -w %{redirect_url} h2:82/a/b?c");
	CHECK_STR(t->text.s, "http://h2:82/a/again?x=1");
	trial_run(t, "h1", "curl -sS -L --max-redirs 3 -v h2:82");
	CHECK(has(t, "* Ignoring the response-body\n* Connection #0 to host h2 left intact\n"
		  "* Issue another request to this URL: 'http://h2:82/again?x=1'\n"
		  "* Re-using existing connection #0 with host h2\n> GET /again?x=1 HTTP/1.1\n"));
	CHECK(has(t, "curl: (47) Maximum (3) redirects followed\n"));
	CHECK_EQ(t->status, 47);
	CHECK_EQ(value(loop, "requests"), 5);
	/* RFC 9110 15.4.3: a POST goes on as GET. */
	post = trial_start(t, "h2", "http -p 83 -v -R http://h2/");
	trial_run(t, "h1", "curl -L -d x=1 h2:83");
	CHECK_STR(t->text.s, "10.0.1.10 POST / 302\nThis is h2.\n");
	prog_free(post);
	prog_free(loop);
	prog_free(here);
	prog_free(there);
	trial_free(t);
}

TEST(http, where_curl_does_not_follow)
{
	struct trial *t = trial_new(true);
	struct prog *ftp = trial_start(t, "h2", "http -R ftp://h2/");
	struct prog *none = trial_start(t, "h2", "http -p 81 -R http://");

	trial_run(t, "h1", "curl -L h2");
	CHECK_STR(t->text.s, "curl: (1) Protocol \"ftp\" not supported or disabled in libcurl\n");
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "curl -L h2:81");
	CHECK_STR(t->text.s, "curl: (3) The redirect target URL could not be parsed: "
		  "No host part in the URL\n");
	prog_free(none);
	prog_free(ftp);
	trial_free(t);
}

TEST(http, sizes_have_units)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -s 1.5M");

	trial_run(t, "h1", "curl -s -o /dev/null -w %{size_download} h2");
	CHECK_STR(t->text.s, "1572864");
	trial_run(t, "h1", "http -s 10X");
	CHECK_STR(t->text.s,
		  "http: invalid argument: '10X': expected bytes, as 1500, 64K or 10M\n");
	trial_run(t, "h1", "http -R a\tb");
	CHECK_EQ(t->status, 1);
	prog_free(server);
	trial_free(t);
}

TEST(http, what_is_wrong_is_said_as_curl_says_it)
{
	static const struct { const char *line, *text; int status; } rows[] = {
		{ "curl http://", "curl: (3) URL using bad/illegal format or missing URL\n", 3 },
		{ "curl http://h2:99999/", "curl: (3) URL using bad/illegal format or missing URL\n",
		  3 },
		{ "curl foo://x", "curl: (1) Protocol \"foo\" not supported or disabled in libcurl\n",
		  1 },
		{ "curl -O h2:1/x", "curl: (7) Failed to connect to h2 port 1 after 12 ms: "
		  "Couldn't connect to server\n", 7 },
		{ "curl -m 0.x h2", "curl: option -m: expected a proper numerical parameter\n"
		  "curl: try 'curl --help' or 'curl --manual' for more information\n", 2 },
		{ "curl", "curl: try 'curl --help' or 'curl --manual' for more information\n", 2 },
	};
	struct trial *t = trial_new(true);

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, rows[i].status);
	}
	trial_run(t, "h1", "curl -sw %{num_connects},%{http_code} h2:1");
	CHECK_STR(t->text.s, "0,000");
	trial_free(t);
}

TEST(http, curl_takes_and_leaves_files)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "http -s 100");
	struct prog *count = trial_start(t, "h2", "http -p 81");
	char dir[] = "/tmp/curl-XXXXXX", line[128], name[64];
	struct stat st;
	FILE *f;

	REQUIRE(mkdtemp(dir) && chdir(dir) == 0);
	snprintf(name, sizeof(name), "%s/in", dir);
	f = fopen(name, "w");
	REQUIRE(f);
	fputs("a=1\nb=2\n", f);
	fclose(f);
	snprintf(line, sizeof(line), "curl h2:81 -d x -d @%s", name);
	trial_run(t, "h1", line);
	CHECK_STR(t->text.s, "8 bytes received\n");
	snprintf(line, sizeof(line), "curl h2:81 --data-binary @%s", name);
	trial_run(t, "h1", line);
	CHECK_STR(t->text.s, "8 bytes received\n");
	remove(name);
	trial_run(t, "h1", line);
	CHECK(has(t, "Warning: Couldn't read data from file"));
	trial_run(t, "h1", "curl -O h2/a/b.bin?c");
	CHECK_STR(t->text.s ? t->text.s : "", "");
	CHECK(stat("b.bin", &st) == 0 && st.st_size == 100);
	remove("b.bin");
	trial_run(t, "h1", "curl -O h2/");
	CHECK_STR(t->text.s, "curl: Remote file name has no length!\n"
		  "curl: (23) Failure writing output to destination\n");
	CHECK_EQ(t->status, 23);
	CHECK(chdir("/") == 0 && rmdir(dir) == 0);
	prog_free(count);
	prog_free(server);
	trial_free(t);
}

TEST(http, files_of_a_folder_and_none_beside_it)
{
	char dir[] = "/tmp/netloom-http-XXXXXX", path[64], line[96];
	struct trial *t = trial_new(true);
	struct prog *server;
	FILE *f;

	REQUIRE(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/a.txt", dir);
	f = fopen(path, "w");
	REQUIRE(f != NULL);
	fputs("alpha\n", f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/out", dir);
	CHECK_EQ(symlink("/etc/hostname", path), 0);
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CHECK_EQ(mkfifo(path, 0600), 0);
	snprintf(line, sizeof(line), "http %s", dir);
	server = trial_start(t, "h2", line);
	trial_run(t, "h1", "curl h2/a.txt");
	CHECK_STR(t->text.s, "alpha\n");
	trial_run(t, "h1", "curl h2/%61.txt?x=y");
	CHECK_STR(t->text.s, "alpha\n");
	trial_run(t, "h1", "curl -s -w %{http_code} -o /dev/null h2/out h2/fifo h2/ h2/nothing "
		  "h2/../../../etc/hostname h2/%2e%2e/%2e%2e/etc/hostname");
	CHECK_STR(t->text.s, "404404404404404404");
	trial_run(t, "h1", "curl -d x h2/a.txt");
	CHECK_STR(t->text.s, "405 Method Not Allowed\n");
	snprintf(path, sizeof(path), "%s/s d", dir);
	CHECK_EQ(mkdir(path, 0700), 0);
	trial_run(t, "h1", "curl -s -w %{http_code},%{redirect_url} h2//s%20d");
	CHECK_STR(t->text.s, "301 Moved Permanently\n301,http://h2/s%20d/");
	trial_run(t, "h1", "curl -s -L -w %{http_code} h2/s%20d");
	CHECK_STR(t->text.s, "404 Not Found\n404");       /* without an index.html */
	rmdir(path);
	snprintf(path, sizeof(path), "%s/fifo", dir);
	prog_free(server);
	unlink(path);
	snprintf(path, sizeof(path), "%s/out", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/a.txt", dir);
	unlink(path);
	CHECK_EQ(rmdir(dir), 0);
	trial_free(t);
}
