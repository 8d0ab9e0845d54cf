/* SPDX-License-Identifier: Apache-2.0 */
/* Whiteout names: the first line is the directory, the second the name. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/tar/whiteout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *parent = xstrndup((const char *)data, size);
	autoclean(error_release) struct error err = ERROR_INIT;
	char *leaf = strchrnul(parent, '\n');
	enum whiteout_kind kind = WHITEOUT_NONE;
	const char *name = NULL;

	if (*leaf)
		*leaf++ = '\0';
	if (strchr(leaf, '/'))
		return 0; /* a leaf has none */
	if (whiteout_parse(parent, leaf, &kind, &name, &err) < 0)
		return 0;
	if (kind == WHITEOUT_NAME) {
		autofree char *again = whiteout_format(name);

		assert(*name && strcmp(name, ".") != 0 &&
		       strcmp(name, "..") != 0);
		assert(!strcmp(again, leaf));
	}
	return 0;
}
