/* SPDX-License-Identifier: Apache-2.0 */
/* Flags against a table. */
#include "builder/language/instruction_flags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *flags[4];
	const char *shown; /* or, where it begins with "!", the error */
	const char *why;
} rows[] = {
	{ { NULL }, "- 0- ", "none" },
	{ { "--text=a=b" }, "a=b 0- ", "a text with a sign" },
	{ { "--text=" }, " 0- ", "an empty text" },
	{ { "--is" }, "- 1+ ", "alone is true" },
	{ { "--is=true" }, "- 1+ ", "true" },
	{ { "--is=FALSE" }, "- 0+ ", "false, in any case" },
	{ { "--list=a", "--text=t", "--list=b" }, "t 0- a,b,", "a list" },
	{ { "--text" }, "!missing a value on flag: --text", "no text" },
	{ { "--list" }, "!missing a value on flag: --list", "no item" },
	{ { "--is=" }, "!missing a value on flag: --is", "an empty boolean" },
	{ { "--is=1" },
	  "!expecting boolean value for flag --is, not: 1",
	  "no boolean" },
	{ { "--is", "--is" }, "!duplicate flag specified: --is", "twice" },
	{ { "--txet=a" },
	  "!unknown flag: --txet (did you mean --text?)",
	  "misspelt" },
	{ { "--other" }, "!unknown flag: --other", "not known" },
	{ { "--TEXT=a" },
	  "!unknown flag: --TEXT (did you mean --text?)",
	  "case counts" },
	{ { "--=a" }, "!unknown flag: --", "no name" },
};

static int read_flags(const char *const *flags, struct strbuf *out,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec given = STRVEC_INIT;
	autoclean(strvec_release) struct strvec list = STRVEC_INIT;
	autofree char *text = NULL;
	bool is = false;
	bool is_given = false;
	const struct instruction_flag table[] = {
		{ .name = "text", .string = &text },
		{ .name = "is", .boolean = &is, .given = &is_given },
		{ .name = "list", .list = &list },
	};

	for (size_t i = 0; flags[i]; i++)
		strvec_add(&given, flags[i]);
	if (instruction_flags_read(&given, table, COUNT_OF(table), err) < 0)
		return -1;
	strbuf_addf(out, "%s %d%s ", text ? text : "-", is,
		    is_given ? "+" : "-");
	for (size_t i = 0; i < list.count; i++)
		strbuf_addf(out, "%s,", list.items[i]);
	return 0;
}

static void test_instruction_flags__read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;

		if (read_flags(rows[i].flags, &shown, &err) < 0)
			strbuf_addf(&shown, "!%s", err.msg);
		if (strcmp(shown.text, rows[i].shown) != 0)
			fail_msg("%s: %s", rows[i].why, shown.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instruction_flags__read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
