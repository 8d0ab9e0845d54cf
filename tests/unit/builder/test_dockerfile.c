/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: stages, errors with file and line, targets, triggers. */
#include "builder/language/dockerfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static int parse(const char *text, struct dockerfile *out, struct error *err)
{
	return dockerfile_parse("Dockerfile", text, strlen(text), out, err);
}

static const struct {
	const char *text;
	const char *error;
	const char *why;
} failures[] = {
	{ "", "Dockerfile: file with no instructions", "nothing" },
	{ "# only\n\n", "Dockerfile: file with no instructions", "comments" },
	{ "ARG A=1\n", "Dockerfile: no build stage: expected FROM behind ARG",
	  "no stage" },
	{ "\n# x\nRUN a\nFROM b\n",
	  "Dockerfile:3: RUN: no build stage in current context: expected "
	  "FROM, or ARG, first",
	  "no stage yet" },
	{ "FROM a\nRUNN b\n",
	  "Dockerfile:2: unknown instruction: RUNN (did you mean RUN?)",
	  "misspelt" },
	{ "FROM a\nFORM b\n",
	  "Dockerfile:2: unknown instruction: FORM (did you mean FROM?)",
	  "swapped" },
	{ "FROM a\nXYZZY b\n", "Dockerfile:2: unknown instruction: XYZZY",
	  "nothing near" },
	{ "FROM a\nRUN b \\\n  c\nCOPY --chwon=1 a b\n",
	  "Dockerfile:4: COPY: unknown flag: --chwon (did you mean --chown?)",
	  "a flag behind lines that go on" },
	{ "FROM a\nRUN <<EOF\nx\n",
	  "Dockerfile:2: unterminated heredoc: no line is EOF",
	  "the line that opens a heredoc" },
	{ "FROM a\nONBUILD COPY x\n",
	  "Dockerfile:2: ONBUILD: COPY requires at least two arguments, but "
	  "only one was provided. Destination could not be determined",
	  "within ONBUILD" },
	{ "# escape=x\nFROM a\n",
	  "Dockerfile:1: invalid escape token 'x' does not match ` or \\",
	  "a directive" },
};

static void test_dockerfile__errors_name_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(dockerfile_release) struct dockerfile file =
			DOCKERFILE_INIT;

		if (parse(failures[i].text, &file, &err) == 0)
			fail_msg("%s: parsed", failures[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (strcmp(err.msg, failures[i].error) != 0)
			fail_msg("%s: %s", failures[i].why, err.msg);
	}
}

static void test_dockerfile__stages(void **state)
{
	static const char text[] = "# syntax=docker/dockerfile:1\n"
				   "ARG V=1\n"
				   "ARG W\n"
				   "FROM a:$V AS Build\n"
				   "RUN x\n"
				   "RUN y\n"
				   "FROM scratch\n"
				   "COPY --from=build /a /b\n"
				   "FROM build AS build\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
	const struct dockerfile_stage *stage;

	(void)state;
	assert_int_equal(parse(text, &file, &err), 0);
	assert_string_equal(file.directives.syntax, "docker/dockerfile:1");
	assert_int_equal(file.global_count, 2);
	assert_int_equal(file.stage_count, 3);
	assert_int_equal(file.stages[0].count, 2);
	assert_int_equal(file.stages[0].instructions[1].first_line, 6);
	assert_string_equal(file.stages[0].from.from.stage_name, "build");
	assert_string_equal(file.stages[0].from.from.as_name, "Build");
	assert_null(file.stages[1].from.from.stage_name);
	assert_int_equal(file.stages[2].count, 0);

	assert_null(dockerfile_find_stage(&file, "build", 0, true));
	stage = dockerfile_find_stage(&file, "BUILD", 2, false);
	assert_int_equal(stage->number, 0);
	stage = dockerfile_find_stage(&file, "build", 3, false);
	assert_int_equal(stage->number, 2);
	stage = dockerfile_find_stage(&file, "1", 2, true);
	assert_int_equal(stage->number, 1);
	assert_null(dockerfile_find_stage(&file, "1", 2, false));
	assert_null(dockerfile_find_stage(&file, "2", 2, true));
	assert_null(dockerfile_find_stage(&file, "1x", 2, true));
	assert_null(dockerfile_find_stage(&file, "", 3, true));
}

