/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays for steps. */
#include "builder/steps/step_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/overlay.h"
#include "base/strvec.h"
#include "layers/image/layer_commit.h"
#include "layers/image/rootfs_view.h"

int step_files_look(const struct store *store, const struct image_state *image,
		    int *root_out, struct error *err)
{
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	struct rootfs_view view = ROOTFS_VIEW_INIT;

	image_state_folders(image, &folders);
	view.store = store;
	view.layers = folders.items;
	view.layer_count = folders.count;
	view.is_bare = true;
	return rootfs_view_open(&view, root_out, err);
}

struct lowers {
	int *fds; /* topmost first */
	size_t count;
};

static void lowers_release(struct lowers *lowers)
{
	for (size_t i = 0; i < lowers->count; i++)
		cleanup_close(&lowers->fds[i]);
	free(lowers->fds);
}
DEFINE_CLEANUP(struct lowers, lowers_release)

static int open_lowers(const struct store *store,
		       const struct image_state *image, struct lowers *out,
		       struct error *err)
{
	out->fds = xcalloc(image->layer_count + 1, sizeof(*out->fds));
	for (size_t i = image->layer_count; i > 0; i--) {
		if (layer_open(store, image->layers[i - 1].folder,
			       &out->fds[out->count], err) < 0)
			return -1;
		out->count++;
	}
	if (out->count)
		return 0;
	if (store_folder(store, "empty", &out->fds[0], err) < 0)
		return -1;
	out->count = 1;
	return 0;
}

/* "/" has the mode and the owner of the one below. */
static int give_root(const struct step_files *files, struct error *err)
{
	struct stat st;

	if (fstat(files->below, &st) < 0 ||
	    fchown(files->draft.tree_fd, st.st_uid, st.st_gid) < 0 ||
	    fchmod(files->draft.tree_fd, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give the layer its root");
	return 0;
}

static int mount_both(const struct store *store,
		      const struct image_state *image, struct step_files *out,
		      struct error *err)
{
	autoclean(lowers_release) struct lowers lowers = { NULL, 0 };
	autoclose int work = -1;
	struct overlay_plan plan = { .is_volatile = true };

	if (mkdirat(out->draft.folder_fd, "work", 0700) < 0)
		return error_sys(err, errno, "make overlay work folder");
	work = openat(out->draft.folder_fd, "work",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work < 0)
		return error_sys(err, errno, "open overlay work folder");
	if (open_lowers(store, image, &lowers, err) < 0)
		return -1;
	plan.lower_fds = lowers.fds;
	plan.lower_count = lowers.count;
	plan.upper_fd = out->draft.tree_fd;
	plan.work_fd = work;
	return overlay_mount(&plan, &out->root, err);
}

int step_files_open(const struct store *store, const struct image_state *image,
		    struct step_files *out, struct error *err)
{
	autoclean(step_files_release) struct step_files files = STEP_FILES_INIT;

	files.begun = clock_now();
	if (layer_draft_open(store, &files.draft, err) < 0 ||
	    step_files_look(store, image, &files.below, err) < 0 ||
	    (image->layer_count && give_root(&files, err) < 0) ||
	    mount_both(store, image, &files, err) < 0)
		return error_wrap(err, "mount the layers");
	*out = files;
	files = (struct step_files)STEP_FILES_INIT;
	return 0;
}

int step_files_commit(struct store *store, struct step_files *files,
		      const struct step_times *times, struct layer_made *out,
		      struct error *err)
{
	struct layer_commit commit = {
		.store = store,
		.draft = &files->draft,
		.lease = times->lease,
		.tidy = {
			.lower = files->below,
			.restores_times = times->restores,
			/* the kernel's clock for files ticks coarsely */
			.touched = files->begun - CLOCK_SECOND / 50,
			.made = clock_join(times->made, 0),
			.has_latest = times->has_latest,
			.latest = times->latest,
		},
	};

	cleanup_close(&files->root); /* the mount goes with it */
	if (files->draft.folder_fd >= 0 &&
	    fs_remove_tree(files->draft.folder_fd, "work", err) < 0)
		return -1;
	return layer_commit(&commit, out, err);
}

void step_files_release(struct step_files *files)
{
	cleanup_close(&files->root);
	cleanup_close(&files->below);
	layer_draft_release(&files->draft);
	*files = (struct step_files)STEP_FILES_INIT;
}
