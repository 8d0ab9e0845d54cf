/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs done by several threads. */
#include "base/workers.h"

#include <pthread.h>
#include <stdbool.h>

struct crew {
	const struct workers_task *task;
	size_t next;
	pthread_mutex_t lock;
	struct error failed; /* the first failure */
};

static bool take(struct crew *crew, size_t *index)
{
	bool taken;

	(void)pthread_mutex_lock(&crew->lock); /* plain mutex */
	taken = crew->next < crew->task->count &&
		crew->failed.kind == ERROR_NONE;
	if (taken)
		*index = crew->next++;
	(void)pthread_mutex_unlock(&crew->lock);
	return taken;
}

static void keep_failure(struct crew *crew, struct error *err)
{
	(void)pthread_mutex_lock(&crew->lock); /* plain mutex */
	if (crew->failed.kind == ERROR_NONE)
		error_move(&crew->failed, err);
	(void)pthread_mutex_unlock(&crew->lock);
	error_release(err);
}

static void *work(void *context)
{
	struct crew *crew = context;
	size_t index = 0;

	while (take(crew, &index)) {
		struct error err = ERROR_INIT;

		if (crew->task->run(crew->task->context, index, &err) < 0)
			keep_failure(crew, &err);
	}
	return NULL;
}

int workers_run(const struct workers_task *task, struct error *err)
{
	struct crew crew = { .task = task };
	pthread_t threads[WORKERS_MAX];
	unsigned limit = task->workers < WORKERS_MAX ? task->workers
						     : WORKERS_MAX;
	unsigned started = 0;

	(void)pthread_mutex_init(&crew.lock, NULL); /* cannot fail */
	while (started + 1 < limit && started + 1 < task->count &&
	       !pthread_create(&threads[started], NULL, work, &crew))
		started++;
	(void)work(&crew); /* always NULL */
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL); /* ours, joined once */
	(void)pthread_mutex_destroy(&crew.lock);
	if (crew.failed.kind == ERROR_NONE)
		return 0;
	error_move(err, &crew.failed);
	return -1;
}
