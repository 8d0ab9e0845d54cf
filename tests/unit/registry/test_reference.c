/* SPDX-License-Identifier: Apache-2.0 */
/* Image names: docker's grammar, normalisation and words of refusal. */
#include "registry/spec/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA256 "sha256:" HEX64
#define SHA512 "sha512:" HEX64 HEX64
#define TEN "0123456789"

static const struct {
	const char *text;
	const char *domain;
	const char *path;
	const char *tag;
	const char *digest;
	const char *familiar;
	const char *why;
} good[] = {
	{ "debian", "docker.io", "library/debian", NULL, NULL, "debian",
	  "an official image" },
	{ "debian:12", "docker.io", "library/debian", "12", NULL, "debian:12",
	  "a tag" },
	{ "debian@" SHA256, "docker.io", "library/debian", NULL, SHA256,
	  "debian@" SHA256, "a digest" },
	{ "debian:12@" SHA256, "docker.io", "library/debian", "12", SHA256,
	  "debian:12@" SHA256, "both" },
	{ "debian@" SHA512, "docker.io", "library/debian", NULL, SHA512,
	  "debian@" SHA512, "sha512" },
	{ "docker.io/debian", "docker.io", "library/debian", NULL, NULL,
	  "debian", "the default domain written" },
	{ "index.docker.io/debian", "docker.io", "library/debian", NULL, NULL,
	  "debian", "the legacy domain" },
	{ "docker.io/library/debian", "docker.io", "library/debian", NULL, NULL,
	  "debian", "all written" },
	{ "user/app", "docker.io", "user/app", NULL, NULL, "user/app",
	  "a user's repository" },
	{ "library/a/b", "docker.io", "library/a/b", NULL, NULL, "library/a/b",
	  "library is shortened before one name only" },
	{ "localhost/x", "localhost", "x", NULL, NULL, "localhost/x",
	  "localhost is a domain" },
	{ "localhost:5000/x", "localhost:5000", "x", NULL, NULL,
	  "localhost:5000/x", "a port makes a domain" },
	{ "localhost", "docker.io", "library/localhost", NULL, NULL,
	  "localhost", "without a slash it is a name" },
	{ "host/x", "docker.io", "host/x", NULL, NULL, "host/x",
	  "no dot, no port: a user" },
	{ "HOST/x", "HOST", "x", NULL, NULL, "HOST/x",
	  "upper case makes a domain" },
	{ "127.0.0.1:5000/a/b:t", "127.0.0.1:5000", "a/b", "t", NULL,
	  "127.0.0.1:5000/a/b:t", "an address" },
	{ "[::1]:5000/a", "[::1]:5000", "a", NULL, NULL, "[::1]:5000/a",
	  "an IPv6 address" },
	{ "[fe80::1]/a", "[fe80::1]", "a", NULL, NULL, "[fe80::1]/a",
	  "an IPv6 address without port" },
	{ "ghcr.io/a.b/c_d/e__f/g---h", "ghcr.io", "a.b/c_d/e__f/g---h", NULL,
	  NULL, "ghcr.io/a.b/c_d/e__f/g---h", "all separators" },
	{ "docker.io/localhost/x", "docker.io", "localhost/x", NULL, NULL,
	  "docker.io/localhost/x", "short form would mean another registry" },
	{ "docker.io/a.b/x", "docker.io", "a.b/x", NULL, NULL,
	  "docker.io/a.b/x", "short form would mean another registry" },
	{ "library/" HEX64, "docker.io", "library/" HEX64, NULL, NULL,
	  "docker.io/library/" HEX64, "short form would be an image id" },
	{ "a:_tag.with-all_9", "docker.io", "library/a", "_tag.with-all_9",
	  NULL, "a:_tag.with-all_9", "tag characters" },
	{ "foo.bar", "docker.io", "library/foo.bar", NULL, NULL, "foo.bar",
	  "a dot without a slash is a name" },
};

static void test_reference__reads_what_docker_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *familiar = NULL;

		if (reference_parse(good[i].text, &ref, &err) < 0)
			fail_msg("%s: %s", good[i].text, err.msg);
		familiar = reference_familiar(&ref);
		assert_string_equal(ref.domain, good[i].domain);
		assert_string_equal(ref.path, good[i].path);
		assert_string_equal(ref.tag ? ref.tag : "-",
				    good[i].tag ? good[i].tag : "-");
		assert_string_equal(ref.digest ? ref.digest : "-",
				    good[i].digest ? good[i].digest : "-");
		assert_string_equal(familiar, good[i].familiar);
	}
}

