/* SPDX-License-Identifier: Apache-2.0 */
/* Marks without meaning taken away, times put back. */
#include "layers/tar/upper_tidy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/overlay_marker.h"
#include "layers/tar/whiteout.h"

struct tidy {
	const struct upper_tidy *request;
	struct strvec waiting; /* directories, "" for the root */
};

static int64_t time_of(const struct timespec *time)
{
	return clock_join(time->tv_sec, time->tv_nsec);
}

static struct timespec spec_of(int64_t time)
{
	struct timespec spec = { time / CLOCK_SECOND, time % CLOCK_SECOND };

	if (spec.tv_nsec < 0) {
		spec.tv_sec--;
		spec.tv_nsec += CLOCK_SECOND;
	}
	return spec;
}

/* What lies below PATH: its status; false when there is nothing. */
static bool look_below(const struct tidy *tidy, const char *path,
		       struct stat *st)
{
	autoclose int fd = -1;

	if (tidy->request->lower < 0)
		return false;
	fd = fs_open_raw(tidy->request->lower, *path ? path : ".", FS_NO_LINKS,
			 O_PATH | O_NOFOLLOW, 0);
	return fd >= 0 && fstat(fd, st) == 0;
}

static void drop_opaque(int fd)
{
	static const char *const names[] = { "trusted.overlay.opaque",
					     "user.overlay.opaque",
					     "user.fuseoverlayfs.opaque" };

	/* one of them is there, the others are not */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (fremovexattr(fd, names[i]) < 0)
			errno = 0;
	}
}

static int cap_time(const struct tidy *tidy, int dirfd, const char *name,
		    const struct stat *st, struct error *err)
{
	const struct upper_tidy *request = tidy->request;
	const struct timespec latest[2] = { { request->latest, 0 },
					    { request->latest, 0 } };

	if (!request->has_latest ||
	    time_of(&st->st_mtim) <= clock_join(request->latest, 0))
		return 0;
	if (utimensat(dirfd, name, latest, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "set time of %s", name);
	return 0;
}

/*
 * Whether a mark says anything: NAME of FOLDER is there below, or, without a
 * name, there is something that the folder hides.
 */
static bool is_needed(const struct tidy *tidy, const char *folder,
		      const char *name)
{
	autofree char *path = *folder && *name
				      ? xasprintf("%s/%s", folder, name)
				      : xasprintf("%s%s", folder, name);
	struct stat below;

	return look_below(tidy, path, &below);
}

/* One name in a directory: *CHANGED when it was taken away. */
static int tidy_name(struct tidy *tidy, int fd, const char *folder,
		     const struct dirent *entry, bool *changed,
		     struct error *err)
{
	const char *name = entry->d_name;
	autofree char *path = *folder ? xasprintf("%s/%s", folder, name)
				      : xstrdup(name);
	const char *deleted;
	struct stat st;

	if (strlen(path) > LAYERS_MAX_PATH)
		return error_set(err, ERROR_TOO_LARGE, "a path is too long");
	if (entry->d_type == DT_DIR) {
		strvec_take(&tidy->waiting, TAKE_PTR(path));
		return 0;
	}
	if (entry->d_type != DT_CHR && entry->d_type != DT_UNKNOWN &&
	    strncmp(name, WHITEOUT_PREFIX, strlen(WHITEOUT_PREFIX)) != 0 &&
	    !tidy->request->has_latest && !tidy->request->has_attributes)
		return 0;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode)) {
		strvec_take(&tidy->waiting, TAKE_PTR(path));
		return 0;
	}
	deleted = overlay_marker_deleted(fd, name, &st);
	if (!deleted)
		return cap_time(tidy, fd, name, &st, err);
	if (is_needed(tidy, folder, deleted))
		return 0;
	if (unlinkat(fd, name, 0) < 0)
		return error_sys(err, errno, "remove %s", path);
	*changed = true;
	return 0;
}

static int tidy_names(struct tidy *tidy, int fd, const char *path,
		      bool *changed, struct error *err)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	int result;

	if (!dir) {
		(void)error_sys(err, errno, "list %s", path);
		cleanup_close(&copy);
		return -1;
	}
	while ((result = fs_next(dir, &entry, err)) == 0 && entry) {
		result = tidy_name(tidy, fd, path, entry, changed, err);
		if (result < 0)
			break;
	}
	(void)closedir(dir); /* only read */
	return result;
}

/* The time that the directory is to have; false when it is right. */
static bool wants_time(const struct upper_tidy *request, const struct stat *st,
		       const struct stat *below, struct timespec *out)
{
	int64_t time = time_of(&st->st_mtim);
	int64_t wanted = time;

	if (request->restores_times && time >= request->touched)
		wanted = below ? time_of(&below->st_mtim) : request->made;
	if (request->has_latest && wanted > clock_join(request->latest, 0))
		wanted = clock_join(request->latest, 0);
	*out = spec_of(wanted);
	return wanted != time;
}

static int tidy_folder(struct tidy *tidy, const char *path, struct error *err)
{
	autoclose int fd = fs_open_raw(tidy->request->upper, *path ? path : ".",
				       FS_NO_LINKS,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	struct timespec times[2];
	struct stat below;
	struct stat st;
	bool changed = false;
	bool is_below;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open %s", path);
	is_below = look_below(tidy, path, &below);
	if (!is_below && *path && overlay_marker_is_opaque(fd))
		drop_opaque(fd);
	if (tidy_names(tidy, fd, path, &changed, err) < 0)
		return -1;
	if (!*path) /* the root has no entry in a layer */
		return 0;
	if (!wants_time(tidy->request, &st, is_below ? &below : NULL,
			&times[0]) &&
	    !changed)
		return 0;
	times[1] = times[0];
	if (futimens(fd, times) < 0)
		return error_sys(err, errno, "set time of %s", path);
	return 0;
}

int upper_tidy(const struct upper_tidy *request, struct error *err)
{
	struct tidy tidy = { request, STRVEC_INIT };
	int result = 0;

	strvec_add(&tidy.waiting, "");
	while (result == 0 && tidy.waiting.count) {
		size_t last = tidy.waiting.count - 1;
		autofree char *path = xstrdup(tidy.waiting.items[last]);

		strvec_remove(&tidy.waiting, last);
		result = tidy_folder(&tidy, path, err);
	}
	strvec_release(&tidy.waiting);
	return result;
}
