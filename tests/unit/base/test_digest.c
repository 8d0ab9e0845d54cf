/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts are digests. */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16

static const struct {
	const char *text;
	enum digest_algorithm algorithm; /* DIGEST_NONE: refused */
	const char *why;
} rows[] = {
	{ "sha256:" HEX64, DIGEST_SHA256, "plain" },
	{ "sha512:" HEX64 HEX64, DIGEST_SHA512, "the other algorithm" },
	{ "sha256:" HEX64 "0", DIGEST_NONE, "too long" },
	{ "sha256:" HEX16, DIGEST_NONE, "too short" },
	{ "sha512:" HEX64, DIGEST_NONE, "the other's length" },
	{ "sha256:" HEX64 "\n", DIGEST_NONE, "a newline behind" },
	{ " sha256:" HEX64, DIGEST_NONE, "a blank before" },
	{ "SHA256:" HEX64, DIGEST_NONE, "upper case algorithm" },
	{ "sha256:A123456789abcdef" HEX16 HEX16 HEX16, DIGEST_NONE,
	  "upper case digit" },
	{ "sha256:../../../../../../../../../../../../etc/passwd", DIGEST_NONE,
	  "a path" },
	{ "sha384:" HEX64 HEX16 HEX16, DIGEST_NONE, "unknown algorithm" },
	{ "sha256" HEX64, DIGEST_NONE, "no colon" },
	{ "sha256:", DIGEST_NONE, "no digits" },
	{ "", DIGEST_NONE, "empty" },
};

static void test_digest__parses_exactly_the_supported_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct digest digest = { DIGEST_NONE, "" };
		int result = digest_parse(rows[i].text, &digest, &err);

		if ((result == 0) != (rows[i].algorithm != DIGEST_NONE) ||
		    digest.algorithm != rows[i].algorithm)
			fail_msg("%s", rows[i].why);
		if (result == 0)
			assert_string_equal(digest.text, rows[i].text);
		else
			assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static void test_digest__has_its_parts(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct digest none = { DIGEST_NONE, "" };
	struct digest digest;

	(void)state;
	assert_int_equal(digest_parse("sha256:" HEX64, &digest, &err), 0);
	assert_string_equal(digest_hex(&digest), HEX64);
	assert_string_equal(digest_algorithm_name(digest.algorithm), "sha256");
	assert_string_equal(digest_hex(&none), "");
}

static void test_digest__formats_bytes(void **state)
{
	unsigned char bytes[64];
	struct digest digest;

	(void)state;
	memset(bytes, 0xa5, sizeof(bytes));
	digest_from_bytes(DIGEST_SHA512, bytes, &digest);
	assert_int_equal(strlen(digest.text), DIGEST_TEXT_MAX - 1);
	assert_memory_equal(digest.text, "sha512:a5a5a5", 13);
}

static void test_digest__unset_is_equal_to_nothing(void **state)
{
	struct digest a = { DIGEST_NONE, "" };
	struct digest b = { DIGEST_NONE, "" };

	(void)state;
	assert_false(digest_is_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_digest__parses_exactly_the_supported_forms),
		cmocka_unit_test(test_digest__has_its_parts),
		cmocka_unit_test(test_digest__formats_bytes),
		cmocka_unit_test(test_digest__unset_is_equal_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
