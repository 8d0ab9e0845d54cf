/* SPDX-License-Identifier: Apache-2.0 */
/* Which words open a heredoc, and how. */
#include "builder/language/heredoc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *word;
	const char *name; /* NULL: opens none */
	unsigned number;
	bool expand, chomp;
	const char *why;
} rows[] = {
	{ "<<EOF", "EOF", 0, true, false, "plain" },
	{ "<<-EOF", "EOF", 0, true, true, "with tabs" },
	{ "3<<EOF", "EOF", 3, true, false, "a descriptor" },
	{ "<<\"EOF\"", "EOF", 0, false, false, "double quotes" },
	{ "<<'EOF'", "EOF", 0, false, false, "single quotes" },
	{ "<<-'EOF'", "EOF", 0, false, true, "quotes and tabs" },
	{ "<<E\"O\"F", "EOF", 0, false, false, "in part" },
	{ "<<\\EOF", "EOF", 0, false, false, "an escape" },
	{ "<<file.txt", "file.txt", 0, true, false, "a file's name" },
	{ "<<$X", "$X", 0, true, false, "no variables here" },
	{ "<<", NULL, 0, false, false, "no name" },
	{ "<<-", NULL, 0, false, false, "no name but tabs" },
	{ "<<''", NULL, 0, false, false, "an empty name" },
	{ "<<'a b'", NULL, 0, false, false, "two words" },
	{ "<<'a", NULL, 0, false, false, "an open quote" },
	{ "<<<EOF", NULL, 0, false, false, "a here string" },
	{ "<EOF", NULL, 0, false, false, "a redirection" },
	{ "x<<EOF", NULL, 0, false, false, "text before" },
	{ "a", NULL, 0, false, false, "a word" },
	{ "", NULL, 0, false, false, "nothing" },
	{ "99999999999<<E", NULL, 0, false, false, "no descriptor" },
};

static void test_heredoc__words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(
			heredoc_release) struct heredoc out = { .name = NULL };
		bool is = heredoc_is_word(rows[i].word, '\\', &out);

		if (is != (rows[i].name != NULL))
			fail_msg("%s", rows[i].why);
		if (is && (strcmp(out.name, rows[i].name) != 0 ||
			   out.number != rows[i].number ||
			   out.expand != rows[i].expand ||
			   out.chomp != rows[i].chomp || out.content))
			fail_msg("%s: %s", rows[i].why, out.name);
	}
}

static void test_heredoc__finds_all(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(heredocs_release) struct heredocs found = HEREDOCS_INIT;
	autoclean(strbuf_release) struct strbuf many = STRBUF_INIT;

	(void)state;
	assert_int_equal(
		heredocs_find("a <<X b 4<<'Y' \"<<Z\" c", '\\', &found, &err),
		0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.items[0].name, "X");
	assert_string_equal(found.items[1].name, "Y");
	assert_int_equal(found.items[1].number, 4);
	for (int i = 0; i < 65; i++)
		strbuf_addstr(&many, "<<A ");
	assert_int_equal(heredocs_find(many.text, '\\', &found, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heredoc__words),
		cmocka_unit_test(test_heredoc__finds_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
