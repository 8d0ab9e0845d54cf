/* SPDX-License-Identifier: Apache-2.0 */
/* Every way a compressed stream may be cut, joined and damaged. */
#include "layers/tar/decompress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/unit/layers/tar_fixture.h"

enum { PLAIN_SIZE = 200000 };

static const bool engines[] = { false, true };

/* Text that compresses, differently everywhere. */
static void make_plain(uint8_t *out, size_t size)
{
	uint32_t state = 12345;

	for (size_t i = 0; i < size; i++) {
		state = state * 1103515245 + 12345;
		out[i] = (uint8_t)("etaoin shrdlu"[(state >> 16) % 13]);
	}
}

static void add_gzip(struct fixture *out, const void *data, size_t size,
		     gz_header *header)
{
	z_stream z = { 0 };
	uint8_t *buffer = xmalloc(size + 4096);

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
	if (header)
		assert_int_equal(deflateSetHeader(&z, header), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)size;
	z.next_out = buffer;
	z.avail_out = (uInt)size + 4096;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	fixture_bytes(out, buffer, z.total_out);
	(void)deflateEnd(&z);
	free(buffer);
}

static void add_zstd(struct fixture *out, const void *data, size_t size,
		     int level)
{
	size_t bound = ZSTD_compressBound(size);
	uint8_t *buffer = xmalloc(bound);
	size_t length = ZSTD_compress(buffer, bound, data, size, level);

	assert_false(ZSTD_isError(length));
	fixture_bytes(out, buffer, length);
	free(buffer);
}

struct outcome {
	int result;
	enum error_kind kind;
	enum decompress_format format;
	size_t length;
	bool same; /* as PLAIN repeated */
};

/* How a stream is read: in pieces of PIECE into buffers of ROOM. */
struct way {
	size_t piece;
	size_t room;
	bool use_zlib;
};

static struct outcome run(const struct fixture *input, struct way way,
			  const uint8_t *plain, size_t plain_size)
{
	struct fixture_source memory = { input->data, input->length, 0,
					 way.piece, 0 };
	const struct unpack_source source = { fixture_read, NULL, &memory };
	const struct decompress_options options = { .use_zlib = way.use_zlib };
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree uint8_t *buffer = xmalloc(way.room);
	struct outcome o = { .same = true };
	size_t got = 1;

	o.result = decompress_open(&source, &options, &stream, &err);
	if (o.result == 0)
		o.format = decompress_format_of(stream);
	while (o.result == 0 && got) {
		o.result = decompress_read(stream, buffer, way.room, &got,
					   &err);
		for (size_t i = 0; o.result == 0 && i < got; i++)
			if (!plain_size ||
			    buffer[i] != plain[(o.length + i) % plain_size])
				o.same = false;
		if (o.result == 0)
			o.length += got;
	}
	if (o.result == 0) /* the end stays the end */
		assert_int_equal(
			decompress_read(stream, buffer, way.room, &got, &err),
			0);
	o.kind = err.kind;
	return o;
}

static void test_decompress__detects_by_magic(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum decompress_format format;
		const char *why;
	} rows[] = {
		{ "", 0, DECOMPRESS_PLAIN, "nothing" },
		{ "\x1f\x8b\x08", 3, DECOMPRESS_GZIP, "gzip" },
		{ "\x1f", 1, DECOMPRESS_PLAIN, "half a magic" },
		{ "\x28\xb5\x2f\xfd", 4, DECOMPRESS_ZSTD, "zstd" },
		{ "\x50\x2a\x4d\x18", 4, DECOMPRESS_ZSTD, "skippable first" },
		{ "\x5f\x2a\x4d\x18", 4, DECOMPRESS_ZSTD, "last skippable" },
		{ "\x60\x2a\x4d\x18", 4, DECOMPRESS_PLAIN, "not skippable" },
		{ "BZh9", 4, DECOMPRESS_BZIP2, "bzip2" },
		{ "\xfd"
		  "7zXZ\0",
		  6, DECOMPRESS_XZ, "xz" },
		{ "etc/passwd", 10, DECOMPRESS_PLAIN, "a tar header" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (decompress_detect(rows[i].bytes, rows[i].length) !=
		    rows[i].format)
			fail_msg("%s", rows[i].why);
	assert_string_equal(decompress_format_name(DECOMPRESS_ZSTD), "zstd");
	assert_string_equal(decompress_format_name(DECOMPRESS_NONE), "unknown");
}

static void test_decompress__reads_gzip_in_any_pieces(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 100, 4096, 0 };
	static const size_t rooms[] = { 1, 5, 512, 65536 };
	static uint8_t plain[3000];
	autoclean(fixture_release) struct fixture input = { 0 };
	Bytef extra[300] = "extra field";
	gz_header header = { .extra = extra,
			     .extra_len = 300,
			     .name = (Bytef *)(uintptr_t) "layer.tar",
			     .comment = (Bytef *)(uintptr_t) "a comment",
			     .hcrc = 1 };

	(void)state;
	make_plain(plain, sizeof(plain));
	add_gzip(&input, plain, sizeof(plain), &header);
	add_gzip(&input, plain, 0, NULL);
	add_gzip(&input, plain, sizeof(plain), NULL);
	add_gzip(&input, plain, sizeof(plain), &header);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		for (size_t j = 0; j < sizeof(rooms) / sizeof(*rooms); j++)
			for (size_t k = 0; k < 2; k++) {
				struct outcome o =
					run(&input,
					    (struct way){ pieces[i], rooms[j],
							  engines[k] },
					    plain, sizeof(plain));

				assert_int_equal(o.result, 0);
				assert_int_equal(o.length, 9000);
				assert_true(o.same);
				assert_int_equal(o.format, DECOMPRESS_GZIP);
			}
}

