/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After fmt/print.go: doPrintf finds conversions
 *   "%" flags [ [n] ] [ width | "*" ] [ "." [ precision | "*" ] ] [ [n] ] verb
 * and printValue walks a value. Mistakes are shown in the output as Go does.
 */
#include "cmd/tmpl/tmpl_printf.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "cmd/tmpl/tmpl_verb.h"

enum { WIDTH_MAX = 1000000, DEPTH_MAX = 100 };

struct printer {
	const char *format;
	size_t length;
	size_t at;
	const struct tmpl_value *values;
	size_t count;
	size_t next;	 /* value */
	bool reordered;	 /* some [n] was used: no complaint about the rest */
	bool good_index; /* the last [n] was right */
	bool after_index;
	struct strbuf *out;
};

static void print_value(const struct tmpl_verb *verb,
			const struct tmpl_value *value, int depth,
			struct strbuf *out);

/* "%!d(string=x)" */
static void bad_verb(const struct tmpl_verb *verb,
		     const struct tmpl_value *value, struct strbuf *out)
{
	static const struct tmpl_verb plain = { .verb = 'v' };

	strbuf_addstr(out, "%!");
	utf8_write(verb->verb, out);
	strbuf_addch(out, '(');
	if (value->json && value->shape != TMPL_SHAPE_NIL) {
		strbuf_addstr(out, tmpl_value_type(value));
		strbuf_addch(out, '=');
		print_value(&plain, value, 1, out);
	} else {
		strbuf_addstr(out, "<nil>");
	}
	strbuf_addch(out, ')');
}

static void print_list(const struct tmpl_verb *verb,
		       const struct tmpl_value *value, int depth,
		       struct strbuf *out)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < json_array_size(value->json); i++) {
		struct tmpl_value element = tmpl_value_element(value, i);

		if (i)
			strbuf_addch(out, ' ');
		print_value(verb, &element, depth + 1, out);
		tmpl_value_release(&element);
	}
	strbuf_addch(out, ']');
}

static void print_map(const struct tmpl_verb *verb,
		      const struct tmpl_value *value, int depth,
		      struct strbuf *out)
{
	const char **keys = tmpl_value_keys(value->json);

	strbuf_addstr(out, "map[");
	for (size_t i = 0; keys[i]; i++) {
		struct tmpl_value key = tmpl_value_string(keys[i],
							  strlen(keys[i]));
		struct tmpl_value member = tmpl_value_member(
			value, keys[i], json_object_get(value->json, keys[i]));

		if (i)
			strbuf_addch(out, ' ');
		print_value(verb, &key, depth + 1, out);
		strbuf_addch(out, ':');
		print_value(verb, &member, depth + 1, out);
		tmpl_value_release(&key);
		tmpl_value_release(&member);
	}
	strbuf_addch(out, ']');
	free(keys);
}

static void print_struct(const struct tmpl_verb *verb,
			 const struct tmpl_value *value, int depth,
			 struct strbuf *out)
{
	const char *key;
	json_t *json;
	bool first = true;

	strbuf_addch(out, '{');
	json_object_foreach(value->json, key, json)
	{
		struct tmpl_value member = tmpl_value_member(value, key, json);

		if (!first)
			strbuf_addch(out, ' ');
		first = false;
		if (verb->plus)
			strbuf_addf(out, "%s:", key);
		print_value(verb, &member, depth + 1, out);
		tmpl_value_release(&member);
	}
	strbuf_addch(out, '}');
}

static void print_null(const struct tmpl_verb *verb,
		       const struct tmpl_value *value, struct strbuf *out)
{
	if (value->shape == TMPL_SHAPE_SLICE)
		strbuf_addstr(out, "[]");
	else if (value->shape == TMPL_SHAPE_MAP)
		strbuf_addstr(out, "map[]");
	else if (verb->verb == 'v')
		tmpl_verb_pad(verb, "<nil>", strlen("<nil>"), out);
	else
		bad_verb(verb, value, out);
}

static void print_bool(const struct tmpl_verb *verb,
		       const struct tmpl_value *value, struct strbuf *out)
{
	const char *text = json_is_true(value->json) ? "true" : "false";

	if (verb->verb == 't' || verb->verb == 'v')
		tmpl_verb_pad(verb, text, strlen(text), out);
	else
		bad_verb(verb, value, out);
}

