/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs over connections that break, from servers that lie. */
#include "registry/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/hasher.h"
#include "tests/unit/registry/client_fixture.h"

enum { SIZE = 1 << 20 };

#define GET_BLOB "GET /v2/a/b/blobs/sha256:"
#define HEAD_200 "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n"
#define STATUS(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

static char blob[SIZE];

/* A sink that is one buffer, and that can fail. */
struct buffer {
	char bytes[SIZE];
	uint64_t received;
	uint64_t next; /* where the next byte must be, with one stream */
	bool is_ordered;
	uint64_t fail_at;
	unsigned restarts;
	pthread_mutex_t lock;
};

static int take(void *context, uint64_t offset, const void *data, size_t length,
		struct error *err)
{
	struct buffer *buffer = context;
	int result = 0;

	(void)pthread_mutex_lock(&buffer->lock);
	if (buffer->is_ordered && offset != buffer->next)
		result = error_set(err, ERROR_SYSTEM, "gap");
	else if (buffer->fail_at && offset + length > buffer->fail_at)
		result = error_set(err, ERROR_SYSTEM, "disk full");
	else if (offset + length > SIZE)
		result = error_set(err, ERROR_SYSTEM, "overrun");
	else
		memcpy(buffer->bytes + offset, data, length);
	buffer->next = offset + length;
	buffer->received += length;
	(void)pthread_mutex_unlock(&buffer->lock);
	return result;
}

static int restart(void *context, struct error *err)
{
	struct buffer *buffer = context;

	(void)err;
	buffer->restarts++;
	buffer->next = 0;
	return 0;
}

struct fixture {
	struct client_fixture client;
	struct buffer *buffer;
	struct descriptor descriptor;
	struct fetch_options options;
};

static void open_fixture(struct fixture *f, const struct loopback_step *steps)
{
	*f = (struct fixture){ .descriptor = DESCRIPTOR_INIT,
			       .options = FETCH_OPTIONS_INIT };
	f->buffer = xcalloc(1, sizeof(*f->buffer));
	f->buffer->is_ordered = true;
	(void)pthread_mutex_init(&f->buffer->lock, NULL);
	f->options.restart = restart;
	f->descriptor.size = SIZE;
	hasher_digest(DIGEST_SHA256, blob, SIZE, &f->descriptor.digest);
	client_fixture_open(&f->client, steps, CLIENT_PULL);
}

static void close_fixture(struct fixture *f)
{
	client_fixture_close(&f->client);
	free(f->buffer);
}

static int fetch(struct fixture *f)
{
	struct sink sink = { take, f->buffer };

	f->buffer->next = f->options.start;
	return fetch_blob(f->client.client, &f->descriptor, &f->options, &sink,
			  &f->client.err);
}

static void assert_whole(struct fixture *f, int result)
{
	if (result < 0)
		fail_msg("%s", f->client.err.msg);
	assert_memory_equal(f->buffer->bytes, blob, SIZE);
	assert_int_equal(f->buffer->received, SIZE);
}

static const char *request(const struct fixture *f, const char *match,
			   size_t nth)
{
	const struct strvec *all = &f->client.server.requests;

	for (size_t i = 0; i < all->count; i++) {
		if (!strncmp(all->items[i], match, strlen(match)) && nth-- == 0)
			return all->items[i];
	}
	fail_msg("no such request");
	return "";
}

static void test_fetch_blob__whole(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = HEAD_200, .body = blob, .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	assert_null(strstr(request(&f, GET_BLOB, 0), "Range:"));
	assert_non_null(strstr(request(&f, GET_BLOB, 0),
			       "Accept-Encoding: identity\r\n"));
	close_fixture(&f);
}

static void test_fetch_blob__chunked_without_length(void **state)
{
	static struct strbuf body = STRBUF_INIT;
	struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = "HTTP/1.1 200 OK\r\n"
			    "Transfer-Encoding: chunked\r\n\r\n" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	strbuf_addf(&body, "%x\r\n", SIZE);
	strbuf_add(&body, blob, SIZE);
	strbuf_addstr(&body, "\r\n0\r\n\r\n");
	steps[1].body = body.text;
	steps[1].body_length = body.length;
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	close_fixture(&f);
	strbuf_release(&body);
}

/* A reset may swallow what was under way, so any byte may be the next. */
static void test_fetch_blob__resumed_after_a_reset(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = HEAD_200,
		  .body = blob,
		  .body_length = SIZE,
		  .cut = 300000,
		  .times = 1,
		  .reset = true },
		{ .answer = HEAD_200, .body = blob, .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), 2);
	close_fixture(&f);
}

