/* SPDX-License-Identifier: Apache-2.0 */
/* From how a container was made to how it is made again. */
#include "cmd/front/create_command.h"

#include "tests/unit/cmd/run_fixture.h"

static void test_create_command__a_table(void **state)
{
	static const struct {
		const char *given[RUN_WORDS_MAX];
		const char *want; /* the words, joined by "|" */
		const char *why;
	} rows[] = {
		{ { "image" }, "image", "nothing to change" },
		{ { "-d", "image", "-d", "--rm" },
		  "image|-d|--rm",
		  "the command's own words stay" },
		{ { "-itd", "image" }, "-i|-t|image", "a group" },
		{ { "-de", "A=1", "image" },
		  "-e|A=1|image",
		  "a group that ends in one with a value" },
		{ { "-deA=1", "image" }, "-eA=1|image", "which is in it" },
		{ { "-e", "--rm", "image" },
		  "-e|--rm|image",
		  "a value that looks like an option" },
		{ { "--name", "old", "-m", "64m", "image" },
		  "-m|64m|image",
		  "the name" },
		{ { "--name=old", "--rm", "--replace=true", "image" },
		  "image",
		  "with a sign" },
		{ { "--restart", "always", "--cidfile", "x", "-a", "stdout",
		    "image" },
		  "image",
		  "what the unit does" },
		{ { "-astdout", "--sig-proxy=false", "image" },
		  "image",
		  "of the foreground" },
		{ { "--env", "B", "--read-only", "--", "image", "ls" },
		  "--env|B|--read-only|--|image|ls",
		  "the end of options" },
		{ { "--device-read-bps", "/dev/sda:1", "image" },
		  "--device-read-bps|/dev/sda:1|image",
		  "any other" },
		{ { "-h", "host", "image" },
		  "-h|host|image",
		  "a letter that is no help here" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(jsonx_free) json_t *note = create_command_note(
			(char *const *)(uintptr_t)rows[i].given);
		autoclean(strvec_release) struct strvec words = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_non_null(note);
		assert_int_equal(create_command_folder(note)[0], '/');
		if (create_command_rebuild(note, &words, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		for (size_t j = 0; j < words.count; j++)
			strbuf_addf(&got, "%s%s", j ? "|" : "", words.items[j]);
		if (strcmp(got.text, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].why, got.text);
	}
}

static void test_create_command__what_is_not_known(void **state)
{
	char *const bytes[] = { (char[]){ "\xff" }, NULL };
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_null(create_command_note(bytes));
	assert_null(create_command_folder(NULL));
	assert_int_equal(create_command_rebuild(NULL, &words, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_command__a_table),
		cmocka_unit_test(test_create_command__what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
