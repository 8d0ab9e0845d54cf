/* SPDX-License-Identifier: Apache-2.0 */
/* The table, and the functions of funcs.go that work on any value. */
#include "cmd/tmpl/tmpl_funcs.h"

#include <string.h>

#include "cmd/tmpl/tmpl_compare.h"
#include "cmd/tmpl/tmpl_json.h"
#include "cmd/tmpl/tmpl_printf.h"
#include "cmd/tmpl/tmpl_text.h"

enum { SLICE_INDEXES_MAX = 3 };

static int call_print(const struct tmpl_arguments *arguments,
		      struct tmpl_value *out, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);

	tmpl_arguments_sprint(arguments, "<nil>", &text);
	return tmpl_arguments_give(&text, out, err);
}

static int call_println(const struct tmpl_arguments *arguments,
			struct tmpl_value *out, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);

	tmpl_arguments_sprintln(arguments, &text);
	return tmpl_arguments_give(&text, out, err);
}

static int call_printf(const struct tmpl_arguments *arguments,
		       struct tmpl_value *out, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);
	const json_t *format = arguments->values[0].json;

	tmpl_printf(json_string_value(format), json_string_length(format),
		    arguments->values + 1, arguments->count - 1, &text);
	return tmpl_arguments_give(&text, out, err);
}

static int call_json(const struct tmpl_arguments *arguments,
		     struct tmpl_value *out, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);

	tmpl_json(&arguments->values[0], arguments->options->escapes_html,
		  &text);
	return tmpl_arguments_give(&text, out, err);
}

static int call_not(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	(void)err;
	*out = tmpl_value_of(
		json_boolean(!tmpl_value_is_true(&arguments->values[0])));
	return 0;
}

static struct tmpl_value literal_integer(size_t number)
{
	struct tmpl_value value =
		tmpl_value_of(json_integer((json_int_t)number));

	value.type = "int";
	return value;
}

static bool is_map(const struct tmpl_value *value,
		   const struct tmpl_options *options)
{
	return json_is_object(value->json) &&
	       (value->shape == TMPL_SHAPE_MAP || options->is_raw);
}

static int call_len(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	const struct tmpl_value *value = &arguments->values[0];

	if (tmpl_arguments_is_nil(value))
		return error_set(err, ERROR_INVALID,
				 "reflect: call of reflect.Value.Type on zero "
				 "Value");
	if (value->shape == TMPL_SHAPE_POINTER && json_is_null(value->json))
		return error_set(err, ERROR_INVALID, "len of nil pointer");
	if (json_is_string(value->json))
		*out = literal_integer(json_string_length(value->json));
	else if (json_is_array(value->json))
		*out = literal_integer(json_array_size(value->json));
	else if (json_is_null(value->json))
		*out = literal_integer(0);
	else if (is_map(value, arguments->options))
		*out = literal_integer(json_object_size(value->json));
	else
		return error_set(err, ERROR_INVALID, "len of type %s",
				 tmpl_value_type(value));
	return 0;
}

/* An index into something that LENGTH elements, LENGTH itself included. */
static int read_index(const struct tmpl_value *index, size_t length,
		      size_t *out, struct error *err)
{
	json_int_t number;

	if (tmpl_arguments_is_nil(index))
		return error_set(err, ERROR_INVALID,
				 "cannot index slice/array with nil");
	if (!json_is_integer(index->json))
		return error_set(err, ERROR_INVALID,
				 "cannot index slice/array with type %s",
				 tmpl_value_type(index));
	number = json_integer_value(index->json);
	if (number < 0 || (unsigned long long)number > length)
		return error_set(err, ERROR_INVALID, "index out of range: %lld",
				 (long long)number);
	*out = (size_t)number;
	return 0;
}

static int index_list(const struct tmpl_value *list,
		      const struct tmpl_value *index, struct tmpl_value *out,
		      struct error *err)
{
	bool is_string = json_is_string(list->json);
	size_t length = is_string ? json_string_length(list->json)
				  : json_array_size(list->json);
	size_t at;

	if (read_index(index, length, &at, err) < 0)
		return -1;
	if (at == length)
		return error_set(err, ERROR_INVALID,
				 "reflect: %s index out of range",
				 is_string ? "string" : "slice");
	if (!is_string) {
		*out = tmpl_value_element(list, at);
		return 0;
	}
	*out = literal_integer(
		(unsigned char)json_string_value(list->json)[at]);
	out->type = "uint8";
	return 0;
}

static int index_map(const struct tmpl_value *map,
		     const struct tmpl_value *index, struct tmpl_value *out,
		     struct error *err)
{
	const char *key = json_string_value(index->json);
	json_t *member;

	if (tmpl_arguments_is_nil(index))
		return error_set(err, ERROR_INVALID,
				 "value is nil; should be of type string");
	if (!key)
		return error_set(err, ERROR_INVALID,
				 "value has type %s; should be string",
				 tmpl_value_type(index));
	member = json_object_get(map->json, key);
	*out = member ? tmpl_value_member(map, key, member)
		      : tmpl_value_zero(map);
	if (map->shape == TMPL_SHAPE_MAP || !member)
		return 0;
	out->key = json_object_iter_key(json_object_iter_at(map->json, key));
	return 0;
}

