/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's ndb; files of one page of slots, made by hand. */
#include "builder/attest/rpm_ndb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#include "base/cleanup.h"

enum {
	PAGE = 4096,
	FIRST = PAGE / 16, /* the first block after the slots */
	SLOT = 32,	   /* of package 1, "abc", 2 blocks */
	OTHER = 64,	   /* of package 9, 20 bytes of 'z', 3 blocks */
};

struct file {
	unsigned char bytes[2 * PAGE + 5 * 16];
	size_t length;
};

static void put(struct file *file, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		file->bytes[at + i] = (unsigned char)(value >> 8 * i);
}

static void put_slot(struct file *file, size_t at, uint32_t package,
		     uint32_t first, uint32_t count)
{
	put(file, at + 4, package);
	put(file, at + 8, first);
	put(file, at + 12, count);
}

static void put_blob(struct file *file, uint32_t package, size_t first,
		     size_t count, const char *text)
{
	unsigned char *head = file->bytes + first * 16;
	size_t tail = (first + count) * 16 - 12;

	memcpy(head, "BlbS", 4);
	put(file, first * 16 + 4, package);
	put(file, first * 16 + 12, (uint32_t)strlen(text));
	memcpy(head + 16, text, strlen(text));
	put(file, tail + 4, (uint32_t)strlen(text));
	memcpy(file->bytes + tail + 8, "BlbE", 4);
}

/* PAGES of slots, two blobs after them. */
static void make(struct file *file, uint32_t pages)
{
	uint32_t first = FIRST * pages;

	memset(file, 0, sizeof(*file));
	for (size_t at = 0; at < pages * PAGE; at += 16)
		memcpy(file->bytes + at, "Slot", 4);
	memcpy(file->bytes, "RpmP", 4);
	memset(file->bytes + 4, 0, 28);
	put(file, 8, 7);
	put(file, 12, pages);
	put_slot(file, SLOT, 1, first + 3, 2);
	put_slot(file, pages == 1 ? OTHER : PAGE + OTHER, 9, first, 3);
	put_blob(file, 1, first + 3, 2, "abc");
	put_blob(file, 9, first, 3, "zzzzzzzzzzzzzzzzzzzz");
	file->length = pages * PAGE + 5 * 16;
}

struct seen {
	size_t count, bytes;
	char first[8];
	bool stops; /* at the first one */
};

static int take(void *context, const void *blob, size_t length,
		struct error *err)
{
	struct seen *seen = context;

	if (!seen->count++)
		memcpy(seen->first, blob, length < 7 ? length : 7);
	seen->bytes += length;
	return seen->stops ? error_set(err, ERROR_TOO_LARGE, "enough") : 0;
}

static int read_file(const struct file *file, struct seen *seen,
		     struct error *err)
{
	const struct rpm_ndb_blobs blobs = { take, seen };

	return rpm_ndb_read(file->bytes, file->length, &blobs, err);
}

