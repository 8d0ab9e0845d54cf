/* SPDX-License-Identifier: Apache-2.0 */
/* Digests, sizes, and that whoever fails stops the other. */
#include "layers/tar/unpack.h"

#include <errno.h>
#include <pthread.h>
#include <zlib.h>

#include "base/hasher.h"
#include "tests/unit/layers/unpack_fixture.h"

static void make_archive(struct fixture *f, int files)
{
	static char contents[100000];

	for (size_t i = 0; i < sizeof(contents); i++)
		contents[i] = (char)(i * i >> 3);
	for (int i = 0; i < files; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "d/%d", i);
		fixture_add(f, &(struct fixture_entry){
				       .name = name,
				       .contents = contents,
				       .size = sizeof(contents) - (size_t)i });
	}
	fixture_end(f);
}

static void compress_archive(const struct fixture *plain, struct fixture *out)
{
	uLong bound = compressBound(plain->length) + 64;
	z_stream z = { 0 };

	out->data = xmalloc(bound);
	out->allocated = bound;
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, 0), Z_OK);
	z.next_in = plain->data;
	z.avail_in = (uInt)plain->length;
	z.next_out = out->data;
	z.avail_out = (uInt)bound;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->length = z.total_out;
	(void)deflateEnd(&z);
}

static void count(void *context, uint64_t bytes)
{
	uint64_t *last = context;

	assert_true(bytes >= *last);
	*last = bytes;
}

