/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: what is required, what is refused, what is written back. */
#include "registry/spec/descriptor.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/jsonx.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
#define DIGEST "\"digest\":\"sha256:" HEX "\","
#define GOOD HEAD DIGEST "\"size\":5"

static int parse(const char *text, struct descriptor *out, struct error *err)
{
	autoclean(jsonx_free) json_t *json = NULL;

	if (jsonx_parse(text, strlen(text), "test", &json, err) < 0)
		return -1;
	return descriptor_parse(json, out, err);
}

static void test_descriptor__reads_members(void **state)
{
	autoclean(descriptor_release) struct descriptor d = DESCRIPTOR_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse(GOOD
			       ",\"urls\":[\"https://x/y\"],"
			       "\"annotations\":{\"a\":\"b\"},"
			       "\"platform\":{\"os\":\"linux\","
			       "\"architecture\":\"arm64\",\"variant\":\"v8\"},"
			       "\"artifactType\":\"t/u\",\"data\":\"e30=\"}",
			       &d, &err),
			 0);
	assert_int_equal(d.type, MEDIATYPE_OCI_LAYER_GZIP);
	assert_int_equal(d.size, 5);
	assert_string_equal(digest_hex(&d.digest), HEX);
	assert_string_equal(d.urls.items[0], "https://x/y");
	assert_string_equal(descriptor_annotation(&d, "a"), "b");
	assert_null(descriptor_annotation(&d, "z"));
	assert_true(d.has_platform);
	assert_string_equal(d.platform.variant, "v8");
	assert_string_equal(d.artifact_type, "t/u");
}

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "[]", "an array" },
	{ "{}", "nothing" },
	{ "{" DIGEST "\"size\":5}", "no type" },
	{ HEAD "\"size\":5}", "no digest" },
	{ HEAD DIGEST "\"x\":1}", "no size" },
	{ HEAD DIGEST "\"size\":-1}", "a negative size" },
	{ HEAD DIGEST "\"size\":1.0}", "a float" },
	{ HEAD DIGEST "\"size\":1e3}", "a float" },
	{ HEAD DIGEST "\"size\":1e400}", "beyond a double" },
	{ HEAD DIGEST "\"size\":9223372036854775808}", "2^63" },
	{ HEAD DIGEST "\"size\":\"5\"}", "a string" },
	{ HEAD "\"digest\":\"\",\"size\":5}", "an empty digest" },
	{ HEAD "\"digest\":\"sha256:../../x\",\"size\":5}", "a path" },
	{ HEAD "\"digest\":\"sha1:" HEX "\",\"size\":5}", "an algorithm" },
	{ HEAD "\"digest\":\"sha256:" HEX "?x\",\"size\":5}", "a query" },
	{ HEAD "\"digest\":\"sha256:" HEX "\\u0000\",\"size\":5}", "a NUL" },
	{ GOOD ",\"size\":6}", "a member twice" },
	{ GOOD ",\"Size\":6}", "a member in another case" },
	{ GOOD ",\"urls\":\"x\"}", "urls not a list" },
	{ GOOD ",\"annotations\":[]}", "annotations not a map" },
	{ GOOD ",\"annotations\":{\"a\":1}}", "an annotation not a string" },
	{ GOOD ",\"platform\":\"linux\"}", "a platform not an object" },
	{ GOOD ",\"platform\":{\"os\":5}}", "an os not a string" },
};

static void test_descriptor__refuses_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(descriptor_release) struct descriptor d =
			DESCRIPTOR_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (parse(bad[i].text, &d, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static void test_descriptor__accepts_largest_size(void **state)
{
	autoclean(descriptor_release) struct descriptor d = DESCRIPTOR_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		parse(HEAD DIGEST "\"size\":9223372036854775807}", &d, &err),
		0);
	assert_true(d.size == INT64_MAX);
}

static void test_descriptor__writes_what_it_read(void **state)
{
	static const char text[] = HEAD DIGEST
		"\"size\":5,\"urls\":[\"https://x/y\"],"
		"\"annotations\":{\"a\":\"b\"},"
		"\"platform\":{\"architecture\":\"amd64\","
		"\"os\":\"linux\"},\"artifactType\":\"t/u\"}";
	autoclean(descriptor_release) struct descriptor d = DESCRIPTOR_INIT;
	autoclean(descriptor_release) struct descriptor copy = DESCRIPTOR_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	autoclean(jsonx_free) json_t *json = NULL;

	(void)state;
	assert_int_equal(parse(text, &d, &err), 0);
	descriptor_copy(&d, &copy);
	json = descriptor_format(&copy);
	jsonx_format(json, &out);
	assert_string_equal(out.text, text);
}

static void test_descriptor__keeps_unknown_type(void **state)
{
	autoclean(descriptor_release) struct descriptor d = DESCRIPTOR_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		parse("{\"mediaType\":\"x/y\"," DIGEST "\"size\":0}", &d, &err),
		0);
	assert_int_equal(d.type, MEDIATYPE_NONE);
	assert_string_equal(descriptor_media_type(&d), "x/y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptor__reads_members),
		cmocka_unit_test(test_descriptor__refuses_malformed),
		cmocka_unit_test(test_descriptor__accepts_largest_size),
		cmocka_unit_test(test_descriptor__writes_what_it_read),
		cmocka_unit_test(test_descriptor__keeps_unknown_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
