/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What builds keep: steps with their layers, cache mounts, files that were
 * fetched. Anything of it may go at any time and is made again when it is
 * needed; what was not used for longest goes first.
 */
#ifndef BUILDER_BUILD_USAGE_H
#define BUILDER_BUILD_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "layers/store/store.h"

enum build_usage_kind {
	BUILD_USAGE_NONE = 0,
	BUILD_USAGE_STEP,
	BUILD_USAGE_MOUNT,
	BUILD_USAGE_FETCHED,
};

struct build_usage_row {
	enum build_usage_kind kind;
	char *id;	   /* a step's key; a folder's name */
	char *description; /* the step's words, a cache's id */
	uint64_t size;	   /* bytes */
	int64_t used;	   /* wall time, nanoseconds */
	bool is_shared;	   /* an image or a container has its layer, too */
};

struct build_usage {
	struct build_usage_row *rows; /* not used for longest first */
	size_t count;
};

#define BUILD_USAGE_INIT \
	{                \
		NULL, 0  \
	}

/* List all of it. */
int build_usage_list(struct store *store, struct build_usage *out,
		     struct error *err) must_check;

struct build_prune {
	bool has_until;
	int64_t until; /* only what was not used since */
	bool has_most;
	uint64_t most;	 /* only as much as is above it, in bytes */
	bool only_steps; /* cache mounts stay */
	const char *id;	 /* only this one, or what begins so; or NULL */
};

/*
 * Remove what REQUEST says. The ids go to REMOVED_OUT, unless it is NULL, and
 * the bytes that came free to *FREED_OUT. A cache mount in use stays.
 */
int build_prune(struct store *store, const struct build_prune *request,
		struct strvec *removed_out, uint64_t *freed_out,
		struct error *err) must_check;

/* Free the rows. */
void build_usage_release(struct build_usage *usage);
DEFINE_CLEANUP(struct build_usage, build_usage_release)

/* docker's word for KIND. */
const char *build_usage_kind_name(enum build_usage_kind kind);

#endif
