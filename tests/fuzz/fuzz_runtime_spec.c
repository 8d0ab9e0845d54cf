/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON as a container configuration. */
#include <stddef.h>
#include <stdint.h>

#include "base/jsonx.h"
#include "runtime/spec/runtime_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(runtime_spec_release) struct runtime_spec spec = { 0 };
	autoclean(jsonx_free) json_t *config = NULL;

	if (jsonx_parse((const char *)data, size, "input", &config, &err) < 0)
		return 0;
	if (runtime_spec_parse(config, &spec, &err) < 0)
		error_release(&err);
	return 0;
}
