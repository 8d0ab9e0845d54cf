/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes into lines that belong together. */
#include "builder/language/source_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *text;
	const char
		*shown; /* "FIRST-LAST:TEXT{heredoc}" by "|"; NULL: refused */
	const char *why;
} rows[] = {
	{ "", "", "nothing" },
	{ "A b", "1-1:A b", "no newline at the end" },
	{ "\n\n  A b  \n\n", "3-3:A b", "blanks around" },
	{ "A\r\nB \\\r\n c\r\n", "1-1:A|2-3:B  c", "CRLF" },
	{ "\xef\xbb\xbf"
	  "A\n",
	  "1-1:A", "a BOM" },
	{ "# x\n  # y\nA\n#z\n", "3-3:A", "comments" },
	{ "A \\\n b\n", "1-2:A  b", "goes on, blanks kept" },
	{ "A \\  \t\n b\n", "1-2:A  b", "blanks behind the escape" },
	{ "A \\\n# c\n  # d\n b\n", "1-4:A  b", "comments within" },
	{ "A \\\n\n  \n b\n", "1-4:A  b", "blank lines within" },
	{ "A b\\\\\nC\n", "1-1:A b\\\\|2-2:C", "a doubled escape" },
	{ "A b\\\n", "1-1:A b", "at the end of the file" },
	{ "A b\\\n# c", "1-2:A b", "only a comment behind it" },
	{ "\\\nA\n", "1-2:A", "an escape alone, first" },
	{ "\\\n", "", "and nothing else" },
	{ "# escape=`\nA `\n b\\\nC\n", "2-3:A  b\\|4-4:C", "another escape" },
	{ "A '#' \\\n'# b'\n", "1-2:A '#' '# b'", "signs in a line" },
	{ "RUN <<E\na\n\n# b\nE\nX\n", "1-5:RUN <<E{a\\n\\n# b\\n}|6-6:X",
	  "a heredoc keeps all" },
	{ "RUN <<E\na\\\nE\n", "1-3:RUN <<E{a\\\\n}",
	  "an escape in a heredoc is none" },
	{ "RUN <<-E\n\ta\n\t\tE\n", "1-3:RUN <<-E{a\\n}", "tabs go" },
	{ "RUN <<E\n\tE\n E\nE \nE\n", "1-5:RUN <<E{\\tE\\n E\\nE \\n}",
	  "the end is exact" },
	{ "RUN <<E\r\na\r\nE\r\n", "1-3:RUN <<E{a\\r\\n}", "CRLF in one" },
	{ "RUN a <<A \\\n <<B\na\nA\nb\nB\n", "1-6:RUN a <<A  <<B{a\\n}{b\\n}",
	  "two, opened on two lines" },
	{ "RUN <<E\nE", "1-2:RUN <<E{}", "the end without a newline" },
	{ "COPY <<a /x\n1\na\nADD <<b /x\n2\nb\n",
	  "1-3:COPY <<a /x{1\\n}|4-6:ADD <<b /x{2\\n}", "COPY and ADD" },
	{ "ONBUILD RUN <<E\na\nE\n", "1-3:ONBUILD RUN <<E{a\\n}", "ONBUILD" },
	{ "onbuild copy <<E /x\nE\n", "1-2:onbuild copy <<E /x{}",
	  "in lower case" },
	{ "CMD <<E\nE\n", "1-1:CMD <<E|2-2:E", "no heredocs for others" },
	{ "RUN [\"<<E\"]\nE\n", "1-1:RUN [\"<<E\"]|2-2:E", "nor in arrays" },
	{ "RUN \"<<E\"\n", "1-1:RUN \"<<E\"", "nor in quotes" },
	{ "RUN \\<<E\n", "1-1:RUN \\<<E", "nor escaped" },
	{ "RUN x<<E\n", "1-1:RUN x<<E", "nor within words" },
	{ "RUN --x=<<E y\n", "1-1:RUN --x=<<E y", "nor in flags" },
	{ "RUN ${x^^} <<E\na\nE\n", "1-3:RUN ${x^^} <<E{a\\n}",
	  "a shell's own syntax is no matter" },
	{ "RUN <<E\na\n", NULL, "no end" },
	{ "RUN <<E <<F\nE\n", NULL, "no second end" },
	{ "# escape=x\nA\n", NULL, "a bad directive" },
};

