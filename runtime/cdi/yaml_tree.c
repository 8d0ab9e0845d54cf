/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   document = node
 *   node     = scalar | alias | "[" { node } "]" | "{" { scalar node } "}"
 *
 * over libyaml's events. An alias shares the value it names, and counts as much
 * as that does, so that a few lines cannot stand for a billion values.
 */
#include "runtime/cdi/yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/jsonx.h"
#include "runtime/cdi/cdi_limits.h"

DEFINE_CLEANUP(yaml_event_t, yaml_event_delete)

struct anchor {
	char *name;
	json_t *value;
	size_t weight; /* values in it, itself included */
};

struct reading {
	yaml_parser_t parser;
	size_t nodes; /* values so far, repeated ones each time */
	unsigned depth;
	struct anchor *anchors;
	size_t anchor_count;
};

static void reading_release(struct reading *at)
{
	for (size_t i = 0; i < at->anchor_count; i++) {
		free(at->anchors[i].name);
		json_decref(at->anchors[i].value);
	}
	free(at->anchors);
	yaml_parser_delete(&at->parser);
}
DEFINE_CLEANUP(struct reading, reading_release)

static int refuse(const yaml_event_t *event, const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID, "line %zu: %s",
			 event->start_mark.line + 1, why);
}

static int next(struct reading *at, yaml_event_t *out, struct error *err)
{
	const yaml_parser_t *parser = &at->parser;

	if (yaml_parser_parse(&at->parser, out))
		return 0;
	memset(out, 0, sizeof(*out));
	return error_set(err, ERROR_INVALID, "line %zu: %s",
			 parser->problem_mark.line + 1,
			 parser->problem ? parser->problem : "no YAML");
}

/* Room for WEIGHT more values. */
static int count(struct reading *at, const yaml_event_t *event, size_t weight,
		 struct error *err)
{
	if (weight > CDI_NODES_MAX - at->nodes)
		return refuse(event, "too many values", err);
	at->nodes += weight;
	return 0;
}

static bool is_word(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (!strcmp(text, *words))
			return true;
	}
	return false;
}

/* Decimal, 0x…, 0o… and, as in a file's mode, 0…; NULL when it is none. */
static json_t *read_integer(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	int base = 10;
	char *end;
	long long value;

	if (digits[0] == '0' && digits[1] == 'x')
		base = 16;
	else if (digits[0] == '0' && digits[1])
		base = 8;
	if (base == 16 || (base == 8 && digits[1] == 'o'))
		digits += 2;
	/* strtoll would take blanks and signs here */
	if (!strchr("0123456789abcdefABCDEF", *digits) || !*digits)
		return NULL;
	errno = 0;
	value = strtoll(digits, &end, base);
	if (*end || errno)
		return NULL;
	return json_integer(*text == '-' ? -value : value);
}

