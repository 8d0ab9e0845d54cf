/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit for systemd that keeps a container running. The unit's process is the
 * client that is attached to the container, so that systemd sees how it ends
 * and the journal what it says. With `create` the unit makes the container
 * itself, and removes it. Pure.
 */
#ifndef CMD_SYSTEMD_UNIT_H
#define CMD_SYSTEMD_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "base/strvec.h"

struct systemd_unit {
	const char *name;	      /* without ".service" */
	const char *container;	      /* name or id */
	const struct strvec *program; /* imgctl, with its global options */
	const struct strvec *create;  /* arguments of `create`; NULL: it is */
	const char *folder;	      /* to create it from; NULL: any */
	const char *root;	      /* of the store */
	const char *policy;	      /* Restart= */
	bool has_restart_sec, has_start_timeout;
	int64_t restart_sec, start_timeout, stop_timeout; /* seconds */
	const struct strvec *after, *requires, *wants, *env;
	bool is_delegated;  /* control groups for a user's containers */
	bool has_no_header; /* without the comment on top */
};

/* Append the unit's text. */
void systemd_unit_format(const struct systemd_unit *unit, struct strbuf *out);

/* Whether NAME is a value of Restart=. */
bool systemd_unit_is_policy(const char *name);

#endif
