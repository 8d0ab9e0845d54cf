/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/detach_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_detach_keys__reads_dockers_syntax(void **state)
{
	static const struct {
		const char *text, *keys, *why;
	} rows[] = {
		{ NULL, "\x10\x11", "docker's default" },
		{ "", "", "none: never detach" },
		{ "a", "a", "one character" },
		{ "ctrl-a,z", "\x01z", "both kinds" },
		{ "ctrl-x,y", "\x18y", "another" },
		{ "ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", "\x1b\x1c\x1d\x1e\x1f",
		  "the signs" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct detach_keys keys;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(detach_keys_parse(rows[i].text, &keys, &err),
				 0);
		assert_int_equal(keys.count, strlen(rows[i].keys));
		assert_memory_equal(keys.keys, rows[i].keys, keys.count);
	}
}

static void test_detach_keys__refuses_the_rest(void **state)
{
	static const char *const rows[] = {
		"ctrl-",
		"ctrl-A",
		"ctrl-ab",
		"ctrl-1",
		"ab",
		"shift-a",
		"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct detach_keys keys;
		struct error err = ERROR_INIT;

		print_message("%s\n", rows[i]);
		assert_int_equal(detach_keys_parse(rows[i], &keys, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		error_release(&err);
	}
}

static void test_detach_keys__passes_what_is_not_the_sequence(void **state)
{
	static const struct {
		const char *keys, *input, *want;
		bool detached;
		const char *why;
	} rows[] = {
		{ "a,b", "xyz", "xyz", false, "nothing of it" },
		{ "a,b", "xab", "x", true, "the sequence" },
		{ "a,b", "xaby", "x", true, "what follows is dropped" },
		{ "a,b", "xay", "xay", false, "a key that was meant" },
		{ "a,b", "xa", "x", false, "held back: it may go on" },
		{ "a,b", "aab", "a", true, "begun twice" },
		{ "a,a,b", "aaab", "a", true, "begun inside itself" },
		{ "a,b,a,c", "ababac", "ab", true, "a longer overlap" },
		{ "", "ab", "ab", false, "no sequence at all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char out[64 + DETACH_KEYS_MAX];
		size_t total = 0;
		struct detach_keys keys;
		struct error err = ERROR_INIT;
		bool detached = false;

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(detach_keys_parse(rows[i].keys, &keys, &err),
				 0);
		/* byte by byte is the harder way */
		for (const char *at = rows[i].input; *at && !detached; at++) {
			size_t length;

			detached = detach_keys_pass(&keys,
						    (const unsigned char *)at,
						    1, out + total, &length);
			total += length;
		}
		assert_int_equal(detached, rows[i].detached);
		assert_int_equal(total, strlen(rows[i].want));
		assert_memory_equal(out, rows[i].want, total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detach_keys__reads_dockers_syntax),
		cmocka_unit_test(test_detach_keys__refuses_the_rest),
		cmocka_unit_test(
			test_detach_keys__passes_what_is_not_the_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
