/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--storage-opt size=`: how much a container may write into its own layer. Its
 * layer becomes a project of the store's file system, which stands in the
 * record as "project", and the file system does the rest. What is written is
 * charged to nobody but this limit: overlayfs drops the right to pass it.
 */
#ifndef RUNTIME_CONTAINER_QUOTA_H
#define RUNTIME_CONTAINER_QUOTA_H

#include "runtime/engine/container.h"

/*
 * All that is settled when a container's folder is there: its ids
 * (container_ids.h) and its limit. For container_request's `settle`.
 */
int container_quota_settle(const struct store *store,
			   struct container *container, bool is_draft,
			   struct error *err) must_check;

#endif
