/* SPDX-License-Identifier: Apache-2.0 */
/* Ids through maps. */
#include "base/idshift.h"

enum { NOBODY = 65534 }; /* the kernel's overflow id */

static bool find_outside(const struct idranges *ranges, uint32_t *id)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct idrange *range = &ranges->items[i];

		if (*id < range->inside || *id - range->inside >= range->count)
			continue;
		*id = range->outside + (*id - range->inside);
		return true;
	}
	return !ranges->count;
}

static void find_inside(const struct idranges *ranges, uint32_t *id)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct idrange *range = &ranges->items[i];

		if (*id < range->outside ||
		    *id - range->outside >= range->count)
			continue;
		*id = range->inside + (*id - range->outside);
		return;
	}
	if (ranges->count)
		*id = NOBODY;
}

bool idshift_out(const struct idshift *shift, uid_t *uid, gid_t *gid)
{
	return find_outside(&shift->uids, uid) &&
	       find_outside(&shift->gids, gid);
}

void idshift_in(const struct idshift *shift, uid_t *uid, gid_t *gid)
{
	find_inside(&shift->uids, uid);
	find_inside(&shift->gids, gid);
}

void idshift_release(struct idshift *shift)
{
	idranges_release(&shift->uids);
	idranges_release(&shift->gids);
}
