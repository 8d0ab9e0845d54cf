/* SPDX-License-Identifier: Apache-2.0 */
/* Members by table. */
#include "runtime/cdi/cdi_members.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What VALUE is as a string, or NULL: a new reference. */
static json_t *as_text(const json_t *value)
{
	char digits[24];

	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "true" : "false");
	if (!json_is_integer(value))
		return NULL;
	(void)snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
		       json_integer_value(value));
	return json_string(digits);
}

static int check_text(json_t *object, const struct cdi_member *row,
		      struct error *err)
{
	json_t *value = json_object_get(object, row->key);
	const char *text;

	if (!json_is_string(value)) {
		value = as_text(value);
		if (!value)
			return error_set(err, ERROR_INVALID,
					 "expected a string");
		(void)json_object_set_new(object, row->key, value);
	}
	text = json_string_value(value);
	if (strlen(text) != json_string_length(value))
		return error_set(err, ERROR_INVALID, "a null byte");
	if (!*text && !row->is_needed)
		return json_object_del(object, row->key); /* as if not there */
	if (!*text)
		return error_set(err, ERROR_INVALID, "empty");
	if (row->kind == CDI_PATH && *text != '/')
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is not an absolute path", text);
	return 0;
}

static int check_number(const json_t *value, int64_t most, struct error *err)
{
	if (!json_is_integer(value))
		return error_set(err, ERROR_INVALID, "expected an integer");
	if (json_integer_value(value) < 0 || json_integer_value(value) > most)
		return error_set(err, ERROR_INVALID,
				 "expected an integer from 0 to %" PRId64,
				 most);
	return 0;
}

static int check_item(json_t *list, size_t index, const struct cdi_member *row,
		      struct error *err)
{
	json_t *item = json_array_get(list, index);

	if (row->kind == CDI_NUMBERS)
		return check_number(item, row->most, err);
	if (row->kind == CDI_OBJECTS)
		return json_is_object(item) ? 0
					    : error_set(err, ERROR_INVALID,
							"expected an object");
	if (json_is_string(item))
		return strlen(json_string_value(item)) ==
				       json_string_length(item)
			       ? 0
			       : error_set(err, ERROR_INVALID, "a null byte");
	item = as_text(item);
	if (!item)
		return error_set(err, ERROR_INVALID, "expected a string");
	(void)json_array_set_new(list, index, item);
	return 0;
}

static int check_list(json_t *list, const struct cdi_member *row,
		      struct error *err)
{
	if (!json_is_array(list))
		return error_set(err, ERROR_INVALID, "expected a list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (check_item(list, i, row, err) < 0)
			return error_wrap(err, "[%zu]", i);
	}
	return 0;
}

static int check_object(const json_t *object, const struct cdi_member *row,
			struct error *err)
{
	json_t *map = json_object_get(object, row->key);
	const char *key;
	json_t *value;

	if (!json_is_object(map))
		return error_set(err, ERROR_INVALID, "expected an object");
	if (row->kind == CDI_OBJECT)
		return 0;
	json_object_foreach(map, key, value)
	{
		if (!json_is_string(value) && !json_is_integer(value) &&
		    !json_is_boolean(value))
			return error_set(err, ERROR_INVALID,
					 "%s: expected a string", key);
	}
	return 0;
}

static int check_value(json_t *object, const struct cdi_member *row,
		       struct error *err)
{
	json_t *value = json_object_get(object, row->key);

	switch (row->kind) {
	case CDI_TEXT:
	case CDI_PATH:
		return check_text(object, row, err);
	case CDI_NUMBER:
		return check_number(value, row->most, err);
	case CDI_TEXTS:
	case CDI_NUMBERS:
	case CDI_OBJECTS:
		return check_list(value, row, err);
	case CDI_OBJECT:
	case CDI_PAIRS:
		return check_object(object, row, err);
	case CDI_NONE:
		break;
	}
	return 0;
}

static const struct cdi_member *find_row(const struct cdi_member *rows,
					 const char *key)
{
	for (; rows->key; rows++) {
		if (!strcmp(rows->key, key))
			return rows;
	}
	return NULL;
}

/* "null" is as if it were not there. */
static void drop_nulls(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
	{
		if (json_is_null(value))
			(void)json_object_del(object, key); /* it is there */
	}
}

static int check_known(const json_t *object, const struct cdi_member *rows,
		       unsigned version, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const struct cdi_member *row = find_row(rows, key);

		if (!row)
			return error_set(err, ERROR_INVALID,
					 "unknown field \"%s\"", key);
		if (row->since > version)
			return error_set(err, ERROR_INVALID,
					 "%s: needs cdiVersion %u.%u.0", key,
					 row->since / 10, row->since % 10);
	}
	return 0;
}

int cdi_members_check(json_t *object, const struct cdi_member *rows,
		      unsigned version, struct error *err)
{
	drop_nulls(object);
	if (check_known(object, rows, version, err) < 0)
		return -1;
	for (; rows->key; rows++) {
		if (!json_object_get(object, rows->key)) {
			if (!rows->is_needed)
				continue;
			return error_set(err, ERROR_INVALID, "%s: missing",
					 rows->key);
		}
		if (check_value(object, rows, err) < 0)
			return error_wrap(err, "%s", rows->key);
	}
	return 0;
}
