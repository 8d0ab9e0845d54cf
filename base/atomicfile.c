/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all. */
#include "base/atomicfile.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

int atomicfile_open(struct atomicfile *file, int dirfd, const char *name,
		    mode_t mode, unsigned flags, struct error *err)
{
	uint64_t random = 0;

	*file = (struct atomicfile)ATOMICFILE_INIT;
	if (getrandom(&random, sizeof(random), 0) < 0)
		return error_sys(err, errno, "read random bytes");
	file->dirfd = dirfd;
	file->flags = flags;
	file->temp = xasprintf(".tmp-%016llx", (unsigned long long)random);
	file->fd = openat(dirfd, file->temp,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			  mode);
	if (file->fd < 0)
		return error_sys(err, errno, "create %s", name);
	file->name = xstrdup(name);
	return 0;
}

void atomicfile_write(struct atomicfile *file, const void *data, size_t length)
{
	if (file->failed.kind != ERROR_NONE)
		return;
	/* kept in file->failed, reported by commit */
	if (fs_write_all(file->fd, data, length, &file->failed) < 0)
		return;
}

static int publish(const struct atomicfile *file, struct error *err)
{
	unsigned how = file->flags & ATOMICFILE_EXCLUSIVE ? RENAME_NOREPLACE
							  : 0;

	if (renameat2(file->dirfd, file->temp, file->dirfd, file->name, how) <
	    0)
		return error_sys(err, errno, "rename to %s", file->name);
	if (file->flags & ATOMICFILE_SYNC)
		return fs_sync_dir(file->dirfd, err);
	return 0;
}

int atomicfile_commit(struct atomicfile *file, struct error *err)
{
	if (file->failed.kind != ERROR_NONE) {
		error_move(err, &file->failed);
		return error_wrap(err, "write %s", file->name);
	}
	if (file->flags & ATOMICFILE_SYNC && fsync(file->fd) < 0)
		return error_sys(err, errno, "flush %s", file->name);
	if (close(TAKE_FD(file->fd)) < 0)
		return error_sys(err, errno, "close %s", file->name);
	if (publish(file, err) < 0)
		return -1;
	free(TAKE_PTR(file->temp));
	return 0;
}

void atomicfile_release(struct atomicfile *file)
{
	if (file->fd >= 0)
		(void)close(file->fd); /* abandoned */
	if (file->temp && file->name)
		(void)unlinkat(file->dirfd, file->temp, 0); /* may be gone */
	free(file->temp);
	free(file->name);
	error_release(&file->failed);
	*file = (struct atomicfile)ATOMICFILE_INIT;
}

int atomicfile_put(int dirfd, const char *name, const void *data, size_t length,
		   unsigned flags, struct error *err)
{
	autoclean(atomicfile_release) struct atomicfile file = ATOMICFILE_INIT;

	if (atomicfile_open(&file, dirfd, name, 0600, flags, err) < 0)
		return -1;
	atomicfile_write(&file, data, length);
	return atomicfile_commit(&file, err);
}
