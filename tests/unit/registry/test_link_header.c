/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers of tag lists. */
#include "registry/link_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *value;
	const char *next; /* NULL: none */
	const char *why;
} good[] = {
	{ "</v2/a/tags/list?last=z&n=100>; rel=\"next\"",
	  "/v2/a/tags/list?last=z&n=100", "the specification's" },
	{ "<https://h/x>;rel=next", "https://h/x", "a token, no blank" },
	{ "<x>; REL=\"Next\"", "x", "case" },
	{ "<x> ; rel = next", "x", "blanks" },
	{ "<x>; rel=\"prev next\"", "x", "a list of relations" },
	{ "<a>; rel=prev, <b>; rel=next", "b", "two links" },
	{ "<a>; title=\"x, y\"; rel=prev, <b>; rel=next", "b",
	  "a comma in a quoted value" },
	{ "<a?x,y;z>; rel=next", "a?x,y;z", "a comma in the target" },
	{ "<a>; title=\"rel=next\"; rel=prev", NULL, "rel in a title" },
	{ "<a>; title=\"\\\"\"; rel=next", "a", "an escaped quote" },
	{ "<a>; rel=prev; rel=next", NULL, "the first rel counts" },
	{ "<a>; crossorigin; rel=next", "a", "a parameter without value" },
	{ "<a>;; rel=next;", "a", "empty parameters" },
	{ ", ,<a>; rel=next", "a", "empty elements" },
	{ "<>; rel=next", "", "an empty target" },
	{ "<a>", NULL, "no relation" },
	{ "<a>; rel=nextish", NULL, "another word" },
	{ "", NULL, "nothing" },
};

static void test_link_header__finds_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *next = NULL;

		if (link_header_next(good[i].value, &next, &err) < 0)
			fail_msg("%s: %s", good[i].why, err.msg);
		if ((next == NULL) != (good[i].next == NULL))
			fail_msg("%s: %s", good[i].why, next ? next : "none");
		if (next)
			assert_string_equal(next, good[i].next);
	}
}

static const struct {
	const char *value;
	const char *why;
} bad[] = {
	{ "/v2/x; rel=next", "no brackets" },
	{ "<a; rel=next", "an open bracket" },
	{ "<a> rel=next", "no semicolon" },
	{ "<a>; rel=\"next", "an open quote" },
	{ "<a>; rel=\"next\\", "an open escape" },
	{ "<a>; rel=\"next\"x", "more after a value" },
};

static void test_link_header__refuses_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *next = NULL;

		if (link_header_next(bad[i].value, &next, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_null(next);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_header__finds_next),
		cmocka_unit_test(test_link_header__refuses_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
