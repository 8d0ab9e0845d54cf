/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of a RUN, asked for and ready. The request is borrowed; what is
 * ready owns its documents and holds the locks of its caches.
 */
#ifndef BUILDER_STEP_MOUNTS_STATE_H
#define BUILDER_STEP_MOUNTS_STATE_H

#include <jansson.h>

#include "base/lockfile.h"
#include "builder/build_place.h"
#include "builder/language/run_mount.h"
#include "builder/steps/agent_proxy.h"
#include "builder/steps/step_source.h"

struct step_mounts_request {
	const struct build_request *build;
	const struct build_place *place;
	const struct run_mounts *mounts;
	const struct step_source *sources; /* one for each mount */
	const char *folder;		   /* WORKDIR */
	unsigned step;			   /* tells the build's steps apart */
};

/* What a container gets. */
struct step_mounts_ready {
	json_t *mounts;	       /* docker's Mounts */
	struct strvec targets; /* where they are */
	struct strvec env;     /* "NAME=value", of secrets and agents */
	struct lockfile *locks;
	size_t lock_count;
	struct agent_proxy **agents;
	size_t agent_count;
};

#define STEP_MOUNTS_READY_INIT                                   \
	{                                                        \
		NULL, STRVEC_INIT, STRVEC_INIT, NULL, 0, NULL, 0 \
	}

/* Let go of caches and free all. */
void step_mounts_ready_release(struct step_mounts_ready *ready);
DEFINE_CLEANUP(struct step_mounts_ready, step_mounts_ready_release)

#endif
