/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's files as they lie in the store: its layers and what it changed,
 * seen together through a read-only overlay mount that is attached nowhere.
 * What is mounted in the container (volumes, /proc) is no part of it.
 */
#ifndef LAYERS_ROOTFS_VIEW_H
#define LAYERS_ROOTFS_VIEW_H

#include "base/idshift.h"
#include "layers/store/store.h"

struct rootfs_view {
	const struct store *store;
	char *const *layers; /* names of folders, lowest first */
	size_t layer_count;
	int base_fd;  /* a folder below all layers; -1: none */
	int upper_fd; /* what the container changed; -1: without it */
	bool is_bare; /* without the stubs that every container stands on */
	const struct idshift *ids; /* of owners in it, for an export; NULL */
};

#define ROOTFS_VIEW_INIT                      \
	{                                     \
		.base_fd = -1, .upper_fd = -1 \
	}

/*
 * Mount the view; *ROOT_OUT is its root directory, the caller's to close, with
 * which the mount goes. INVALID when there is neither a layer nor a change.
 */
int rootfs_view_open(const struct rootfs_view *view, int *root_out,
		     struct error *err) must_check;

#endif
