/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes, and the choice among whatever platforms they name. */
#include <stdint.h>

#include "registry/spec/document.h"
#include "registry/spec/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const char *bytes = (const char *)data;
	const struct descriptor *entry;
	enum mediatype type;

	if (image_index_parse(bytes, size, NULL, &index, &err) < 0)
		return 0;
	platform_host(&host);
	if (image_index_select(&index, &host, &entry, &err) == 0 &&
	    image_index_is_attestation(entry))
		abort();
	/* What is an index to one reader must not be a manifest to another. */
	if (document_kind(bytes, size, mediatype_name(MEDIATYPE_OCI_MANIFEST),
			  &type, &err) == 0)
		abort();
	return 0;
}
