/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations come from go-units and from docker's error texts. */
#include "cmd/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S INT64_C(1000000000)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_units__formats_sizes(void **state)
{
	static const struct {
		double bytes;
		const char *four, *three, *binary;
	} cases[] = {
		{ 0, "0B", "0B", "0B" },
		{ 12, "12B", "12B", "12B" },
		{ 999, "999B", "999B", "999B" },
		{ 1000, "1kB", "1kB", "1000B" },
		{ 1024, "1.024kB", "1.02kB", "1KiB" },
		{ 999999, "1000kB", "1e+03kB", "976.6KiB" },
		{ 1048576, "1.049MB", "1.05MB", "1MiB" },
		{ 163600000, "163.6MB", "164MB", "156MiB" },
		{ 1.5e12, "1.5TB", "1.5TB", "1.364TiB" },
	};
	char out[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		units_format_size(cases[i].bytes, out);
		assert_string_equal(out, cases[i].four);
		units_format_size3(cases[i].bytes, out);
		assert_string_equal(out, cases[i].three);
		units_format_binary(cases[i].bytes, out);
		assert_string_equal(out, cases[i].binary);
	}
}

static void test_units__formats_ages(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ -5, "Less than a second" },
		{ 0, "Less than a second" },
		{ 1, "1 second" },
		{ 59, "59 seconds" },
		{ 60, "About a minute" },
		{ 119, "About a minute" },
		{ 120, "2 minutes" },
		{ 3599, "59 minutes" },
		{ 3600, "About an hour" },
		{ 5399, "About an hour" },
		{ 5400, "2 hours" },
		{ 47 * 3600, "47 hours" },
		{ 48 * 3600, "2 days" },
		{ 14 * 86400 - 3600, "13 days" },
		{ 14 * 86400, "2 weeks" },
		{ 60 * 86400, "2 months" },
		{ 729 * 86400, "24 months" },
		{ 730 * 86400, "2 years" },
	};
	char out[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		units_format_age(cases[i].seconds * S, out);
		assert_string_equal(out, cases[i].text);
	}
}

static void test_units__cuts_identifiers(void **state)
{
	static const char *const cases[][2] = {
		{ "sha256:0123456789abcdef", "0123456789ab" },
		{ "0123456789abcdef", "0123456789ab" },
		{ "abc", "abc" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *id = units_short_id(cases[i][0]);

		assert_string_equal(id, cases[i][1]);
		free(id);
	}
}

static void test_units__ellipsis_counts_wide_runes_twice(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *expected;
	} cases[] = {
		{ "hello", 5, "hello" },
		{ "hello", 4, "hel…" },
		{ "hello", 1, "h" },
		{ "hello", 0, "" },
		{ "", 3, "" },
		{ "日本語", 6, "日本語" },
		{ "日本語", 5, "日本…" },
		{ "日本語", 4, "日…" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		units_ellipsis(cases[i].text, cases[i].columns, &out);
		assert_string_equal(out.text, cases[i].expected);
		strbuf_release(&out);
	}
}

struct parse_case {
	const char *why;
	const char *text;
	int64_t value;
	const char *error; /* NULL: it parses */
};

typedef int parse_function(const char *, int64_t *, struct error *);

static void check_parse(parse_function *parse, const struct parse_case *cases,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error err = ERROR_INIT;
		int64_t value = 0;
		int result = parse(cases[i].text, &value, &err);

		if (result != (cases[i].error ? -1 : 0) ||
		    value != cases[i].value)
			print_error("row %s: %s → %lld %s\n", cases[i].why,
				    cases[i].text, (long long)value,
				    err.msg ? err.msg : "");
		assert_int_equal(result, cases[i].error ? -1 : 0);
		if (cases[i].error)
			assert_string_equal(err.msg, cases[i].error);
		assert_int_equal(value, cases[i].value);
		error_release(&err);
	}
}

static void test_units__parses_sizes(void **state)
{
	static const struct parse_case cases[] = {
		{ "bare", "7", 7, NULL },
		{ "zero", "0", 0, NULL },
		{ "b", "5b", 5, NULL },
		{ "k", "1k", 1024, NULL },
		{ "upper case", "2M", 2 << 20, NULL },
		{ "kib", "5kib", 5120, NULL },
		{ "space", "1 GB", 1 << 30, NULL },
		{ "fraction", "1.5g", 3LL << 29, NULL },
		{ "t", "1t", 1LL << 40, NULL },
		{ "ib alone", "3ib", 3, NULL },
		{ "empty", "", 0, "invalid size: ''" },
		{ "unknown", "5x", 0, "invalid size: '5x'" },
		{ "negative", "-1", 0, "invalid size: '-1'" },
		{ "too much", "5kbb", 0, "invalid size: '5kbb'" },
		{ "open fraction", "1.k", 0, "invalid size: '1.k'" },
		{ "two points", "1.5.5k", 0,
		  "strconv.ParseFloat: parsing \"1.5.5\": invalid syntax" },
		{ "too large", "99999999p", 0, "invalid size: '99999999p'" },
		{ "blank", " 1", 0, "invalid size: ' 1'" },
	};

	(void)state;
	check_parse(units_parse_size, cases, COUNT(cases));
}

