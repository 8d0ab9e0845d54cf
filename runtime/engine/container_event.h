/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noting what happens to containers, with what docker tells of them: their
 * labels, image and name, and what goes with the action.
 */
#ifndef RUNTIME_CONTAINER_EVENT_H
#define RUNTIME_CONTAINER_EVENT_H

#include "runtime/engine/container.h"

/* Note that ACTION was done to CONTAINER. */
void container_event(const struct store *store,
		     const struct container *container, const char *action);

/* The same with attributes of the action's own, an object taken over. */
void container_event_with(const struct store *store,
			  const struct container *container, const char *action,
			  json_t *attributes);

/*
 * The same for a CONTAINER that was loaded a while ago: it may have another
 * name by now, which is the one noted.
 */
void container_event_late(const struct store *store,
			  const struct container *container, const char *action,
			  json_t *attributes);

/* docker's attributes of an end: exitCode and execDuration (seconds). */
json_t *container_event_end(int exit_code, int64_t seconds);

/* The one attribute NAME with an integer VALUE, as text. */
json_t *container_event_number(const char *name, int64_t value);

#endif
