/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0: each row is a document and the JSON it means, or a refusal. */
#include "registry/config/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/jsonx.h"

static const struct row {
	const char *text;
	const char *json; /* NULL: refused */
	const char *why;
} structure[] = {
	{ "", "{}", "nothing" },
	{ "# only\n\n  # comments", "{}", "comments" },
	{ "\xef\xbb\xbf"
	  "a=1",
	  "{\"a\":1}", "a byte order mark" },
	{ "a = 1\r\nb = 2\r\n", "{\"a\":1,\"b\":2}", "CRLF" },
	{ "a=1 # c", "{\"a\":1}", "a comment behind a value" },
	{ "\"\" = 1", "{\"\":1}", "an empty quoted key" },
	{ "1234 = 1\n-_- = 2", "{\"1234\":1,\"-_-\":2}", "bare keys" },
	{ "\"a.b\" = 1\n'c\\d' = 2", "{\"a.b\":1,\"c\\\\d\":2}",
	  "quoted keys" },
	{ "a.b . \"c d\" = 1", "{\"a\":{\"b\":{\"c d\":1}}}", "dotted keys" },
	{ "a.b=1\na.c=2", "{\"a\":{\"b\":1,\"c\":2}}", "dotted twice" },
	{ "3.14 = 1", "{\"3\":{\"14\":1}}", "a key like a float" },
	{ "[a]\nx=1\n[a.b]\ny=2", "{\"a\":{\"x\":1,\"b\":{\"y\":2}}}",
	  "tables" },
	{ "[ a . 'b' ]\nx=1", "{\"a\":{\"b\":{\"x\":1}}}",
	  "blanks in a header" },
	{ "[a.b]\n[a]\nx=1", "{\"a\":{\"b\":{},\"x\":1}}",
	  "an implied table defined later" },
	{ "[a.b.c]\n[a]\nb.x=1", "{\"a\":{\"b\":{\"c\":{},\"x\":1}}}",
	  "a dotted key into an implied table" },
	{ "[f]\na.c=1\n[f.a.t]\ns=1",
	  "{\"f\":{\"a\":{\"c\":1,\"t\":{\"s\":1}}}}",
	  "a table below a dotted one" },
	{ "[[a]]\nx=1\n[[a]]\nx=2", "{\"a\":[{\"x\":1},{\"x\":2}]}",
	  "an array of tables" },
	{ "[[a]]\n[a.b]\nx=1\n[[a]]\n[a.b]\nx=2",
	  "{\"a\":[{\"b\":{\"x\":1}},{\"b\":{\"x\":2}}]}",
	  "a table in each element" },
	{ "[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]", "{\"a\":[{\"b\":[{},{}]},{}]}",
	  "arrays within arrays" },
	{ "a=[]\nb=[1,2,]\nc=[ # x\n 1 # y\n, # z\n 2\n]",
	  "{\"a\":[],\"b\":[1,2],\"c\":[1,2]}", "arrays" },
	{ "a=[1,'x',[true],{b=1}]", "{\"a\":[1,\"x\",[true],{\"b\":1}]}",
	  "mixed arrays" },
	{ "a={}\nb={ x = 1, y.z = 2 }",
	  "{\"a\":{},\"b\":{\"x\":1,\"y\":{\"z\":2}}}", "inline tables" },
	{ "a={b=[\n1\n]}", "{\"a\":{\"b\":[1]}}",
	  "line ends in an array in an inline table" },
	{ "a", NULL, "no value" },
	{ "a=", NULL, "no value" },
	{ "= 1", NULL, "no key" },
	{ "a b = 1", NULL, "a blank in a key" },
	{ "a.= 1", NULL, "an empty part" },
	{ ".a= 1", NULL, "an empty part" },
	{ "a..b= 1", NULL, "an empty part" },
	{ "\"\"\"a\"\"\"=1", NULL, "a key of several lines" },
	{ "\xc3\xa9=1", NULL, "a bare key that is not ASCII" },
	{ "a=1 b=2", NULL, "two pairs on a line" },
	{ "a\n=1", NULL, "a line end before the equals sign" },
	{ "a=\n1", NULL, "a line end behind the equals sign" },
	{ "a=1\na=2", NULL, "a key twice" },
	{ "a=1\n\"a\"=2", NULL, "a key twice, once quoted" },
	{ "a=1\na.b=2", NULL, "a value as a table" },
	{ "a.b=1\na=2", NULL, "a table as a value" },
	{ "[a]\n[a]", NULL, "a table twice" },
	{ "[a]\nb=1\n[a.b]", NULL, "a value as a table" },
	{ "a.b=1\n[a]", NULL, "a dotted table reopened" },
	{ "[f]\na.c=1\n[f.a]", NULL, "a dotted table reopened" },
	{ "[a.b]\n[a]\nb.x=1\n[a.b]", NULL, "a dotted table reopened" },
	{ "[a.b.c]\n[a]\nb.c.x=1", NULL, "a dotted key into a defined table" },
	{ "[[a.b]]\n[a]\nb.y=2", NULL, "a dotted key into an array" },
	{ "[a]\n[[a]]", NULL, "a table as an array" },
	{ "[[a]]\n[a]", NULL, "an array as a table" },
	{ "[a.b]\n[[a]]", NULL, "an implied table as an array" },
	{ "a=[]\n[[a]]", NULL, "a static array extended" },
	{ "a=[{}]\n[a.b]", NULL, "a static array entered" },
	{ "a={}\n[a]", NULL, "an inline table reopened" },
	{ "a={}\n[a.b]", NULL, "an inline table extended" },
	{ "a={}\na.b=1", NULL, "an inline table extended" },
	{ "a={b={}, b.c=1}", NULL, "an inline table extended inside" },
	{ "a={b=1, b=2}", NULL, "a key twice" },
	{ "a={b.c=1}\n[a.b.d]", NULL, "an inline table extended below" },
	{ "a={b=1,}", NULL, "a last comma" },
	{ "a={,}", NULL, "only a comma" },
	{ "a={b=1\n}", NULL, "a line end in an inline table" },
	{ "a={b=1 c=2}", NULL, "no comma" },
	{ "a={", NULL, "an open brace" },
	{ "a=[1 2]", NULL, "no comma" },
	{ "a=[,]", NULL, "only a comma" },
	{ "a=[1,,2]", NULL, "two commas" },
	{ "a=[1", NULL, "an open bracket" },
	{ "[a", NULL, "an open header" },
	{ "[]", NULL, "an empty header" },
	{ "[a.]", NULL, "an empty part" },
	{ "[a] b=1", NULL, "a pair behind a header" },
	{ "[[a]", NULL, "one bracket missing" },
	{ "[[a] ]", NULL, "a blank between brackets" },
	{ "[ [a]]", NULL, "a blank between brackets" },
	{ "[a]]", NULL, "one bracket too many" },
	{ "[a\n]", NULL, "a line end in a header" },
	{ "a=1\rb=2", NULL, "a lone CR" },
	{ "# \x01", NULL, "a control byte in a comment" },
	{ "# \x7f", NULL, "DEL in a comment" },
	{ "# \xff", NULL, "not UTF-8" },
	{ "a='\xed\xa0\x80'", NULL, "a surrogate in UTF-8" },
};

