/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `build --why`: the first input by which a step differs from the most similar
 * one that was done before, in the same place of an earlier build of the same
 * site, or else anywhere with the same words.
 *
 *   cache/history/<digest of the site>   "STAGE KIND KEY" lines, newest last
 */
#ifndef BUILDER_BUILD_WHY_H
#define BUILDER_BUILD_WHY_H

#include "builder/build_step_state.h"

/* One sentence: "./src/main.c changed"; the caller's. */
char *build_why(const struct build_state *build, const struct build_step *step,
		const struct digest *key) __attribute__((returns_nonnull));

/* What STEP reads, to be kept beside its entry; the caller's. */
json_t *build_why_describe(const struct build_step *step);

/* Note that KEY was STEP's in this build, to be written with others. */
void build_why_note(struct build_state *build, const struct build_step *step,
		    const struct digest *key);

/* Write what was noted. What cannot be written is forgotten. */
void build_why_write(struct build_state *build);

/* How B differs from A, both notes; how many inputs do so to *COUNT_OUT. Pure.
 */
char *build_why_compare(const json_t *a, const json_t *b, size_t *count_out)
	__attribute__((returns_nonnull));

#endif
