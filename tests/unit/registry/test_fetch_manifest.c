/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests from a server that behaves, and from one that does not. */
#include "registry/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hasher.h"
#include "tests/unit/registry/client_fixture.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "sha256:" HEX64
#define MANIFEST                                                      \
	"{\"schemaVersion\":2,\"mediaType\":"                         \
	"\"application/vnd.oci.image.manifest.v1+json\",\"config\":{" \
	"\"mediaType\":\"application/vnd.oci.image.config.v1+json\"," \
	"\"digest\":\"" OTHER "\",\"size\":2},\"layers\":[]}"
#define TYPE "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n"
#define GET_T "GET /v2/a/b/manifests/t "
#define HEAD_T "HEAD /v2/a/b/manifests/t "
#define STATUS(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

/* An answer that carries MANIFEST with HEADERS. */
static char *ok(const char *headers)
{
	return xasprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n",
			 headers, strlen(MANIFEST));
}

static void actual_digest(struct digest *out)
{
	hasher_digest(DIGEST_SHA256, MANIFEST, strlen(MANIFEST), out);
}

struct result {
	struct strbuf bytes;
	struct descriptor descriptor;
};

#define RESULT_INIT                          \
	{                                    \
		STRBUF_INIT, DESCRIPTOR_INIT \
	}

static void result_release(struct result *result)
{
	strbuf_release(&result->bytes);
	descriptor_release(&result->descriptor);
}
DEFINE_CLEANUP(struct result, result_release)

static int get(struct client_fixture *f, const char *tag_or_digest,
	       struct result *out)
{
	return fetch_manifest(f->client, tag_or_digest, &out->bytes,
			      &out->descriptor, &f->err);
}

static void test_fetch_manifest__verified(void **state)
{
	autofree char *answer = ok(TYPE);
	const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .match = GET_T, .answer = answer, .body = MANIFEST },
		{ 0 },
	};
	autoclean(result_release) struct result result = RESULT_INIT;
	struct client_fixture f;
	struct digest digest;
	const char *request;

	(void)state;
	actual_digest(&digest);
	client_fixture_open(&f, steps, CLIENT_PULL);
	assert_int_equal(get(&f, "t", &result), 0);
	assert_string_equal(result.bytes.text, MANIFEST);
	assert_string_equal(result.descriptor.digest.text, digest.text);
	assert_int_equal(result.descriptor.size, strlen(MANIFEST));
	assert_int_equal(result.descriptor.type, MEDIATYPE_OCI_MANIFEST);
	request = f.server.requests.items[f.server.requests.count - 1];
	assert_non_null(
		strstr(request, "application/vnd.oci.image.index.v1+json"));
	assert_non_null(strstr(request, "manifest.list.v2+json"));
	assert_non_null(strstr(request, "Accept-Encoding: identity"));
	assert_string_equal(client_host(f.client), f.server.host);
	client_fixture_close(&f);
}

static void test_fetch_manifest__digests(void **state)
{
	struct digest digest;
	struct {
		const char *asked;
		const char *header;
		int result;
		const char *why;
	} rows[] = {
		{ NULL, "", 0, "asked for by its digest" },
		{ "t", NULL, 0, "announced rightly" },
		{ "t", "Docker-Content-Digest: nonsense\r\n", 0,
		  "an announcement that is none" },
		{ "t", "Docker-Content-Digest: " OTHER "\r\n", -1,
		  "announced wrongly" },
		{ "t", "Docker-Content-Digest: sha512:" HEX64 HEX64 "\r\n", -1,
		  "announced wrongly with the other algorithm" },
		{ OTHER, "", -1, "other content than asked for" },
		{ OTHER, "Docker-Content-Digest: " OTHER "\r\n", -1,
		  "a lie in the header does not help" },
	};
	autofree char *right = NULL;

	(void)state;
	actual_digest(&digest);
	right = xasprintf("Docker-Content-Digest: %s\r\n", digest.text);
	rows[0].asked = digest.text;
	rows[1].header = right;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autofree char *answer = ok(rows[i].header);
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .answer = answer, .body = MANIFEST },
			{ 0 },
		};
		autoclean(result_release) struct result result = RESULT_INIT;
		struct client_fixture f;

		client_fixture_open(&f, steps, CLIENT_PULL);
		if (get(&f, rows[i].asked, &result) != rows[i].result)
			fail_msg("%s: %s", rows[i].why,
				 f.err.msg ? f.err.msg : "accepted");
		if (rows[i].result < 0)
			assert_int_equal(f.err.kind, ERROR_CORRUPT);
		client_fixture_close(&f);
	}
}

