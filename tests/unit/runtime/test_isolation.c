/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a description that are read from text. */
#include "runtime/engine/isolation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static void expect(json_t *value, const char *text)
{
	autoclean(jsonx_free) json_t *owned = value;
	autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;

	jsonx_format(owned, &got);
	assert_string_equal(got.text, text);
}

static void test_isolation__id_maps(void **state)
{
	(void)state;
	expect(isolation_parse_map("         0       1000          1\n"
				   "         1     100000 4294967295\n"),
	       "[{\"Container\":0,\"Host\":1000,\"Size\":1},"
	       "{\"Container\":1,\"Host\":100000,\"Size\":4294967295}]");
	expect(isolation_parse_map("0 1"), "[]");
	expect(isolation_parse_map(""), "[]");
}

static void test_isolation__limits(void **state)
{
	static const char text[] =
		"Limit                     Soft Limit           Hard Limit"
		"           Units     \n"
		"Max cpu time              unlimited            unlimited"
		"            seconds   \n"
		"Max open files            1024                 4096"
		"                 files     \n"
		"Max short\n";

	(void)state;
	expect(isolation_parse_limits(text),
	       "[{\"Name\":\"cpu time\",\"Soft\":-1,\"Hard\":-1},"
	       "{\"Name\":\"open files\",\"Soft\":1024,\"Hard\":4096}]");
	expect(isolation_parse_limits(""), "[]");
}

static void test_isolation__capabilities(void **state)
{
	(void)state;
	expect(isolation_name_capabilities(0), "[]");
	expect(isolation_name_capabilities(UINT64_C(1) << 63 | 1),
	       "[\"CAP_CHOWN\",\"CAP_63\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolation__id_maps),
		cmocka_unit_test(test_isolation__limits),
		cmocka_unit_test(test_isolation__capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
