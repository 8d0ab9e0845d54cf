/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of history, with and without layers of their own. */
#include "layers/image/image_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

#include <cmocka.h>

static const struct {
	const char *config;
	size_t layers;	  /* of 10, 20, 30… bytes */
	const char *rows; /* "created_by:size" joined by " ", newest first */
	const char *why;
} rows[] = {
	{ "{\"history\":[{\"created_by\":\"a\"},{\"created_by\":\"b\","
	  "\"empty_layer\":true},{\"created_by\":\"c\"}]}",
	  2, "c:20 b:- a:10", "an empty step" },
	{ "{}", 2, ":20 :10", "no history" },
	{ "{\"history\":[{\"created_by\":\"a\"}]}", 3, ":30 :20 a:10",
	  "layers nobody speaks of" },
	{ "{\"history\":[{\"created_by\":\"a\"},{\"created_by\":\"b\"}]}", 1,
	  "b:- a:10", "more steps than layers" },
	{ "{\"history\":[5,{\"created_by\":7}]}", 2, ":20 :10",
	  "nonsense in it" },
	{ "{\"history\":\"x\"}", 0, "", "nothing at all" },
};

static void test_image_history__joins_steps_and_layers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(image_record_release) struct image_record record =
			IMAGE_RECORD_INIT;
		autoclean(image_history_release) struct image_history history =
			IMAGE_HISTORY_INIT;
		autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(jsonx_parse(rows[i].config,
					     strlen(rows[i].config), "x",
					     &record.config, &err),
				 0);
		record.layer_count = rows[i].layers;
		record.layers = xcalloc(rows[i].layers, sizeof(*record.layers));
		for (size_t j = 0; j < rows[i].layers; j++)
			record.layers[j].size = (j + 1) * 10;
		image_history_make(&record, &history);
		for (size_t j = 0; j < history.count; j++) {
			const struct image_history_row *row = &history.rows[j];

			strbuf_addf(&got, "%s%s:", j ? " " : "",
				    row->created_by);
			if (row->diff_id)
				strbuf_addf(&got, "%d", (int)row->size);
			else
				strbuf_addch(&got, '-');
		}
		if (strcmp(got.text, rows[i].rows) != 0)
			fail_msg("%s: %s", rows[i].why, got.text);
	}
}

static void test_image_history__reads_times_and_comments(void **state)
{
	static const char config[] =
		"{\"history\":[{\"created\":\"1970-01-01T00:00:01Z\","
		"\"comment\":\"c\"},{\"created\":\"never\"}]}";
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(image_history_release) struct image_history history =
		IMAGE_HISTORY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		jsonx_parse(config, strlen(config), "x", &record.config, &err),
		0);
	image_history_make(&record, &history);
	assert_int_equal(history.count, 2);
	assert_false(history.rows[0].has_created);
	assert_true(history.rows[1].has_created);
	assert_int_equal(history.rows[1].created, 1000000000);
	assert_string_equal(history.rows[1].comment, "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_history__joins_steps_and_layers),
		cmocka_unit_test(test_image_history__reads_times_and_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
