/* SPDX-License-Identifier: Apache-2.0 */
/* What is packed comes back, and is known again. */
#include "runtime/logs/log_gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/temp_folder.h"

static int open_file(void **state, const char *name)
{
	struct temp_folder *folder = *state;
	int fd = openat(folder->fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* LENGTH bytes that compress neither well nor badly. */
static char *make_text(size_t length)
{
	char *text = xmalloc(length + 1);
	unsigned seed = 1;

	for (size_t i = 0; i < length; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = (char)('a' + (seed >> 16) % 16);
	}
	text[length] = '\0';
	return text;
}

static void test_log_gzip__what_goes_in_comes_out(void **state)
{
	static const size_t lengths[] = { 0, 1, 32767, 32768, 32769, 300001 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *text = make_text(lengths[i]);
		autofree char *back = xmalloc(lengths[i] + 1);
		autoclose int plain = open_file(state, "plain");
		autoclose int packed = open_file(state, "packed");
		autoclose int again = open_file(state, "again");

		assert_int_equal(ftruncate(plain, 0) | ftruncate(packed, 0) |
					 ftruncate(again, 0),
				 0);
		assert_int_equal(temp_folder_put(state, "plain", text), 0);
		assert_int_equal(log_gzip_pack(plain, packed, &err), 0);
		assert_int_equal(lseek(packed, 0, SEEK_SET), 0);
		assert_int_equal(log_gzip_unpack(packed, again, &err), 0);
		assert_int_equal(pread(again, back, lengths[i] + 1, 0),
				 lengths[i]);
		assert_memory_equal(back, text, lengths[i]);
		assert_true(log_gzip_is_of(packed, plain));
		assert_int_equal(pwrite(plain, "X", 1, 0), 1);
		assert_false(log_gzip_is_of(packed, plain));
	}
}

static void test_log_gzip__damage_is_said(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *text = make_text(100000);
	autoclose int plain = open_file(state, "plain");
	autoclose int packed = open_file(state, "packed");
	autoclose int again = open_file(state, "again");

	assert_int_equal(temp_folder_put(state, "plain", text), 0);
	assert_int_equal(log_gzip_pack(plain, packed, &err), 0);
	assert_int_equal(pwrite(packed, "XXXX", 4, 20000), 4);
	assert_int_equal(lseek(packed, 0, SEEK_SET), 0);
	assert_int_equal(log_gzip_unpack(packed, again, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
	error_release(&err);
	assert_int_equal(lseek(plain, 0, SEEK_SET), 0);
	assert_int_equal(log_gzip_unpack(plain, again, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
}

#define TEST(name)                                              \
	cmocka_unit_test_setup_teardown(name, temp_folder_open, \
					temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_gzip__what_goes_in_comes_out),
		TEST(test_log_gzip__damage_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
