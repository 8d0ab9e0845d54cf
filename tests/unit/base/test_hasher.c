/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of bytes, against the examples of FIPS 180-4. */
#include "base/hasher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char abc256[] = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396"
			     "177a9cb410ff61f20015ad";
static const char abc512[] =
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39"
	"a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
static const char empty256[] = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4"
			       "649b934ca495991b7852b855";

static void test_hasher__knows_the_standard_vectors(void **state)
{
	struct digest digest;

	(void)state;
	hasher_digest(DIGEST_SHA256, "abc", 3, &digest);
	assert_string_equal(digest.text, abc256);
	hasher_digest(DIGEST_SHA512, "abc", 3, &digest);
	assert_string_equal(digest.text, abc512);
	hasher_digest(DIGEST_SHA256, "", 0, &digest);
	assert_string_equal(digest.text, empty256);
}

static void test_hasher__streams_and_starts_over(void **state)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	struct digest digest;

	(void)state;
	for (int round = 0; round < 2; round++) {
		hasher_update(hasher, "a", 1);
		hasher_update(hasher, "", 0);
		hasher_update(hasher, "bc", 2);
		hasher_finish(hasher, &digest);
		assert_string_equal(digest.text, abc256);
	}
	hasher_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hasher__knows_the_standard_vectors),
		cmocka_unit_test(test_hasher__streams_and_starts_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
