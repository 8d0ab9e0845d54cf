/* SPDX-License-Identifier: Apache-2.0 */
/* What is written is read again, by our reader and byte for byte. */
#include "layers/tar/tar_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layers/tar/tar_read.h"
#include "tests/unit/layers/sink_fixture.h"

/* Writes COUNT entries, files with zeros as contents. */
static void write_all(struct kept *kept, const struct entry *entries,
		      size_t count)
{
	const struct byte_sink sink = kept_sink(kept);
	autoclean(tar_write_free) struct tar_writer *w = tar_write_new(&sink);
	autoclean(error_release) struct error err = ERROR_INIT;
	static const char zeros[1000];

	for (size_t i = 0; i < count; i++) {
		if (tar_write_entry(w, &entries[i], &err) < 0)
			fail_msg("%s", err.msg);
		for (int64_t left = entries[i].size; left > 0;) {
			size_t part = left < 1000 ? (size_t)left : 1000;

			assert_int_equal(tar_write_data(w, zeros, part, &err),
					 0);
			left -= (int64_t)part;
		}
	}
	assert_int_equal(tar_write_finish(w, &err), 0);
	assert_int_equal(kept->bytes.length % 512, 0);
}

static void expect_same(const struct entry *is, const struct entry *want)
{
	assert_int_equal(is->type, want->type);
	assert_int_equal(strncmp(is->path, want->path, strlen(want->path)), 0);
	if (want->link)
		assert_string_equal(is->link, want->link);
	assert_int_equal(is->size, want->size);
	assert_int_equal(is->uid, want->uid);
	assert_int_equal(is->gid, want->gid);
	assert_int_equal(is->mode, want->mode);
	assert_int_equal(is->mtime, want->mtime);
	assert_int_equal(is->mtime_nanosecond, want->mtime_nanosecond);
	assert_int_equal(is->major, want->major);
	assert_int_equal(is->minor, want->minor);
	assert_int_equal(is->xattr_count, want->xattr_count);
}

static void read_all(const struct kept *kept, const struct entry *entries,
		     size_t count)
{
	struct fixture_source memory = { kept->bytes.data, kept->bytes.length,
					 0, 0, 0 };
	const struct unpack_source source = { fixture_read, NULL, &memory };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(tar_read_free) struct tar_reader *reader = NULL;
	struct entry e;
	bool found;

	assert_int_equal(decompress_open(&source, NULL, &stream, &err), 0);
	assert_int_equal(tar_read_open_stream(stream, &reader, &err), 0);
	for (size_t i = 0; i < count; i++) {
		if (tar_read_next(reader, &e, &found, &err) < 0)
			fail_msg("entry %zu: %s", i, err.msg);
		assert_true(found);
		expect_same(&e, &entries[i]);
	}
	assert_int_equal(tar_read_next(reader, &e, &found, &err), 0);
	assert_false(found);
}

#define LONG100                                                                  \
	"0123456789012345678901234567890123456789012345678901234567890123456789" \
	"012345678901234567890123456789"

static void test_tar_write__is_read_again(void **state)
{
	static const struct entry_xattr xattrs[] = {
		{ "security.capability", "\1\0\0\2\0 \0\0\0\n", 10 },
		{ "user.empty", "", 0 },
	};
	static const struct entry entries[] = {
		{ .type = ENTRY_FILE,
		  .path = "f",
		  .size = 5,
		  .mode = 04755,
		  .uid = 1,
		  .gid = 2,
		  .mtime = 1234567890 },
		{ .type = ENTRY_FILE, .path = "whole", .size = 1024 },
		{ .type = ENTRY_DIRECTORY, .path = "d", .mode = 01777 },
		{ .type = ENTRY_DIRECTORY, .path = "d/", .mode = 01777 },
		{ .type = ENTRY_SYMLINK,
		  .path = "s",
		  .link = "/x/../y",
		  .mode = 0777 },
		{ .type = ENTRY_HARDLINK, .path = "h", .link = "f" },
		{ .type = ENTRY_CHARACTER_DEVICE,
		  .path = "c",
		  .major = 4095,
		  .minor = 1048575 },
		{ .type = ENTRY_BLOCK_DEVICE, .path = "b", .major = 8 },
		{ .type = ENTRY_FIFO, .path = "p", .mode = 0622 },
		{ .type = ENTRY_FILE, .path = LONG100 },
		{ .type = ENTRY_FILE, .path = "x" LONG100 },
		{ .type = ENTRY_FILE, .path = LONG100 "/" LONG100 },
		{ .type = ENTRY_FILE, .path = LONG100 "xxxxxxxx/" LONG100 },
		{ .type = ENTRY_FILE, .path = LONG100 "/" LONG100 "/" LONG100 },
		{ .type = ENTRY_DIRECTORY, .path = LONG100 },
		{ .type = ENTRY_DIRECTORY, .path = "a/" LONG100 },
		{ .type = ENTRY_SYMLINK, .path = LONG100, .link = LONG100 },
		{ .type = ENTRY_SYMLINK, .path = "l", .link = "x" LONG100 },
		{ .type = ENTRY_HARDLINK, .path = "m", .link = "x" LONG100 },
		{ .type = ENTRY_FILE, .path = "u\xcc\x88" },
		{ .type = ENTRY_FILE, .path = "\xff" LONG100 },
		{ .type = ENTRY_SYMLINK,
		  .path = "n",
		  .link = LONG100 "\xff\xfe" },
		{ .type = ENTRY_FILE,
		  .path = "ids",
		  .uid = 2097152,
		  .gid = 4294967294 },
		{ .type = ENTRY_FILE,
		  .path = "nano",
		  .mtime = 5,
		  .mtime_nanosecond = 1 },
		{ .type = ENTRY_FILE,
		  .path = "year 2242",
		  .mtime = INT64_C(8589934592) },
		{ .type = ENTRY_FILE, .path = "1965", .mtime = -157766400 },
		{ .type = ENTRY_FILE,
		  .path = "x",
		  .xattrs = xattrs,
		  .xattr_count = 2,
		  .size = 1 },
	};
	enum { COUNT = sizeof(entries) / sizeof(*entries) };
	autoclean(kept_release) struct kept kept = { 0 };
	autoclean(kept_release) struct kept again = { 0 };

	(void)state;
	write_all(&kept, entries, COUNT);
	read_all(&kept, entries, COUNT);
	write_all(&again, entries, COUNT);
	assert_int_equal(kept.bytes.length, again.bytes.length);
	assert_memory_equal(kept.bytes.data, again.bytes.data,
			    kept.bytes.length);
}

