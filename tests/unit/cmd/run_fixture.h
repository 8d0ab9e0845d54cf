/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of `run` as a command line gives them, and results compared as
 * JSON, for the tests of cmd/front/run_*.
 */
#ifndef TESTS_RUN_FIXTURE_H
#define TESTS_RUN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/run_parts.h"

enum { RUN_WORDS_MAX = 16 };

/* A command line taken apart; its strings are the caller's. */
struct run_line {
	struct run_options options;
	struct options_result result;
	struct error err;
};

/* Read WORDS (NULL-terminated), which may fail: 0 or -1 as options_parse. */
static inline int run_line_try(struct run_line *line, char *const *words)
{
	struct options_input input = { create_option_table, words,
				       OPTIONS_FIRST };

	*line = (struct run_line){
		.options = RUN_OPTIONS_INIT,
		.result = OPTIONS_RESULT_INIT,
		.err = ERROR_INIT,
	};
	return options_parse(&input, &line->options, &line->result, &line->err);
}

/* Read WORDS; a failure fails the test. */
static inline void run_line_read(struct run_line *line, char *const *words)
{
	if (run_line_try(line, words) < 0)
		fail_msg("%s", line->err.msg);
}

static inline void run_line_release(struct run_line *line)
{
	run_options_release(&line->options);
	options_result_release(&line->result);
	error_release(&line->err);
}
DEFINE_CLEANUP(struct run_line, run_line_release)

/* Fail, naming WHY, unless ACTUAL is the JSON value WANT (NULL: nothing). */
static inline void run_expect(const json_t *actual, const char *want,
			      const char *why)
{
	autoclean(jsonx_free) json_t *wanted =
		want ? json_loads(want, JSON_DECODE_ANY, NULL) : NULL;
	char *shown;

	if (want && !wanted)
		fail_msg("no JSON: %s", want);
	if ((!want && !actual) ||
	    (wanted && actual && json_equal(actual, wanted)))
		return;
	shown = actual ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;
	print_error("%s\n  expected %s\n  got      %s\n", why,
		    want ? want : "(nothing)", shown ? shown : "(nothing)");
	free(shown);
	fail();
}

#endif
