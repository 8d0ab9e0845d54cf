/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in headers: Content-Range and Retry-After. */
#include <stdint.h>

#include "base/alloc.h"
#include "registry/content_range.h"
#include "registry/http/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	struct content_range range;
	int64_t pause = retry_after_parse(text, 1445412480);

	if (pause < RETRY_UNKNOWN || pause > INT64_C(86400000))
		__builtin_trap();
	if (retry_after_find(text) < RETRY_UNKNOWN)
		__builtin_trap();
	if (content_range_parse(text, &range) == 0 &&
	    (range.last < range.first ||
	     (range.has_total && range.last >= range.total)))
		__builtin_trap();
	return 0;
}
