/* SPDX-License-Identifier: Apache-2.0 */
/* Image configurations: layers, history, defaults for running. */
#include "registry/spec/image_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "registry/registry_limits.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "\"sha256:" HEX "\""
#define HEAD "{\"os\":\"linux\",\"architecture\":\"amd64\","
#define ROOTFS(ids) "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" ids "]}"
#define CONFIG(members) HEAD ROOTFS("") ",\"config\":{" members "}}"

static int parse(const char *text, struct image_config *out, struct error *err)
{
	return image_config_parse(text, strlen(text), out, err);
}

static void test_image_config__reads_members(void **state)
{
	autoclean(image_config_release) struct image_config c =
		IMAGE_CONFIG_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		parse(HEAD ROOTFS(
			      ID
			      "," ID) ",\"variant\":\"\","
				      "\"created\":\"2024-01-01T00:00:00Z\","
				      "\"history\":[{\"created_by\":\"a\"},"
				      "{\"empty_layer\":true},{}],"
				      "\"config\":{\"Env\":[\"A=b\"],\"Cmd\":[\"sh\"],"
				      "\"Entrypoint\":[\"/e\",\"x\"],\"User\":\"1:2\","
				      "\"WorkingDir\":\"/w\",\"StopSignal\":\"SIGINT\","
				      "\"Labels\":{\"k\":\"v\"},\"Volumes\":{\"/v\":{}},"
				      "\"ExposedPorts\":{\"80/tcp\":{}}}}",
		      &c, &err),
		0);
	assert_string_equal(c.platform.architecture, "amd64");
	assert_null(c.platform.variant);
	assert_int_equal(c.diff_id_count, 2);
	assert_string_equal(digest_hex(&c.diff_ids[1]), HEX);
	assert_int_equal(json_array_size(c.history), 3);
	assert_string_equal(c.created, "2024-01-01T00:00:00Z");
	assert_string_equal(c.env.items[0], "A=b");
	assert_string_equal(c.command.items[0], "sh");
	assert_string_equal(c.entrypoint.items[1], "x");
	assert_string_equal(c.user, "1:2");
	assert_string_equal(c.working_dir, "/w");
	assert_string_equal(c.stop_signal, "SIGINT");
	assert_non_null(c.labels);
	assert_non_null(c.volumes);
	assert_non_null(c.ports);
	assert_null(c.healthcheck);
}

static const struct {
	const char *text;
	bool ok;
	const char *why;
} rows[] = {
	{ HEAD ROOTFS("") "}", true, "the least there is" },
	{ "{" ROOTFS("") "}", true, "no platform" },
	{ HEAD "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}", true,
	  "Go's empty list" },
	{ HEAD "\"rootfs\":{\"diff_ids\":[]}}", true, "no type" },
	{ HEAD ROOTFS("") ",\"config\":null,\"history\":null}", true, "nulls" },
	{ CONFIG("\"Entrypoint\":\"/bin/sh\""), true, "docker's lone string" },
	{ CONFIG("\"Env\":null,\"Labels\":null"), true, "nulls" },
	{ HEAD ROOTFS(ID) ",\"history\":[]}", true, "no history" },
	{ HEAD ROOTFS(ID) ",\"history\":[{\"empty_layer\":true}]}", true,
	  "less history than layers" },
	{ HEAD ROOTFS(ID) ",\"history\":[{},{}]}", false,
	  "more history than layers" },
	{ HEAD "\"x\":1}", false, "no rootfs" },
	{ HEAD "\"rootfs\":null}", false, "a null rootfs" },
	{ HEAD "\"rootfs\":{\"type\":\"other\",\"diff_ids\":[]}}", false,
	  "another type of rootfs" },
	{ HEAD ROOTFS("\"\"") "}", false, "an empty diff id" },
	{ HEAD ROOTFS("\"sha256:../x\"") "}", false, "a path" },
	{ HEAD ROOTFS("5") "}", false, "a number" },
	{ HEAD ROOTFS("") ",\"Rootfs\":{}}", false, "another case" },
	{ HEAD "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[],"
	       "\"Diff_Ids\":[]}}",
	  false, "another case" },
	{ HEAD ROOTFS("") "," ROOTFS("") "}", false, "rootfs twice" },
	{ HEAD ROOTFS("") ",\"os\":5}", false, "os twice" },
	{ "{\"os\":5," ROOTFS("") "}", false, "an os not a string" },
	{ HEAD ROOTFS("") ",\"history\":[1]}", false, "history of numbers" },
	{ HEAD ROOTFS("") ",\"config\":[]}", false, "config not an object" },
	{ CONFIG("\"Env\":[1]"), false, "environment of numbers" },
	{ CONFIG("\"Env\":[\"A=\\u0000\"]"), false, "a NUL" },
	{ CONFIG("\"Cmd\":{}"), false, "a command not a list" },
	{ CONFIG("\"User\":0"), false, "a user not a string" },
	{ CONFIG("\"Labels\":{\"a\":1}"), false, "a label not a string" },
	{ CONFIG("\"Volumes\":[\"/v\"]"), false, "volumes not an object" },
	{ "[]", false, "an array" },
	{ "", false, "nothing" },
};

static void test_image_config__accepts_and_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(image_config_release) struct image_config c =
			IMAGE_CONFIG_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if ((parse(rows[i].text, &c, &err) == 0) != rows[i].ok)
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "accepted");
	}
}

static void test_image_config__counts_layers_of_manifest(void **state)
{
	autoclean(image_config_release) struct image_config c =
		IMAGE_CONFIG_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct manifest m = MANIFEST_INIT;

	(void)state;
	assert_int_equal(parse(HEAD ROOTFS(ID) "}", &c, &err), 0);
	m.layer_count = 1;
	assert_int_equal(image_config_check(&c, &m, &err), 0);
	m.layer_count = 2;
	assert_int_equal(image_config_check(&c, &m, &err), -1);
	assert_string_equal(err.msg,
			    "image config has 1 layers, manifest has 2");
}

static void test_image_config__limits_size(void **state)
{
	autoclean(image_config_release) struct image_config c =
		IMAGE_CONFIG_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	size_t length = REGISTRY_DOCUMENT_MAX + 1;
	autofree char *text = xmalloc(length);

	(void)state;
	memset(text, ' ', length);
	assert_int_equal(image_config_parse(text, length, &c, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_config__reads_members),
		cmocka_unit_test(test_image_config__accepts_and_refuses),
		cmocka_unit_test(test_image_config__counts_layers_of_manifest),
		cmocka_unit_test(test_image_config__limits_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
