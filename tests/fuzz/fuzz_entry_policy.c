/* SPDX-License-Identifier: Apache-2.0 */
/* Names of entries: whatever comes out must be safe to split and to open. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"
#include "layers/tar/entry_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const char *path)
{
	assert(strlen(path) <= LAYERS_MAX_PATH);
	assert(path[0] != '/');
	while (*path) {
		size_t length = strcspn(path, "/");

		assert(length && length <= LAYERS_MAX_NAME);
		assert(strncmp(path, "..", length) != 0 || length > 2);
		path += length;
		assert(!*path || path[1]);
		path += *path == '/';
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *name = xstrndup((const char *)data, size);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(entry_path_release) struct entry_path path = ENTRY_PATH_INIT;
	autofree char *full = NULL;

	(void)entry_xattr_rule_of(name, size & 1); /* must only end */
	if (entry_path_parse(name, LAYERS_MAX_PATH, &path, &err) < 0)
		return 0;
	check_path(path.parent);
	check_path(path.leaf);
	assert(!strchr(path.leaf, '/'));
	assert(*path.leaf || !*path.parent);
	full = entry_path_format(&path);
	if (strcmp(full, ".") != 0)
		check_path(full);
	return 0;
}
