/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letter case beyond ASCII is kept as a short table for the alphabets with
 * upper case that names and labels are written in (Latin, Greek, Cyrillic).
 */
#include "cmd/tmpl/tmpl_text.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/quote.h"
#include "cmd/tmpl/tmpl_printf.h"

/* Runs of lower case letters and how far away their upper case is. */
static const struct letters {
	uint32_t first, last;
	int32_t distance; /* 0: pairs, the upper one even and before */
} lower_letters[] = {
	{ 'a', 'z', -32 },
	{ 0xe0, 0xf6, -32 },
	{ 0xf8, 0xfe, -32 },
	{ 0xff, 0xff, 121 },
	{ 0x100, 0x137, 0 },
	{ 0x14a, 0x177, 0 },
	{ 0x3b1, 0x3c1, -32 },
	{ 0x3c3, 0x3c9, -32 },
	{ 0x430, 0x44f, -32 },
	{ 0x450, 0x45f, -80 },
	{ 0x460, 0x481, 0 },
	{ 0x48a, 0x4bf, 0 },
	{ 0x4d0, 0x52f, 0 },
	{ 0x1e00, 0x1e95, 0 },
	{ 0x1ea0, 0x1eff, 0 },
	/* after the run with the usual sigma, which lower case must find */
	{ 0x3c2, 0x3c2, -31 },
};

static uint32_t to_upper(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(lower_letters) / sizeof(*lower_letters);
	     i++) {
		const struct letters *run = &lower_letters[i];

		if (rune < run->first || rune > run->last)
			continue;
		if (!run->distance)
			return rune & 1 ? rune - 1 : rune;
		return (uint32_t)((int32_t)rune + run->distance);
	}
	return rune;
}

static uint32_t to_lower(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(lower_letters) / sizeof(*lower_letters);
	     i++) {
		const struct letters *run = &lower_letters[i];
		uint32_t lower = (uint32_t)((int32_t)rune - run->distance);

		if (!run->distance && rune >= run->first && rune <= run->last)
			return rune | 1;
		if (run->distance && lower >= run->first && lower <= run->last)
			return lower;
	}
	return rune;
}

static const char *text_of(const struct tmpl_value *value, size_t *length)
{
	*length = json_string_length(value->json);
	return json_string_value(value->json);
}

typedef uint32_t map_rune(uint32_t rune, uint32_t before);

static int map_text(const struct tmpl_arguments *arguments, map_rune *map,
		    struct tmpl_value *out, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);
	uint32_t rune, before = ' ';
	size_t length, size;
	const char *from = text_of(&arguments->values[0], &length);

	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(from + at, length - at, &rune);
		utf8_write(map(rune, before), &text);
		before = rune;
	}
	return tmpl_arguments_give(&text, out, err);
}

/* strings.Title's idea of what ends a word. */
static bool is_separator(uint32_t rune)
{
	if (rune < 0x80)
		return !isalnum((int)rune) && rune != '_';
	return !quote_is_printable(rune);
}

static uint32_t map_title(uint32_t rune, uint32_t before)
{
	return is_separator(before) ? to_upper(rune) : rune;
}

static uint32_t map_lower(uint32_t rune, uint32_t before)
{
	(void)before;
	return to_lower(rune);
}

static uint32_t map_upper(uint32_t rune, uint32_t before)
{
	(void)before;
	return to_upper(rune);
}

int tmpl_text_title(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	return map_text(arguments, map_title, out, err);
}

int tmpl_text_lower(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	return map_text(arguments, map_lower, out, err);
}

int tmpl_text_upper(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	return map_text(arguments, map_upper, out, err);
}

/* The bytes before the next separator; an empty one splits at each rune. */
static size_t part_length(const char *text, size_t length,
			  const char *separator, size_t separator_length)
{
	const char *found;
	uint32_t rune;

	if (!separator_length)
		return utf8_decode(text, length, &rune);
	found = memmem(text, length, separator, separator_length);
	return found ? (size_t)(found - text) : length;
}

int tmpl_text_split(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	size_t length, separator_length;
	const char *text = text_of(&arguments->values[0], &length);
	const char *separator = text_of(&arguments->values[1],
					&separator_length);
	json_t *list = json_array();

	while (length || separator_length) {
		size_t part = length ? part_length(text, length, separator,
						   separator_length)
				     : 0;

		if (json_array_size(list) >= TMPL_LIST_MAX) {
			json_decref(list);
			return error_set(err, ERROR_TOO_LARGE,
					 "more than %d parts", TMPL_LIST_MAX);
		}
		(void)json_array_append_new(
			list, json_stringn_nocheck(text, part)); /* memory */
		if (part == length)
			break;
		text += part + separator_length;
		length -= part + separator_length;
	}
	*out = tmpl_value_of(list);
	return 0;
}

