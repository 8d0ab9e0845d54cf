/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps of builds said, kept for `build logs`: a folder for each build
 * in which a step ran, the newest ones only.
 *
 *   cache/logs/<time>-<name>/<number>.log    all of a step's output
 *   cache/logs/<time>-<name>/<number>.name   what the step was
 */
#ifndef BUILDER_BUILD_LOG_H
#define BUILDER_BUILD_LOG_H

#include "base/strvec.h"
#include "layers/store/store.h"

enum { BUILD_LOGS_KEPT = 20 };

struct build_log {
	const struct store *store;
	char *name; /* of the folder, made with the first step */
};

#define BUILD_LOG_INIT     \
	{                  \
		NULL, NULL \
	}

/*
 * Open the log of step NUMBER called STEP; -1 when it cannot be kept, which is
 * no failure. Called by one thread at a time.
 */
int build_log_open(struct build_log *log, unsigned number, const char *step);

/* Append the names of the builds that have logs, the newest last. */
int build_log_list(const struct store *store, struct strvec *out,
		   struct error *err) must_check;

/* Append "NUMBER NAME" of each step of BUILD. NOT_FOUND. */
int build_log_steps(const struct store *store, const char *build,
		    struct strvec *out, struct error *err) must_check;

/* Open what step NUMBER of BUILD said. NOT_FOUND. */
int build_log_read(const struct store *store, const char *build,
		   unsigned number, int *fd_out, struct error *err) must_check;

/* Free it. */
void build_log_release(struct build_log *log);

#endif
