/* SPDX-License-Identifier: Apache-2.0 */
/* JSON arrays of strings, told from text for the shell. */
#include "builder/language/string_array.h"

#include <ctype.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/utf8.h"
#include "builder/builder_limits.h"

/* TEXT with U+FFFD for what is no UTF-8, as Go reads JSON. */
static void clean(const char *text, struct strbuf *out)
{
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		uint32_t rune;

		at += utf8_decode(text + at, length - at, &rune);
		utf8_write(rune, out);
	}
}

static int add_strings(const json_t *array, struct strvec *out,
		       struct error *err)
{
	const json_t *item;
	size_t index;

	if (json_array_size(array) > BUILDER_MAX_WORDS)
		return error_set(err, ERROR_TOO_LARGE,
				 "more than %d strings in an array",
				 BUILDER_MAX_WORDS);
	json_array_foreach(array, index, item)
	{
		if (!json_is_string(item))
			return error_set(
				err, ERROR_INVALID,
				"when using JSON array syntax, arrays must be "
				"comprised of strings only");
	}
	json_array_foreach(array, index, item)
	{
		strvec_add(out, json_string_value(item));
	}
	return 0;
}

int string_array_parse(const char *text, struct strvec *out, bool *is_out,
		       struct error *err)
{
	autoclean(strbuf_release) struct strbuf cleaned = STRBUF_INIT;
	autoclean(jsonx_free) json_t *array = NULL;
	json_error_t why;

	*is_out = false;
	while (isspace((unsigned char)*text))
		text++;
	if (*text != '[')
		return 0;
	clean(text, &cleaned);
	array = json_loadb(cleaned.text, cleaned.length, 0, &why);
	if (!array && json_error_code(&why) == json_error_null_character)
		return error_set(err, ERROR_INVALID,
				 "a string of a JSON array has a NUL in it");
	if (!array)
		return 0;
	*is_out = true;
	return add_strings(array, out, err);
}
