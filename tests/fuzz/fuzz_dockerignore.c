/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ignore file, and behind its first NUL byte paths, one a line. What is
 * below a folder that need not be entered must be ignored.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "builder/language/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether the answers for PATH and the folders above it fit together. */
static void check_path(const struct ignore *ignore, char *path)
{
	bool skipped = false;

	for (char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (*path && ignore_is_ignored(ignore, path) &&
		    !ignore_may_reach(ignore, path))
			skipped = true;
		*slash = '/';
	}
	if (skipped && !ignore_is_ignored(ignore, path))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;
	const char *text = (const char *)data;
	size_t length = size ? strnlen(text, size) : 0;
	autofree char *paths = NULL;
	char *rest = NULL;

	if (ignore_parse("f", text, length, &ignore, &err) < 0)
		return 0;
	if (length == size)
		return 0;
	paths = xstrndup(text + length + 1, size - length - 1);
	for (char *path = strtok_r(paths, "\n", &rest); path;
	     path = strtok_r(NULL, "\n", &rest))
		check_path(&ignore, path);
	return 0;
}
