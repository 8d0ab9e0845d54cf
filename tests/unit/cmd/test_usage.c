/* SPDX-License-Identifier: Apache-2.0 */
/* Help and argument-count texts, as docker 26 prints them for its verbs. */
#include "cmd/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct option_spec pull_options[] = {
	{ "quiet", 'q', OPTION_BOOL, 0, .help = "Suppress verbose output" },
	{ "all-tags", 'a', OPTION_BOOL, 0,
	  .help = "Download all tagged images in the repository" },
	{ "disable-content-trust", 0, OPTION_BOOL, 0,
	  .help = "Skip image verification", .fallback = "true" },
	{ "platform", 0, OPTION_STRING, 0,
	  .help = "Set platform if server is multi-platform capable" },
	{ "secret", 0, OPTION_STRING, .offset = 0 },
	{ .kind = OPTION_NONE },
};

static const struct usage pull = {
	.arguments = "NAME[:TAG|@DIGEST]",
	.summary = "Download an image from a registry",
	.aliases = "docker image pull, docker pull",
	.options = pull_options,
	.least = 1,
	.most = 1,
};

static void test_usage__prints_help_as_docker_does(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	usage_format_help(&pull, "docker pull", &out);
	assert_string_equal(
		out.text,
		"\n"
		"Usage:  docker pull [OPTIONS] NAME[:TAG|@DIGEST]\n"
		"\n"
		"Download an image from a registry\n"
		"\n"
		"Aliases:\n"
		"  docker image pull, docker pull\n"
		"\n"
		"Options:\n"
		"  -a, --all-tags                Download all tagged images in "
		"the repository\n"
		"      --disable-content-trust   Skip image verification "
		"(default true)\n"
		"      --platform string         Set platform if server is "
		"multi-platform\n"
		"                                capable\n"
		"  -q, --quiet                   Suppress verbose output\n");
	strbuf_release(&out);
}

static const struct option_spec run_options[] = {
	{ "health-start-interval", 0, OPTION_DURATION, 0,
	  .help = "Time between running the check during the start period "
		  "(ms|s|m|h)",
	  .fallback = "0s" },
	{ "hostname", 'h', OPTION_STRING, 0, .help = "Container host name" },
	{ "cgroupns", 0, OPTION_STRING, 0,
	  .help = "Cgroup namespace to use (host|private)\n"
		  "'host':    Run the container in the Docker host's cgroup "
		  "namespace\n"
		  "'private': Run the container in its own private cgroup "
		  "namespace\n"
		  "'':        Use the cgroup namespace as configured by the\n"
		  "           default-cgroupns-mode option on the daemon "
		  "(default)" },
	{ "pull", 0, OPTION_STRING, 0,
	  .help = "Pull image before running (\"always\", \"missing\", "
		  "\"never\")",
	  .fallback = "missing" },
	{ "interactive", 'i', OPTION_BOOL, 0,
	  .help = "Keep STDIN open even if not attached" },
	{ "annotation", 0, OPTION_MAP, 0,
	  .help = "Add an annotation to the container (passed through to the "
		  "OCI runtime)",
	  .fallback = "map[]" },
	{ .kind = OPTION_NONE },
};

static void test_usage__wraps_help_as_pflag_does(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	usage_format_options(run_options, 79, &out);
	assert_string_equal(
		out.text,
		"      --annotation map                   Add an annotation to "
		"the\n"
		"                                         container (passed "
		"through to the\n"
		"                                         OCI runtime) (default "
		"map[])\n"
		"      --cgroupns string                  Cgroup namespace to "
		"use\n"
		"                                         (host|private)\n"
		"                                         'host':    Run the "
		"container in\n"
		"                                         the Docker host's "
		"cgroup\n"
		"                                         namespace\n"
		"                                         'private': Run the "
		"container in\n"
		"                                         its own private "
		"cgroup namespace\n"
		"                                         '':        Use the "
		"cgroup\n"
		"                                         namespace as "
		"configured by the\n"
		"                                                    "
		"default-cgroupns-mode\n"
		"                                         option on the daemon "
		"(default)\n"
		"      --health-start-interval duration   Time between running "
		"the check\n"
		"                                         during the start "
		"period\n"
		"                                         (ms|s|m|h) (default "
		"0s)\n"
		"      --help                             Print usage\n"
		"  -h, --hostname string                  Container host name\n"
		"  -i, --interactive                      Keep STDIN open even "
		"if not attached\n"
		"      --pull string                      Pull image before "
		"running\n"
		"                                         (\"always\", "
		"\"missing\", \"never\")\n"
		"                                         (default "
		"\"missing\")\n");
	strbuf_release(&out);
}

