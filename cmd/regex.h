/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's regular expressions by POSIX's: RE2's common syntax is rewritten for
 * regcomp(3). Classes (\d \w \s and their opposites), groups that do not
 * capture, lazy quantifiers and a leading (?i) are understood. What has no
 * POSIX form is INVALID, as are repetitions that would grow beyond RE2's 1000.
 */
#ifndef CMD_REGEX_H
#define CMD_REGEX_H

#include <stdbool.h>

#include "base/error.h"

/* Whether PATTERN is found anywhere in TEXT; INVALID when it is none. */
int regex_search(const char *pattern, const char *text, bool *out,
		 struct error *err) must_check;

#endif
