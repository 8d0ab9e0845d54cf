/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory an entry goes into.
 *
 * One directory is kept open: entries mostly come directory by directory, and
 * a larger cache was measured to gain nothing. It is found again by its name,
 * so it is forgotten whenever a directory or a link is removed; a name that
 * meant one directory may mean another from then on (containerd's
 * CVE-2025-47290).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/tar/extract_internal.h"

enum { EXTRACT_IMPLICIT_MODE = 0755 };

void extract_parent_forget(struct extract *extract)
{
	struct extract_parent *parent = &extract->parent;

	if (parent->fd >= 0)
		(void)close(parent->fd); /* only read */
	free(parent->path);
	*parent = (struct extract_parent){ NULL, -1, false };
}

static int open_directory(const struct extract *extract, const char *path)
{
	return fs_open_raw(extract->options.directory, *path ? path : ".",
			   FS_IN_ROOT, O_RDONLY | O_DIRECTORY, 0);
}

static int keep(struct extract *extract, const char *path, int fd,
		struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		error_sys(err, errno, "stat its directory");
		(void)close(fd); /* only read */
		return -1;
	}
	extract_parent_forget(extract);
	extract->parent = (struct extract_parent){
		xstrdup(path), fd, (st.st_mode & S_ISGID) != 0
	};
	return 0;
}

/*
 * A whiteout where a directory is wanted: this layer deletes what was below
 * and puts a directory of its own there.
 */
static int replace_whiteout(struct extract *extract, int parent,
			    const char *name, bool *replaced, struct error *err)
{
	struct stat st;

	*replaced = false;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", name);
	if (!extract_is_whiteout(&st))
		return 0;
	if (extract_remove(extract, parent, name, err) < 0)
		return -1;
	*replaced = true;
	return 0;
}

/*
 * Makes the directory NAME in PARENT, which PREFIX leads to. FD_OUT is -1 when
 * a link that leads nowhere has the name.
 */
static int make_directory(struct extract *extract, int parent, const char *name,
			  const char *prefix, int *fd_out, struct error *err)
{
	*fd_out = -1;
	if (mkdirat(parent, name, EXTRACT_IMPLICIT_MODE) < 0) {
		if (errno == EEXIST)
			return 0;
		return error_sys(err, errno, "make directory %s", name);
	}
	*fd_out = openat(parent, name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd_out < 0)
		return error_sys(err, errno, "open directory %s", name);
	if (extract->options.umask & EXTRACT_IMPLICIT_MODE &&
	    fchmod(*fd_out, EXTRACT_IMPLICIT_MODE) < 0)
		return error_sys(err, errno, "set mode of %s", name);
	if (path_set_add(&extract->implicit, prefix, err) < 0 ||
	    extract_mark_seen(extract, prefix, err) < 0)
		return -1;
	return extract_fixup_add(extract, prefix, NULL, err);
}

/* Opens or makes PREFIX, whose last component is NAME in directory CURRENT. */
static int step(struct extract *extract, int current, const char *name,
		const char *prefix, int *fd_out, struct error *err)
{
	bool replaced = false;
	int why;

	*fd_out = open_directory(extract, prefix);
	if (*fd_out >= 0)
		return 0;
	why = errno;
	if (why == ENOTDIR &&
	    replace_whiteout(extract, current, name, &replaced, err) < 0)
		return -1;
	if (why == ENOTDIR && !replaced)
		return error_set(
			err, ERROR_INVALID,
			"its path goes through something that is no directory");
	if (why != ENOENT && !replaced)
		return error_sys(err, why, "open its directory");
	if (make_directory(extract, current, name, prefix, fd_out, err) < 0)
		return -1;
	return replaced ? extract_mark_opaque(extract, *fd_out, err) : 0;
}

/*
 * Every prefix is opened from the root, since only from there do links lead
 * where they would in a container.
 */
static int make_way(struct extract *extract, const char *path, int *fd_out,
		    struct error *err)
{
	autofree char *prefix = xstrdup(path);
	autoclose int current = open_directory(extract, "");
	char *name = prefix;

	if (current < 0)
		return error_sys(err, errno, "open the layer's root");
	while (*name) {
		char *slash = strchrnul(name, '/');
		char kept = *slash;
		int next = -1;
		int result;

		*slash = '\0';
		result = step(extract, current, name, prefix, &next, err);
		if (next >= 0) {
			(void)close(current); /* only read */
			current = next;
		}
		if (result < 0)
			return -1;
		if (next < 0) { /* a link that leads nowhere */
			*fd_out = -1;
			return 0;
		}
		*slash = kept;
		name = kept ? slash + 1 : slash;
	}
	*fd_out = TAKE_FD(current);
	return 0;
}

int extract_parent_open(struct extract *extract, const char *path, bool *found,
			struct error *err)
{
	int fd;

	*found = true;
	if (extract->parent.path && !strcmp(extract->parent.path, path))
		return 0;
	fd = open_directory(extract, path);
	if (fd < 0 && errno == ELOOP)
		return error_set(err, ERROR_INVALID,
				 "its path goes round in links");
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return error_sys(err, errno, "open its directory");
	if (fd < 0 && make_way(extract, path, &fd, err) < 0)
		return -1;
	if (fd < 0) {
		*found = false;
		return 0;
	}
	return keep(extract, path, fd, err);
}

int extract_remove(struct extract *extract, int fd, const char *name,
		   struct error *err)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : error_sys(err, errno, "stat %s", name);
	/* FD itself may be the kept directory: its name is dropped, it stays */
	if (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)) {
		free(extract->parent.path);
		extract->parent.path = NULL;
	}
	return fs_remove_tree(fd, name, err);
}
