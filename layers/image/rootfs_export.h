/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's files as one tar: its layers and what it changed, seen as the
 * container sees them, through a read-only overlay mount that is never
 * attached anywhere. What is mounted in the container (volumes, /proc) is not
 * part of it, as docker has it.
 */
#ifndef LAYERS_ROOTFS_EXPORT_H
#define LAYERS_ROOTFS_EXPORT_H

#include "layers/store/store.h"
#include "layers/tar/byte_sink.h"

struct rootfs_export {
	const struct store *store;
	char *const *layers; /* names of folders, lowest first */
	size_t layer_count;
	int upper_fd; /* what the container changed; -1: nothing */
};

/* Write the tar to SINK. */
int rootfs_export(const struct rootfs_export *request,
		  const struct byte_sink *sink, struct error *err) must_check;

#endif