static void test_fetch_blob__kept_alive_by_progress(void **state)
{
	struct loopback_step steps[16] = { ROOT_STEP };
	char heads[12][160];
	struct fixture f;
	int n = 0;

	(void)state;
	for (uint32_t at = 0; at < SIZE; at += 100000, n++) {
		(void)snprintf(heads[n], sizeof(heads[n]),
			       "HTTP/1.1 %s\r\nContent-Length: %u\r\n"
			       "Content-Range: bytes %u-%u/%u\r\n\r\n",
			       at ? "206 Partial Content" : "200 OK", SIZE - at,
			       at, SIZE - 1, SIZE);
		steps[n + 1] = (struct loopback_step){ .answer = heads[n],
						       .body = blob + at,
						       .body_length = SIZE - at,
						       .cut = 100000,
						       .times = 1 };
	}
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), n);
	assert_non_null(
		strstr(request(&f, GET_BLOB, 3), "Range: bytes=300000-\r\n"));
	close_fixture(&f);
}

static void test_fetch_blob__given_up_without_progress(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n"
			    "\r\n",
		  .close = true },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(fetch(&f), -1);
	assert_int_equal(f.client.err.kind, ERROR_NETWORK);
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), 6);
	assert_non_null(strstr(f.client.err.msg, "blob sha256:"));
	assert_int_equal(f.client.notices.count, 5);
	assert_non_null(
		strstr(f.client.notices.items[0], f.descriptor.digest.text));
	close_fixture(&f);
}

static void test_fetch_blob__a_server_without_ranges(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = HEAD_200,
		  .body = blob,
		  .body_length = SIZE,
		  .cut = 300000,
		  .times = 1 },
		{ .answer = HEAD_200, .body = blob, .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), 2);
	assert_int_equal(f.buffer->restarts, 0);
	close_fixture(&f);
}

static void test_fetch_blob__wrong_ranges_are_not_believed(void **state)
{
	static const char *const heads[] = {
		"HTTP/1.1 206 P\r\nContent-Length: 748576\r\n"
		"Content-Range: bytes 299999-1048574/1048576\r\n\r\n",
		"HTTP/1.1 206 P\r\nContent-Length: 748576\r\n\r\n",
		"HTTP/1.1 206 P\r\nContent-Length: 748576\r\n"
		"Content-Range: nonsense\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .answer = heads[i],
			  .body = blob + 299999,
			  .body_length = 748576,
			  .times = 1 },
			{ .answer = HEAD_200,
			  .body = blob,
			  .body_length = SIZE },
			{ 0 },
		};
		struct fixture f;

		open_fixture(&f, steps);
		f.options.start = 300000;
		memcpy(f.buffer->bytes, blob, 300000);
		f.buffer->received = 300000;
		assert_whole(&f, fetch(&f));
		assert_non_null(strstr(request(&f, GET_BLOB, 0),
				       "Range: bytes=300000-\r\n"));
		assert_null(strstr(request(&f, GET_BLOB, 1), "Range:"));
		close_fixture(&f);
	}
}

static void test_fetch_blob__sizes_that_lie(void **state)
{
	static const struct {
		const char *head;
		size_t length;
		const char *text;
		const char *why;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 1000,
		  "has only 1000 bytes, the manifest says 1048576", "short" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n",
		  SIZE + 1, "sends more than the 1048576 bytes", "long" },
		{ "HTTP/1.1 206 P\r\nContent-Length: 5\r\n"
		  "Content-Range: bytes 7-11/12\r\n\r\n",
		  5, "has 12 bytes, the manifest says 1048576",
		  "total of a range" },
	};
	static char longer[SIZE + 1];

	(void)state;
	memcpy(longer, blob, SIZE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .answer = rows[i].head,
			  .body = longer,
			  .body_length = rows[i].length,
			  .times = 1 },
			{ .answer = STATUS("416 Range Not Satisfiable") },
			{ 0 },
		};
		struct fixture f;

		open_fixture(&f, steps);
		f.options.start = i == 2 ? 7 : 0;
		assert_int_equal(fetch(&f), -1);
		assert_int_equal(f.client.err.kind, ERROR_CORRUPT);
		if (!strstr(f.client.err.msg, rows[i].text))
			fail_msg("%s: %s", rows[i].why, f.client.err.msg);
		assert_in_range(f.buffer->received, 0, SIZE);
		close_fixture(&f);
	}
}

