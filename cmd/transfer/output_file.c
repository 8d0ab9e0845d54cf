/* SPDX-License-Identifier: Apache-2.0 */
/* Archives on their way out. */
#include "cmd/transfer/output_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

/* Opens the folder that PATH lies in; *NAME is the part behind it. */
static int open_folder(const char *path, int *fd_out, const char **name,
		       struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash ? xstrndup(path,
						 (size_t)(slash - path) + 1)
				      : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return error_set(err, ERROR_NOT_FOUND,
				 "invalid output path: directory \"%s\" does "
				 "not exist",
				 folder);
	if (fd < 0)
		return error_sys(err, errno, "open %s", folder);
	*name = slash ? slash + 1 : path;
	*fd_out = fd;
	return 0;
}

/* Whether PATH is there and no plain file: a device, a pipe, a link. */
static bool is_special(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int output_file_open(struct output_file *out, const char *path,
		     const char *verb, struct error *err)
{
	const char *name = NULL; /* gcc cannot see that it is set */

	if (!path) {
		if (isatty(STDOUT_FILENO))
			return error_set(err, ERROR_INVALID,
					 "cowardly refusing to %s to a "
					 "terminal. Use the -o flag or "
					 "redirect",
					 verb);
		out->fd = STDOUT_FILENO;
		return 0;
	}
	if (is_special(path)) {
		out->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		if (out->fd < 0)
			return error_sys(err, errno, "invalid output path: %s",
					 path);
		return 0;
	}
	if (open_folder(path, &out->folder, &name, err) < 0 ||
	    atomicfile_open(&out->file, out->folder, name, 0600, 0, err) < 0)
		return -1;
	out->fd = out->file.fd;
	return 0;
}

static int write_bytes(void *context, const void *data, size_t length,
		       struct error *err)
{
	const struct output_file *out = context;

	return fs_write_all(out->fd, data, length, err);
}

struct byte_sink output_file_sink(struct output_file *out)
{
	return (struct byte_sink){ write_bytes, out };
}

int output_file_commit(struct output_file *out, struct error *err)
{
	int fd = TAKE_FD(out->fd);

	if (out->folder >= 0)
		return atomicfile_commit(&out->file, err);
	if (fd != STDOUT_FILENO && close(fd) < 0)
		return error_sys(err, errno, "close the output");
	return 0;
}

void output_file_release(struct output_file *out)
{
	if (out->folder < 0 && out->fd != STDOUT_FILENO)
		cleanup_close(&out->fd);
	atomicfile_release(&out->file);
	cleanup_close(&out->folder);
	*out = (struct output_file)OUTPUT_FILE_INIT;
}
