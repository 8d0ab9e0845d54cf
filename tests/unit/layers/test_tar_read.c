/* SPDX-License-Identifier: Apache-2.0 */
/* Entries as the archive has them, and nothing but tar. */
#include "layers/tar/tar_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>

#include "layers/layers_limits.h"
#include "tests/unit/layers/tar_fixture.h"

struct trial {
	struct fixture_source memory;
	struct unpack_source source;
	struct decompress *stream;
	struct tar_reader *reader;
	struct error err;
};

static void begin(struct trial *t, const struct fixture *f, size_t piece)
{
	*t = (struct trial){ .memory = { f->data, f->length, 0, piece, 0 },
			     .source = { fixture_read, NULL, &t->memory } };
	assert_int_equal(decompress_open(&t->source, NULL, &t->stream, &t->err),
			 0);
	assert_int_equal(tar_read_open_stream(t->stream, &t->reader, &t->err),
			 0);
}

static void end(struct trial *t)
{
	tar_read_free(t->reader);
	decompress_free(t->stream);
	error_release(&t->err);
}

static struct entry next(struct trial *t)
{
	struct entry e = { 0 };
	bool found = false;

	if (tar_read_next(t->reader, &e, &found, &t->err) < 0)
		fail_msg("%s", t->err.msg);
	assert_true(found);
	return e;
}

static void test_tar_read__tells_entries(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };
	struct trial t;
	struct entry e;
	bool found;

	(void)state;
	fixture_pax_text(&f, "mtime", "12345.678901234");
	fixture_add(&f, &(struct fixture_entry){ .name = "f",
						 .contents = "x",
						 .size = 1,
						 .mode = 04711,
						 .uid = 12,
						 .gid = 13 });
	fixture_add(&f, &(struct fixture_entry){ .name = "old-style/",
						 .mtime = 5 });
	fixture_add(&f, &(struct fixture_entry){
				.name = "s", .type = '2', .link = "target" });
	fixture_add(&f, &(struct fixture_entry){
				.name = "h", .type = '1', .link = "f" });
	fixture_add(&f,
		    &(struct fixture_entry){
			    .name = "b", .type = '4', .major = 8, .minor = 1 });
	fixture_end(&f);
	begin(&t, &f, 100);
	e = next(&t);
	assert_int_equal(e.type, ENTRY_FILE);
	assert_string_equal(e.path, "f");
	assert_int_equal(e.mode, 04711);
	assert_int_equal(e.uid, 12);
	assert_int_equal(e.gid, 13);
	assert_int_equal(e.size, 1);
	assert_int_equal(e.mtime, 12345);
	assert_int_equal(e.mtime_nanosecond, 678901234);
	assert_false(e.is_sparse);
	assert_null(e.link);
	e = next(&t); /* the contents before were not read */
	assert_int_equal(e.type, ENTRY_DIRECTORY);
	assert_int_equal(e.mtime, 5);
	e = next(&t);
	assert_int_equal(e.type, ENTRY_SYMLINK);
	assert_string_equal(e.link, "target");
	e = next(&t);
	assert_int_equal(e.type, ENTRY_HARDLINK);
	assert_string_equal(e.link, "f");
	e = next(&t);
	assert_int_equal(e.type, ENTRY_BLOCK_DEVICE);
	assert_int_equal(e.major, 8);
	assert_int_equal(e.minor, 1);
	assert_int_equal(tar_read_next(t.reader, &e, &found, &t.err), 0);
	assert_false(found);
	end(&t);
}

