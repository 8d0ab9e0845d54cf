/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several layers at once: a few threads take layers from a list, largest
 * first, until all are in or one failed.
 */
#ifndef LAYERS_LAYER_POOL_H
#define LAYERS_LAYER_POOL_H

#include "layers/image/layer_pull.h"

struct layer_job {
	struct layer_pull request;
	struct layer_pulled result; /* filled by layer_pool_run */
};

/*
 * Do COUNT jobs with WORKERS threads. The first failure stops the taking of
 * further jobs and is returned once those under way have ended.
 */
int layer_pool_run(struct layer_job *jobs, size_t count, unsigned workers,
		   struct error *err) must_check;

#endif
