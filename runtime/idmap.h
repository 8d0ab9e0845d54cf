/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id maps of user namespaces: written for a container's process by its parent,
 * or held by a descriptor for an idmapped mount. Root writes the files of
 * /proc itself; an ordinary user goes through newuidmap and newgidmap unless
 * only its own id is mapped, and then has to give up setgroups first, as
 * groups can take rights away.
 */
#ifndef RUNTIME_IDMAP_H
#define RUNTIME_IDMAP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "runtime/spec/runtime_mount.h"

/* Write the maps of the new user namespace of PID. */
int idmap_write(pid_t pid, const struct runtime_id_maps *uids,
		const struct runtime_id_maps *gids,
		struct error *err) must_check;

/* A descriptor of a new user namespace with these maps. */
int idmap_open(const struct runtime_id_maps *uids,
	       const struct runtime_id_maps *gids, int *fd_out,
	       struct error *err) must_check;

#endif
