/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that registries send. */
#include "registry/http/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "registry/registry_limits.h"

static const struct {
	const char *text;
	const char *format; /* NULL: refused */
	const char *why;
} absolute[] = {
	{ "https://h", "https://h/", "an empty path" },
	{ "https://h/", "https://h/", "a root" },
	{ "HTTPS://Host.Example/Path", "https://host.example/Path",
	  "scheme and host are lowered, the path is not" },
	{ "https://h:443/", "https://h/", "the scheme's own port" },
	{ "http://h:443/", "http://h:443/", "another scheme's port" },
	{ "http://h:/x", "http://h/x", "an empty port" },
	{ "https://h:8443/a?b=c&d", "https://h:8443/a?b=c&d", "a query" },
	{ "https://h?b", "https://h/?b", "a query without path" },
	{ "https://h/a?b#c", "https://h/a?b", "a fragment" },
	{ "https://h/a#c?d", "https://h/a", "a question in a fragment" },
	{ "https://h/a?_state=%2f..%2F/../x",
	  "https://h/a?_state=%2f..%2F/../x", "a query is opaque" },
	{ "https://h/a/./b/../c", "https://h/a/c", "dot segments" },
	{ "https://h/../../a", "https://h/a", "above the root" },
	{ "https://h/a/..", "https://h/", "a last dot segment" },
	{ "https://h/a/.", "https://h/a/", "a last dot segment" },
	{ "https://h//a//", "https://h//a//", "empty segments stay" },
	{ "https://[::1]:5000/a", "https://[::1]:5000/a", "IPv6" },
	{ "https://[::FFFF:1.2.3.4]/", "https://[::ffff:1.2.3.4]/", "IPv6" },
	{ "", NULL, "nothing" },
	{ "/a", NULL, "no scheme" },
	{ "//h/a", NULL, "no scheme" },
	{ "https:", NULL, "no host" },
	{ "https:/h", NULL, "one slash" },
	{ "https:///a", NULL, "an empty host" },
	{ "https://:80/", NULL, "an empty host" },
	{ "ftp://h/", NULL, "another scheme" },
	{ "file:///etc/passwd", NULL, "another scheme" },
	{ "gopher://h/", NULL, "another scheme" },
	{ "https://u:p@h/", NULL, "user information" },
	{ "https://h@evil/", NULL, "user information" },
	{ "https://h\\@evil/", NULL, "a backslash" },
	{ "https://h/a b", NULL, "a blank" },
	{ "https://h/a\r\nX: y", NULL, "a line end" },
	{ "https://h/\x7f", NULL, "a control byte" },
	{ "https://h/\xc3\xa9", NULL, "not ASCII" },
	{ "https://h%2f/", NULL, "an escape in the host" },
	{ "https://../", NULL, "a host of dots" },
	{ "https://a..b/", NULL, "an empty label" },
	{ "https://h./", "https://h./", "a last dot" },
	{ "https://h:0/", NULL, "port 0" },
	{ "https://h:65536/", NULL, "a port too high" },
	{ "https://h:123456/", NULL, "a port too long" },
	{ "https://h:8x/", NULL, "a port with a letter" },
	{ "https://[::1/", NULL, "an open bracket" },
	{ "https://[]/", NULL, "an empty address" },
	{ "https://[::1]x/", NULL, "more after the bracket" },
	{ "https://[fe80::1%25eth0]/", NULL, "a zone" },
};

static void test_url__parses_absolute(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(absolute) / sizeof(absolute[0]); i++) {
		autoclean(url_release) struct url url = URL_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *format = NULL;
		int result = url_parse(absolute[i].text, &url, &err);

		if ((result == 0) != (absolute[i].format != NULL))
			fail_msg("%s: %s", absolute[i].why,
				 err.msg ? err.msg : "accepted");
		if (result < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		format = url_format(&url);
		assert_string_equal(format, absolute[i].format);
	}
}

