/* SPDX-License-Identifier: Apache-2.0 */
/* A database of packages in an image. */
#include <stddef.h>
#include <stdint.h>

#include "builder/attest/rpm_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(packages_release) struct packages out = PACKAGES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (rpm_header_parse(data, size, &out, &err) < 0)
		error_release(&err);
	packages_sort(&out);
	return 0;
}
