/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads to registries of all kinds, and what must never go up. */
#include "registry/upload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hasher.h"
#include "tests/unit/registry/client_fixture.h"

#define BLOB "some bytes of a layer"
#define START "POST /v2/a/b/blobs/uploads/ "
#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
#define ACCEPTED(location)                                                  \
	"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nLocation: " location \
	"\r\n\r\n"
#define STATUS(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define MISSING                                              \
	{                                                    \
		.match = "HEAD ", .answer = STATUS("404 No") \
	}
#define SESSION                                                  \
	{                                                        \
		.match = START, .answer = ACCEPTED("/up?s=a%2F") \
	}

struct source {
	const char *bytes;
	size_t at;
	unsigned rewinds;
	bool is_broken;
};

static int read_source(void *context, void *buffer, size_t capacity,
		       size_t *got, struct error *err)
{
	struct source *source = context;
	size_t left = strlen(source->bytes) - source->at;

	if (source->is_broken)
		return error_set(err, ERROR_SYSTEM, "disk gone");
	*got = left < capacity ? left : capacity;
	memcpy(buffer, source->bytes + source->at, *got);
	source->at += *got;
	return 0;
}

static int rewind_source(void *context, struct error *err)
{
	struct source *source = context;

	(void)err;
	source->at = 0;
	source->rewinds++;
	return 0;
}

static void note_progress(void *context, uint64_t sent)
{
	*(uint64_t *)context = sent;
}

struct fixture {
	struct client_fixture client;
	struct source bytes;
	struct upload_source source;
	struct descriptor descriptor;
	struct upload_progress progress;
	struct upload upload;
	uint64_t sent;
};

static void open_fixture(struct fixture *f, const struct loopback_step *steps)
{
	*f = (struct fixture){ .descriptor = DESCRIPTOR_INIT };
	f->bytes.bytes = BLOB;
	f->source = (struct upload_source){ read_source, rewind_source,
					    &f->bytes };
	f->descriptor.size = strlen(BLOB);
	hasher_digest(DIGEST_SHA256, BLOB, strlen(BLOB), &f->descriptor.digest);
	f->progress = (struct upload_progress){ note_progress, &f->sent };
	f->upload.descriptor = &f->descriptor;
	f->upload.source = &f->source;
	f->upload.progress = &f->progress;
	client_fixture_open(&f->client, steps, CLIENT_PUSH);
}

static void close_fixture(struct fixture *f)
{
	client_fixture_close(&f->client);
}

static int run(struct fixture *f)
{
	return upload_blob(f->client.client, &f->upload, &f->client.err);
}

static void assert_result(struct fixture *f, enum upload_result expected)
{
	if (run(f) < 0)
		fail_msg("%s", f->client.err.msg);
	assert_int_equal(f->upload.result, expected);
}

/* The requests as one string, without the probe: "HEAD POST PUT". */
static char *story(const struct fixture *f)
{
	const struct strvec *requests = &f->client.server.requests;
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < requests->count; i++) {
		const char *request = requests->items[i];

		if (!strncmp(request, "GET /v2/ ", 9))
			continue;
		strbuf_addf(&text, "%s%.*s", text.length ? " " : "",
			    (int)strcspn(request, " "), request);
	}
	return strbuf_steal(&text);
}

static void assert_story(const struct fixture *f, const char *expected)
{
	autofree char *told = story(f);

	assert_string_equal(told, expected);
}

static const char *last(const struct fixture *f)
{
	const struct strvec *requests = &f->client.server.requests;

	return requests->items[requests->count - 1];
}

static void test_upload__one_post_and_one_put(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		MISSING,
		SESSION,
		{ .match = "PUT /up?s=a%2F&digest=sha256%3A", .answer = CREATED },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_result(&f, UPLOAD_PUSHED);
	assert_story(&f, "HEAD POST PUT");
	assert_non_null(strstr(last(&f), "\r\n\r\n" BLOB));
	assert_non_null(strstr(last(&f), "Content-Length: 21\r\n"));
	assert_null(strstr(last(&f), "Content-Range"));
	assert_int_equal(f.sent, strlen(BLOB));
	close_fixture(&f);
}

