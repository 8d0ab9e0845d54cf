/* SPDX-License-Identifier: Apache-2.0 */
/* Caches of mounts, one at a time. */
#include "builder/cache_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/jsonx.h"

#define FRESH ".import"

enum { WAIT = -1, PREFIX_LEAST = 4 };

static char *path_of(const char *id)
{
	struct digest digest;

	hasher_digest(DIGEST_SHA256, id, strlen(id), &digest);
	return xasprintf(CACHE_MOUNTS "/%s", digest_hex(&digest));
}

static int not_found(const char *id, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "no such cache: %s", id);
}

/* The folder whose name begins with ID. */
static int find_prefix(const struct store *store, const char *id, char **out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	size_t length = strlen(id);

	if (length < PREFIX_LEAST || strspn(id, "0123456789abcdef") != length)
		return not_found(id, err);
	if (fs_list(store->root_fd, CACHE_MOUNTS, &names, err) < 0) {
		if (err->sys != ENOENT)
			return -1;
		error_release(err);
	}
	for (size_t i = 0; i < names.count; i++) {
		if (strncmp(names.items[i], id, length) != 0)
			continue;
		if (*out) {
			free(TAKE_PTR(*out));
			return error_set(err, ERROR_INVALID,
					 "cache id %s is ambiguous", id);
		}
		*out = xasprintf(CACHE_MOUNTS "/%s", names.items[i]);
	}
	return *out ? 0 : not_found(id, err);
}

/* False when it was removed while we waited for it. */
static int lock_folder(struct cache_mount *out, bool *is_there,
		       struct error *err)
{
	struct stat st;

	if (lockfile_acquire(&out->lock, out->folder, "lock",
			     LOCKFILE_EXCLUSIVE, WAIT, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		*is_there = false;
		return 0;
	}
	*is_there = fstat(out->folder, &st) == 0 && st.st_nlink > 0 &&
		    fs_exists(out->folder, "lock");
	return 0;
}

static int open_folder(const struct store *store, const char *path,
		       const char *id, struct cache_mount *out,
		       struct error *err)
{
	bool is_there = false;

	out->folder = openat(store->root_fd, path,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->folder < 0)
		return errno == ENOENT
			       ? not_found(id, err)
			       : error_sys(err, errno, "open cache %s", id);
	if (lock_folder(out, &is_there, err) < 0)
		return -1;
	return is_there ? 0 : not_found(id, err);
}

int cache_mount_open(const struct store *store, const char *id,
		     struct cache_mount *out, struct error *err)
{
	autofree char *path = path_of(id);

	if (!fs_exists(store->root_fd, path)) {
		free(TAKE_PTR(path));
		if (find_prefix(store, id, &path, err) < 0)
			return -1;
	}
	return open_folder(store, path, id, out, err);
}

int cache_mount_make(const struct store *store, const char *id,
		     struct cache_mount *out, struct error *err)
{
	autofree char *path = path_of(id);
	bool is_there = false;

	while (!is_there) {
		cache_mount_close(out);
		if (store_folder(store, path, &out->folder, err) < 0 ||
		    lock_folder(out, &is_there, err) < 0)
			return -1;
	}
	return cache_mount_note(out->folder, id, err);
}

int cache_mount_note(int folder, const char *id, struct error *err)
{
	autoclean(jsonx_free) json_t *note = json_pack("{s:s}", "id", id);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (fs_exists(folder, "cache.json"))
		return utimensat(folder, "cache.json", NULL, 0) < 0
			       ? error_sys(err, errno, "use a cache")
			       : 0;
	if (!note)
		return error_set(err, ERROR_INVALID, "its id is no text");
	jsonx_format(note, &text);
	return atomicfile_put(folder, "cache.json", text.text, text.length, 0,
			      err);
}

int cache_mount_data(const struct cache_mount *mount, int *fd_out,
		     struct error *err)
{
	return fs_open(mount->folder, "data", FS_NO_LINKS,
		       O_RDONLY | O_DIRECTORY, 0, fd_out, err);
}

int cache_mount_begin(const struct cache_mount *mount, int *fd_out,
		      struct error *err)
{
	if (fs_remove_tree(mount->folder, FRESH, err) < 0)
		return -1;
	return fs_make_dirs(mount->folder, FRESH, FS_NO_LINKS, 0755, fd_out,
			    err);
}

int cache_mount_replace(const struct cache_mount *mount, struct error *err)
{
	int flags = fs_exists(mount->folder, "data") ? RENAME_EXCHANGE
						     : RENAME_NOREPLACE;

	if (renameat2(mount->folder, FRESH, mount->folder, "data", flags) < 0)
		return error_sys(err, errno, "replace a cache");
	return 0; /* closing removes what was there */
}

void cache_mount_close(struct cache_mount *mount)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* what stays is removed by the next import, or with the cache */
	if (mount->folder >= 0 && mount->lock.fd >= 0 &&
	    fs_remove_tree(mount->folder, FRESH, &ignored) < 0)
		error_release(&ignored);
	lockfile_release(&mount->lock);
	cleanup_close(&mount->folder);
}
