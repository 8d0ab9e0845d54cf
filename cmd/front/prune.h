/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the prunes of images, containers and volumes share: docker's question
 * before, and docker's report after. What is unused, and how it goes, each
 * verb knows by itself.
 */
#ifndef CMD_PRUNE_H
#define CMD_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Whether to go on: without asking when IS_FORCED, else after a warning that
 * this will remove WHAT ("all stopped containers").
 */
int prune_ask(bool is_forced, const char *what, bool *out,
	      struct error *err) must_check;

/*
 * Print what went: TITLE ("Deleted Containers:") and LINES, each ending in a
 * newline, unless there are none; then FREED bytes, in words.
 */
int prune_report(const char *title, const char *lines, uint64_t freed,
		 struct error *err) must_check;

#endif
