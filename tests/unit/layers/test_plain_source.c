/* SPDX-License-Identifier: Apache-2.0 */
/* Every compression a tarball may have, as plain bytes. */
#include "layers/tar/plain_source.h"

#include <setjmp.h>
#include <stdarg.h>

#include "base/strbuf.h"
#include "tests/unit/layers/tar_fixture.h"

#include <cmocka.h>

/* "plain text " fifty times, by python's lzma, bz2 and gzip. */
static const uint8_t by_xz[] = {
	0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46,
	0x02, 0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3,
	0xe0, 0x02, 0x25, 0x00, 0x14, 0x5d, 0x00, 0x38, 0x1b, 0x08, 0x47, 0x82,
	0xb2, 0x9c, 0xfe, 0x38, 0x47, 0x29, 0xf9, 0xb4, 0xbc, 0x02, 0x62, 0x65,
	0xb8, 0x00, 0x00, 0x00, 0xd8, 0xcf, 0xc5, 0x84, 0xa8, 0xa3, 0x30, 0xf1,
	0x00, 0x01, 0x30, 0xa6, 0x04, 0x00, 0x00, 0x00, 0x11, 0x2e, 0x2a, 0xb7,
	0xb1, 0xc4, 0x67, 0xfb, 0x02, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
};

static const uint8_t by_bzip2[] = {
	0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0xf0,
	0x41, 0x81, 0xae, 0x00, 0x00, 0xc7, 0x91, 0x80, 0x40, 0x00, 0x22,
	0x25, 0x44, 0x40, 0x20, 0x00, 0x40, 0x52, 0xa8, 0x1e, 0x48, 0x41,
	0x93, 0x11, 0xa8, 0xb1, 0x16, 0x22, 0xed, 0x17, 0xa8, 0xb5, 0x16,
	0xa2, 0xc4, 0x5c, 0x45, 0xd2, 0x2e, 0x22, 0xfc, 0x5d, 0xc9, 0x14,
	0xe1, 0x42, 0x43, 0xc1, 0x06, 0x06, 0xb8,
};

static const uint8_t by_gzip[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
	0x2b, 0xc8, 0x49, 0xcc, 0xcc, 0x53, 0x28, 0x49, 0xad, 0x28,
	0x51, 0x28, 0x18, 0x65, 0x8e, 0x32, 0xb1, 0x33, 0x01, 0xfc,
	0x18, 0x17, 0xab, 0x26, 0x02, 0x00, 0x00,
};

enum { TEXT_LENGTH = 550 };

static int read_all(const void *data, size_t length, bool keep_layer,
		    struct strbuf *out, struct error *err)
{
	struct fixture_source bytes = { .data = data,
					.length = length,
					.piece = 3 };
	struct unpack_source source = { fixture_read, NULL, &bytes };
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	struct unpack_source from;
	char chunk[100];
	size_t got = 0;

	if (plain_source_open(&source, keep_layer, &plain, err) < 0)
		return -1;
	from = plain_source_bytes(plain);
	do {
		if (from.read(from.context, chunk, sizeof(chunk), &got, err) <
		    0)
			return -1;
		strbuf_add(out, chunk, got);
	} while (got);
	return 0;
}

static const struct {
	const void *data;
	size_t length;
	const char *why;
} rows[] = {
	{ by_xz, sizeof(by_xz), "xz" },
	{ by_bzip2, sizeof(by_bzip2), "bzip2" },
	{ by_gzip, sizeof(by_gzip), "gzip" },
};

static void test_plain_source__takes_any_compression_away(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		if (read_all(rows[i].data, rows[i].length, false, &out, &err) <
		    0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (out.length != TEXT_LENGTH ||
		    strncmp(out.text + 539, "plain text ", 11) != 0)
			fail_msg("%s: %zu bytes", rows[i].why, out.length);
	}
}

static void test_plain_source__damage_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t cut = 10; cut < rows[i].length; cut += 7) {
			autoclean(error_release) struct error err = ERROR_INIT;
			autoclean(strbuf_release) struct strbuf out =
				STRBUF_INIT;

			if (read_all(rows[i].data, cut, false, &out, &err) == 0)
				fail_msg("%s: %zu bytes do", rows[i].why, cut);
			assert_int_equal(err.kind, ERROR_CORRUPT);
		}
	}
}

static void test_plain_source__leaves_alone_what_a_layer_may_be(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	assert_int_equal(read_all(by_gzip, sizeof(by_gzip), true, &out, &err),
			 0);
	assert_int_equal(out.length, sizeof(by_gzip));
	assert_memory_equal(out.text, by_gzip, sizeof(by_gzip));
	strbuf_truncate(&out, 0);
	assert_int_equal(read_all(by_xz, sizeof(by_xz), true, &out, &err), 0);
	assert_int_equal(out.length, TEXT_LENGTH);
	strbuf_truncate(&out, 0);
	assert_int_equal(read_all("plain", 5, true, &out, &err), 0);
	assert_string_equal(out.text, "plain");
	strbuf_truncate(&out, 0);
	assert_int_equal(read_all("", 0, false, &out, &err), 0);
	assert_int_equal(out.length, 0);
}

static void test_plain_source__the_sources_own_error_is_told(void **state)
{
	struct fixture_source bytes = { .data = by_xz,
					.length = sizeof(by_xz),
					.piece = 8,
					.fail_at = 16 };
	struct unpack_source source = { fixture_read, NULL, &bytes };
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(plain_source_open(&source, false, &plain, &err), -1);
	assert_int_equal(err.kind, ERROR_NETWORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_source__takes_any_compression_away),
		cmocka_unit_test(test_plain_source__damage_is_an_error),
		cmocka_unit_test(
			test_plain_source__leaves_alone_what_a_layer_may_be),
		cmocka_unit_test(
			test_plain_source__the_sources_own_error_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
