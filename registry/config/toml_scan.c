/* SPDX-License-Identifier: Apache-2.0 */
/* Cursor movements of the TOML reader. */
#include "registry/config/toml_scan.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/strbuf.h"

static bool is_allowed(const char *at, const char *end)
{
	unsigned char byte = (unsigned char)*at;

	if (byte == '\r')
		return end - at > 1 && at[1] == '\n';
	return byte == '\t' || byte == '\n' || (byte >= ' ' && byte != 0x7f);
}

int toml_scan_init(struct toml_scan *scan, const char *text, size_t length,
		   struct error *err)
{
	autoclean(jsonx_free) json_t *probe = NULL;

	*scan = (struct toml_scan){ text, text + length, 1 };
	for (const char *at = text; at < scan->end; at++) {
		scan->line += *at == '\n';
		if (!is_allowed(at, scan->end))
			return toml_scan_fail(scan, err, "control byte 0x%02x",
					      (unsigned char)*at);
	}
	scan->line = 1;
	/* jansson takes nothing but valid UTF-8. */
	probe = json_stringn(text, length);
	if (!probe)
		return error_set(err, ERROR_INVALID, "not valid UTF-8");
	(void)toml_scan_take(scan, "\xef\xbb\xbf"); /* may be absent */
	return 0;
}

int toml_scan_fail(const struct toml_scan *scan, struct error *err,
		   const char *format, ...)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(1024);
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	return error_set(err, ERROR_INVALID, "line %u: %s", scan->line,
			 text.text);
}

bool toml_scan_is_at(const struct toml_scan *scan, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(scan->end - scan->at) >= length &&
	       memcmp(scan->at, word, length) == 0;
}

bool toml_scan_take(struct toml_scan *scan, const char *word)
{
	if (!toml_scan_is_at(scan, word))
		return false;
	scan->at += strlen(word);
	return true;
}

bool toml_scan_take_newline(struct toml_scan *scan)
{
	if (!toml_scan_take(scan, "\n") && !toml_scan_take(scan, "\r\n"))
		return false;
	scan->line++;
	return true;
}

void toml_scan_skip_blanks(struct toml_scan *scan)
{
	while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t'))
		scan->at++;
}

static void skip_comment(struct toml_scan *scan)
{
	if (!toml_scan_is_at(scan, "#"))
		return;
	while (scan->at < scan->end && *scan->at != '\n' && *scan->at != '\r')
		scan->at++;
}

void toml_scan_skip_lines(struct toml_scan *scan)
{
	do {
		toml_scan_skip_blanks(scan);
		skip_comment(scan);
	} while (toml_scan_take_newline(scan));
}

int toml_scan_end_line(struct toml_scan *scan, struct error *err)
{
	toml_scan_skip_blanks(scan);
	skip_comment(scan);
	if (scan->at == scan->end || toml_scan_take_newline(scan))
		return 0;
	return toml_scan_fail(scan, err, "more text where the line should end");
}
