/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   name   = vendor "/" class "=" device
 *   vendor = class = letter [ { letter | digit | "_" | "-" | "." } ( letter |
 *            digit ) ]
 *   device = ( letter | digit ) [ { letter | digit | "_" | "-" | "." | ":" }
 *            ( letter | digit ) ]
 */
#include "runtime/cdi/cdi_name.h"

#include <stddef.h>
#include <string.h>

enum { NAME_MAX_BYTES = 255 };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alphanumeric(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* MARKS may stand between the first and the last character. */
static bool is_word(const char *text, size_t length, const char *marks)
{
	if (!length || length > NAME_MAX_BYTES || !is_alphanumeric(text[0]) ||
	    !is_alphanumeric(text[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_alphanumeric(text[i]) && !strchr(marks, text[i]))
			return false;
	}
	return true;
}

static bool is_kind(const char *text, size_t length)
{
	const char *slash = memchr(text, '/', length);
	size_t vendor = slash ? (size_t)(slash - text) : length;

	return slash && is_letter(text[0]) && is_letter(slash[1]) &&
	       is_word(text, vendor, "_-.") &&
	       is_word(slash + 1, length - vendor - 1, "_-.");
}

bool cdi_name_is_kind(const char *text)
{
	return is_kind(text, strlen(text));
}

bool cdi_name_is_device(const char *text)
{
	return is_word(text, strlen(text), "_-.:");
}

bool cdi_name_is_qualified(const char *text)
{
	size_t length = strcspn(text, "=");

	return text[length] && is_kind(text, length) &&
	       cdi_name_is_device(text + length + 1);
}
