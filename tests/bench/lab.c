// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Whole runs of ./netloom: from lab file to prompt with 1,000 and 10,000
 * hosts, what an idle host holds resident, and pingall on a grid.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define SIDE 10

static char path[64];

/* Runs ./netloom path -c cmd with its output in `out`; dies if it fails. */
static double run(const char *cmd, long *rss_kib, char *out, size_t room)
{
	int fd[2], status;
	double t = bench_now();
	struct rusage ru;
	size_t n = 0;
	ssize_t k;
	pid_t pid;

	if (pipe(fd) != 0 || (pid = fork()) < 0)
		exit(1);
	if (pid == 0) {
		dup2(fd[1], 1);
		close(fd[0]);
		close(fd[1]);
		execl("./netloom", "netloom", path, "-q", "-c", cmd, (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	while ((k = read(fd[0], out + n, room - 1 - n)) > 0)
		n += (size_t)k;
	out[n] = '\0';
	close(fd[0]);
	if (wait4(pid, &status, 0, &ru) != pid || status != 0) {
		fprintf(stderr, "bench/lab: ./netloom %s -c '%s' ended with status %d\n",
			path, cmd, WEXITSTATUS(status));
		exit(1);
	}
	*rss_kib = ru.ru_maxrss;
	return bench_now() - t;
}

static FILE *lab_file(void)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

/* n hosts in a ring: two interfaces each. */
static void ring_file(int n)
{
	FILE *f = lab_file();

	fprintf(f, "version: 1\nname: ring\nnodes:\n");
	for (int i = 0; i < n; i++)
		fprintf(f, "  h%d: {kind: host}\n", i);
	fprintf(f, "links:\n");
	for (int i = 0; i < n; i++)
		fprintf(f, "  - {endpoints: [\"h%d:eth0\", \"h%d:eth1\"], ipv4: 10.%d.%d.0/24}\n",
			i, (i + 1) % n, i >> 8, i & 255);
	fclose(f);
}

static void start(void)
{
	char out[4096];
	long small, large;
	double t;

	ring_file(3);
	run("time", &small, out, sizeof(out));
	ring_file(1000);
	t = run("time", &large, out, sizeof(out));
	bench_line("start_1000_ms", t * 1e3, "ms", "lower", 50);
	ring_file(10000);
	t = run("time", &large, out, sizeof(out));
	bench_line("start_10000_ms", t * 1e3, "ms", "lower", 600);
	bench_line("idle_host_kib", (double)(large - small) / 9997, "KiB", "lower", 8);
}

/* --- a grid with static routes ------------------------------------------------- */

/* East links are 10.1.n.0/24 and south links 10.2.n.0/24, n being the node at
 * their western or northern end, which has .1.  Every node has a route to the
 * subnet of every link, towards that node: along the row first. */
static void next_hop(char *buf, size_t room, int from, int to)
{
	int dc = to % SIDE - from % SIDE;

	if (dc > 0)
		snprintf(buf, room, "10.1.%d.2", from);
	else if (dc < 0)
		snprintf(buf, room, "10.1.%d.1", from - 1);
	else if (to > from)
		snprintf(buf, room, "10.2.%d.2", from);
	else
		snprintf(buf, room, "10.2.%d.1", from - SIDE);
}

static void route_line(FILE *f, int from, int owner, int net, int other_end)
{
	char via[32];

	if (from == owner || from == other_end)
		return;                           /* connected */
	next_hop(via, sizeof(via), from, owner);
	fprintf(f, "      - {to: 10.%d.%d.0/24, via: %s}\n", net, owner, via);
}

static void grid_file(void)
{
	FILE *f = lab_file();

	fprintf(f, "version: 1\nname: grid\ndefaults: {routing: static}\nnodes:\n");
	for (int i = 0; i < SIDE * SIDE; i++) {
		fprintf(f, "  n%d:\n    routes:\n", i);
		for (int j = 0; j < SIDE * SIDE; j++) {
			if (j % SIDE < SIDE - 1)
				route_line(f, i, j, 1, j + 1);
			if (j / SIDE < SIDE - 1)
				route_line(f, i, j, 2, j + SIDE);
		}
	}
	fprintf(f, "links:\n");
	for (int i = 0; i < SIDE * SIDE; i++) {
		if (i % SIDE < SIDE - 1)
			fprintf(f, "  - {endpoints: [n%d, n%d], ipv4: 10.1.%d.0/24}\n", i, i + 1, i);
		if (i / SIDE < SIDE - 1)
			fprintf(f, "  - {endpoints: [n%d, n%d], ipv4: 10.2.%d.0/24}\n", i, i + SIDE, i);
	}
	fclose(f);
}

static void pingall(void)
{
	static char out[1 << 20];
	long rss;
	double t;

	grid_file();
	t = run("pingall", &rss, out, sizeof(out));
	if (!strstr(out, "(9900/9900 received)")) {
		fprintf(stderr, "bench/lab: pingall: %s\n", out + (strlen(out) > 300 ? strlen(out) - 300 : 0));
		exit(1);
	}
	bench_line("pingall_100_ms", t * 1e3, "ms", "lower", 500);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/netloom-bench-%d.yaml", (int)getpid());
	start();
	pingall();
	unlink(path);
	return 0;
}
