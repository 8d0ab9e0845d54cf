/* SPDX-License-Identifier: Apache-2.0 */
/* What differs first between two steps. */
#include "builder/build_why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static json_t *parse(const char *text)
{
	struct error err = ERROR_INIT;
	json_t *value = NULL;

	assert_int_equal(jsonx_parse(text, strlen(text), "note", &value, &err),
			 0);
	return value;
}

static void test_build_why__compares(void **state)
{
	static const struct {
		const char *a, *b, *words;
		size_t count;
	} rows[] = {
		{ "{\"inputs\":[[\"command\",\"make\"]]}",
		  "{\"inputs\":[[\"command\",\"make all\"]]}",
		  "command make \xe2\x86\x92 make all", 1 },
		{ "{\"inputs\":[[\"ARG V\",\"1.2\"],[\"user\",\"a\"]]}",
		  "{\"inputs\":[[\"ARG V\",\"1.3\"],[\"user\",\"b\"]]}",
		  "ARG V 1.2 \xe2\x86\x92 1.3", 2 },
		{ "{\"inputs\":[]}", "{\"inputs\":[[\"ENV A\",\"1\"]]}",
		  "ENV A is new: 1", 1 },
		{ "{\"inputs\":[[\"ENV A\",\"1\"]]}", "{\"inputs\":[]}",
		  "ENV A is gone", 1 },
		{ "{\"base\":\"debian\",\"inputs\":[[\"parent\",\"1\"]]}",
		  "{\"base\":\"debian\",\"inputs\":[[\"parent\",\"2\"]]}",
		  "base debian moved", 1 },
		{ "{\"base\":\"debian:1\",\"inputs\":[[\"parent\",\"1\"]]}",
		  "{\"base\":\"debian:2\",\"inputs\":[[\"parent\",\"2\"]]}",
		  "base debian:1 \xe2\x86\x92 debian:2", 1 },
		{ "{\"inputs\":[[\"parent\",\"1\"]]}",
		  "{\"inputs\":[[\"parent\",\"2\"]]}",
		  "a step before it made other files", 1 },
		{ "{\"inputs\":[],\"files\":{\"./a\":\"-644 1\"}}",
		  "{\"inputs\":[],\"files\":{\"./a\":\"-644 2\"}}",
		  "./a changed", 1 },
		{ "{\"inputs\":[],\"files\":{\"./a\":\"-644 1\"}}",
		  "{\"inputs\":[],\"files\":{\"./a\":\"-755 1\"}}",
		  "./a mode 644 \xe2\x86\x92 755", 1 },
		{ "{\"inputs\":[],\"files\":{}}",
		  "{\"inputs\":[],\"files\":{\"./a\":\"-644 1\"}}",
		  "./a is new", 1 },
		{ "{\"inputs\":[],\"files\":{\"./a\":\"-644 1\"}}",
		  "{\"inputs\":[],\"files\":{}}", "./a is gone", 1 },
		{ "{\"inputs\":[[\"source\",\"a\"],[\"source\",\"b\"]]}",
		  "{\"inputs\":[[\"source\",\"a\"],[\"source\",\"c\"]]}",
		  "source b \xe2\x86\x92 c", 1 },
		{ "{\"inputs\":[[\"user\",\"a\"]]}",
		  "{\"inputs\":[[\"user\",\"a\"]]}",
		  "its files are not here any more", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		json_t *a = parse(rows[i].a);
		json_t *b = parse(rows[i].b);
		size_t count = 0;
		char *words = build_why_compare(a, b, &count);

		if (strcmp(words, rows[i].words) || count != rows[i].count)
			fail_msg("%zu: %s (%zu)", i, words, count);
		free(words);
		json_decref(a);
		json_decref(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_why__compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
