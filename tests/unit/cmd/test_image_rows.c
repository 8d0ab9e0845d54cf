/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows docker makes of an image's names. */
#include "cmd/front/image_rows.h"

#include "base/clock.h"
#include "base/strbuf.h"
#include "tests/unit/cmd/image_sample.h"

#define HUB "docker.io/library/"
#define A "@sha256:" SAMPLE_HEX("a")
#define B "@sha256:" SAMPLE_HEX("b")
#define SHOWN_A "sha256:" SAMPLE_HEX("a")
#define SHOWN_B "sha256:" SAMPLE_HEX("b")

static const struct {
	const char *why;
	const char *names;
	bool has_digests;
	const char *expected; /* repository tag digest, one row a line */
} cases[] = {
	{ "no name at all", "", false, "<none> <none> <none>\n" },
	{ "one tag", HUB "x:1", false, "x 1 <none>\n" },
	{ "a row for each tag", HUB "x:1 " HUB "x:2 h:5000/y:1", false,
	  "x 1 <none>\nx 2 <none>\nh:5000/y 1 <none>\n" },
	{ "a digest of a tagged repository is no row", HUB "x:1 " HUB "x" A,
	  false, "x 1 <none>\n" },
	{ "a repository known by digest alone is one row",
	  HUB "x" A " " HUB "x" B, false, "x <none> \n" },
	{ "digests stand beside their tags", HUB "x:1 " HUB "x:2 " HUB "x" A,
	  true, "x 1 " SHOWN_A "\nx 2 " SHOWN_A "\n" },
	{ "several digests of a tag are several rows",
	  HUB "x:1 " HUB "x" A " " HUB "x" B, true,
	  "x 1 " SHOWN_A "\nx 1 " SHOWN_B "\n" },
	{ "a tag of a repository without digests", HUB "x:1 " HUB "y" A, true,
	  "x 1 <none>\ny <none> " SHOWN_A "\n" },
	{ "a name that does not parse is no row", "BAD:1 " HUB "x:1", false,
	  "x 1 <none>\n" },
};

static const char *field(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	assert_non_null(text);
	return text;
}

static void test_image_rows__names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct image_sample sample = { '1', cases[i].names, NULL, 0,
					       0 };
		autoclean(image_entries_release) struct image_entries entries =
			image_sample_list(&sample, 1);
		struct image_rows_options how = { cases[i].has_digests, false,
						  0 };
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		json_t *rows = image_rows_make(&entries, &how);
		const json_t *row;
		size_t index;

		json_array_foreach(rows, index, row) strbuf_addf(
			&text, "%s %s %s\n", field(row, "Repository"),
			field(row, "Tag"), field(row, "Digest"));
		if (strcmp(text.text, cases[i].expected) != 0)
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(text.text, cases[i].expected);
		json_decref(rows);
	}
}

static void test_image_rows__values(void **state)
{
	static const struct image_sample samples[] = {
		{ '1', "", NULL, -3600 * CLOCK_SECOND, 29100000 },
		{ '2', "", NULL, IMAGE_ENTRY_AGELESS, 0 },
	};
	autoclean(image_entries_release) struct image_entries entries =
		image_sample_list(samples, 2);
	struct image_rows_options how = { .now = 0 };
	json_t *rows = image_rows_make(&entries, &how);
	const json_t *row = json_array_get(rows, 0);

	(void)state;
	assert_string_equal(field(row, "ID"), "111111111111");
	assert_string_equal(field(row, "Size"), "29.1MB");
	assert_string_equal(field(row, "VirtualSize"), "29.1MB");
	assert_string_equal(field(row, "CreatedSince"), "About an hour ago");
	assert_string_equal(field(row, "Containers"), "N/A");
	row = json_array_get(rows, 1);
	assert_string_equal(field(row, "CreatedSince"), "");
	assert_string_equal(field(row, "CreatedAt"),
			    "0001-01-01 00:00:00 +0000 UTC");
	json_decref(rows);
	how.is_whole = true;
	rows = image_rows_make(&entries, &how);
	assert_string_equal(field(json_array_get(rows, 0), "ID"),
			    "sha256:" SAMPLE_HEX("1"));
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_rows__names),
		cmocka_unit_test(test_image_rows__values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
