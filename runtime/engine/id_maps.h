/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of a container's user namespace as values: read from options
 * ("CONTAINER:HOST[:SIZE]", podman's), checked, kept in HostConfig.IDMappings
 * as podman keeps them ({"UidMap": ["0:100000:65536"], "GidMap": […]}). Pure.
 * "Host" is the user namespace that imgctl is in: an ordinary user's own.
 */
#ifndef RUNTIME_ID_MAPS_H
#define RUNTIME_ID_MAPS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/idranges.h"
#include "runtime/spec/runtime_mount.h"

struct id_maps {
	struct runtime_id_maps uids, gids; /* both empty: the host's ids */
};

#define ID_MAPS_INIT            \
	{                       \
		{ NULL, 0 },    \
		{               \
			NULL, 0 \
		}               \
	}

/* Append a range; one of no ids is none. */
void id_maps_add(struct runtime_id_maps *maps, uint32_t inside,
		 uint32_t outside, uint32_t size);

/*
 * Append the range TEXT. With "@" before it, the host's id is one outside of
 * the namespace that OWN describes, and is looked up there. INVALID when TEXT
 * is no range.
 */
int id_maps_parse(const char *text, const struct idranges *own,
		  struct runtime_id_maps *out, struct error *err) must_check;

/*
 * What the kernel would refuse without a word: INVALID when ranges overlap, ids
 * are not in OWN, there are too many, or the container has no id 0. WHAT names
 * the option.
 */
int id_maps_check(const struct runtime_id_maps *maps,
		  const struct idranges *own, const char *what,
		  struct error *err) must_check;

/* The host's id of the container's id INSIDE; false when it has none. */
bool id_maps_outside(const struct runtime_id_maps *maps, uint32_t inside,
		     uint32_t *out);

/* Whether every id is its own: nothing is shifted. */
bool id_maps_is_identity(const struct id_maps *maps);

/* As HostConfig.IDMappings; the caller's. */
json_t *id_maps_format(const struct id_maps *maps);

/* Read what id_maps_format made; JSON absent: no maps. */
int id_maps_read(const json_t *mappings, struct id_maps *out,
		 struct error *err) must_check;

/* As a member of an OCI specification; the caller's. */
json_t *id_maps_oci(const struct runtime_id_maps *maps);

/* Free both lists. */
void id_maps_release(struct id_maps *maps);
DEFINE_CLEANUP(struct id_maps, id_maps_release)

#endif
