/* SPDX-License-Identifier: Apache-2.0 */
/* Words for systemd's command lines and settings. */
#include "cmd/front/systemd_quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

static void test_systemd_quote__a_table(void **state)
{
	static const struct {
		const char *word;
		const char *command; /* as a word of a command line */
		const char *setting; /* as a value; NULL: the same */
		const char *why;
	} rows[] = {
		{ "plain", "plain", NULL, "stands for itself" },
		{ "/usr/bin/a-b_c.d:e=f,g+h@i", "/usr/bin/a-b_c.d:e=f,g+h@i",
		  NULL, "as do these" },
		{ "", "\"\"", NULL, "an empty word is one" },
		{ "a b", "\"a b\"", NULL, "a blank would end it" },
		{ "100%", "100%%", NULL, "a specifier everywhere" },
		{ "%n", "%%n", NULL, "one that exists" },
		{ "$HOME", "\"$$HOME\"", "\"$HOME\"",
		  "a variable in commands" },
		{ "a\"b", "\"a\\\"b\"", NULL, "a quote" },
		{ "it's", "\"it's\"", NULL, "the other quote" },
		{ "a\\b", "\"a\\\\b\"", NULL, "a backslash" },
		{ ";", "\";\"", NULL, "ends a command when it stands alone" },
		{ "{}", "\"{}\"", NULL, "${A} needs no braces of ours" },
		{ "a\nb\tc", "\"a\\nb\\tc\"", NULL, "line and column" },
		{ "\x1b[1m", "\"\\x1b[1m\"", NULL, "a control character" },
		{ "\xc3\xa4", "\"\xc3\xa4\"", NULL, "UTF-8 is kept" },
		{ "#x", "\"#x\"", NULL, "no comment" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf command = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf setting = STRBUF_INIT;
		const char *wanted = rows[i].setting ? rows[i].setting
						     : rows[i].command;

		systemd_quote(rows[i].word, true, &command);
		systemd_quote(rows[i].word, false, &setting);
		if (strcmp(command.text, rows[i].command) != 0 ||
		    strcmp(setting.text, wanted) != 0)
			fail_msg("%s: %s, %s", rows[i].why, command.text,
				 setting.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_systemd_quote__a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
