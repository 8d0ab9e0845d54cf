/* SPDX-License-Identifier: Apache-2.0 */
/* A user text, a passwd and a group file, one after another, cut at NULs. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/userdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autofree char *text = xcalloc(size + 1, 1);
	const char *parts[3] = { "", "", "" };
	const char *end = text + size;
	const char *at = text;

	memcpy(text, data, size);
	for (size_t i = 0; i < 3 && at < end; i++) {
		parts[i] = at;
		at += strlen(at) + 1;
	}
	if (userdb_resolve_text(parts[1], parts[2], parts[0], &who, &err) < 0)
		error_release(&err);
	return 0;
}
