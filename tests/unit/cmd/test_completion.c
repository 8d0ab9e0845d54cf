/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripts are run by the shells where these are installed: bash is on
 * every Debian, its functions are called and must give the right words.
 */
#include "cmd/completion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/proc.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct option_spec run_options[] = {
	{ "pull", 0, OPTION_STRING, 0, .help = "When it's to be pulled",
	  .choices = "always|missing|never" },
	{ "cidfile", 0, OPTION_STRING, 0, .help = "File",
	  .complete = OPTION_COMPLETE_FILE },
	{ "tty", 't', OPTION_BOOL, 0, .help = "Terminal" },
	{ "name", 'n', OPTION_STRING, 0, .help = "Name" },
	{ "hidden", 0, OPTION_STRING },
	{ .kind = OPTION_NONE },
};

static const struct option_spec globals[] = {
	{ "root", 0, OPTION_STRING, 0, .help = "Store",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ .kind = OPTION_NONE },
};

static const struct usage run_usage = {
	.options = run_options,
	.complete = OPTION_COMPLETE_IMAGE,
};

static const struct usage list_usage = { .options = NULL };

static const struct completion_command commands[] = {
	{ "run", &run_usage },
	{ "container run", &run_usage },
	{ "image ls", &list_usage },
	{ "image rm", &list_usage },
};

static const struct completion sample = { "toolx", commands, COUNT(commands),
					  globals };

static const struct {
	const char *words; /* the cursor is at the end of the last */
	const char *expected;
} cases[] = {
	{ "toolx ''", "run container image" },
	{ "toolx i", "image" },
	{ "toolx image ''", "ls rm" },
	{ "toolx image r", "rm" },
	{ "toolx run --p", "--pull" },
	{ "toolx container run -", "--pull --cidfile --tty -t --name -n "
				   "--help" },
	{ "toolx run --pull ''", "always missing never" },
	{ "toolx run --name x --pull a", "always" },
	{ "toolx --root x run --pull n", "never" },
	{ "toolx run --name ''", "" },
	{ "toolx run deb", "debian:12 debian:$(touch" },
	{ "toolx --r", "--root" },
	{ "toolx run image -", "--pull --cidfile --tty -t --name -n --help" },
};

/* What bash proposes for WORDS, joined by blanks. */
static void complete(const char *script, const char *words, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	char *argv[] = { (char[]){ "bash" }, (char[]){ "--norc" },
			 (char[]){ "-s" }, NULL };
	struct proc_capture request = { .argv = argv,
					.timeout_ms = 30000,
					.out = out };
	struct error err = ERROR_INIT;

	strbuf_addf(&text,
		    "toolx() { echo debian:12; echo 'debian:$(touch'; "
		    "echo web; }\n%s\nCOMP_WORDS=(%s)\n"
		    "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
		    "_toolx\nprintf %%s \"${COMPREPLY[*]}\"\n",
		    script, words);
	request.input = text.text;
	request.input_length = text.length;
	if (proc_run(&request, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(request.status, 0);
	strbuf_release(&text);
}

static void test_completion__bash_proposes_words(void **state)
{
	struct strbuf script = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(completion_format(&sample, "bash", &script, &err), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		complete(script.text, cases[i].words, &out);
		if (strcmp(out.text, cases[i].expected))
			print_error("words: %s\n", cases[i].words);
		assert_string_equal(out.text, cases[i].expected);
		strbuf_release(&out);
	}
	strbuf_release(&script);
}

static void test_completion__fish_has_a_line_for_each_option(void **state)
{
	static const char *const lines[] = {
		"complete -c toolx -n '__toolx_is \"\" only' -f -a 'run "
		"container image'\n",
		"complete -c toolx -n '__toolx_is \"image\" only' -f -a 'ls "
		"rm'\n",
		"complete -c toolx -n '__toolx_is \"run\"' -l pull -r -f -a "
		"'always missing never' -d 'When it'\\''s to be pulled'\n",
		"complete -c toolx -n '__toolx_is \"run\"' -l tty -s t -d "
		"'Terminal'\n",
		"complete -c toolx -n '__toolx_is \"run\"' -l cidfile -r -F -d "
		"'File'\n",
		"complete -c toolx -n '__toolx_is \"run\"' -f -a '(toolx "
		"images --format \"{{.Repository}}:{{.Tag}}\" "
		"2>/dev/null)'\n",
	};
	struct strbuf script = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(completion_format(&sample, "fish", &script, &err), 0);
	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strstr(script.text, lines[i]))
			fail_msg("lacks %s", lines[i]);
	assert_null(strstr(script.text, "hidden"));
	strbuf_release(&script);
}

static void test_completion__zsh_can_be_loaded_both_ways(void **state)
{
	struct strbuf script = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(completion_format(&sample, "zsh", &script, &err), 0);
	assert_memory_equal(script.text, "#compdef toolx\n", 15);
	assert_non_null(strstr(script.text, "compdef _toolx toolx\n"));
	strbuf_release(&script);
}

static void test_completion__refuses_other_shells(void **state)
{
	struct strbuf script = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(completion_format(&sample, "csh", &script, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	error_release(&err);
	strbuf_release(&script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_completion__bash_proposes_words),
		cmocka_unit_test(
			test_completion__fish_has_a_line_for_each_option),
		cmocka_unit_test(test_completion__zsh_can_be_loaded_both_ways),
		cmocka_unit_test(test_completion__refuses_other_shells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
