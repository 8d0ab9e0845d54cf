/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value in a running template: a JSON value and what Go would have in its
 * place where JSON does not tell. Objects are structs or maps, nulls are nil
 * slices, maps or pointers; a const table by field name decides (tmpl_value.c,
 * after docker's types). "No value" (json is NULL) is what a missing map key
 * yields and prints "<no value>".
 *
 * A value owns one reference. Copies are made with tmpl_value_copy.
 */
#ifndef CMD_TMPL_VALUE_H
#define CMD_TMPL_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

enum tmpl_shape {
	TMPL_SHAPE_NONE = 0, /* a scalar or a list says it itself */
	TMPL_SHAPE_STRUCT,
	TMPL_SHAPE_MAP,
	TMPL_SHAPE_POINTER, /* null: a nil pointer */
	TMPL_SHAPE_SLICE,   /* null: a nil slice */
	TMPL_SHAPE_NIL,	    /* null: nil itself */
};

/* What indexing a map with a key it does not have gives. */
enum tmpl_zero {
	TMPL_ZERO_NONE = 0,
	TMPL_ZERO_STRING,
	TMPL_ZERO_STRUCT,
	TMPL_ZERO_SLICE,
	TMPL_ZERO_POINTER,
	TMPL_ZERO_BOOL,
	TMPL_ZERO_NUMBER,
};

/* The type of integers that are printed as Go prints a time.Duration. */
#define TMPL_DURATION "time.Duration"

struct tmpl_value {
	json_t *json; /* owned; NULL: no value */
	enum tmpl_shape shape;
	enum tmpl_zero zero; /* of a map's elements */
	const char *key;     /* the field it was found under, borrowed from the
				data, or NULL */
	const char *type;    /* Go type where JSON does not tell, or NULL */
};

#define TMPL_VALUE_NONE                                           \
	{                                                         \
		NULL, TMPL_SHAPE_NONE, TMPL_ZERO_NONE, NULL, NULL \
	}

/* A value of JSON, whose reference it takes over. */
struct tmpl_value tmpl_value_of(json_t *json);

/* A string value of LENGTH bytes. */
struct tmpl_value tmpl_value_string(const char *text, size_t length);

/* nil. */
struct tmpl_value tmpl_value_nil(void);

/* Another reference to VALUE. */
struct tmpl_value tmpl_value_copy(const struct tmpl_value *value);

/* Release what VALUE holds and make it no value. */
void tmpl_value_release(struct tmpl_value *value);
DEFINE_CLEANUP(struct tmpl_value, tmpl_value_release)

/* Release what TO holds and move FROM there. */
void tmpl_value_move(struct tmpl_value *to, struct tmpl_value *from);

/*
 * The field or key NAME of the object PARENT: exact, else in a struct without
 * regard to case, else a field docker may leave out. False when absent.
 */
bool tmpl_value_field(const struct tmpl_value *parent, const char *name,
		      struct tmpl_value *out);

/* The element of an object, with the object's element type. */
struct tmpl_value tmpl_value_member(const struct tmpl_value *parent,
				    const char *key, json_t *member);

/* The element INDEX of the array LIST. */
struct tmpl_value tmpl_value_element(const struct tmpl_value *list,
				     size_t index);

/* The zero value of the elements of MAP. */
struct tmpl_value tmpl_value_zero(const struct tmpl_value *map);

/* The keys of OBJECT sorted by byte; the caller frees the array. */
const char **tmpl_value_keys(const json_t *object);

/* Go's truth: not zero, empty or nil; structs are always true. */
bool tmpl_value_is_true(const struct tmpl_value *value);

/* Whether VALUE is a string. */
bool tmpl_value_is_string(const struct tmpl_value *value);

/* Its Go type as %T and error texts show it. */
const char *tmpl_value_type(const struct tmpl_value *value);

#endif
