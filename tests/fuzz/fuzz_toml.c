/* SPDX-License-Identifier: Apache-2.0 */
/* TOML documents: what parses must be a tree that can be written as JSON. */
#include <stdint.h>

#include "base/jsonx.h"
#include "registry/config/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *json = NULL;
	autoclean(jsonx_free) json_t *again = NULL;

	if (toml_parse((const char *)data, size, &json, &err) < 0)
		return 0;
	jsonx_format(json, &text);
	if (jsonx_parse(text.text, text.length, "again", &again, &err) < 0 ||
	    !json_equal(json, again))
		abort();
	return 0;
}
