/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a container's mounts come from, where that is not simply a path: a
 * part of a volume, an image or a part of one, layers and a folder below a
 * scratch folder (a build's bind mounts). They are opened below the volume's or
 * the image's root, never by a joined path, for the time of a start, and MOUNTS
 * names them by their descriptors.
 */
#ifndef RUNTIME_CONTAINER_SOURCES_H
#define RUNTIME_CONTAINER_SOURCES_H

#include "runtime/engine/container.h"

struct container_sources {
	json_t *mounts; /* the container's, with sources that can be opened */
	int *fds;
	size_t count;
};

#define CONTAINER_SOURCES_INIT \
	{                      \
		NULL, NULL, 0  \
	}

/*
 * Open what CONTAINER's mounts need; its volumes are mounted already
 * (volume_hold.h). NOT_FOUND or DENIED when a part is not there, or would be
 * outside.
 */
int container_sources_open(const struct store *store,
			   const struct container *container,
			   struct container_sources *out,
			   struct error *err) must_check;

/* Close and free everything. */
void container_sources_release(struct container_sources *sources);
DEFINE_CLEANUP(struct container_sources, container_sources_release)

#endif
