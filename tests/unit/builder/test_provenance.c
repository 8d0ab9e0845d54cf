/* SPDX-License-Identifier: Apache-2.0 */
/* --provenance, and what comes of it. */
#include "builder/attest/provenance.h"

#include "base/jsonx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void test_provenance__reads_options(void **state)
{
	static const struct {
		const char *text;
		enum provenance_mode mode;
		bool is_v1;
		const char *builder;
	} rows[] = {
		{ "true", PROVENANCE_MIN, false, NULL },
		{ "false", PROVENANCE_NONE, false, NULL },
		{ "", PROVENANCE_MIN, false, NULL },
		{ "mode=max", PROVENANCE_MAX, false, NULL },
		{ "mode=min,version=v1", PROVENANCE_MIN, true, NULL },
		{ "builder-id=a=b,mode=max", PROVENANCE_MAX, false, "a=b" },
		{ "disabled=true,mode=max", PROVENANCE_NONE, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(provenance_options_release) struct provenance_options
			options = { PROVENANCE_NONE };
		struct error err = ERROR_INIT;

		if (provenance_options_parse(rows[i].text, &options, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(options.mode, rows[i].mode);
		assert_int_equal(options.is_v1, rows[i].is_v1);
		if (rows[i].builder)
			assert_string_equal(options.builder, rows[i].builder);
	}
}

static void test_provenance__refuses_options(void **state)
{
	static const char *const texts[] = {
		"maybe",	   "mode=most",	  "mode",
		"version=v2",	   "builder-id=", "reproducible=x",
		"mode=min,other=1"
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		autoclean(provenance_options_release) struct provenance_options
			options = { PROVENANCE_NONE };
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(
			provenance_options_parse(texts[i], &options, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static json_t *make(enum provenance_mode mode, bool is_v1, bool has_latest)
{
	autoclean(pairs_release) struct pairs args = PAIRS_INIT;
	autoclean(pairs_release) struct pairs labels = PAIRS_INIT;
	autoclean(strbuf_release) struct strbuf source = STRBUF_INIT;
	autoclean(jsonx_free) json_t *materials = json_array();
	const struct provenance_options options = { .mode = mode,
						    .is_v1 = is_v1 };
	const struct provenance_request request = {
		.options = &options,
		.platform = "linux/arm64",
		.host_platform = "linux/amd64",
		.file = "Dockerfile",
		.args = &args,
		.labels = &labels,
		.source = &source,
		.materials = materials,
		.has_latest = has_latest,
		.latest = 1000000000,
	};

	pairs_set(&args, "A", "hush");
	strbuf_addstr(&source, "FROM x\n");
	return provenance_make(&request);
}

static bool has_text(json_t *document, const char *text)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	jsonx_format(document, &out);
	return strstr(out.text, text) != NULL;
}

static void test_provenance__tells_values_in_mode_max_only(void **state)
{
	(void)state;
	for (int is_v1 = 0; is_v1 < 2; is_v1++) {
		autoclean(jsonx_free)
			json_t *least = make(PROVENANCE_MIN, is_v1, false);
		autoclean(jsonx_free)
			json_t *most = make(PROVENANCE_MAX, is_v1, false);

		assert_false(has_text(least, "hush"));
		assert_false(has_text(least, "RlJPTSB4Cg=="));
		assert_true(has_text(most, "\"build-arg:A\":\"hush\""));
		assert_true(has_text(most, "RlJPTSB4Cg=="));
	}
}

static void test_provenance__has_no_time_of_its_own(void **state)
{
	autoclean(jsonx_free)
		json_t *plain = make(PROVENANCE_MIN, false, false);
	autoclean(jsonx_free) json_t *dated = make(PROVENANCE_MIN, false, true);
	autoclean(jsonx_free) json_t *newer = make(PROVENANCE_MIN, true, true);

	(void)state;
	assert_false(has_text(plain, "StartedOn"));
	assert_true(
		has_text(dated, "\"buildStartedOn\":\"2001-09-09T01:46:40Z\""));
	assert_true(has_text(newer, "\"finishedOn\":\"2001-09-09T01:46:40Z\""));
	assert_true(has_text(newer, "\"builderPlatform\":\"linux/amd64\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provenance__reads_options),
		cmocka_unit_test(test_provenance__refuses_options),
		cmocka_unit_test(
			test_provenance__tells_values_in_mode_max_only),
		cmocka_unit_test(test_provenance__has_no_time_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
