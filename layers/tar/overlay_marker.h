/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what overlayfs leaves in an upper directory: which names are deleted,
 * which directories hide what is below. Both spellings are known: character
 * devices 0:0 and trusted.overlay.* attributes, and for user namespaces
 * user.overlay.* ones, with whiteouts as attributes since Linux 6.7. So are
 * fuse-overlayfs's where it may make no such devices: empty files ".wh.NAME"
 * of mode 0700, and user.fuseoverlayfs.*.
 */
#ifndef LAYERS_TAR_OVERLAY_MARKER_H
#define LAYERS_TAR_OVERLAY_MARKER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/*
 * The name that the entry NAME of directory DIRFD, whose status is ST, says to
 * be deleted: NAME itself or a part of it. "" when it says nothing, as what is
 * there besides the mark of a directory that hides; NULL for what is an entry.
 */
const char *overlay_marker_deleted(int dirfd, const char *name,
				   const struct stat *st);

/* Whether the directory FD hides what is below. */
bool overlay_marker_is_opaque(int fd);

/* Make the directory FD hide what is below. */
int overlay_marker_set_opaque(int fd, struct error *err) must_check;

/*
 * Fail with UNSUPPORTED when the file or directory FD only refers to data
 * elsewhere (redirect_dir, metacopy), so that it means nothing by itself.
 */
int overlay_marker_check_whole(int fd, struct error *err) must_check;

#endif
