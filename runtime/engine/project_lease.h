/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which container has which project of the store's file system: a file
 * projects/<id of the container> that holds the number. A number is chosen that
 * no container has and that nobody else uses there either, and given back with
 * its limit when the container's files are gone, or by the next that takes one
 * when a crash came in between.
 */
#ifndef RUNTIME_PROJECT_LEASE_H
#define RUNTIME_PROJECT_LEASE_H

#include <stdint.h>

#include "layers/store/store.h"

/* Where the search for CONTAINER's number begins. Pure. */
uint32_t project_lease_first(const char *container);

/*
 * Take a project for CONTAINER, whose folder is there, limited to BYTES.
 * UNSUPPORTED where the store's file system has no such quotas.
 */
int project_lease_take(const struct store *store, const char *container,
		       uint64_t bytes, uint32_t *out,
		       struct error *err) must_check;

/* Give CONTAINER's project back, if it has one. Its files are gone. */
int project_lease_drop(const struct store *store, const char *container,
		       struct error *err) must_check;

#endif
