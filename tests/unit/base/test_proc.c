/* SPDX-License-Identifier: Apache-2.0 */
/* Running helper programs. */
#include "base/proc.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include <cmocka.h>

static char sh[] = "sh";
static char dash_c[] = "-c";

static void test_proc__feeds_and_captures(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf diagnostics = STRBUF_INIT;
	char script[] = "cat; echo no >&2; exit 3";
	char *argv[] = { sh, dash_c, script, NULL };
	struct proc_capture request = { .argv = argv,
					.input = "text",
					.input_length = 4,
					.out = &out,
					.diagnostics = &diagnostics };

	(void)state;
	assert_int_equal(proc_run(&request, &err), 0);
	assert_string_equal(out.text, "text");
	assert_string_equal(diagnostics.text, "no\n");
	assert_int_equal(request.status, 3);
}

static void test_proc__gives_exactly_the_environment(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	char program[] = "/usr/bin/env";
	char variable[] = "A=b";
	char *argv[] = { program, NULL };
	char *env[] = { variable, NULL };
	struct proc_capture request = { .argv = argv, .env = env, .out = &out };

	(void)state;
	assert_int_equal(proc_run(&request, &err), 0);
	assert_string_equal(out.text, "A=b\n");
}

static void test_proc__tells_of_a_missing_program(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	char program[] = "imgctl-no-such-helper";
	char *argv[] = { program, NULL };
	struct proc_capture request = { .argv = argv, .out = &out };

	(void)state;
	assert_int_equal(proc_run(&request, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.msg, program));
}

static void test_proc__survives_a_program_that_does_not_read(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	char script[] = "exec <&-; echo done";
	char *argv[] = { sh, dash_c, script, NULL };
	size_t length = (size_t)1 << 20; /* more than a pipe holds */
	autofree char *input = xcalloc(1, length);
	struct proc_capture request = { .argv = argv,
					.input = input,
					.input_length = length,
					.out = &out };

	(void)state;
	assert_ptr_equal(signal(SIGPIPE, SIG_DFL), SIG_DFL);
	assert_int_equal(proc_run(&request, &err), 0);
	assert_string_equal(out.text, "done\n");
	assert_int_equal(request.status, 0);
}

static void test_proc__output_has_a_ceiling(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_LIMIT(1000);
	char script[] = "head -c 100000 /dev/zero | tr '\\0' x";
	char *argv[] = { sh, dash_c, script, NULL };
	struct proc_capture request = { .argv = argv, .out = &out };

	(void)state;
	assert_int_equal(proc_run(&request, &err), 0);
	assert_int_equal(out.length, 1000);
	assert_true(out.overflow);
}

static const struct {
	const char *script;
	const char *why;
} slow[] = {
	{ "exec sleep 600", "silent" },
	{ "exec >&- 2>&-; exec sleep 600", "closed its output and stays" },
};

static void test_proc__kills_what_takes_too_long(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(*slow); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
		autofree char *script = xstrdup(slow[i].script);
		char *argv[] = { sh, dash_c, script, NULL };
		struct proc_capture request = { .argv = argv,
						.timeout_ms = 20,
						.out = &out };

		if (proc_run(&request, &err) == 0)
			fail_msg("%s", slow[i].why);
		assert_int_equal(err.kind, ERROR_INTERRUPTED);
	}
}

static void test_proc__exit_codes_are_a_shells(void **state)
{
	(void)state;
	assert_int_equal(proc_exit_code(3 << 8), 3);
	assert_int_equal(proc_exit_code(SIGKILL), 137);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proc__feeds_and_captures),
		cmocka_unit_test(test_proc__gives_exactly_the_environment),
		cmocka_unit_test(test_proc__tells_of_a_missing_program),
		cmocka_unit_test(
			test_proc__survives_a_program_that_does_not_read),
		cmocka_unit_test(test_proc__output_has_a_ceiling),
		cmocka_unit_test(test_proc__kills_what_takes_too_long),
		cmocka_unit_test(test_proc__exit_codes_are_a_shells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
