/* SPDX-License-Identifier: Apache-2.0 */
/* Any profile that is read must build, or be refused as too large. */
#include <stdint.h>
#include <stdlib.h>

#include "base/jsonx.h"
#include "runtime/seccomp/seccomp_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(jsonx_free) json_t *json = NULL;
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	autoclean(seccomp_filter_release) struct seccomp_filter filter =
		SECCOMP_FILTER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct seccomp_context context = { SECCOMP_ARCH_X86_64, 0xa80425fb, 6,
					   1 };

	if (jsonx_parse((const char *)data, size, "profile", &json, &err) < 0 ||
	    seccomp_profile_parse(json, &context, &profile, &err) < 0)
		return 0;
	if (seccomp_filter_build(&profile, &filter, &err) < 0 &&
	    err.kind != ERROR_TOO_LARGE)
		abort();
	return 0;
}
