/* SPDX-License-Identifier: Apache-2.0 */
/* After funcs.go's eq and lt; the messages are its error variables. */
#include "cmd/tmpl/tmpl_compare.h"

#include <string.h>

#include "cmd/tmpl/tmpl_printf.h"

enum kind { KIND_NONE = 0, KIND_BOOL, KIND_INTEGER, KIND_FLOAT, KIND_STRING };

static enum kind kind_of(const struct tmpl_value *value)
{
	if (json_is_boolean(value->json))
		return KIND_BOOL;
	if (json_is_integer(value->json))
		return KIND_INTEGER;
	if (json_is_real(value->json))
		return KIND_FLOAT;
	if (json_is_string(value->json))
		return KIND_STRING;
	return KIND_NONE;
}

static int give(bool truth, struct tmpl_value *out)
{
	*out = tmpl_value_of(json_boolean(truth));
	return 0;
}

static int incompatible(struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "incompatible types for comparison");
}

static bool is_nil(const struct tmpl_value *value)
{
	return !value->json || json_is_null(value->json);
}

static int compare_text(const json_t *a, const json_t *b)
{
	size_t left = json_string_length(a), right = json_string_length(b);
	int order = memcmp(json_string_value(a), json_string_value(b),
			   left < right ? left : right);

	if (order)
		return order;
	return (left > right) - (left < right);
}

/* Less than, equal to or greater than 0; both are of KIND. */
static int compare(enum kind kind, const json_t *a, const json_t *b)
{
	switch (kind) {
	case KIND_BOOL:
		return json_is_true(a) - json_is_true(b);
	case KIND_INTEGER:
		return (json_integer_value(a) > json_integer_value(b)) -
		       (json_integer_value(a) < json_integer_value(b));
	case KIND_FLOAT:
		return (json_real_value(a) > json_real_value(b)) -
		       (json_real_value(a) < json_real_value(b));
	case KIND_STRING:
		return compare_text(a, b);
	case KIND_NONE:
		return 0;
	}
	return 0;
}

static int fail_value(const struct tmpl_value *value, struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(512);

	tmpl_print(value, &text);
	(void)error_set(err, ERROR_INVALID, "non-comparable type %s: %s",
			text.text, tmpl_value_type(value)); /* -1 below */
	strbuf_release(&text);
	return -1;
}

static int is_equal(const struct tmpl_value *a, const struct tmpl_value *b,
		    bool *out, struct error *err)
{
	enum kind left = kind_of(a), right = kind_of(b);

	*out = false;
	if (left != right) {
		if (a->json && b->json && a->shape != TMPL_SHAPE_NIL &&
		    b->shape != TMPL_SHAPE_NIL)
			return incompatible(err);
		return 0;
	}
	if (left != KIND_NONE) {
		*out = compare(left, a->json, b->json) == 0;
		return 0;
	}
	if (is_nil(a) || is_nil(b)) {
		*out = is_nil(a) && is_nil(b);
		return 0;
	}
	if (a->shape == TMPL_SHAPE_STRUCT && b->shape == TMPL_SHAPE_STRUCT) {
		*out = a->json == b->json; /* docker holds pointers to most */
		return 0;
	}
	return fail_value(b, err);
}

int tmpl_compare_eq(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	bool truth = false;

	if (arguments->count < 2)
		return error_set(err, ERROR_INVALID,
				 "missing argument for comparison");
	for (size_t i = 1; i < arguments->count && !truth; i++)
		if (is_equal(&arguments->values[0], &arguments->values[i],
			     &truth, err) < 0)
			return -1;
	return give(truth, out);
}

int tmpl_compare_ne(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	bool truth;

	if (is_equal(&arguments->values[0], &arguments->values[1], &truth,
		     err) < 0)
		return -1;
	return give(!truth, out);
}

/* The order of two arguments that can be ordered. */
static int order(const struct tmpl_arguments *arguments, int *out,
		 struct error *err)
{
	const struct tmpl_value *a = &arguments->values[0];
	const struct tmpl_value *b = &arguments->values[1];
	enum kind left = kind_of(a), right = kind_of(b);

	if (left == KIND_NONE || right == KIND_NONE)
		return error_set(err, ERROR_INVALID,
				 "invalid type for comparison");
	if (left != right)
		return incompatible(err);
	if (left == KIND_BOOL)
		return error_set(err, ERROR_INVALID,
				 "invalid type for comparison");
	*out = compare(left, a->json, b->json);
	return 0;
}

int tmpl_compare_lt(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	int sign;

	return order(arguments, &sign, err) < 0 ? -1 : give(sign < 0, out);
}

int tmpl_compare_le(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	int sign;

	return order(arguments, &sign, err) < 0 ? -1 : give(sign <= 0, out);
}

int tmpl_compare_gt(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	int sign;

	return order(arguments, &sign, err) < 0 ? -1 : give(sign > 0, out);
}

int tmpl_compare_ge(const struct tmpl_arguments *arguments,
		    struct tmpl_value *out, struct error *err)
{
	int sign;

	return order(arguments, &sign, err) < 0 ? -1 : give(sign >= 0, out);
}
