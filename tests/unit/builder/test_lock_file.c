/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfile.lock: what is in it, what is none. */
#include "builder/lock/lock_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define DIGEST_A \
	"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B \
	"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void fill(struct lock_file *lock)
{
	lock_file_init(lock);
	lock_file_add_url(lock, "https://x/y", DIGEST_A, "\"tag\"");
	lock_file_add_url(lock, "https://a/b", DIGEST_B, NULL);
	lock_file_add_git(lock, "https://g/r.git#main", "0123456789abcdef");
	lock_file_add_image(lock, "debian:12", DIGEST_A,
			    json_pack("{s:s}", "linux/amd64", DIGEST_B));
}

static void test_lock_file__tells_what_was_locked(void **state)
{
	autoclean(lock_file_release) struct lock_file lock = LOCK_FILE_INIT;

	(void)state;
	fill(&lock);
	assert_string_equal(lock_file_image(&lock, "debian:12", "linux/amd64"),
			    DIGEST_B);
	assert_string_equal(lock_file_image(&lock, "debian:12", "linux/arm64"),
			    DIGEST_A);
	assert_string_equal(lock_file_image(&lock, "debian:12", NULL),
			    DIGEST_A);
	assert_null(lock_file_image(&lock, "debian:13", NULL));
	assert_string_equal(lock_file_url(&lock, "https://x/y", "digest"),
			    DIGEST_A);
	assert_string_equal(lock_file_url(&lock, "https://x/y", "etag"),
			    "\"tag\"");
	assert_null(lock_file_url(&lock, "https://a/b", "etag"));
	assert_null(lock_file_url(&lock, "https://none", "digest"));
	assert_string_equal(lock_file_git(&lock, "https://g/r.git#main"),
			    "0123456789abcdef");
	assert_null(lock_file_git(&lock, "https://g/r.git"));
}

static void test_lock_file__the_same_locks_are_the_same_bytes(void **state)
{
	autoclean(lock_file_release) struct lock_file one = LOCK_FILE_INIT;
	autoclean(lock_file_release) struct lock_file two = LOCK_FILE_INIT;
	autoclean(lock_file_release) struct lock_file read = LOCK_FILE_INIT;
	autoclean(strbuf_release) struct strbuf a = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf b = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf c = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	fill(&one);
	lock_file_init(&two);
	lock_file_add_image(&two, "debian:12", DIGEST_A,
			    json_pack("{s:s}", "linux/amd64", DIGEST_B));
	lock_file_add_url(&two, "https://a/b", DIGEST_B, NULL);
	lock_file_add_git(&two, "https://g/r.git#main", "0123456789abcdef");
	lock_file_add_url(&two, "https://x/y", DIGEST_A, "\"tag\"");
	lock_file_format(&one, &a);
	lock_file_format(&two, &b);
	assert_string_equal(a.text, b.text);
	assert_int_equal(lock_file_parse("Dockerfile.lock", a.text, a.length,
					 &read, &err),
			 0);
	lock_file_format(&read, &c);
	assert_string_equal(a.text, c.text);
}

static const struct {
	const char *text, *words, *why;
} wrong[] = {
	{ "", "Dockerfile.lock", "nothing" },
	{ "[]", "Dockerfile.lock", "no object" },
	{ "{\"version\":1}", "images", "parts are missing" },
	{ "{\"version\":2,\"images\":{},\"urls\":{},\"git\":{}}", "version",
	  "a version of later" },
	{ "{\"images\":{},\"urls\":{},\"git\":{}}", "version", "no version" },
	{ "{\"version\":1,\"images\":[],\"urls\":{},\"git\":{}}", "images",
	  "a part is no object" },
	{ "{\"version\":1,\"images\":{},\"urls\":{},\"git\":\"x\"}", "git",
	  "a part is text" },
	{ "{\"version\":1,\"images\":{},\"urls\":{},\"git\":{}} x",
	  "Dockerfile.lock", "more behind it" },
};

static void test_lock_file__what_is_no_lock_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		autoclean(lock_file_release) struct lock_file lock =
			LOCK_FILE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (lock_file_parse("Dockerfile.lock", wrong[i].text,
				    strlen(wrong[i].text), &lock, &err) == 0)
			fail_msg("%s: was read", wrong[i].why);
		if (!strstr(err.msg, wrong[i].words))
			fail_msg("%s: %s", wrong[i].why, err.msg);
	}
}

static void test_lock_file__members_of_other_kinds_are_not_there(void **state)
{
	static const char text[] =
		"{\"version\":1,\"images\":{\"a\":1,\"b\":{\"digest\":2}},"
		"\"urls\":{\"u\":[]},\"git\":{\"g\":{\"commit\":null}}}";
	autoclean(lock_file_release) struct lock_file lock = LOCK_FILE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(lock_file_parse("x", text, strlen(text), &lock, &err),
			 0);
	assert_null(lock_file_image(&lock, "a", NULL));
	assert_null(lock_file_image(&lock, "b", "linux/amd64"));
	assert_null(lock_file_url(&lock, "u", "digest"));
	assert_null(lock_file_git(&lock, "g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_file__tells_what_was_locked),
		cmocka_unit_test(
			test_lock_file__the_same_locks_are_the_same_bytes),
		cmocka_unit_test(test_lock_file__what_is_no_lock_is_refused),
		cmocka_unit_test(
			test_lock_file__members_of_other_kinds_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
