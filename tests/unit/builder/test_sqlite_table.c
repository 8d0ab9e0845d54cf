/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's b-trees; databases of one or two pages, made by hand. */
#include "builder/attest/sqlite_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#include "base/cleanup.h"

enum { PAGE = 512 };

/* Page 1 with the schema's one row, page 2 a leaf with one row. */
struct file {
	unsigned char bytes[4 * PAGE];
	size_t length;
};

static void put(struct file *file, size_t at, const void *bytes, size_t length)
{
	memcpy(file->bytes + at, bytes, length);
}

static void make(struct file *file)
{
	/* ("table", "Packages", "Packages", 2, "x") */
	static const unsigned char schema[] = "\x1f\x01\x06\x17\x1d\x1d\x01"
					      "\x0ftablePackagesPackages\x02x";
	/* (NULL, x'616263') */
	static const unsigned char row[] = "\x06\x07\x03\x00\x12"
					   "abc";

	memset(file, 0, sizeof(*file));
	put(file, 0, "SQLite format 3", 16);
	file->bytes[16] = PAGE >> 8;
	file->bytes[100] = 0x0d;
	file->bytes[104] = 1;
	file->bytes[108] = 400 >> 8;
	file->bytes[109] = 400 & 255;
	put(file, 400, schema, sizeof(schema) - 1);
	file->bytes[PAGE] = 0x0d;
	file->bytes[PAGE + 4] = 1;
	file->bytes[PAGE + 8] = 300 >> 8;
	file->bytes[PAGE + 9] = 300 & 255;
	put(file, PAGE + 300, row, sizeof(row) - 1);
	file->length = 2 * PAGE;
}

struct seen {
	size_t count, bytes;
	char first[8];
};

static int take(void *context, const void *blob, size_t length,
		struct error *err)
{
	struct seen *seen = context;

	(void)err;
	seen->count++;
	seen->bytes += length;
	memcpy(seen->first, blob, length < 7 ? length : 7);
	return 0;
}

static int read_file(const struct file *file, const char *table,
		     struct seen *seen, struct error *err)
{
	const struct sqlite_rows rows = { take, seen };

	memset(seen, 0, sizeof(*seen));
	return sqlite_table_read(file->bytes, file->length, table, &rows, err);
}

static void expect(const struct file *file, size_t count, size_t bytes)
{
	struct error err = ERROR_INIT;
	struct seen seen;

	if (read_file(file, "Packages", &seen, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(seen.count, count);
	assert_int_equal(seen.bytes, bytes);
	assert_memory_equal(seen.first, "abc", 3);
}

static void test_sqlite_table__reads_a_leaf(void **state)
{
	struct file file;

	(void)state;
	make(&file);
	expect(&file, 1, 3);
}

static void test_sqlite_table__reads_below_an_interior_page(void **state)
{
	struct file file;

	(void)state;
	make(&file);
	memcpy(file.bytes + 2 * PAGE, file.bytes + PAGE, PAGE);
	memcpy(file.bytes + 3 * PAGE, file.bytes + PAGE, PAGE);
	memset(file.bytes + PAGE, 0, PAGE);
	file.bytes[PAGE] = 0x05;
	file.bytes[PAGE + 4] = 1;
	file.bytes[PAGE + 11] = 4; /* the last child */
	file.bytes[PAGE + 12] = 500 >> 8;
	file.bytes[PAGE + 13] = 500 & 255;
	file.bytes[PAGE + 503] = 3; /* the first child */
	file.length = 4 * PAGE;
	expect(&file, 2, 6);
}

static void test_sqlite_table__reads_overflow_pages(void **state)
{
	/* length 903: least 39, local 39 + (903 - 39) % 508 = 395 */
	static const unsigned char head[] = { 0x87, 0x07, 1, 4, 0, 0x8e, 0x12 };
	struct file file;

	(void)state;
	make(&file);
	memset(file.bytes + PAGE + 8, 0, PAGE - 8);
	file.bytes[PAGE + 9] = 100;
	put(&file, PAGE + 100, head, sizeof(head));
	put(&file, PAGE + 107, "abc", 3);
	file.bytes[PAGE + 103 + 395 + 3] = 3; /* the chain's first page */
	file.length = 4 * PAGE;
	expect(&file, 1, 899);
	/* it ends too soon */
	file.bytes[PAGE + 103 + 395 + 3] = 0;
	{
		autoclean(error_release) struct error err = ERROR_INIT;
		struct seen seen;

		assert_int_equal(read_file(&file, "Packages", &seen, &err), -1);
		assert_non_null(strstr(err.msg, "a row's pages"));
	}
}

static void test_sqlite_table__refuses(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
		const char *why;
	} rows[] = {
		{ 0, 'X', "it is no SQLite database" },
		{ 16, 3, "its page size" },
		{ 100, 0x0a, "a page of another kind" },
		{ 103, 255, "a page's cells" },
		{ 108, 2, "a row's length" },
		{ 402, 0x7f, "a record's head" },
		{ 406, 0, "a table's first page|another kind|nowhere" },
		{ PAGE, 0, "a page of another kind" },
		{ PAGE + 8, 255, "a row's length" },
		{ PAGE + 300, 0xff, "a row" },
		{ PAGE + 304, 0x7f, "a record's values" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct file file;
		struct seen seen;

		make(&file);
		file.bytes[rows[i].at] = rows[i].value;
		if (read_file(&file, "Packages", &seen, &err) == 0) {
			if (rows[i].at == 406)
				continue;
			fail_msg("accepted: %s", rows[i].why);
		}
		if (rows[i].at != 406 && !strstr(err.msg, rows[i].why))
			fail_msg("%s instead of %s", err.msg, rows[i].why);
	}
}

static void test_sqlite_table__circles_come_to_an_end(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct file file;
	struct seen seen;

	(void)state;
	make(&file);
	file.bytes[PAGE] = 0x05;
	memset(file.bytes + PAGE + 1, 0, 12);
	file.bytes[PAGE + 11] = 2; /* itself */
	assert_int_equal(read_file(&file, "Packages", &seen, &err), -1);
	assert_non_null(strstr(err.msg, "lead nowhere"));
	error_release(&err);
	make(&file);
	assert_int_equal(read_file(&file, "Other", &seen, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sqlite_table__reads_a_leaf),
		cmocka_unit_test(
			test_sqlite_table__reads_below_an_interior_page),
		cmocka_unit_test(test_sqlite_table__reads_overflow_pages),
		cmocka_unit_test(test_sqlite_table__refuses),
		cmocka_unit_test(test_sqlite_table__circles_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
