/* SPDX-License-Identifier: Apache-2.0 */
/* --rootfs: a folder of the host in place of an image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "cmd/front/run_parts.h"

/* What follows the last colon is the folder's option, where it is a known one.
 */
static size_t path_length(const char *text, bool *is_overlaid)
{
	size_t length = strlen(text);

	*is_overlaid = length > 2 && !strcmp(text + length - 2, ":O");
	return *is_overlaid ? length - 2 : length;
}

int run_rootfs(const char *text, char **path_out, bool *is_overlaid_out,
	       struct error *err)
{
	size_t length = path_length(text, is_overlaid_out);
	autofree char *given = xstrndup(text, length);
	autofree char *path = realpath(given, NULL);
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return error_sys(err, errno, "rootfs %s", given);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_INVALID, "rootfs %s: not a folder",
				 given);
	/* the container's document is JSON */
	if (!utf8_is_valid(path, strlen(path)))
		return error_set(err, ERROR_INVALID,
				 "rootfs %s: its path is not valid UTF-8",
				 given);
	*path_out = TAKE_PTR(path);
	return 0;
}
