/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/cdi/yaml_tree.h"

static const struct {
	const char *why, *text, *json; /* NULL: refused */
} rows[] = {
	{ "an object", "a: 1\nb: x\n", "{\"a\":1,\"b\":\"x\"}" },
	{ "lists", "- 1\n- [a, 'b']\n", "[1,[\"a\",\"b\"]]" },
	{ "JSON", "{\"a\": [1, null, true], \"b\": {}}",
	  "{\"a\":[1,null,true],\"b\":{}}" },
	{ "quoted numbers", "['1', \"2\"]", "[\"1\",\"2\"]" },
	{ "octal", "[0640, 0o17, 0]", "[416,15,0]" },
	{ "not octal", "[08, 0x, 1_0]", "[\"08\",\"0x\",\"1_0\"]" },
	{ "hexadecimal, signs", "[0xff, -3, +4]", "[255,-3,4]" },
	{ "no number", "[1.5, 1a, -, 99999999999999999999]",
	  "[\"1.5\",\"1a\",\"-\",\"99999999999999999999\"]" },
	{ "nothing", "a:\nb: ~\n", "{\"a\":null,\"b\":null}" },
	{ "words", "[True, FALSE, yes]", "[true,false,\"yes\"]" },
	{ "a block", "a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}" },
	{ "an alias", "a: &n [1]\nb: *n\n", "{\"a\":[1],\"b\":[1]}" },
	{ "a string by its tag", "!!str 1", "\"1\"" },
	{ "one document", "--- 1\n...\n", "1" },
	{ "an alias of nothing", "*n", NULL },
	{ "itself", "&n [*n]", NULL },
	{ "a tag", "!!int 1", NULL },
	{ "a tag of a list", "!x [1]", NULL },
	{ "two documents", "--- 1\n--- 2\n", NULL },
	{ "no document", "", NULL },
	{ "a key twice", "a: 1\na: 2\n", NULL },
	{ "a list as a key", "[a]: 1", NULL },
	{ "a null byte", "\"a\\0b\"", NULL },
	{ "not ended", "[1, ", NULL },
	{ "a tab", "a:\n\t- 1\n", NULL },
	{ "no UTF-8", "a: \xff\n", NULL },
};

static void test_yaml_tree_parse__is_the_json_it_stands_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(jsonx_free) json_t *value = NULL;
		int result = yaml_tree_parse(rows[i].text, strlen(rows[i].text),
					     &value, &err);

		if (result == 0)
			jsonx_format(value, &text);
		if ((result == 0) != !!rows[i].json ||
		    (rows[i].json && strcmp(text.text, rows[i].json) != 0))
			fail_msg("%s: %s", rows[i].why,
				 result == 0 ? text.text : err.msg);
	}
}

static void test_yaml_tree_parse__is_bounded(void **state)
{
	autoclean(strbuf_release) struct strbuf deep = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf laughs = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *value = NULL;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		strbuf_addch(&deep, '[');
	assert_int_equal(yaml_tree_parse(deep.text, deep.length, &value, &err),
			 -1);
	assert_non_null(strstr(err.msg, "nested too deeply"));
	error_release(&err);
	strbuf_addstr(&laughs, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (unsigned i = 1; i < 12; i++)
		strbuf_addf(&laughs, "a%u: &a%u [*a%u, *a%u, *a%u, *a%u]\n", i,
			    i, i - 1, i - 1, i - 1, i - 1);
	assert_int_equal(
		yaml_tree_parse(laughs.text, laughs.length, &value, &err), -1);
	assert_non_null(strstr(err.msg, "too many values"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_yaml_tree_parse__is_the_json_it_stands_for),
		cmocka_unit_test(test_yaml_tree_parse__is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