static void test_dockerfile__targets(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
	const struct dockerfile_stage *stage;

	(void)state;
	assert_int_equal(
		parse("FROM a AS one\nFROM b AS two\nFROM c\n", &file, &err),
		0);
	assert_int_equal(dockerfile_find_target(&file, NULL, &stage, &err), 0);
	assert_int_equal(stage->number, 2);
	assert_int_equal(dockerfile_find_target(&file, "ONE", &stage, &err), 0);
	assert_int_equal(stage->number, 0);
	assert_int_equal(dockerfile_find_target(&file, "1", &stage, &err), 0);
	assert_int_equal(stage->number, 1);
	assert_int_equal(dockerfile_find_target(&file, "tow", &stage, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_string_equal(err.msg, "Dockerfile: target stage \"tow\" could "
				     "not be found (did you mean two?)");
}

static void test_dockerfile__later_errors_name_the_line(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
	struct instruction trigger = { .first_line = 0 };

	(void)state;
	assert_int_equal(parse("FROM a\n\nRUN b\n", &file, &err), 0);
	(void)error_set(&err, ERROR_INVALID, "no");
	assert_int_equal(dockerfile_wrap_error(
				 &file, &file.stages[0].instructions[0], &err),
			 -1);
	assert_string_equal(err.msg, "Dockerfile:3: no");
	(void)error_set(&err, ERROR_INVALID, "no");
	assert_int_equal(dockerfile_wrap_error(&file, &trigger, &err), -1);
	assert_string_equal(err.msg, "Dockerfile: no");
}

static void test_dockerfile__triggers(void **state)
{
	static const struct {
		const char *text;
		enum instruction_kind kind; /* NONE: refused */
	} rows[] = {
		{ "RUN a b", INSTRUCTION_RUN },
		{ "COPY <<EOF /x\ntext\nEOF", INSTRUCTION_COPY },
		{ "# escape=`\nRUN a \\\n b", INSTRUCTION_RUN },
		{ "FROM a", INSTRUCTION_NONE },
		{ "ONBUILD RUN a", INSTRUCTION_NONE },
		{ "MAINTAINER a", INSTRUCTION_NONE },
		{ "RUN a\nRUN b", INSTRUCTION_NONE },
		{ "", INSTRUCTION_NONE },
		{ "NOTHING a", INSTRUCTION_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(instruction_release) struct instruction trigger = {
			.kind = INSTRUCTION_NONE
		};
		int result = dockerfile_parse_trigger(rows[i].text, &trigger,
						      &err);

		if ((result == 0) != (rows[i].kind != INSTRUCTION_NONE))
			fail_msg("%s: %s", rows[i].text,
				 err.msg ? err.msg : "parsed");
		if (result == 0)
			assert_int_equal(trigger.kind, rows[i].kind);
	}
}

static void test_dockerfile__limits(void **state)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 1001; i++)
		strbuf_addstr(&text, "FROM a\n");
	for (int round = 0; round < 2; round++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(dockerfile_release) struct dockerfile file =
			DOCKERFILE_INIT;

		assert_int_equal(parse(text.text, &file, &err), -1);
		assert_int_equal(err.kind, ERROR_TOO_LARGE);
		while (!round && text.length <= 1 << 20)
			strbuf_addstr(&text, "# long enough to be too much\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dockerfile__errors_name_file_and_line),
		cmocka_unit_test(test_dockerfile__stages),
		cmocka_unit_test(test_dockerfile__targets),
		cmocka_unit_test(test_dockerfile__later_errors_name_the_line),
		cmocka_unit_test(test_dockerfile__triggers),
		cmocka_unit_test(test_dockerfile__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
