/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading --gpus.
 *
 *   gpus  = item *("," item)            csv.h, so that a value may be a list
 *   item  = count | key "=" value
 *   count = "all" | integer
 */
#include "cmd/front/run_gpus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "cmd/csv.h"
#include "cmd/front/run_options.h"

/* "a,b" as a list, which a list of its own stands behind. */
static json_t *split(const char *text)
{
	json_t *list = json_array();

	for (;;) {
		size_t length = strcspn(text, ",");

		(void)json_array_append_new(list, json_stringn(text, length));
		if (!text[length])
			return list;
		text += length + 1;
	}
}

static int set_count(json_t *request, const char *text, struct error *err)
{
	const char *digits = text + (*text == '-' || *text == '+');
	long long value = -1;
	char *end = NULL;

	if (strcmp(text, "all") != 0) {
		errno = 0;
		value = strtoll(text, &end, 10);
		if (!*digits || strspn(digits, "0123456789") != strlen(digits))
			return error_set(err, ERROR_INVALID,
					 "invalid count (%s): value must be "
					 "either \"all\" or an integer: "
					 "invalid syntax",
					 text);
		if (errno)
			return error_set(err, ERROR_INVALID,
					 "invalid count (%s): value must be "
					 "either \"all\" or an integer: value "
					 "out of range",
					 text);
	}
	(void)json_object_set_new(request, "Count", json_integer(value));
	return 0;
}

static void set_options(json_t *request, const char *text)
{
	json_t *options = json_object();

	while (*text) {
		autofree char *pair = csv_next(&text);
		char *equals = strchr(pair, '=');

		if (equals)
			*equals = '\0';
		(void)json_object_set_new(
			options, pair, json_string(equals ? equals + 1 : ""));
	}
	(void)json_object_set_new(request, "Options", options);
}

static int set_pair(json_t *request, const char *key, const char *value,
		    struct error *err)
{
	json_t *words;

	if (!strcmp(key, "count"))
		return set_count(request, value, err);
	if (!strcmp(key, "driver")) {
		(void)json_object_set_new(request, "Driver",
					  json_string(value));
	} else if (!strcmp(key, "device")) {
		(void)json_object_set_new(request, "DeviceIDs", split(value));
	} else if (!strcmp(key, "capabilities")) {
		words = split(value);
		(void)json_array_append_new(words, json_string("gpu"));
		(void)json_object_set_new(request, "Capabilities",
					  json_pack("[o]", words));
	} else if (!strcmp(key, "options")) {
		set_options(request, value);
	} else {
		return error_set(err, ERROR_INVALID,
				 "unexpected key '%s' in '%s=%s'", key, key,
				 value);
	}
	return 0;
}

static int set_item(json_t *request, json_t *seen, char *item,
		    struct error *err)
{
	char *equals = strchr(item, '=');

	if (equals)
		*equals = '\0';
	if (json_object_get(seen, item))
		return error_set(err, ERROR_INVALID,
				 "gpu request key '%s' can be specified only "
				 "once",
				 item);
	(void)json_object_set_new(seen, item, json_true());
	if (equals)
		return set_pair(request, item, equals + 1, err);
	(void)json_object_set_new(seen, "count", json_true());
	return set_count(request, item, err);
}

int run_gpus_parse(const char *text, json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *seen = json_object();
	autoclean(jsonx_free) json_t *request =
		json_pack("{s:s,s:i,s:n,s:[[s]],s:{}}", "Driver", "", "Count",
			  0, "DeviceIDs", "Capabilities", "gpu", "Options");

	if (!*text)
		return error_set(err, ERROR_INVALID, "EOF");
	while (*text) {
		autofree char *item = csv_next(&text);

		if (set_item(request, seen, item, err) < 0)
			return -1;
	}
	if (!json_object_get(seen, "count") &&
	    json_is_null(json_object_get(request, "DeviceIDs")))
		(void)json_object_set_new(request, "Count", json_integer(1));
	*out = TAKE_PTR(request);
	return 0;
}

int run_gpus_check(void *field, const char *value, struct error *err)
{
	autoclean(jsonx_free) json_t *ignored = NULL;

	(void)field; /* the list keeps the text */
	return run_gpus_parse(value, &ignored, err);
}
