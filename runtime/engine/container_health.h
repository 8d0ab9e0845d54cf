/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's health checks as its monitor makes them: when the next is due,
 * the one under way, and what comes of it. The monitor's loop waits for what
 * container_health_when says and calls container_health_wake then.
 */
#ifndef RUNTIME_CONTAINER_HEALTH_H
#define RUNTIME_CONTAINER_HEALTH_H

#include "runtime/engine/container_probe.h"
#include "runtime/health.h"
#include "runtime/monitored.h"

struct container_health {
	struct health_plan plan;
	struct container_probe probe;
	int exit_code;	/* of the last one */
	int64_t probed; /* when it began, wall time */
	int64_t due;	/* monotonic; 0: one is under way, or none ever */
};

#define CONTAINER_HEALTH_INIT                 \
	{                                     \
		.probe = CONTAINER_PROBE_INIT \
	}

/*
 * Begin to look after CONTAINER, which has just been started. Its Health is
 * new in *OUT; NULL when nobody checks it.
 */
void container_health_begin(struct container_health *health,
			    const struct container *container, json_t **out);

/* What to wait for. */
void container_health_when(const struct container_health *health,
			   struct monitor_wake *out);

/*
 * That has come, or may have. Notes in DOCUMENT, the Health of CONTAINER that
 * was started at STARTED, what a check found; true when one was finished.
 */
bool container_health_wake(struct container_health *health, struct store *store,
			   const struct container *container, int64_t started,
			   json_t *document);

/* It has ended: so do the checks, and DOCUMENT (NULL: none) says so. */
void container_health_end(struct container_health *health, json_t *document);

/* Free what is held. */
void container_health_release(struct container_health *health);

#endif