static const struct {
	const char *text;
	const char *says;
	const char *why;
} bad[] = {
	{ "", "invalid reference format", "nothing" },
	{ "/", "invalid reference format", "only a slash" },
	{ ":tag", "invalid reference format", "no name" },
	{ "@" SHA256, "invalid reference format", "no name" },
	{ "a:", "invalid reference format", "an empty tag" },
	{ "a@", "invalid reference format", "an empty digest" },
	{ "a/", "invalid reference format", "an empty component" },
	{ "a//b", "invalid reference format", "an empty component" },
	{ "/a", "invalid reference format", "an empty component" },
	{ "a b", "invalid reference format", "a blank" },
	{ "a\n", "invalid reference format", "a line end" },
	{ "-a", "invalid reference format", "begins with a separator" },
	{ "a-", "invalid reference format", "ends with a separator" },
	{ "a___b", "invalid reference format", "three underscores" },
	{ "a..b", "invalid reference format", "two dots" },
	{ "a._b", "invalid reference format", "two separators" },
	{ "../a", "invalid reference format", "a path upwards" },
	{ "a/../b", "invalid reference format", "a path upwards" },
	{ "caf\xc3\xa9", "invalid reference format", "not ASCII" },
	{ "Debian",
	  "invalid reference format: repository name (library/Debian) must be "
	  "lowercase",
	  "docker's words" },
	{ "ghcr.io/A/b:X",
	  "invalid reference format: repository name (A/b) must be lowercase",
	  "docker's words" },
	{ HEX64, "cannot specify 64-byte hexadecimal strings", "an image id" },
	{ "https://ghcr.io/a", "invalid reference format", "a URL" },
	{ "evil.com/x:80/y", "invalid reference format", "a tag with a slash" },
	{ "a:b:c", "invalid reference format", "two tags" },
	{ "a@" SHA256 ":tag", "invalid checksum digest", "tag after digest" },
	{ "a@" SHA256 "@" SHA256, "invalid checksum digest", "two digests" },
	{ "a@sha256:" TEN, "invalid checksum digest", "short" },
	{ "a@sha256:" HEX64 "0", "invalid checksum digest", "long" },
	{ "a@sha256:../../../../etc/passwd", "invalid reference format",
	  "a path" },
	{ "a@sha256:ABCDEF6789abcdef0123456789abcdef0123456789abcdef0123456789"
	  "abcdef",
	  "invalid checksum digest", "upper case" },
	{ "a@md5:0123456789abcdef0123456789abcdef",
	  "unsupported digest algorithm", "a weak algorithm" },
	{ "a@sha256", "unsupported digest algorithm", "no colon" },
	{ "a:.b", "invalid reference format", "tag begins with a dot" },
	{ "a:-b", "invalid reference format", "tag begins with a dash" },
	{ "-h.com/a", "invalid reference format", "a label with a dash" },
	{ "h-.com/a", "invalid reference format", "a label with a dash" },
	{ "h..com/a", "invalid reference format", "an empty label" },
	{ ".com/a", "invalid reference format", "an empty label" },
	{ "h.com:/a", "invalid reference format", "an empty port" },
	{ "h.com:0/a", "invalid reference format", "port 0" },
	{ "h.com:65536/a", "invalid reference format", "a port too high" },
	{ "h.com:5000000/a", "invalid reference format", "a port too long" },
	{ "h.com:80x/a", "invalid reference format", "a port with a letter" },
	{ "u@h.com/a", "invalid reference format", "user information" },
	{ "[]:5000/a", "invalid reference format", "an empty address" },
	{ "[::1/a", "invalid reference format", "an open bracket" },
	{ "[::1]x/a", "invalid reference format", "more after the bracket" },
	{ "[::g]/a", "invalid reference format", "not hexadecimal" },
};

static void test_reference__refuses_with_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (reference_parse(bad[i].text, &ref, &err) == 0)
			fail_msg("%s accepted: %s", bad[i].text, bad[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, bad[i].says))
			fail_msg("%s: %s", bad[i].why, err.msg);
		assert_null(ref.domain);
	}
}

static void test_reference__limits_lengths(void **state)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char name[REFERENCE_NAME_MAX + 16];
	char tagged[REFERENCE_TAG_MAX + 16];

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name, "h.io/", 5);
	name[REFERENCE_NAME_MAX] = '\0';
	assert_int_equal(reference_parse(name, &ref, &err), 0);
	name[REFERENCE_NAME_MAX] = 'a';
	name[REFERENCE_NAME_MAX + 1] = '\0';
	assert_int_equal(reference_parse(name, &ref, &err), -1);
	assert_non_null(strstr(err.msg, "more than 255 characters"));

	memset(tagged, 't', sizeof(tagged));
	memcpy(tagged, "a:", 2);
	tagged[2 + REFERENCE_TAG_MAX] = '\0';
	assert_int_equal(reference_parse(tagged, &ref, &err), 0);
	tagged[2 + REFERENCE_TAG_MAX] = 't';
	tagged[3 + REFERENCE_TAG_MAX] = '\0';
	assert_int_equal(reference_parse(tagged, &ref, &err), -1);
}

static void test_reference__defaults_tag_without_digest(void **state)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(reference_release) struct reference copy = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *whole = NULL;
	autofree char *name = NULL;

	(void)state;
	assert_int_equal(reference_parse("debian", &ref, &err), 0);
	reference_default_tag(&ref);
	reference_copy(&ref, &copy);
	whole = reference_format(&copy);
	name = reference_familiar_name(&copy);
	assert_string_equal(whole, "docker.io/library/debian:latest");
	assert_string_equal(name, "debian");

	assert_int_equal(reference_parse("debian@" SHA256, &ref, &err), 0);
	reference_default_tag(&ref);
	assert_null(ref.tag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference__reads_what_docker_reads),
		cmocka_unit_test(test_reference__refuses_with_reason),
		cmocka_unit_test(test_reference__limits_lengths),
		cmocka_unit_test(test_reference__defaults_tag_without_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
