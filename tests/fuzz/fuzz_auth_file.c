/* SPDX-License-Identifier: Apache-2.0 */
/* Auth files: what is set is found, what is removed is gone. */
#include <stdint.h>

#include "base/jsonx.h"
#include "registry/config/auth_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_found(const json_t *document)
{
	autoclean(credentials_release) struct credentials credentials =
		CREDENTIALS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	bool found;

	return auth_file_find(document, "h.io", &credentials, &found, &err) ==
		       0 &&
	       found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;
	char user[] = "u";
	char password[] = "p";
	const struct credentials credentials = { user, password, NULL };
	const char *helper;
	bool removed;

	if (auth_file_parse((const char *)data, size, "fuzz", &document, &err) <
	    0)
		return 0;
	(void)is_found(document);
	(void)!auth_file_helper(document, "h.io", &helper, &err);
	if (auth_file_set(document, "h.io", &credentials, &err) < 0)
		return 0;
	if (!is_found(document) ||
	    auth_file_remove(document, "h.io", &removed, &err) < 0 ||
	    !removed || is_found(document))
		abort();
	return 0;
}
