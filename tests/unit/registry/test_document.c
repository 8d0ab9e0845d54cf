/* SPDX-License-Identifier: Apache-2.0 */
/* Telling manifests from indexes, and refusing what could be either. */
#include "registry/spec/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "registry/registry_limits.h"

#define OCI_I "application/vnd.oci.image.index.v1+json"
#define OCI_M "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_L "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_M "application/vnd.docker.distribution.manifest.v2+json"
#define SCHEMA1 "application/vnd.docker.distribution.manifest.v1+prettyjws"
#define V2 "\"schemaVersion\":2"
#define TYPE(x) ",\"mediaType\":\"" x "\""
#define MANIFEST ",\"config\":{},\"layers\":[]}"
#define INDEX ",\"manifests\":[]}"

static const struct {
	const char *text;
	const char *content_type;
	enum mediatype type; /* MEDIATYPE_NONE: refused */
	enum error_kind kind;
	const char *why;
} rows[] = {
	{ "{" V2 TYPE(OCI_M) MANIFEST, OCI_M, MEDIATYPE_OCI_MANIFEST, 0,
	  "all agree" },
	{ "{" V2 TYPE(DOCKER_M) MANIFEST, DOCKER_M "; charset=utf-8",
	  MEDIATYPE_DOCKER_MANIFEST, 0, "a parameter" },
	{ "{" V2 TYPE(DOCKER_L) INDEX, NULL, MEDIATYPE_DOCKER_LIST, 0,
	  "no content type" },
	{ "{" V2 TYPE(OCI_I) INDEX, "text/plain", MEDIATYPE_OCI_INDEX, 0,
	  "a content type that says nothing" },
	{ "{" V2 TYPE(OCI_I) INDEX, "application/octet-stream",
	  MEDIATYPE_OCI_INDEX, 0, "a content type that says nothing" },
	{ "{" V2 MANIFEST, DOCKER_M, MEDIATYPE_DOCKER_MANIFEST, 0,
	  "only the content type" },
	{ "{" V2 MANIFEST, NULL, MEDIATYPE_OCI_MANIFEST, 0,
	  "only the structure" },
	{ "{" V2 INDEX, "application/json", MEDIATYPE_OCI_INDEX, 0,
	  "only the structure" },
	{ "{" V2 TYPE(OCI_M) MANIFEST, OCI_I, 0, ERROR_INVALID,
	  "types disagree" },
	{ "{" V2 TYPE(OCI_M) MANIFEST, DOCKER_M, 0, ERROR_INVALID,
	  "types disagree on the flavour" },
	{ "{" V2 TYPE(OCI_M) MANIFEST,
	  "application/vnd.oci.image.config.v1+json", 0, ERROR_INVALID,
	  "served as a config" },
	{ "{" V2 TYPE(OCI_M) ",\"manifests\":[]" MANIFEST, OCI_M, 0,
	  ERROR_INVALID, "a manifest with manifests" },
	{ "{" V2 TYPE(OCI_I) ",\"layers\":[]" INDEX, OCI_I, 0, ERROR_INVALID,
	  "an index with layers" },
	{ "{" V2 TYPE(OCI_I) ",\"config\":{}" INDEX, OCI_I, 0, ERROR_INVALID,
	  "an index with a config" },
	{ "{" V2 ",\"manifests\":[]" MANIFEST, NULL, 0, ERROR_INVALID,
	  "both without a type" },
	{ "{" V2 TYPE(OCI_M) ",\"fsLayers\":[]" MANIFEST, OCI_M, 0,
	  ERROR_INVALID, "a manifest with fsLayers" },
	{ "{" V2 TYPE(OCI_M) ",\"Manifests\":[]" MANIFEST, OCI_M, 0,
	  ERROR_INVALID, "another case, as Go would read it" },
	{ "{" V2 TYPE(OCI_M) ",\"Layers\":[]" MANIFEST, OCI_M, 0, ERROR_INVALID,
	  "layers in two cases" },
	{ "{" V2 TYPE(OCI_M) ",\"layers\":[]" MANIFEST, OCI_M, 0, ERROR_INVALID,
	  "layers twice" },
	{ "{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}", NULL, 0,
	  ERROR_UNSUPPORTED, "schema 1" },
	{ "{\"schemaVersion\":1,\"fsLayers\":[]}", SCHEMA1, 0,
	  ERROR_UNSUPPORTED, "signed schema 1" },
	{ "{" V2 MANIFEST, SCHEMA1, 0, ERROR_UNSUPPORTED,
	  "served as schema 1" },
	{ "{\"schemaVersion\":3" MANIFEST, NULL, 0, ERROR_UNSUPPORTED,
	  "a later schema" },
	{ "{\"x\":1" MANIFEST, NULL, 0, ERROR_INVALID, "no version" },
	{ "{\"schemaVersion\":\"2\"" MANIFEST, NULL, 0, ERROR_INVALID,
	  "a version in words" },
	{ "{" V2 TYPE("x/y") MANIFEST, NULL, 0, ERROR_UNSUPPORTED,
	  "an unknown type" },
	{ "{" V2 ",\"mediaType\":5" MANIFEST, NULL, 0, ERROR_INVALID,
	  "a type that is no string" },
	{ "{" V2 TYPE("application/vnd.oci.image.layer.v1.tar") "}", NULL, 0,
	  ERROR_UNSUPPORTED, "a layer" },
	{ "{" V2 "}", NULL, 0, ERROR_UNSUPPORTED, "no structure" },
	{ "[]", NULL, 0, ERROR_INVALID, "an array" },
	{ "null", NULL, 0, ERROR_INVALID, "null" },
	{ "", OCI_M, 0, ERROR_INVALID, "nothing" },
	{ "{" V2 MANIFEST "x", NULL, 0, ERROR_INVALID, "more at the end" },
	{ "<html>", "text/html", 0, ERROR_INVALID, "a login page" },
};

static void test_document__tells_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		enum mediatype type = MEDIATYPE_NONE;
		int result = document_kind(rows[i].text, strlen(rows[i].text),
					   rows[i].content_type, &type, &err);

		if ((result == 0) != (rows[i].type != MEDIATYPE_NONE))
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "accepted");
		if (err.kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (result == 0)
			assert_int_equal(type, rows[i].type);
	}
}

static void test_document__names_schema_1(void **state)
{
	static const char text[] = "{\"schemaVersion\":1}";
	autoclean(error_release) struct error err = ERROR_INIT;
	enum mediatype type;

	(void)state;
	assert_int_equal(
		document_kind(text, sizeof(text) - 1, NULL, &type, &err), -1);
	assert_non_null(strstr(err.msg, "schema 1 images are not supported"));
}

static void test_document__limits_size(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	size_t length = REGISTRY_DOCUMENT_MAX + 1;
	autofree char *text = xmalloc(length);
	enum mediatype type;

	(void)state;
	memset(text, ' ', length);
	assert_int_equal(document_kind(text, length, NULL, &type, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	memcpy(text, "{" V2 MANIFEST, sizeof("{" V2 MANIFEST) - 1);
	assert_int_equal(document_kind(text, length - 1, NULL, &type, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document__tells_kinds),
		cmocka_unit_test(test_document__names_schema_1),
		cmocka_unit_test(test_document__limits_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
