/* SPDX-License-Identifier: Apache-2.0 */
/* Which labels and variables stand before a line of a log. */
#include "cmd/front/log_details.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *why;
	const char *config, *options, *expected;
} cases[] = {
	{ "none asked for", "{\"Labels\":{\"a\":\"x\"}}", "{}", "" },
	{ "in order, labels and variables",
	  "{\"Labels\":{\"b\":\"2\",\"a\":\"1\"},\"Env\":[\"A=3\",\"AB=4\"]}",
	  "{\"labels\":\"b,a\",\"env\":\"A\"}", "A=3,a=1,b=2" },
	{ "those that are not there", "{\"Labels\":null,\"Env\":[\"A\"]}",
	  "{\"labels\":\"a,,\",\"env\":\"A,B\"}", "" },
	{ "escaped", "{\"Labels\":{\"a/b\":\"c d,e=\\u00e9\"}}",
	  "{\"labels\":\"a/b\"}", "a%2Fb=c+d%2Ce%3D%C3%A9" },
};

static void test_log_details__cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
		json_t *config = json_loads(cases[i].config, 0, NULL);
		json_t *options = json_loads(cases[i].options, 0, NULL);

		log_details(config, options, &out);
		json_decref(config);
		json_decref(options);
		if (strcmp(out.text, cases[i].expected) != 0)
			fail_msg("%s: expected %s, got %s", cases[i].why,
				 cases[i].expected, out.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_details__cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
