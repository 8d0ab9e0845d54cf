/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/logs/log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "runtime/logs/log_line_format.h"

#define TAIL ",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05.6Z\"}\n"

static void test_log_line__reads_what_is_a_line(void **state)
{
	static const struct {
		const char *text, *want;
		size_t length; /* of want */
		int stream;
		const char *why;
	} rows[] = {
		{ "{\"log\":\"hello\\n\"" TAIL, "hello\n", 6, 1, "docker's" },
		{ "{\"log\":\"\"" TAIL, "", 0, 1, "empty" },
		{ "{\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\","
		  "\"log\":\"x\"}",
		  "x", 1, 2, "another order, no newline" },
		{ " { \"log\" : \"x\" , \"stream\" : \"stdout\" , \"time\" : "
		  "\"2026-01-02T03:04:05+01:00\" } \n",
		  "x", 1, 1, "blanks and an offset" },
		{ "{\"log\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"" TAIL,
		  "\"\\/\b\f\n\r\t", 8, 1, "every short escape" },
		{ "{\"log\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"" TAIL,
		  "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10, 1, "runes" },
		{ "{\"log\":\"a\\u0000b\"" TAIL, "a\0b", 3, 1, "a zero byte" },
		{ "{\"log\":\"\\ud83dx\"" TAIL, "\xef\xbf\xbdx", 4, 1,
		  "half a pair" },
		{ "{\"log\":\"\\ude00\"" TAIL, "\xef\xbf\xbd", 3, 1,
		  "the other half" },
		{ "{\"attrs\":{\"a\":[1,\"}\"],\"b\":null},\"n\":-1.5e3,"
		  "\"t\":true,\"log\":\"x\"" TAIL,
		  "x", 1, 1, "other members" },
		{ "{\"log\":\"\xff\"" TAIL, "\xff", 1, 1,
		  "bytes that are not UTF-8 stay" },
	};
	struct log_line line = LOG_LINE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu: %s\n", i, rows[i].why);
		assert_true(log_line_parse(rows[i].text, strlen(rows[i].text),
					   &line));
		assert_int_equal(line.stream, rows[i].stream);
		assert_int_equal(line.text.length, rows[i].length);
		assert_memory_equal(line.text.text, rows[i].want,
				    rows[i].length);
	}
	log_line_release(&line);
}

static void test_log_line__refuses_what_is_none(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "nothing" },
		{ "\n", "an empty line" },
		{ "{}\n", "no member" },
		{ "{\"log\":\"x\",\"stream\":\"stdout\"}\n", "no time" },
		{ "{\"log\":\"x\",\"stream\":\"stdin\",\"time\":"
		  "\"2026-01-02T03:04:05Z\"}",
		  "no such stream" },
		{ "{\"log\":\"x\",\"stream\":\"stdout\",\"time\":\"now\"}",
		  "no time in it" },
		{ "{\"log\":\"half", "torn in a string" },
		{ "{\"log\":\"x\\", "torn in an escape" },
		{ "{\"log\":\"x\\u00", "torn in a rune" },
		{ "{\"log\":\"x\""
		  ",\"stream\":\"stdout\"",
		  "torn behind" },
		{ "{\"log\":\"half{\"log\":\"x\"" TAIL, "two run together" },
		{ "{\"log\":\"x\\q\"" TAIL, "no such escape" },
		{ "{\"log\":7" TAIL, "a number for the text" },
		{ "{\"log\":\"x\"" TAIL "x", "something behind" },
		{ "[\"log\"]", "an array" },
		{ "{\"a\":[}]", "brackets astray" },
	};
	struct log_line line = LOG_LINE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu: %s\n", i, rows[i].why);
		assert_false(log_line_parse(rows[i].text, strlen(rows[i].text),
					    &line));
	}
	log_line_release(&line);
}

static void test_log_line__reads_back_what_is_written(void **state)
{
	char every[256 * 2];
	struct strbuf text = STRBUF_INIT;
	struct log_line line = LOG_LINE_INIT;
	int64_t time = INT64_C(1767323045123456789);

	(void)state;
	for (int i = 0; i < 256; i++) { /* every byte that is a character */
		every[i * 2] = (char)(i < 128 ? i : 0xc2 | (i >> 6 & 1));
		every[i * 2 + 1] = (char)(i < 128 ? 'x' : 0x80 | (i & 0x3f));
	}
	log_line_format(every, sizeof(every), 2, time, &text);
	assert_true(log_line_parse(text.text, text.length, &line));
	assert_int_equal(line.stream, 2);
	assert_true(line.time == time);
	assert_int_equal(line.text.length, sizeof(every));
	assert_memory_equal(line.text.text, every, sizeof(every));
	strbuf_release(&text);
	log_line_release(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_line__reads_what_is_a_line),
		cmocka_unit_test(test_log_line__refuses_what_is_none),
		cmocka_unit_test(test_log_line__reads_back_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
