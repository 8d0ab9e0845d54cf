/* SPDX-License-Identifier: Apache-2.0 */
/* Image configurations. */
#include <stdint.h>

#include "registry/spec/image_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(image_config_release) struct image_config config =
		IMAGE_CONFIG_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (image_config_parse((const char *)data, size, &config, &err) == 0 &&
	    !config.document)
		abort();
	return 0;
}
