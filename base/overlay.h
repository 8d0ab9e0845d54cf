/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlay mounts made from directory descriptors, as detached mounts: nothing
 * is visible in any namespace until the caller attaches the result, so a crash
 * leaves no mount behind. Names of layers never meet the option string, so
 * neither their characters nor their number (500 is the kernel's bound)
 * matter. redirect_dir, metacopy and index are pinned off: what an upper
 * directory holds must mean the same on every kernel.
 */
#ifndef BASE_OVERLAY_H
#define BASE_OVERLAY_H

#include "base/overlay_plan.h"

/*
 * Make the overlay and hand over a descriptor of its detached root (directory
 * to openat below, or to move_mount). The descriptors of the plan stay the
 * caller's and may be closed afterwards. UNSUPPORTED when the upper directory's
 * file system cannot be one, or this kernel has no overlay, and there is no
 * fuse-overlayfs either.
 */
int overlay_mount(const struct overlay_plan *plan, int *mount_fd_out,
		  struct error *err) must_check;

#endif
