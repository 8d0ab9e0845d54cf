/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, one argument a line, over a table with every kind. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sample {
	bool flag, has_name;
	const char *name;
	struct strvec list, map;
	int64_t integer, size, swap, cpus, duration;
	uint16_t weight;
};

static const struct option_spec table[] = {
	{ "flag", 'f', OPTION_BOOL, OPTION_AT(sample, flag) },
	{ "name", 'n', OPTION_STRING, OPTION_AT(sample, name),
	  .seen = offsetof(struct sample, has_name) },
	{ "list", 'l', OPTION_LIST, OPTION_AT(sample, list) },
	{ "map", 'm', OPTION_MAP, OPTION_AT(sample, map) },
	{ "int", 'i', OPTION_INT, OPTION_AT(sample, integer) },
	{ "size", 's', OPTION_SIZE, OPTION_AT(sample, size) },
	{ "swap", 'w', OPTION_SWAP, OPTION_AT(sample, swap) },
	{ "cpus", 'c', OPTION_CPUS, OPTION_AT(sample, cpus) },
	{ "duration", 'd', OPTION_DURATION, OPTION_AT(sample, duration) },
	{ "weight", 'b', OPTION_UINT16, OPTION_AT(sample, weight) },
	{ .kind = OPTION_NONE },
};

static void parse(const struct strvec *arguments, unsigned flags)
{
	struct sample sample = { .list = STRVEC_INIT, .map = STRVEC_INIT };
	struct options_input input = { table, strvec_array(arguments), flags };
	struct options_result result;
	struct error err = ERROR_INIT;

	if (options_parse(&input, &sample, &result, &err) < 0)
		error_release(&err);
	else
		options_result_release(&result);
	strvec_release(&sample.list);
	strvec_release(&sample.map);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strvec arguments = STRVEC_INIT;
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		strvec_take(&arguments, xstrndup(at, length));
		at += length + 1;
	}
	parse(&arguments, 0);
	parse(&arguments, OPTIONS_FIRST);
	strvec_release(&arguments);
	return 0;
}
