/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows how far a build is, on standard error: on a terminal one line for each
 * step that works, with what it says scrolling above; elsewhere, and where
 * plain is asked for, BuildKit's numbered lines; or as JSON, one object a line;
 * or not at all. Output of steps may hold anything: it is made harmless on a
 * terminal.
 */
#ifndef CMD_BUILD_SHOW_H
#define CMD_BUILD_SHOW_H

#include "builder/build_events.h"
#include "cmd/progress.h"

struct build_show;

/* A display in MODE. */
struct build_show *build_show_new(enum progress_mode mode);

/* Where a build's events go. */
struct build_events build_show_events(struct build_show *show);

/* A line of text, below all others. */
void build_show_line(struct build_show *show, const char *text);

/* Leave the screen as it is, and free all; NULL is fine. */
void build_show_free(struct build_show *show);
DEFINE_CLEANUP_PTR(struct build_show, build_show_free)

#endif