static void test_fetch_blob__lying_length_with_whole_content(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n"
			    "\r\n",
		  .body = blob,
		  .body_length = SIZE,
		  .close = true },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_whole(&f, fetch(&f));
	close_fixture(&f);
}

static void test_fetch_blob__a_failing_sink_ends_it(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = HEAD_200, .body = blob, .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	f.buffer->fail_at = 200000;
	assert_int_equal(fetch(&f), -1);
	assert_string_equal(f.client.err.msg, "disk full");
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), 1);
	close_fixture(&f);
}

static void test_fetch_blob__refusals(void **state)
{
	static const struct loopback_step missing[] = {
		ROOT_STEP,
		{ .answer = "HTTP/1.1 404 No\r\nContent-Length: 46\r\n\r\n",
		  .body = "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"
			  "          " },
		{ 0 },
	};
	static const struct loopback_step other[] = {
		ROOT_STEP,
		{ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n"
			    "Docker-Content-Digest: sha256:"
			    "0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef\r\n\r\n",
		  .body = blob,
		  .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, missing);
	assert_int_equal(fetch(&f), -1);
	assert_int_equal(f.client.err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(f.client.err.msg, "blob unknown"));
	close_fixture(&f);
	open_fixture(&f, other);
	assert_int_equal(fetch(&f), -1);
	assert_int_equal(f.client.err.kind, ERROR_CORRUPT);
	assert_non_null(strstr(f.client.err.msg, "another digest"));
	assert_int_equal(f.buffer->received, 0);
	close_fixture(&f);
}

/* The blob compressed once more. */
static char *compressed(size_t *length)
{
	z_stream stream = { 0 };
	char *out = xmalloc(2 * SIZE);

	assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	stream.next_in = (Bytef *)blob;
	stream.avail_in = SIZE;
	stream.next_out = (Bytef *)out;
	stream.avail_out = 2 * SIZE;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	*length = stream.total_out;
	(void)deflateEnd(&stream);
	return out;
}

static void test_fetch_blob__content_encoding(void **state)
{
	size_t length;
	autofree char *packed = compressed(&length);
	autofree char *told = xasprintf("HTTP/1.1 200 OK\r\n"
					"Content-Encoding: gzip\r\n"
					"Content-Length: %zu\r\n\r\n",
					length);
	const struct loopback_step tables[][3] = {
		/* the header is wrong: these are the blob's own bytes */
		{ ROOT_STEP,
		  { .answer = "HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip"
			      "\r\nContent-Length: 1048576\r\n\r\n",
		    .body = blob,
		    .body_length = SIZE } },
		/* the header is right, and the length shows it */
		{ ROOT_STEP,
		  { .answer = told, .body = packed, .body_length = length } },
		/* the header is right, and only the end shows it */
		{ ROOT_STEP,
		  { .answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
			      "\r\n",
		    .body = packed,
		    .body_length = length,
		    .close = true } },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fixture f;
		int result;

		open_fixture(&f, tables[i]);
		result = fetch(&f);
		if (result < 0)
			fail_msg("%zu: %s", i, f.client.err.msg);
		assert_memory_equal(f.buffer->bytes, blob, SIZE);
		assert_int_equal(f.buffer->restarts, i == 2);
		close_fixture(&f);
	}
}

static void add_range(struct loopback_step *step, char *match, char *head,
		      uint32_t at, uint32_t end)
{
	(void)snprintf(head, 160,
		       "HTTP/1.1 206 Partial Content\r\n"
		       "Content-Length: %u\r\n"
		       "Content-Range: bytes %u-%u/%u\r\n\r\n",
		       end - at, at, end - 1, SIZE);
	/* the last one is not bounded, as when resuming */
	if (end == SIZE)
		(void)snprintf(match, 64, "Range: bytes=%u-\r\n", at);
	else
		(void)snprintf(match, 64, "Range: bytes=%u-%u\r\n", at,
			       end - 1);
	*step = (struct loopback_step){ .header = match,
					.answer = head,
					.body = blob + at,
					.body_length = end - at };
}

static void test_fetch_blob__several_ranges_at_once(void **state)
{
	struct loopback_step steps[16] = { ROOT_STEP };
	char heads[16][160], matches[16][64];
	struct fixture f;
	size_t n = 1;

	(void)state;
	for (uint32_t at = 0; at < SIZE; at += 150000, n++)
		add_range(&steps[n], matches[n], heads[n], at,
			  at + 150000 < SIZE ? at + 150000 : SIZE);
	open_fixture(&f, steps);
	f.buffer->is_ordered = false;
	f.options.streams = 4;
	f.options.range_size = 150000;
	assert_whole(&f, fetch(&f));
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), n - 1);
	close_fixture(&f);
}