static void test_upload__what_is_there_is_not_sent(void **state)
{
	static const struct loopback_step there[] = {
		ROOT_STEP,
		{ .match = "HEAD ",
		  .answer = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" },
		{ 0 },
	};
	static const struct loopback_step at_once[] = {
		ROOT_STEP,
		MISSING,
		{ .match = START, .answer = CREATED },
		{ 0 },
	};
	static const struct loopback_step other_size[] = {
		ROOT_STEP,
		{ .match = "HEAD ",
		  .answer = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" },
		SESSION,
		{ .match = "PUT /up", .answer = CREATED },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, there);
	assert_result(&f, UPLOAD_EXISTED);
	assert_story(&f, "HEAD");
	close_fixture(&f);
	open_fixture(&f, at_once);
	assert_result(&f, UPLOAD_EXISTED);
	assert_story(&f, "HEAD POST");
	close_fixture(&f);
	open_fixture(&f, other_size);
	assert_result(&f, UPLOAD_PUSHED);
	close_fixture(&f);
	open_fixture(&f, other_size);
	f.upload.is_forced = true;
	assert_result(&f, UPLOAD_PUSHED);
	assert_story(&f, "POST PUT");
	close_fixture(&f);
}

static void test_upload__mounts(void **state)
{
	static const struct {
		const char *answer;
		enum upload_result result;
		const char *story;
	} rows[] = {
		{ CREATED, UPLOAD_MOUNTED, "HEAD POST" },
		{ ACCEPTED("/up?s=1"), UPLOAD_PUSHED, "HEAD POST PUT" },
		{ STATUS("400 Bad"), UPLOAD_PUSHED, "HEAD POST POST PUT" },
		{ STATUS("401 No"), UPLOAD_PUSHED, "HEAD POST POST PUT" },
		{ STATUS("403 No"), UPLOAD_PUSHED, "HEAD POST POST PUT" },
		{ STATUS("404 No"), UPLOAD_PUSHED, "HEAD POST POST PUT" },
		{ STATUS("405 No"), UPLOAD_PUSHED, "HEAD POST POST PUT" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			MISSING,
			{ .match = "POST /v2/a/b/blobs/uploads/?mount=sha256:",
			  .answer = rows[i].answer },
			SESSION,
			{ .match = "PUT /up", .answer = CREATED },
			{ 0 },
		};
		struct fixture f;

		open_fixture(&f, steps);
		f.upload.mount_from = "c/d";
		assert_result(&f, rows[i].result);
		assert_story(&f, rows[i].story);
		assert_int_equal(
			client_fixture_count(&f.client,
					     "POST /v2/a/b/blobs/uploads/"
					     "?mount="),
			1);
		close_fixture(&f);
	}
}

static void test_upload__falls_back_to_patch(void **state)
{
	static const char *const refusals[] = { STATUS("405 No"),
						STATUS("416 No"),
						STATUS("501 No") };

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			MISSING,
			SESSION,
			{ .match = "PUT /up?s=a", .answer = refusals[i] },
			{ .match = "PATCH /up?s=a",
			  .answer = ACCEPTED("/next?s=b") },
			{ .match = "PUT /next?s=b&digest=sha256",
			  .answer = CREATED },
			{ 0 },
		};
		struct fixture f;

		open_fixture(&f, steps);
		assert_result(&f, UPLOAD_PUSHED);
		assert_story(&f, "HEAD POST PUT POST PATCH PUT");
		assert_non_null(strstr(last(&f), "Content-Length: 0\r\n"));
		close_fixture(&f);
	}
}

static void test_upload__a_forgotten_session_is_begun_again(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		MISSING,
		SESSION,
		{ .match = "PUT /up", .answer = STATUS("404 No"), .times = 1 },
		{ .match = "PUT /up", .answer = CREATED },
		{ 0 },
	};
	static const struct loopback_step never[] = {
		ROOT_STEP, MISSING, SESSION, { .answer = STATUS("404 No") },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_result(&f, UPLOAD_PUSHED);
	assert_story(&f, "HEAD POST PUT POST PUT");
	assert_int_equal(f.bytes.rewinds, 1);
	close_fixture(&f);
	open_fixture(&f, never);
	assert_int_equal(run(&f), -1);
	assert_story(&f, "HEAD POST PUT POST PUT POST PATCH");
	assert_int_equal(f.client.err.kind, ERROR_NOT_FOUND);
	close_fixture(&f);
}

