/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of Berkeley DB, its values read as rpm's headers. */
#include <stddef.h>
#include <stdint.h>

#include "builder/attest/bdb_hash.h"
#include "builder/attest/rpm_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *context, const struct bdb_item *key,
		const struct bdb_item *value, struct error *err)
{
	(void)key;
	if (rpm_header_parse(value->bytes, value->length, context, err) < 0)
		error_release(err);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(packages_release) struct packages out = PACKAGES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct bdb_pairs pairs = { take, &out };

	if (bdb_hash_read(data, size, &pairs, &err) < 0)
		error_release(&err);
	return 0;
}
