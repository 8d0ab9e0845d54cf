/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate headers, one per line. */
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "registry/auth/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autoclean(strvec_release) struct strvec values = STRVEC_INIT;
	autoclean(challenge_release) struct challenge chosen = CHALLENGE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")))
		strvec_add(&values, line);
	if (challenge_choose(&values, &chosen, &err) < 0)
		return 0;
	if (chosen.scheme == CHALLENGE_BEARER && !chosen.realm)
		abort();
	return 0;
}
