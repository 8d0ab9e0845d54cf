/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a step that failed, kept so that `build --shell` can look at
 * them and `build --resume` can go on from them. One for each build, known by
 * its context and its Dockerfile:
 *
 *   cache/failed/<digest of the site>/upper        the files
 *   cache/failed/<digest of the site>/failed.json  which step it was
 */
#ifndef BUILDER_BUILD_FAILED_H
#define BUILDER_BUILD_FAILED_H

#include "builder/build_step_state.h"

struct build_failed {
	int folder;	  /* -1: nothing is kept */
	bool is_taken_up; /* the files of this very step are there */
};

#define BUILD_FAILED_INIT \
	{                 \
		-1, false \
	}

/*
 * Open the folder for STEP, the first RUN of its stage that is to be executed.
 * With --resume and --shell the files that were kept of this step stay; others
 * go. NOT_FOUND when a shell is asked for and there are none.
 */
int build_failed_open(const struct build_state *build,
		      const struct build_step *step, struct build_failed *out,
		      struct error *err) must_check;

/* Note that STEP failed, whose files are in the folder now. */
void build_failed_note(const struct build_state *build,
		       const struct build_step *step,
		       const struct build_failed *failed);

/* It did not fail: nothing needs to be kept. */
void build_failed_forget(const struct build_failed *failed);

/* Close it. */
void build_failed_release(struct build_failed *failed);
DEFINE_CLEANUP(struct build_failed, build_failed_release)

#endif
