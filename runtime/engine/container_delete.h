/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a container for good: what `rm` and the prunes do. A running one is
 * refused, or killed first; what a killed monitor left behind goes as well.
 * The container's lock is held meanwhile, so nobody starts it under our hands.
 */
#ifndef RUNTIME_CONTAINER_DELETE_H
#define RUNTIME_CONTAINER_DELETE_H

#include "runtime/engine/container.h"

struct container_delete {
	bool is_forced;	  /* kill it when it runs */
	bool has_volumes; /* its anonymous volumes too */
};

/*
 * Remove CONTAINER. BUSY, in docker's words, when it runs and is not to be
 * killed. One that somebody else removes at the same time is removed.
 */
int container_delete(const struct store *store, struct container *container,
		     const struct container_delete *how,
		     struct error *err) must_check;

/*
 * Remove the anonymous volumes of CONTAINER, which may be gone already, that
 * no other container mounts.
 */
int container_delete_volumes(const struct store *store,
			     const struct container *container,
			     struct error *err) must_check;

#endif
