/* SPDX-License-Identifier: Apache-2.0 */
/* Files that users name. */
#include "cmd/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

int whole_file_open(struct whole_file *out, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash ? xstrndup(path,
						 (size_t)(slash - path) + 1)
				      : xstrdup(".");

	out->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->folder < 0)
		return error_sys(err, errno, "write %s", path);
	if (atomicfile_open(&out->file, out->folder, slash ? slash + 1 : path,
			    0644, 0, err) < 0)
		return error_wrap(err, "write %s", path);
	return 0;
}

static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode);
}

int whole_file_put(const char *path, const void *data, size_t length,
		   struct error *err)
{
	autoclean(whole_file_release) struct whole_file file = WHOLE_FILE_INIT;

	if (is_special(path)) {
		autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			return error_sys(err, errno, "write %s", path);
		return fs_write_all(fd, data, length, err);
	}
	if (whole_file_open(&file, path, err) < 0)
		return -1;
	atomicfile_write(&file.file, data, length);
	if (atomicfile_commit(&file.file, err) < 0)
		return error_wrap(err, "write %s", path);
	return 0;
}

void whole_file_release(struct whole_file *file)
{
	atomicfile_release(&file->file);
	cleanup_close(&file->folder);
}
