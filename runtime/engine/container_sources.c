/* SPDX-License-Identifier: Apache-2.0 */
/* Opening parts of volumes, and images. */
#include "runtime/engine/container_sources.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/overlay.h"
#include "layers/image/rootfs_view.h"
#include "layers/store/layer.h"
#include "runtime/engine/spec_request.h"
#include "runtime/tree_fetch.h"

/* docker's words; a link that leads out of the volume is refused, too. */
static int open_part(const json_t *mount, int *out, struct error *err)
{
	const char *source = spec_string(mount, "Source");
	const char *part = spec_string(mount, "Subpath");
	autoclose int root = open(source, O_PATH | O_DIRECTORY | O_NOFOLLOW |
						  O_CLOEXEC);

	if (root < 0)
		return error_sys(err, errno, "open volume %s", source);
	if (fs_open(root, part, FS_BENEATH, O_PATH, 0, out, err) < 0)
		return error_wrap(err, "cannot access path %s/%s", source,
				  part);
	return 0;
}

static int open_image(const struct store *store, const json_t *mount, int *out,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	struct rootfs_view view = ROOTFS_VIEW_INIT;
	const char *part = spec_string(mount, "Subpath");
	autoclose int whole = -1;

	if (jsonx_opt_strings(mount, "Layers", &layers, err) < 0)
		return -1;
	view.store = store;
	view.layers = layers.items;
	view.layer_count = layers.count;
	if (rootfs_view_open(&view, &whole, err) < 0)
		return -1;
	if (*part)
		return tree_fetch_part(whole, part, out, err);
	*out = TAKE_FD(whole);
	return 0;
}

/* Folders of an overlay, topmost first. */
struct folders {
	int *fds;
	size_t count;
};

static void folders_release(struct folders *folders)
{
	for (size_t i = 0; i < folders->count; i++)
		cleanup_close(&folders->fds[i]);
	free(folders->fds);
}
DEFINE_CLEANUP(struct folders, folders_release)

static int open_path(const char *path, int *out, struct error *err)
{
	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out < 0 ? error_sys(err, errno, "open %s", path) : 0;
}

static int open_lowers(const struct store *store, const json_t *mount,
		       struct folders *out, struct error *err)
{
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	const char *base = spec_string(mount, "Base");

	if (jsonx_opt_strings(mount, "Layers", &layers, err) < 0)
		return -1;
	out->fds = xcalloc(layers.count + 1, sizeof(*out->fds));
	for (size_t i = layers.count; i > 0; i--) {
		if (layer_open(store, layers.items[i - 1],
			       &out->fds[out->count], err) < 0)
			return -1;
		out->count++;
	}
	if (*base && open_path(base, &out->fds[out->count], err) < 0)
		return -1;
	out->count += *base != '\0';
	return 0;
}

/* What a build shows of a context or an image: "Upper" takes what is written.
 */
static int open_overlay(const struct store *store, const json_t *mount,
			int *out, struct error *err)
{
	autoclean(folders_release) struct folders lowers = { NULL, 0 };
	const char *part = spec_string(mount, "Subpath");
	struct overlay_plan plan = { .is_volatile = true };
	autoclose int upper = -1;
	autoclose int work = -1;
	autoclose int whole = -1;

	if (open_lowers(store, mount, &lowers, err) < 0 ||
	    open_path(spec_string(mount, "Upper"), &upper, err) < 0 ||
	    open_path(spec_string(mount, "Work"), &work, err) < 0)
		return -1;
	plan.lower_fds = lowers.fds;
	plan.lower_count = lowers.count;
	plan.upper_fd = upper;
	plan.work_fd = work;
	if (overlay_mount(&plan, &whole, err) < 0)
		return -1;
	if (*part)
		return tree_fetch_part(whole, part, out, err);
	*out = TAKE_FD(whole);
	return 0;
}

static bool is_image(const json_t *mount)
{
	return !strcmp(spec_string(mount, "Type"), "image");
}

static bool is_overlay(const json_t *mount)
{
	return !strcmp(spec_string(mount, "Type"), "overlay");
}

static bool is_plain(const json_t *mount)
{
	return !is_image(mount) && !is_overlay(mount) &&
	       !*spec_string(mount, "Subpath");
}

static int open_one(const struct store *store, json_t *mount,
		    struct container_sources *out, struct error *err)
{
	autofree char *name = NULL;
	int fd = -1;

	if (is_image(mount)) {
		if (open_image(store, mount, &fd, err) < 0)
			return error_wrap(err, "mount image %s",
					  spec_string(mount, "Source"));
	} else if (is_overlay(mount)) {
		if (open_overlay(store, mount, &fd, err) < 0)
			return error_wrap(err, "mount %s",
					  spec_string(mount, "Source"));
	} else if (open_part(mount, &fd, err) < 0) {
		return error_wrap(err, "failed to mount volume %s",
				  spec_string(mount, "Name"));
	}
	out->fds = xreallocarray(out->fds, out->count + 1, sizeof(*out->fds));
	out->fds[out->count++] = fd;
	name = xasprintf("/proc/self/fd/%d", fd);
	(void)json_object_set_new(mount, "Source", json_string(name));
	return 0;
}

int container_sources_open(const struct store *store,
			   const struct container *container,
			   struct container_sources *out, struct error *err)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	if (mounts && !json_is_array(mounts))
		return error_set(err, ERROR_CORRUPT, "mounts: not a list");
	out->mounts = mounts ? json_copy((json_t *)(uintptr_t)mounts)
			     : json_array();
	json_array_foreach(out->mounts, index, mount)
	{
		json_t *own;

		if (is_plain(mount))
			continue;
		own = json_copy((json_t *)(uintptr_t)mount);
		(void)json_array_set_new(out->mounts, index,
					 own); /* in range */
		if (open_one(store, own, out, err) < 0)
			return -1;
	}
	return 0;
}

void container_sources_release(struct container_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		cleanup_close(&sources->fds[i]);
	free(sources->fds);
	json_decref(sources->mounts);
	*sources = (struct container_sources)CONTAINER_SOURCES_INIT;
}
