/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers mount which volumes, for everything that must not take a
 * volume away from one. It is the truth of a moment: hold the store's lock
 * exclusively to act upon it, then no container is created meanwhile, and add
 * the volumes that commands hold for containers they are about to create.
 */
#ifndef CMD_VOLUME_USE_H
#define CMD_VOLUME_USE_H

#include <jansson.h>

#include "layers/store/store.h"

/*
 * Make an object (a new reference) with a member for each volume that a
 * container mounts: the array of those containers' ids.
 */
int volume_use_find(const struct store *store, json_t **out,
		    struct error *err) must_check;

/*
 * Add to USES the volumes that commands hold for containers to come. Call it
 * with the store's lock held EXCLUSIVE.
 */
int volume_use_add_leased(const struct store *store, json_t *uses,
			  struct error *err) must_check;

#endif
