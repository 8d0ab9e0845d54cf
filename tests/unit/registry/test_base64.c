/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64: the vectors of RFC 4648 and what is not base 64. */
#include "registry/config/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *plain;
	const char *encoded;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xff\xfe\xfb", "//77" },
};

static void test_base64__encodes_and_decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		autoclean(strbuf_release) struct strbuf a = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf b = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		base64_encode(vectors[i].plain, strlen(vectors[i].plain), &a);
		assert_string_equal(a.text, vectors[i].encoded);
		assert_int_equal(base64_decode(vectors[i].encoded, &b, &err),
				 0);
		assert_string_equal(b.text, vectors[i].plain);
	}
}

static void test_base64__reads_without_padding(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(base64_decode("Zm9vYg", &out, &err), 0);
	assert_string_equal(out.text, "foob");
}

static void test_base64__refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"Z",	    "Zm9vY", "Zg=",	  "Zm9v=", "Zm9v====",
		"=",	    "Zm 9",  "Zm9v\n",	  "Zh==",  "Zm9=",
		"Zg==Zg==", "-_-_",  "Zm9vYg==x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (base64_decode(bad[i], &out, &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64__encodes_and_decodes),
		cmocka_unit_test(test_base64__reads_without_padding),
		cmocka_unit_test(test_base64__refuses_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