static void test_decompress__reads_large_members(void **state)
{
	static uint8_t plain[PLAIN_SIZE];
	autoclean(fixture_release) struct fixture input = { 0 };

	(void)state;
	make_plain(plain, sizeof(plain));
	for (int i = 0; i < 20; i++)
		add_gzip(&input, plain, sizeof(plain), NULL);
	for (size_t k = 0; k < 2; k++) {
		struct outcome o =
			run(&input, (struct way){ 0, 512 * 1024, engines[k] },
			    plain, sizeof(plain));

		assert_int_equal(o.result, 0);
		assert_int_equal(o.length, 20 * PLAIN_SIZE);
		assert_true(o.same);
	}
}

static void test_decompress__allows_only_zeros_after_gzip(void **state)
{
	static const struct {
		const char *tail;
		size_t length;
		int result;
		const char *why;
	} rows[] = {
		{ "", 0, 0, "nothing" },
		{ "\0", 1, 0, "one zero" },
		{ "\0\0\0\0\0\0\0\0", 8, 0, "padding" },
		{ "\0\0x", 3, -1, "garbage after padding" },
		{ "x", 1, -1, "garbage" },
		{ "\x1f", 1, -1, "half a member" },
		{ "\x1fx", 2, -1, "no member" },
	};
	static uint8_t plain[500];

	(void)state;
	make_plain(plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t k = 0; k < 4; k++) {
			autoclean(fixture_release) struct fixture input = { 0 };
			struct outcome o;

			add_gzip(&input, plain, sizeof(plain), NULL);
			fixture_bytes(&input, rows[i].tail, rows[i].length);
			o = run(&input,
				(struct way){ k / 2, 512, engines[k % 2] },
				plain, sizeof(plain));
			if (o.result != rows[i].result)
				fail_msg("%s: %d", rows[i].why, o.result);
			if (o.result < 0)
				assert_int_equal(o.kind, ERROR_CORRUPT);
		}
}

static void test_decompress__notices_every_truncation(void **state)
{
	static uint8_t plain[700];
	autoclean(fixture_release) struct fixture gzip = { 0 };
	autoclean(fixture_release) struct fixture zstd = { 0 };

	(void)state;
	make_plain(plain, sizeof(plain));
	add_gzip(&gzip, plain, sizeof(plain), NULL);
	add_zstd(&zstd, plain, sizeof(plain), 3);
	for (size_t cut = 6; cut < gzip.length; cut++)
		for (size_t k = 0; k < 2; k++) {
			struct fixture part = { gzip.data, cut, 0, 0 };
			struct outcome o =
				run(&part, (struct way){ 0, 4096, engines[k] },
				    plain, sizeof(plain));

			assert_int_equal(o.result, -1);
			assert_int_equal(o.kind, ERROR_CORRUPT);
		}
	for (size_t cut = 6; cut < zstd.length; cut++) {
		struct fixture part = { zstd.data, cut, 0, 0 };
		struct outcome o = run(&part, (struct way){ 0, 4096, false },
				       plain, sizeof(plain));

		assert_int_equal(o.result, -1);
		assert_int_equal(o.kind, ERROR_CORRUPT);
	}
}

static void test_decompress__checks_crc_and_length(void **state)
{
	static uint8_t plain[700];
	autoclean(fixture_release) struct fixture input = { 0 };

	(void)state;
	make_plain(plain, sizeof(plain));
	add_gzip(&input, plain, sizeof(plain), NULL);
	for (size_t back = 1; back <= 8; back++)
		for (size_t k = 0; k < 2; k++) {
			struct outcome o;

			input.data[input.length - back] ^= 0x10;
			o = run(&input, (struct way){ 0, 4096, engines[k] },
				plain, sizeof(plain));
			input.data[input.length - back] ^= 0x10;
			assert_int_equal(o.result, -1);
			assert_int_equal(o.kind, ERROR_CORRUPT);
		}
}