/* In a UTF-8 locale libarchive by itself would compose the accent. */
static void test_tar_read__keeps_names_in_any_locale(void **state)
{
	static const char *const names[] = { "u\xcc\x88", "\xc3\xbc",
					     "\xff\xfe" };
	static const char *const locales[] = { "C", "C.UTF-8" };
	autoclean(fixture_release) struct fixture f = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fixture records = { 0 };

		fixture_record(&records, "path", names[i], strlen(names[i]));
		fixture_record(&records, "uname", names[i], strlen(names[i]));
		fixture_pax(&f, &records);
		fixture_add(&f, &(struct fixture_entry){ .name = "x" });
	}
	fixture_end(&f);
	for (size_t j = 0; j < 2; j++) {
		struct trial t;

		assert_non_null(setlocale(LC_ALL, locales[j]));
		begin(&t, &f, 0);
		for (size_t i = 0; i < 3; i++)
			assert_string_equal(next(&t).path, names[i]);
		end(&t);
	}
	(void)setlocale(LC_ALL, "C"); /* there always is one */
}

static void test_tar_read__lends_contents_and_skips_holes(void **state)
{
	static const uint8_t body[1536] = "2\n512\n512\n4096\n0\n";
	autoclean(fixture_release) struct fixture f = { 0 };
	struct fixture records = { 0 };
	struct trial t;
	struct entry e;
	const void *data;
	size_t length;
	uint64_t offset;

	(void)state;
	fixture_record(&records, "GNU.sparse.major", "1", 1);
	fixture_record(&records, "GNU.sparse.minor", "0", 1);
	fixture_record(&records, "GNU.sparse.name", "s", 1);
	fixture_record(&records, "GNU.sparse.realsize", "4096", 4);
	fixture_pax(&f, &records);
	fixture_add(&f, &(struct fixture_entry){
				.name = "x", .contents = body, .size = 1024 });
	fixture_end(&f);
	begin(&t, &f, 0);
	e = next(&t);
	assert_string_equal(e.path, "s");
	assert_true(e.is_sparse);
	assert_int_equal(e.size, 4096);
	assert_int_equal(
		tar_read_data(t.reader, &data, &length, &offset, &t.err), 0);
	assert_int_equal(length, 512);
	assert_int_equal(offset, 512);
	assert_int_equal(
		tar_read_data(t.reader, &data, &length, &offset, &t.err), 0);
	assert_int_equal(length, 0);
	end(&t);
}

static void test_tar_read__tells_attributes_up_to_the_limit(void **state)
{
	autoclean(fixture_release) struct fixture f = { 0 };
	struct fixture records = { 0 };
	struct trial t;
	struct entry e;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char key[64];

		(void)snprintf(key, sizeof(key), "SCHILY.xattr.user.%d", i);
		fixture_record(&records, key, "a\nb\0c", 5);
	}
	fixture_pax(&f, &records);
	fixture_add(&f, &(struct fixture_entry){ .name = "x" });
	fixture_end(&f);
	begin(&t, &f, 0);
	e = next(&t);
	assert_int_equal(e.xattr_count, LAYERS_MAX_XATTRS + 1);
	assert_int_equal(e.xattrs[0].size, 5);
	assert_memory_equal(e.xattrs[0].value, "a\nb\0c", 5);
	end(&t);
}

static void test_tar_read__fails_for_good(void **state)
{
	static const char contents[2 * LAYERS_CHUNK];
	autoclean(fixture_release) struct fixture f = { 0 };
	struct trial t;
	struct entry e;
	bool found;

	(void)state;
	fixture_add(&f, &(struct fixture_entry){ .name = "a",
						 .contents = contents,
						 .size = sizeof(contents) });
	fixture_add(&f, &(struct fixture_entry){ .name = "b" });
	fixture_end(&f);
	begin(&t, &f, 512);
	t.memory.fail_at = LAYERS_CHUNK + 512;
	assert_string_equal(next(&t).path, "a");
	assert_int_equal(tar_read_next(t.reader, &e, &found, &t.err), -1);
	assert_int_equal(t.err.kind, ERROR_NETWORK);
	assert_int_equal(tar_read_next(t.reader, &e, &found, &t.err), -1);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar_read__tells_entries),
		cmocka_unit_test(test_tar_read__keeps_names_in_any_locale),
		cmocka_unit_test(test_tar_read__lends_contents_and_skips_holes),
		cmocka_unit_test(
			test_tar_read__tells_attributes_up_to_the_limit),
		cmocka_unit_test(test_tar_read__fails_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
