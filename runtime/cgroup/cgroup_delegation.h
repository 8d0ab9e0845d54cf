/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups of an ordinary user: it has some where its own group, or one
 * above that, was handed over to it. A v2 group with processes in it can give
 * its children no controllers, so the nearest group without any is the better
 * place; the own one still does for freezing and counting.
 */
#ifndef RUNTIME_CGROUP_DELEGATION_H
#define RUNTIME_CGROUP_DELEGATION_H

#include <stdbool.h>

#include "runtime/cgroup/cgroup_limits.h"

/* Whether this process may make groups somewhere on this host. */
bool cgroup_is_delegated(void);

/*
 * Where this process may make groups on the v2 tree: a path below its mount
 * without slashes around it, the caller's to free; "" when that is the top, or
 * nowhere.
 */
char *cgroup_delegated_path(void) __attribute__((returns_nonnull));

/* Whether LIMITS ask for anything but device rules. */
bool cgroup_has_limits(const struct cgroup_limits *limits);

#endif