static const struct {
	const char *reference;
	const char *format; /* NULL: refused */
	const char *why;
} relative[] = {
	{ "https://other/x", "https://other/x", "absolute" },
	{ "http://h:5000/x", "http://h:5000/x",
	  "a downgrade is told, not hidden" },
	{ "//other/x", "https://other/x", "the scheme is kept" },
	{ "/x?y", "https://h:5000/x?y", "an absolute path" },
	{ "x", "https://h:5000/v2/a/x", "a relative path" },
	{ "../x", "https://h:5000/v2/x", "upwards" },
	{ "../../../x", "https://h:5000/x", "above the root" },
	{ "?y", "https://h:5000/v2/a/b?y", "only a query" },
	{ "", "https://h:5000/v2/a/b?q", "nothing" },
	{ "#f", "https://h:5000/v2/a/b?q", "only a fragment" },
	{ "x:y", NULL, "a scheme of another kind" },
	{ "./x:y", "https://h:5000/v2/a/x:y", "a colon in a segment" },
	{ "javascript:x", NULL, "another scheme" },
	{ "//u@h/x", NULL, "user information" },
	{ "/x\ny", NULL, "a line end" },
};

static void test_url__resolves_references(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(relative) / sizeof(relative[0]); i++) {
		autoclean(url_release) struct url url = URL_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *format = NULL;
		int result;

		assert_int_equal(
			url_parse("https://h:5000/v2/a/b?q", &url, &err), 0);
		result = url_resolve(&url, relative[i].reference, &url, &err);
		if ((result == 0) != (relative[i].format != NULL))
			fail_msg("%s: %s", relative[i].why,
				 err.msg ? err.msg : "accepted");
		if (result < 0)
			continue;
		format = url_format(&url);
		assert_string_equal(format, relative[i].format);
	}
}

static void test_url__limits_length(void **state)
{
	autoclean(url_release) struct url url = URL_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	size_t length = REGISTRY_URL_MAX + 1;
	autofree char *text = xmalloc(length + 1);

	(void)state;
	memset(text, 'a', length);
	memcpy(text, "https://h/", 10);
	text[length] = '\0';
	assert_int_equal(url_parse(text, &url, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	text[length - 1] = '\0';
	text[length - 2] = '/';
	assert_int_equal(url_parse(text, &url, &err), 0);
	assert_int_equal(url_resolve(&url, text + 10, &url, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

static const struct {
	const char *a;
	const char *b;
	bool same;
} origins[] = {
	{ "https://h/x", "https://H:443/y", true },
	{ "https://h/", "http://h/", false },
	{ "https://h/", "http://h:443/", false },
	{ "https://h/", "https://h:8443/", false },
	{ "https://h/", "https://h.evil/", false },
};

static void test_url__compares_origins(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		autoclean(url_release) struct url a = URL_INIT;
		autoclean(url_release) struct url b = URL_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(url_parse(origins[i].a, &a, &err), 0);
		assert_int_equal(url_parse(origins[i].b, &b, &err), 0);
		if (url_is_same_origin(&a, &b) != origins[i].same)
			fail_msg("%s %s", origins[i].a, origins[i].b);
	}
}

static const struct {
	const char *host;
	bool loopback;
} hosts[] = {
	{ "localhost", true },
	{ "LOCALHOST:5000", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:5000", true },
	{ "127.255.255.254", true },
	{ "[::1]", true },
	{ "[::1]:5000", true },
	{ "[0:0:0:0:0:0:0:1]", true },
	{ "localhost.evil", false },
	{ "127.0.0.1.evil", false },
	{ "127.1", false },
	{ "128.0.0.1", false },
	{ "[::2]", false },
	{ "0.0.0.0", false },
	{ "", false },
	{ ":5000", false },
	{ "10.0.0.1", false },
	{ "localhost/x", false },
};

static void test_url__knows_loopback(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (url_is_loopback(hosts[i].host) != hosts[i].loopback)
			fail_msg("%s", hosts[i].host);
	}
}

static void test_url__adds_to_query(void **state)
{
	autoclean(url_release) struct url url = URL_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *format = NULL;

	(void)state;
	assert_int_equal(url_parse("https://h/u?_state=a%2Bb", &url, &err), 0);
	url_add_query(&url, "digest", "sha256:ab c&~");
	format = url_format(&url);
	assert_string_equal(format, "https://h/u?_state=a%2Bb&"
				    "digest=sha256%3Aab%20c%26~");
	free(url.query);
	url.query = NULL;
	url_add_query(&url, "n", "1");
	assert_string_equal(url.query, "n=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url__parses_absolute),
		cmocka_unit_test(test_url__resolves_references),
		cmocka_unit_test(test_url__limits_length),
		cmocka_unit_test(test_url__compares_origins),
		cmocka_unit_test(test_url__knows_loopback),
		cmocka_unit_test(test_url__adds_to_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
