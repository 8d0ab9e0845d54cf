/* SPDX-License-Identifier: Apache-2.0 */
/* The project of a container's layer. */
#include "runtime/engine/container_quota.h"

#include <fcntl.h>

#include "base/project_quota.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/project_lease.h"

/* overlayfs renames from "work" to "upper": across projects it could not. */
static int assign(const struct container *container, uint32_t project,
		  struct error *err)
{
	static const char *const names[] = { "upper", "work" };

	for (size_t i = 0; i < 2; i++) {
		autoclose int fd = openat(container->folder_fd, names[i],
					  O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
						  O_CLOEXEC);

		if (fd < 0)
			return error_sys(err, errno, "open the layer");
		if (project_quota_assign(fd, project, err) < 0)
			return error_wrap(err, "limit the layer");
	}
	return 0;
}

static bool has_layer(const struct container *container)
{
	const json_t *rootfs = json_object_get(container->document, "rootfs");

	return !rootfs || json_is_true(json_object_get(rootfs, "overlay"));
}

static int limit(const struct store *store, struct container *container,
		 uint64_t bytes, struct error *err)
{
	uint32_t project;

	if (!has_layer(container))
		return error_set(err, ERROR_INVALID,
				 "--storage-opt size: a folder of the host is "
				 "no layer of the container's own");
	if (project_lease_take(store, container->id, bytes, &project, err) <
		    0 ||
	    assign(container, project, err) < 0)
		return -1;
	(void)json_object_set_new(container->document, "project",
				  json_integer(project));
	return 0;
}

int container_quota_settle(const struct store *store,
			   struct container *container, bool is_draft,
			   struct error *err)
{
	json_int_t bytes = json_integer_value(
		json_object_get(container->document, CONTAINER_SIZE_LIMIT));

	if (container_ids_settle(store, container, is_draft, err) < 0)
		return -1;
	return bytes > 0 && !is_draft
		       ? limit(store, container, (uint64_t)bytes, err)
		       : 0;
}