static void test_fetch_blob__ranges_fall_back_to_one_stream(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = HEAD_200, .body = blob, .body_length = SIZE },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	f.options.streams = 4;
	f.options.range_size = 100000;
	assert_whole(&f, fetch(&f));
	assert_int_equal(client_fixture_count(&f.client, GET_BLOB), 1);
	close_fixture(&f);
}

static void test_fetch_blob__a_failing_range_ends_all(void **state)
{
	struct loopback_step steps[16] = { ROOT_STEP };
	char heads[16][160], matches[16][64];
	struct fixture f;
	size_t n = 1;

	(void)state;
	for (uint32_t at = 0; at < SIZE; at += 150000, n++)
		add_range(&steps[n], matches[n], heads[n], at,
			  at + 150000 < SIZE ? at + 150000 : SIZE);
	steps[4].answer = STATUS("404 Not Found");
	steps[4].body = NULL;
	steps[4].body_length = 0;
	open_fixture(&f, steps);
	f.buffer->is_ordered = false;
	f.options.streams = 3;
	f.options.range_size = 150000;
	assert_int_equal(fetch(&f), -1);
	assert_int_equal(f.client.err.kind, ERROR_NOT_FOUND);
	close_fixture(&f);
}

static void test_fetch_blob__documents(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .match = GET_BLOB,
		  .answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
		  .body = "{}" },
		{ 0 },
	};
	autoclean(strbuf_release) struct strbuf bytes = STRBUF_INIT;
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	f.descriptor.size = 2;
	hasher_digest(DIGEST_SHA512, "{}", 2, &f.descriptor.digest);
	f.client.server.used[0] = 0;
	assert_int_equal(fetch_document(f.client.client, &f.descriptor, &bytes,
					&f.client.err),
			 -1); /* the script knows sha256 only: 599 */
	error_release(&f.client.err);
	hasher_digest(DIGEST_SHA256, "{}", 2, &f.descriptor.digest);
	assert_int_equal(fetch_document(f.client.client, &f.descriptor, &bytes,
					&f.client.err),
			 0);
	assert_string_equal(bytes.text, "{}");
	hasher_digest(DIGEST_SHA256, "[]", 2, &f.descriptor.digest);
	assert_int_equal(fetch_document(f.client.client, &f.descriptor, &bytes,
					&f.client.err),
			 -1);
	assert_int_equal(f.client.err.kind, ERROR_CORRUPT);
	f.descriptor.size = (uint64_t)1 << 60;
	assert_int_equal(fetch_document(f.client.client, &f.descriptor, &bytes,
					&f.client.err),
			 -1);
	assert_int_equal(f.client.err.kind, ERROR_TOO_LARGE);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetch_blob__whole),
		cmocka_unit_test(test_fetch_blob__chunked_without_length),
		cmocka_unit_test(test_fetch_blob__resumed_after_a_reset),
		cmocka_unit_test(test_fetch_blob__kept_alive_by_progress),
		cmocka_unit_test(test_fetch_blob__given_up_without_progress),
		cmocka_unit_test(test_fetch_blob__a_server_without_ranges),
		cmocka_unit_test(
			test_fetch_blob__wrong_ranges_are_not_believed),
		cmocka_unit_test(test_fetch_blob__sizes_that_lie),
		cmocka_unit_test(
			test_fetch_blob__lying_length_with_whole_content),
		cmocka_unit_test(test_fetch_blob__a_failing_sink_ends_it),
		cmocka_unit_test(test_fetch_blob__refusals),
		cmocka_unit_test(test_fetch_blob__content_encoding),
		cmocka_unit_test(test_fetch_blob__several_ranges_at_once),
		cmocka_unit_test(
			test_fetch_blob__ranges_fall_back_to_one_stream),
		cmocka_unit_test(test_fetch_blob__a_failing_range_ends_all),
		cmocka_unit_test(test_fetch_blob__documents),
	};

	for (uint32_t i = 0; i < SIZE; i++) /* no period that ranges share */
		blob[i] = (char)(i * 2654435761u >> 13);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
