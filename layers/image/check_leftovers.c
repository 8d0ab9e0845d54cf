/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and removing what was left behind. */
#include "layers/image/check_leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

bool check_is_temporary(const char *name)
{
	return !strncmp(name, ".tmp-", 5);
}

/* Removes PATH when that is wanted, and reports it either way. */
static int report_leftover(struct check *check, const char *path,
			   const char *text, struct error *err)
{
	const struct check_request *request = check->request;

	if (request->repair &&
	    fs_remove_tree(request->store->root_fd, path, err) < 0)
		return -1;
	check_report(check, CHECK_LEFTOVER, request->repair, path, "%s", text);
	return 0;
}

int check_temporary(struct check *check, const char *path, struct error *err)
{
	struct stat st;

	if (fstatat(check->request->store->root_fd, path, &st,
		    AT_SYMLINK_NOFOLLOW) < 0 ||
	    !check_is_old(check, st.st_mtime, CHECK_HOUR))
		return 0; /* gone, or still being written */
	return report_leftover(check, path, "a file that was not finished",
			       err);
}

/* Whether somebody holds a lock on the file or folder PATH. */
static bool is_locked(const struct check *check, const char *path)
{
	autoclose int fd = openat(check->request->store->root_fd, path,
				  O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
}

/* "layers/.new-<pid>-<random>": being extracted, or removed, by a process. */
static int check_layer_entry(struct check *check, const char *path,
			     const struct stat *st, struct error *err)
{
	const char *dash = strchr(path, '-');
	long pid = dash ? strtol(dash + 1, NULL, 10) : 0;

	(void)st;
	if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
		return 0;
	return report_leftover(check, path, "a layer that was not finished",
			       err);
}

/* A download, its notes, its lock, or the members of an archive. */
static int check_partial_entry(struct check *check, const char *path,
			       const struct stat *st, struct error *err)
{
	size_t length = strlen(path);
	bool is_spool = strstr(path, "/.spool-") != NULL;
	const char *suffix = length > 5 ? path + length - 5 : "";
	autofree char *lock = NULL;

	if (is_spool && check_is_old(check, st->st_mtime, CHECK_HOUR) &&
	    !is_locked(check, path))
		return report_leftover(check, path,
				       "members of an archive that was not "
				       "loaded",
				       err);
	if (is_spool || !check_is_old(check, st->st_mtime, CHECK_DOWNLOAD_AGE))
		return 0;
	if (!strcmp(suffix, ".lock"))
		lock = xstrdup(path);
	else if (!strcmp(suffix, ".have"))
		lock = xasprintf("%.*s.lock", (int)length - 5, path);
	else
		lock = xasprintf("%s.lock", path);
	if (is_locked(check, lock))
		return 0;
	return report_leftover(check, path,
			       "a download that nobody took up again", err);
}

static int check_lease(struct check *check, const char *path,
		       const struct stat *st, struct error *err)
{
	(void)st;
	if (is_locked(check, path))
		return 0;
	return report_leftover(check, path, "a lease whose holder is gone",
			       err);
}

static int check_root_entry(struct check *check, const char *path,
			    const struct stat *st, struct error *err)
{
	(void)st;
	return check_is_temporary(path) ? check_temporary(check, path, err) : 0;
}

/* A folder of the store, and which entries of it may be left over. */
struct place {
	const char *folder;
	const char *start; /* of the names it is about; "" for all */
	int (*check)(struct check *check, const char *path,
		     const struct stat *st, struct error *err);
};

static const struct place places[] = {
	{ "layers", ".", check_layer_entry },
	{ "partial", "", check_partial_entry },
	{ "leases", "", check_lease },
	{ ".", ".tmp-", check_root_entry },
};

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static int check_entry(struct check *check, const struct place *place,
		       const char *name, struct error *err)
{
	autofree char *path = strcmp(place->folder, ".") != 0
				      ? xasprintf("%s/%s", place->folder, name)
				      : xstrdup(name);
	struct stat st;

	if (is_dots(name) ||
	    strncmp(name, place->start, strlen(place->start)) != 0 ||
	    fstatat(check->request->store->root_fd, path, &st,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return place->check(check, path, &st, err);
}

static int check_place(struct check *check, const struct place *place,
		       struct error *err)
{
	int fd = openat(check->request->store->root_fd, place->folder,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read %s", place->folder);
	while (result == 0 && (entry = readdir(dir)))
		result = check_entry(check, place, entry->d_name, err);
	(void)closedir(dir); /* only read */
	return result;
}

/* "containers/<shard>/<id>" without its document: whoever made it was killed.
 */
static int check_container(struct check *check, const char *path,
			   const struct stat *st, struct error *err)
{
	autofree char *document = xasprintf("%s/container.json", path);

	if (fs_exists(check->request->store->root_fd, document) ||
	    !check_is_old(check, st->st_mtime, CHECK_HOUR))
		return 0;
	return report_leftover(check, path, "a container that was not finished",
			       err);
}

/* "containers/.<id>": a container that is gone, its files being deleted. */
static int check_shard(struct check *check, const char *path,
		       const struct stat *st, struct error *err)
{
	const struct place shard = { path, "", check_container };

	if (*(strrchr(path, '/') + 1) != '.')
		return check_place(check, &shard, err);
	if (!check_is_old(check, st->st_mtime, CHECK_HOUR))
		return 0;
	return report_leftover(check, path,
			       "files of a container that was removed", err);
}

static int check_containers(struct check *check, struct error *err)
{
	static const struct place containers = { "containers", "",
						 check_shard };

	return check_place(check, &containers, err);
}

int check_leftovers(struct check *check, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	/* nobody begins a lease meanwhile, so an unlocked one is over */
	if (store_lock(check->request->store, LOCKFILE_EXCLUSIVE, &lock, err) <
	    0)
		return -1;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (check_place(check, &places[i], err) < 0)
			return -1;
	}
	return check_containers(check, err);
}
