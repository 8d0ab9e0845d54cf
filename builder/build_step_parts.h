/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of builder/build_step, a file for each kind of step, and what they
 * have in common.
 */
#ifndef BUILDER_BUILD_STEP_PARTS_H
#define BUILDER_BUILD_STEP_PARTS_H

#include "builder/build_step_state.h"
#include "layers/store/step_cache.h"

/* Tell that a step of STAGE begins, and fill in its name and number. */
void build_step_begin(struct build_step *step, const char *text);

/* Tell that it is through. */
void build_step_done(const struct build_step *step);

/* Free what it owns. */
void build_step_release(struct build_step *step);
DEFINE_CLEANUP(struct build_step, build_step_release)

/* Tell that KIND happened to STEP. */
void build_step_tell(const struct build_step *step, enum build_event_kind kind,
		     const char *text);

/*
 * Begin KEY with what every step reads: the files below it, unless it is ALONE,
 * and how times are capped.
 */
void build_step_key(const struct build_step *step, bool is_alone,
		    struct step_key *key);

/*
 * True when the entry of KEY was taken, and the image has grown by it. ERR
 * tells a failure from there being none.
 */
bool build_step_take(const struct build_step *step, const struct digest *key,
		     const char *created_by, struct error *err);

/* The same for the step's quick key, if it has one; that goes to QUICK. */
bool build_step_take_quick(struct build_step *step, const char *created_by,
			   struct digest *quick, struct error *err);

/* Say why the step has to be done, if that was asked for. */
void build_step_explain(const struct build_step *step,
			const struct digest *key);

/* Keep what the step made under KEY and, unless it is NULL, under QUICK. */
int build_step_keep(const struct build_step *step, const struct digest *key,
		    const struct digest *quick, const struct step_entry *entry,
		    struct error *err) must_check;

/* The step's files become the image's. */
void build_step_add(const struct build_step *step, const char *created_by,
		    const struct step_entry *entry);

/* COPY, ADD. */
int build_step_copy(struct build_step *step, struct error *err) must_check;

/* WORKDIR. */
int build_step_folder(struct build_step *step, struct error *err) must_check;

/* RUN. */
int build_step_command(struct build_step *step, struct error *err) must_check;

#endif
