/* SPDX-License-Identifier: Apache-2.0 */
/* CDI specifications, as YAML and as JSON, and what is done with them. */
#include <stddef.h>
#include <stdint.h>

#include "base/jsonx.h"
#include "runtime/cdi/cdi_edits.h"
#include "runtime/cdi/cdi_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct cdi_spec *spec)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *config = json_object();

	if (cdi_edits_apply(spec->edits, config, &err) < 0)
		error_release(&err);
	for (size_t i = 0; i < spec->device_count; i++)
		if (cdi_edits_apply(spec->devices[i].edits, config, &err) < 0)
			error_release(&err);
	cdi_edits_finish(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int is_yaml = 0; is_yaml < 2; is_yaml++) {
		autoclean(cdi_spec_release) struct cdi_spec spec =
			CDI_SPEC_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (cdi_spec_parse((const char *)data, size, is_yaml, &spec,
				   &err) == 0)
			use(&spec);
	}
	return 0;
}
