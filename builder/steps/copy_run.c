/* SPDX-License-Identifier: Apache-2.0 */
/* COPY and ADD, done. */
#include "builder/steps/copy_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/files/file_copy.h"
#include "builder/steps/copy_owner.h"
#include "builder/steps/made_folder.h"
#include "builder/steps/step_files.h"

enum { LINKS_MAX = 40 }; /* the kernel's */

struct running {
	const struct copy_request *request;
	struct copy_plan *plan;
	struct step_files files;
	struct copy_owner owner;
	int64_t made; /* seconds: the time of what has none of its own */
};

static void running_release(struct running *running)
{
	step_files_release(&running->files);
}
DEFINE_CLEANUP(struct running, running_release)

static int own(const struct running *running, int fd, struct error *err)
{
	if (fchown(fd, running->owner.uid, running->owner.gid) < 0)
		return error_sys(err, errno, "set owner %u:%u",
				 running->owner.uid, running->owner.gid);
	return 0;
}

static int make_folder(const struct running *running, const char *path,
		       int *out, struct error *err)
{
	return made_folder_open(running->files.root, path, &running->owner, out,
				err);
}

static bool is_folder(const struct running *running, const char *path)
{
	autoclose int fd = fs_open_raw(running->files.root, path, FS_IN_ROOT,
				       O_PATH | O_DIRECTORY, 0);

	return fd >= 0;
}

/*
 * A destination that is a link to a file means that file, there or not. Only
 * the last component is followed here: those before it the kernel follows.
 */
static int follow(const struct running *running, char **path, struct error *err)
{
	for (int left = LINKS_MAX; left > 0; left--) {
		char *slash = strrchr(*path, '/');
		autofree char *parent = xstrndup(*path,
						 (size_t)(slash - *path) + 1);
		autoclose int fd = fs_open_raw(running->files.root, parent,
					       FS_IN_ROOT,
					       O_RDONLY | O_DIRECTORY, 0);
		char target[PATH_MAX];
		ssize_t length = fd < 0 ? -1
					: readlinkat(fd, slash + 1, target,
						     sizeof(target) - 1);

		if (length < 0)
			return 0; /* no link, or nothing yet */
		target[length] = '\0';
		free(*path);
		*path = *target == '/' ? xstrdup(target)
				       : xasprintf("%s%s", parent, target);
	}
	return error_sys(err, ELOOP, "open %s", *path);
}

static int make_parent(const struct running *running,
		       const struct copy_parent *parent, const char *path,
		       struct error *err)
{
	const struct copy_plan *plan = running->plan;
	const struct copy_owner theirs = { true, parent->uid, parent->gid };
	mode_t mode = plan->has_mode ? mode_change_apply(&plan->mode,
							 parent->mode, true)
				     : parent->mode;
	autoclose int fd = -1;

	if (is_folder(running, path))
		return 0;
	if (made_folder_open(running->files.root, path,
			     plan->keeps_owners ? &theirs : &running->owner,
			     &fd, err) < 0)
		return -1;
	if (fchmod(fd, mode) < 0)
		return error_sys(err, errno, "set mode of %s", path);
	return 0;
}

/* --parents: the folders of PART's name, as they are where it lies. */
static int make_parents(const struct running *running,
			const struct copy_part *part, struct error *err)
{
	const char *destination = running->plan->destination;
	const char *name = part->name;
	autoclose int folder = -1;

	if (!part->parents.count)
		return 0;
	if (make_folder(running, destination, &folder, err) < 0)
		return -1;
	for (size_t i = 0; i < part->parents.count; i++) {
		autofree char *path = NULL;

		name += strcspn(name, "/");
		path = xasprintf("%s/%.*s", destination,
				 (int)(name - part->name), part->name);
		name += *name == '/';
		if (make_parent(running, &part->parents.items[i], path, err) <
		    0)
			return -1;
	}
	return 0;
}

/* The folder that PART goes to, and what it is called in there ("": nothing).
 */
static int find_place(const struct running *running,
		      const struct copy_part *part, int *folder_out,
		      char **name_out, struct error *err)
{
	const char *destination = running->plan->destination;
	bool is_into = destination[strlen(destination) - 1] == '/' ||
		       part->kind == COPY_PART_FOLDER ||
		       is_folder(running, destination);
	autofree char *whole = is_into ? xasprintf("%s/%s", destination,
						   part->name)
				       : xstrdup(destination);
	autofree char *parent = NULL;
	char *slash;

	if (!is_into && follow(running, &whole, err) < 0)
		return -1;
	slash = strrchr(whole, '/');
	parent = xstrndup(whole, (size_t)(slash - whole));
	*name_out = NULL;
	if (part->kind == COPY_PART_FOLDER) {
		*name_out = xstrdup("");
		return make_folder(running, whole, folder_out, err);
	}
	*name_out = xstrdup(slash + 1);
	return make_folder(running, parent, folder_out, err);
}

