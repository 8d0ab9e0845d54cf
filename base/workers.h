/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of jobs done by a few threads: each takes the next job until all are
 * taken or one has failed. The calling thread is one of them.
 */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stddef.h>

#include "base/error.h"

enum { WORKERS_MAX = 16 };

struct workers_task {
	size_t count;	  /* jobs, numbered from 0 in the order of taking */
	unsigned workers; /* threads at most; 0 counts as 1 */
	void *context;
	/* Do job INDEX; called from several threads. */
	int (*run)(void *context, size_t index, struct error *err);
};

/*
 * Do all jobs. After the first failure no further job is taken; it is
 * returned once the jobs under way have ended.
 */
int workers_run(const struct workers_task *task, struct error *err) must_check;

#endif
