/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a build keeps what is gone when it ends: two folders, one on the
 * store's file system for scratch that overlays need, one in the run folder for
 * what must not reach a disk (secrets). Both have the build's name, which is
 * locked while it lives; what a killed build left is removed by the next one,
 * containers and all.
 *
 *   <root>/cache/work/<name>/lock         held
 *   <root>/cache/work/<name>/containers/  names of containers of its steps
 *   <root>/cache/work/<name>/…            scratch
 *   <run>/builds/<name>/…                 secrets, scripts
 */
#ifndef BUILDER_BUILD_PLACE_H
#define BUILDER_BUILD_PLACE_H

#include "base/error.h"
#include "base/lockfile.h"
#include "layers/store/store.h"

struct build_place {
	struct store *store; /* borrowed */
	char *name;
	int scratch_fd;
	int secret_fd;
	char *scratch_path, *secret_path; /* absolute */
	struct lockfile lock;
};

#define BUILD_PLACE_INIT                                                 \
	{                                                                \
		.scratch_fd = -1, .secret_fd = -1, .lock = LOCKFILE_INIT \
	}

/* Clear away behind builds that were killed. */
void build_place_sweep(const struct store *store);

/* Make the folders, after sweeping up behind builds that were killed. */
int build_place_open(struct store *store, struct build_place *out,
		     struct error *err) must_check;

/* Note that container ID belongs to this build, before it is started. */
int build_place_claim(const struct build_place *place, const char *id,
		      struct error *err) must_check;

/* It is gone. */
void build_place_disclaim(const struct build_place *place, const char *id);

/* Remove the folders. */
void build_place_close(struct build_place *place);
DEFINE_CLEANUP(struct build_place, build_place_close)

#endif
