/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of token endpoints: what is taken can stand in a header. */
#include <stdint.h>
#include <string.h>

#include "registry/auth/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(token_release) struct token token = TOKEN_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (token_parse((const char *)data, size, 0, &token, &err) < 0)
		return 0;
	if (!token.text || !*token.text || strpbrk(token.text, " \r\n\t") ||
	    token.expires <= 0)
		__builtin_trap();
	return 0;
}
