/* SPDX-License-Identifier: Apache-2.0 */
/* The names that hide, and those that only look like it. */
#include "layers/tar/whiteout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_whiteout__tells_names_apart(void **state)
{
	static const struct {
		const char *parent;
		const char *leaf;
		int result;
		enum whiteout_kind kind;
		const char *name;
		const char *why;
	} rows[] = {
		{ "", "file", 0, WHITEOUT_NONE, NULL, "ordinary" },
		{ "a", "wh.x", 0, WHITEOUT_NONE, NULL, "no dot in front" },
		{ "a", "x.wh.y", 0, WHITEOUT_NONE, NULL, "not at the start" },
		{ "a", ".wh", 0, WHITEOUT_NONE, NULL, "shorter than it" },
		{ "", "", 0, WHITEOUT_NONE, NULL, "the root" },
		{ "a", ".wh.x", 0, WHITEOUT_NAME, "x", "hides a name" },
		{ "a", ".wh...x", 0, WHITEOUT_NAME, "..x", "dots and more" },
		{ "a", ".wh.....", 0, WHITEOUT_NAME, "....", "four dots" },
		{ "a", ".wh..x", 0, WHITEOUT_NAME, ".x", "a hidden file" },
		{ "a", ".wh.wh.x", 0, WHITEOUT_NAME, "wh.x", "twice" },
		{ "a", ".wh.", -1, WHITEOUT_NONE, NULL, "hides nothing" },
		{ "a", ".wh..", -1, WHITEOUT_NONE, NULL, "hides itself" },
		{ "a", ".wh...", -1, WHITEOUT_NONE, NULL, "hides its parent" },
		{ "a", ".wh..wh..opq", 0, WHITEOUT_ALL, NULL, "opaque" },
		{ "", ".wh..wh..opq", 0, WHITEOUT_ALL, NULL, "opaque root" },
		{ "a", ".wh..wh..opqx", 0, WHITEOUT_METADATA, NULL, "AUFS" },
		{ "", ".wh..wh.plnk", 0, WHITEOUT_METADATA, NULL, "AUFS" },
		{ ".wh..wh.plnk", "5.7", 0, WHITEOUT_METADATA, NULL,
		  "below AUFS's" },
		{ "a/.wh..wh.aufs/b", "x", 0, WHITEOUT_METADATA, NULL,
		  "far below it" },
		{ ".wh.a", "x", -1, WHITEOUT_NONE, NULL, "through one" },
		{ "a/.wh.b/c", "x", -1, WHITEOUT_NONE, NULL, "deep through" },
		{ ".wh..wh..opq", "x", -1, WHITEOUT_NONE, NULL,
		  "below the mark" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		enum whiteout_kind kind = WHITEOUT_NONE;
		const char *name = NULL;
		int result = whiteout_parse(rows[i].parent, rows[i].leaf, &kind,
					    &name, &err);

		if (result != rows[i].result)
			fail_msg("%s: result %d", rows[i].why, result);
		if (result < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		if (kind != rows[i].kind)
			fail_msg("%s: kind %d", rows[i].why, (int)kind);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
	}
}

static void test_whiteout__formats_what_it_parses(void **state)
{
	autofree char *leaf = whiteout_format("name");
	autoclean(error_release) struct error err = ERROR_INIT;
	enum whiteout_kind kind;
	const char *name;

	(void)state;
	assert_string_equal(leaf, ".wh.name");
	assert_int_equal(whiteout_parse("", leaf, &kind, &name, &err), 0);
	assert_int_equal(kind, WHITEOUT_NAME);
	assert_string_equal(name, "name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whiteout__tells_names_apart),
		cmocka_unit_test(test_whiteout__formats_what_it_parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