static void test_usage__lists_commands(void **state)
{
	static const struct usage_entry entries[] = {
		{ "ls", "List images" },
		{ "system-check-x", "Long name" },
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	usage_format_entries("Commands", entries, 1, &out);
	assert_string_equal(out.text, "Commands:\n  ls          List images\n");
	strbuf_release(&out);
	usage_format_entries("Commands", entries, 2, &out);
	assert_string_equal(out.text, "Commands:\n"
				      "  ls             List images\n"
				      "  system-check-x Long name\n");
	strbuf_release(&out);
}

static void test_usage__counts_operands(void **state)
{
	static const struct {
		int least, most, given;
		const char *text; /* NULL: fine */
	} cases[] = {
		{ 1, 1, 1, NULL },
		{ 0, -1, 3, NULL },
		{ 1, 1, 0, "requires exactly 1 argument." },
		{ 2, 2, 3, "requires exactly 2 arguments." },
		{ 1, -1, 0, "requires at least 1 argument." },
		{ 2, -1, 1, "requires at least 2 arguments." },
		{ 0, 1, 2, "requires at most 1 argument." },
		{ 0, 0, 1, "accepts no arguments." },
		{ 1, 2, 3, "requires at least 1 and at most 2 arguments." },
	};
	static const char *const argv[] = { "a", "b", "c", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct usage usage = { .arguments = "X",
				       .summary = "Do",
				       .least = cases[i].least,
				       .most = cases[i].most };
		struct usage_call call = {
			.usage = &usage,
			.path = "p x",
			.argv = (char *const *)(uintptr_t)argv + 3 -
				cases[i].given,
		};
		struct error err = ERROR_INIT;
		char expected[200];

		if (!cases[i].text) {
			assert_int_equal(usage_parse(&call, &err), 0);
			assert_int_equal(call.result.operand_count,
					 cases[i].given);
			usage_call_release(&call);
			continue;
		}
		(void)snprintf(expected, sizeof(expected),
			       "\"p x\" %s\nSee 'p x --help'.\n\n"
			       "Usage:  p x X\n\nDo",
			       cases[i].text); /* fits */
		assert_int_equal(usage_parse(&call, &err), -1);
		assert_string_equal(err.msg, expected);
		assert_int_equal(call.exit_status, 1);
		error_release(&err);
	}
}

static void test_usage__bad_options_leave_with_125(void **state)
{
	static const char *const argv[] = { "--foo", NULL };
	struct usage_call call = { .usage = &pull,
				   .path = "imgctl image pull",
				   .argv = (char *const *)(uintptr_t)argv };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(usage_parse(&call, &err), -1);
	assert_string_equal(err.msg, "unknown flag: --foo\n"
				     "See 'imgctl image pull --help'.");
	assert_int_equal(call.exit_status, 125);
	error_release(&err);
}

static void test_usage__help_wins_over_missing_operands(void **state)
{
	static const char *const argv[] = { "--help", NULL };
	struct usage_call call = { .usage = &pull,
				   .path = "imgctl pull",
				   .argv = (char *const *)(uintptr_t)argv };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(usage_parse(&call, &err), 0);
	assert_true(call.result.is_help);
	usage_call_release(&call);
}

static void test_usage__lists_alternatives(void **state)
{
	static const struct usage copy = {
		.arguments = "CONTAINER:SRC_PATH DEST_PATH|-\n"
			     "SRC_PATH|- CONTAINER:DEST_PATH",
		.summary = "Copy",
		.least = 2,
		.most = 2
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	usage_format_help(&copy, "docker cp", &out);
	assert_string_equal(
		out.text, "\nUsage:  docker cp CONTAINER:SRC_PATH DEST_PATH|-\n"
			  "\tdocker cp SRC_PATH|- CONTAINER:DEST_PATH\n"
			  "\nCopy\n");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage__prints_help_as_docker_does),
		cmocka_unit_test(test_usage__wraps_help_as_pflag_does),
		cmocka_unit_test(test_usage__lists_commands),
		cmocka_unit_test(test_usage__counts_operands),
		cmocka_unit_test(test_usage__bad_options_leave_with_125),
		cmocka_unit_test(test_usage__help_wins_over_missing_operands),
		cmocka_unit_test(test_usage__lists_alternatives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
