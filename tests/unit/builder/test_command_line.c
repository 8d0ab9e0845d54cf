/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a command; test_instruction_parse has more of heredocs. */
#include "builder/language/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char eof[] = "EOF";
static char plain[] = "a\n";
static char script[] = "#!/bin/sh\na\n";

static void test_command_line__forms(void **state)
{
	struct heredoc one = { .name = eof, .content = plain };
	struct heredoc run = { .name = eof, .content = script };
	const struct heredocs heredoc = { &one, 1 };
	const struct heredocs shebang = { &run, 1 };
	const struct {
		const char *text;
		const struct heredocs *heredocs;
		enum command_form form;
		const char *word; /* the first, NULL: there is none */
	} rows[] = {
		{ "a b", NULL, COMMAND_SHELL, "a b" },
		{ "", NULL, COMMAND_SHELL, "" },
		{ "[\"a\", \"b\"]", NULL, COMMAND_EXEC, "a" },
		{ "[]", NULL, COMMAND_EXEC, NULL },
		{ "<<EOF", &heredoc, COMMAND_SHELL, "a\n" },
		{ "<<EOF", &shebang, COMMAND_SCRIPT, "#!/bin/sh\na\n" },
		{ "<<EOF cat", &shebang, COMMAND_SHELL,
		  "<<EOF cat\n#!/bin/sh\na\nEOF" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(command_line_release) struct command_line command =
			COMMAND_LINE_INIT;
		autoclean(command_line_release) struct command_line copy =
			COMMAND_LINE_INIT;

		assert_int_equal(command_line_parse(rows[i].text,
						    rows[i].heredocs, '\\',
						    &command, &err),
				 0);
		command_line_copy(&command, &copy);
		assert_int_equal(copy.form, rows[i].form);
		assert_int_equal(copy.words.count, command.words.count);
		assert_int_equal(copy.script_name != NULL,
				 rows[i].form == COMMAND_SCRIPT);
		if (rows[i].word)
			assert_string_equal(copy.words.items[0], rows[i].word);
		else
			assert_int_equal(copy.words.count, 0);
	}
}

static void test_command_line__refuses_other_arrays(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(command_line_release) struct command_line command =
		COMMAND_LINE_INIT;

	(void)state;
	assert_int_equal(
		command_line_parse("[true]", NULL, '\\', &command, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_line__forms),
		cmocka_unit_test(test_command_line__refuses_other_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
