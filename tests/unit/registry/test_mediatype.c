/* SPDX-License-Identifier: Apache-2.0 */
/* Media type names and what they are. */
#include "registry/spec/mediatype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *name;
	enum mediatype type;
	const char *why;
} names[] = {
	{ "application/vnd.oci.image.index.v1+json", MEDIATYPE_OCI_INDEX,
	  "plain" },
	{ "application/vnd.oci.image.index.v1+json; charset=utf-8",
	  MEDIATYPE_OCI_INDEX, "a parameter" },
	{ " Application/VND.OCI.image.manifest.v1+JSON ;x",
	  MEDIATYPE_OCI_MANIFEST, "case and blanks" },
	{ "application/vnd.docker.distribution.manifest.v1+prettyjws",
	  MEDIATYPE_DOCKER_SCHEMA1_SIGNED, "schema 1" },
	{ "application/vnd.oci.image.manifest.v1+jsonx", MEDIATYPE_NONE,
	  "longer" },
	{ "application/vnd.oci.image.manifest.v1+jso", MEDIATYPE_NONE,
	  "shorter" },
	{ "text/plain", MEDIATYPE_NONE, "generic" },
	{ "", MEDIATYPE_NONE, "empty" },
	{ NULL, MEDIATYPE_NONE, "absent" },
};

static void test_mediatype__ignores_case_and_parameters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum mediatype got = mediatype_from_name(names[i].name);

		if (got != names[i].type)
			fail_msg("%s: got %d", names[i].why, (int)got);
	}
}

static void test_mediatype__names_come_back(void **state)
{
	(void)state;
	for (int i = MEDIATYPE_OCI_INDEX; i <= MEDIATYPE_EMPTY_JSON; i++) {
		const char *name = mediatype_name((enum mediatype)i);

		assert_true(*name);
		assert_int_equal(mediatype_from_name(name), i);
	}
}

static void test_mediatype__none_is_nothing(void **state)
{
	(void)state;
	assert_string_equal(mediatype_name(MEDIATYPE_NONE), "");
	assert_false(mediatype_is_index(MEDIATYPE_NONE));
	assert_false(mediatype_is_manifest(MEDIATYPE_NONE));
	assert_false(mediatype_is_layer(MEDIATYPE_NONE));
	assert_false(mediatype_is_config(MEDIATYPE_NONE));
	assert_int_equal(mediatype_compression(MEDIATYPE_NONE),
			 LAYER_COMPRESSION_UNSET);
}

static void test_mediatype__knows_layers(void **state)
{
	(void)state;
	assert_true(mediatype_is_layer(MEDIATYPE_DOCKER_FOREIGN_GZIP));
	assert_true(mediatype_is_foreign(MEDIATYPE_OCI_LAYER_NONDIST_ZSTD));
	assert_false(mediatype_is_foreign(MEDIATYPE_OCI_LAYER));
	assert_false(mediatype_is_layer(MEDIATYPE_OCI_CONFIG));
	assert_int_equal(mediatype_compression(MEDIATYPE_DOCKER_LAYER_GZIP),
			 LAYER_COMPRESSION_GZIP);
	assert_int_equal(mediatype_compression(MEDIATYPE_DOCKER_LAYER_ZSTD),
			 LAYER_COMPRESSION_ZSTD);
	assert_int_equal(mediatype_compression(MEDIATYPE_OCI_LAYER),
			 LAYER_COMPRESSION_NONE);
	assert_true(mediatype_is_schema1(MEDIATYPE_DOCKER_SCHEMA1));
	assert_false(mediatype_is_schema1(MEDIATYPE_DOCKER_MANIFEST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mediatype__ignores_case_and_parameters),
		cmocka_unit_test(test_mediatype__names_come_back),
		cmocka_unit_test(test_mediatype__none_is_nothing),
		cmocka_unit_test(test_mediatype__knows_layers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
