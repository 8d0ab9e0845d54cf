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

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct overlay_plan {
	const int *lower_fds; /* topmost first; at least one; repeated ones
				 count once */
	size_t lower_count;
	int upper_fd;	  /* -1: read-only mount */
	int work_fd;	  /* -1 exactly when upper_fd is */
	bool is_volatile; /* never sync: the upper is scratch */
	bool userxattr; /* marks in user.overlay.*, as in any user namespace */
	bool by_string; /* the way of kernels before 6.7, else found out */
	/*
	 * Detached mounts in which all the folders above lie (of mapped ids,
	 * which cannot be looked up by a path), and the ids by which the
	 * overlay makes its own files there.
	 */
	const int *detached_fds;
	size_t detached_count;
	uid_t own_uid;
	gid_t own_gid;
};

/*
 * Make the overlay and hand over a descriptor of its detached root (directory
 * to openat below, or to move_mount). The descriptors of the plan stay the
 * caller's and may be closed afterwards. UNSUPPORTED when the upper directory's
 * file system cannot be one, or this kernel has no overlay.
 */
int overlay_mount(const struct overlay_plan *plan, int *mount_fd_out,
		  struct error *err) must_check;

#endif
