/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an overlay is to be made of, and who is to make it: apart from
 * overlay.h, so that each of the makers can see it.
 */
#ifndef BASE_OVERLAY_PLAN_H
#define BASE_OVERLAY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum overlay_way {
	OVERLAY_ANY,	 /* the kernel's, else by fuse-overlayfs */
	OVERLAY_KERNEL,	 /* the kernel's alone */
	OVERLAY_STRING,	 /* the same as kernels before 6.7 have it */
	OVERLAY_PROGRAM, /* by fuse-overlayfs */
};

struct overlay_plan {
	const int *lower_fds; /* topmost first; at least one; repeated ones
				 count once */
	size_t lower_count;
	int upper_fd;	  /* -1: read-only mount */
	int work_fd;	  /* -1 exactly when upper_fd is */
	bool is_volatile; /* never sync: the upper is scratch */
	bool userxattr; /* marks in user.overlay.*, as in any user namespace */
	enum overlay_way way;
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

#endif
