/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading a runtime configuration needs beyond base/jsonx.h: members that
 * own what they hold, numbers that may be absent, arrays of objects. Each
 * failure names the member, and an array's element by its index, so that the
 * callers' wrapping spells the whole path.
 */
#ifndef RUNTIME_SPEC_READ_H
#define RUNTIME_SPEC_READ_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "runtime/spec/runtime_value.h"

/* Reads one element into ITEM, which is zeroed before. */
typedef int spec_read_item(const json_t *value, void *item, struct error *err);

/* A copy of the string member KEY, or NULL when absent. */
int spec_read_text(const json_t *object, const char *key, char **out,
		   struct error *err) must_check;

/* A copy of the string member KEY, which must be an absolute path. */
int spec_read_path(const json_t *object, const char *key, char **out,
		   struct error *err) must_check;

/* The integer member KEY within MIN and MAX, or unset when absent. */
int spec_read_number(const json_t *object, const char *key, int64_t min,
		     int64_t max, struct runtime_number *out,
		     struct error *err) must_check;

/* The integer member KEY within 0 and 2^32-1; *OUT stays when absent. */
int spec_read_u32(const json_t *object, const char *key, uint32_t *out,
		  struct error *err) must_check;

/*
 * The array of objects KEY (absent: none), each read by READ into an element
 * of ITEM_SIZE bytes. *OUT and *COUNT_OUT always describe what is to be
 * released, on failure too.
 */
int spec_read_array(const json_t *object, const char *key, size_t item_size,
		    spec_read_item *read, void **out, size_t *count_out,
		    struct error *err) must_check;

/*
 * spec_read_array into a typed pointer: *OUT is an array of what READ fills.
 */
#define SPEC_READ_ARRAY(object, key, read, out, count_out, err)               \
	({                                                                    \
		void *items_ = NULL;                                          \
		int result_ = spec_read_array(object, key, sizeof(**(out)),   \
					      read, &items_, count_out, err); \
		*(out) = items_;                                              \
		result_;                                                      \
	})

/* The object of strings KEY (absent: none), in the document's order. */
int spec_read_pairs(const json_t *object, const char *key,
		    struct runtime_pair **out, size_t *count_out,
		    struct error *err) must_check;

/* Free COUNT pairs and the array. */
void spec_free_pairs(struct runtime_pair *pairs, size_t count);

#endif
