/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's files as one tar, as they lie in the store (rootfs_view.h):
 * what is mounted in the container is not part of it, as docker has it.
 */
#ifndef LAYERS_ROOTFS_EXPORT_H
#define LAYERS_ROOTFS_EXPORT_H

#include "layers/image/rootfs_view.h"
#include "layers/tar/byte_sink.h"

/* Write the tar of what VIEW shows to SINK. */
int rootfs_export(const struct rootfs_view *view, const struct byte_sink *sink,
		  struct error *err) must_check;

#endif