static void test_decompress__reads_zstd_frames_and_skips(void **state)
{
	static const size_t pieces[] = { 1, 3, 1000, 0 };
	static uint8_t plain[PLAIN_SIZE];
	autoclean(fixture_release) struct fixture input = { 0 };

	(void)state;
	make_plain(plain, sizeof(plain));
	fixture_bytes(&input, "\x51\x2a\x4d\x18\x05\0\0\0skip!", 13);
	add_zstd(&input, plain, sizeof(plain), 3);
	add_zstd(&input, plain, 0, 3);
	fixture_bytes(&input, "\x5a\x2a\x4d\x18\0\0\0\0", 8);
	add_zstd(&input, plain, sizeof(plain), 1);
	fixture_bytes(&input, "\x50\x2a\x4d\x18\x03\0\0\0end", 11);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct outcome o = run(&input,
				       (struct way){ pieces[i], 30000, false },
				       plain, sizeof(plain));

		assert_int_equal(o.result, 0);
		assert_int_equal(o.length, 2 * PLAIN_SIZE);
		assert_true(o.same);
		assert_int_equal(o.format, DECOMPRESS_ZSTD);
	}
	fixture_bytes(&input, "\0\0\0\0", 4);
	assert_int_equal(run(&input, (struct way){ 0, 30000, false }, plain,
			     sizeof(plain))
				 .kind,
			 ERROR_CORRUPT);
}

static void test_decompress__bounds_the_zstd_window(void **state)
{
	/* frame header: no single segment, window descriptor 31 << 3 */
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00";
	autoclean(fixture_release) struct fixture input = { 0 };

	(void)state;
	fixture_bytes(&input, frame, 9);
	assert_int_equal(
		run(&input, (struct way){ 0, 100, false }, NULL, 0).kind,
		ERROR_TOO_LARGE);
}

static void test_decompress__passes_plain_bytes(void **state)
{
	static const size_t pieces[] = { 1, 5, 1000, 0 };
	static uint8_t plain[PLAIN_SIZE];
	struct fixture input = { plain, sizeof(plain), 0, 0 };
	struct fixture nothing = { plain, 0, 0, 0 };

	(void)state;
	make_plain(plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct outcome o = run(&input,
				       (struct way){ pieces[i], 777, false },
				       plain, sizeof(plain));

		assert_int_equal(o.result, 0);
		assert_int_equal(o.length, PLAIN_SIZE);
		assert_true(o.same);
	}
	assert_int_equal(
		run(&nothing, (struct way){ 0, 10, false }, NULL, 0).result, 0);
}

static void test_decompress__names_what_it_cannot_read(void **state)
{
	autoclean(fixture_release) struct fixture input = { 0 };

	(void)state;
	fixture_bytes(&input,
		      "\xfd"
		      "7zXZ\0junk",
		      10);
	assert_int_equal(
		run(&input, (struct way){ 0, 100, false }, NULL, 0).kind,
		ERROR_UNSUPPORTED);
}

static void test_decompress__keeps_the_sources_error(void **state)
{
	static uint8_t plain[PLAIN_SIZE];
	autoclean(fixture_release) struct fixture input = { 0 };
	struct fixture_source memory;
	const struct unpack_source source = { fixture_read, NULL, &memory };
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(error_release) struct error err = ERROR_INIT;
	size_t got;

	(void)state;
	make_plain(plain, sizeof(plain));
	add_gzip(&input, plain, sizeof(plain), NULL);
	memory = (struct fixture_source){ input.data, input.length, 0, 100,
					  200 };
	assert_int_equal(decompress_open(&source, NULL, &stream, &err), 0);
	assert_int_equal(
		decompress_read(stream, plain, sizeof(plain), &got, &err), -1);
	assert_int_equal(err.kind, ERROR_NETWORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decompress__detects_by_magic),
		cmocka_unit_test(test_decompress__reads_gzip_in_any_pieces),
		cmocka_unit_test(test_decompress__reads_large_members),
		cmocka_unit_test(test_decompress__allows_only_zeros_after_gzip),
		cmocka_unit_test(test_decompress__notices_every_truncation),
		cmocka_unit_test(test_decompress__checks_crc_and_length),
		cmocka_unit_test(test_decompress__reads_zstd_frames_and_skips),
		cmocka_unit_test(test_decompress__bounds_the_zstd_window),
		cmocka_unit_test(test_decompress__passes_plain_bytes),
		cmocka_unit_test(test_decompress__names_what_it_cannot_read),
		cmocka_unit_test(test_decompress__keeps_the_sources_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