/* Go's own String() of what is one. */
static bool is_duration(const struct tmpl_verb *verb,
			const struct tmpl_value *value)
{
	return json_is_integer(value->json) && value->type &&
	       !strcmp(value->type, TMPL_DURATION) &&
	       (verb->verb == 'v' || verb->verb == 's');
}

static void print_scalar(const struct tmpl_verb *verb,
			 const struct tmpl_value *value, struct strbuf *out)
{
	const json_t *json = value->json;
	char text[CLOCK_TEXT_MAX];
	bool done;

	if (is_duration(verb, value)) {
		clock_format_duration(json_integer_value(json), text);
		done = tmpl_verb_string(verb, text, strlen(text), out);
	} else if (json_is_string(json)) {
		done = tmpl_verb_string(verb, json_string_value(json),
					json_string_length(json), out);
	} else if (json_is_integer(json)) {
		done = tmpl_verb_integer(verb, json_integer_value(json), out);
	} else {
		done = tmpl_verb_float(verb, json_real_value(json), out);
	}
	if (!done)
		bad_verb(verb, value, out);
}

static void print_value(const struct tmpl_verb *verb,
			const struct tmpl_value *value, int depth,
			struct strbuf *out)
{
	if (depth > DEPTH_MAX || out->overflow)
		return;
	if (!value->json) {
		strbuf_addstr(out, "<nil>");
		return;
	}
	switch (json_typeof(value->json)) {
	case JSON_ARRAY:
		print_list(verb, value, depth, out);
		return;
	case JSON_OBJECT:
		if (value->shape == TMPL_SHAPE_STRUCT)
			print_struct(verb, value, depth, out);
		else
			print_map(verb, value, depth, out);
		return;
	case JSON_NULL:
		print_null(verb, value, out);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		print_bool(verb, value, out);
		return;
	case JSON_STRING:
	case JSON_INTEGER:
	case JSON_REAL:
		print_scalar(verb, value, out);
		return;
	}
}

void tmpl_print(const struct tmpl_value *value, struct strbuf *out)
{
	static const struct tmpl_verb plain = { .verb = 'v' };

	if (!value->json)
		strbuf_addstr(out, "<no value>");
	else
		print_value(&plain, value, 0, out);
}

static char current(const struct printer *p)
{
	return p->at < p->length ? p->format[p->at] : '\0';
}

static void read_flags(struct printer *p, struct tmpl_verb *verb)
{
	for (;; p->at++) {
		switch (current(p)) {
		case '#':
			verb->sharp = true;
			break;
		case '0':
			verb->zero = true;
			break;
		case '+':
			verb->plus = true;
			break;
		case '-':
			verb->minus = true;
			break;
		case ' ':
			verb->space = true;
			break;
		default:
			return;
		}
	}
}

/* Decimal digits; false when there are none or too many. */
static bool read_digits(struct printer *p, int *out)
{
	size_t start = p->at;
	int number = 0;

	for (; current(p) >= '0' && current(p) <= '9'; p->at++)
		if (number <= WIDTH_MAX)
			number = number * 10 + (current(p) - '0');
	*out = number;
	return p->at > start && number <= WIDTH_MAX;
}

/* "[n]": the next value is number N. */
static void read_index(struct printer *p)
{
	const char *close;
	int number;

	p->after_index = false;
	if (current(p) != '[')
		return;
	p->reordered = true;
	close = memchr(p->format + p->at, ']', p->length - p->at);
	if (!close) {
		p->good_index = false;
		p->at++;
		return;
	}
	p->at++;
	if (!read_digits(p, &number) || p->format + p->at != close ||
	    number < 1 || (size_t)number > p->count) {
		p->good_index = false;
		p->at = (size_t)(close - p->format) + 1;
		return;
	}
	p->at++;
	p->next = (size_t)number - 1;
	p->after_index = true;
}

/* "*": the next value as a width or precision. */
static bool read_star(struct printer *p, int *out)
{
	const struct tmpl_value *value;
	json_int_t number;

	p->at++;
	if (p->next >= p->count)
		return false;
	value = &p->values[p->next++];
	p->after_index = false;
	if (!json_is_integer(value->json))
		return false;
	number = json_integer_value(value->json);
	if (number > WIDTH_MAX || number < -WIDTH_MAX)
		return false;
	*out = (int)number;
	return true;
}

