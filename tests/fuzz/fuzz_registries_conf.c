/* SPDX-License-Identifier: Apache-2.0 */
/* Registry configurations, and endpoints by whatever they say. */
#include <stdint.h>

#include "registry/config/registries_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void resolve(const struct registries *registries, const char *text)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct endpoint *endpoints;
	size_t count;

	if (reference_parse(text, &ref, &err) < 0)
		abort();
	if (registries_resolve(registries, &ref, true, &endpoints, &count,
			       &err) < 0)
		return;
	if (!count || endpoints[count - 1].is_mirror)
		abort();
	endpoints_free(endpoints, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(registries_release) struct registries registries =
		REGISTRIES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (registries_parse((const char *)data, size, &registries, &err) < 0)
		return 0;
	resolve(&registries, "debian:12");
	resolve(&registries, "a.example.com:5000/team/app");
	resolve(&registries, "127.0.0.1:5000/x");
	return 0;
}
