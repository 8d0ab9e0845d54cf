/* SPDX-License-Identifier: Apache-2.0 */
/* References: what parses must format, and come back the same. */
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "registry/spec/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct reference *ref, const char *text)
{
	autoclean(reference_release) struct reference again = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *a = reference_format(ref);
	autofree char *b = NULL;

	if (reference_parse(text, &again, &err) < 0)
		abort();
	b = reference_format(&again);
	if (strcmp(a, b) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *whole = NULL;
	autofree char *familiar = NULL;

	if (reference_parse(text, &ref, &err) < 0)
		return 0;
	whole = reference_format(&ref);
	familiar = reference_familiar(&ref);
	check_round_trip(&ref, whole);
	check_round_trip(&ref, familiar);
	return 0;
}