static void test_fetch_manifest__refusals(void **state)
{
	static const struct {
		const char *answer;
		enum error_kind kind;
		const char *text;
	} rows[] = {
		{ STATUS("404 Not Found"), ERROR_NOT_FOUND,
		  "/a/b:t not found on 127.0.0.1:" },
		{ STATUS("401 Unauthorized"), ERROR_AUTH,
		  "pull access denied for 127.0.0.1:" },
		{ STATUS("403 Forbidden"), ERROR_DENIED, "forbids it" },
		{ STATUS("304 Not Modified"), ERROR_NETWORK, "HTTP 304" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n",
		  ERROR_TOO_LARGE, "limit of 4194304 bytes" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", ERROR_INVALID,
		  "manifest for 127.0.0.1:" },
	};
	static char big[5000000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .answer = rows[i].answer,
			  .body = strstr(rows[i].answer, " 200 ") ? big : NULL,
			  .body_length = strstr(rows[i].answer, "5000000")
						 ? sizeof(big)
						 : 4,
			  .close = true },
			{ 0 },
		};
		autoclean(result_release) struct result result = RESULT_INIT;
		struct client_fixture f;

		client_fixture_open(&f, steps, CLIENT_PULL);
		assert_int_equal(get(&f, "t", &result), -1);
		if (f.err.kind != rows[i].kind ||
		    !strstr(f.err.msg, rows[i].text))
			fail_msg("%s: %s", error_kind_name(f.err.kind),
				 f.err.msg);
		assert_int_equal(client_fixture_count(&f, GET_T), 1);
		client_fixture_close(&f);
	}
}

static void test_fetch_manifest__tried_again(void **state)
{
	static const char *const answers[] = {
		STATUS("500 Oops"), STATUS("502 Bad Gateway"),
		STATUS("503 Unavailable"), STATUS("429 Too Many Requests"),
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		autofree char *good = ok(TYPE);
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .answer = answers[i], .times = 5, .close = true },
			{ .answer = good, .body = MANIFEST },
			{ 0 },
		};
		autoclean(result_release) struct result result = RESULT_INIT;
		struct client_fixture f;

		client_fixture_open(&f, steps, CLIENT_PULL);
		if (get(&f, "t", &result) < 0)
			fail_msg("%s: %s", answers[i], f.err.msg);
		assert_int_equal(client_fixture_count(&f, GET_T), 6);
		assert_true(strvec_has(&f.notices, "|Retrying in 1 second"));
		client_fixture_close(&f);
	}
}

static void test_fetch_manifest__given_up(void **state)
{
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = STATUS("503 Unavailable") },
		{ 0 },
	};
	autoclean(result_release) struct result result = RESULT_INIT;
	struct client_fixture f;

	(void)state;
	client_fixture_open(&f, steps, CLIENT_PULL);
	assert_int_equal(get(&f, "t", &result), -1);
	assert_int_equal(f.err.kind, ERROR_NETWORK);
	assert_non_null(strstr(f.err.msg, "HTTP 503, anonymous"));
	assert_int_equal(client_fixture_count(&f, GET_T), 6);
	client_fixture_close(&f);
}

