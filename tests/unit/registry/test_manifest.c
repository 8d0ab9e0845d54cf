/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: members, sums, and what makes one an image. */
#include "registry/spec/manifest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DESCRIPTOR(type, size)                                 \
	"{\"mediaType\":\"" type "\",\"digest\":\"sha256:" HEX \
	"\",\"size\":" size "}"
#define CONFIG DESCRIPTOR("application/vnd.oci.image.config.v1+json", "10")
#define LAYER(size) \
	DESCRIPTOR("application/vnd.oci.image.layer.v1.tar+gzip", size)
#define OCI_M "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_M "application/vnd.docker.distribution.manifest.v2+json"
#define HEAD "{\"schemaVersion\":2,\"mediaType\":\"" OCI_M "\","
#define MAX "9223372036854775807"

static int parse(const char *text, struct manifest *out, struct error *err)
{
	return manifest_parse(text, strlen(text), NULL, out, err);
}

static void test_manifest__reads_members(void **state)
{
	autoclean(manifest_release) struct manifest m = MANIFEST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse(HEAD
			       "\"config\":" CONFIG
			       ",\"layers\":[" LAYER("20") "," LAYER(
				       "30") "],"
					     "\"annotations\":{\"a\":\"b\"},"
					     "\"subject\":" CONFIG "}",
			       &m, &err),
			 0);
	assert_int_equal(m.type, MEDIATYPE_OCI_MANIFEST);
	assert_int_equal(m.layer_count, 2);
	assert_int_equal(m.layers[1].size, 30);
	assert_int_equal(m.total_size, 60);
	assert_string_equal(
		json_string_value(json_object_get(m.annotations, "a")), "b");
	assert_non_null(m.subject);
	assert_true(m.is_image);
}

static const struct {
	const char *text;
	bool is_image;
	const char *why;
} images[] = {
	{ HEAD "\"config\":" CONFIG ",\"layers\":[]}", true, "no layers" },
	{ HEAD "\"config\":" DESCRIPTOR("application/vnd.oci.empty.v1+json",
					"2") ",\"layers\":[]}",
	  false, "an artifact" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":[" DESCRIPTOR(
		  "application/vnd.example+json", "2") "]}",
	  false, "a layer that is none" },
	{ HEAD "\"config\":" LAYER("9") ",\"layers\":[]}", false,
	  "a layer as config" },
	{ "{\"schemaVersion\":2,\"mediaType\":\"" DOCKER_M
	  "\",\"config\":" DESCRIPTOR("application/octet-stream",
				      "9") ",\"layers\":[]}",
	  true, "docker 1.10" },
};

static void test_manifest__tells_images_from_artifacts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		autoclean(manifest_release) struct manifest m = MANIFEST_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (parse(images[i].text, &m, &err) < 0)
			fail_msg("%s: %s", images[i].why, err.msg);
		if (m.is_image != images[i].is_image)
			fail_msg("%s", images[i].why);
	}
}

static const struct {
	const char *text;
	const char *says;
	const char *why;
} bad[] = {
	{ HEAD "\"layers\":[]}", "config", "no config" },
	{ HEAD "\"config\":null,\"layers\":[]}", "config", "a null config" },
	{ HEAD "\"config\":" CONFIG "}", "layers", "no layers" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":{}}", "layers",
	  "layers not a list" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":[null]}", "layer 1",
	  "a null layer" },
	{ HEAD "\"config\":" CONFIG
	       ",\"layers\":[" LAYER("1") "," LAYER("-1") "]}",
	  "layer 2", "a negative size" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":[" LAYER(MAX) "]}",
	  "sizes add up", "sizes pass 2^63" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":[],\"subject\":{}}", "subject",
	  "a subject without digest" },
	{ HEAD "\"config\":" CONFIG ",\"layers\":[],\"annotations\":[]}",
	  "annotations", "annotations not a map" },
	{ "{\"schemaVersion\":2,\"manifests\":[]}", "list of manifests",
	  "an index" },
};

static void test_manifest__refuses_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(manifest_release) struct manifest m = MANIFEST_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (parse(bad[i].text, &m, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, bad[i].says))
			fail_msg("%s: %s", bad[i].why, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manifest__reads_members),
		cmocka_unit_test(test_manifest__tells_images_from_artifacts),
		cmocka_unit_test(test_manifest__refuses_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
