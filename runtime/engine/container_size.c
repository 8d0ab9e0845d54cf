/* SPDX-License-Identifier: Apache-2.0 */
/* Adding up a container's own layer. */
#include "runtime/engine/container_size.h"

#include "base/alloc.h"
#include "layers/store/tree_size.h"

int container_size(const struct container *container, uint64_t *out,
		   struct error *err)
{
	autofree char *path = xasprintf("/proc/self/fd/%d/upper",
					container->folder_fd);

	if (tree_size(path, out, err) < 0)
		return error_wrap(err, "the layer of container %s",
				  container->id);
	return 0;
}
