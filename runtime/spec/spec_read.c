/* SPDX-License-Identifier: Apache-2.0 */
/* Owned strings, optional numbers and arrays of objects out of JSON. */
#include "runtime/spec/spec_read.h"

#include "base/alloc.h"
#include "base/jsonx.h"

int spec_read_text(const json_t *object, const char *key, char **out,
		   struct error *err)
{
	const char *text;

	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	free(*out);
	*out = xstrdup(text);
	return 0;
}

int spec_read_path(const json_t *object, const char *key, char **out,
		   struct error *err)
{
	const char *text;

	if (jsonx_string(object, key, &text, err) < 0)
		return -1;
	if (text[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "%s: \"%s\" is not an absolute path", key,
				 text);
	free(*out);
	*out = xstrdup(text);
	return 0;
}

int spec_read_number(const json_t *object, const char *key, int64_t min,
		     int64_t max, struct runtime_number *out, struct error *err)
{
	const json_t *value = json_object_get(object, key);

	out->is_set = value && !json_is_null(value);
	out->value = 0;
	return jsonx_opt_integer(object, key, min, max, &out->value, err);
}

int spec_read_u32(const json_t *object, const char *key, uint32_t *out,
		  struct error *err)
{
	int64_t value = *out;

	if (jsonx_opt_integer(object, key, 0, UINT32_MAX, &value, err) < 0)
		return -1;
	*out = (uint32_t)value;
	return 0;
}

int spec_read_array(const json_t *object, const char *key, size_t item_size,
		    spec_read_item *read, void **out, size_t *count_out,
		    struct error *err)
{
	json_t *array;
	json_t *value;
	size_t index;

	if (jsonx_opt_array(object, key, &array, err) < 0)
		return -1;
	if (!json_array_size(array))
		return 0;
	*out = xcalloc(json_array_size(array), item_size);
	json_array_foreach(array, index, value)
	{
		void *item = (char *)*out + index * item_size;

		*count_out = index + 1;
		if (!json_is_object(value))
			return error_set(err, ERROR_INVALID,
					 "%s[%zu]: expected an object", key,
					 index);
		if (read(value, item, err) < 0)
			return error_wrap(err, "%s[%zu]", key, index);
	}
	return 0;
}

int spec_read_pairs(const json_t *object, const char *key,
		    struct runtime_pair **out, size_t *count_out,
		    struct error *err)
{
	const char *name;
	json_t *map;
	json_t *value;

	if (jsonx_opt_object(object, key, &map, err) < 0)
		return -1;
	if (!json_object_size(map))
		return 0;
	*out = xcalloc(json_object_size(map), sizeof(**out));
	json_object_foreach(map, name, value)
	{
		if (!json_is_string(value))
			return error_set(err, ERROR_INVALID,
					 "%s: %s: expected a string", key,
					 name);
		(*out)[*count_out] = (struct runtime_pair){
			.key = xstrdup(name),
			.value = xstrdup(json_string_value(value)),
		};
		(*count_out)++;
	}
	return 0;
}

void spec_free_pairs(struct runtime_pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(pairs[i].key);
		free(pairs[i].value);
	}
	free(pairs);
}
