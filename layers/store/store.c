/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the store and its lock. */
#include "layers/store/store.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"

enum { STORE_LOCK_TIMEOUT_MS = 60000 };

/* Makes every missing component of an absolute path. */
static int make_path(const char *path, struct error *err)
{
	autoclose int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return error_sys(err, errno, "open /");
	return fs_make_dirs(top, path + strspn(path, "/"), FS_IN_ROOT, 0700,
			    NULL, err);
}

static int open_folder(const char *path, int *fd_out, struct error *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	autoclose int fd = open(path, flags);
	struct stat st;

	if (path[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "store folder %s is not an absolute path",
				 path);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid &&
	    st.st_uid != geteuid())
		return error_set(err, ERROR_DENIED,
				 "store %s is a link of user %u's", path,
				 st.st_uid);
	if (fd < 0 && errno == ENOENT) {
		if (make_path(path, err) < 0)
			return -1;
		fd = open(path, flags);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open store %s", path);
	if (st.st_uid != geteuid())
		return error_set(err, ERROR_DENIED,
				 "store %s belongs to user %u, not %u", path,
				 st.st_uid, geteuid());
	if (st.st_mode & S_IWOTH)
		return error_set(err, ERROR_DENIED,
				 "store %s can be written by everybody", path);
	*fd_out = TAKE_FD(fd);
	return 0;
}

/* Writes the marker every OCI image layout has; the store's birth. */
static int mark_layout(int root_fd, struct error *err)
{
	static const char marker[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	static const char index[] =
		"{\"schemaVersion\":2,"
		"\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
		"\"manifests\":[]}";

	if (fs_exists(root_fd, "oci-layout"))
		return 0;
	if (fs_make_dirs(root_fd, "blobs/sha256", FS_BENEATH, 0700, NULL, err) <
	    0)
		return -1;
	if (!fs_exists(root_fd, "index.json") &&
	    atomicfile_put(root_fd, "index.json", index, sizeof(index) - 1, 0,
			   err) < 0)
		return -1;
	return atomicfile_put(root_fd, "oci-layout", marker, sizeof(marker) - 1,
			      0, err);
}

int store_open(const char *root, const char *run, struct store **out,
	       struct error *err)
{
	autoclean(store_close) struct store *store = xcalloc(1, sizeof(*store));

	store->root_fd = -1;
	store->run_fd = -1;
	(void)pthread_mutex_init(&store->lock, NULL); /* cannot fail */
	store->root = xstrdup(root);
	store->run = xstrdup(run);
	if (open_folder(root, &store->root_fd, err) < 0 ||
	    open_folder(run, &store->run_fd, err) < 0 ||
	    mark_layout(store->root_fd, err) < 0)
		return -1;
	*out = TAKE_PTR(store);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->root_fd >= 0)
		(void)close(store->root_fd); /* a folder handle */
	if (store->run_fd >= 0)
		(void)close(store->run_fd); /* a folder handle */
	(void)pthread_mutex_destroy(&store->lock);
	free(store->root);
	free(store->run);
	free(store);
}

int store_lock(const struct store *store, enum lockfile_mode mode,
	       struct lockfile *out, struct error *err)
{
	if (lockfile_acquire(out, store->root_fd, "lock", mode,
			     STORE_LOCK_TIMEOUT_MS, err) < 0)
		return error_wrap(err, "store %s", store->root);
	return 0;
}

int store_folder(const struct store *store, const char *name, int *fd_out,
		 struct error *err)
{
	int fd = openat(store->root_fd, name,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		if (fs_make_dirs(store->root_fd, name, FS_NO_LINKS, 0700, NULL,
				 err) < 0)
			return -1;
		fd = openat(store->root_fd, name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return error_sys(err, errno, "open %s/%s", store->root, name);
	*fd_out = fd;
	return 0;
}

int store_list(const struct store *store, const char *path, struct strvec *out,
	       struct error *err)
{
	if (fs_list(store->root_fd, path, out, err) < 0) {
		if (err->sys != ENOENT)
			return -1;
		error_release(err);
		return 0;
	}
	for (size_t i = out->count; i > 0; i--)
		if (*out->items[i - 1] == '.')
			strvec_remove(out, i - 1);
	return 0;
}

static void read_boot_id(char out[static STORE_BOOT_ID_MAX])
{
	autoclose int fd = open("/proc/sys/kernel/random/boot_id",
				O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out, STORE_BOOT_ID_MAX - 1);

	if (got <= 0) { /* no procfs: boots cannot be told apart */
		out[0] = '-';
		got = 1;
	}
	out[got] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

const char *store_boot_id(struct store *store)
{
	(void)pthread_mutex_lock(&store->lock); /* plain mutex */
	if (!store->boot_id[0])
		read_boot_id(store->boot_id);
	(void)pthread_mutex_unlock(&store->lock);
	return store->boot_id;
}
