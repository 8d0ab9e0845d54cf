/* SPDX-License-Identifier: Apache-2.0 */
/* Berkeley DB's hash tables; files of a few pages, made by hand. */
#include "builder/attest/bdb_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#include "base/cleanup.h"

enum {
	PAGE = 512,
	TABLE = PAGE,	    /* a page of it, with two pairs */
	CHAIN = 2 * PAGE,   /* the second value's first page */
	CHAINED = 3 * PAGE, /* ... and its second */
	ON_FIRST = 486,	    /* bytes that fit onto a page */
	LENGTH = 500,
	HEAD = 26,
};

struct file {
	unsigned char bytes[4 * PAGE];
	bool big_endian;
	size_t length;
};

static void put(struct file *file, size_t at, size_t size, uint32_t value)
{
	for (size_t i = 0; i < size; i++) {
		size_t place = file->big_endian ? size - 1 - i : i;

		file->bytes[at + place] = (unsigned char)(value >> 8 * i);
	}
}

/* Pair 0 is ("k", "abc"), pair 1 ("l", LENGTH times 'z' elsewhere). */
static void make(struct file *file, bool big_endian, unsigned char kind)
{
	static const unsigned char offsets[] = { 510 & 255, 506 & 255,
						 504 & 255, 492 & 255 };

	memset(file, 0, sizeof(*file));
	file->big_endian = big_endian;
	file->length = 4 * PAGE;
	put(file, 12, 4, 0x061561);
	put(file, 16, 4, 9);
	put(file, 20, 4, PAGE);
	file->bytes[25] = 8;
	put(file, 32, 4, 3);
	put(file, TABLE + 20, 2, 4);
	file->bytes[TABLE + 25] = kind;
	for (size_t i = 0; i < COUNT_OF(offsets); i++)
		put(file, TABLE + HEAD + 2 * i, 2, 256U + offsets[i]);
	memcpy(file->bytes + TABLE + 506, "\1abc\1k", 6);
	memcpy(file->bytes + TABLE + 504, "\1l", 2);
	file->bytes[TABLE + 492] = 3;
	put(file, TABLE + 496, 4, 2);
	put(file, TABLE + 500, 4, LENGTH);
	file->bytes[CHAIN + 25] = file->bytes[CHAINED + 25] = 7;
	put(file, CHAIN + 16, 4, 3);
	put(file, CHAIN + 22, 2, ON_FIRST);
	memset(file->bytes + CHAIN + HEAD, 'z', ON_FIRST);
	put(file, CHAINED + 22, 2, LENGTH - ON_FIRST);
	memset(file->bytes + CHAINED + HEAD, 'z', LENGTH - ON_FIRST);
}

struct seen {
	size_t count, length;
	char keys[8];
	char first[8];
	char last;
};

static int take(void *context, const struct bdb_item *key,
		const struct bdb_item *value, struct error *err)
{
	struct seen *seen = context;

	(void)err;
	assert_int_equal(key->length, 1);
	seen->keys[seen->count] = *(const char *)key->bytes;
	if (!seen->count++)
		memcpy(seen->first, value->bytes,
		       value->length < 7 ? value->length : 7);
	seen->length = value->length;
	seen->last = ((const char *)value->bytes)[value->length - 1];
	return 0;
}

static int read_file(const struct file *file, struct seen *seen,
		     struct error *err)
{
	const struct bdb_pairs pairs = { take, seen };

	memset(seen, 0, sizeof(*seen));
	return bdb_hash_read(file->bytes, file->length, &pairs, err);
}

