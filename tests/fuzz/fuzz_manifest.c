/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests, with and without help of a Content-Type. */
#include <stdint.h>

#include "registry/spec/document.h"
#include "registry/spec/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const char *bytes = (const char *)data;
	enum mediatype type;

	if (manifest_parse(bytes, size, NULL, &manifest, &err) < 0)
		return 0;
	/* What is a manifest to one reader must not be an index to another. */
	if (document_kind(bytes, size, mediatype_name(MEDIATYPE_OCI_INDEX),
			  &type, &err) == 0)
		abort();
	return 0;
}
