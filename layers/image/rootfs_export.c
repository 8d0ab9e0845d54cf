/* SPDX-License-Identifier: Apache-2.0 */
/* Containers' files as a tar. */
#include "layers/image/rootfs_export.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/overlay.h"
#include "layers/store/layer.h"
#include "layers/tar/pack.h"

struct stack {
	int *fds; /* topmost first */
	size_t count;
};

static void stack_release(struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		cleanup_close(&stack->fds[i]);
	free(stack->fds);
	*stack = (struct stack){ NULL, 0 };
}
DEFINE_CLEANUP(struct stack, stack_release)

static int open_stack(const struct rootfs_export *request, struct stack *out,
		      struct error *err)
{
	out->fds = xcalloc(request->layer_count + 2, sizeof(*out->fds));
	if (request->upper_fd >= 0) {
		int fd = fcntl(request->upper_fd, F_DUPFD_CLOEXEC, 3);

		if (fd < 0)
			return error_sys(err, errno, "hold the upper folder");
		out->fds[out->count++] = fd;
	}
	for (size_t i = request->layer_count; i > 0; i--) {
		if (layer_open(request->store, request->layers[i - 1],
			       &out->fds[out->count], err) < 0)
			return -1;
		out->count++;
	}
	if (!out->count)
		return error_set(err, ERROR_INVALID,
				 "there is nothing to export");
	return 0;
}

/* Mounts the stack; a lone layer stands on an empty one, as it must. */
static int mount_stack(const struct rootfs_export *request, struct stack *stack,
		       struct layer_draft *empty, int *mount_out,
		       struct error *err)
{
	struct overlay_plan plan = { .upper_fd = -1, .work_fd = -1 };

	if (stack->count == 1) {
		if (layer_draft_open(request->store, empty, err) < 0)
			return -1;
		stack->fds[stack->count++] = TAKE_FD(empty->tree_fd);
	}
	plan.lower_fds = stack->fds;
	plan.lower_count = stack->count;
	return overlay_mount(&plan, mount_out, err);
}

int rootfs_export(const struct rootfs_export *request,
		  const struct byte_sink *sink, struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft empty =
		LAYER_DRAFT_INIT;
	autoclean(stack_release) struct stack stack = { NULL, 0 };
	struct pack_options options = PACK_OPTIONS_INIT;
	autoclose int mount_fd = -1;
	autoclose int root = -1;
	struct pack_result packed;

	if (open_stack(request, &stack, err) < 0 ||
	    mount_stack(request, &stack, &empty, &mount_fd, err) < 0)
		return -1;
	root = openat(mount_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return error_sys(err, errno, "open the mount");
	options.directory = root;
	return pack_directory(&options, sink, &packed, err);
}
