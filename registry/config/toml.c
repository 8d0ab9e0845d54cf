/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structure of a TOML document:
 *
 *   document = *( [table / element / pair] [comment] line-end )
 *   table    = "[" key "]"            element = "[[" key "]]"
 *   pair     = key "=" value          key = part *( "." part )
 *   part     = bare / basic string / literal string
 *   value    = string / scalar / "[" values "]" / "{" pairs "}"
 *
 * What makes it strict is that nothing may be defined twice. How a table came
 * to be decides what may still be added to it, so the origin of every table
 * that is not simply implied by a longer header is remembered by address:
 *
 *   origin    "[t]" again   "[t.x]"   "t.x = 1" from the table above
 *   IMPLIED   yes, once     yes       yes, and makes it DOTTED
 *   HEADER    no            yes       no
 *   DOTTED    no            yes       yes
 *   INLINE    no            no        no
 *
 * An array is open to "[[t]]" only when such headers made it (ELEMENTS).
 */
#include "registry/config/toml.h"

#include <assert.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "registry/config/toml_scalar.h"
#include "registry/config/toml_scan.h"
#include "registry/config/toml_string.h"

enum origin {
	ORIGIN_IMPLIED = 0,
	ORIGIN_HEADER,
	ORIGIN_DOTTED,
	ORIGIN_INLINE,
	ORIGIN_ELEMENTS, /* arrays only */
};

struct parser {
	struct toml_scan scan;
	json_t *origins; /* "%p" of a table or array → enum origin */
	unsigned depth;	 /* of values within values */
	struct error *err;
};

static int parse_value(struct parser *parser, json_t **out);

static void set_origin(struct parser *parser, const json_t *value,
		       enum origin origin)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%p", (const void *)value); /* fits */
	json_object_set_new(parser->origins, key, json_integer(origin));
}

static enum origin origin_of(const struct parser *parser, const json_t *value)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%p", (const void *)value); /* fits */
	return (enum origin)json_integer_value(
		json_object_get(parser->origins, key));
}

/* Add a new empty table or array under KEY and return it, borrowed. */
static json_t *add_container(struct parser *parser, json_t *table,
			     const char *key, json_t *container,
			     enum origin origin)
{
	json_object_set_new(table, key, container);
	set_origin(parser, container, origin);
	return container;
}

static json_t *add_element(struct parser *parser, json_t *array)
{
	json_t *table = json_object();

	json_array_append_new(array, table);
	set_origin(parser, table, ORIGIN_HEADER);
	return table;
}

