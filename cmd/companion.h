/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second program. What pulls, pushes and archives needs libraries that
 * cost more to load than a whole container start, so it is a program of its
 * own, run only when one of its verbs is asked for. A release carries it
 * within itself; otherwise it stands beside the first program.
 */
#ifndef CMD_COMPANION_H
#define CMD_COMPANION_H

#include "base/error.h"

/* Become the companion with the command line ARGV. Returns only on failure. */
int companion_exec(char *const *argv, struct error *err) must_check;

#endif
