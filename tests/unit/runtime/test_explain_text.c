/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a shell script. */
#include "runtime/explain/explain_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/proc.h"
#include "runtime/caps.h"

static void test_explain_text__quotes(void **state)
{
	static const struct {
		const char *text, *word, *why;
	} rows[] = {
		{ "plain/path-1.2:x,y", "plain/path-1.2:x,y", "harmless" },
		{ "", "''", "nothing is a word too" },
		{ "-n", "'-n'", "no option" },
		{ "a b", "'a b'", "a blank" },
		{ "A=b", "'A=b'", "no assignment" },
		{ "it's", "'it'\\''s'", "an apostrophe" },
		{ "'", "\\'", "only an apostrophe" },
		{ "$(x)`y`\\", "'$(x)`y`\\'", "nothing is expanded" },
		{ "a\nEND\n", "'a'\"$LF\"'END'\"$LF\"",
		  "no line of somebody else's" },
		{ "\033[31m", "\"$(printf '\\033')\"'[31m'",
		  "nothing for a terminal" },
		{ "\302\233x", "\"$(printf '\\302\\233')\"'x'", "C1 as UTF-8" },
		{ "\303\244", "'\303\244'", "letters stay" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		explain_add_word(rows[i].text, &out);
		if (strcmp(out.text, rows[i].word) != 0)
			fail_msg("%s: %s", rows[i].why, out.text);
	}
}

/* A shell reads every byte back. */
static void test_explain_text__a_shell_reads_it_back(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf script = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	char all[256];
	char *argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			 NULL, NULL };
	struct proc_capture capture = { .argv = argv, .out = &out };

	(void)state;
	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	strbuf_addstr(&script, "LF='\n'\nprintf %s ");
	explain_add_word(all, &script);
	argv[2] = script.text;
	assert_int_equal(proc_run(&capture, &err), 0);
	assert_string_equal(out.text, all);
}

static void test_explain_text__paths_of_the_script(void **state)
{
	static const struct {
		const char *path, *word;
	} rows[] = {
		{ "/run/c/hosts", "\"$STATE\"/hosts" },
		{ "/run/c", "/run/c" },
		{ "/run/cd/x", "/run/cd/x" },
		{ "/run/c/a b", "\"$STATE\"/'a b'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		explain_add_path(rows[i].path, "/run/c", &out);
		assert_string_equal(out.text, rows[i].word);
	}
}

static void test_explain_text__base64(void **state)
{
	static const struct {
		const char *data, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==\n" },
		{ "fo", "Zm8=\n" },
		{ "foo", "Zm9v\n" },
		{ "foob\377", "Zm9vYv8=\n" },
	};
	autoclean(strbuf_release) struct strbuf longer = STRBUF_INIT;
	char data[58] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		explain_add_base64(rows[i].data, strlen(rows[i].data), &out);
		assert_string_equal(out.text, rows[i].text);
	}
	explain_add_base64(data, 57, &longer);
	assert_int_equal(longer.length, 77);
	strbuf_truncate(&longer, 0);
	explain_add_base64(data, 58, &longer);
	assert_string_equal(longer.text + 76, "\nAA==\n");
}

static void test_explain_text__capabilities(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	explain_add_capabilities(0, &out);
	assert_string_equal(out.text, "-all");
	strbuf_truncate(&out, 0);
	explain_add_capabilities(CAPS_BIT(0) | CAPS_BIT(13), &out);
	assert_string_equal(out.text, "-all,+chown,+net_raw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain_text__quotes),
		cmocka_unit_test(test_explain_text__a_shell_reads_it_back),
		cmocka_unit_test(test_explain_text__paths_of_the_script),
		cmocka_unit_test(test_explain_text__base64),
		cmocka_unit_test(test_explain_text__capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
