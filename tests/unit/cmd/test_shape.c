/* SPDX-License-Identifier: Apache-2.0 */
/* Zero values, wrong types, order. */
#include "cmd/front/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static const struct shape_field shape[] = {
	{ "Text", SHAPE_TEXT },	       { "Flag", SHAPE_FLAG },
	{ "Number", SHAPE_NUMBER },    { "List", SHAPE_LIST },
	{ "Map", SHAPE_MAP },	       { "NullList", SHAPE_NULL_LIST },
	{ "NullMap", SHAPE_NULL_MAP }, { "Value", SHAPE_NULL_VALUE },
	{ "Some", SHAPE_SOME },	       { 0 },
};

#define ZERO_HEAD \
	"{\"Text\":\"\",\"Flag\":false,\"Number\":0,\"List\":[],\"Map\":{},"
#define ZERO_TAIL "\"NullList\":null,\"NullMap\":null,\"Value\":null"

static const struct {
	const char *why;
	const char *from;
	const char *expected;
} cases[] = {
	{ "nothing given", "{}", ZERO_HEAD ZERO_TAIL "}" },
	{ "all given, in another order",
	  "{\"Some\":1,\"Value\":5,\"NullMap\":{\"k\":1},\"NullList\":[1],"
	  "\"Map\":{\"m\":2},\"List\":[2],\"Number\":3,\"Flag\":true,"
	  "\"Text\":\"t\"}",
	  "{\"Text\":\"t\",\"Flag\":true,\"Number\":3,\"List\":[2],"
	  "\"Map\":{\"m\":2},\"NullList\":[1],\"NullMap\":{\"k\":1},"
	  "\"Value\":5,\"Some\":1}" },
	{ "wrong types become zero",
	  "{\"Text\":1,\"Flag\":\"x\",\"Number\":\"3\",\"List\":{},"
	  "\"Map\":[],\"NullList\":{},\"NullMap\":\"\"}",
	  ZERO_HEAD ZERO_TAIL "}" },
	{ "unknown members are dropped", "{\"Evil\":1}",
	  ZERO_HEAD ZERO_TAIL "}" },
	{ "an empty object is nothing", "{\"Some\":{}}",
	  ZERO_HEAD ZERO_TAIL "}" },
	{ "an empty text is nothing", "{\"Some\":\"\"}",
	  ZERO_HEAD ZERO_TAIL "}" },
	{ "false is nothing", "{\"Some\":false}", ZERO_HEAD ZERO_TAIL "}" },
	{ "null is nothing", "{\"Some\":null}", ZERO_HEAD ZERO_TAIL "}" },
	{ "zero is nothing", "{\"Some\":0}", ZERO_HEAD ZERO_TAIL "}" },
};

static void expect_json(const char *why, json_t *value, const char *expected)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(value, &text);
	if (strcmp(text.text, expected) != 0)
		print_error("row: %s\n", why);
	assert_string_equal(text.text, expected);
	json_decref(value);
}

static void test_shape__fills_like_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *from = json_loads(cases[i].from, 0, NULL);

		assert_non_null(from);
		expect_json(cases[i].why, shape_fill(shape, from),
			    cases[i].expected);
		json_decref(from);
	}
	expect_json("no object at all", shape_fill(shape, NULL),
		    ZERO_HEAD ZERO_TAIL "}");
}

static void test_shape__fills_every_item_of_a_list(void **state)
{
	static const struct shape_field one[] = { { "A", SHAPE_NUMBER },
						  { 0 } };
	json_t *list = json_loads("[{\"A\":1,\"B\":2},7,{}]", 0, NULL);

	(void)state;
	expect_json("items", shape_fill_list(one, list),
		    "[{\"A\":1},{\"A\":0},{\"A\":0}]");
	expect_json("no list", shape_fill_list(one, NULL), "[]");
	json_decref(list);
}

static void test_shape__text_of_what_is_no_text(void **state)
{
	json_t *object = json_loads("{\"a\":\"x\",\"b\":1}", 0, NULL);

	(void)state;
	assert_string_equal(shape_text(object, "a"), "x");
	assert_string_equal(shape_text(object, "b"), "");
	assert_string_equal(shape_text(NULL, "a"), "");
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape__fills_like_go),
		cmocka_unit_test(test_shape__fills_every_item_of_a_list),
		cmocka_unit_test(test_shape__text_of_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
