/* SPDX-License-Identifier: Apache-2.0 */
/* Mounting containers' files for reading. */
#include "layers/image/rootfs_view.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/overlay.h"
#include "layers/store/layer.h"
#include "layers/store/stubs.h"

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

/* FD, a folder of somebody else's, when there is one. */
static int add_folder(int fd, struct stack *out, struct error *err)
{
	int held;

	if (fd < 0)
		return 0;
	held = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (held < 0)
		return error_sys(err, errno, "hold a folder");
	out->fds[out->count++] = held;
	return 0;
}

static int open_stack(const struct rootfs_view *view, struct stack *out,
		      struct error *err)
{
	out->fds = xcalloc(view->layer_count + 3, sizeof(*out->fds));
	if (add_folder(view->upper_fd, out, err) < 0)
		return -1;
	for (size_t i = view->layer_count; i > 0; i--) {
		if (layer_open(view->store, view->layers[i - 1],
			       &out->fds[out->count], err) < 0)
			return -1;
		out->count++;
	}
	if (add_folder(view->base_fd, out, err) < 0)
		return -1;
	if (!out->count && !view->is_bare)
		return error_set(err, ERROR_INVALID,
				 "there is neither a layer nor a change");
	/* also what makes two of a lone one, as overlayfs wants */
	if ((view->is_bare
		     ? store_folder(view->store, "empty", &out->fds[out->count],
				    err)
		     : stubs_open(view->store, &out->fds[out->count], err)) < 0)
		return -1;
	out->count++;
	return 0;
}

int rootfs_view_open(const struct rootfs_view *view, int *root_out,
		     struct error *err)
{
	autoclean(stack_release) struct stack stack = { NULL, 0 };
	struct overlay_plan plan = { .upper_fd = -1, .work_fd = -1 };
	autoclose int mount_fd = -1;

	if (open_stack(view, &stack, err) < 0)
		return -1;
	if (stack.count == 1) { /* no overlay that the kernel would make */
		*root_out = TAKE_FD(stack.fds[0]);
		return 0;
	}
	plan.lower_fds = stack.fds;
	plan.lower_count = stack.count;
	if (overlay_mount(&plan, &mount_fd, err) < 0)
		return -1;
	*root_out = TAKE_FD(mount_fd);
	return 0;
}
