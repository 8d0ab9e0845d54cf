/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of files that are seen through a user namespace's map from outside of
 * it: what the namespace calls 0 is another id out here. Pure.
 *
 * Released by whoever filled it.
 */
#ifndef BASE_IDSHIFT_H
#define BASE_IDSHIFT_H

#include <sys/types.h>

#include "base/idranges.h"

struct idshift {
	struct idranges uids, gids; /* both empty: ids stay */
};

#define IDSHIFT_INIT                         \
	{                                    \
		IDRANGES_INIT, IDRANGES_INIT \
	}

/* Make of an owner inside the one outside; false when it has none. */
bool idshift_out(const struct idshift *shift, uid_t *uid, gid_t *gid);

/* Make of an owner outside the one inside: nobody when it has none. */
void idshift_in(const struct idshift *shift, uid_t *uid, gid_t *gid);

/* Free both lists. */
void idshift_release(struct idshift *shift);
DEFINE_CLEANUP(struct idshift, idshift_release)

#endif
