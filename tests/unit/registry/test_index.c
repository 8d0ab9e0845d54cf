/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes: members and the choice for a platform. */
#include "registry/spec/index.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/strbuf.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define M "application/vnd.oci.image.manifest.v1+json"
#define I "application/vnd.oci.image.index.v1+json"
#define LAYER "application/vnd.oci.image.layer.v1.tar"

/* One entry; its size tells it apart. */
#define ENTRY(size, type, rest)                                      \
	"{\"mediaType\":\"" type "\",\"digest\":\"sha256:" HEX "\"," \
	"\"size\":" #size rest "}"
#define ON(os, arch) \
	",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}"
#define ON_VARIANT(arch, variant)                                  \
	",\"platform\":{\"os\":\"linux\",\"architecture\":\"" arch \
	"\",\"variant\":\"" variant "\"}"
#define ATTESTS                                            \
	",\"annotations\":{\"vnd.docker.reference.type\":" \
	"\"attestation-manifest\"}"

static const struct {
	const char *entries;
	const char *want;
	int64_t size; /* of the chosen one, -1: none */
	const char *why;
} rows[] = {
	{ ENTRY(1, M, ON("linux", "amd64")) "," ENTRY(2, M,
						      ON("linux", "arm64")),
	  "linux/arm64", 2, "the right one" },
	{ ENTRY(1, M, ON("unknown", "unknown")) "," ENTRY(2, M,
							  ON("linux", "amd64")),
	  "linux/amd64", 2, "an attestation first" },
	{ ENTRY(1, M, ON("linux", "amd64") ATTESTS) "," ENTRY(
		  2, M, ON("linux", "amd64")),
	  "linux/amd64", 2, "marked by its annotation" },
	{ ENTRY(1, M, ON("unknown", "unknown")), "linux/amd64", -1,
	  "only an attestation" },
	{ ENTRY(1, M, ON_VARIANT("arm", "v6")) "," ENTRY(
		  2, M, ON_VARIANT("arm", "v7")),
	  "linux/arm/v7", 2, "the exact variant" },
	{ ENTRY(1, M, ON_VARIANT("arm", "v5")) "," ENTRY(
		  2, M, ON_VARIANT("arm", "v6")),
	  "linux/arm/v7", 2, "the nearest variant" },
	{ ENTRY(1, M, ON_VARIANT("arm", "v7")), "linux/arm/v6", -1,
	  "a newer variant does not run" },
	{ ENTRY(1, M, ON("linux", "amd64")) "," ENTRY(2, M,
						      ON("linux", "amd64")),
	  "linux/amd64", 1, "the first of two" },
	{ ENTRY(1, M, "") "," ENTRY(2, M, ON("linux", "amd64")), "linux/amd64",
	  2, "a platform is better than none" },
	{ ENTRY(1, M, ON("linux", "arm64")) "," ENTRY(2, M, ""), "linux/amd64",
	  2, "no platform is better than a wrong one" },
	{ ENTRY(1, M, ",\"artifactType\":\"x/y\""), "linux/amd64", -1,
	  "an artifact" },
	{ ENTRY(1, LAYER, ON("linux", "amd64")), "linux/amd64", -1,
	  "not a manifest" },
	{ ENTRY(1, I, ON("linux", "amd64")), "linux/amd64", 1,
	  "a nested index" },
	{ ENTRY(1, M, ",\"platform\":{}"), "linux/amd64", -1,
	  "an empty platform" },
	{ "", "linux/amd64", -1, "nothing" },
};

static void load(const char *entries, struct image_index *out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	strbuf_addf(&text,
		    "{\"schemaVersion\":2,\"mediaType\":\"" I
		    "\",\"manifests\":[%s]}",
		    entries);
	if (image_index_parse(text.text, text.length, I, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_index__selects_for_platform(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(image_index_release) struct image_index index =
			IMAGE_INDEX_INIT;
		autoclean(platform_release) struct platform want =
			PLATFORM_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct descriptor *got;
		int result;

		load(rows[i].entries, &index);
		assert_int_equal(platform_parse(rows[i].want, &want, &err), 0);
		result = image_index_select(&index, &want, &got, &err);
		if ((result == 0) != (rows[i].size >= 0))
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "chosen");
		if (result < 0)
			assert_int_equal(err.kind, ERROR_NOT_FOUND);
		else if (got->size != (uint64_t)rows[i].size)
			fail_msg("%s: entry of size %d", rows[i].why,
				 (int)got->size);
	}
}

static void test_index__lists_what_there_is(void **state)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(platform_release) struct platform want = PLATFORM_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct descriptor *got;

	(void)state;
	load(ENTRY(1, M, ON("linux", "amd64")) "," ENTRY(
		     2, M,
		     ON_VARIANT(
			     "arm64",
			     "v8")) "," ENTRY(3, M,
					      ON("linux",
						 "amd64")) "," ENTRY(4, M,
								     ON("unknown",
									"unknown")),
	     &index);
	assert_int_equal(platform_parse("linux/s390x", &want, &err), 0);
	assert_int_equal(image_index_select(&index, &want, &got, &err), -1);
	assert_string_equal(err.msg,
			    "no matching manifest for linux/s390x in the "
			    "manifest list entries (available: linux/amd64, "
			    "linux/arm64/v8)");
}

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", "a manifest" },
	{ "{\"schemaVersion\":2,\"manifests\":null}", "null entries" },
	{ "{\"schemaVersion\":2,\"manifests\":{}}", "entries not a list" },
	{ "{\"schemaVersion\":2,\"manifests\":[1]}", "an entry not an object" },
	{ "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":1}}",
	  "an annotation not a string" },
};

static void test_index__refuses_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(image_index_release) struct image_index index =
			IMAGE_INDEX_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (image_index_parse(bad[i].text, strlen(bad[i].text), NULL,
				      &index, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index__selects_for_platform),
		cmocka_unit_test(test_index__lists_what_there_is),
		cmocka_unit_test(test_index__refuses_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
