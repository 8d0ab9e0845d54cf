/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl diff */
#include <fcntl.h>

#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "layers/image/rootfs_view.h"
#include "layers/tar/tree_changes.h"
#include "runtime/engine/container.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_shifted.h"

static const struct usage diff_usage = {
	.arguments = "CONTAINER",
	.summary = "Inspect changes to files or directories on a container's "
		   "filesystem",
	.aliases = "imgctl container diff, imgctl diff",
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static int add_row(void *context, enum tree_change kind, const char *path,
		   struct error *err)
{
	struct strbuf *rows = context;

	(void)err;
	strbuf_addf(rows, "%c %s\n", (char)kind, path);
	return 0;
}

/* What it writes goes into the user's folder: nobody kept the files before. */
static int open_base(const struct container *container, int *fd_out,
		     struct error *err)
{
	if (container_shifted_open(container, fd_out, err) < 0)
		return -1;
	if (*fd_out >= 0 || !container_hostroot_path(container))
		return 0;
	if (!container_hostroot_is_overlaid(container))
		return error_set(err, ERROR_UNSUPPORTED,
				 "cannot diff a container that uses an "
				 "exploded rootfs");
	return container_hostroot_open(container, fd_out, err);
}

static int list(const struct store *store, const struct container *container,
		struct strbuf *rows, struct error *err)
{
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	struct rootfs_view view = ROOTFS_VIEW_INIT;
	autoclose int upper = openat(container->folder_fd, "upper",
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					     O_CLOEXEC);
	autoclose int base = -1;
	autoclose int lower = -1;
	bool has_copy;

	if (upper < 0)
		return error_sys(err, errno, "open the container's layer");
	if (open_base(container, &base, err) < 0)
		return -1;
	has_copy = base >= 0 && !container_hostroot_path(container);
	if (!has_copy &&
	    jsonx_opt_strings(container->document, "layers", &layers, err) < 0)
		return -1;
	view.store = store;
	view.base_fd = base;
	view.layers = layers.items;
	view.layer_count = layers.count;
	/* an image of no layers: everything is new */
	if ((layers.count || base >= 0) &&
	    rootfs_view_open(&view, &lower, err) < 0)
		return -1;
	return tree_changes_list(upper, lower, add_row, rows, err);
}

int cmd_diff(struct command_call *call, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &diff_usage,
	};
	autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;
	struct store *store = NULL;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, usage.result.operands[0], &container, err) <
		    0)
		return -1;
	if (list(store, &container, &rows, err) < 0)
		return error_wrap(err, "diff %s", usage.result.operands[0]);
	return command_print(rows.text, rows.length, err);
}
