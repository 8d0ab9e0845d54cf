/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs. */
#include "registry/spec/purl.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#define DIGITS \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_purl__names_images(void **state)
{
	static const struct {
		const char *name, *purl;
	} rows[] = {
		{ "debian:12", "pkg:docker/debian@12?platform=linux%2Farm64" },
		{ "a/b", "pkg:docker/a/b@latest?platform=linux%2Farm64" },
		{ "host:5000/a:1",
		  "pkg:docker/host:5000/a@1?platform=linux%2Farm64" },
		{ "a@sha256:" DIGITS, "pkg:docker/a?digest=sha256:" DIGITS
				      "&platform=linux%2Farm64" },
	};
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(platform_parse("linux/arm64", &platform, &err), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(reference_release) struct reference name =
			REFERENCE_INIT;
		autofree char *purl = NULL;

		assert_int_equal(reference_parse(rows[i].name, &name, &err), 0);
		purl = purl_image(&name, &platform);
		assert_string_equal(purl, rows[i].purl);
	}
}

static void test_purl__escapes(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	purl_escape("a+b/c:d e\xc3\xa4", ":", &out);
	assert_string_equal(out.text, "a%2Bb%2Fc:d%20e%C3%A4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_purl__names_images),
		cmocka_unit_test(test_purl__escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
