// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/docroot.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX "index.html"

bool docroot_exists(const char *dir)
{
	struct stat st;

	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Not blocking: a FIFO would wait for a writer. */
static FILE *file_open(const char *real, int64_t *size)
{
	int fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !(f = fdopen(fd, "r"))) {
		close(fd);
		return NULL;
	}
	*size = st.st_size;
	return f;
}

/* dir/path without links; false: it is not there, or not within dir. */
static bool real_path(const char *dir, const char *path, char real[PATH_MAX])
{
	char root[PATH_MAX];
	char *joined = NULL;
	size_t n;
	bool ok;

	if (!realpath(dir, root) || asprintf(&joined, "%s/%s", root, path) < 0)
		return false;
	ok = realpath(joined, real);
	free(joined);
	n = strlen(root);
	return ok && strncmp(real, root, n) == 0 && (!real[n] || real[n] == '/' || n == 1);
}

bool docroot_has_folder(const char *dir, const char *path)
{
	char real[PATH_MAX];

	return real_path(dir, path, real) && docroot_exists(real);
}

FILE *docroot_open(const char *dir, const char *path, int64_t *size)
{
	char real[PATH_MAX];

	if (!real_path(dir, path, real))
		return NULL;
	if (docroot_exists(real)) {
		if (strlen(real) + sizeof("/" INDEX) > sizeof(real))
			return NULL;
		strcat(real, "/" INDEX);
	}
	return file_open(real, size);
}
