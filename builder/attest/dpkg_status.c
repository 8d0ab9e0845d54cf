/* SPDX-License-Identifier: Apache-2.0 */
/* deb822 paragraphs. */
#include "builder/attest/dpkg_status.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

struct paragraph {
	struct package package;
	bool has_fields;
	bool is_absent; /* its Status says something else than installed */
};

struct parser {
	struct packages *out;
	struct paragraph paragraph;
	unsigned line;
};

static void set(char **text, const char *value, size_t length)
{
	free(*text);
	*text = xstrndup(value, length);
}

/* "install ok installed" */
static bool is_installed(const char *value, size_t length)
{
	static const char word[] = "installed";
	size_t size = sizeof(word) - 1;

	return length >= size && !memcmp(value + length - size, word, size) &&
	       (length == size || value[length - size - 1] == ' ');
}

static bool is_name(const char *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) && !strncasecmp(name, wanted, length);
}

/* "glibc (2.36-9)": the version is its own. */
static size_t word_length(const char *value, size_t length)
{
	const char *blank = memchr(value, ' ', length);

	return blank ? (size_t)(blank - value) : length;
}

static void take_field(struct paragraph *paragraph, const char *name,
		       size_t name_length, const char *value, size_t length)
{
	struct package *package = &paragraph->package;

	if (is_name(name, name_length, "Package"))
		set(&package->name, value, length);
	else if (is_name(name, name_length, "Version"))
		set(&package->version, value, length);
	else if (is_name(name, name_length, "Architecture"))
		set(&package->architecture, value, length);
	else if (is_name(name, name_length, "Maintainer"))
		set(&package->supplier, value, length);
	else if (is_name(name, name_length, "Source"))
		set(&package->source, value, word_length(value, length));
	else if (is_name(name, name_length, "Status"))
		paragraph->is_absent = !is_installed(value, length);
}

static int end_paragraph(struct parser *parser, struct error *err)
{
	struct paragraph *paragraph = &parser->paragraph;
	int result = 0;

	if (paragraph->has_fields && !paragraph->is_absent) {
		paragraph->package.kind = PACKAGE_DEB;
		result = packages_add(parser->out, &paragraph->package, err);
	}
	package_release(&paragraph->package);
	*paragraph = (struct paragraph){ .has_fields = false };
	return result < 0 ? error_wrap(err, "paragraph before line %u",
				       parser->line)
			  : 0;
}

static int refuse(const struct parser *parser, const char *why,
		  struct error *err)
{
	return error_set(err, ERROR_INVALID, "line %u: %s", parser->line, why);
}

/* Letters, digits, "-" and whatever else Debian's policy allows. */
static bool is_field_name(const char *name, size_t length)
{
	if (!length || *name == '#' || *name == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] >= 127)
			return false;
	return true;
}

static int parse_line(struct parser *parser, const char *line, size_t length,
		      struct error *err)
{
	const char *colon;
	const char *value;

	if (memchr(line, 0, length))
		return refuse(parser, "a NUL byte", err);
	if (!length)
		return end_paragraph(parser, err);
	if (*line == ' ' || *line == '\t')
		return parser->paragraph.has_fields
			       ? 0
			       : refuse(parser, "it continues no field", err);
	colon = memchr(line, ':', length);
	if (!colon || !is_field_name(line, (size_t)(colon - line)))
		return refuse(parser, "expected \"Field: value\"", err);
	value = colon + 1;
	while (value < line + length && (*value == ' ' || *value == '\t'))
		value++;
	parser->paragraph.has_fields = true;
	take_field(&parser->paragraph, line, (size_t)(colon - line), value,
		   (size_t)(line + length - value));
	return 0;
}

int dpkg_status_parse(const char *bytes, size_t length, struct packages *out,
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
		result = end_paragraph(&parser, err);
	}
	package_release(&parser.paragraph.package);
	return result;
}
