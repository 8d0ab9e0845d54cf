/* SPDX-License-Identifier: Apache-2.0 */
/* Containers' files as a tar. */
#include "layers/image/rootfs_export.h"

#include <fcntl.h>

#include "layers/tar/pack.h"

int rootfs_export(const struct rootfs_view *view, const struct byte_sink *sink,
		  struct error *err)
{
	struct pack_options options = PACK_OPTIONS_INIT;
	autoclose int mount_fd = -1;
	autoclose int root = -1;
	struct pack_result packed;

	if (rootfs_view_open(view, &mount_fd, err) < 0)
		return -1;
	root = openat(mount_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return error_sys(err, errno, "open the mount");
	options.directory = root;
	options.ids = view->ids;
	return pack_directory(&options, sink, &packed, err);
}
