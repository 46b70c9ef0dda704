// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/shell/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell/complete.h"
#include "tests/unit/test.h"

static const char lab_text[] =
	"version: 1\n"
	"name: bench\n"
	"defaults: {routing: static}\n"
	"nodes:\n"
	"  h1: {kind: host, routes: [{to: default, via: 10.0.1.2}]}\n"
	"  r1: {}\n"
	"  h2: {kind: host, routes: [{to: default, via: 10.0.2.1}]}\n"
	"  link: {kind: host}\n"
	"links:\n"
	"  - {endpoints: [\"h1:eth0\", \"r1:eth0\"], ipv4: 10.0.1.0/24, delay: 1ms}\n"
	"  - {endpoints: [\"r1:eth1\", \"h2:eth0\"], ipv4: 10.0.2.0/24, delay: 1ms}\n"
	"  - {endpoints: [\"h1:eth1\", \"link:eth0\"], ipv4: 10.0.3.0/24, delay: 1ms}\n"
	"events:\n"
	"  - {at: 100s, do: link r1 h2 down}\n"
	"  - {at: 200s, do: run 1s}\n";

static struct lab *lab_open(void)
{
	const char *dir = getenv("TMPDIR");
	char path[256];
	struct buf errs = { 0 };
	struct lab *lab = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/bench-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	if (fd < 0)
		return NULL;
	if (write(fd, lab_text, sizeof(lab_text) - 1) == (ssize_t)sizeof(lab_text) - 1)
		lab = lab_load(path, NULL, &errs);
	if (!lab)
		printf("%s", errs.s ? errs.s : "no lab\n");
	buf_free(&errs);
	close(fd);
	unlink(path);
	return lab;
}

bool bench_open(struct bench *b)
{
	return bench_open_on(b, lab_open());
}

bool bench_open_on(struct bench *b, struct lab *lab)
{
	*b = (struct bench){ .lab = lab };
	b->out_file = open_memstream(&b->out, &b->out_len);
	b->err_file = open_memstream(&b->err, &b->err_len);
	if (b->lab && b->out_file && b->err_file)
		b->sh = shell_new(&(struct shell_config){
			.lab = b->lab, .out = b->out_file, .err = b->err_file });
	return b->sh != NULL;
}

int bench_do(struct bench *b, const char *line)
{
	int status;

	rewind(b->out_file);
	rewind(b->err_file);
	status = shell_exec(b->sh, line, NS_NEVER, NULL, NULL);
	putc('\0', b->out_file);
	putc('\0', b->err_file);
	fflush(b->out_file);
	fflush(b->err_file);
	return status;
}

void bench_close(struct bench *b)
{
	shell_free(b->sh);
	lab_free(b->lab);
	fclose(b->out_file);
	fclose(b->err_file);
	free(b->out);
	free(b->err);
}

void bench_wants(struct bench *b, const char *line, const char *out)
{
	if (!CHECK_EQ(bench_do(b, line), 0))
		printf("     %s: %s", line, b->err);
	if (!CHECK_STR(b->out, out))
		printf("     %s\n", line);
}

void bench_refuses(struct bench *b, const char *line, const char *err)
{
	if (!CHECK(bench_do(b, line) != 0) || !CHECK_STR(b->err, err))
		printf("     %s\n", line);
}

bool bench_offers(struct bench *b, const char *line, const char *word)
{
	struct complete c;
	bool found = false;

	complete_line(&c, b->sh, line);
	for (size_t i = 0; i < c.n; i++)
		found |= strcmp(c.v[i], word) == 0;
	complete_fini(&c);
	return found;
}
