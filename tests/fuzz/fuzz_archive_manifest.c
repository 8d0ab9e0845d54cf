/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of docker archives. */
#include <stdint.h>

#include "layers/image/archive_manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(archive_manifest_release) struct archive_manifest manifest =
		ARCHIVE_MANIFEST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (archive_manifest_parse((const char *)data, size, &manifest, &err) <
	    0)
		return 0;
	for (size_t i = 0; i < manifest.count; i++) {
		if (!manifest.images[i].config)
			__builtin_trap();
	}
	return 0;
}
