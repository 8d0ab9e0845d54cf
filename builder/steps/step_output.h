/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step says: to whoever follows the build, into a file that is kept, and
 * the last lines of it, for the words of a failure.
 *
 *   cache/logs/<build>/<number>.log
 */
#ifndef BUILDER_STEP_OUTPUT_H
#define BUILDER_STEP_OUTPUT_H

#include "builder/build_events.h"
#include "layers/store/store.h"

enum { STEP_OUTPUT_TAIL = 4096 };

struct step_output {
	const struct build_events *events;
	unsigned step;
	const char *name;
	int log_fd; /* -1: none is kept */
	char tail[STEP_OUTPUT_TAIL];
	size_t tail_length;
};

/* Pass LENGTH bytes of STREAM on. A full disk costs log lines, never a step. */
void step_output_write(struct step_output *output, int stream, const void *data,
		       size_t length);

/* The last lines, at most MOST of them; the caller's. */
char *step_output_last(const struct step_output *output, unsigned most)
	__attribute__((returns_nonnull));

#endif