static const struct row strings[] = {
	{ "a=\"\"", "{\"a\":\"\"}", "empty" },
	{ "a=\"\\b\\t\\n\\f\\r\\\"\\\\\"",
	  "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\\"}", "escapes" },
	{ "a=\"\\u00E9\\u20ac\\U0001F600\"",
	  "{\"a\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}",
	  "Unicode escapes" },
	{ "a='C:\\n\"'", "{\"a\":\"C:\\\\n\\\"\"}", "literal" },
	{ "a=\"\tx\"", "{\"a\":\"\\tx\"}", "a tab" },
	{ "a=\"\"\"\nx\ny\"\"\"", "{\"a\":\"x\\ny\"}", "several lines" },
	{ "a=\"\"\"\r\nx\r\ny\"\"\"", "{\"a\":\"x\\ny\"}", "CRLF" },
	{ "a=\"\"\"x \\\n\n   y\\  \n z\"\"\"", "{\"a\":\"x yz\"}",
	  "continued lines" },
	{ "a=\"\"\"x\"y\"\"z\"\"\"", "{\"a\":\"x\\\"y\\\"\\\"z\"}",
	  "quotes inside" },
	{ "a=\"\"\"\"x\"\"\"\"\"", "{\"a\":\"\\\"x\\\"\\\"\"}",
	  "quotes at both ends" },
	{ "a=\"\"\"\\\"\"\"\"", "{\"a\":\"\\\"\"}", "an escaped quote" },
	{ "a=''''x'''''", "{\"a\":\"'x''\"}", "literal quotes at both ends" },
	{ "a='''\n\\u\n'''", "{\"a\":\"\\\\u\\n\"}", "literal lines" },
	{ "a=\"\"\"\"\"\"", "{\"a\":\"\"}", "empty" },
	{ "a=\"", NULL, "open" },
	{ "a=\"\\", NULL, "open behind a backslash" },
	{ "a=\"\\u00", NULL, "open in an escape" },
	{ "a=\"x\ny\"", NULL, "a line end" },
	{ "a='x\ny'", NULL, "a line end" },
	{ "a=\"\"\"x\"\"", NULL, "open" },
	{ "a='''x''", NULL, "open" },
	{ "a=\"\"\"x\"\"\"\"\"\"", NULL, "too many quotes" },
	{ "a=\"\\x41\"", NULL, "an unknown escape" },
	{ "a=\"\\ \"", NULL, "an unknown escape" },
	{ "a=\"\"\"\\ x\"\"\"", NULL, "a backslash that ends no line" },
	{ "a=\"\\u12g4\"", NULL, "not hexadecimal" },
	{ "a=\"\\ud800\"", NULL, "a surrogate" },
	{ "a=\"\\U00110000\"", NULL, "beyond Unicode" },
	{ "a=\"\\u0000\"", NULL, "NUL" },
	{ "a=\"x\"y", NULL, "more behind a string" },
	{ "a=\"\x01\"", NULL, "a control byte" },
};

