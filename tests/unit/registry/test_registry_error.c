/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence, one cause: what people read when a registry says no. */
#include "registry/registry_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ERRORS(code, message) \
	"{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"

static const struct {
	long status;
	const char *body;
	const char *user;
	bool is_push;
	enum error_kind kind;
	const char *text;
} rows[] = {
	{ 401, ERRORS("UNAUTHORIZED", "authentication required"), NULL, false,
	  ERROR_AUTH,
	  "pull access denied for debian: the repository does not exist on "
	  "reg.io or needs 'imgctl login reg.io' (HTTP 401, anonymous): "
	  "unauthorized: authentication required" },
	{ 401, "", "alice", true, ERROR_AUTH,
	  "push access denied for debian: reg.io does not accept these "
	  "credentials for it (HTTP 401, as user \"alice\")" },
	{ 403, ERRORS("DENIED", "denied"), "a\033[1m", false, ERROR_DENIED,
	  "pull access denied for debian: reg.io forbids it (HTTP 403, as "
	  "user \"a?[1m\"): denied" },
	{ 404, ERRORS("MANIFEST_UNKNOWN", "manifest unknown"), NULL, false,
	  ERROR_NOT_FOUND,
	  "manifest for debian:12 not found on reg.io (HTTP 404, anonymous): "
	  "manifest unknown" },
	{ 404, ERRORS("NAME_UNKNOWN", "no such thing"), NULL, false,
	  ERROR_NOT_FOUND,
	  "repository debian not found on reg.io (HTTP 404, anonymous): name "
	  "unknown: no such thing" },
	{ 404, "<html><head><TITLE>404\nNot  Found</TITLE></head></html>", NULL,
	  false, ERROR_NOT_FOUND,
	  "manifest for debian:12 not found on reg.io (HTTP 404, anonymous): "
	  "404 Not Found" },
	{ 404, "Not Found\n", NULL, false, ERROR_NOT_FOUND,
	  "manifest for debian:12 not found on reg.io (HTTP 404, anonymous): "
	  "Not Found" },
	{ 429, ERRORS("TOOMANYREQUESTS", "slow down"), NULL, false,
	  ERROR_NETWORK,
	  "reg.io limits the rate of requests, and a login may raise the "
	  "limit (HTTP 429, anonymous): toomanyrequests: slow down" },
	{ 429, "", "alice", false, ERROR_NETWORK,
	  "reg.io limits the rate of requests (HTTP 429, as user \"alice\")" },
	{ 503, "{\"message\":\"maintenance\"}", NULL, false, ERROR_NETWORK,
	  "reg.io failed to serve manifest for debian:12 (HTTP 503, "
	  "anonymous): maintenance" },
	{ 304, "", NULL, false, ERROR_NETWORK,
	  "reg.io failed to serve manifest for debian:12 (HTTP 304, "
	  "anonymous)" },
	{ 413, "", NULL, true, ERROR_TOO_LARGE,
	  "reg.io refused manifest for debian:12 (HTTP 413, anonymous)" },
	{ 415, "", NULL, true, ERROR_UNSUPPORTED,
	  "reg.io refused manifest for debian:12 (HTTP 415, anonymous)" },
	{ 400, "{\"errors\":[{\"code\":\"A_B\",\"detail\":\"why\"},{}]}", NULL,
	  true, ERROR_INVALID,
	  "reg.io refused manifest for debian:12 (HTTP 400, anonymous): a b: "
	  "why;" },
	{ 400, "{\"errors\":{}}", NULL, true, ERROR_INVALID,
	  "reg.io refused manifest for debian:12 (HTTP 400, anonymous): "
	  "{\"errors\":{}}" },
};

static void test_registry_error__sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct registry_refusal refusal = {
			.status = rows[i].status,
			.body = rows[i].body,
			.length = strlen(rows[i].body),
			.what = "manifest for debian:12",
			.repository = "debian",
			.host = "reg.io",
			.user = rows[i].user,
			.is_push = rows[i].is_push,
		};

		assert_int_equal(registry_error_set(&refusal, &err), -1);
		assert_string_equal(err.msg, rows[i].text);
		assert_int_equal(err.kind, rows[i].kind);
	}
}

static void test_registry_error__words_are_few_and_harmless(void **state)
{
	static char body[70000];
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;

	(void)state;
	memset(body, '\033', sizeof(body));
	registry_error_words(body, sizeof(body), &words);
	assert_in_range(words.length, 1, 1024);
	assert_null(strchr(words.text, '\033'));
}

static void test_registry_error__codes(void **state)
{
	static const char body[] =
		"{\"errors\":[7,{\"code\":1},{\"code\":\"blob_Unknown\"}]}";

	(void)state;
	assert_true(registry_error_has_code(body, sizeof(body) - 1,
					    "BLOB_UNKNOWN"));
	assert_false(registry_error_has_code(body, sizeof(body) - 1, "DENIED"));
	assert_false(registry_error_has_code("<html>", 6, "DENIED"));
	assert_false(registry_error_has_code("", 0, "DENIED"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registry_error__sentences),
		cmocka_unit_test(
			test_registry_error__words_are_few_and_harmless),
		cmocka_unit_test(test_registry_error__codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
