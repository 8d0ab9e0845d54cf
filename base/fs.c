/* SPDX-License-Identifier: Apache-2.0 */
/* File access by descriptor, confined by openat2. */
#include "base/fs.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "base/alloc.h"

enum { FS_COPY_CHUNK = 256 * 1024 };

int fs_open_raw(int dirfd, const char *path, enum fs_scope scope, int flags,
		mode_t mode)
{
	static const uint64_t resolve[] = {
		[FS_IN_ROOT] = RESOLVE_IN_ROOT,
		[FS_BENEATH] = RESOLVE_BENEATH,
		[FS_NO_LINKS] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = resolve[scope] | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (flags & (O_CREAT | __O_TMPFILE))
		how.mode = mode & 07777;
	/* EAGAIN: a rename or mount raced with ".."; the kernel says retry */
	for (int tries = 0; tries < 128; tries++) {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

int fs_open(int dirfd, const char *path, enum fs_scope scope, int flags,
	    mode_t mode, int *fd_out, struct error *err)
{
	int fd = fs_open_raw(dirfd, path, scope, flags, mode);

	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	*fd_out = fd;
	return 0;
}

/*
 * Opens or makes one component below PARENT. A link that leads nowhere stays
 * an error: a directory is not made at the end of a dangling link.
 */
static int step_into(int parent, const char *name, enum fs_scope scope,
		     mode_t mode)
{
	int fd = fs_open_raw(parent, name, scope, O_PATH | O_DIRECTORY, 0);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
		return -1;
	return fs_open_raw(parent, name, scope, O_PATH | O_DIRECTORY, 0);
}

/*
 * Links and ".." need the true root to resolve against, so each prefix of the
 * path is opened from the root; only the last component may be made, in the
 * directory that the prefix before it led to.
 */
int fs_make_dirs(int dirfd, const char *path, enum fs_scope scope, mode_t mode,
		 int *fd_out, struct error *err)
{
	autofree char *prefix = xstrdup(path);
	autoclose int current = fs_open_raw(dirfd, ".", FS_BENEATH,
					    O_PATH | O_DIRECTORY, 0);
	char *at = prefix;

	if (current < 0)
		return error_sys(err, errno, "open directory for %s", path);
	while (*at) {
		char *slash = strchrnul(at, '/');
		char kept = *slash;
		int next;

		*slash = '\0';
		next = fs_open_raw(dirfd, *prefix ? prefix : ".", scope,
				   O_PATH | O_DIRECTORY, 0);
		if (next < 0 && errno == ENOENT && *at)
			next = step_into(current, at, FS_NO_LINKS, mode);
		if (next < 0)
			return error_sys(err, errno, "make directory %s",
					 prefix);
		(void)close(current); /* only a path handle */
		current = next;
		*slash = kept;
		at = kept ? slash + 1 : slash;
	}
	if (fd_out)
		*fd_out = TAKE_FD(current);
	return 0;
}

int fs_read_fd(int fd, size_t limit, struct strbuf *out, struct error *err)
{
	char chunk[16384];
	size_t total = 0;

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read");
		if (!got)
			return 0;
		total += (size_t)got;
		if (total > limit)
			return error_set(err, ERROR_TOO_LARGE,
					 "more than %zu bytes", limit);
		strbuf_add(out, chunk, (size_t)got);
	}
}

int fs_read_file(int dirfd, const char *name, size_t limit, struct strbuf *out,
		 struct error *err)
{
	/* O_NONBLOCK: a planted fifo must not hold us */
	autoclose int fd = openat(dirfd, name,
				  O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return error_sys(err, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return error_sys(err, errno, "stat %s", name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID, "%s is not a regular file",
				 name);
	if (fs_read_fd(fd, limit, out, err) < 0)
		return error_wrap(err, "%s", name);
	return 0;
}

int fs_write_all(int fd, const void *data, size_t length, struct error *err)
{
	const char *at = data;

	while (length) {
		ssize_t done = write(fd, at, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_sys(err, errno, "write");
		at += done;
		length -= (size_t)done;
	}
	return 0;
}

int fs_pwrite_all(int fd, const void *data, size_t length, uint64_t offset,
		  struct error *err)
{
	const char *at = data;

	while (length) {
		ssize_t done = pwrite(fd, at, length, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_sys(err, errno, "write");
		at += done;
		offset += (uint64_t)done;
		length -= (size_t)done;
	}
	return 0;
}

/* The slow way, where copy_file_range does not go between these files. */
static int copy_by_hand(int from, int to, uint64_t length, struct error *err)
{
	autofree char *chunk = xmalloc(FS_COPY_CHUNK);

	while (length) {
		size_t want = length < FS_COPY_CHUNK ? (size_t)length
						     : FS_COPY_CHUNK;
		ssize_t got = read(from, chunk, want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read");
		if (!got)
			return error_set(err, ERROR_CORRUPT,
					 "file ended %llu bytes early",
					 (unsigned long long)length);
		if (fs_write_all(to, chunk, (size_t)got, err) < 0)
			return -1;
		length -= (uint64_t)got;
	}
	return 0;
}

int fs_copy_range(int from, int to, uint64_t length, struct error *err)
{
	while (length) {
		size_t want = length < SSIZE_MAX ? (size_t)length : SSIZE_MAX;
		ssize_t done = copy_file_range(from, NULL, to, NULL, want, 0);

		if (done <= 0)
			return copy_by_hand(from, to, length, err);
		length -= (uint64_t)done;
	}
	return 0;
}

int fs_open_stream(int fd, DIR **out, struct error *err)
{
	*out = fdopendir(fd);
	return *out ? 0 : error_sys(err, errno, "read a folder");
}

int fs_next(DIR *dir, const struct dirent **out, struct error *err)
{
	do {
		errno = 0;
		*out = readdir(dir);
	} while (*out && (!strcmp((*out)->d_name, ".") ||
			  !strcmp((*out)->d_name, "..")));
	return *out || !errno ? 0 : error_sys(err, errno, "read a folder");
}

static int read_names(DIR *dir, struct strvec *out, struct error *err)
{
	const struct dirent *entry;

	do {
		if (fs_next(dir, &entry, err) < 0)
			return -1;
		if (entry)
			strvec_add(out, entry->d_name);
	} while (entry);
	return 0;
}

int fs_list(int dirfd, const char *path, struct strvec *out, struct error *err)
{
	int fd = openat(dirfd, path,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = NULL;
	int result;

	if (fd < 0)
		return error_sys(err, errno, "read folder %s", path);
	if (fs_open_stream(fd, &dir, err) < 0) {
		(void)close(fd); /* nothing was written */
		return -1;
	}
	result = read_names(dir, out, err);
	(void)closedir(dir); /* only read */
	strvec_sort(out);
	return result;
}

int fs_sync_dir(int dirfd, struct error *err)
{
	autoclose int fd = openat(dirfd, ".",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return error_sys(err, errno, "flush directory");
	return 0;
}

int fs_free_bytes(int fd, uint64_t *out, struct error *err)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return error_sys(err, errno, "ask for free space");
	*out = (uint64_t)st.f_bavail * st.f_frsize;
	return 0;
}

bool fs_exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
