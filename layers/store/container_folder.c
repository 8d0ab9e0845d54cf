/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the containers' folders. */
#include "layers/store/container_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

char *container_folder_path(const char *id)
{
	return xasprintf("containers/%.2s/%s", id, id);
}

static int open_dir(const struct store *store, const char *path, DIR **out,
		    struct error *err)
{
	int fd = openat(store->root_fd, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = NULL;
	/* a stranger's file among the folders stops nothing */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0)
		*out = fdopendir(fd);
	return *out ? 0 : error_sys(err, errno, "read %s", path);
}

static int list_shard(const struct store *store, const char *shard,
		      const char *prefix, struct strvec *out, struct error *err)
{
	autofree char *path = xasprintf("containers/%s", shard);
	struct dirent *entry;
	DIR *dir;

	if (open_dir(store, path, &dir, err) < 0)
		return -1;
	while (dir && (entry = readdir(dir))) {
		if (strlen(entry->d_name) == CONTAINER_ID_DIGITS &&
		    !strncmp(entry->d_name, prefix, strlen(prefix)))
			strvec_add(out, entry->d_name);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return 0;
}

int container_folder_list(const struct store *store, const char *prefix,
			  struct strvec *out, struct error *err)
{
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (strlen(prefix) >= 2) {
		char shard[3] = { prefix[0], prefix[1], '\0' };

		return list_shard(store, shard, prefix, out, err);
	}
	if (open_dir(store, "containers", &dir, err) < 0)
		return -1;
	while (dir && result == 0 && (entry = readdir(dir))) {
		if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.' &&
		    !strncmp(entry->d_name, prefix, strlen(prefix)))
			result = list_shard(store, entry->d_name, prefix, out,
					    err);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return result;
}

int container_folder_uses(const struct store *store, const char *id,
			  struct strvec *image, struct strvec *layers,
			  struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *folder = container_folder_path(id);
	autofree char *path = xasprintf("%s/container.json", folder);
	const char *text = NULL;

	if (jsonx_read(store->root_fd, path, CONTAINER_FILE_LIMIT, &document,
		       err) < 0 ||
	    jsonx_opt_string(document, "image", NULL, &text, err) < 0 ||
	    (layers &&
	     jsonx_opt_strings(document, "layers", layers, err) < 0)) {
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
		error_release(err);
		return 0;
	}
	if (text && image)
		strvec_add(image, text);
	return 0;
}