int tmpl_text_join(const struct tmpl_arguments *arguments,
		   struct tmpl_value *out, struct error *err)
{
	const struct tmpl_value *list = &arguments->values[0];
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);
	size_t length;
	const char *separator = text_of(&arguments->values[1], &length);

	if (list->json && !json_is_null(list->json) &&
	    !json_is_array(list->json))
		return error_set(err, ERROR_INVALID, "expected slice, got %s",
				 tmpl_value_type(list));
	for (size_t i = 0; i < json_array_size(list->json); i++) {
		struct tmpl_value element = tmpl_value_element(list, i);

		if (i)
			strbuf_add(&text, separator, length);
		tmpl_print(&element, &text);
		tmpl_value_release(&element);
	}
	return tmpl_arguments_give(&text, out, err);
}

static int add_spaces(const struct tmpl_value *count, struct strbuf *out,
		      struct error *err)
{
	json_int_t number = json_integer_value(count->json);

	if (number < 0)
		return error_set(err, ERROR_INVALID,
				 "strings: negative Repeat count");
	while (number-- > 0 && !out->overflow)
		strbuf_addch(out, ' ');
	return 0;
}

int tmpl_text_pad(const struct tmpl_arguments *arguments,
		  struct tmpl_value *out, struct error *err)
{
	struct strbuf padded = STRBUF_LIMIT(TMPL_VALUE_MAX);
	size_t length;
	const char *text = text_of(&arguments->values[0], &length);

	if (!length)
		return tmpl_arguments_give(&padded, out, err);
	if (add_spaces(&arguments->values[1], &padded, err) < 0)
		return -1;
	strbuf_add(&padded, text, length);
	if (add_spaces(&arguments->values[2], &padded, err) < 0) {
		strbuf_release(&padded);
		return -1;
	}
	return tmpl_arguments_give(&padded, out, err);
}

int tmpl_text_truncate(const struct tmpl_arguments *arguments,
		       struct tmpl_value *out, struct error *err)
{
	size_t length;
	const char *text = text_of(&arguments->values[0], &length);
	json_int_t most = json_integer_value(arguments->values[1].json);

	if (most < 0)
		return error_set(err, ERROR_INVALID,
				 "runtime error: slice bounds out of range "
				 "[:%lld]",
				 (long long)most);
	if ((unsigned long long)most < length)
		length = (size_t)most;
	*out = tmpl_value_string(text, length);
	return 0;
}

static void add_html(const char *text, size_t length, struct strbuf *out)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '\0':
			utf8_write(UTF8_INVALID, out);
			break;
		case '"':
			strbuf_addstr(out, "&#34;");
			break;
		case '\'':
			strbuf_addstr(out, "&#39;");
			break;
		case '&':
			strbuf_addstr(out, "&amp;");
			break;
		case '<':
			strbuf_addstr(out, "&lt;");
			break;
		case '>':
			strbuf_addstr(out, "&gt;");
			break;
		default:
			strbuf_addch(out, text[i]);
			break;
		}
	}
}

static void add_js(const char *text, size_t length, struct strbuf *out)
{
	uint32_t rune;
	size_t size;

	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(text + at, length - at, &rune);
		if (rune == '\\' || rune == '\'' || rune == '"')
			strbuf_addf(out, "\\%c", (int)rune);
		else if (rune == '<' || rune == '>' || rune == '&' ||
			 rune == '=' || rune < 0x20 ||
			 (rune >= 0x80 && !quote_is_printable(rune)))
			strbuf_addf(out, "\\u%04X", rune);
		else
			strbuf_add(out, text + at, size);
	}
}

static void add_url(const char *text, size_t length, struct strbuf *out)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < 0x80 &&
		    (isalnum(byte) || (byte && strchr("-_.~", byte))))
			strbuf_addch(out, (char)byte);
		else if (byte == ' ')
			strbuf_addch(out, '+');
		else
			strbuf_addf(out, "%%%02X", byte);
	}
}

typedef void add_escaped(const char *text, size_t length, struct strbuf *out);

static int escape(const struct tmpl_arguments *arguments, add_escaped *add,
		  struct tmpl_value *out, struct error *err)
{
	struct strbuf plain = STRBUF_LIMIT(TMPL_VALUE_MAX);
	struct strbuf text = STRBUF_LIMIT(TMPL_VALUE_MAX);

	tmpl_arguments_sprint(arguments, "<no value>", &plain);
	add(plain.text, plain.length, &text);
	strbuf_release(&plain);
	return tmpl_arguments_give(&text, out, err);
}

int tmpl_text_html(const struct tmpl_arguments *arguments,
		   struct tmpl_value *out, struct error *err)
{
	return escape(arguments, add_html, out, err);
}

int tmpl_text_js(const struct tmpl_arguments *arguments, struct tmpl_value *out,
		 struct error *err)
{
	return escape(arguments, add_js, out, err);
}

int tmpl_text_urlquery(const struct tmpl_arguments *arguments,
		       struct tmpl_value *out, struct error *err)
{
	return escape(arguments, add_url, out, err);
}
