/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's ndb, its blobs read as headers. */
#include <stddef.h>
#include <stdint.h>

#include "builder/attest/rpm_header.h"
#include "builder/attest/rpm_ndb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *context, const void *blob, size_t length,
		struct error *err)
{
	if (rpm_header_parse(blob, length, context, err) < 0)
		error_release(err);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(packages_release) struct packages out = PACKAGES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct rpm_ndb_blobs blobs = { take, &out };

	if (rpm_ndb_read(data, size, &blobs, &err) < 0)
		error_release(&err);
	return 0;
}
