/* SPDX-License-Identifier: Apache-2.0 */
/* What is written comes out, and either end may stop. */
#include "layers/tar/sink_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { PIECES = 30000, PIECE = 100 };

static int write_pieces(void *context, const struct byte_sink *sink,
			struct error *err)
{
	const unsigned *failing = context;
	unsigned char piece[PIECE];

	for (unsigned i = 0; i < PIECES; i++) {
		if (i == *failing)
			return error_set(err, ERROR_CORRUPT, "piece %u", i);
		memset(piece, (int)(i % 251), sizeof(piece));
		if (sink->write(sink->context, piece, sizeof(piece), err) < 0)
			return -1;
	}
	return 0;
}

static void test_sink_source__gives_what_is_written(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	unsigned failing = PIECES;
	struct sink_source *source = NULL;
	struct unpack_source bytes;
	unsigned char buffer[777];
	size_t total = 0;
	size_t got;

	(void)state;
	assert_int_equal(
		sink_source_open(write_pieces, &failing, &source, &err), 0);
	bytes = sink_source_bytes(source);
	do {
		assert_int_equal(bytes.read(bytes.context, buffer,
					    sizeof(buffer), &got, &err),
				 0);
		for (size_t i = 0; i < got; i++)
			assert_int_equal(buffer[i], (total + i) / PIECE % 251);
		total += got;
	} while (got);
	assert_int_equal(total, PIECES * PIECE);
	assert_int_equal(sink_source_finish(source, &err), 0);
}

static void test_sink_source__tells_how_the_writing_failed(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(error_release) struct error cut = ERROR_INIT;
	unsigned failing = PIECES / 2;
	struct sink_source *source = NULL;
	struct unpack_source bytes;
	unsigned char buffer[4096];
	int result;
	size_t got;

	(void)state;
	assert_int_equal(
		sink_source_open(write_pieces, &failing, &source, &err), 0);
	bytes = sink_source_bytes(source);
	do {
		result = bytes.read(bytes.context, buffer, sizeof(buffer), &got,
				    &cut);
	} while (result == 0 && got);
	assert_int_equal(result, -1);
	assert_int_equal(sink_source_finish(source, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
}

static void test_sink_source__a_reader_may_leave(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	unsigned failing = PIECES;
	struct sink_source *source = NULL;

	(void)state;
	assert_int_equal(
		sink_source_open(write_pieces, &failing, &source, &err), 0);
	/* three megabytes do not fit into the ring: somebody has to stop it */
	assert_int_equal(sink_source_finish(source, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sink_source__gives_what_is_written),
		cmocka_unit_test(
			test_sink_source__tells_how_the_writing_failed),
		cmocka_unit_test(test_sink_source__a_reader_may_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
