/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a container that has ended is started again, and when: docker's
 * policies and its pauses, 100 ms at first, twice as long each time up to a
 * minute, and 100 ms again after a life of ten seconds. Pure.
 */
#ifndef RUNTIME_RESTART_POLICY_H
#define RUNTIME_RESTART_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum restart_kind {
	RESTART_UNSET = 0, /* never, as `no` */
	RESTART_NO,
	RESTART_ALWAYS,
	RESTART_ON_FAILURE,
	RESTART_UNLESS_STOPPED,
};

struct restart_policy {
	enum restart_kind kind;
	int64_t most; /* of on-failure: starts after failures; 0: any */
};

/* What is remembered between a container's lives. */
struct restart_record {
	int64_t count; /* times it was started again */
	int64_t delay; /* the last pause, nanoseconds; 0: none yet */
};

/* How a life ended. */
struct restart_end {
	int exit_code;
	bool is_asked;	  /* somebody wanted it to end */
	int64_t duration; /* of the life, nanoseconds */
};

/* Read "on-failure:3" and the like; INVALID in docker's words. */
int restart_policy_parse(const char *text, struct restart_policy *out,
			 struct error *err) must_check;

/* The policy in docker's HostConfig; what is damaged there means never. */
struct restart_policy restart_policy_read(const json_t *host_config);

/* docker's RestartPolicy object of POLICY. */
json_t *restart_policy_json(const struct restart_policy *policy);

/*
 * Whether POLICY starts a container again after END. When it does, RECORD
 * counts that, and its delay is the pause before.
 */
bool restart_policy_decide(const struct restart_policy *policy,
			   const struct restart_end *end,
			   struct restart_record *record);

#endif
