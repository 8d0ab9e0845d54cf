/* SPDX-License-Identifier: Apache-2.0 */
/* Every encoder's output is read again; the same bytes give the same. */
#include "layers/tar/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hasher.h"
#include "layers/layers_limits.h"
#include "layers/tar/decompress.h"
#include "tests/unit/layers/sink_fixture.h"

enum { PLAIN_SIZE = 5 * LAYERS_CHUNK / 2 + 17 };

static uint8_t plain[PLAIN_SIZE];

static int set_up(void **state)
{
	uint32_t number = 1;

	(void)state;
	for (size_t i = 0; i < PLAIN_SIZE; i++) {
		number = number * 1664525 + 1013904223;
		plain[i] = (uint8_t)("the layer "[(number >> 24) % 10]);
	}
	return 0;
}

/* Compresses SIZE bytes given in pieces of PIECE. */
static void pack(const struct compress_options *options, size_t size,
		 size_t piece, struct kept *kept, struct compress_result *out)
{
	const struct byte_sink sink = kept_sink(kept);
	autoclean(compress_free) struct compressor *c = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(compress_open(&sink, options, &c, &err), 0);
	for (size_t at = 0; at < size; at += piece) {
		size_t part = size - at < piece ? size - at : piece;

		assert_int_equal(compress_write(c, plain + at, part, &err), 0);
	}
	if (compress_finish(c, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void expect_plain(const struct kept *kept, size_t size)
{
	struct fixture_source memory = { kept->bytes.data, kept->bytes.length,
					 0, 0, 0 };
	const struct unpack_source source = { fixture_read, NULL, &memory };
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree uint8_t *back = xmalloc(PLAIN_SIZE + 1);
	size_t got = 0;

	assert_int_equal(decompress_open(&source, NULL, &stream, &err), 0);
	if (decompress_read(stream, back, PLAIN_SIZE + 1, &got, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(got, size);
	assert_memory_equal(back, plain, size);
}

static void test_compress__is_read_again(void **state)
{
	static const struct compress_options ways[] = {
		{ COMPRESS_PLAIN, 0, false }, { COMPRESS_GZIP, 0, false },
		{ COMPRESS_GZIP, 1, false },  { COMPRESS_GZIP, 2, false },
		{ COMPRESS_GZIP, 3, false },  { COMPRESS_GZIP, 6, false },
		{ COMPRESS_GZIP, 9, false },  { COMPRESS_GZIP, 1, true },
		{ COMPRESS_ZSTD, 0, false },  { COMPRESS_ZSTD, 9, false },
		{ COMPRESS_GZIP, 99, false }, { COMPRESS_ZSTD, -5, false },
	};
	static const size_t sizes[] = { 0, 1, LAYERS_CHUNK, PLAIN_SIZE };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			autoclean(kept_release) struct kept kept = { 0 };
			struct compress_result out;
			struct digest digest;

			pack(&ways[i], sizes[j], 100000, &kept, &out);
			expect_plain(&kept, sizes[j]);
			hasher_digest(DIGEST_SHA256, plain, sizes[j], &digest);
			assert_true(digest_is_equal(&digest, &out.plain));
			hasher_digest(DIGEST_SHA256, kept.bytes.data,
				      kept.bytes.length, &digest);
			assert_true(digest_is_equal(&digest, &out.packed));
			assert_int_equal(out.plain_size, sizes[j]);
			assert_int_equal(out.packed_size, kept.bytes.length);
		}
}

static void test_compress__does_not_depend_on_pieces(void **state)
{
	static const enum compress_format formats[] = { COMPRESS_GZIP,
							COMPRESS_ZSTD };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct compress_options options = { .format =
								  formats[i] };
		struct compress_result whole;
		struct compress_result pieces;
		autoclean(kept_release) struct kept one = { 0 };
		autoclean(kept_release) struct kept two = { 0 };

		pack(&options, PLAIN_SIZE, PLAIN_SIZE, &one, &whole);
		pack(&options, PLAIN_SIZE, 313, &two, &pieces);
		assert_true(digest_is_equal(&whole.packed, &pieces.packed));
	}
}

static void test_compress__tells_the_sinks_error(void **state)
{
	static const size_t points[] = { 1, 1000, 100000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		autoclean(kept_release) struct kept kept = {
			.fail_at = points[i]
		};
		const struct byte_sink sink = kept_sink(&kept);
		const struct compress_options options = { COMPRESS_GZIP, 1,
							  false };
		autoclean(compress_free) struct compressor *c = NULL;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct compress_result out;
		int result = 0;

		assert_int_equal(compress_open(&sink, &options, &c, &err), 0);
		for (int j = 0; j < 20 && result == 0; j++)
			result = compress_write(c, plain, PLAIN_SIZE, &err);
		if (result == 0)
			result = compress_finish(c, &out, &err);
		assert_int_equal(result, -1);
		assert_int_equal(err.kind, ERROR_NETWORK);
		assert_string_equal(err.msg, "the other end is gone");
	}
}

static void test_compress__can_be_given_up(void **state)
{
	autoclean(kept_release) struct kept kept = { 0 };
	const struct byte_sink sink = kept_sink(&kept);
	const struct compress_options options = { COMPRESS_ZSTD, 3, false };
	struct compressor *c = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(compress_open(&sink, &options, &c, &err), 0);
	assert_int_equal(compress_write(c, plain, PLAIN_SIZE, &err), 0);
	compress_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compress__is_read_again),
		cmocka_unit_test(test_compress__does_not_depend_on_pieces),
		cmocka_unit_test(test_compress__tells_the_sinks_error),
		cmocka_unit_test(test_compress__can_be_given_up),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
