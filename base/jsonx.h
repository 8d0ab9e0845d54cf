/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed access to jansson values with errors that name the path.
 *
 * Getters borrow from the object; `_opt_` forms accept an absent or null
 * member and then store the default. A member of the wrong type is INVALID
 * either way. Parsing refuses duplicate keys and trailing bytes; jansson caps
 * the depth at 2048. Integers must be integers: 1e3 and 1.0 are refused.
 */
#ifndef BASE_JSONX_H
#define BASE_JSONX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/strvec.h"

static inline void jsonx_free(json_t *value)
{
	json_decref(value);
}
DEFINE_CLEANUP_PTR(json_t, jsonx_free)

/* Parse LENGTH bytes; WHAT names the document in errors (INVALID). */
int jsonx_parse(const char *text, size_t length, const char *what, json_t **out,
		struct error *err) must_check;

/* Read and parse the file NAME below DIRFD, at most LIMIT bytes. */
int jsonx_read(int dirfd, const char *name, size_t limit, json_t **out,
	       struct error *err) must_check;

/* Append VALUE to OUT, compact, keys in insertion order, slashes plain. */
void jsonx_format(const json_t *value, struct strbuf *out);

/* Append VALUE indented by INDENT spaces, keys in insertion order. */
void jsonx_format_indented(const json_t *value, unsigned indent,
			   struct strbuf *out);

/* The string member KEY of OBJECT. */
int jsonx_string(const json_t *object, const char *key, const char **out,
		 struct error *err) must_check;

/* The string member KEY, or FALLBACK (may be NULL). */
int jsonx_opt_string(const json_t *object, const char *key,
		     const char *fallback, const char **out,
		     struct error *err) must_check;

/* The integer member KEY within MIN and MAX. */
int jsonx_integer(const json_t *object, const char *key, int64_t min,
		  int64_t max, int64_t *out, struct error *err) must_check;

/* The integer member KEY, or *OUT left as it is when absent. */
int jsonx_opt_integer(const json_t *object, const char *key, int64_t min,
		      int64_t max, int64_t *out, struct error *err) must_check;

/* The boolean member KEY, or *OUT left as it is when absent. */
int jsonx_opt_bool(const json_t *object, const char *key, bool *out,
		   struct error *err) must_check;

/* The object member KEY. */
int jsonx_object(const json_t *object, const char *key, json_t **out,
		 struct error *err) must_check;

/* The object member KEY, or NULL. */
int jsonx_opt_object(const json_t *object, const char *key, json_t **out,
		     struct error *err) must_check;

/* The array member KEY. */
int jsonx_array(const json_t *object, const char *key, json_t **out,
		struct error *err) must_check;

/* The array member KEY, or NULL. */
int jsonx_opt_array(const json_t *object, const char *key, json_t **out,
		    struct error *err) must_check;

/* Append the strings of array member KEY (absent: nothing) to OUT. */
int jsonx_opt_strings(const json_t *object, const char *key, struct strvec *out,
		      struct error *err) must_check;

/* A new array of VEC's strings. */
json_t *jsonx_from_strvec(const struct strvec *vec);

#endif
