// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/state.h"

#define READ_MIN 4096             /* bytes of room for each read */

/* stdio has read nothing of it yet: what it had, poll() would not see. */
void lines_init(struct lines *l, FILE *in)
{
	struct stat st;
	int fd = fileno(in);

	*l = (struct lines){ .in = in, .fd = -1 };
	if (fd >= 0 && fstat(fd, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode)))
		l->fd = fd;
}

void lines_fini(struct lines *l)
{
	free(l->buf);
}

/* --- regular files and memory ------------------------------------------------------- */

static char *next_of_file(struct lines *l)
{
	ssize_t n = getline(&l->buf, &l->cap, l->in);

	if (n < 0) {
		l->err = ferror(l->in) ? errno : 0;
		return NULL;
	}
	if (n && l->buf[n - 1] == '\n')
		l->buf[n - 1] = '\0';
	return l->buf;
}

/* --- what somebody writes while we read ----------------------------------------------- */

/* Until there is something to read; false: interrupted. */
static bool wait_input(struct lines *l, struct shell *sh)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };

	/* In a scheduled command time is moving already. */
	while (lab_has_ports(sh->lab) && lab_pace(sh->lab) && !sh->moving && poll(&p, 1, 0) == 0) {
		fflush(sh->out);
		if (!shell_idle(sh)) {
			sh->interrupted = true;
			return false;
		}
	}
	return true;
}

static bool make_room(struct lines *l)
{
	char *more;

	if (l->at) {
		memmove(l->buf, l->buf + l->at, l->len - l->at);
		l->len -= l->at;
		l->at = 0;
	}
	if (l->cap - l->len > READ_MIN)
		return true;
	more = realloc(l->buf, l->cap + 2 * READ_MIN);
	if (!more) {
		l->err = ENOMEM;
		return false;
	}
	l->buf = more;
	l->cap += 2 * READ_MIN;
	return true;
}

static bool at_once(void *arg)
{
	(void)arg;
	return true;
}

/* More of the line; false: no more will come. */
static bool read_more(struct lines *l, struct shell *sh)
{
	ssize_t n;

	if (l->end || !make_room(l) || !wait_input(l, sh))
		return false;
	do {
		n = read(l->fd, l->buf + l->len, l->cap - l->len - 1);
		sh->interrupted = lab_run_while(sh->lab, at_once, NULL, 0) == LAB_INTERRUPTED;
	} while (n < 0 && errno == EINTR && !sh->interrupted);
	if (n > 0)
		l->len += (size_t)n;
	else if (n < 0 && !sh->interrupted)
		l->err = errno;
	l->end = n <= 0 || sh->interrupted;
	return !l->end;
}

static char *next_of_pipe(struct lines *l, struct shell *sh)
{
	size_t looked = 0;
	char *line, *nl;

	for (;;) {
		nl = l->len > l->at + looked ?
		     memchr(l->buf + l->at + looked, '\n', l->len - l->at - looked) : NULL;
		if (nl)
			break;
		looked = l->len - l->at;
		if (!read_more(l, sh))
			break;
	}
	if (!nl && (l->len == l->at || l->err || sh->interrupted))
		return NULL;
	if (!nl)                          /* the last line, without a newline */
		nl = l->buf + l->len++;
	line = l->buf + l->at;
	*nl = '\0';
	l->at = (size_t)(nl - l->buf) + 1;
	return line;
}

char *lines_next(struct lines *l, struct shell *sh)
{
	return l->fd < 0 ? next_of_file(l) : next_of_pipe(l, sh);
}
