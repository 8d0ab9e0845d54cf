/* SPDX-License-Identifier: Apache-2.0 */
/* Error answers: one short line comes out, whatever went in. */
#include <stdint.h>

#include "base/alloc.h"
#include "registry/registry_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *body = xstrndup((const char *)data, size);
	struct registry_refusal refusal = {
		.status = size ? 400 + data[0] % 200 : 404,
		.body = body,
		.length = strlen(body),
		.what = "manifest",
		.repository = "r",
		.host = "h",
	};

	registry_error_set(&refusal, &err);
	if (!err.msg || strlen(err.msg) > 1500)
		__builtin_trap();
	for (const char *at = err.msg; *at; at++) {
		if ((unsigned char)*at < ' ')
			__builtin_trap();
	}
	return 0;
}
