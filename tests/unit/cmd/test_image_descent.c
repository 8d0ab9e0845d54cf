/* SPDX-License-Identifier: Apache-2.0 */
/* Parents told by layers and history. */
#include "cmd/front/image_descent.h"

#include "tests/unit/cmd/image_sample.h"

static const struct {
	const char *why;
	const char *child_layers, *child_history;
	const char *parent_layers, *parent_history;
	bool expected;
} cases[] = {
	{ "one more layer and step", "ab", "[1,2]", "a", "[1]", true },
	{ "one more step without a layer", "a", "[1,2]", "a", "[1]", true },
	{ "the parent is no child", "a", "[1]", "ab", "[1,2]", false },
	{ "another config of the same length", "a", "[1]", "a", "[1]", false },
	{ "other layers", "bc", "[1,2]", "a", "[1]", false },
	{ "another history", "ab", "[3,2]", "a", "[1]", false },
	{ "from scratch on nothing", "a", "[1]", "", "[]", true },
};

static void fill(struct image_record *record, char id, const char *layers,
		 const char *history)
{
	record->id = sample_digest(id);
	record->layer_count = strlen(layers);
	record->layers = xcalloc(strlen(layers), sizeof(*record->layers));
	for (size_t i = 0; i < record->layer_count; i++)
		record->layers[i].diff_id = sample_digest(layers[i]);
	record->config = json_pack("{s:o}", "history",
				   json_loads(history, 0, NULL));
}

static void test_image_descent__by_layers_and_history(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(image_record_release) struct image_record child =
			IMAGE_RECORD_INIT;
		autoclean(image_record_release) struct image_record parent =
			IMAGE_RECORD_INIT;

		fill(&child, '1', cases[i].child_layers,
		     cases[i].child_history);
		fill(&parent, '2', cases[i].parent_layers,
		     cases[i].parent_history);
		if (image_descent_is(&child, &parent) != cases[i].expected)
			fail_msg("row: %s", cases[i].why);
		assert_true(image_descent_is(&child, &child));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_descent__by_layers_and_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
