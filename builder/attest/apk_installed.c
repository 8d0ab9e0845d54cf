/* SPDX-License-Identifier: Apache-2.0 */
/* apk's entries. */
#include "builder/attest/apk_installed.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct parser {
	struct packages *out;
	struct package package;
	bool has_fields;
	unsigned line;
};

static char **field_of(struct package *package, char letter)
{
	switch (letter) {
	case 'P':
		return &package->name;
	case 'V':
		return &package->version;
	case 'A':
		return &package->architecture;
	case 'L':
		return &package->license;
	case 'o':
		return &package->source;
	case 'm':
		return &package->supplier;
	default:
		return NULL;
	}
}

static int end_entry(struct parser *parser, struct error *err)
{
	int result = 0;

	if (parser->has_fields) {
		parser->package.kind = PACKAGE_APK;
		result = packages_add(parser->out, &parser->package, err);
	}
	package_release(&parser->package);
	parser->has_fields = false;
	return result < 0
		       ? error_wrap(err, "entry before line %u", parser->line)
		       : 0;
}

static int parse_line(struct parser *parser, const char *line, size_t length,
		      struct error *err)
{
	char **field;

	if (!length)
		return end_entry(parser, err);
	if (length < 2 || !isalpha((unsigned char)line[0]) || line[1] != ':' ||
	    memchr(line, 0, length))
		return error_set(err, ERROR_INVALID,
				 "line %u: expected a letter and a colon",
				 parser->line);
	parser->has_fields = true;
	field = field_of(&parser->package, line[0]);
	if (!field)
		return 0;
	free(*field);
	*field = xstrndup(line + 2, length - 2);
	return 0;
}

int apk_installed_parse(const char *bytes, size_t length, struct packages *out,
			struct error *err)
{
	struct parser parser = { .out = out };
	const char *end = bytes + length;
	int result = 0;

	while (bytes < end && result == 0) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t size = (size_t)((stop ? stop : end) - bytes);

		parser.line++;
		result = parse_line(&parser, bytes, size, err);
		bytes += size + 1;
	}
	if (result == 0) {
		parser.line++;
		result = end_entry(&parser, err);
	}
	package_release(&parser.package);
	return result;
}
