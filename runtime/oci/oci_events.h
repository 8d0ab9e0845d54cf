/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of `events`, in the form runc gave them: what a container has used,
 * and that the kernel killed a process of it for lack of memory. Pure.
 */
#ifndef RUNTIME_OCI_EVENTS_H
#define RUNTIME_OCI_EVENTS_H

#include <jansson.h>

#include "runtime/cgroup/cgroup_stats.h"

/* What STATS say about container ID; the caller releases it. */
json_t *oci_events_stats(const char *id, const struct cgroup_stats *stats);

/* That container ID ran out of memory; the caller releases it. */
json_t *oci_events_oom(const char *id);

#endif
