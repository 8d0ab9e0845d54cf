/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths below /proc and /sys that a container may not see or change, unless it
 * is privileged or has systempaths=unconfined; podman's mask= and unmask= add
 * to them and take away. The specification and inspect show the same lists.
 * Pure, but for looking which processors tell of their heat.
 */
#ifndef RUNTIME_SPEC_PATHS_H
#define RUNTIME_SPEC_PATHS_H

#include <jansson.h>

/* What is covered for HOST_CONFIG: an array, a new reference. */
json_t *spec_paths_masked(const json_t *host_config);

/* What is read-only for HOST_CONFIG: an array, a new reference. */
json_t *spec_paths_readonly(const json_t *host_config);

#endif
