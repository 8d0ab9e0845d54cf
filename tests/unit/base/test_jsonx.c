/* SPDX-License-Identifier: Apache-2.0 */
/* Getters over JSON and their refusals. */
#include "base/jsonx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static json_t *parsed(const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *value = NULL;

	assert_int_equal(jsonx_parse(text, strlen(text), "text", &value, &err),
			 0);
	return value;
}

static void test_jsonx__parse_is_strict(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "{\"a\":1,\"a\":2}", "a key twice" },
		{ "{} x", "bytes behind" },
		{ "{\"a\":}", "no value" },
		{ "", "nothing" },
		{ "{\"a\":\"\\u0000\"}", "a NUL in a string" },
		{ "{\"a\":99999999999999999999}", "an integer too large" },
		{ "{\"a\":\"\xff\"}", "not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		json_t *value = NULL;

		if (jsonx_parse(rows[i].text, strlen(rows[i].text), "manifest",
				&value, &err) == 0)
			fail_msg("%s was accepted", rows[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_non_null(strstr(err.msg, "manifest is not valid JSON"));
	}
}

static void test_jsonx__depth_is_bounded(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *value = NULL;

	(void)state;
	for (int i = 0; i < 100000; i++)
		strbuf_addch(&text, '[');
	assert_int_equal(jsonx_parse(text.text, text.length, "x", &value, &err),
			 -1);
}

static void test_jsonx__getters_check_types(void **state)
{
	autoclean(jsonx_free) json_t *object = parsed(
		"{\"s\":\"t\",\"i\":5,\"r\":1.0,\"e\":1e3,\"b\":true,"
		"\"n\":null,\"o\":{},\"a\":[\"x\",\"y\"],\"m\":[1]}");
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec strings = STRVEC_INIT;
	const char *text = NULL;
	int64_t number = 7;
	json_t *member = NULL;
	bool flag = false;

	(void)state;
	assert_int_equal(jsonx_string(object, "s", &text, &err), 0);
	assert_string_equal(text, "t");
	assert_int_equal(jsonx_string(object, "i", &text, &err), -1);
	assert_string_equal(err.msg, "i: expected a string");
	assert_int_equal(jsonx_string(object, "n", &text, &err), -1);
	assert_string_equal(err.msg, "n: missing");
	assert_int_equal(jsonx_opt_string(object, "n", "d", &text, &err), 0);
	assert_string_equal(text, "d");
	assert_int_equal(jsonx_opt_integer(object, "n", 0, 9, &number, &err),
			 0);
	assert_int_equal(number, 7);
	assert_int_equal(jsonx_integer(object, "i", 0, 9, &number, &err), 0);
	assert_int_equal(number, 5);
	assert_int_equal(jsonx_integer(object, "i", 6, 9, &number, &err), -1);
	assert_int_equal(jsonx_integer(object, "i", 0, 4, &number, &err), -1);
	assert_int_equal(jsonx_integer(object, "r", 0, 9, &number, &err), -1);
	assert_int_equal(jsonx_integer(object, "e", 0, 9999, &number, &err),
			 -1);
	assert_int_equal(jsonx_integer(object, "zz", 0, 9, &number, &err), -1);
	assert_int_equal(jsonx_opt_bool(object, "b", &flag, &err), 0);
	assert_true(flag);
	assert_int_equal(jsonx_opt_bool(object, "i", &flag, &err), -1);
	assert_int_equal(jsonx_object(object, "o", &member, &err), 0);
	assert_int_equal(jsonx_object(object, "a", &member, &err), -1);
	assert_int_equal(jsonx_array(object, "a", &member, &err), 0);
	assert_int_equal(jsonx_array(object, "o", &member, &err), -1);
	assert_int_equal(jsonx_opt_array(object, "zz", &member, &err), 0);
	assert_null(member);
	assert_int_equal(jsonx_opt_strings(object, "a", &strings, &err), 0);
	assert_int_equal(strings.count, 2);
	assert_int_equal(jsonx_opt_strings(object, "m", &strings, &err), -1);
}

static void test_jsonx__format_keeps_order_and_slashes(void **state)
{
	autoclean(jsonx_free) json_t *object =
		parsed("{\"z\": \"a/b\", \"a\": [1, {\"k\": null}]}");
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	jsonx_format(object, &out);
	assert_string_equal(out.text, "{\"z\":\"a/b\",\"a\":[1,{\"k\":null}]}");
	strbuf_truncate(&out, 0);
	jsonx_format_indented(json_object_get(object, "a"), 4, &out);
	assert_string_equal(out.text, "[\n    1,\n    {\n        \"k\": null\n"
				      "    }\n]");
}

static void test_jsonx__reads_files_within_a_limit(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *value = NULL;

	assert_int_equal(temp_folder_put(state, "f", "{\"a\":1}"), 0);
	assert_int_equal(jsonx_read(folder->fd, "f", 7, &value, &err), 0);
	json_decref(value);
	assert_int_equal(jsonx_read(folder->fd, "f", 6, &value, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	assert_int_equal(jsonx_read(folder->fd, "g", 6, &value, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jsonx__parse_is_strict),
		cmocka_unit_test(test_jsonx__depth_is_bounded),
		cmocka_unit_test(test_jsonx__getters_check_types),
		cmocka_unit_test(test_jsonx__format_keeps_order_and_slashes),
		cmocka_unit_test_setup_teardown(
			test_jsonx__reads_files_within_a_limit,
			temp_folder_open, temp_folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
