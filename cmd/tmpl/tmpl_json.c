/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/jsonx writes JSON for files; this writes what scripts compare with
 * docker's output byte by byte: key order, escapes and numbers are Go's.
 */
#include "cmd/tmpl/tmpl_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/tmpl/tmpl_number.h"

enum { DEPTH_MAX = 200 };

struct writer {
	bool escapes_html;
	struct strbuf *out;
};

static bool is_plain(const struct writer *w, uint32_t rune)
{
	if (rune < 0x20 || rune == '"' || rune == '\\' || rune == 0x2028 ||
	    rune == 0x2029)
		return false;
	return !w->escapes_html || (rune != '<' && rune != '>' && rune != '&');
}

static void write_escaped(const struct writer *w, uint32_t rune)
{
	static const char runes[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *found = rune && rune < 0x80 ? strchr(runes, (int)rune)
						: NULL;

	if (found)
		strbuf_addf(w->out, "\\%c", letters[found - runes]);
	else
		strbuf_addf(w->out, "\\u%04x", rune);
}

static void write_string(const struct writer *w, const char *text,
			 size_t length)
{
	uint32_t rune;
	size_t size;

	strbuf_addch(w->out, '"');
	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(text + at, length - at, &rune);
		if (size == 1 && rune == UTF8_INVALID)
			strbuf_addstr(w->out, "\\ufffd");
		else if (is_plain(w, rune))
			strbuf_add(w->out, text + at, size);
		else
			write_escaped(w, rune);
	}
	strbuf_addch(w->out, '"');
}

static void write_value(const struct writer *w, const struct tmpl_value *value,
			int depth);

static void write_member(const struct writer *w, const struct tmpl_value *value,
			 const char *key, int depth)
{
	struct tmpl_value member = tmpl_value_member(
		value, key, json_object_get(value->json, key));

	write_string(w, key, strlen(key));
	strbuf_addch(w->out, ':');
	write_value(w, &member, depth + 1);
	tmpl_value_release(&member);
}

static void write_object(const struct writer *w, const struct tmpl_value *value,
			 int depth)
{
	const char *key;
	json_t *member;
	bool first = true;

	strbuf_addch(w->out, '{');
	if (value->shape == TMPL_SHAPE_MAP) {
		const char **keys = tmpl_value_keys(value->json);

		for (size_t i = 0; keys[i]; i++) {
			if (i)
				strbuf_addch(w->out, ',');
			write_member(w, value, keys[i], depth);
		}
		free(keys);
	} else {
		json_object_foreach(value->json, key, member)
		{
			if (!first)
				strbuf_addch(w->out, ',');
			first = false;
			write_member(w, value, key, depth);
		}
	}
	strbuf_addch(w->out, '}');
}

static void write_list(const struct writer *w, const struct tmpl_value *value,
		       int depth)
{
	strbuf_addch(w->out, '[');
	for (size_t i = 0; i < json_array_size(value->json); i++) {
		struct tmpl_value element = tmpl_value_element(value, i);

		if (i)
			strbuf_addch(w->out, ',');
		write_value(w, &element, depth + 1);
		tmpl_value_release(&element);
	}
	strbuf_addch(w->out, ']');
}

static void write_value(const struct writer *w, const struct tmpl_value *value,
			int depth)
{
	const json_t *json = value->json;

	if (!json || depth > DEPTH_MAX || w->out->overflow) {
		strbuf_addstr(w->out, "null");
		return;
	}
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		write_object(w, value, depth);
		return;
	case JSON_ARRAY:
		write_list(w, value, depth);
		return;
	case JSON_STRING:
		write_string(w, json_string_value(json),
			     json_string_length(json));
		return;
	case JSON_INTEGER:
		strbuf_addf(w->out, "%" JSON_INTEGER_FORMAT,
			    json_integer_value(json));
		return;
	case JSON_REAL:
		tmpl_number_format_json(json_real_value(json), w->out);
		return;
	case JSON_TRUE:
		strbuf_addstr(w->out, "true");
		return;
	case JSON_FALSE:
		strbuf_addstr(w->out, "false");
		return;
	case JSON_NULL:
		strbuf_addstr(w->out, "null");
		return;
	}
}

void tmpl_json(const struct tmpl_value *value, bool escapes_html,
	       struct strbuf *out)
{
	const struct writer w = { escapes_html, out };

	write_value(&w, value, 0);
}
