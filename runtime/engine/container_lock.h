/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's run folder and the lock in it. Who holds the lock decides
 * about the container: its monitor, from before the start until everything
 * after the end is tidied up, or whoever removes it. The kernel frees it when
 * the holder dies, and what a killed monitor left behind is cleaned up by the
 * next one who takes it.
 *
 *   <run>/containers/<id>/lock         held
 *   <run>/containers/<id>/state.json   there while the container runs
 *   <run>/containers/<id>/group        a link that names its control group,
 *                                      there before the group is
 *
 * A free lock beside a state.json therefore means a killed monitor; a held one
 * without a state.json a start or an end in progress, which is waited for.
 */
#ifndef RUNTIME_CONTAINER_LOCK_H
#define RUNTIME_CONTAINER_LOCK_H

#include "base/cleanup.h"
#include "runtime/engine/container_state.h"

struct container_lock {
	int folder_fd; /* the run folder; -1: not held */
	int fd;	       /* the lock */
};

#define CONTAINER_LOCK_INIT \
	{                   \
		-1, -1      \
	}

/*
 * Take the lock of CONTAINER, making its run folder. BUSY when it runs. Waits
 * while another one starts it or tidies up after its end, at most half a
 * minute. A container whose monitor was killed is ended, and that is recorded.
 */
int container_lock_take(const struct store *store,
			const struct container *container,
			struct container_lock *out,
			struct error *err) must_check;

/*
 * The same for a CONTAINER that ends by itself or was killed: however long it
 * still looks running, its monitor is waited for, at most half a minute.
 */
int container_lock_take_ended(const struct store *store,
			      const struct container *container,
			      struct container_lock *out,
			      struct error *err) must_check;

/*
 * The same for container ID, which is not in the store any more: *OUT stays
 * empty when somebody holds the lock.
 */
int container_lock_take_lost(const struct store *store, const char *id,
			     struct container_lock *out,
			     struct error *err) must_check;

/* Let go of the lock; the run folder stays. */
void container_lock_release(struct container_lock *lock);
DEFINE_CLEANUP(struct container_lock, container_lock_release)

#endif
