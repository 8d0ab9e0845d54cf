/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers. */
#include <stdint.h>

#include "base/alloc.h"
#include "registry/link_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *next = NULL;

	if (link_header_next(text, &next, &err) < 0 && next)
		abort();
	return 0;
}