static void test_upload__tried_again_with_a_new_session(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		MISSING,
		SESSION,
		{ .match = "PUT /up", .answer = STATUS("503 No"), .times = 2 },
		{ .match = "PUT /up", .answer = "", .close = true, .times = 2 },
		{ .match = "PUT /up", .answer = CREATED },
		{ 0 },
	};
	static const struct loopback_step down[] = {
		ROOT_STEP, MISSING,
		SESSION,   { .match = "PUT /up", .answer = STATUS("503 No") },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_result(&f, UPLOAD_PUSHED);
	close_fixture(&f);
	open_fixture(&f, down);
	assert_int_equal(run(&f), -1);
	assert_int_equal(f.client.err.kind, ERROR_NETWORK);
	assert_int_equal(client_fixture_count(&f.client, "PUT "), 6);
	close_fixture(&f);
}

static void test_upload__wrong_bytes_never_complete(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP, MISSING,
		SESSION,   { .match = "PUT /up", .answer = CREATED },
		{ 0 },
	};
	static const struct {
		const char *bytes;
		const char *text;
		const char *why;
	} rows[] = {
		{ "some bytes of a lAyer", "is damaged here", "other bytes" },
		{ "some bytes of a laye", "is shorter than", "too short" },
		{ "some bytes of a layers", "is longer than", "too long" },
		{ "", "is shorter than", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fixture f;

		open_fixture(&f, steps);
		f.bytes.bytes = rows[i].bytes;
		assert_int_equal(run(&f), -1);
		assert_int_equal(f.client.err.kind, ERROR_CORRUPT);
		if (!strstr(f.client.err.msg, rows[i].text))
			fail_msg("%s: %s", rows[i].why, f.client.err.msg);
		/* the server never saw a whole request */
		assert_story(&f, "HEAD POST");
		close_fixture(&f);
	}
}

static void test_upload__a_failing_source_ends_it(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		MISSING,
		SESSION,
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	f.bytes.is_broken = true;
	assert_int_equal(run(&f), -1);
	assert_string_equal(f.client.err.msg, "disk gone");
	assert_story(&f, "HEAD POST");
	close_fixture(&f);
}

static void test_upload__empty_blob(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP, MISSING,
		SESSION,   { .match = "PUT /up", .answer = CREATED },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	f.bytes.bytes = "";
	f.descriptor.size = 0;
	assert_int_equal(run(&f), -1);
	assert_non_null(strstr(f.client.err.msg, "is damaged here"));
	hasher_digest(DIGEST_SHA256, "", 0, &f.descriptor.digest);
	assert_result(&f, UPLOAD_PUSHED);
	assert_non_null(strstr(last(&f), "Content-Length: 0\r\n"));
	close_fixture(&f);
}

static void test_upload__locations(void **state)
{
	static const struct {
		const char *answer;
		const char *put; /* NULL: refused */
		const char *why;
	} rows[] = {
		{ ACCEPTED("%s/up?x=1"), "PUT /up?x=1&digest=", "absolute" },
		{ ACCEPTED("/up"), "PUT /up?digest=", "no query" },
		{ ACCEPTED("1234?a=%%2F"),
		  "PUT /v2/a/b/blobs/uploads/1234?a=%%2F&digest=",
		  "relative to the request" },
		{ ACCEPTED("http://127.0.0.1/up"),
		  "PUT /up?digest=", "its own port left out" },
		{ STATUS("202 Accepted"), NULL, "none at all" },
		{ ACCEPTED("file:///etc/passwd"), NULL, "another scheme" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			MISSING,
			{ .match = START, .answer = rows[i].answer },
			{ .match = rows[i].put ? rows[i].put : "none",
			  .answer = CREATED },
			{ 0 },
		};
		struct fixture f;
		int result;

		open_fixture(&f, steps);
		result = run(&f);
		if (result != (rows[i].put ? 0 : -1))
			fail_msg("%s: %s", rows[i].why,
				 f.client.err.msg ? f.client.err.msg : "");
		close_fixture(&f);
	}
}

