/* SPDX-License-Identifier: Apache-2.0 */
/* Finding, opening and removing blobs. */
#include "layers/store/blob.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

char *blob_path(const struct digest *digest)
{
	return xasprintf("blobs/%s/%s",
			 digest_algorithm_name(digest->algorithm),
			 digest_hex(digest));
}

bool blob_exists(const struct store *store, const struct digest *digest,
		 uint64_t *size_out)
{
	autofree char *path = blob_path(digest);
	struct stat st;

	if (fstatat(store->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	if (size_out)
		*size_out = (uint64_t)st.st_size;
	return true;
}

int blob_open(const struct store *store, const struct digest *digest,
	      int *fd_out, uint64_t *size_out, struct error *err)
{
	autofree char *path = blob_path(digest);
	autoclose int fd = openat(store->root_fd, path,
				  O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open blob %s", digest->text);
	if (size_out)
		*size_out = (uint64_t)st.st_size;
	*fd_out = TAKE_FD(fd);
	return 0;
}

int blob_remove(const struct store *store, const struct digest *digest,
		struct error *err)
{
	autofree char *path = blob_path(digest);

	if (unlinkat(store->root_fd, path, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove blob %s", digest->text);
	return 0;
}
