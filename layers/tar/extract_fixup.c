/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What directories get once nothing more is made in them: their times, modes
 * that would have kept us out, and default ACLs that would have been
 * inherited. In the order of the archive, so that the last entry for a name
 * wins; modes after that in reverse, so that a closed directory comes after
 * what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/layers_limits.h"
#include "layers/tar/extract_internal.h"

static const char default_acl[] = "system.posix_acl_default";

bool extract_fixup_needs_mode(const struct extract *extract,
			      const struct entry *entry)
{
	/* root may write anywhere */
	return entry->type == ENTRY_DIRECTORY && extract->options.rootless &&
	       (entry->mode & 0700) != 0700;
}

static void take_acl(struct extract_fixup *fixup, const struct entry *entry)
{
	for (size_t i = 0; i < entry->xattr_count; i++) {
		const struct entry_xattr *x = &entry->xattrs[i];

		if (strcmp(x->name, default_acl) != 0)
			continue;
		free(fixup->default_acl);
		fixup->default_acl = xmemdup(x->value, x->size);
		fixup->default_acl_size = x->size;
	}
}

int extract_fixup_add(struct extract *extract, const char *path,
		      const struct entry *entry, struct error *err)
{
	struct extract_fixup *fixup;

	extract->fixup_bytes += sizeof(*fixup) + strlen(path) + 16;
	if (extract->fixup_bytes > LAYERS_MAX_BOOKKEEPING)
		return error_set(err, ERROR_TOO_LARGE,
				 "too many directories to remember");
	if (extract->fixup_count == extract->fixup_allocated) {
		extract->fixup_allocated += extract->fixup_allocated / 2 + 64;
		extract->fixups = xreallocarray(extract->fixups,
						extract->fixup_allocated,
						sizeof(*extract->fixups));
	}
	fixup = &extract->fixups[extract->fixup_count++];
	*fixup = (struct extract_fixup){ .path = xstrdup(path) };
	if (!entry)
		return 0; /* the epoch: the archive names no time */
	fixup->mtime = entry->mtime;
	fixup->mtime_nanosecond = entry->mtime_nanosecond;
	fixup->mode = entry->mode;
	fixup->set_mode = extract_fixup_needs_mode(extract, entry);
	take_acl(fixup, entry);
	extract->fixup_bytes += fixup->default_acl_size;
	return 0;
}

/*
 * The directory at PATH, or -1 when another kind of entry has taken its place.
 * Its parents are resolved within the root; itself is never a link.
 */
static int open_again(const struct extract *extract, const char *path)
{
	return fs_open_raw(extract->options.directory, path, FS_IN_ROOT,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
}

static int set_times(const struct extract *extract,
		     const struct extract_fixup *fixup, struct error *err)
{
	struct timespec time = { .tv_sec = (time_t)fixup->mtime,
				 .tv_nsec = fixup->mtime_nanosecond };
	struct timespec times[2] = { time, time };
	autoclose int fd = open_again(extract, fixup->path);

	if (fd < 0)
		return 0;
	if (fixup->default_acl &&
	    fsetxattr(fd, default_acl, fixup->default_acl,
		      fixup->default_acl_size, 0) < 0 &&
	    errno != ENOTSUP && errno != EPERM)
		return error_sys(err, errno, "set attribute %s of %s",
				 default_acl, fixup->path);
	if (futimens(fd, times) < 0)
		return error_sys(err, errno, "set times of %s", fixup->path);
	return 0;
}

static int set_mode(const struct extract *extract,
		    const struct extract_fixup *fixup, struct error *err)
{
	autoclose int fd = -1;

	if (!fixup->set_mode)
		return 0;
	fd = open_again(extract, fixup->path);
	if (fd < 0)
		return 0;
	if (fchmod(fd, fixup->mode) < 0)
		return error_sys(err, errno, "set mode of %s", fixup->path);
	return 0;
}

int extract_fixup_apply(struct extract *extract, struct error *err)
{
	for (size_t i = 0; i < extract->fixup_count; i++)
		if (set_times(extract, &extract->fixups[i], err) < 0)
			return -1;
	for (size_t i = extract->fixup_count; i-- > 0;)
		if (set_mode(extract, &extract->fixups[i], err) < 0)
			return -1;
	return 0;
}

void extract_fixup_release(struct extract *extract)
{
	for (size_t i = 0; i < extract->fixup_count; i++) {
		free(extract->fixups[i].path);
		free(extract->fixups[i].default_acl);
	}
	free(extract->fixups);
	extract->fixups = NULL;
	extract->fixup_count = 0;
}
