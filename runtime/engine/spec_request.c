/* SPDX-License-Identifier: Apache-2.0 */
/* Reading docker's Config and HostConfig. */
#include "runtime/engine/spec_request.h"

#include <string.h>

const char *spec_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

json_int_t spec_integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

json_t *spec_list(const char *const *items)
{
	json_t *array = json_array();

	for (; *items; items++)
		(void)json_array_append_new(array, json_string(*items));
	return array;
}

const char *spec_security_option(const json_t *host_config, const char *key)
{
	const json_t *options = json_object_get(host_config, "SecurityOpt");
	size_t length = strlen(key);
	const json_t *option;
	size_t index;

	json_array_foreach(options, index, option)
	{
		const char *text = json_string_value(option);

		if (!text || strncmp(text, key, length) != 0)
			continue;
		if (text[length] == '=' || text[length] == ':')
			return text + length + 1;
		if (!text[length])
			return "";
	}
	return NULL;
}

/* Where the pid namespace is shared, another process reaps. */
bool spec_makes_network(const json_t *host_config)
{
	const char *mode = spec_string(host_config, "NetworkMode");

	return strcmp(mode, "host") != 0 &&
	       strncmp(mode, "container:", 10) != 0;
}

bool spec_has_init(const json_t *host_config)
{
	return json_is_true(json_object_get(host_config, "Init")) &&
	       !*spec_string(host_config, "PidMode");
}
