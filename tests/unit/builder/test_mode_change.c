/* SPDX-License-Identifier: Apache-2.0 */
/* --chmod. */
#include "builder/files/mode_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void test_mode_change__applies(void **state)
{
	static const struct {
		const char *text;
		mode_t from;
		bool is_folder;
		mode_t to;
	} rows[] = {
		{ "755", 0600, false, 0755 },
		{ "0644", 0777, true, 0644 },
		{ "4755", 0, false, 04755 },
		{ "u+x", 0644, false, 0744 },
		{ "+x", 0644, false, 0755 },
		{ "a-w", 0666, false, 0444 },
		{ "go=", 0777, false, 0700 },
		{ "u=rwX,go=rX", 0600, false, 0644 },
		{ "u=rwX,go=rX", 0700, false, 0755 },
		{ "u=rwX,go=rX", 0600, true, 0755 },
		{ "g=u", 0640, false, 0660 },
		{ "u+s", 0755, false, 04755 },
		{ "+t", 0777, true, 01777 },
		{ "go-rwx,u+x", 0666, false, 0700 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct mode_change change;
		struct error err = ERROR_INIT;
		mode_t mode;

		assert_int_equal(mode_change_parse(rows[i].text, &change, &err),
				 0);
		mode = mode_change_apply(&change, rows[i].from,
					 rows[i].is_folder);
		if (mode != rows[i].to)
			fail_msg("%s of %o: %o", rows[i].text, rows[i].from,
				 mode);
	}
}

static void test_mode_change__refuses(void **state)
{
	static const char *const texts[] = { "",   "8",	   "77777", "u",
					     "x+", "u+q",  "u+x,",  "u+x;g+x",
					     "+",  "-755", "010000" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct mode_change change;
		struct error err = ERROR_INIT;
		bool is_fine = !strcmp(texts[i], "+"); /* as chmod(1) */

		if ((mode_change_parse(texts[i], &change, &err) == 0) !=
		    is_fine)
			fail_msg("\"%s\"", texts[i]);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mode_change__applies),
		cmocka_unit_test(test_mode_change__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