static void test_unpack__tells_both_digests(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture plain = { 0 };
	autoclean(fixture_release) struct fixture gzip = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct digest digest;
	struct digest diff_id;
	uint64_t progress = 0;

	(void)state;
	place_init(&place);
	make_archive(&plain, 100);
	/* what follows the end of an archive counts as well */
	fixture_bytes(&plain, NULL, 1 << 20);
	fixture_bytes(&plain, "tail", 4);
	compress_archive(&plain, &gzip);
	hasher_digest(DIGEST_SHA256, gzip.data, gzip.length, &digest);
	hasher_digest(DIGEST_SHA512, plain.data, plain.length, &diff_id);
	options.progress = count;
	options.progress_context = &progress;
	options.expect_digest = &digest;
	options.expect_diff_id = &diff_id;
	if (place_unpack(&place, &gzip, &options, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(digest_is_equal(&out.digest, &digest));
	assert_true(digest_is_equal(&out.diff_id, &diff_id));
	assert_int_equal(out.size, gzip.length);
	assert_int_equal(out.tar_size, plain.length);
	assert_int_equal(progress, gzip.length);
	assert_int_equal(out.content_size, 100 * 100000 - 99 * 50);
	assert_int_equal(out.entries, 100);
	assert_int_equal(place_stat(&place, "d/99").st_size, 100000 - 99);
}

static void test_unpack__refuses_other_digests(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture plain = { 0 };
	struct digest wrong;

	(void)state;
	place_init(&place);
	make_archive(&plain, 3);
	hasher_digest(DIGEST_SHA256, "x", 1, &wrong);
	for (int i = 0; i < 2; i++) {
		autoclean(unpack_result_release) struct unpack_result out =
			UNPACK_RESULT_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct unpack_options options = UNPACK_OPTIONS_INIT;

		if (i)
			options.expect_digest = &wrong;
		else
			options.expect_diff_id = &wrong;
		assert_int_equal(
			place_unpack(&place, &plain, &options, &out, &err), -1);
		assert_int_equal(err.kind, ERROR_CORRUPT);
		assert_non_null(strstr(err.msg, wrong.text));
	}
}

static void test_unpack__takes_an_empty_layer(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture nothing = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;

	(void)state;
	place_init(&place);
	fixture_bytes(&nothing, NULL, 0);
	nothing.data = xmalloc(1);
	assert_int_equal(place_unpack(&place, &nothing, &options, &out, &err),
			 0);
	assert_int_equal(out.need, UNPACK_ALONE);
	assert_int_equal(out.entries, 0);
	fixture_end(&nothing);
	assert_int_equal(place_unpack(&place, &nothing, &options, &out, &err),
			 0);
}

static void test_unpack__refuses_what_is_no_archive(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *why;
	} rows[] = {
		{ "hello, world", 12, "text" },
		{ "PK\3\4", 4, "zip" },
		{ "Rar!\x1a\7\0", 7, "rar" },
		{ "7z\xbc\xaf\x27\x1c", 6, "7zip" },
		{ "xar!\0\x1c\0\1", 8, "xar" },
		{ "#mtree\nd type=dir\n", 18, "mtree" },
		{ "070707", 6, "cpio" },
		{ "!<arch>\n", 8, "ar" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(place_release) struct place place;
		autoclean(fixture_release) struct fixture f = { 0 };
		autoclean(unpack_result_release) struct unpack_result out =
			UNPACK_RESULT_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct unpack_options options = UNPACK_OPTIONS_INIT;

		place_init(&place);
		fixture_bytes(&f, rows[i].bytes, rows[i].length);
		fixture_bytes(&f, NULL, 4096);
		if (place_unpack(&place, &f, &options, &out, &err) == 0)
			fail_msg("%s", rows[i].why);
		assert_int_equal(err.kind, ERROR_CORRUPT);
	}
}

static void test_unpack__keeps_the_sources_error(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture plain = { 0 };
	autoclean(fixture_release) struct fixture gzip = { 0 };

	(void)state;
	place_init(&place);
	make_archive(&plain, 200);
	compress_archive(&plain, &gzip);
	for (size_t at = 1; at < gzip.length; at += gzip.length / 7) {
		autoclean(unpack_result_release) struct unpack_result out =
			UNPACK_RESULT_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct unpack_options options = UNPACK_OPTIONS_INIT;
		struct fixture_source memory = { gzip.data, gzip.length, 0,
						 5000, at };
		const struct unpack_source source = { fixture_read, NULL,
						      &memory };

		options.directory = place.root;
		assert_int_equal(unpack_layer(&source, &options, &out, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_NETWORK);
		assert_string_equal(err.msg, "connection lost");
	}
}

/* A source that blocks after some bytes until it is cancelled. */
struct blocking {
	struct fixture_source memory;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool cancelled;
};

static int read_blocking(void *context, void *buffer, size_t capacity,
			 size_t *got, struct error *err)
{
	struct blocking *b = context;

	if (fixture_read(&b->memory, buffer, capacity, got, err) < 0)
		return -1;
	if (*got)
		return 0;
	pthread_mutex_lock(&b->lock);
	while (!b->cancelled)
		pthread_cond_wait(&b->moved, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return error_set(err, ERROR_INTERRUPTED, "cancelled");
}

static void cancel_blocking(void *context)
{
	struct blocking *b = context;

	pthread_mutex_lock(&b->lock);
	b->cancelled = true;
	pthread_cond_broadcast(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

static void test_unpack__cancels_a_blocked_source(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct blocking b = { .lock = PTHREAD_MUTEX_INITIALIZER,
			      .moved = PTHREAD_COND_INITIALIZER };
	const struct unpack_source source = { read_blocking, cancel_blocking,
					      &b };

	(void)state;
	place_init(&place);
	fixture_add(&f, &(struct fixture_entry){ .name = ".wh.." });
	fixture_bytes(&f, NULL, 1 << 20);
	b.memory = (struct fixture_source){ f.data, f.length, 0, 0, 0 };
	options.directory = place.root;
	assert_int_equal(unpack_layer(&source, &options, &out, &err), -1);
	assert_true(b.cancelled);
	/* the cause, not the cancelling */
	assert_int_equal(err.kind, ERROR_INVALID);
}

static void test_unpack__stops_reading_when_writing_fails(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture plain = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct fixture_source memory;
	const struct unpack_source source = { fixture_read, NULL, &memory };

	(void)state;
	place_init(&place);
	fixture_add(&plain, &(struct fixture_entry){ .name = "d" });
	make_archive(&plain, 300); /* below a file: cannot be made */
	memory = (struct fixture_source){ plain.data, plain.length, 0, 0, 0 };
	options.directory = place.root;
	assert_int_equal(unpack_layer(&source, &options, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_true(memory.at < plain.length / 2);
}

static void test_unpack__restores_the_umask(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(fixture_release) struct fixture f = { 0 };
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct unpack_options options = UNPACK_OPTIONS_INIT;
	mode_t before;

	(void)state;
	place_init(&place);
	fixture_add(&f, &(struct fixture_entry){ .name = "f", .mode = 0777 });
	fixture_end(&f);
	before = umask(077);
	assert_int_equal(place_unpack(&place, &f, &options, &out, &err), 0);
	assert_int_equal(umask(before), 077);
	assert_int_equal(place_stat(&place, "f").st_mode, S_IFREG | 0777);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpack__tells_both_digests),
		cmocka_unit_test(test_unpack__refuses_other_digests),
		cmocka_unit_test(test_unpack__takes_an_empty_layer),
		cmocka_unit_test(test_unpack__refuses_what_is_no_archive),
		cmocka_unit_test(test_unpack__keeps_the_sources_error),
		cmocka_unit_test(test_unpack__cancels_a_blocked_source),
		cmocka_unit_test(test_unpack__stops_reading_when_writing_fails),
		cmocka_unit_test(test_unpack__restores_the_umask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