static void test_units__parses_cpus(void **state)
{
	static const struct parse_case cases[] = {
		{ "whole", "2", 2 * S, NULL },
		{ "fraction", "1.5", S * 3 / 2, NULL },
		{ "no whole part", ".5", S / 2, NULL },
		{ "quotient", "1/4", S / 4, NULL },
		{ "exponent", "1e-3", 1000000, NULL },
		{ "negative", "-1", -S, NULL },
		{ "finest", "0.000000001", 1, NULL },
		{ "too fine", "1.0000000001", 0, "value is too precise" },
		{ "zeros beyond", "1.0000000000", S, NULL },
		{ "periodic", "1/3", 0, "value is too precise" },
		{ "divided by nothing", "1/0", 0,
		  "failed to parse 1/0 as a rational number" },
		{ "word", "x", 0, "failed to parse x as a rational number" },
		{ "empty", "", 0, "failed to parse  as a rational number" },
		{ "trailing", "0x", 0,
		  "failed to parse 0x as a rational number" },
		{ "huge", "1e30", 0, "value is too large" },
	};

	(void)state;
	check_parse(units_parse_cpus, cases, COUNT(cases));
}

static int parse_any(const char *text, int64_t *out, struct error *err)
{
	return units_parse_integer(text, INT64_MIN, INT64_MAX, out, err);
}

static void test_units__parses_integers(void **state)
{
	static const struct parse_case cases[] = {
		{ "decimal", "10", 10, NULL },
		{ "signs", "-10", -10, NULL },
		{ "plus", "+9", 9, NULL },
		{ "hexadecimal", "0x1F", 31, NULL },
		{ "octal", "010", 8, NULL },
		{ "new octal", "0o17", 15, NULL },
		{ "binary", "0b101", 5, NULL },
		{ "underscores", "1_000", 1000, NULL },
		{ "zero", "0", 0, NULL },
		{ "least", "-9223372036854775808", INT64_MIN, NULL },
		{ "beyond", "9223372036854775808", 0,
		  "strconv.ParseInt: parsing \"9223372036854775808\": "
		  "value out of range" },
		{ "far beyond", "99999999999999999999", 0,
		  "strconv.ParseInt: parsing \"99999999999999999999\": "
		  "value out of range" },
		{ "trailing underscore", "1_0_", 0,
		  "strconv.ParseInt: parsing \"1_0_\": invalid syntax" },
		{ "not octal", "09", 0,
		  "strconv.ParseInt: parsing \"09\": invalid syntax" },
		{ "empty", "", 0,
		  "strconv.ParseInt: parsing \"\": invalid syntax" },
		{ "sign alone", "-", 0,
		  "strconv.ParseInt: parsing \"-\": invalid syntax" },
		{ "point", "1.5", 0,
		  "strconv.ParseInt: parsing \"1.5\": invalid syntax" },
	};

	(void)state;
	check_parse(parse_any, cases, COUNT(cases));
}

static void test_units__parses_unsigned(void **state)
{
	struct error err = ERROR_INIT;
	uint64_t value;

	(void)state;
	assert_int_equal(units_parse_unsigned("65535", 65535, &value, &err), 0);
	assert_int_equal(value, 65535);
	assert_int_equal(units_parse_unsigned("70000", 65535, &value, &err),
			 -1);
	assert_string_equal(err.msg, "strconv.ParseUint: parsing \"70000\": "
				     "value out of range");
	assert_int_equal(units_parse_unsigned("-1", 65535, &value, &err), -1);
	assert_string_equal(err.msg, "strconv.ParseUint: parsing \"-1\": "
				     "invalid syntax");
	error_release(&err);
}

static void test_units__parses_durations(void **state)
{
	static const struct parse_case cases[] = {
		{ "several units", "1m30s", 90 * S, NULL },
		{ "fraction", "1.5h", 5400 * S, NULL },
		{ "zero needs no unit", "0", 0, NULL },
		{ "word", "x", 0, "time: invalid duration \"x\"" },
		{ "empty", "", 0, "time: invalid duration \"\"" },
		{ "no unit", "5", 0, "time: missing unit in duration \"5\"" },
		{ "two points", "1.5.5s", 0,
		  "time: missing unit in duration \"1.5.5s\"" },
		{ "unknown unit", "5x", 0,
		  "time: unknown unit \"x\" in duration \"5x\"" },
		{ "unknown second unit", "5s3d", 0,
		  "time: unknown unit \"d\" in duration \"5s3d\"" },
	};

	(void)state;
	check_parse(units_parse_duration, cases, COUNT(cases));
}

static void test_units__parses_booleans(void **state)
{
	struct error err = ERROR_INIT;
	bool value = false;

	(void)state;
	assert_int_equal(units_parse_bool("T", &value, &err), 0);
	assert_true(value);
	assert_int_equal(units_parse_bool("False", &value, &err), 0);
	assert_false(value);
	assert_int_equal(units_parse_bool("yes", &value, &err), -1);
	assert_string_equal(err.msg, "strconv.ParseBool: parsing \"yes\": "
				     "invalid syntax");
	error_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units__formats_sizes),
		cmocka_unit_test(test_units__formats_ages),
		cmocka_unit_test(test_units__cuts_identifiers),
		cmocka_unit_test(test_units__ellipsis_counts_wide_runes_twice),
		cmocka_unit_test(test_units__parses_sizes),
		cmocka_unit_test(test_units__parses_cpus),
		cmocka_unit_test(test_units__parses_integers),
		cmocka_unit_test(test_units__parses_unsigned),
		cmocka_unit_test(test_units__parses_durations),
		cmocka_unit_test(test_units__parses_booleans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