static int put_inline(const struct running *running,
		      const struct copy_part *part, int folder,
		      const char *name, struct error *err)
{
	const struct copy_plan *plan = running->plan;
	const struct timespec times[2] = { { running->made, 0 },
					   { running->made, 0 } };
	mode_t mode = plan->has_mode
			      ? mode_change_apply(&plan->mode, 0644, false)
			      : 0644;
	autoclose int fd = -1;
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "cannot copy file %s over a folder", name);
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "replace %s", name);
	fd = openat(folder, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(err, errno, "create %s", name);
	if (fs_write_all(fd, part->content, strlen(part->content), err) < 0 ||
	    own(running, fd, err) < 0)
		return -1;
	if (fchmod(fd, mode) < 0 || futimens(fd, times) < 0)
		return error_sys(err, errno, "set mode of %s", name);
	return 0;
}

/* Opens PART's file; *IS_ARCHIVE_OUT tells whether ADD unpacks such a one. */
static int open_archive(const struct running *running,
			const struct copy_part *part, int *out,
			bool *is_archive_out, struct error *err)
{
	const struct build_host *host = running->request->build->host;
	const struct file_item *item = &running->plan->list.items[part->first];

	*is_archive_out = false;
	*out = fs_open_raw(part->root, item->from, FS_NO_LINKS,
			   O_RDONLY | O_NOFOLLOW, 0);
	if (*out < 0)
		return error_sys(err, errno, "open %s", item->from);
	/* compressed bytes need not be a tar's */
	if (copy_owner_is_archive(*out) &&
	    host->look(host->context, *out, is_archive_out, err) < 0)
		return -1;
	if (!*is_archive_out)
		return part->needs_archive
			       ? error_set(err, ERROR_INVALID,
					   "%s is no archive", part->name)
			       : 0;
	if (lseek(*out, 0, SEEK_SET) < 0)
		return error_sys(err, errno, "read %s", item->from);
	return 0;
}

/* The file's own archive, unpacked into the destination; *DONE when it was. */
static int unpack(const struct running *running, const struct copy_part *part,
		  bool *done, struct error *err)
{
	const struct build_host *host = running->request->build->host;
	autoclose int folder = -1;
	autoclose int archive = -1;
	struct build_unpack order = {
		.keeps_owners = !running->owner.is_given,
		.uid = running->owner.uid,
		.gid = running->owner.gid,
	};

	if (open_archive(running, part, &archive, done, err) < 0)
		return -1;
	if (!*done)
		return 0;
	if (make_folder(running, running->plan->destination, &folder, err) < 0)
		return -1;
	order.archive = archive;
	order.folder = folder;
	return host->unpack(host->context, &order, err);
}

static int put_part(const struct running *running, const struct copy_part *part,
		    struct error *err)
{
	struct copy_plan *plan = running->plan;
	struct file_copy copy = {
		.list = &plan->list,
		.first = part->first,
		.count = part->count,
		.root = part->root,
		.uid = running->owner.uid,
		.gid = running->owner.gid,
		.keeps_owners = plan->keeps_owners,
		.mode = plan->has_mode ? &plan->mode : NULL,
	};
	autoclose int folder = -1;
	autofree char *name = NULL;
	bool done = false;

	if (part->kind != COPY_PART_INLINE && !part->count)
		return 0; /* all of it is left out */
	if (part->may_be_archive && unpack(running, part, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (make_parents(running, part, err) < 0 ||
	    find_place(running, part, &folder, &name, err) < 0)
		return -1;
	if (part->kind == COPY_PART_INLINE)
		return put_inline(running, part, folder, name, err);
	if (part->kind == COPY_PART_FILE) {
		struct file_item *item = &plan->list.items[part->first];

		free(item->to);
		item->to = TAKE_PTR(name);
	}
	copy.to = folder;
	return file_copy(&copy, err);
}

int copy_run(const struct copy_request *request, struct copy_plan *plan,
	     const struct image_state *image, struct layer_made *out,
	     struct error *err)
{
	autoclean(running_release) struct running running = {
		.request = request,
		.plan = plan,
		.files = STEP_FILES_INIT,
		.made = image->created,
	};
	const struct image_state nothing = IMAGE_STATE_INIT;
	struct step_times times = {
		.restores = true,
		.has_latest = request->build->has_latest,
		.latest = request->build->latest,
		.lease = request->lease,
	};

	if (plan->newest > running.made)
		running.made = plan->newest;
	if (request->build->has_latest && running.made > times.latest)
		running.made = times.latest;
	times.made = running.made;
	if (copy_owner_find(request->build->store, image, request->copy->chown,
			    &running.owner, err) < 0 ||
	    step_files_open(request->build->store,
			    request->copy->link ? &nothing : image,
			    &running.files, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->part_count; i++)
		if (put_part(&running, &plan->parts[i], err) < 0)
			return -1;
	return step_files_commit(request->build->store, &running.files, &times,
				 out, err);
}
