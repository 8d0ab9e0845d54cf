/* SPDX-License-Identifier: Apache-2.0 */
/* What docker prints around documents, and when a template fails. */
#include "cmd/front/inspect_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *why;
	const char *format;
	const char *documents; /* a JSON array of them */
	const char *expected;
} cases[] = {
	{ "nothing found", NULL, "[]", "[]\n" },
	{ "one, indented", NULL, "[{\"A\":[1],\"B\":{}}]",
	  "[\n    {\n        \"A\": [\n            1\n        ],\n"
	  "        \"B\": {}\n    }\n]\n" },
	{ "json is one array", "json", "[{\"A\":1},{\"A\":2}]",
	  "[{\"A\":1},{\"A\":2}]\n" },
	{ "a line for each", "{{.A}}", "[{\"A\":1},{\"A\":2}]", "1\n2\n" },
	{ "nothing found by a template", "{{.A}}", "[]", "\n" },
	{ "html stays", "{{json .A}}", "[{\"A\":\"<&>\"}]", "\"<&>\"\n" },
};

static void add_all(struct inspect_print *print, const char *documents)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *list = json_loads(documents, 0, NULL);
	json_t *document;
	size_t index;

	json_array_foreach(list, index, document)
	{
		if (inspect_print_add(print, document, &err) < 0)
			fail_msg("%s", err.msg);
	}
	json_decref(list);
}

static void test_inspect_print__prints_as_docker(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(inspect_print_release) struct inspect_print print =
			INSPECT_PRINT_INIT;
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(
			inspect_print_init(&print, cases[i].format, &err), 0);
		add_all(&print, cases[i].documents);
		inspect_print_finish(&print, &out);
		if (strcmp(out.text, cases[i].expected) != 0)
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(out.text, cases[i].expected);
	}
}

static void test_inspect_print__keeps_what_worked(void **state)
{
	autoclean(inspect_print_release) struct inspect_print print =
		INSPECT_PRINT_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *good = json_pack("{s:{s:i}}", "A", "B", 1);
	json_t *bad = json_pack("{s:i}", "C", 1);

	(void)state;
	assert_int_equal(inspect_print_init(&print, "x{{.A.B}}", &err), 0);
	assert_int_equal(inspect_print_add(&print, bad, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_non_null(strstr(err.msg, "template parsing error: template: "));
	assert_non_null(strstr(err.msg, "map has no entry for key \"A\""));
	assert_int_equal(inspect_print_add(&print, good, &err), 0);
	inspect_print_finish(&print, &out);
	assert_string_equal(out.text, "x1\n");
	json_decref(good);
	json_decref(bad);
}

static void test_inspect_print__refuses_a_bad_template(void **state)
{
	autoclean(inspect_print_release) struct inspect_print print =
		INSPECT_PRINT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(inspect_print_init(&print, "{{.State", &err), -1);
	assert_string_equal(err.msg, "template parsing error: template: :1: "
				     "unclosed action");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inspect_print__prints_as_docker),
		cmocka_unit_test(test_inspect_print__keeps_what_worked),
		cmocka_unit_test(test_inspect_print__refuses_a_bad_template),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
