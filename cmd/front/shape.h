/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects in docker's shape: every member that docker shows, in its order,
 * with Go's zero value where nothing was said. A shape is a const table;
 * filling it drops members that docker does not know and values of the wrong
 * type (an image's config is somebody else's bytes), so templates can rely on
 * what `inspect` prints. Pure.
 */
#ifndef CMD_SHAPE_H
#define CMD_SHAPE_H

#include <jansson.h>

enum shape_kind {
	SHAPE_NONE = 0,	  /* ends a table */
	SHAPE_TEXT,	  /* "" */
	SHAPE_FLAG,	  /* false */
	SHAPE_NUMBER,	  /* 0 */
	SHAPE_LIST,	  /* [] */
	SHAPE_MAP,	  /* {} */
	SHAPE_NULL_LIST,  /* null when there is no list */
	SHAPE_NULL_MAP,	  /* null when there is no map */
	SHAPE_NULL_VALUE, /* null when there is nothing */
	SHAPE_SOME,	  /* left out when absent or empty */
};

struct shape_field {
	const char *name;
	enum shape_kind kind;
};

/* A new object with the fields of SHAPE, values taken from FROM (or NULL). */
json_t *shape_fill(const struct shape_field *shape, const json_t *from);

/* A new array: each object of LIST (an array or NULL) filled by SHAPE. */
json_t *shape_fill_list(const struct shape_field *shape, const json_t *list);

/* The string member KEY of OBJECT, borrowed; "" when there is none. */
const char *shape_text(const json_t *object, const char *key);

#endif