static const struct row scalars[] = {
	{ "a=true\nb=false", "{\"a\":true,\"b\":false}", "booleans" },
	{ "a=0\nb=+1\nc=-0\nd=1_000", "{\"a\":0,\"b\":1,\"c\":0,\"d\":1000}",
	  "integers" },
	{ "a=9223372036854775807\nb=-9223372036854775808",
	  "{\"a\":9223372036854775807,\"b\":-9223372036854775808}",
	  "the limits" },
	{ "a=0xDead_beef\nb=0o755\nc=0b1101",
	  "{\"a\":3735928559,\"b\":493,\"c\":13}", "other radices" },
	{ "a=1.5\nb=-0.25\nc=5e+2\nd=1_0.2_5E-0_1",
	  "{\"a\":1.5,\"b\":-0.25,\"c\":500.0,\"d\":1.025}", "floats" },
	{ "a=inf\nb=-inf\nc=+nan",
	  "{\"a\":\"inf\",\"b\":\"-inf\",\"c\":\"+nan\"}", "not finite" },
	{ "a=1979-05-27T07:32:00Z", "{\"a\":\"1979-05-27T07:32:00Z\"}",
	  "a date and time" },
	{ "a=1979-05-27 07:32:00.999-07:00",
	  "{\"a\":\"1979-05-27 07:32:00.999-07:00\"}", "with a blank" },
	{ "a=1979-05-27t07:32:60z\nb=1979-05-27T00:32:00.5",
	  "{\"a\":\"1979-05-27t07:32:60z\",\"b\":\"1979-05-27T00:32:00.5\"}",
	  "small letters, local" },
	{ "a=1979-05-27 # c\nb=07:32:00",
	  "{\"a\":\"1979-05-27\",\"b\":\"07:32:00\"}", "a date, a time" },
	{ "a=2000-02-29", "{\"a\":\"2000-02-29\"}", "a leap year" },
	{ "a=True", NULL, "case" },
	{ "a=truex", NULL, "more" },
	{ "a=x", NULL, "a bare word" },
	{ "a=01", NULL, "a leading zero" },
	{ "a=-01", NULL, "a leading zero" },
	{ "a=01.5", NULL, "a leading zero" },
	{ "a=_1", NULL, "an underscore before" },
	{ "a=1_", NULL, "an underscore behind" },
	{ "a=1__0", NULL, "two underscores" },
	{ "a=0x", NULL, "no digits" },
	{ "a=0x_1", NULL, "an underscore before" },
	{ "a=0X1", NULL, "case" },
	{ "a=+0x1", NULL, "a sign before a radix" },
	{ "a=0b2", NULL, "not a digit" },
	{ "a=0o8", NULL, "not a digit" },
	{ "a=9223372036854775808", NULL, "too large" },
	{ "a=0x8000000000000000", NULL, "too large" },
	{ "a=0x10000000000000000", NULL, "much too large" },
	{ "a=++1", NULL, "two signs" },
	{ "a=+", NULL, "only a sign" },
	{ "a=.5", NULL, "nothing before the dot" },
	{ "a=5.", NULL, "nothing behind the dot" },
	{ "a=5.e1", NULL, "nothing behind the dot" },
	{ "a=1e", NULL, "no exponent" },
	{ "a=1_.5", NULL, "an underscore beside the dot" },
	{ "a=1._5", NULL, "an underscore beside the dot" },
	{ "a=1e_5", NULL, "an underscore beside the e" },
	{ "a=1.5.2", NULL, "two dots" },
	{ "a=Inf", NULL, "case" },
	{ "a=1979-13-01", NULL, "month 13" },
	{ "a=1979-00-01", NULL, "month 0" },
	{ "a=2001-02-29", NULL, "not a leap year" },
	{ "a=1900-02-29", NULL, "not a leap year" },
	{ "a=1979-04-31", NULL, "day 31" },
	{ "a=79-04-01", NULL, "two digits" },
	{ "a=1979-4-1", NULL, "one digit" },
	{ "a=1979-05-27T24:00:00", NULL, "hour 24" },
	{ "a=1979-05-27T23:60:00", NULL, "minute 60" },
	{ "a=1979-05-27T23:00:61", NULL, "second 61" },
	{ "a=1979-05-27T23:00", NULL, "no seconds" },
	{ "a=1979-05-27T23:00:00.", NULL, "nothing behind the dot" },
	{ "a=1979-05-27T23:00:00+25:00", NULL, "an offset too large" },
	{ "a=1979-05-27T23:00:00+1", NULL, "a short offset" },
	{ "a=1979-05-27T", NULL, "no time" },
	{ "a=1979-05-27  07:32:00", NULL, "two blanks" },
	{ "a=07:32:00Z", NULL, "a time with an offset" },
};

