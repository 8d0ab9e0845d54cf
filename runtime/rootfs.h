/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's root file system as a whole: attached where the host's root
 * is, made the root, the old one dropped; and the paths inside that the
 * specification hides or makes read-only.
 *
 * Order: rootfs_attach, mounts, rootfs_protect, rootfs_enter. All of it runs in
 * the container's first process, in its own mount namespace, and allocates
 * nothing. Attaching onto "/" itself needs no folder of the host: the new root
 * lies over the old one, and pivot_root(2) takes them apart.
 */
#ifndef RUNTIME_ROOTFS_H
#define RUNTIME_ROOTFS_H

#include "runtime/spec/runtime_spec.h"
#include "runtime/stage.h"

/*
 * Cut the host's mounts off and attach the detached mount ROOT: at PLACE, a
 * folder of the host where hooks look for it, or, when that is NULL or may not
 * be entered by ids that are mapped, over "/".
 */
int rootfs_attach(const struct runtime_spec *spec, int root, const char *place,
		  struct stage_failure *fail);

/*
 * Apply readonlyPaths, then maskedPaths below ROOT; absent ones are skipped.
 * NULL_DEVICE, from rootfs_open_null, covers files.
 */
int rootfs_protect(const struct runtime_spec *spec, int root, int null_device,
		   struct stage_failure *fail);

/*
 * Make ROOT the root and working directory, and drop the old one; or, with
 * NO_PIVOT, only lie over it, for hosts whose root cannot be changed (an
 * initramfs).
 */
int rootfs_enter(const struct runtime_spec *spec, int root, bool no_pivot,
		 struct stage_failure *fail);

/*
 * A descriptor of ROOT's own /dev/null, checked to be character device 1:3; or
 * -1. Never the host's: root in the container could change that one's mode.
 */
int rootfs_open_null(int root);

#endif