static void test_upload__another_host_gets_no_credentials(void **state)
{
	static const struct loopback_step storage[] = {
		{ .match = "PUT /store?digest=", .answer = CREATED },
		{ 0 },
	};
	char location[160];
	struct loopback_step steps[] = {
		ROOT_STEP,
		{ .header = "Authorization: Bearer tok",
		  .match = "HEAD ",
		  .answer = STATUS("404 No") },
		{ .header = "Authorization: Bearer tok",
		  .match = START,
		  .answer = location },
		{ .match = "GET /token?",
		  .answer = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n",
		  .body = "{\"token\":\"tok\"}" },
		{ .answer = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n"
			    "WWW-Authenticate: Bearer realm=\"%s/token\""
			    "\r\n\r\n" },
		{ 0 },
	};
	struct loopback other;
	struct fixture f;

	(void)state;
	loopback_start(&other, storage);
	(void)snprintf(location, sizeof(location),
		       "HTTP/1.1 202 A\r\nContent-Length: 0\r\n"
		       "Location: %s/store\r\n\r\n",
		       other.url);
	open_fixture(&f, steps);
	assert_result(&f, UPLOAD_PUSHED);
	assert_int_equal(other.requests.count, 1);
	assert_null(strcasestr(other.requests.items[0], "authorization"));
	close_fixture(&f);
	loopback_stop(&other);
}

static int put(struct fixture *f, const char *tag_or_digest, struct digest *out)
{
	struct upload_document document = {
		.tag_or_digest = tag_or_digest,
		.bytes = "{}",
		.length = 2,
		.media_type = "application/vnd.oci.image.manifest.v1+json",
	};

	return upload_manifest(f->client.client, &document, out,
			       &f->client.err);
}

static void test_upload__manifests(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .match = "PUT /v2/a/b/manifests/t ", .answer = CREATED },
		{ .match = "PUT /v2/a/b/manifests/wrong ",
		  .answer = "HTTP/1.1 201 C\r\nContent-Length: 0\r\n"
			    "Docker-Content-Digest: sha256:"
			    "0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef\r\n\r\n" },
		{ .match = "PUT /v2/a/b/manifests/missing ",
		  .answer = "HTTP/1.1 404 N\r\n\r\n",
		  .close = true,
		  .body = "{\"errors\":[{\"code\":"
			  "\"MANIFEST_BLOB_UNKNOWN\"}]}" },
		{ .match = "PUT /v2/a/b/manifests/odd ",
		  .answer = STATUS("415 N") },
		{ 0 },
	};
	struct digest digest;
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(put(&f, "t", &digest), 0);
	assert_string_equal(digest.text,
			    "sha256:44136fa355b3678a1146ad16f7e8649e"
			    "94fb4fc21fe77e8310c060f61caaff8a");
	assert_non_null(strstr(last(&f), "Content-Type: application/"
					 "vnd.oci.image.manifest.v1+json"));
	assert_int_equal(put(&f, "wrong", NULL), -1);
	assert_int_equal(f.client.err.kind, ERROR_CORRUPT);
	assert_int_equal(put(&f, "missing", NULL), -1);
	assert_int_equal(f.client.err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(f.client.err.msg, "manifest blob unknown"));
	assert_int_equal(put(&f, "odd", NULL), -1);
	assert_int_equal(f.client.err.kind, ERROR_UNSUPPORTED);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upload__one_post_and_one_put),
		cmocka_unit_test(test_upload__what_is_there_is_not_sent),
		cmocka_unit_test(test_upload__mounts),
		cmocka_unit_test(test_upload__falls_back_to_patch),
		cmocka_unit_test(
			test_upload__a_forgotten_session_is_begun_again),
		cmocka_unit_test(test_upload__tried_again_with_a_new_session),
		cmocka_unit_test(test_upload__wrong_bytes_never_complete),
		cmocka_unit_test(test_upload__a_failing_source_ends_it),
		cmocka_unit_test(test_upload__empty_blob),
		cmocka_unit_test(test_upload__locations),
		cmocka_unit_test(test_upload__another_host_gets_no_credentials),
		cmocka_unit_test(test_upload__manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
