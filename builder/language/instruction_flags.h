/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags of an instruction against the table of those it knows. A flag
 * without a value is true; one that is no list may be given once.
 */
#ifndef BUILDER_INSTRUCTION_FLAGS_H
#define BUILDER_INSTRUCTION_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"

/* One known flag, and where its value goes: exactly one is not NULL. */
struct instruction_flag {
	const char *name;    /* without "--" */
	char **string;	     /* stays NULL when not given */
	bool *boolean;	     /* stays as it is when not given */
	struct strvec *list; /* each value is appended */
	bool *given;	     /* may be NULL: set when it was */
};

/*
 * Read FLAGS ("--name=value") by COUNT rows of TABLE. INVALID names the
 * flag, and one that is near to an unknown one.
 */
int instruction_flags_read(const struct strvec *flags,
			   const struct instruction_flag *table, size_t count,
			   struct error *err) must_check;

#endif
