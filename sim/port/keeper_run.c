// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A program in a node's namespace.  The keeper forks a minder, which forks the
 * program, hands signals on to it and tells when it has ended; so the keeper
 * itself waits for nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/keeper_proc.h"

#define NOT_FOUND 127                     /* as a shell's */
#define NOT_EXECUTABLE 126

/* --- the program ----------------------------------------------------------------- */

/* The strings of a file as a vector, NULL-terminated; NULL: no memory. */
static char **argv_read(int fd)
{
	struct stat st = { 0 };
	size_t n = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0, argc = 0;
	char *text = calloc(n + 1, 1);
	char **argv;

	if (!text || pread(fd, text, n, 0) != (ssize_t)n)
		return NULL;
	for (size_t i = 0; i < n; i++)
		argc += text[i] == '\0';
	argv = calloc(argc + 1, sizeof(*argv));
	for (size_t i = 0; argv && i < argc; i++) {
		argv[i] = text;
		text += strlen(text) + 1;
	}
	return argv;
}

/* What tells a program where it is: /sys shows the interfaces of the network
 * namespace it was mounted in, and a prompt the host's name. */
static void program_surroundings(const char *name)
{
	char prompt[48];

	if (unshare(CLONE_NEWNS | CLONE_NEWUTS) == 0) {
		(void)mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
		(void)sethostname(name, strlen(name));
	}
	snprintf(prompt, sizeof(prompt), "%s# ", name);
	(void)setenv("PS1", prompt, 1);
	(void)setenv("HOSTNAME", name, 1);
}

/* The terminal is the program's now; asking for it is not stopped. */
static void take_terminal(void)
{
	struct sigaction ign = { .sa_handler = SIG_IGN }, old;

	(void)sigaction(SIGTTOU, &ign, &old);
	(void)tcsetpgrp(STDIN_FILENO, getpgrp());
	(void)sigaction(SIGTTOU, &old, NULL);
}

_Noreturn static void program_main(const struct keeper_request *rq, const int fds[RUN_FDS])
{
	char **argv = argv_read(fds[RUN_ARGV]);
	bool missing;
	sigset_t none;

	(void)setpgid(0, 0);
	(void)dup2(fds[RUN_STDIN], STDIN_FILENO);
	(void)dup2(fds[RUN_STDOUT], STDOUT_FILENO);
	(void)dup2(fds[RUN_STDERR], STDERR_FILENO);
	if (rq->terminal)
		take_terminal();
	if (!argv || !argv[0] || setns(rq->ns, CLONE_NEWNET) != 0) {
		fprintf(stderr, "exec: %s\n", strerror(errno));
		_exit(NOT_EXECUTABLE);
	}
	program_surroundings(rq->name);
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execvp(argv[0], argv);
	/* A folder of PATH that is shut to us says EACCES, too. */
	missing = errno == ENOENT || (errno == EACCES && !strchr(argv[0], '/'));
	dprintf(STDERR_FILENO, "exec: %s: %s\n", argv[0],
		missing ? "command not found" : strerror(errno));
	_exit(missing ? NOT_FOUND : NOT_EXECUTABLE);
}

/* --- who minds it ----------------------------------------------------------------- */

/* There is no shell that could continue a stopped program: Ctrl-Z is nothing;
 * and one that waits for a terminal it will not get is hung up. */
static void program_stopped(pid_t pid, int sig)
{
	if (sig == SIGTTIN || sig == SIGTTOU)
		(void)kill(-pid, SIGHUP);
	if (sig != SIGSTOP)
		(void)kill(-pid, SIGCONT);
}

/* SIGCHLD came: does not return if the program has ended. */
static void program_look(pid_t pid, int signals, int control)
{
	struct signalfd_siginfo si;
	int status;

	(void)!read(signals, &si, sizeof(si));
	while (waitpid(pid, &status, WNOHANG | WUNTRACED) > 0) {
		if (WIFSTOPPED(status)) {
			program_stopped(pid, WSTOPSIG(status));
			continue;
		}
		(void)send(control, &status, sizeof(status), MSG_NOSIGNAL);
		_exit(0);
	}
}

/* Netloom wants a signal sent; or it wants nothing of it any more. */
static void program_signal(pid_t pid, int control)
{
	uint8_t sig;

	if (recv(control, &sig, 1, 0) == 1) {
		(void)kill(-pid, sig);
	} else {
		(void)kill(-pid, SIGKILL);
		_exit(0);
	}
}

_Noreturn void keeper_run_main(const struct keeper_request *rq, const int fds[RUN_FDS])
{
	struct pollfd p[2] = { { .fd = fds[RUN_CONTROL], .events = POLLIN },
			       { .events = POLLIN } };
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	p[1].fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	(void)prctl(PR_SET_NAME, "netloom-minder");
	pid = fork();
	if (pid == 0)
		program_main(rq, fds);
	(void)setpgid(pid, pid);          /* whoever comes first */
	for (int i = RUN_STDIN; i < RUN_FDS; i++)
		close(fds[i]);            /* else the pipes would never end */
	while (pid > 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			program_look(pid, p[1].fd, p[0].fd);
		if (p[0].revents)
			program_signal(pid, p[0].fd);
	}
	_exit(1);
}
