/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners, modes, extended attributes and times, in the one order that keeps
 * them all: chown clears setuid bits and capabilities, chmod keeps
 * capabilities, and everything before the time would change it. Calls that
 * would change nothing are left out: they are an eighth of the work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/tar/extract_internal.h"
#include "layers/tar/owner_note.h"

/*
 * The owner is an id that this user namespace has not. Where it has only one,
 * every owner is noted, which links and devices cannot be; where there is a
 * range, the user can make it longer.
 */
static int note_owner(const struct extract_item *item,
		      const struct extract_target *target, struct error *err)
{
	const struct entry *entry = item->entry;

	if (!item->extract->notes_owners)
		return error_set(err, ERROR_UNSUPPORTED,
				 "its owner %u:%u is not among the ids mapped "
				 "for this user: give it more of them in "
				 "/etc/subuid and /etc/subgid",
				 (unsigned)entry->uid, (unsigned)entry->gid);
	return target->fd < 0 ? 0 : owner_note_write(target->fd, entry, err);
}

static int set_owner(struct extract_item *item,
		     const struct extract_target *target, struct error *err)
{
	const struct extract *extract = item->extract;
	uid_t uid = (uid_t)item->entry->uid;
	gid_t gid = (gid_t)item->entry->gid;
	int result;

	if (extract->options.ignore_owners)
		return 0;
	if (extract->options.ids &&
	    !idshift_out(extract->options.ids, &uid, &gid))
		return error_set(err, ERROR_INVALID,
				 "its owner %u:%u is not among the ids of the "
				 "container",
				 uid, gid);
	if (target->exact_owner && !item->setgid && uid == extract->uid &&
	    gid == extract->gid)
		return 0;
	if (target->fd >= 0)
		result = fchown(target->fd, uid, gid);
	else
		result = fchownat(item->parent, item->path->leaf, uid, gid,
				  AT_SYMLINK_NOFOLLOW);
	if (result < 0 && errno == EINVAL && extract->options.rootless)
		return note_owner(item, target, err);
	if (result < 0)
		return error_sys(err, errno, "set owner %u:%u", uid, gid);
	return 0;
}

/* fchmodat follows links, so a node is opened first and changed by magic. */
static int set_mode_of_node(struct extract_item *item, mode_t mode,
			    struct error *err)
{
	char path[64];
	autoclose int fd = openat(item->parent, item->path->leaf,
				  O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "open it");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* fits */
	if (chmod(path, mode) < 0)
		return error_sys(err, errno, "set mode");
	return 0;
}

static int set_mode(struct extract_item *item,
		    const struct extract_target *target, struct error *err)
{
	mode_t mode = item->entry->mode;

	if (item->entry->type == ENTRY_SYMLINK)
		return 0;
	if (target->exact_mode && !(mode & 07000) &&
	    !(mode & item->extract->options.umask) && !item->setgid)
		return 0;
	if (target->fd < 0)
		return set_mode_of_node(item, mode, err);
	if (extract_fixup_needs_mode(item->extract, item->entry))
		mode |= 0700;
	if (fchmod(target->fd, mode) < 0)
		return error_sys(err, errno, "set mode");
	return 0;
}

static int set_xattr(struct extract_item *item,
		     const struct extract_target *target,
		     const struct entry_xattr *xattr)
{
	autofree char *path = NULL;

	if (target->fd >= 0)
		return fsetxattr(target->fd, xattr->name, xattr->value,
				 xattr->size, 0);
	/* the last component is not followed, the descriptor is our own */
	path = xasprintf("/proc/self/fd/%d/%s", item->parent, item->path->leaf);
	return lsetxattr(path, xattr->name, xattr->value, xattr->size, 0);
}

static int set_xattrs(struct extract_item *item,
		      const struct extract_target *target, struct error *err)
{
	bool rootless = item->extract->options.rootless;

	for (size_t i = 0; i < item->entry->xattr_count; i++) {
		const struct entry_xattr *x = &item->entry->xattrs[i];
		enum entry_xattr_rule rule = entry_xattr_rule_of(x->name,
								 rootless);

		if (rule == ENTRY_XATTR_DROP ||
		    !strcmp(x->name, "system.posix_acl_default"))
			continue; /* the latter is a fix-up */
		if (set_xattr(item, target, x) == 0)
			continue;
		if (rule == ENTRY_XATTR_OPTIONAL &&
		    (errno == ENOTSUP || errno == EPERM))
			continue;
		return error_sys(err, errno, "set attribute %s", x->name);
	}
	return 0;
}

static int set_times(struct extract_item *item,
		     const struct extract_target *target, struct error *err)
{
	/* access times of the archive mean nothing */
	const struct timespec time = {
		.tv_sec = (time_t)item->entry->mtime,
		.tv_nsec = item->entry->mtime_nanosecond,
	};
	const struct timespec times[2] = { time, time };
	int result;

	if (item->entry->type == ENTRY_DIRECTORY)
		return 0; /* a fix-up: its contents would change it */
	if (target->fd >= 0)
		result = futimens(target->fd, times);
	else
		result = utimensat(item->parent, item->path->leaf, times,
				   AT_SYMLINK_NOFOLLOW);
	return result < 0 ? error_sys(err, errno, "set times") : 0;
}

int extract_attributes(struct extract_item *item,
		       const struct extract_target *target, struct error *err)
{
	if (set_owner(item, target, err) < 0 ||
	    set_mode(item, target, err) < 0 ||
	    set_xattrs(item, target, err) < 0)
		return -1;
	return set_times(item, target, err);
}