static int index_one(const struct tmpl_value *value,
		     const struct tmpl_value *index,
		     const struct tmpl_options *options, struct tmpl_value *out,
		     struct error *err)
{
	if (value->shape == TMPL_SHAPE_POINTER && json_is_null(value->json))
		return error_set(err, ERROR_INVALID, "index of nil pointer");
	if (is_map(value, options) ||
	    (value->shape == TMPL_SHAPE_MAP && json_is_null(value->json)))
		return index_map(value, index, out, err);
	if (json_is_array(value->json) || json_is_string(value->json) ||
	    (json_is_null(value->json) && value->shape == TMPL_SHAPE_SLICE))
		return index_list(value, index, out, err);
	return error_set(err, ERROR_INVALID, "can't index item of type %s",
			 tmpl_value_type(value));
}

static int call_index(const struct tmpl_arguments *arguments,
		      struct tmpl_value *out, struct error *err)
{
	const struct tmpl_value *value = &arguments->values[0];
	autoclean(tmpl_value_release) struct tmpl_value item = TMPL_VALUE_NONE;

	if (tmpl_arguments_is_nil(value))
		return error_set(err, ERROR_INVALID, "index of untyped nil");
	item = tmpl_value_copy(value);
	for (size_t i = 1; i < arguments->count; i++) {
		struct tmpl_value found = TMPL_VALUE_NONE;

		if (index_one(&item, &arguments->values[i], arguments->options,
			      &found, err) < 0)
			return -1;
		tmpl_value_move(&item, &found);
	}
	tmpl_value_move(out, &item);
	return 0;
}

/* The bounds that slice was given, for something of LENGTH. */
static int read_bounds(const struct tmpl_arguments *arguments, size_t length,
		       size_t bounds[static SLICE_INDEXES_MAX],
		       struct error *err)
{
	bounds[0] = 0;
	bounds[1] = bounds[2] = length;
	for (size_t i = 1; i < arguments->count; i++)
		if (read_index(&arguments->values[i], length, &bounds[i - 1],
			       err) < 0)
			return -1;
	for (size_t i = 0; i + 1 < SLICE_INDEXES_MAX; i++)
		if (bounds[i] > bounds[i + 1])
			return error_set(err, ERROR_INVALID,
					 "invalid slice index: %zu > %zu",
					 bounds[i], bounds[i + 1]);
	return 0;
}

static int call_slice(const struct tmpl_arguments *arguments,
		      struct tmpl_value *out, struct error *err)
{
	const struct tmpl_value *value = &arguments->values[0];
	bool is_string = json_is_string(value->json);
	size_t bounds[SLICE_INDEXES_MAX];
	size_t length = is_string ? json_string_length(value->json)
				  : json_array_size(value->json);

	if (tmpl_arguments_is_nil(value))
		return error_set(err, ERROR_INVALID, "slice of untyped nil");
	if (arguments->count - 1 > SLICE_INDEXES_MAX)
		return error_set(err, ERROR_INVALID,
				 "too many slice indexes: %zu",
				 arguments->count - 1);
	if (!is_string && !json_is_array(value->json) &&
	    value->shape != TMPL_SHAPE_SLICE)
		return error_set(err, ERROR_INVALID,
				 "can't slice item of type %s",
				 tmpl_value_type(value));
	if (is_string && arguments->count - 1 == SLICE_INDEXES_MAX)
		return error_set(err, ERROR_INVALID,
				 "cannot 3-index slice a string");
	if (read_bounds(arguments, length, bounds, err) < 0)
		return -1;
	if (is_string) {
		*out = tmpl_value_string(json_string_value(value->json) +
						 bounds[0],
					 bounds[1] - bounds[0]);
		return 0;
	}
	*out = tmpl_value_of(json_array());
	out->key = value->key;
	for (size_t i = bounds[0]; i < bounds[1]; i++)
		(void)json_array_append(out->json, /* fails out of memory */
					json_array_get(value->json, i));
	return 0;
}

static const struct tmpl_function functions[] = {
	{ "and", "a", true, false, NULL },
	{ "call", "a", true, false, NULL },
	{ "eq", "a", true, false, tmpl_compare_eq },
	{ "ge", "aa", false, false, tmpl_compare_ge },
	{ "gt", "aa", false, false, tmpl_compare_gt },
	{ "html", "", true, false, tmpl_text_html },
	{ "index", "a", true, false, call_index },
	{ "join", "as", false, true, tmpl_text_join },
	{ "js", "", true, false, tmpl_text_js },
	{ "json", "a", false, true, call_json },
	{ "le", "aa", false, false, tmpl_compare_le },
	{ "len", "a", false, false, call_len },
	{ "lower", "s", false, true, tmpl_text_lower },
	{ "lt", "aa", false, false, tmpl_compare_lt },
	{ "ne", "aa", false, false, tmpl_compare_ne },
	{ "not", "a", false, false, call_not },
	{ "or", "a", true, false, NULL },
	{ "pad", "sii", false, true, tmpl_text_pad },
	{ "print", "", true, false, call_print },
	{ "printf", "s", true, false, call_printf },
	{ "println", "", true, false, call_println },
	{ "slice", "a", true, false, call_slice },
	{ "split", "ss", false, true, tmpl_text_split },
	{ "title", "s", false, true, tmpl_text_title },
	{ "truncate", "si", false, true, tmpl_text_truncate },
	{ "upper", "s", false, true, tmpl_text_upper },
	{ "urlquery", "", true, false, tmpl_text_urlquery },
};

const struct tmpl_function *tmpl_function_find(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (!strcmp(functions[i].name, name))
			return &functions[i];
	return NULL;
}
