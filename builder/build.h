/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A build: the stages that the target needs, independent ones at once, each
 * step taken from the cache or done. What comes out is an image in memory,
 * whose layers are in the store; image_assemble.h makes it one there.
 */
#ifndef BUILDER_BUILD_H
#define BUILDER_BUILD_H

#include "builder/build_request.h"
#include "builder/image/image_state.h"
#include "layers/store/lease.h"

struct build_result {
	struct image_state image;
	struct strvec made; /* keys of cache entries that are new */
	struct strvec used; /* keys of all steps */
	struct lease lease; /* on the layers, until an image has them */
};

#define BUILD_RESULT_INIT                                              \
	{                                                              \
		IMAGE_STATE_INIT, STRVEC_INIT, STRVEC_INIT, LEASE_INIT \
	}

/*
 * Build. What was finished stays cached whatever the result. INVALID for what
 * the Dockerfile has wrong, with file and line; for a RUN that fails the error
 * has the step, its last lines and its exit code.
 */
int build_run(const struct build_request *request, struct build_result *out,
	      struct error *err) must_check;

/* Free all. */
void build_result_release(struct build_result *result);
DEFINE_CLEANUP(struct build_result, build_result_release)

#endif
