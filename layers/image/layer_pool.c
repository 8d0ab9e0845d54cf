/* SPDX-License-Identifier: Apache-2.0 */
/* Layers pulled by several threads. */
#include "layers/image/layer_pool.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/workers.h"

static int by_size(const void *a, const void *b)
{
	const struct layer_job *one = *(struct layer_job *const *)a;
	const struct layer_job *two = *(struct layer_job *const *)b;

	if (one->request.blob->size == two->request.blob->size)
		return 0;
	return one->request.blob->size < two->request.blob->size ? 1 : -1;
}

static int pull_job(void *context, size_t index, struct error *err)
{
	struct layer_job **order = context;

	return layer_pull(&order[index]->request, &order[index]->result, err);
}

int layer_pool_run(struct layer_job *jobs, size_t count, unsigned workers,
		   struct error *err)
{
	autofree struct layer_job **order = xcalloc(count, sizeof(*order));
	struct workers_task task = {
		.count = count,
		.workers = workers,
		.context = order,
		.run = pull_job,
	};

	for (size_t i = 0; i < count; i++)
		order[i] = &jobs[i];
	qsort(order, count, sizeof(*order), by_size);
	for (size_t i = workers; i < count; i++)
		image_events_tell(order[i]->request.events, IMAGE_EVENT_WAITING,
				  &order[i]->request.blob->digest, 0, 0);
	return workers_run(&task, err);
}
