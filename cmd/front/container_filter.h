/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of `ps`. Containers come newest first: `before` and `since` mean
 * places in that order, and -n counts what is left in the end.
 */
#ifndef CMD_CONTAINER_FILTER_H
#define CMD_CONTAINER_FILTER_H

#include "cmd/filter.h"
#include "cmd/front/container_entry.h"

struct container_filter {
	const struct filter *given;
	bool is_all;  /* not only running ones */
	int64_t most; /* at most so many, 0 or less: no limit */
};

/*
 * Drop the entries that FILTER does not let through. INVALID for an unknown
 * filter or value, NOT_FOUND for a container that is not there.
 */
int container_filter_apply(const struct container_filter *filter,
			   const struct store *store,
			   struct container_entries *entries,
			   struct error *err) must_check;

#endif
