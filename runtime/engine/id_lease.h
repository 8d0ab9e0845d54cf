/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of ids that belong to one container each (--userns=auto), so that no
 * two have an id in common:
 *
 *   <root>/idranges/<first uid>-<first gid>-<size>-<container>
 *
 * Only the names count; the folder's lock is held while one is chosen. A range
 * is free again when its container's folder is gone, and whoever looks for one
 * next drops the entry, so that removing a container has nothing to do.
 */
#ifndef RUNTIME_ID_LEASE_H
#define RUNTIME_ID_LEASE_H

#include "base/idranges.h"
#include "layers/store/store.h"

struct id_lease {
	uint32_t uid, gid; /* the first of each */
	uint32_t size;
};

/*
 * Choose OUT->size ids out of UIDS and of GIDS (their `outside`) for CONTAINER,
 * whose folder is there already; with IS_DRAFT nothing is noted. NO_SPACE kinds
 * of errors are BUSY: all ranges are taken.
 */
int id_lease_take(const struct store *store, const char *container,
		  const struct idranges *uids, const struct idranges *gids,
		  bool is_draft, struct id_lease *out,
		  struct error *err) must_check;

/*
 * The first of SIZE ids in RANGES that no lease of LEASES touches, by gid with
 * IS_GROUP. Pure; false when there are none.
 */
bool id_lease_choose(const struct idranges *ranges,
		     const struct id_lease *leases, size_t count, bool is_group,
		     struct id_lease *out);

#endif
