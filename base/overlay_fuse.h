/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same union by fuse-overlayfs, a program, for where the kernel refuses an
 * overlay: in user namespaces before Linux 5.11, and above file systems that
 * can be no upper directory (another overlay, as in a container).
 */
#ifndef BASE_OVERLAY_FUSE_H
#define BASE_OVERLAY_FUSE_H

#include "base/overlay_plan.h"

/*
 * Make the union of PLAN and hand over its detached root, as overlay_mount
 * does. The program serves it until the last use of the mount ends, and ends
 * then. NOT_FOUND when there is no fuse-overlayfs, UNSUPPORTED when there is
 * no /dev/fuse for this process (fuse(4)).
 */
int overlay_fuse_mount(const struct overlay_plan *plan, int *mount_fd_out,
		       struct error *err) must_check;

#endif
