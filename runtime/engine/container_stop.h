/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ending containers from outside: a signal, a time to comply, the certain
 * signal; and waiting for an end whoever brings it about. All of them return
 * once the end is recorded (with --rm: once the container is removed), so that
 * what comes next sees it.
 */
#ifndef RUNTIME_CONTAINER_STOP_H
#define RUNTIME_CONTAINER_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/engine/container.h"

struct container_stop_options {
	int signal;	  /* asked with; 0: the container's stop signal */
	bool has_timeout; /* else the container's own */
	int64_t timeout;  /* seconds between asking and killing; -1: for ever */
};

/*
 * Stop CONTAINER as OPTIONS say (NULL: as it says itself). One that does not
 * run is fine. BUSY when it survives SIGKILL (stuck in the kernel).
 */
int container_stop(const struct store *store, const struct container *container,
		   const struct container_stop_options *options,
		   struct error *err) must_check;

/*
 * Send SIGNAL to its first process; with SIGKILL wait for the end. BUSY when
 * it does not run.
 */
int container_kill(const struct store *store, const struct container *container,
		   int signal, struct error *err) must_check;

/*
 * Wait until it does not run; at once when it never did. *EXIT_CODE_OUT is how
 * it ended.
 */
int container_wait(const struct store *store, const struct container *container,
		   int *exit_code_out, struct error *err) must_check;

/* Freeze it or let it go on. BUSY when it is not in the state to. */
int container_pause(const struct store *store,
		    const struct container *container,
		    struct error *err) must_check;

/* The opposite. */
int container_unpause(const struct store *store,
		      const struct container *container,
		      struct error *err) must_check;

#endif
