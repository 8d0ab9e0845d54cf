/* SPDX-License-Identifier: Apache-2.0 */
/* Filling volumes from the image, and giving them away. */
#include "runtime/engine/container_volumes.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "runtime/copy_up.h"
#include "runtime/engine/spec_parts.h"

enum { OWN_DEPTH_MAX = 512 };

static bool is_empty(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	unsigned entries = 0;

	if (!dir)
		return false;
	while (entries < 3 && readdir(dir))
		entries++;
	(void)closedir(dir); /* only read */
	return entries < 3;  /* "." and ".." */
}

/* The volume's own folder looks like the one it covers. */
static int take_attributes(int from, int to, struct error *err)
{
	struct stat st;

	if (fstat(from, &st) < 0 || fchown(to, st.st_uid, st.st_gid) < 0 ||
	    fchmod(to, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give volume its owner");
	return 0;
}

/* What is named by a descriptor is a link; everything else is none. */
static int open_source(const char *source, int flags)
{
	bool is_opened = !strncmp(source, "/proc/self/fd/", 14);

	return open(source, flags | O_CLOEXEC | (is_opened ? 0 : O_NOFOLLOW));
}

/* What nobody used yet is the container's root's. */
static int give(int to, const struct id_maps *ids, struct error *err)
{
	uint32_t uid;
	uint32_t gid;

	if (id_maps_outside(&ids->uids, 0, &uid) &&
	    id_maps_outside(&ids->gids, 0, &gid) && fchown(to, uid, gid) < 0)
		return error_sys(err, errno, "give volume its owner");
	return 0;
}

static int fill(const json_t *mount, const struct id_maps *ids, int rootfs_fd,
		struct error *err)
{
	const char *source = spec_string(mount, "Source");
	autoclose int to = open_source(source, O_RDONLY | O_DIRECTORY);
	autoclose int from = -1;

	if (to < 0 && errno == ENOTDIR)
		return 0; /* a file is part of a volume that is not empty */
	if (to < 0)
		return error_sys(err, errno, "open volume %s", source);
	from = fs_open_raw(rootfs_fd, spec_string(mount, "Destination"),
			   FS_IN_ROOT, O_RDONLY | O_DIRECTORY, 0);
	if (!is_empty(to))
		return 0; /* it was used meanwhile */
	if (from < 0)
		return give(to, ids, err);
	if (copy_up(from, to) < 0)
		return error_sys(err, errno, "fill volume %s",
				 spec_string(mount, "Name"));
	return take_attributes(from, to, err);
}

static bool was_started(const struct container *container)
{
	return fs_exists(container->folder_fd, "started");
}

int container_volumes_fill(const struct container *container,
			   const json_t *mounts, const struct id_maps *ids,
			   int rootfs_fd, struct error *err)
{
	const json_t *mount;
	size_t index;

	if (was_started(container))
		return 0;
	json_array_foreach(mounts, index, mount)
	{
		if (json_is_true(json_object_get(mount, "CopyUp")) &&
		    fill(mount, ids, rootfs_fd, err) < 0)
			return -1;
	}
	return 0;
}

static int own_tree(int fd, const struct userdb_identity *user, unsigned depth,
		    struct error *err);

static int own_entry(int folder, const char *name,
		     const struct userdb_identity *user, unsigned depth,
		     struct error *err)
{
	struct stat st;
	int fd;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_sys(err, errno, "%s", name);
	if (!S_ISDIR(st.st_mode)) {
		if (fchownat(folder, name, user->uid, user->gid,
			     AT_SYMLINK_NOFOLLOW) < 0 &&
		    errno != ENOENT)
			return error_sys(err, errno, "change owner of %s",
					 name);
		return 0;
	}
	fd = openat(folder, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", name);
	return own_tree(fd, user, depth + 1, err);
}

/* Closes FD. */
static int own_tree(int fd, const struct userdb_identity *user, unsigned depth,
		    struct error *err)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int result = 0;

	if (!dir) {
		(void)close(fd); /* only read */
		return error_sys(err, errno, "read a folder");
	}
	if (depth > OWN_DEPTH_MAX)
		result = error_set(err, ERROR_TOO_LARGE,
				   "folders nest too deep");
	else if (fchown(fd, user->uid, user->gid) < 0)
		result = error_sys(err, errno, "change owner");
	while (result == 0 && (entry = readdir(dir)))
		result = own_entry(fd, entry->d_name, user, depth, err);
	(void)closedir(dir); /* only read */
	return result;
}

/* Those that a machine does not survive being given away. */
static bool is_of_system(const char *source)
{
	static const char *const folders[] = {
		"/",	  "/bin", "/boot", "/dev",  "/etc",  "/home", "/lib",
		"/lib64", "/mnt", "/opt",  "/proc", "/root", "/run",  "/sbin",
		"/srv",	  "/sys", "/tmp",  "/usr",  "/var",
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (!strcmp(source, folders[i]))
			return true;
	}
	return false;
}

static int own(const json_t *mount, const struct userdb_identity *user,
	       struct error *err)
{
	const char *source = spec_string(mount, "Source");
	autoclose int fd = -1;
	int folder;

	if (is_of_system(source))
		return error_set(err, ERROR_DENIED,
				 "changing the owner of %s is not permitted",
				 source);
	fd = open(source, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", source);
	if (fchownat(fd, "", user->uid, user->gid, AT_EMPTY_PATH) < 0)
		return error_sys(err, errno, "change owner of %s", source);
	folder = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return errno == ENOTDIR ? 0
					: error_sys(err, errno, "%s", source);
	return own_tree(folder, user, 0, err);
}

int container_volumes_own(const json_t *mounts,
			  const struct userdb_identity *user, struct error *err)
{
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (json_is_true(json_object_get(mount, "Chown")) &&
		    own(mount, user, err) < 0)
			return error_wrap(err, "mount %s",
					  spec_string(mount, "Destination"));
	}
	return 0;
}
