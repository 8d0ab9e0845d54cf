/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a container is well, by docker's rules: a check every so often, that
 * fails, succeeds or takes too long; after so many failures in a row the
 * container is unhealthy, but those of its first while do not count as long
 * as no check has succeeded. Pure: who asks says what time it is.
 */
#ifndef RUNTIME_HEALTH_H
#define RUNTIME_HEALTH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
	HEALTH_OUTPUT_MAX = 4096, /* bytes kept of one check's output */
	HEALTH_LOG_MAX = 5,	  /* checks kept */
};

/* How a check is made; times in nanoseconds, defaults filled in. */
struct health_plan {
	json_t *command; /* array of words; NULL: none */
	int64_t interval, timeout, start_period, start_interval;
	int64_t retries;
};

/* One check that was made. */
struct health_result {
	int64_t start, end; /* wall time */
	int exit_code;	    /* 0 is well; -1: it could not be run */
	const char *output;
};

/*
 * Read docker's Healthcheck (NULL: none) of a container whose Config has SHELL
 * (NULL: /bin/sh). One that says NONE has no command.
 */
int health_plan_parse(const json_t *healthcheck, const json_t *shell,
		      struct health_plan *out, struct error *err) must_check;

/* Free what a plan owns. */
void health_plan_release(struct health_plan *plan);
DEFINE_CLEANUP(struct health_plan, health_plan_release)

/* docker's Health of a container that has just been started. */
json_t *health_new(void);

/*
 * Note in HEALTH a check of a container started at STARTED; true when its
 * status is another one by now.
 */
bool health_note(json_t *health, const struct health_plan *plan,
		 int64_t started, const struct health_result *result);

/* Note that nobody checks any more: docker calls that unhealthy. */
void health_stop(json_t *health);

/* The status in HEALTH: "starting", "healthy", "unhealthy"; NULL: "none". */
const char *health_status(const json_t *health);

/* The pause before the next check of a container started at STARTED. */
int64_t health_pause(const json_t *health, const struct health_plan *plan,
		     int64_t started, int64_t now);

#endif
