/* SPDX-License-Identifier: Apache-2.0 */
/* --storage-opt: of docker's, "size" is the one that overlay2 has. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "cmd/front/run_parts.h"
#include "cmd/units.h"

static int take(const char *text, json_t *given, int64_t *size_out,
		struct error *err)
{
	size_t length = strcspn(text, "=");
	autofree char *key = xstrndup(text, length);

	if (!text[length])
		return error_set(err, ERROR_INVALID, "invalid storage option");
	if (strcasecmp(key, "size") != 0)
		return error_set(err, ERROR_INVALID,
				 "--storage-opt: unknown option: %s", key);
	if (units_parse_size(text + length + 1, size_out, err) < 0 ||
	    *size_out < 0)
		return error_set(err, ERROR_INVALID,
				 "--storage-opt: invalid size: '%s'",
				 text + length + 1);
	(void)json_object_set_new(given, key, json_string(text + length + 1));
	return 0;
}

int run_storage(const struct run_options *options, json_t *host,
		int64_t *size_out, struct error *err)
{
	json_t *given;

	if (!options->storage_opts.count)
		return 0;
	given = json_object();
	(void)json_object_set_new(host, "StorageOpt", given);
	for (size_t i = 0; i < options->storage_opts.count; i++) {
		if (take(options->storage_opts.items[i], given, size_out, err) <
		    0)
			return -1;
	}
	return 0;
}
