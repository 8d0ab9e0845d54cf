/* SPDX-License-Identifier: Apache-2.0 */
/* Layers pulled by several threads. */
#include "layers/image/layer_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { LAYER_POOL_WORKERS_MAX = 16 };

struct pool {
	struct layer_job **order; /* largest first */
	size_t count;
	size_t next;
	pthread_mutex_t lock;
	struct error failed; /* the first failure */
};

static int by_size(const void *a, const void *b)
{
	const struct layer_job *one = *(struct layer_job *const *)a;
	const struct layer_job *two = *(struct layer_job *const *)b;

	if (one->request.blob->size == two->request.blob->size)
		return 0;
	return one->request.blob->size < two->request.blob->size ? 1 : -1;
}

static struct layer_job *take(struct pool *pool)
{
	struct layer_job *job = NULL;

	(void)pthread_mutex_lock(&pool->lock); /* plain mutex */
	if (pool->next < pool->count && pool->failed.kind == ERROR_NONE)
		job = pool->order[pool->next++];
	(void)pthread_mutex_unlock(&pool->lock);
	return job;
}

static void keep_failure(struct pool *pool, struct error *err)
{
	(void)pthread_mutex_lock(&pool->lock); /* plain mutex */
	if (pool->failed.kind == ERROR_NONE)
		error_move(&pool->failed, err);
	(void)pthread_mutex_unlock(&pool->lock);
	error_release(err);
}

static void *work(void *context)
{
	struct pool *pool = context;
	struct layer_job *job;

	while ((job = take(pool))) {
		struct error err = ERROR_INIT;

		if (layer_pull(&job->request, &job->result, &err) < 0)
			keep_failure(pool, &err);
	}
	return NULL;
}

static void run_threads(struct pool *pool, unsigned workers)
{
	pthread_t threads[LAYER_POOL_WORKERS_MAX];
	unsigned started = 0;

	if (workers > LAYER_POOL_WORKERS_MAX)
		workers = LAYER_POOL_WORKERS_MAX;
	while (started + 1 < workers && started + 1 < pool->count &&
	       !pthread_create(&threads[started], NULL, work, pool))
		started++;
	(void)work(pool); /* this thread is one of them */
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL); /* ours, joined once */
}

int layer_pool_run(struct layer_job *jobs, size_t count, unsigned workers,
		   struct error *err)
{
	autofree struct layer_job **order = xcalloc(count, sizeof(*order));
	struct pool pool = { .order = order, .count = count };

	for (size_t i = 0; i < count; i++)
		order[i] = &jobs[i];
	qsort(order, count, sizeof(*order), by_size);
	for (size_t i = 0; i < count; i++) {
		if (i >= workers)
			image_events_tell(
				order[i]->request.events, IMAGE_EVENT_WAITING,
				&order[i]->request.blob->digest, 0, 0);
	}
	(void)pthread_mutex_init(&pool.lock, NULL); /* cannot fail */
	run_threads(&pool, workers);
	(void)pthread_mutex_destroy(&pool.lock);
	if (pool.failed.kind == ERROR_NONE)
		return 0;
	error_move(err, &pool.failed);
	return -1;
}
