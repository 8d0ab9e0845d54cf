/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of what a container begins with, whose owners are those that the ids
 * of its user namespace have outside: for where no mount shifts them, as for
 * ordinary users. It lies in the container's folder ("shifted"), below the
 * container's own layer, which has such owners then, too.
 */
#ifndef RUNTIME_CONTAINER_SHIFTED_H
#define RUNTIME_CONTAINER_SHIFTED_H

#include "base/idshift.h"
#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

/* Open CONTAINER's copy; -1 in *FD_OUT when it has none. */
int container_shifted_open(const struct container *container, int *fd_out,
			   struct error *err) must_check;

/*
 * Copy FROM, which shows what the container begins with, with the owners of
 * MAPS. An owner that has no id outside becomes this user's own.
 */
int container_shifted_make(const struct container *container,
			   const struct id_maps *maps, int from,
			   struct error *err) must_check;

/* MAPS as a shift; the caller's. */
void container_shifted_convert(const struct id_maps *maps, struct idshift *out);

/* How the owners of CONTAINER's own layer are shifted: not at all without. */
int container_shifted_ids(const struct container *container,
			  struct idshift *out, struct error *err) must_check;

#endif
