/* SPDX-License-Identifier: Apache-2.0 */
/* Platform names and how well one serves another. */
#include "registry/spec/platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"

static const struct {
	const char *text;
	const char *format; /* NULL: refused */
	const char *why;
} texts[] = {
	{ "linux/amd64", "linux/amd64", "plain" },
	{ "linux/arm64/v8", "linux/arm64/v8", "a variant" },
	{ "linux/arm/7", "linux/arm/v7", "a bare number" },
	{ "LINUX/AMD64", "linux/amd64", "case" },
	{ "linux/x86_64", "linux/amd64", "uname's word" },
	{ "linux/aarch64", "linux/arm64", "uname's word" },
	{ "linux/armhf", "linux/arm/v7", "Debian's word" },
	{ "linux/i386", "linux/386", "Debian's word" },
	{ "macos/arm64", "darwin/arm64", "Apple's word" },
	{ "s390x", "linux/s390x", "an architecture alone" },
	{ "windows(10.0.17763)/amd64", "windows/amd64", "an os version" },
	{ "linux/made-up", "linux/made-up", "two parts are not looked up" },
	{ "", NULL, "nothing" },
	{ "/", NULL, "empty parts" },
	{ "linux/", NULL, "an empty part" },
	{ "linux//v8", NULL, "an empty part" },
	{ "linux/arm/v7/x", NULL, "four parts" },
	{ "made-up", NULL, "an unknown word alone" },
	{ "linux/am d64", NULL, "a blank" },
	{ "linux/\x1b[31m", NULL, "a control byte" },
	{ "windows(10/amd64", NULL, "an open bracket" },
	{ "windows()/amd64", NULL, "empty brackets" },
	{ "(1)/amd64", NULL, "a version without system" },
};

static void test_platform__parses_and_formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		autoclean(platform_release) struct platform p = PLATFORM_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *format = NULL;
		int result = platform_parse(texts[i].text, &p, &err);

		if ((result == 0) != (texts[i].format != NULL))
			fail_msg("%s: %d", texts[i].why, result);
		if (result < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		format = platform_format(&p);
		assert_string_equal(format, texts[i].format);
	}
}

static void test_platform__completes_from_host(void **state)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	autoclean(platform_release) struct platform p = PLATFORM_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	platform_host(&host);
	assert_int_equal(platform_parse("linux", &p, &err), 0);
	assert_string_equal(p.architecture, host.architecture);
	assert_int_equal(platform_rank(&host, &p), 0);
}

static const struct {
	const char *want;
	const char *have;
	int rank;
	const char *why;
} ranks[] = {
	{ "linux/amd64", "linux/amd64", 0, "the same" },
	{ "linux/amd64", "linux/amd64/v1", 0, "v1 is the baseline" },
	{ "linux/amd64", "linux/amd64/v3", -1, "needs more than asked for" },
	{ "linux/amd64/v3", "linux/amd64", 2, "older runs" },
	{ "linux/amd64", "linux/386", -1, "another architecture" },
	{ "linux/amd64", "windows/amd64", -1, "another system" },
	{ "linux/arm64", "linux/arm64/v8", 0, "v8 is the baseline" },
	{ "linux/arm64/v8", "linux/arm64", 0, "v8 is the baseline" },
	{ "linux/arm", "linux/arm/v7", 0, "v7 is the baseline" },
	{ "linux/arm/v7", "linux/arm/v6", 1, "older runs" },
	{ "linux/arm/v7", "linux/arm/v5", 2, "oldest is worst" },
	{ "linux/arm/v6", "linux/arm/v7", -1, "newer does not run" },
	{ "linux/arm64", "linux/arm64/made-up", 10, "one does not say" },
	{ "linux/ppc64le", "linux/ppc64le/power9", 10, "one does not say" },
	{ "linux/arm64/rare", "linux/arm64/rare", 0, "the same odd word" },
};

static void test_platform__ranks_variants(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
		autoclean(platform_release) struct platform a = PLATFORM_INIT;
		autoclean(platform_release) struct platform b = PLATFORM_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		int rank;

		assert_int_equal(platform_parse(ranks[i].want, &a, &err), 0);
		assert_int_equal(platform_parse(ranks[i].have, &b, &err), 0);
		rank = platform_rank(&a, &b);
		if (rank != ranks[i].rank)
			fail_msg("%s for %s: %d, %s", ranks[i].have,
				 ranks[i].want, rank, ranks[i].why);
		assert_int_equal(platform_is_match(&a, &b), rank >= 0);
	}
}

static void test_platform__missing_parts_match_nothing(void **state)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	struct platform empty = PLATFORM_INIT;
	autofree char *text = platform_format(&empty);

	(void)state;
	platform_host(&host);
	assert_false(platform_is_match(&host, &empty));
	assert_false(platform_is_match(&empty, &empty));
	assert_string_equal(text, "unknown/unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_platform__parses_and_formats),
		cmocka_unit_test(test_platform__completes_from_host),
		cmocka_unit_test(test_platform__ranks_variants),
		cmocka_unit_test(test_platform__missing_parts_match_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
