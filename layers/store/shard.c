/* SPDX-License-Identifier: Apache-2.0 */
/* Names in sharded folders. */
#include "layers/store/shard.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"

/* Opens a folder below the root to read it; NULL without error if absent. */
static int open_dir(const struct store *store, const char *path, DIR **out,
		    struct error *err)
{
	int fd = openat(store->root_fd, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0)
		*out = fdopendir(fd);
	return *out ? 0 : error_sys(err, errno, "read %s", path);
}

static int list_one(const struct store *store, const char *path,
		    const char *prefix, struct strvec *out, struct error *err)
{
	struct dirent *entry;
	DIR *dir;

	if (open_dir(store, path, &dir, err) < 0)
		return -1;
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' &&
		    !strncmp(entry->d_name, prefix, strlen(prefix)))
			strvec_add(out, entry->d_name);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return 0;
}

int shard_list(const struct store *store, const char *folder,
	       const char *prefix, struct strvec *out, struct error *err)
{
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (strlen(prefix) >= 2) {
		autofree char *path = xasprintf("%s/%.2s", folder, prefix);

		return list_one(store, path, prefix, out, err);
	}
	if (open_dir(store, folder, &dir, err) < 0)
		return -1;
	while (dir && result == 0 && (entry = readdir(dir))) {
		autofree char *path = xasprintf("%s/%s", folder, entry->d_name);

		if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.' &&
		    !strncmp(entry->d_name, prefix, strlen(prefix)))
			result = list_one(store, path, prefix, out, err);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return result;
}
