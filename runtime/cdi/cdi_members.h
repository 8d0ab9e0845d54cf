/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking JSON objects against tables of what may be in them. Pure. Where a
 * string is wanted, a number or a boolean without quotes is one, as readers of
 * YAML have it.
 */
#ifndef RUNTIME_CDI_MEMBERS_H
#define RUNTIME_CDI_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum cdi_kind {
	CDI_NONE = 0,
	CDI_TEXT,    /* a string that is not empty */
	CDI_PATH,    /* one that begins with "/" */
	CDI_NUMBER,  /* an integer from 0 to the row's greatest */
	CDI_TEXTS,   /* a list of strings */
	CDI_NUMBERS, /* of integers */
	CDI_OBJECTS, /* of objects, which the caller checks */
	CDI_OBJECT,  /* an object, likewise */
	CDI_PAIRS,   /* an object of strings */
};

struct cdi_member {
	const char *key;
	enum cdi_kind kind;
	bool is_needed;
	unsigned since; /* version: minor of 0.x, 10 and more from 1.0 on */
	int64_t most;	/* of numbers */
};

/*
 * Check OBJECT's members against ROWS, which end with one without a key, of a
 * document of VERSION. INVALID names the member.
 */
int cdi_members_check(json_t *object, const struct cdi_member *rows,
		      unsigned version, struct error *err) must_check;

#endif