static void test_rpm_ndb__reads_blobs_of_every_page(void **state)
{
	(void)state;
	for (uint32_t pages = 1; pages <= 2; pages++) {
		struct error err = ERROR_INIT;
		struct seen seen = { .count = 0 };
		struct file file;

		make(&file, pages);
		if (read_file(&file, &seen, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.bytes, 23);
		assert_string_equal(seen.first, "abc");
	}
}

static void test_rpm_ndb__an_empty_one_has_none(void **state)
{
	struct error err = ERROR_INIT;
	struct seen seen = { .count = 0 };
	struct file file;

	(void)state;
	make(&file, 1);
	put_slot(&file, SLOT, 0, 0, 0);
	put_slot(&file, OTHER, 0, 0, 0);
	file.length = PAGE;
	assert_int_equal(read_file(&file, &seen, &err), 0);
	assert_int_equal(seen.count, 0);
}

static void test_rpm_ndb__stops_when_told(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct seen seen = { .stops = true };
	struct file file;

	(void)state;
	make(&file, 1);
	assert_int_equal(read_file(&file, &seen, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	assert_int_equal(seen.count, 1);
}

static void test_rpm_ndb__refuses(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *why;
	} rows[] = {
		{ 0, 0x30303030, "it is no ndb database" },
		{ 4, 1, "version 1 of ndb is not known" },
		{ 12, 0, "its pages of slots" },
		{ 12, 2, "its pages of slots" },
		{ 12, 0x80000000, "its pages of slots" },
		{ PAGE - 16, 0, "a slot that is none" },
		{ SLOT + 4, 0, "a slot's blob is another's" },
		{ SLOT + 4, 2, "a slot's blob is another's" },
		{ SLOT + 8, FIRST - 1, "a slot leads out of the file" },
		{ SLOT + 8, FIRST + 4, "a slot leads out of the file" },
		{ SLOT + 8, FIRST + 6, "a slot leads out of the file" },
		{ SLOT + 8, 0xffffffff, "a slot leads out of the file" },
		{ SLOT + 8, FIRST, "a slot's blob is another's" },
		{ SLOT + 12, 0, "a blob's length" },
		{ SLOT + 12, 1, "a blob's length" },
		{ SLOT + 12, 0xffffffff, "a slot leads out of the file" },
		{ (FIRST + 3) * 16, 0, "a slot's blob is another's" },
		{ (FIRST + 3) * 16 + 12, 2, "a blob's length" },
		{ (FIRST + 3) * 16 + 12, 5, "a blob's length" },
		{ (FIRST + 3) * 16 + 12, 0xfffffff0, "a blob's length" },
		{ (FIRST + 5) * 16 - 8, 4, "a blob's length" },
		{ (FIRST + 5) * 16 - 4, 0, "a slot's blob is another's" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct seen seen = { .count = 0 };
		struct file file;

		make(&file, 1);
		put(&file, rows[i].at, rows[i].value);
		if (read_file(&file, &seen, &err) == 0)
			fail_msg("row %zu accepted: %s", i, rows[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, rows[i].why))
			fail_msg("row %zu: %s instead of %s", i, err.msg,
				 rows[i].why);
	}
}

static void expect_refused(const struct file *file, const char *why)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct seen seen = { .count = 0 };

	assert_int_equal(read_file(file, &seen, &err), -1);
	if (!strstr(err.msg, why))
		fail_msg("%s instead of %s", err.msg, why);
}

static void test_rpm_ndb__refuses_what_agrees_on_a_lie(void **state)
{
	struct file file;

	(void)state;
	make(&file, 1);
	put(&file, SLOT + 4, 0); /* package 0 */
	put(&file, (FIRST + 3) * 16 + 4, 0);
	expect_refused(&file, "a slot's blob is another's");
	make(&file, 1);
	put(&file, FIRST * 16 + 12, 4); /* which two blocks would hold */
	put(&file, (FIRST + 3) * 16 - 8, 4);
	expect_refused(&file, "a blob's length");
}

/* The same blob from every slot, which would make a small file a large one. */
static void test_rpm_ndb__blobs_share_nothing(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct seen seen = { .count = 0 };
	struct file file;

	(void)state;
	make(&file, 1);
	for (size_t at = SLOT; at < PAGE; at += 16)
		put_slot(&file, at, 1, FIRST + 3, 2);
	assert_int_equal(read_file(&file, &seen, &err), -1);
	assert_non_null(strstr(err.msg, "slots share their blocks"));
	assert_int_equal(seen.count, 2);
}

static void test_rpm_ndb__every_shorter_file_is_refused(void **state)
{
	struct file file;

	(void)state;
	make(&file, 1);
	for (size_t length = 0; length < file.length; length++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct seen seen = { .count = 0 };
		struct file cut = file;

		cut.length = length;
		assert_int_equal(read_file(&cut, &seen, &err), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rpm_ndb__reads_blobs_of_every_page),
		cmocka_unit_test(test_rpm_ndb__an_empty_one_has_none),
		cmocka_unit_test(test_rpm_ndb__stops_when_told),
		cmocka_unit_test(test_rpm_ndb__refuses),
		cmocka_unit_test(test_rpm_ndb__refuses_what_agrees_on_a_lie),
		cmocka_unit_test(test_rpm_ndb__blobs_share_nothing),
		cmocka_unit_test(test_rpm_ndb__every_shorter_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