/* Sizes over 8 GiB are a pax record; contents are not needed to see it. */
static void test_tar_write__says_large_sizes_in_pax(void **state)
{
	static const struct entry big = { .type = ENTRY_FILE,
					  .path = "big",
					  .size = INT64_C(10) << 30 };
	autoclean(kept_release) struct kept kept = { 0 };
	const struct byte_sink sink = kept_sink(&kept);
	autoclean(tar_write_free) struct tar_writer *w = tar_write_new(&sink);
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(tar_write_entry(w, &big, &err), 0);
	assert_int_equal(kept.bytes.length, 1536);
	assert_memory_equal(kept.bytes.data + 512, "20 size=10737418240\n", 20);
	assert_memory_equal(kept.bytes.data + 1024 + 124, "00000000000", 12);
	/* and its contents are owed now */
	assert_int_equal(tar_write_finish(w, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

static void test_tar_write__writes_times_before_1970(void **state)
{
	static const struct entry old = { .type = ENTRY_FILE,
					  .path = "old",
					  .mtime = -2,
					  .mtime_nanosecond = 500000000 };
	autoclean(kept_release) struct kept kept = { 0 };

	(void)state;
	write_all(&kept, &old, 1);
	assert_memory_equal(kept.bytes.data + 512, "22 mtime=-1.500000000\n",
			    22);
}

static void test_tar_write__uses_pax_only_where_needed(void **state)
{
	static const struct entry plain = { .type = ENTRY_FILE,
					    .path = "\xc3\xbc",
					    .mode = 0644 };
	autoclean(kept_release) struct kept kept = { 0 };

	(void)state;
	write_all(&kept, &plain, 1);
	assert_int_equal(kept.bytes.length, 512 + 1024);
	assert_memory_equal(kept.bytes.data + 257, "ustar\00000", 8);
	assert_memory_equal(kept.bytes.data + 100, "0000644", 8);
}

static void test_tar_write__refuses_what_pax_cannot_say(void **state)
{
	static const struct entry_xattr xattr = { "user.a=b", "v", 1 };
	static const struct entry entry = { .type = ENTRY_FILE,
					    .path = "f",
					    .xattrs = &xattr,
					    .xattr_count = 1 };
	autoclean(kept_release) struct kept kept = { 0 };
	const struct byte_sink sink = kept_sink(&kept);
	autoclean(tar_write_free) struct tar_writer *w = tar_write_new(&sink);
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(tar_write_entry(w, &entry, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

static void test_tar_write__passes_the_sinks_error_on(void **state)
{
	static const struct entry entry = { .type = ENTRY_FILE, .path = "f" };
	autoclean(kept_release) struct kept kept = { .fail_at = 100 };
	const struct byte_sink sink = kept_sink(&kept);
	autoclean(tar_write_free) struct tar_writer *w = tar_write_new(&sink);
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(tar_write_entry(w, &entry, &err), -1);
	assert_int_equal(err.kind, ERROR_NETWORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar_write__is_read_again),
		cmocka_unit_test(test_tar_write__says_large_sizes_in_pax),
		cmocka_unit_test(test_tar_write__writes_times_before_1970),
		cmocka_unit_test(test_tar_write__uses_pax_only_where_needed),
		cmocka_unit_test(test_tar_write__refuses_what_pax_cannot_say),
		cmocka_unit_test(test_tar_write__passes_the_sinks_error_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
