/* SPDX-License-Identifier: Apache-2.0 */
/* Environment and labels of a new container. */
#include "tests/unit/cmd/run_fixture.h"

#include <stdlib.h>

#include "tests/unit/temp_folder.h"

/* Rows name files as "@a": file a of the test's folder. */
static char *resolve(const struct temp_folder *folder, const char *word)
{
	return *word == '@' ? xasprintf("%s/%s", folder->path, word + 1)
			    : xstrdup(word);
}

struct env_case {
	const char *words[RUN_WORDS_MAX];
	const char *base; /* the image's */
	const char *file; /* content of @a */
	const char *want;
	const char *why;
};

/* Reads ROW's command line; the words live in KEEP. */
static void read_row(void **state, const struct env_case *row,
		     struct strvec *keep, struct run_line *line)
{
	assert_int_equal(
		temp_folder_put(state, "a", row->file ? row->file : ""), 0);
	for (size_t i = 0; row->words[i]; i++)
		strvec_take(keep, resolve(*state, row->words[i]));
	run_line_read(line, strvec_array(keep));
}

typedef int part_function(const struct run_options *, const json_t *, json_t **,
			  struct error *);

static void check_rows(void **state, part_function *part,
		       const struct env_case *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		autoclean(strvec_release) struct strvec keep = STRVEC_INIT;
		autoclean(run_line_release) struct run_line line = {
			.err = ERROR_INIT
		};
		autoclean(jsonx_free) json_t *base =
			rows[i].base ? json_loads(rows[i].base, 0, NULL) : NULL;
		autoclean(jsonx_free) json_t *out = NULL;

		read_row(state, &rows[i], &keep, &line);
		if (part(&line.options, base, &out, &line.err) < 0)
			fail_msg("%s: %s", rows[i].why, line.err.msg);
		run_expect(out, rows[i].want, rows[i].why);
	}
}

static void test_run_env__variables_are_merged_as_docker_does(void **state)
{
	static const struct env_case rows[] = {
		{ { NULL }, NULL, NULL, "[]", "nothing at all" },
		{ { NULL },
		  "[\"A=1\",\"B=2\"]",
		  NULL,
		  "[\"A=1\",\"B=2\"]",
		  "the image's own" },
		{ { "-e", "Z=1", "-e", "B=3" },
		  "[\"A=1\",\"B=2\"]",
		  NULL,
		  "[\"Z=1\",\"B=3\",\"A=1\"]",
		  "those given first, of the image's what is not set" },
		{ { "-e", "Z=1", "-e", "Y=1", "-e", "Z=2" },
		  NULL,
		  NULL,
		  "[\"Z=2\",\"Y=1\"]",
		  "the last word, at the first place" },
		{ { "-e", "HAVE" },
		  NULL,
		  NULL,
		  "[\"HAVE=ours\"]",
		  "a bare name takes ours" },
		{ { "-e", "HAVENOT" },
		  "[\"HAVENOT=1\"]",
		  NULL,
		  "[\"HAVENOT\"]",
		  "or takes the image's away" },
		{ { "-e", "E=" },
		  "[\"E=1\"]",
		  NULL,
		  "[\"E=\"]",
		  "an empty value is a value" },
		{ { "-e", "A=b=c d" },
		  NULL,
		  NULL,
		  "[\"A=b=c d\"]",
		  "only the first sign parts" },
		{ { "-e", "AB=1" },
		  "[\"A=1\",\"ABC=1\"]",
		  NULL,
		  "[\"AB=1\",\"A=1\",\"ABC=1\"]",
		  "names that begin alike are others" },
		{ { "-e", "A=2", "--env-file", "@a" },
		  NULL,
		  "A=1\nB=1\n",
		  "[\"A=2\",\"B=1\"]",
		  "-e stands over files" },
		{ { "-e", "É=ü" }, NULL, NULL, "[\"É=ü\"]", "any letters" },
	};

	assert_int_equal(setenv("HAVE", "ours", 1), 0);
	assert_int_equal(unsetenv("HAVENOT"), 0);
	check_rows(state, run_env, rows, sizeof(rows) / sizeof(*rows));
}