static void show(const struct source_lines *lines, struct strbuf *out)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct source_line *line = &lines->items[i];

		strbuf_addf(out, "%s%u-%u:%s", i ? "|" : "", line->first_line,
			    line->last_line, line->text);
		for (size_t j = 0; j < line->heredocs.count; j++) {
			const char *at = line->heredocs.items[j].content;

			strbuf_addch(out, '{');
			for (; *at; at++)
				strbuf_addf(out, "%.*s",
					    *at == '\n' || *at == '\t' ||
							    *at == '\r'
						    ? 2
						    : 1,
					    *at == '\n'	  ? "\\n"
					    : *at == '\t' ? "\\t"
					    : *at == '\r' ? "\\r"
							  : at);
			strbuf_addch(out, '}');
		}
	}
}

static void test_source_lines__parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(source_lines_release) struct source_lines lines =
			SOURCE_LINES_INIT;
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;
		unsigned number;

		if (source_lines_parse(rows[i].text, strlen(rows[i].text),
				       &lines, &number, &err) < 0) {
			if (rows[i].shown)
				fail_msg("%s: %s", rows[i].why, err.msg);
			assert_int_equal(number, 1);
			continue;
		}
		show(&lines, &shown);
		if (!rows[i].shown || strcmp(shown.text, rows[i].shown) != 0)
			fail_msg("%s: %s", rows[i].why, shown.text);
	}
}

static void test_source_lines__keeps_what_was_written(void **state)
{
	static const char text[] = "# syntax=x\n"
				   "# far\n"
				   "\n"
				   "#near\n"
				   "  RUN a \\\n"
				   "\n"
				   "    b <<E\r\n"
				   "x\r\n"
				   "E\r\n"
				   "A\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	unsigned number;

	(void)state;
	assert_int_equal(
		source_lines_parse(text, strlen(text), &lines, &number, &err),
		0);
	assert_string_equal(lines.directives.syntax, "x");
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.items[0].original,
			    "  RUN a \\\n\n    b <<E\r\nx\r\nE");
	assert_int_equal(lines.items[0].blank_line, 6);
	assert_int_equal(lines.items[0].comments.count, 1);
	assert_string_equal(lines.items[0].comments.items[0], "near");
	assert_int_equal(lines.items[1].blank_line, 0);
	assert_int_equal(lines.items[1].comments.count, 0);
}

static void test_source_lines__refuses_what_is_no_text(void **state)
{
	static const char text[] = "FROM a\nRUN \0b\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	unsigned number;

	(void)state;
	assert_int_equal(source_lines_parse(text, sizeof(text) - 1, &lines,
					    &number, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_int_equal(number, 2);
}

static int parse_many(const char *piece, size_t count, struct error *err)
{
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	unsigned number;

	for (size_t i = 0; i < count; i++)
		strbuf_addstr(&text, piece);
	return source_lines_parse(text.text, text.length, &lines, &number, err);
}

static void test_source_lines__limits(void **state)
{
	static const struct {
		const char *piece;
		size_t count;
		int result;
	} limits[] = {
		{ "RUN a\n", 10000, 0 },
		{ "RUN a\n", 10001, -1 },
		{ "# 45678\n", (1 << 20) / 8, 0 },
		{ "# 45678\n", (1 << 20) / 8 + 1, -1 },
		{ "RUN <<A", 1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(
			parse_many(limits[i].piece, limits[i].count, &err),
			limits[i].result);
		if (limits[i].count > 1 && limits[i].result < 0)
			assert_int_equal(err.kind, ERROR_TOO_LARGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_lines__parses),
		cmocka_unit_test(test_source_lines__keeps_what_was_written),
		cmocka_unit_test(test_source_lines__refuses_what_is_no_text),
		cmocka_unit_test(test_source_lines__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
