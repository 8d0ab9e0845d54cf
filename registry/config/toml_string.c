/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML strings:
 *
 *   basic    "…"    with escapes, no line end
 *   literal  '…'    as it stands, no line end
 *   several  """…""" and '''…''': line ends allowed, one right after the
 *            opening is dropped, one or two quotes may stand before the
 *            closing; in the basic kind a backslash at a line's end eats all
 *            blanks and line ends that follow.
 */
#include "registry/config/toml_string.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static int read_unicode(struct toml_scan *scan, int digits, struct strbuf *out,
			struct error *err)
{
	uint32_t rune = 0;

	for (int i = 0; i < digits; i++) {
		static const char hex[] = "0123456789abcdef";
		const char *digit;

		if (scan->at == scan->end || !*scan->at)
			return toml_scan_fail(scan, err, "open string");
		digit = strchr(hex, *scan->at >= 'A' && *scan->at <= 'F'
					    ? *scan->at - 'A' + 'a'
					    : *scan->at);
		if (!digit)
			return toml_scan_fail(scan, err,
					      "bad hexadecimal escape");
		rune = rune << 4 | (uint32_t)(digit - hex);
		scan->at++;
	}
	if (!rune || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return toml_scan_fail(scan, err,
				      "escape is no character: U+%04X",
				      (unsigned)rune);
	utf8_write(rune, out);
	return 0;
}

/* Read the escape behind a backslash, which is consumed. */
static int read_escape(struct toml_scan *scan, struct strbuf *out,
		       struct error *err)
{
	static const char names[] = "btnfr\"\\";
	static const char values[] = "\b\t\n\f\r\"\\";
	const char *name;

	if (toml_scan_take(scan, "u"))
		return read_unicode(scan, 4, out, err);
	if (toml_scan_take(scan, "U"))
		return read_unicode(scan, 8, out, err);
	name = scan->at < scan->end ? strchr(names, *scan->at) : NULL;
	if (!name)
		return toml_scan_fail(scan, err, "unknown escape");
	strbuf_addch(out, values[name - names]);
	scan->at++;
	return 0;
}

int toml_string_read_line(struct toml_scan *scan, struct strbuf *out,
			  struct error *err)
{
	char quote = *scan->at++;

	while (scan->at < scan->end && *scan->at != '\n' && *scan->at != '\r') {
		char byte = *scan->at++;

		if (byte == quote)
			return 0;
		if (byte != '\\' || quote == '\'')
			strbuf_addch(out, byte);
		else if (read_escape(scan, out, err) < 0)
			return -1;
	}
	return toml_scan_fail(scan, err, "open string");
}

/*
 * Behind a backslash: if only blanks follow on the line, eat them and all
 * blank space up to the next text.
 */
static bool take_line_continuation(struct toml_scan *scan)
{
	struct toml_scan ahead = *scan;

	toml_scan_skip_blanks(&ahead);
	if (!toml_scan_take_newline(&ahead))
		return false;
	do {
		toml_scan_skip_blanks(&ahead);
	} while (toml_scan_take_newline(&ahead));
	*scan = ahead;
	return true;
}

/* At a closing delimiter: keep the quotes that belong to the text. */
static bool take_close(struct toml_scan *scan, const char *delimiter,
		       struct strbuf *out)
{
	if (!toml_scan_take(scan, delimiter))
		return false;
	for (int i = 0;
	     i < 2 && scan->at < scan->end && *scan->at == *delimiter; i++)
		strbuf_addch(out, *scan->at++);
	return true;
}

static int read_lines(struct toml_scan *scan, const char *delimiter,
		      struct strbuf *out, struct error *err)
{
	(void)toml_scan_take_newline(scan); /* the first is not text */
	while (scan->at < scan->end) {
		if (take_close(scan, delimiter, out))
			return 0;
		if (toml_scan_take_newline(scan)) {
			strbuf_addch(out, '\n');
		} else if (*scan->at == '\\' && *delimiter == '"') {
			scan->at++;
			if (!take_line_continuation(scan) &&
			    read_escape(scan, out, err) < 0)
				return -1;
		} else {
			strbuf_addch(out, *scan->at++);
		}
	}
	return toml_scan_fail(scan, err, "open string");
}

int toml_string_read(struct toml_scan *scan, struct strbuf *out,
		     struct error *err)
{
	static const char *const delimiters[] = { "\"\"\"", "'''" };

	for (size_t i = 0; i < 2; i++) {
		if (toml_scan_take(scan, delimiters[i]))
			return read_lines(scan, delimiters[i], out, err);
	}
	return toml_string_read_line(scan, out, err);
}