static void test_fetch_manifest__head(void **state)
{
	static const struct {
		const char *answer;
		const char *digest; /* "" unset, NULL: fails */
		const char *why;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nDocker-Content-Digest: " OTHER
		  "\r\nContent-Length: 77\r\n" TYPE "\r\n",
		  OTHER, "as it should be" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n", "",
		  "no digest" },
		{ "HTTP/1.1 200 OK\r\nDocker-Content-Digest: x\r\n"
		  "Content-Length: 7\r\n\r\n",
		  "", "no digest worth the name" },
		{ STATUS("404 Not Found"), "", "HEAD not served" },
		{ STATUS("405 Not Allowed"), "", "HEAD not allowed" },
		{ STATUS("403 Forbidden"), "", "HEAD forbidden" },
		{ STATUS("401 Unauthorized"), "", "no challenge" },
		{ STATUS("503 Unavailable"), NULL, "down" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .match = HEAD_T, .answer = rows[i].answer },
			{ 0 },
		};
		autoclean(descriptor_release) struct descriptor out =
			DESCRIPTOR_INIT;
		struct client_fixture f;
		int result;

		client_fixture_open(&f, steps, CLIENT_PULL);
		result = fetch_manifest_head(f.client, "t", &out, &f.err);
		if (result != (rows[i].digest ? 0 : -1) ||
		    (rows[i].digest && strcmp(out.digest.text, rows[i].digest)))
			fail_msg("%s: %s", rows[i].why,
				 f.err.msg ? f.err.msg : out.digest.text);
		client_fixture_close(&f);
	}
}

static void test_fetch_manifest__offline(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autoclean(result_release) struct result result = RESULT_INIT;
	autofree char *text = NULL;
	struct client_fixture f;

	(void)state;
	client_fixture_open(&f, none, CLIENT_PULL);
	client_close(f.client);
	f.options.offline = true;
	text = xasprintf("%s/a/b", f.server.host);
	assert_int_equal(reference_parse(text, &reference, &f.err), 0);
	assert_int_equal(client_open(&f.options, &reference, CLIENT_PULL,
				     &f.client, &f.err),
			 0);
	assert_int_equal(get(&f, "t", &result), -1);
	assert_int_equal(strncmp(f.err.msg, "offline: manifest for 127", 25),
			 0);
	assert_int_equal(loopback_connections(&f.server), 0);
	client_fixture_close(&f);
}

static void test_fetch_manifest__warnings_are_shown_once(void **state)
{
	autofree char *answer = ok(
		"Warning: 299 - \"say \\\"bye\\\" \x1b[m\"\r\n"
		"Warning: 199 - \"not this\"\r\n");
	const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .answer = answer, .body = MANIFEST },
		{ 0 },
	};
	autoclean(result_release) struct result result = RESULT_INIT;
	struct client_fixture f;

	(void)state;
	client_fixture_open(&f, steps, CLIENT_PULL);
	assert_int_equal(get(&f, "t", &result), 0);
	assert_int_equal(get(&f, "t", &result), 0);
	assert_int_equal(f.notices.count, 1);
	assert_non_null(strstr(f.notices.items[0], ": say \"bye\" ?[m"));
	client_fixture_close(&f);
}

static void test_fetch_manifest__refused_connection(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autoclean(result_release) struct result result = RESULT_INIT;
	struct client_fixture f;

	(void)state;
	client_fixture_open(&f, none, CLIENT_PULL);
	client_close(f.client);
	assert_int_equal(reference_parse("127.0.0.1:1/x/y", &reference, &f.err),
			 0);
	assert_int_equal(client_open(&f.options, &reference, CLIENT_PULL,
				     &f.client, &f.err),
			 0);
	assert_int_equal(get(&f, "t", &result), -1);
	assert_string_equal(f.err.msg,
			    "manifest for 127.0.0.1:1/x/y:t: connect to "
			    "127.0.0.1:1: connection refused");
	assert_int_equal(f.notices.count, 0);
	client_fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetch_manifest__verified),
		cmocka_unit_test(test_fetch_manifest__digests),
		cmocka_unit_test(test_fetch_manifest__refusals),
		cmocka_unit_test(test_fetch_manifest__tried_again),
		cmocka_unit_test(test_fetch_manifest__given_up),
		cmocka_unit_test(test_fetch_manifest__head),
		cmocka_unit_test(test_fetch_manifest__offline),
		cmocka_unit_test(test_fetch_manifest__warnings_are_shown_once),
		cmocka_unit_test(test_fetch_manifest__refused_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
