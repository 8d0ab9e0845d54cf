/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a tmpfs with what it covers. */
#include "runtime/copy_up.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

enum { COPY_DEPTH_MAX = 64, COPY_ENTRIES = 2048, COPY_CHUNK = 1 << 20 };

/* What getdents64(2) fills; libc's readdir would allocate. */
struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

static int copy_folder(int from, int to, unsigned depth);

static int copy_content(int from, int to, off_t size)
{
	while (size > 0) {
		ssize_t done = sendfile(to, from, NULL, COPY_CHUNK);

		if (done < 0)
			return -1;
		if (!done)
			break; /* it was cut while we read */
		size -= done;
	}
	return 0;
}

static int copy_file(int from, int to, const char *name, const struct stat *st)
{
	autoclose int in = openat(
		from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autoclose int out =
		openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (in < 0 || out < 0)
		return -1;
	return copy_content(in, out, st->st_size);
}

static int copy_link(int from, int to, const char *name)
{
	char text[PATH_MAX];
	ssize_t length = readlinkat(from, name, text, sizeof(text) - 1);

	if (length < 0)
		return -1;
	text[length] = '\0';
	return symlinkat(text, to, name);
}

static int copy_child(int from, int to, const char *name, unsigned depth)
{
	autoclose int in = openat(
		from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autoclose int out = -1;

	if (in < 0 || mkdirat(to, name, 0700) < 0)
		return -1;
	out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return out < 0 ? -1 : copy_folder(in, out, depth + 1);
}

/* Owner first: changing it takes set-id bits away. */
static int copy_status(int to, const char *name, const struct stat *st)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISLNK(st->st_mode) &&
	    fchmodat(to, name, st->st_mode & 07777, 0) < 0)
		return -1;
	return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_entry(int from, int to, const char *name, unsigned depth)
{
	struct stat st;
	int result;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		result = copy_file(from, to, name, &st);
		break;
	case S_IFDIR:
		result = copy_child(from, to, name, depth);
		break;
	case S_IFLNK:
		result = copy_link(from, to, name);
		break;
	case S_IFSOCK:
		return 0;
	default:
		result = mknodat(to, name, st.st_mode, st.st_rdev);
	}
	return result < 0 ? -1 : copy_status(to, name, &st);
}

static int copy_folder(int from, int to, unsigned depth)
{
	_Alignas(struct entry) char buffer[COPY_ENTRIES];
	long got;

	if (depth > COPY_DEPTH_MAX) {
		errno = ELOOP;
		return -1;
	}
	while ((got = syscall(SYS_getdents64, from, buffer, sizeof(buffer))) >
	       0)
		for (long at = 0; at < got;) {
			const struct entry *entry = (const void *)(buffer + at);

			if (copy_entry(from, to, entry->name, depth) < 0)
				return -1;
			at += entry->length;
		}
	return got < 0 ? -1 : 0;
}

int copy_up(int from, int to)
{
	return copy_folder(from, to, 0);
}
