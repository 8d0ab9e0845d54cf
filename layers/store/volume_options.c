/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the local driver: which there are, and which need which. */
#include "layers/store/volume_options.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

static const struct need {
	const char *key;
	const char *needs;
} needs[] = {
	{ "device", "type" },
	{ "o", "device" },
	{ "o", "type" },
	{ "type", "device" },
};

void volume_options_add(json_t *options, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	autofree char *key = xstrndup(text, length);

	(void)json_object_set_new(options, key,
				  json_string(equals ? equals + 1 : ""));
}

static bool is_known(const char *key)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		if (!strcmp(key, needs[i].key))
			return true;
	}
	return false;
}

static const char *text_of(const json_t *options, const char *key)
{
	const char *text = json_string_value(json_object_get(options, key));

	return text ? text : "";
}

/* A name is looked up when the volume is mounted. */
static int check_server(const json_t *options, struct error *err)
{
	const char *at = text_of(options, "o");

	if (strncmp(text_of(options, "type"), "nfs", 3) != 0)
		return 0;
	while (*at) {
		size_t length = strcspn(at, ",");

		if (!strncmp(at, "addr=", 5) && length > 5)
			return 0;
		at += length + (at[length] == ',');
	}
	return error_set(err, ERROR_INVALID,
			 "missing required option: \"o\" of an nfs volume "
			 "needs addr=SERVER");
}

int volume_options_check(const json_t *options, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)options, key, value)
	{
		if (!strcmp(key, "size"))
			return error_set(err, ERROR_UNSUPPORTED,
					 "quota size requested but no quota "
					 "support");
		if (!is_known(key))
			return error_set(err, ERROR_INVALID,
					 "invalid option: \"%s\"", key);
	}
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		if (json_object_get(options, needs[i].key) &&
		    !json_object_get(options, needs[i].needs))
			return error_set(err, ERROR_INVALID,
					 "missing required option: \"%s\"",
					 needs[i].needs);
	}
	return check_server(options, err);
}
