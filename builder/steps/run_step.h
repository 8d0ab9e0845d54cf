/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A RUN: a container like any other, with a monitor, networks and limits, whose
 * own layer becomes the step's. What it says goes to the build's events and
 * into its log.
 */
#ifndef BUILDER_RUN_STEP_H
#define BUILDER_RUN_STEP_H

#include "builder/steps/step_mounts.h"
#include "builder/steps/step_output.h"
#include "layers/image/layer_made.h"

struct run_step {
	const struct build_request *build;
	const struct build_place *place;
	const struct image_state *image;
	const struct instruction *instruction; /* variables filled in */
	const struct strvec *env;	       /* "NAME=value" */
	const struct step_mounts_request *mounts;
	struct step_output *output;
	struct lease *lease; /* on the layer that is made */
	int kept_fd; /* folder for the files of a step that fails: upper/; what
			is there already the step begins with; or -1 */
	int stop_fd; /* readable once it is to end, as the build's cancel_fd */
	bool is_shell; /* no program: a shell on the caller's terminal */
};

/* How it ended. */
struct run_step_end {
	int exit_code;
	struct layer_made layer; /* when it ended with 0 */
};

/*
 * Run it. An exit code that is not 0 is no error here. INTERRUPTED when the
 * build is cancelled. The caller releases the layer.
 */
int run_step(const struct run_step *step, struct run_step_end *out,
	     struct error *err) must_check;

/* The words that the container executes. */
void run_step_words(const struct run_step *step, struct strvec *out);

#endif
