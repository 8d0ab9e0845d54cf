/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that depend on what lies below them. */
#include "layers/image/layer_merge.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/overlay.h"

/* "<diffID>-<start of the digest of the parents' names>" */
static char *dependent_name(const struct layer_merge *merge,
			    const struct digest *diff_id)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	struct digest chain;

	for (size_t i = 0; i < merge->parent_count; i++) {
		const char *name = merge->parents[i];

		hasher_update(hasher, name, strlen(name) + 1);
	}
	hasher_finish(hasher, &chain);
	return xasprintf("%s-%.16s", digest_hex(diff_id), digest_hex(&chain));
}

enum found {
	FOUND_NOTHING,
	FOUND_PLAIN, /* a directory such as an implicit one is made */
	FOUND_OTHER, /* anything that the layer must take over */
};

/* What a parent has at PATH, links not followed anywhere. */
static enum found look(int tree_fd, const char *path)
{
	autoclose int fd = fs_open_raw(tree_fd, path, FS_NO_LINKS,
				       O_RDONLY | O_DIRECTORY, 0);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? FOUND_NOTHING : FOUND_OTHER;
	if (fstat(fd, &st) < 0 || (st.st_mode & 07777) != 0755 || st.st_uid ||
	    st.st_gid || flistxattr(fd, NULL, 0) > 0)
		return FOUND_OTHER;
	return FOUND_PLAIN;
}

/* Whether the topmost parent that has PATH has it in a way of its own. */
static bool is_special(const int *parent_fds, size_t count, const char *path)
{
	for (size_t i = count; i > 0; i--) {
		enum found found = look(parent_fds[i - 1], path);

		if (found != FOUND_NOTHING)
			return found == FOUND_OTHER;
	}
	return false;
}

static bool has_special(const int *parent_fds, size_t count,
			const struct strvec *implicit)
{
	for (size_t i = 0; i < implicit->count; i++) {
		if (is_special(parent_fds, count, implicit->items[i]))
			return true;
	}
	return false;
}

struct parents {
	int *fds; /* lowest first */
	size_t count;
};

static void parents_release(struct parents *parents)
{
	for (size_t i = 0; i < parents->count; i++)
		cleanup_close(&parents->fds[i]);
	free(parents->fds);
	*parents = (struct parents){ NULL, 0 };
}
DEFINE_CLEANUP(struct parents, parents_release)

static int open_parents(const struct layer_merge *merge, struct parents *out,
			struct error *err)
{
	out->fds = xcalloc(merge->parent_count, sizeof(*out->fds));
	for (size_t i = 0; i < merge->parent_count; i++) {
		if (layer_open(merge->request->store, merge->parents[i],
			       &out->fds[i], err) < 0)
			return -1;
		out->count++;
	}
	return 0;
}

/* In a mount the upper folder's root is the root: it looks as below. */
static int take_root(const struct parents *parents,
		     const struct layer_draft *draft, struct error *err)
{
	struct stat st;

	if (fstat(parents->fds[parents->count - 1], &st) < 0 ||
	    fchown(draft->tree_fd, st.st_uid, st.st_gid) < 0 ||
	    fchmod(draft->tree_fd, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give layer its root");
	return 0;
}

/* A mount of the parents whose upper layer is the draft's tree. */
static int mount_upon(const struct parents *parents,
		      const struct layer_draft *draft, int *mount_out,
		      struct error *err)
{
	autofree int *lowers = xcalloc(parents->count, sizeof(*lowers));
	autoclose int work = -1;
	struct overlay_plan plan = {
		.lower_fds = lowers,
		.lower_count = parents->count,
		.upper_fd = draft->tree_fd,
		.is_volatile = true,
	};

	for (size_t i = 0; i < parents->count; i++)
		lowers[i] = parents->fds[parents->count - 1 - i];
	if (mkdirat(draft->folder_fd, "work", 0700) < 0)
		return error_sys(err, errno, "make overlay work folder");
	work = openat(draft->folder_fd, "work",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work < 0)
		return error_sys(err, errno, "open overlay work folder");
	plan.work_fd = work;
	return overlay_mount(&plan, mount_out, err);
}

static int make_upon(const struct layer_merge *merge,
		     const struct parents *parents, const char *name,
		     struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	bool needs_parents = false;
	int mount_fd = -1;
	int result;

	if (layer_draft_open(merge->request->store, &draft, err) < 0 ||
	    take_root(parents, &draft, err) < 0 ||
	    mount_upon(parents, &draft, &mount_fd, err) < 0)
		return -1;
	result = layer_unpack(merge->request, &draft, mount_fd, &record,
			      &needs_parents, err);
	cleanup_close(&mount_fd); /* unmounts: nothing else holds it */
	if (result < 0 || fs_remove_tree(draft.folder_fd, "work", err) < 0)
		return -1;
	return layer_draft_commit(merge->request->store, &draft, name, &record,
				  err);
}

/* Whether the layer can stand alone upon these parents. */
static bool stands_alone(const struct layer_merge *merge,
			 const struct parents *parents,
			 const struct digest *diff_id)
{
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclean(error_release) struct error absent = ERROR_INIT;

	if (!merge->parent_count)
		return true;
	if (merge->needs_parents ||
	    layer_load(merge->request->store, digest_hex(diff_id), &record,
		       &absent) < 0)
		return false;
	return !has_special(parents->fds, parents->count, &record.implicit);
}

int layer_merge(const struct layer_merge *merge, const struct digest *diff_id,
		char **name_out, struct error *err)
{
	autoclean(parents_release) struct parents parents = { NULL, 0 };
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autofree char *name = NULL;

	if (merge->needs_parents && !merge->parent_count)
		return error_set(err, ERROR_CORRUPT,
				 "layer %s: a hard link leads to no file",
				 merge->request->blob->digest.text);
	if (open_parents(merge, &parents, err) < 0)
		return -1;
	if (stands_alone(merge, &parents, diff_id)) {
		*name_out = xstrdup(digest_hex(diff_id));
		return 0;
	}
	name = dependent_name(merge, diff_id);
	if (layer_load(merge->request->store, name, &record, err) < 0) {
		error_release(err); /* not made yet, or not to be trusted */
		if (make_upon(merge, &parents, name, err) < 0)
			return error_wrap(err, "layer %s",
					  merge->request->blob->digest.text);
	}
	*name_out = TAKE_PTR(name);
	return 0;
}
