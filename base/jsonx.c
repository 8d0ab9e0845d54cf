/* SPDX-License-Identifier: Apache-2.0 */
/* Typed access to jansson values. */
#include "base/jsonx.h"

#include <string.h>

#include "base/fs.h"

int jsonx_parse(const char *text, size_t length, const char *what, json_t **out,
		struct error *err)
{
	json_error_t failure;
	json_t *value;

	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &failure);
	if (!value)
		return error_set(err, ERROR_INVALID,
				 "%s is not valid JSON: %s (line %d)", what,
				 failure.text, failure.line);
	*out = value;
	return 0;
}

int jsonx_read(int dirfd, const char *name, size_t limit, json_t **out,
	       struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(limit);

	if (fs_read_file(dirfd, name, limit, &text, err) < 0)
		return -1;
	return jsonx_parse(text.text, text.length, name, out, err);
}

static int append(const char *data, size_t length, void *context)
{
	strbuf_add(context, data, length);
	return 0;
}

void jsonx_format(const json_t *value, struct strbuf *out)
{
	(void)json_dump_callback(value, append, out,
				 JSON_COMPACT | JSON_ENCODE_ANY);
}

void jsonx_format_indented(const json_t *value, unsigned indent,
			   struct strbuf *out)
{
	(void)json_dump_callback(value, append, out,
				 JSON_INDENT(indent) | JSON_ENCODE_ANY);
}

static int wrong(struct error *err, const char *key, const char *wanted)
{
	return error_set(err, ERROR_INVALID, "%s: expected %s", key, wanted);
}

static int missing(struct error *err, const char *key)
{
	return error_set(err, ERROR_INVALID, "%s: missing", key);
}

/* The member, with an explicit null counting as absent. */
static json_t *member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

int jsonx_opt_string(const json_t *object, const char *key,
		     const char *fallback, const char **out, struct error *err)
{
	const json_t *value = member(object, key);

	if (value && !json_is_string(value))
		return wrong(err, key, "a string");
	*out = value ? json_string_value(value) : fallback;
	return 0;
}

int jsonx_string(const json_t *object, const char *key, const char **out,
		 struct error *err)
{
	if (jsonx_opt_string(object, key, NULL, out, err) < 0)
		return -1;
	return *out ? 0 : missing(err, key);
}

int jsonx_opt_integer(const json_t *object, const char *key, int64_t min,
		      int64_t max, int64_t *out, struct error *err)
{
	const json_t *value = member(object, key);
	json_int_t number;

	if (!value)
		return 0;
	if (!json_is_integer(value))
		return wrong(err, key, "an integer");
	number = json_integer_value(value);
	if (number < min || number > max)
		return error_set(err, ERROR_INVALID, "%s: %lld is out of range",
				 key, (long long)number);
	*out = number;
	return 0;
}

int jsonx_integer(const json_t *object, const char *key, int64_t min,
		  int64_t max, int64_t *out, struct error *err)
{
	if (!member(object, key))
		return missing(err, key);
	return jsonx_opt_integer(object, key, min, max, out, err);
}

int jsonx_opt_bool(const json_t *object, const char *key, bool *out,
		   struct error *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return wrong(err, key, "true or false");
	*out = json_is_true(value);
	return 0;
}

int jsonx_opt_object(const json_t *object, const char *key, json_t **out,
		     struct error *err)
{
	json_t *value = member(object, key);

	if (value && !json_is_object(value))
		return wrong(err, key, "an object");
	*out = value;
	return 0;
}

int jsonx_object(const json_t *object, const char *key, json_t **out,
		 struct error *err)
{
	if (jsonx_opt_object(object, key, out, err) < 0)
		return -1;
	return *out ? 0 : missing(err, key);
}

int jsonx_opt_array(const json_t *object, const char *key, json_t **out,
		    struct error *err)
{
	json_t *value = member(object, key);

	if (value && !json_is_array(value))
		return wrong(err, key, "an array");
	*out = value;
	return 0;
}

int jsonx_array(const json_t *object, const char *key, json_t **out,
		struct error *err)
{
	if (jsonx_opt_array(object, key, out, err) < 0)
		return -1;
	return *out ? 0 : missing(err, key);
}

int jsonx_opt_strings(const json_t *object, const char *key, struct strvec *out,
		      struct error *err)
{
	json_t *array;
	json_t *value;
	size_t index;

	if (jsonx_opt_array(object, key, &array, err) < 0)
		return -1;
	json_array_foreach(array, index, value)
	{
		if (!json_is_string(value))
			return wrong(err, key, "an array of strings");
		strvec_add(out, json_string_value(value));
	}
	return 0;
}

json_t *jsonx_from_strvec(const struct strvec *vec)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vec->count; i++)
		(void)json_array_append_new(array, json_string(vec->items[i]));
	return array;
}
