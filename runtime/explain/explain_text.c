/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word is a sequence of pieces: '...' for bytes that are harmless, \' for an
 * apostrophe, "$(printf '\033')" for a control byte, and "$LF", a variable,
 * for the line feed, which command substitution would drop.
 */
#include "runtime/explain/explain_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/caps.h"

static bool is_plain_byte(unsigned char byte)
{
	return isalnum(byte) || (byte && strchr("%+,-./:=@_", byte));
}

static bool is_plain(const char *text)
{
	if (!*text || *text == '-' || strchr(text, '='))
		return false;
	for (; *text; text++)
		if (!is_plain_byte((unsigned char)*text))
			return false;
	return true;
}

/* C0, DEL, and the C1 controls as UTF-8 has them (0xc2 0x80 to 0xc2 0x9f). */
static size_t control_length(const char *text)
{
	unsigned char first = (unsigned char)text[0];
	unsigned char second = (unsigned char)text[1];

	if (first < ' ' || first == 0x7f)
		return 1;
	return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

static void add_control(const char *text, size_t length, struct strbuf *out)
{
	if (*text == '\n') {
		strbuf_addstr(out, "\"$LF\"");
		return;
	}
	strbuf_addstr(out, "\"$(printf '");
	for (size_t i = 0; i < length; i++)
		strbuf_addf(out, "\\%03o", (unsigned char)text[i]);
	strbuf_addstr(out, "')\"");
}

void explain_add_word(const char *text, struct strbuf *out)
{
	if (is_plain(text)) {
		strbuf_addstr(out, text);
		return;
	}
	if (!*text)
		strbuf_addstr(out, "''");
	while (*text) {
		const char *end = text;
		size_t length;

		while (*end && *end != '\'' && !control_length(end))
			end++;
		if (end > text) {
			strbuf_addch(out, '\'');
			strbuf_add(out, text, (size_t)(end - text));
			strbuf_addch(out, '\'');
		}
		text = end;
		length = *text ? control_length(text) : 0;
		if (length) {
			add_control(text, length, out);
			text += length;
		} else if (*text == '\'') {
			strbuf_addstr(out, "\\'");
			text++;
		}
	}
}

void explain_add_path(const char *path, const char *state, struct strbuf *out)
{
	size_t length = strlen(state);

	if (strncmp(path, state, length) != 0 || path[length] != '/') {
		explain_add_word(path, out);
		return;
	}
	strbuf_addstr(out, "\"$STATE\"/");
	explain_add_word(path + length + 1, out);
}

void explain_add_reason(const char *reason, struct strbuf *out)
{
	strbuf_addf(out, "\n# %s\n", reason);
}

void explain_add_base64(const void *data, size_t length, struct strbuf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	enum { BYTES_PER_LINE = 57 };
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)bytes[i] << 16 |
				 (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				 (left > 2 ? bytes[i + 2] : 0);

		strbuf_addch(out, digits[group >> 18]);
		strbuf_addch(out, digits[group >> 12 & 63]);
		strbuf_addch(out, left > 1 ? digits[group >> 6 & 63] : '=');
		strbuf_addch(out, left > 2 ? digits[group & 63] : '=');
		if ((i + 3) % BYTES_PER_LINE == 0 || left <= 3)
			strbuf_addch(out, '\n');
	}
}

void explain_add_capabilities(uint64_t set, struct strbuf *out)
{
	strbuf_addstr(out, "-all");
	for (unsigned i = 0; i < 64; i++) {
		const char *name = caps_name(i);

		if (!(set & CAPS_BIT(i)) || !name)
			continue;
		strbuf_addstr(out, ",+");
		for (name += 4; *name; name++)
			strbuf_addch(out, (char)tolower((unsigned char)*name));
	}
}
