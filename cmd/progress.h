/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows how far a pull, a push or a load is. The layers' code reports events
 * (an id, docker's word for the state, two numbers) from any thread; what
 * comes of them depends on the mode:
 *   - on a terminal, one line per id, drawn over in place, with docker's bar
 *     where there is room for it;
 *   - elsewhere, one plain line whenever an id enters another state, and none
 *     for bare numbers;
 *   - as JSON, one object per line (docs/progress.md);
 *   - quiet, nothing.
 * Ids, states and lines may hold bytes from outside: all are made harmless.
 * A reader that went away is no error here: the command decides what to do.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdint.h>

#include "base/error.h"

enum progress_mode {
	PROGRESS_NONE = 0,
	PROGRESS_AUTO,	/* drawn if the descriptor is a terminal, else plain */
	PROGRESS_TTY,	/* drawn whatever it is */
	PROGRESS_PLAIN, /* state changes only */
	PROGRESS_JSON,
	PROGRESS_QUIET,
};

struct progress;

/* The mode called NAME (auto, tty, plain, json, quiet); INVALID else. */
int progress_mode_from_name(const char *name, enum progress_mode *out,
			    struct error *err) must_check;

/* A reporter that writes to FD, which stays the caller's. */
struct progress *progress_new(enum progress_mode mode, int fd);

/*
 * Report that ID is in STATE, with CURRENT of TOTAL bytes done (TOTAL 0: not
 * known, both 0: no numbers). Drawing is limited to some frames a second; a
 * change of state is always shown. Safe to call from several threads.
 */
void progress_event(struct progress *progress, const char *id,
		    const char *state, uint64_t current, uint64_t total);

/* Show a whole line of text, above the lines of the ids. Thread-safe. */
void progress_line(struct progress *progress, const char *text);

/*
 * Draw the last state of every id and forget them: what is printed from now
 * on stands below. Thread-safe.
 */
void progress_finish(struct progress *progress);

/* Finish and free; NULL is fine. */
void progress_free(struct progress *progress);
DEFINE_CLEANUP_PTR(struct progress, progress_free)

#endif
