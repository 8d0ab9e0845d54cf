/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user namespace of a container: HostConfig.UsernsMode, what was asked for,
 * becomes HostConfig.IDMappings when the container is created, and stays the
 * same for as long as there is one. Its files are kept with the ids that its
 * programs see, whatever the map; a mount shifts them (container_rootfs.h).
 */
#ifndef RUNTIME_CONTAINER_IDS_H
#define RUNTIME_CONTAINER_IDS_H

#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

/*
 * Settle the maps of CONTAINER, whose folder is there unless IS_DRAFT; "auto"
 * takes a range of its own (id_lease.h). With "keep-id" the container's user,
 * when nobody named one, becomes the one that is kept.
 */
int container_ids_settle(const struct store *store, struct container *container,
			 bool is_draft, struct error *err) must_check;

/*
 * Give those of the STREAMS that are pipes to the root of a container with IDS:
 * its programs may open again what they are given ("/dev/stdout").
 */
int container_ids_give_streams(const struct id_maps *ids, const int streams[3],
			       struct error *err) must_check;

/* CONTAINER's maps; none when it has the host's ids. */
int container_ids_read(const struct container *container, struct id_maps *out,
		       struct error *err) must_check;

#endif