static int fail_taken(struct parser *parser, const char *key)
{
	return toml_scan_fail(&parser->scan, parser->err,
			      "\"%.100s\" is defined already", key);
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int parse_key_part(struct parser *parser, struct strvec *parts)
{
	autoclean(strbuf_release) struct strbuf part = STRBUF_INIT;
	struct toml_scan *scan = &parser->scan;

	if (toml_scan_is_at(scan, "\"") || toml_scan_is_at(scan, "'")) {
		if (toml_string_read_line(scan, &part, parser->err) < 0)
			return -1;
	} else {
		while (scan->at < scan->end && is_bare(*scan->at))
			strbuf_addch(&part, *scan->at++);
		if (!part.length)
			return toml_scan_fail(scan, parser->err,
					      "expected a key");
	}
	strvec_take(parts, strbuf_steal(&part));
	return 0;
}

static int parse_key(struct parser *parser, struct strvec *parts)
{
	do {
		if (parts->count == TOML_DEPTH_MAX)
			return toml_scan_fail(&parser->scan, parser->err,
					      "key of more than %d parts",
					      TOML_DEPTH_MAX);
		toml_scan_skip_blanks(&parser->scan);
		if (parse_key_part(parser, parts) < 0)
			return -1;
		toml_scan_skip_blanks(&parser->scan);
	} while (toml_scan_take(&parser->scan, "."));
	return 0;
}

/* One step of a dotted key: the table under KEY, made if there is none. */
static json_t *enter_dotted(struct parser *parser, json_t *table,
			    const char *key)
{
	json_t *child = json_object_get(table, key);
	enum origin origin = origin_of(parser, child);

	if (!child)
		return add_container(parser, table, key, json_object(),
				     ORIGIN_DOTTED);
	if (!json_is_object(child) || origin == ORIGIN_HEADER ||
	    origin == ORIGIN_INLINE) {
		(void)fail_taken(parser, key); /* NULL says it */
		return NULL;
	}
	set_origin(parser, child, ORIGIN_DOTTED);
	return child;
}

static int parse_pair(struct parser *parser, json_t *table)
{
	autoclean(strvec_release) struct strvec parts = STRVEC_INIT;
	json_t *value = NULL;
	const char *last;

	if (parse_key(parser, &parts) < 0)
		return -1;
	if (!toml_scan_take(&parser->scan, "="))
		return toml_scan_fail(&parser->scan, parser->err,
				      "expected \"=\" after a key");
	toml_scan_skip_blanks(&parser->scan);
	for (size_t i = 0; i + 1 < parts.count; i++) {
		table = enter_dotted(parser, table, parts.items[i]);
		if (!table)
			return -1;
	}
	assert(parts.items); /* a key has a part, or does not parse */
	last = parts.items[parts.count - 1];
	if (json_object_get(table, last))
		return fail_taken(parser, last);
	if (parse_value(parser, &value) < 0)
		return -1;
	json_object_set_new(table, last, value);
	return 0;
}

/* Fill ARRAY; the opening bracket is consumed. */
static int parse_array(struct parser *parser, json_t *array)
{
	struct toml_scan *scan = &parser->scan;

	for (;;) {
		json_t *value = NULL;

		toml_scan_skip_lines(scan);
		if (toml_scan_take(scan, "]"))
			return 0;
		if (parse_value(parser, &value) < 0)
			return -1;
		json_array_append_new(array, value);
		toml_scan_skip_lines(scan);
		if (!toml_scan_take(scan, ",") && !toml_scan_is_at(scan, "]"))
			return toml_scan_fail(scan, parser->err,
					      "expected \",\" or \"]\"");
	}
}

/* Fill TABLE; the opening brace is consumed. No line ends, no last comma. */
static int parse_inline(struct parser *parser, json_t *table)
{
	struct toml_scan *scan = &parser->scan;

	toml_scan_skip_blanks(scan);
	if (toml_scan_take(scan, "}"))
		return 0;
	do {
		if (parse_pair(parser, table) < 0)
			return -1;
		toml_scan_skip_blanks(scan);
	} while (toml_scan_take(scan, ","));
	if (!toml_scan_take(scan, "}"))
		return toml_scan_fail(scan, parser->err,
				      "expected \",\" or \"}\"");
	return 0;
}

static int parse_container(struct parser *parser, json_t **out)
{
	bool is_array = toml_scan_is_at(&parser->scan, "[");
	autoclean(jsonx_free) json_t *value = is_array ? json_array()
						       : json_object();
	int result;

	if (parser->depth == TOML_DEPTH_MAX)
		return toml_scan_fail(&parser->scan, parser->err,
				      "nested deeper than %d", TOML_DEPTH_MAX);
	parser->depth++;
	parser->scan.at++;
	result = is_array ? parse_array(parser, value)
			  : parse_inline(parser, value);
	parser->depth--;
	if (result < 0)
		return -1;
	set_origin(parser, value, ORIGIN_INLINE);
	*out = TAKE_PTR(value);
	return 0;
}

static int parse_scalar(struct parser *parser, json_t **out)
{
	struct toml_scan *scan = &parser->scan;
	size_t length = toml_scalar_length(scan->at, scan->end);

	*out = toml_scalar_parse(scan->at, length);
	if (!*out)
		return toml_scan_fail(
			scan, parser->err, "not a value: \"%.*s\"",
			length < 100 ? (int)length : 100, scan->at);
	scan->at += length;
	return 0;
}

static int parse_value(struct parser *parser, json_t **out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct toml_scan *scan = &parser->scan;

	if (toml_scan_is_at(scan, "[") || toml_scan_is_at(scan, "{"))
		return parse_container(parser, out);
	if (!toml_scan_is_at(scan, "\"") && !toml_scan_is_at(scan, "'"))
		return parse_scalar(parser, out);
	if (toml_string_read(scan, &text, parser->err) < 0)
		return -1;
	*out = json_stringn(text.text, text.length);
	return 0;
}

/* One step of a header: the table under KEY, the last one of an array. */
static json_t *enter_header(struct parser *parser, json_t *table,
			    const char *key)
{
	json_t *child = json_object_get(table, key);
	enum origin origin = origin_of(parser, child);

	if (!child)
		return add_container(parser, table, key, json_object(),
				     ORIGIN_IMPLIED);
	if (json_is_object(child) && origin != ORIGIN_INLINE)
		return child;
	if (json_is_array(child) && origin == ORIGIN_ELEMENTS)
		return json_array_get(child, json_array_size(child) - 1);
	(void)fail_taken(parser, key); /* NULL says it */
	return NULL;
}

/* The table that "[… KEY]" opens. */
static json_t *open_table(struct parser *parser, json_t *table, const char *key)
{
	json_t *child = json_object_get(table, key);

	if (!child)
		return add_container(parser, table, key, json_object(),
				     ORIGIN_HEADER);
	if (json_is_object(child) &&
	    origin_of(parser, child) == ORIGIN_IMPLIED) {
		set_origin(parser, child, ORIGIN_HEADER);
		return child;
	}
	(void)fail_taken(parser, key); /* NULL says it */
	return NULL;
}

/* The table that "[[… KEY]]" opens. */
static json_t *open_element(struct parser *parser, json_t *table,
			    const char *key)
{
	json_t *array = json_object_get(table, key);

	if (!array)
		array = add_container(parser, table, key, json_array(),
				      ORIGIN_ELEMENTS);
	if (json_is_array(array) && origin_of(parser, array) == ORIGIN_ELEMENTS)
		return add_element(parser, array);
	(void)fail_taken(parser, key); /* NULL says it */
	return NULL;
}

/* Parse a header and store the table that the next pairs belong to. */
static int parse_header(struct parser *parser, json_t *root, json_t **out)
{
	autoclean(strvec_release) struct strvec parts = STRVEC_INIT;
	bool is_element = toml_scan_take(&parser->scan, "[[");
	const char *last;

	if (!is_element)
		parser->scan.at++;
	if (parse_key(parser, &parts) < 0)
		return -1;
	if (!toml_scan_take(&parser->scan, is_element ? "]]" : "]"))
		return toml_scan_fail(&parser->scan, parser->err,
				      "expected \"%s\" after a table's name",
				      is_element ? "]]" : "]");
	for (size_t i = 0; i + 1 < parts.count; i++) {
		root = enter_header(parser, root, parts.items[i]);
		if (!root)
			return -1;
	}
	assert(parts.items); /* a key has a part, or does not parse */
	last = parts.items[parts.count - 1];
	*out = is_element ? open_element(parser, root, last)
			  : open_table(parser, root, last);
	return *out ? 0 : -1;
}

static int parse_document(struct parser *parser, json_t *root)
{
	struct toml_scan *scan = &parser->scan;
	json_t *table = root;

	for (;;) {
		int result;

		toml_scan_skip_lines(scan);
		if (scan->at == scan->end)
			return 0;
		if (toml_scan_is_at(scan, "["))
			result = parse_header(parser, root, &table);
		else
			result = parse_pair(parser, table);
		if (result < 0 || toml_scan_end_line(scan, parser->err) < 0)
			return -1;
	}
}

int toml_parse(const char *text, size_t length, json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *origins = json_object();
	autoclean(jsonx_free) json_t *root = json_object();
	struct parser parser = { .origins = origins, .err = err };

	if (toml_scan_init(&parser.scan, text, length, err) < 0 ||
	    parse_document(&parser, root) < 0)
		return -1;
	*out = TAKE_PTR(root);
	return 0;
}