static void test_run_env__files_are_read_by_lines(void **state)
{
	static const struct env_case rows[] = {
		{ { "--env-file", "@a" },
		  NULL,
		  "# comment\n\n  A=1\nB= x \n\t# more\nC=#no\n",
		  "[\"A=1\","
		  "\"B= x \",\"C=#no\"]",
		  "blank lines and comments go, space before a name too" },
		{ { "--env-file", "@a" },
		  NULL,
		  "A=\"q\"\nB='q'\n",
		  "[\"A=\\\"q\\\"\",\"B='q'\"]",
		  "quotes mean nothing" },
		{ { "--env-file", "@a" },
		  NULL,
		  "A=1\r\nB=2",
		  "[\"A=1\","
		  "\"B=2\"]",
		  "lines of Windows, and a last one without an end" },
		{ { "--env-file", "@a" },
		  NULL,
		  "\xef\xbb\xbf"
		  "A=1\n",
		  "[\"A=1\"]",
		  "a byte order mark" },
		{ { "--env-file", "@a" },
		  "[\"HAVENOT=1\"]",
		  "HAVE\nHAVENOT\n",
		  "[\"HAVE=ours\",\"HAVENOT=1\"]",
		  "a bare name that we do not have is left out" },
		{ { "--env-file", "@a", "--env-file", "@a" },
		  NULL,
		  "A=1\n",
		  "[\"A=1\"]",
		  "the same twice" },
		{ { "--env-file", "@a" }, NULL, "", "[]", "an empty file" },
	};

	assert_int_equal(setenv("HAVE", "ours", 1), 0);
	assert_int_equal(unsetenv("HAVENOT"), 0);
	check_rows(state, run_env, rows, sizeof(rows) / sizeof(*rows));
}

static void test_run_env__labels_are_merged(void **state)
{
	static const struct env_case rows[] = {
		{ { NULL }, NULL, NULL, "{}", "none" },
		{ { "-l", "a=1", "-l", "b", "--label", "c=x=y" },
		  "{\"a\":\"0\",\"d\":\"1\"}",
		  NULL,
		  "{\"a\":\"1\",\"d\":\"1\",\"b\":\"\",\"c\":\"x=y\"}",
		  "over the image's" },
		{ { "--label-file", "@a", "-l", "f=2" },
		  NULL,
		  "f=1\n# c\n\ng h=i\nj\n",
		  "{\"f\":\"2\",\"g h\":\"i\",\"j\":\"\"}",
		  "files first; keys may hold spaces" },
	};

	check_rows(state, run_labels, rows, sizeof(rows) / sizeof(*rows));
}

static void test_run_env__bad_input_is_named(void **state)
{
	static const struct {
		struct env_case row;
		part_function *part;
		const char *message; /* part of it */
	} rows[] = {
		{ { { "-e", "=x" }, .why = "no name" },
		  run_env,
		  "invalid environment variable: =x" },
		{ { { "-e", "" }, .why = "nothing" },
		  run_env,
		  "invalid environment variable: " },
		{ { { "--env-file", "@a" }, .file = "A=1\n=x\n" },
		  run_env,
		  "no variable name on line '=x'" },
		{ { { "--env-file", "@a" }, .file = "A B=1\n" },
		  run_env,
		  "variable 'A B' contains whitespaces" },
		{ { { "--env-file", "@a" }, .file = "A =1\n" },
		  run_env,
		  "variable 'A ' contains whitespaces" },
		{ { { "--env-file", "@b" } }, run_env, "/b: No such file" },
		{ { { "-l", "=x" } },
		  run_labels,
		  "invalid label '=x': empty name" },
		{ { { "--label-file", "@a" }, .file = "=x\n" },
		  run_labels,
		  "/a: invalid label '=x': empty name" },
		{ { { "--env-file", "@a" }, .file = "A=\xff\n" },
		  run_env,
		  "not valid UTF-8" },
		{ { { "-e", "A=\xff" } }, run_env, "not valid UTF-8" },
		{ { { "-l", "A=\xff" } }, run_labels, "not valid UTF-8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strvec_release) struct strvec keep = STRVEC_INIT;
		autoclean(run_line_release) struct run_line line = {
			.err = ERROR_INIT
		};
		autoclean(jsonx_free) json_t *out = NULL;

		read_row(state, &rows[i].row, &keep, &line);
		assert_int_equal(
			rows[i].part(&line.options, NULL, &out, &line.err), -1);
		if (!strstr(line.err.msg, rows[i].message))
			fail_msg("expected \"%s\" in \"%s\"", rows[i].message,
				 line.err.msg);
	}
}

static void test_run_env__a_file_with_nul_bytes_is_refused(void **state)
{
	char option[] = "--env-file";
	char *words[] = { option, NULL, NULL };
	struct temp_folder *folder = *state;
	autofree char *path = xasprintf("%s/n", folder->path);
	autoclean(
		run_line_release) struct run_line line = { .err = ERROR_INIT };
	autoclean(jsonx_free) json_t *out = NULL;
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, "A=1\0B\n", 6), 6);
	words[1] = path;
	run_line_read(&line, words);
	assert_int_equal(run_env(&line.options, NULL, &out, &line.err), -1);
	assert_non_null(strstr(line.err.msg, "NUL"));
}

#define ENV_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENV_TEST(test_run_env__variables_are_merged_as_docker_does),
		ENV_TEST(test_run_env__files_are_read_by_lines),
		ENV_TEST(test_run_env__labels_are_merged),
		ENV_TEST(test_run_env__bad_input_is_named),
		ENV_TEST(test_run_env__a_file_with_nul_bytes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
