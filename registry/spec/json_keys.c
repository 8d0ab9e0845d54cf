/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of member names and of string maps, shared by the documents. */
#include "registry/spec/json_keys.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/jsonx.h"

int json_keys_check(const json_t *object, const char *const *known,
		    struct error *err)
{
	const char *key;
	json_t *value;

	/* The macro wants a mutable object, but only reads it. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		for (size_t i = 0; known[i]; i++) {
			if (strcasecmp(key, known[i]) == 0 &&
			    strcmp(key, known[i]) != 0)
				return error_set(err, ERROR_INVALID,
						 "ambiguous member \"%s\" "
						 "beside \"%s\"",
						 key, known[i]);
		}
	}
	return 0;
}

int json_keys_check_map(const json_t *object, const char *key,
			struct error *err)
{
	const char *name;
	json_t *value;
	json_t *map;

	if (jsonx_opt_object(object, key, &map, err) < 0)
		return -1;
	json_object_foreach(map, name, value)
	{
		if (!json_is_string(value))
			return error_set(err, ERROR_INVALID,
					 "%s: \"%.100s\" is not a string", key,
					 name);
	}
	return 0;
}
