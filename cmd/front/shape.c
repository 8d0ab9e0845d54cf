/* SPDX-License-Identifier: Apache-2.0 */
/* docker's zero values. */
#include "cmd/front/shape.h"

#include <stdbool.h>

const char *shape_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Go's encoding/json calls these empty. */
static bool is_empty(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return !json_object_size(value);
	case JSON_ARRAY:
		return !json_array_size(value);
	case JSON_STRING:
		return !json_string_length(value);
	case JSON_INTEGER:
		return !json_integer_value(value);
	case JSON_REAL:
	case JSON_TRUE:
		return false;
	case JSON_FALSE:
	case JSON_NULL:
		return true;
	}
	return false;
}

static bool is_fitting(const json_t *value, enum shape_kind kind)
{
	switch (kind) {
	case SHAPE_TEXT:
		return json_is_string(value);
	case SHAPE_FLAG:
		return json_is_boolean(value);
	case SHAPE_NUMBER:
		return json_is_integer(value);
	case SHAPE_LIST:
	case SHAPE_NULL_LIST:
		return json_is_array(value);
	case SHAPE_MAP:
	case SHAPE_NULL_MAP:
		return json_is_object(value);
	case SHAPE_NULL_VALUE:
		return value != NULL;
	case SHAPE_SOME:
		return value && !is_empty(value);
	case SHAPE_NONE:
		break;
	}
	return false;
}

/* A new reference; NULL for a member that is left out. */
static json_t *zero(enum shape_kind kind)
{
	switch (kind) {
	case SHAPE_TEXT:
		return json_string("");
	case SHAPE_FLAG:
		return json_false();
	case SHAPE_NUMBER:
		return json_integer(0);
	case SHAPE_LIST:
		return json_array();
	case SHAPE_MAP:
		return json_object();
	case SHAPE_NULL_LIST:
	case SHAPE_NULL_MAP:
	case SHAPE_NULL_VALUE:
		return json_null();
	case SHAPE_SOME:
	case SHAPE_NONE:
		break;
	}
	return NULL;
}

json_t *shape_fill(const struct shape_field *shape, const json_t *from)
{
	json_t *object = json_object();

	for (; shape->name; shape++) {
		json_t *value = json_object_get(from, shape->name);

		value = is_fitting(value, shape->kind) ? json_incref(value)
						       : zero(shape->kind);
		if (value)
			(void)json_object_set_new(object, shape->name, value);
	}
	return object;
}

json_t *shape_fill_list(const struct shape_field *shape, const json_t *list)
{
	json_t *filled = json_array();
	const json_t *item;
	size_t index;

	json_array_foreach(list, index, item)(void)
		json_array_append_new(filled, shape_fill(shape, item));
	return filled;
}
