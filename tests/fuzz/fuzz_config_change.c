/* SPDX-License-Identifier: Apache-2.0 */
/* Changes, one a line, applied to an empty configuration. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/config_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec changes = STRVEC_INIT;
	autoclean(jsonx_free) json_t *config = json_object();
	autofree char *text = xstrndup((const char *)data, size);
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		strvec_add(&changes, line);
	if (config_change_apply(&changes, config, &err) < 0)
		return 0;
	return 0;
}
