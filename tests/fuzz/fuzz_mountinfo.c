/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a mountinfo file. */
#include <stddef.h>
#include <stdint.h>

#include "base/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(mountinfo_release) struct mountinfo info = MOUNTINFO_INIT;

	if (mountinfo_parse((const char *)data, size, &info, &err) < 0)
		error_release(&err);
	return 0;
}
