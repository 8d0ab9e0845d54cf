/* SPDX-License-Identifier: Apache-2.0 */
/* docker's words for the steps of an image. */
#include "cmd/front/history_rows.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "tests/unit/cmd/image_sample.h"

#define LONG "0123456789012345678901234567890123456789012345678"

static const char config[] =
	"{\"history\":["
	"{\"created\":\"1970-01-01T00:00:00Z\",\"created_by\":\"old\"},"
	"{\"created\":\"2026-01-02T03:04:05Z\",\"created_by\":\"a\\tb\\n" LONG
	"\",\"comment\":\"why\",\"empty_layer\":true}]}";

static void fill(struct image_record *record)
{
	*record = (struct image_record)IMAGE_RECORD_INIT;
	record->id = sample_digest('1');
	record->config = json_loads(config, 0, NULL);
	record->layers = xcalloc(1, sizeof(*record->layers));
	record->layer_count = 1;
	record->layers[0].size = 164038818;
	record->layers[0].diff_id = sample_digest('2');
	assert_non_null(record->config);
}

static void expect_rows(const struct history_rows_options *how,
			const char *const *expected)
{
	autoclean(image_record_release) struct image_record record;
	autoclean(jsonx_free) json_t *rows = NULL;

	fill(&record);
	rows = history_rows_make(&record, how);
	for (size_t i = 0; i < 2; i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

		jsonx_format(json_array_get(rows, i), &text);
		assert_string_equal(text.text, expected[i]);
	}
	assert_int_equal(json_array_size(rows), 2);
}

static void test_history_rows__for_people(void **state)
{
	static const char *const expected[] = {
		"{\"ID\":\"111111111111\",\"CreatedSince\":\"5 minutes ago\","
		"\"CreatedAt\":\"2026-01-02T03:04:05Z\","
		"\"CreatedBy\":\"a b\\n0123456789012345678901234567890123456789"
		"…\",\"Size\":\"0B\",\"Comment\":\"why\"}",
		"{\"ID\":\"<missing>\",\"CreatedSince\":\"N/A\","
		"\"CreatedAt\":\"1970-01-01T00:00:00Z\",\"CreatedBy\":\"old\","
		"\"Size\":\"164MB\",\"Comment\":\"\"}",
	};
	struct history_rows_options how = {
		.is_human = true, .now = (1767323045 + 300) * CLOCK_SECOND
	};

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	expect_rows(&how, expected);
}

static void test_history_rows__whole(void **state)
{
	static const char *const expected[] = {
		"{\"ID\":\"sha256:" SAMPLE_HEX(
			"1") "\",\"CreatedSince\":"
			     "\"5 minutes ago\",\"CreatedAt\":\"2026-01-02T03:04:05Z\","
			     "\"CreatedBy\":\"a b\\n" LONG "\",\"Size\":\"0\","
			     "\"Comment\":\"why\"}",
		"{\"ID\":\"<missing>\",\"CreatedSince\":\"N/A\","
		"\"CreatedAt\":\"1970-01-01T00:00:00Z\",\"CreatedBy\":\"old\","
		"\"Size\":\"164038818\",\"Comment\":\"\"}",
	};
	struct history_rows_options how = {
		.is_whole = true, .now = (1767323045 + 300) * CLOCK_SECOND
	};

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	expect_rows(&how, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_rows__for_people),
		cmocka_unit_test(test_history_rows__whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
