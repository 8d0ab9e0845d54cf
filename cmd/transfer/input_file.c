/* SPDX-License-Identifier: Apache-2.0 */
/* Archives on their way in. */
#include "cmd/transfer/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>

int input_file_open(struct input_file *in, const char *path, struct error *err)
{
	struct stat st;

	if (!path && isatty(STDIN_FILENO))
		return error_set(err, ERROR_INVALID,
				 "requested load from stdin, but stdin is "
				 "empty");
	in->fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (in->fd < 0)
		return error_sys(err, errno, "open %s", path);
	if (fstat(in->fd, &st) < 0)
		return error_sys(err, errno, "stat %s", path ? path : "stdin");
	in->is_folder = S_ISDIR(st.st_mode);
	return 0;
}

static int read_bytes(void *context, void *buffer, size_t capacity, size_t *got,
		      struct error *err)
{
	const struct input_file *in = context;
	ssize_t count;

	do {
		count = read(in->fd, buffer, capacity);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read the archive");
	*got = (size_t)count;
	return 0;
}

struct unpack_source input_file_source(struct input_file *in)
{
	return (struct unpack_source){ read_bytes, NULL, in };
}

void input_file_release(struct input_file *in)
{
	if (in->fd != STDIN_FILENO)
		cleanup_close(&in->fd);
	*in = (struct input_file)INPUT_FILE_INIT;
}
