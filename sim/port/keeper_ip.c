// SPDX-License-Identifier: GPL-3.0-or-later
/* The program ip(8) of iproute2, and what it says when it fails. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/keeper_proc.h"

#define NO_PROGRAM 127
#define NO_NAMESPACE 126
#define PEER_FD 3                         /* KEEPER_IP_PEER */
#define SAID_MAX 2000                     /* bytes of its errors that are looked at */

_Noreturn static void ip_exec(int batch, int said, int ns, int peer)
{
	static const char *const places[] = {
		"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip",
	};
	static char *const argv[] = { (char *)(uintptr_t)"ip", (char *)(uintptr_t)"-batch",
				      (char *)(uintptr_t)"-", NULL };

	if (ns >= 0 && setns(ns, CLONE_NEWNET) != 0)
		_exit(NO_NAMESPACE);
	(void)dup2(batch, STDIN_FILENO);
	(void)dup2(said, STDERR_FILENO);
	if (peer == PEER_FD)
		(void)fcntl(peer, F_SETFD, 0);
	else if (peer >= 0)
		(void)dup2(peer, PEER_FD);
	(void)execvp("ip", argv);
	for (size_t i = 0; i < N_ELEM(places); i++)      /* not in an ordinary user's PATH */
		(void)execv(places[i], argv);
	_exit(NO_PROGRAM);
}

/* The n-th line (from 1) of the batch, cut to what fits. */
static void batch_line(int batch, unsigned n, char *out, size_t room)
{
	FILE *f = NULL;
	int fd = dup(batch);

	*out = '\0';
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) == 0)
		f = fdopen(fd, "r");
	while (f && n-- && fgets(out, (int)room, f))
		;
	out[strcspn(out, "\n")] = '\0';
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
}

/* "RTNETLINK answers: File exists\nCommand failed -:3\n" as one sentence. */
static void explain(int batch, char *said, char err[256])
{
	const char *failed = strstr(said, "Command failed -:");
	static const char *const noise[] = { "RTNETLINK answers: ", "Error: " };
	const char *why = said;
	char line[120];

	batch_line(batch, failed ? (unsigned)strtoul(strchr(failed, ':') + 1, NULL, 10) : 1, line,
		   sizeof(line));
	for (size_t i = 0; i < N_ELEM(noise); i++)
		if (strncmp(why, noise[i], strlen(noise[i])) == 0)
			why += strlen(noise[i]);
	snprintf(err, 256, "ip %s: %.100s", line, why == failed ? "failed" : why);
	err[strcspn(err, "\n")] = '\0';
}

bool keeper_ip_run(int batch, int ns, int peer, char err[256])
{
	int said = keeper_text("", 0), status = 0;
	char text[SAID_MAX + 1];
	ssize_t n;
	pid_t pid = said < 0 ? -1 : fork();

	if (pid == 0)
		ip_exec(batch, said, ns, peer);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	n = said < 0 ? 0 : pread(said, text, SAID_MAX, 0);
	text[n > 0 ? n : 0] = '\0';
	if (pid < 0)
		snprintf(err, 256, "fork: %s", strerror(errno));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		snprintf(err, 256, "the program 'ip' is missing: install the package iproute2");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_NAMESPACE)
		snprintf(err, 256, "the namespace cannot be entered");
	else if (status)
		explain(batch, text, err);
	if (said >= 0)
		close(said);
	return pid > 0 && status == 0;
}