static json_t *read_plain(const char *text)
{
	static const char *const nulls[] = { "",     "~",    "null",
					     "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	json_t *number;

	if (is_word(text, nulls))
		return json_null();
	if (is_word(text, trues))
		return json_true();
	if (is_word(text, falses))
		return json_false();
	number = read_integer(text);
	return number ? number : json_string(text);
}

/* The scalar's text; a null byte in it would hide what is behind. */
static int take_text(const yaml_event_t *event, const char **out,
		     struct error *err)
{
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		return refuse(event, "a null byte", err);
	*out = text;
	return 0;
}

static int read_scalar(const yaml_event_t *event, json_t **out,
		       struct error *err)
{
	const char *tag = (const char *)event->data.scalar.tag;
	const char *text;

	if (take_text(event, &text, err) < 0)
		return -1;
	if (tag && strcmp(tag, YAML_STR_TAG) != 0)
		return refuse(event, "a tag", err);
	*out = !tag && event->data.scalar.plain_implicit ? read_plain(text)
							 : json_string(text);
	return *out ? 0 : refuse(event, "no UTF-8", err);
}

static int read_alias(struct reading *at, const yaml_event_t *event,
		      json_t **out, struct error *err)
{
	const char *name = (const char *)event->data.alias.anchor;

	/* the latest of a name is the one that counts */
	for (size_t i = at->anchor_count; i > 0; i--) {
		const struct anchor *anchor = &at->anchors[i - 1];

		if (strcmp(anchor->name, name) != 0)
			continue;
		if (count(at, event, anchor->weight, err) < 0)
			return -1;
		*out = json_incref(anchor->value);
		return 0;
	}
	return refuse(event, "an alias of nothing", err);
}

static int read_node(struct reading *at, const yaml_event_t *event,
		     json_t **out, struct error *err);

static int read_list(struct reading *at, json_t *list, struct error *err)
{
	for (;;) {
		autoclean(yaml_event_delete) yaml_event_t event = { 0 };
		json_t *value = NULL;

		if (next(at, &event, err) < 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (read_node(at, &event, &value, err) < 0)
			return -1;
		(void)json_array_append_new(list, value);
	}
}

/* One "key: value"; EVENT is the key's. */
static int read_member(struct reading *at, const yaml_event_t *event,
		       json_t *map, struct error *err)
{
	autoclean(yaml_event_delete) yaml_event_t value_event = { 0 };
	json_t *value = NULL;
	const char *key;

	if (event->type != YAML_SCALAR_EVENT)
		return refuse(event, "a key that is no string", err);
	if (take_text(event, &key, err) < 0)
		return -1;
	if (json_object_get(map, key))
		return refuse(event, "a key that comes twice", err);
	if (next(at, &value_event, err) < 0 ||
	    read_node(at, &value_event, &value, err) < 0)
		return -1;
	if (json_object_set_new(map, key, value) < 0)
		return refuse(event, "no UTF-8", err);
	return 0;
}

static int read_map(struct reading *at, json_t *map, struct error *err)
{
	for (;;) {
		autoclean(yaml_event_delete) yaml_event_t event = { 0 };

		if (next(at, &event, err) < 0)
			return -1;
		if (event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (read_member(at, &event, map, err) < 0)
			return -1;
	}
}

static int read_collection(struct reading *at, const yaml_event_t *event,
			   json_t **out, struct error *err)
{
	bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
	autoclean(jsonx_free) json_t *value = is_list ? json_array()
						      : json_object();
	const yaml_char_t *tag = is_list ? event->data.sequence_start.tag
					 : event->data.mapping_start.tag;

	if (tag)
		return refuse(event, "a tag", err);
	if (at->depth == CDI_DEPTH_MAX)
		return refuse(event, "nested too deeply", err);
	at->depth++;
	if ((is_list ? read_list(at, value, err) : read_map(at, value, err)) <
	    0)
		return -1;
	at->depth--;
	*out = TAKE_PTR(value);
	return 0;
}

static const char *anchor_of(const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return (const char *)event->data.scalar.anchor;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)event->data.sequence_start.anchor;
	return (const char *)event->data.mapping_start.anchor;
}

static void note_anchor(struct reading *at, const char *name, json_t *value,
			size_t weight)
{
	at->anchors = xreallocarray(at->anchors, at->anchor_count + 1,
				    sizeof(*at->anchors));
	at->anchors[at->anchor_count++] = (struct anchor){
		.name = xstrdup(name),
		.value = json_incref(value),
		.weight = weight,
	};
}

static int read_node(struct reading *at, const yaml_event_t *event,
		     json_t **out, struct error *err)
{
	size_t before = at->nodes;
	int result;

	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(at, event, out, err);
	if (count(at, event, 1, err) < 0)
		return -1;
	if (event->type == YAML_SCALAR_EVENT)
		result = read_scalar(event, out, err);
	else
		result = read_collection(at, event, out, err);
	if (result == 0 && anchor_of(event))
		note_anchor(at, anchor_of(event), *out, at->nodes - before);
	return result;
}

static int expect(struct reading *at, yaml_event_type_t type, struct error *err)
{
	autoclean(yaml_event_delete) yaml_event_t event = { 0 };

	if (next(at, &event, err) < 0)
		return -1;
	if (event.type != type)
		return refuse(&event, "not exactly one document", err);
	return 0;
}

int yaml_tree_parse(const char *text, size_t length, json_t **out,
		    struct error *err)
{
	autoclean(reading_release) struct reading at = { 0 };
	autoclean(yaml_event_delete) yaml_event_t event = { 0 };
	autoclean(jsonx_free) json_t *value = NULL;

	if (!yaml_parser_initialize(&at.parser))
		return error_set(err, ERROR_SYSTEM, "no memory for YAML");
	yaml_parser_set_input_string(&at.parser, (const unsigned char *)text,
				     length);
	if (expect(&at, YAML_STREAM_START_EVENT, err) < 0 ||
	    expect(&at, YAML_DOCUMENT_START_EVENT, err) < 0 ||
	    next(&at, &event, err) < 0 ||
	    read_node(&at, &event, &value, err) < 0 ||
	    expect(&at, YAML_DOCUMENT_END_EVENT, err) < 0 ||
	    expect(&at, YAML_STREAM_END_EVENT, err) < 0)
		return -1;
	*out = TAKE_PTR(value);
	return 0;
}