static void check(const struct row *row)
{
	autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *json = NULL;
	autoclean(jsonx_free) json_t *want = NULL;

	if (toml_parse(row->text, strlen(row->text), &json, &err) < 0) {
		if (row->json)
			fail_msg("%s: %s: %s", row->why, row->text, err.msg);
		assert_int_equal(err.kind, ERROR_INVALID);
		return;
	}
	jsonx_format(json, &got);
	if (!row->json)
		fail_msg("%s accepted: %s: %s", row->why, row->text, got.text);
	want = json_loads(row->json, 0, NULL);
	assert_non_null(want);
	if (!json_equal(json, want))
		fail_msg("%s: %s: %s", row->why, row->text, got.text);
}

#define CHECK_ALL(rows)                                                   \
	do {                                                              \
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) \
			check(&(rows)[i]);                                \
	} while (0)

static void test_toml__reads_structure(void **state)
{
	(void)state;
	CHECK_ALL(structure);
}

static void test_toml__reads_strings(void **state)
{
	(void)state;
	CHECK_ALL(strings);
}

static void test_toml__reads_scalars(void **state)
{
	(void)state;
	CHECK_ALL(scalars);
}

static void test_toml__names_line(void **state)
{
	static const char text[] = "a = 1\n# x\n\nb = [\n1,\n2\n\nc = 3\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *json;

	(void)state;
	assert_int_equal(toml_parse(text, sizeof(text) - 1, &json, &err), -1);
	assert_string_equal(err.msg, "line 8: expected \",\" or \"]\"");
}

static void test_toml__limits_depth(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	size_t deep = 100000;
	autofree char *text = xmalloc(deep + 3);
	json_t *json;

	(void)state;
	memset(text, '[', deep);
	memcpy(text, "a=", 2);
	assert_int_equal(toml_parse(text, deep, &json, &err), -1);
	assert_non_null(strstr(err.msg, "nested deeper than 32"));
	for (size_t i = 0; i < deep; i++)
		text[i] = i % 2 ? '.' : 'a';
	assert_int_equal(toml_parse(text, deep, &json, &err), -1);
	assert_non_null(strstr(err.msg, "more than 32 parts"));
}

static void test_toml__refuses_nul(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *json;

	(void)state;
	assert_int_equal(toml_parse("a='x\0y'", 8, &json, &err), -1);
	assert_int_equal(toml_parse("a=1\0", 4, &json, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toml__reads_structure),
		cmocka_unit_test(test_toml__reads_strings),
		cmocka_unit_test(test_toml__reads_scalars),
		cmocka_unit_test(test_toml__names_line),
		cmocka_unit_test(test_toml__limits_depth),
		cmocka_unit_test(test_toml__refuses_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
