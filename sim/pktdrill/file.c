// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Pipes and files, of which a script has lengths alone: all bytes are 0.  Files
 * are those that its own dd made; nothing of the machine is read or written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/lex.h"
#include "sim/pktdrill/run.h"
#include "stack/util/err.h"

#define PIPE_SIZE 65536                   /* bytes in a pipe of Linux's */
#define FILE_MAX (16 << 20)

/* --- files ------------------------------------------------------------------------------ */

static struct pd_file *file_find(struct pd_run *r, const char *name)
{
	struct pd_file *f = r->files;

	while (f && strcmp(f->name, name) != 0)
		f = f->next;
	return f;
}

void pd_file_remove(struct pd_run *r, const char *name)
{
	struct pd_file *f = file_find(r, name);

	if (f)
		f->exists = false;
}

void pd_file_make(struct pd_run *r, const char *name, int64_t n)
{
	struct pd_file *f = file_find(r, name);

	if (n < 0 || n > FILE_MAX) {
		pd_lacks(r, "a file of %" PRId64 " bytes", n);
		return;
	}
	if (!f) {
		f = pd_alloc(r->script, sizeof(*f) + strlen(name) + 1);
		if (!f) {
			pd_say(r->says, PD_FAILED, r->event->line, "out of memory");
			return;
		}
		memcpy(f->name, name, strlen(name) + 1);
		f->next = r->files;
		r->files = f;
	}
	f->exists = true;
	f->n = n;
}

int64_t pd_open(struct pd_run *r, const struct pd_call *c)
{
	const struct pd_expr *name = pd_arg(c, 0);
	struct pd_file *f;

	if (!name || name->kind != PD_STR || pd_arg_num(r, c, 1) != L_O_RDONLY)
		return pd_lacks(r, "this form of open");
	f = file_find(r, name->text);
	if (!f || !f->exists)
		return -ENOENT;
	return pd_fd_take(r, c->result, &(struct pd_fd){ .file = f });
}

/* From the file's offset, or the one given, on; what a socket does not take
 * now, it takes later if it may wait. */
int64_t pd_sendfile(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *out = pd_arg_fd(r, c, 0), *in = pd_arg_fd(r, c, 1);
	const struct pd_expr *given = pd_arg(c, 2);
	bool has = given && given->kind == PD_LIST;
	int64_t from, n = pd_arg_num(r, c, 3), done;

	if (!out || !in)
		return -EBADF;
	if (!out->sk || !in->file || n < 0)
		return -EINVAL;
	from = has ? pd_arg_num(r, c, 2) : in->at;
	if (from < 0)
		return -EINVAL;
	if (n > in->file->n - from)
		n = in->file->n > from ? in->file->n - from : 0;
	done = n ? pd_stream_send(r, out, n, 0) : 0;
	if (done > 0 && !has)
		in->at += done;
	return done;
}

/* --- pipes ------------------------------------------------------------------------------- */

int64_t pd_pipe(struct pd_run *r, const struct pd_call *c)
{
	const struct pd_expr *ends = pd_arg(c, 0), *a = ends ? ends->first : NULL;
	const struct pd_expr *b = a ? a->next : NULL;
	struct pd_pipe *p = pd_alloc(r->script, sizeof(*p));
	int64_t fd;

	if (!p)
		return -ENOMEM;
	if (!b || a->kind != PD_NUM || b->kind != PD_NUM)
		return pd_lacks(r, "this form of pipe");
	fd = pd_fd_take(r, a->num, &(struct pd_fd){ .pipe = p });
	if (fd >= 0)
		fd = pd_fd_take(r, b->num, &(struct pd_fd){ .pipe = p });
	return fd < 0 ? fd : 0;
}

static int64_t from_pipe(struct pd_run *r, struct pd_fd *out, struct pd_pipe *p, int64_t n,
			 int64_t flags)
{
	int64_t done = pd_stream_send(r, out, n < p->n ? n : p->n,
				      flags & L_SPLICE_F_MORE ? L_MSG_MORE : 0);

	if (done > 0)
		p->n -= done;
	return done;
}

/* It ends before an urgent byte, as the end of a stream would end it. */
static int64_t to_pipe(struct pd_run *r, struct pd_fd *in, struct pd_pipe *p, int64_t n)
{
	int64_t room = PIPE_SIZE - p->n, got;
	int mark = 0;

	if (sk_getopt(in->sk, SKO_ATMARK, &mark) == OK && mark)
		return 0;
	got = pd_stream_recv(r, in, n < room ? n : room, 0);
	if (got > 0)
		p->n += got;
	return got;
}

int64_t pd_splice(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *in = pd_arg_fd(r, c, 0), *out = pd_arg_fd(r, c, 2);
	int64_t n = pd_arg_num(r, c, 4), flags = pd_arg_num(r, c, 5);

	if (!in || !out)
		return -EBADF;
	if (flags & ~(int64_t)(L_SPLICE_F_MOVE | L_SPLICE_F_GIFT | L_SPLICE_F_MORE))
		return pd_lacks(r, "a splice with these flags");
	if (n < 0 || !((in->sk && out->pipe) || (in->pipe && out->sk)))
		return -EINVAL;
	if (in->sk)
		return to_pipe(r, in, out->pipe, n);
	return in->pipe->n ? from_pipe(r, out, in->pipe, n, flags) : ERR_AGAIN;
}