static void expect_both(const struct file *file)
{
	struct error err = ERROR_INIT;
	struct seen seen;

	if (read_file(file, &seen, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.keys, "kl");
	assert_string_equal(seen.first, "abc");
	assert_int_equal(seen.length, LENGTH);
	assert_int_equal(seen.last, 'z');
}

static void test_bdb_hash__reads_both_orders_and_kinds(void **state)
{
	struct file file;

	(void)state;
	for (int big = 0; big < 2; big++) {
		make(&file, big, 13);
		expect_both(&file);
		make(&file, big, 2);
		expect_both(&file);
	}
}

static void test_bdb_hash__pages_may_have_checksums(void **state)
{
	struct file file;

	(void)state;
	make(&file, false, 13);
	file.bytes[26] = 1;
	memmove(file.bytes + TABLE + HEAD + 6, file.bytes + TABLE + HEAD, 8);
	put(&file, CHAIN + 22, 2, ON_FIRST - 6);
	put(&file, CHAINED + 22, 2, LENGTH - ON_FIRST + 6);
	memset(file.bytes + CHAINED + HEAD + 6, 'z', LENGTH - ON_FIRST + 6);
	expect_both(&file);
}

static void test_bdb_hash__other_pages_are_left(void **state)
{
	struct error err = ERROR_INIT;
	struct file file;
	struct seen seen;

	(void)state;
	make(&file, false, 13);
	put(&file, 32, 4, 0); /* a page after the last one */
	assert_int_equal(read_file(&file, &seen, &err), 0);
	assert_int_equal(seen.count, 0);
	make(&file, false, 0); /* a free one */
	assert_int_equal(read_file(&file, &seen, &err), 0);
	assert_int_equal(seen.count, 0);
}

static void test_bdb_hash__refuses(void **state)
{
	static const struct {
		size_t at, size;
		uint32_t value;
		const char *why;
	} rows[] = {
		{ 12, 4, 0x053162, "it is no hash table of Berkeley DB" },
		{ 25, 1, 9, "it is no hash table of Berkeley DB" },
		{ 16, 4, 7, "version 7 of" },
		{ 16, 4, 11, "version 11 of" },
		{ 24, 1, 1, "the database is encrypted" },
		{ 20, 4, 0, "its page size" },
		{ 20, 4, 256, "its page size" },
		{ 20, 4, 513, "its page size" },
		{ 20, 4, 131072, "its page size" },
		{ 20, 4, 1024, "it ends before its last page" },
		{ 32, 4, 4, "it ends before its last page" },
		{ 32, 4, 0xffffffff, "it ends before its last page" },
		{ 32, 4, 2, "a value's pages" },
		{ TABLE + 20, 2, 3, "a page's items" },
		{ TABLE + 20, 2, 6, "a page's items" },
		{ TABLE + 20, 2, 65534, "a page's items" },
		{ TABLE + HEAD, 2, 512, "a page's items" },
		{ TABLE + HEAD, 2, 33, "a page's items" },
		{ TABLE + HEAD + 2, 2, 510, "a page's items" },
		{ TABLE + HEAD + 2, 2, 65535, "a page's items" },
		{ TABLE + HEAD + 6, 2, 0, "a page's items" },
		{ TABLE + HEAD + 6, 2, 493, "a value of another kind" },
		{ TABLE + 510, 1, 3, "a key of another kind" },
		{ TABLE + 506, 1, 2, "a value of another kind" },
		{ TABLE + 506, 1, 3, "a value of another kind" },
		{ TABLE + 496, 4, 0, "a value's pages" },
		{ TABLE + 496, 4, 1, "a value's pages" },
		{ TABLE + 496, 4, 4, "a value's pages" },
		{ TABLE + 500, 4, LENGTH - 1, "a value's length" },
		{ TABLE + 500, 4, LENGTH + 1, "a value's pages" },
		{ TABLE + 500, 4, 0x7fffffff, "a value's length" },
		{ CHAIN + 22, 2, ON_FIRST + 1, "a value's length" },
		{ CHAIN + 22, 2, 65535, "a value's length" },
		{ CHAIN + 16, 4, 0xffffffff, "a value's pages" },
		{ CHAIN + 25, 1, 13, "a value's pages|a page's items" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows) * 2; i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct file file;
		struct seen seen;

		make(&file, i % 2, 13);
		put(&file, rows[i / 2].at, rows[i / 2].size, rows[i / 2].value);
		if (read_file(&file, &seen, &err) == 0)
			fail_msg("row %zu accepted: %s", i / 2,
				 rows[i / 2].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, rows[i / 2].why) &&
		    !strstr(rows[i / 2].why, "|"))
			fail_msg("row %zu: %s instead of %s", i / 2, err.msg,
				 rows[i / 2].why);
	}
}

static void test_bdb_hash__a_page_holds_no_more_than_fits(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct file file;
	struct seen seen;

	(void)state;
	make(&file, false, 13);
	put(&file, TABLE + 500, 4, LENGTH + 1);
	put(&file, CHAIN + 22, 2, ON_FIRST + 1);
	assert_int_equal(read_file(&file, &seen, &err), -1);
	assert_non_null(strstr(err.msg, "a value's length"));
}

static void test_bdb_hash__circles_come_to_an_end(void **state)
{
	static const size_t used[] = { 0, 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(used); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct file file;
		struct seen seen;

		make(&file, false, 13);
		put(&file, TABLE + 500, 4, 60 << 20);
		put(&file, CHAIN + 22, 2, (uint32_t)used[i]);
		put(&file, CHAIN + 16, 4, 2); /* itself */
		assert_int_equal(read_file(&file, &seen, &err), -1);
		assert_non_null(strstr(err.msg, "a value's pages"));
	}
}

static void test_bdb_hash__every_shorter_file_is_refused(void **state)
{
	struct file file;

	(void)state;
	make(&file, true, 13);
	for (size_t length = 0; length < 4 * PAGE; length++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct seen seen;

		file.length = length;
		assert_int_equal(read_file(&file, &seen, &err), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bdb_hash__reads_both_orders_and_kinds),
		cmocka_unit_test(test_bdb_hash__pages_may_have_checksums),
		cmocka_unit_test(test_bdb_hash__other_pages_are_left),
		cmocka_unit_test(test_bdb_hash__refuses),
		cmocka_unit_test(test_bdb_hash__a_page_holds_no_more_than_fits),
		cmocka_unit_test(test_bdb_hash__circles_come_to_an_end),
		cmocka_unit_test(test_bdb_hash__every_shorter_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
