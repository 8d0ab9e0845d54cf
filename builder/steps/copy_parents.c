/* SPDX-License-Identifier: Apache-2.0 */
/* Folders on the way to a source. */
#include "builder/steps/copy_parents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

static int look(int root, const char *path, struct copy_parents *out,
		struct error *err)
{
	autoclose int fd = fs_open_raw(root, path, FS_NO_LINKS,
				       O_PATH | O_DIRECTORY, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open folder %s", path);
	out->items = xreallocarray(out->items, out->count + 1,
				   sizeof(*out->items));
	out->items[out->count++] = (struct copy_parent){
		.mode = st.st_mode & 07777,
		.uid = st.st_uid,
		.gid = st.st_gid,
	};
	return 0;
}

int copy_parents_find(int root, const char *path, const char *name,
		      bool is_folder, struct copy_parents *out,
		      struct error *err)
{
	size_t length = strlen(path);
	size_t behind = strlen(name);
	size_t at = length - behind;

	if (length < behind || strcmp(path + at, name) != 0 ||
	    (at && path[at - 1] != '/') || !strcmp(name, "."))
		return 0;
	for (size_t end = at; end <= length; end++) {
		autofree char *folder = xstrndup(path, end);
		bool is_last = end == length;

		if ((is_last ? is_folder : path[end] == '/') &&
		    look(root, folder, out, err) < 0)
			return -1;
	}
	return 0;
}

void copy_parents_release(struct copy_parents *parents)
{
	free(parents->items);
	*parents = (struct copy_parents)COPY_PARENTS_INIT;
}
