/* SPDX-License-Identifier: Apache-2.0 */
/* Token answers of all sorts, and how long a token is used. */
#include "registry/auth/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"

static void test_token__answers(void **state)
{
	static const struct {
		const char *answer;
		const char *text; /* NULL: refused */
		int64_t life;
		const char *why;
	} rows[] = {
		{ "{\"token\":\"a\"}", "a", 60, "no life time is a minute" },
		{ "{\"access_token\":\"b\",\"expires_in\":300}", "b", 300,
		  "OAuth2's name" },
		{ "{\"token\":\"a\",\"access_token\":\"a\"}", "a", 60,
		  "both names" },
		{ "{\"token\":\"\",\"access_token\":\"b\"}", "b", 60,
		  "an empty one does not count" },
		{ "{\"token\":\"a\",\"expires_in\":0}", "a", 60, "zero life" },
		{ "{\"token\":\"a\",\"expires_in\":-5}", "a", 60,
		  "negative life" },
		{ "{\"token\":\"a\",\"expires_in\":59}", "a", 60,
		  "under a minute" },
		{ "{\"token\":\"a\",\"expires_in\":\"900\"}", "a", 900,
		  "a number as a string" },
		{ "{\"token\":\"a\",\"expires_in\":300.5}", "a", 300, "float" },
		{ "{\"token\":\"a\",\"expires_in\":1e300}", "a", 86400,
		  "absurd" },
		{ "{\"token\":\"a\",\"expires_in\":{}}", "a", 60,
		  "no number at all" },
		{ "{\"token\":\"a\",\"expires_in\":300,"
		  "\"issued_at\":\"2000-01-01T00:00:00Z\"}",
		  "a", 300, "the server's clock plays no part" },
		{ "{}", NULL, 0, "no token" },
		{ "{\"token\":7}", NULL, 0, "token of another type" },
		{ "[]", NULL, 0, "no object" },
		{ "<html>hello</html>", NULL, 0, "HTML" },
		{ "", NULL, 0, "nothing" },
		{ "{\"token\":\"a\\r\\nX: y\"}", NULL, 0, "line break" },
		{ "{\"token\":\"a b\"}", NULL, 0, "blank" },
		{ "{\"token\":\"\xc3\xa4\"}", NULL, 0, "not ASCII" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(token_release) struct token token = TOKEN_INIT;
		int result = token_parse(rows[i].answer, strlen(rows[i].answer),
					 1000, &token, &err);

		if (!rows[i].text) {
			if (result == 0 || err.kind != ERROR_CORRUPT)
				fail_msg("accepted: %s", rows[i].why);
			continue;
		}
		if (result < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		assert_string_equal(token.text, rows[i].text);
		if (token.expires != 1000 + rows[i].life * CLOCK_SECOND)
			fail_msg("%s: life", rows[i].why);
	}
}

static void put(struct token_cache *cache, const char *scope, const char *text,
		int64_t seconds)
{
	struct token token = { xstrdup(text), seconds * CLOCK_SECOND };

	token_cache_put(cache, scope, &token);
	assert_null(token.text);
}

static void test_token__cache(void **state)
{
	struct token_cache cache = { 0 };

	(void)state;
	assert_null(token_cache_find(&cache, "a", 0));
	put(&cache, "a", "one", 60);
	put(&cache, "b", "two", 60);
	assert_string_equal(token_cache_find(&cache, "a", 0), "one");
	assert_string_equal(token_cache_find(&cache, "b", 0), "two");
	assert_string_equal(token_cache_find(&cache, "a", 49 * CLOCK_SECOND),
			    "one");
	/* renewed ahead of its end */
	assert_null(token_cache_find(&cache, "a", 51 * CLOCK_SECOND));
	put(&cache, "a", "three", 120);
	assert_string_equal(token_cache_find(&cache, "a", 51 * CLOCK_SECOND),
			    "three");
	token_cache_drop(&cache, "three");
	assert_null(token_cache_find(&cache, "a", 0));
	assert_string_equal(token_cache_find(&cache, "b", 0), "two");
	token_cache_release(&cache);
}

static void test_token__cache_does_not_grow_without_end(void **state)
{
	struct token_cache cache = { 0 };
	char scope[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(scope, sizeof(scope), "s%d", i);
		put(&cache, scope, "t", 60);
	}
	assert_in_range(cache.count, 1, 256);
	assert_non_null(token_cache_find(&cache, "s999", 0));
	token_cache_release(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token__answers),
		cmocka_unit_test(test_token__cache),
		cmocka_unit_test(test_token__cache_does_not_grow_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