static void read_width(struct printer *p, struct tmpl_verb *verb)
{
	read_index(p);
	if (current(p) == '*') {
		verb->has_width = read_star(p, &verb->width);
		if (!verb->has_width)
			strbuf_addstr(p->out, "%!(BADWIDTH)");
		if (verb->width < 0) {
			verb->width = -verb->width;
			verb->minus = true;
		}
		return;
	}
	verb->has_width = read_digits(p, &verb->width);
	if (p->after_index && verb->has_width)
		p->good_index = false; /* "%[3]2d" */
}

static void read_precision(struct printer *p, struct tmpl_verb *verb)
{
	if (current(p) != '.' || p->at + 1 > p->length)
		return;
	p->at++;
	if (p->after_index)
		p->good_index = false; /* "%[3].2d" */
	read_index(p);
	if (current(p) == '*') {
		verb->has_precision = read_star(p, &verb->precision);
		if (verb->precision < 0)
			verb->has_precision = false;
		if (!verb->has_precision)
			strbuf_addstr(p->out, "%!(BADPREC)");
		return;
	}
	(void)read_digits(p, &verb->precision); /* none means 0 */
	verb->has_precision = true;
}

static void print_one(struct printer *p, const struct tmpl_verb *verb)
{
	const struct tmpl_value *value = &p->values[p->next++];

	if (verb->verb == 'T') {
		const char *type = tmpl_value_type(value);

		tmpl_verb_pad(verb, type, strlen(type), p->out);
	} else if (!value->json || value->shape == TMPL_SHAPE_NIL) {
		if (verb->verb == 'v')
			tmpl_verb_pad(verb, "<nil>", strlen("<nil>"), p->out);
		else
			bad_verb(verb, value, p->out);
	} else {
		print_value(verb, value, 0, p->out);
	}
}

/* What stands after a percent sign. */
static void convert(struct printer *p)
{
	struct tmpl_verb verb = { 0 };

	p->after_index = false;
	p->good_index = true;
	read_flags(p, &verb);
	read_width(p, &verb);
	read_precision(p, &verb);
	if (!p->after_index)
		read_index(p);
	verb.zero = verb.zero && !verb.minus;
	if (p->at >= p->length) {
		strbuf_addstr(p->out, "%!(NOVERB)");
		return;
	}
	p->at += utf8_decode(p->format + p->at, p->length - p->at, &verb.verb);
	if (verb.verb == '%') {
		strbuf_addch(p->out, '%');
	} else if (!p->good_index || p->next >= p->count) {
		strbuf_addstr(p->out, "%!");
		utf8_write(verb.verb, p->out);
		strbuf_addstr(p->out,
			      p->good_index ? "(MISSING)" : "(BADINDEX)");
	} else {
		print_one(p, &verb);
	}
}

/* "%!(EXTRA int=2)" */
static void complain_extra(struct printer *p)
{
	static const struct tmpl_verb plain = { .verb = 'v' };

	if (p->reordered || p->next >= p->count)
		return;
	strbuf_addstr(p->out, "%!(EXTRA ");
	for (size_t i = p->next; i < p->count; i++) {
		const struct tmpl_value *value = &p->values[i];

		if (i > p->next)
			strbuf_addstr(p->out, ", ");
		if (!value->json || value->shape == TMPL_SHAPE_NIL) {
			strbuf_addstr(p->out, "<nil>");
			continue;
		}
		strbuf_addf(p->out, "%s=", tmpl_value_type(value));
		print_value(&plain, value, 0, p->out);
	}
	strbuf_addch(p->out, ')');
}

void tmpl_printf(const char *format, size_t length,
		 const struct tmpl_value *values, size_t count,
		 struct strbuf *out)
{
	struct printer p = { .format = format,
			     .length = length,
			     .values = values,
			     .count = count,
			     .good_index = true,
			     .out = out };

	while (p.at < length && !out->overflow) {
		const char *percent = memchr(format + p.at, '%', length - p.at);
		size_t end = percent ? (size_t)(percent - format) : length;

		strbuf_add(out, format + p.at, end - p.at);
		p.at = end;
		if (!percent)
			break;
		p.at++;
		convert(&p);
	}
	complain_extra(&p);
}
