/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and prefixes: read, written, counted, compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/network/ip_address.h"

struct text_row {
	const char *text;
	const char *wanted; /* NULL: refused */
	const char *why;
};

static void test_ip_address__texts(void **state)
{
	static const struct text_row rows[] = {
		{ "172.17.0.2", "172.17.0.2", "IPv4" },
		{ "FD00:0::2", "fd00::2", "IPv6 in its short form" },
		{ "::", "::", "every address" },
		{ "::ffff:1.2.3.4", "::ffff:1.2.3.4", "IPv4 mapped is IPv6" },
		{ "", NULL, "nothing" },
		{ "1.2.3", NULL, "three parts" },
		{ "1.2.3.256", NULL, "a part too large" },
		{ "1.2.3.4 ", NULL, "a blank behind" },
		{ "fd00::1%eth0", NULL, "a zone" },
		{ "10.0.0.0/8", NULL, "a prefix" },
		{ "localhost", NULL, "a name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct ip_address address;
		char text[IP_TEXT_MAX];
		int rc = ip_address_parse(rows[i].text, &address, &err);

		if ((rc == 0) != (rows[i].wanted != NULL))
			fail_msg("%s: %d", rows[i].why, rc);
		if (rc < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		ip_address_format(&address, text);
		if (strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].why, text);
	}
}

struct prefix_row {
	const char *text;
	const char *first, *last; /* NULL: refused */
	const char *why;
};

static void test_ip_address__prefixes(void **state)
{
	static const struct prefix_row rows[] = {
		{ "172.17.3.4/16", "172.17.0.0", "172.17.255.255", "whole" },
		{ "10.1.2.3/20", "10.1.0.0", "10.1.15.255", "cut in a byte" },
		{ "10.1.2.3/32", "10.1.2.3", "10.1.2.3", "one address" },
		{ "10.1.2.3/0", "0.0.0.0", "255.255.255.255", "all of them" },
		{ "fd00::5/124", "fd00::", "fd00::f", "IPv6" },
		{ "fd00::5/128", "fd00::5", "fd00::5", "one of IPv6" },
		{ "10.0.0.0", NULL, NULL, "no bits" },
		{ "10.0.0.0/", NULL, NULL, "empty bits" },
		{ "10.0.0.0/33", NULL, NULL, "too many bits" },
		{ "fd00::/129", NULL, NULL, "too many of IPv6" },
		{ "10.0.0.0/-1", NULL, NULL, "a sign" },
		{ "10.0.0.0/+8", NULL, NULL, "the other sign" },
		{ "10.0.0.0/8x", NULL, NULL, "more behind" },
		{ "10.0.0.0/99999999999999999999", NULL, NULL, "overflow" },
		{ "/8", NULL, NULL, "no address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct ip_prefix prefix;
		struct ip_address edge;
		char first[IP_TEXT_MAX];
		char last[IP_TEXT_MAX];
		int rc = ip_prefix_parse(rows[i].text, &prefix, &err);

		if ((rc == 0) != (rows[i].first != NULL))
			fail_msg("%s: %d", rows[i].why, rc);
		if (rc < 0)
			continue;
		edge = ip_prefix_first(&prefix);
		ip_address_format(&edge, first);
		edge = ip_prefix_last(&prefix);
		ip_address_format(&edge, last);
		if (strcmp(first, rows[i].first) != 0 ||
		    strcmp(last, rows[i].last) != 0)
			fail_msg("%s: %s to %s", rows[i].why, first, last);
	}
}

struct overlap_row {
	const char *a, *b;
	bool is_overlap;
	const char *why;
};

static void test_ip_address__overlaps(void **state)
{
	static const struct overlap_row rows[] = {
		{ "10.0.0.0/8", "10.9.0.0/16", true, "one within the other" },
		{ "10.0.0.0/24", "10.0.0.0/24", true, "the same" },
		{ "10.0.0.0/24", "10.0.1.0/24", false, "neighbours" },
		{ "10.0.0.7/24", "10.0.0.200/25", true, "not their first" },
		{ "0.0.0.0/0", "::/0", false, "two families" },
		{ "fd00::/64", "fd00::1/128", true, "IPv6" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_INIT;
		struct ip_prefix a, b;

		assert_int_equal(ip_prefix_parse(rows[i].a, &a, &err), 0);
		assert_int_equal(ip_prefix_parse(rows[i].b, &b, &err), 0);
		if (ip_prefix_overlaps(&a, &b) != rows[i].is_overlap ||
		    ip_prefix_overlaps(&b, &a) != rows[i].is_overlap)
			fail_msg("%s", rows[i].why);
	}
}

struct add_row {
	const char *text;
	uint64_t offset;
	const char *wanted; /* NULL: there is none */
	const char *why;
};

static void test_ip_address__counts_on(void **state)
{
	static const struct add_row rows[] = {
		{ "10.0.0.255", 1, "10.0.1.0", "carries" },
		{ "10.0.0.0", 65536, "10.1.0.0", "more than a byte" },
		{ "255.255.255.255", 1, NULL, "the end of IPv4" },
		{ "0.0.0.0", UINT64_C(1) << 32, NULL, "more than IPv4 has" },
		{ "fd00::ffff:ffff:ffff:ffff", 1, "fd00:0:0:1::", "carries" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL,
		  "the end of IPv6" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_INIT;
		struct ip_address from, to;
		char text[IP_TEXT_MAX];
		bool is_one;

		assert_int_equal(ip_address_parse(rows[i].text, &from, &err),
				 0);
		is_one = ip_address_add(&from, rows[i].offset, &to);
		if (is_one != (rows[i].wanted != NULL))
			fail_msg("%s", rows[i].why);
		ip_address_format(&to, text);
		if (is_one && strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].why, text);
	}
}

static void test_ip_address__none_is_no_address(void **state)
{
	struct ip_address none = { IP_NONE, { 0 } };
	struct ip_address any = { IP_V4, { 0 } };
	char text[IP_TEXT_MAX] = "x";

	(void)state;
	assert_false(ip_address_is_equal(&none, &none));
	assert_false(ip_address_is_any(&none));
	assert_true(ip_address_is_any(&any));
	ip_address_format(&none, text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip_address__texts),
		cmocka_unit_test(test_ip_address__prefixes),
		cmocka_unit_test(test_ip_address__overlaps),
		cmocka_unit_test(test_ip_address__counts_on),
		cmocka_unit_test(test_ip_address__none_is_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
