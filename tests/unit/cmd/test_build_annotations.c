/* SPDX-License-Identifier: Apache-2.0 */
/* --annotation. */
#include "cmd/front/build_annotations.h"

#include "base/jsonx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static int parse(const char *text, struct build_annotations *out,
		 struct error *err)
{
	autoclean(strvec_release) struct strvec texts = STRVEC_INIT;

	strvec_add(&texts, text);
	return build_annotations_parse(&texts, out, err);
}

static void test_build_annotations__reads_levels(void **state)
{
	static const struct {
		const char *text;
		enum annotation_level level;
		const char *platform, *key, *value;
	} rows[] = {
		{ "k=v", ANNOTATION_MANIFEST, NULL, "k", "v" },
		{ "k=v:w=x", ANNOTATION_MANIFEST, NULL, "k", "v:w=x" },
		{ "manifest:k=", ANNOTATION_MANIFEST, NULL, "k", "" },
		{ "index:k=v", ANNOTATION_INDEX, NULL, "k", "v" },
		{ "manifest-descriptor:k=v", ANNOTATION_MANIFEST_DESCRIPTOR,
		  NULL, "k", "v" },
		{ "index-descriptor:k=v", ANNOTATION_INDEX_DESCRIPTOR, NULL,
		  "k", "v" },
		{ "manifest[linux/aarch64]:k=v", ANNOTATION_MANIFEST,
		  "linux/arm64", "k", "v" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(build_annotations_release) struct build_annotations
			out = BUILD_ANNOTATIONS_INIT;
		struct error err = ERROR_INIT;

		if (parse(rows[i].text, &out, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(out.count, 1);
		assert_int_equal(out.items[0].level, rows[i].level);
		assert_string_equal(out.items[0].key, rows[i].key);
		assert_string_equal(out.items[0].value, rows[i].value);
		if (rows[i].platform)
			assert_string_equal(out.items[0].platform,
					    rows[i].platform);
		else
			assert_null(out.items[0].platform);
	}
}

static void test_build_annotations__several_levels_at_once(void **state)
{
	autoclean(build_annotations_release) struct build_annotations out =
		BUILD_ANNOTATIONS_INIT;
	autoclean(jsonx_free) json_t *arm = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse("index,manifest[linux/arm64]:k=v", &out, &err),
			 0);
	assert_int_equal(out.count, 2);
	arm = build_annotations_of(&out, ANNOTATION_MANIFEST, "linux/arm64");
	assert_int_equal(json_object_size(arm), 1);
	assert_null(
		build_annotations_of(&out, ANNOTATION_MANIFEST, "linux/amd64"));
	assert_null(build_annotations_of(&out, ANNOTATION_MANIFEST_DESCRIPTOR,
					 "linux/arm64"));
}

static void test_build_annotations__refuses(void **state)
{
	static const char *const texts[] = {
		"",
		"k",
		"=v",
		":k=v",
		"other:k=v",
		"manifest[linux/arm64:k=v",
		"index:",
		"index,:k=v",
		"index[linux/arm64]:k=v",
		"a:=v",
		"manifest[?]:k=v",
		"manifest:=v",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		autoclean(build_annotations_release) struct build_annotations
			out = BUILD_ANNOTATIONS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (parse(texts[i], &out, &err) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_annotations__reads_levels),
		cmocka_unit_test(
			test_build_annotations__several_levels_at_once),
		cmocka_unit_test(test_build_annotations__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
