/* SPDX-License-Identifier: Apache-2.0 */
/* The error texts were taken from docker 26 by giving it the same words. */
#include "cmd/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct sample {
	bool tty, interactive, sig_proxy;
	const char *name, *network;
	struct strvec env, sysctl;
	int64_t last, memory, swap, cpus, interval;
	uint16_t weight;
	bool has_name;
	char stream;
};

static int set_stream(void *field, const char *value, struct error *err)
{
	if (strcmp(value, "stdin"))
		return error_set(err, ERROR_INVALID,
				 "valid streams are STDIN, "
				 "STDOUT and STDERR");
	*(char *)field = 'i';
	return 0;
}

static int check_env(void *field, const char *value, struct error *err)
{
	(void)field;
	if (*value == '=')
		return error_set(err, ERROR_INVALID,
				 "invalid environment variable: %s", value);
	return 0;
}

static const struct option_spec table[] = {
	{ "tty", 't', OPTION_BOOL, OPTION_AT(sample, tty), .help = "" },
	{ "interactive", 'i', OPTION_BOOL, OPTION_AT(sample, interactive) },
	{ "sig-proxy", 0, OPTION_BOOL, OPTION_AT(sample, sig_proxy) },
	{ "name", 0, OPTION_STRING, OPTION_AT(sample, name),
	  .seen = offsetof(struct sample, has_name) },
	{ "network", 0, OPTION_STRING, OPTION_AT(sample, network) },
	{ "net", 0, OPTION_STRING, OPTION_AT(sample, network) },
	{ "env", 'e', OPTION_LIST, OPTION_AT(sample, env), .set = check_env },
	{ "sysctl", 0, OPTION_MAP, OPTION_AT(sample, sysctl) },
	{ "last", 'n', OPTION_INT, OPTION_AT(sample, last) },
	{ "memory", 'm', OPTION_SIZE, OPTION_AT(sample, memory) },
	{ "memory-swap", 0, OPTION_SWAP, OPTION_AT(sample, swap) },
	{ "cpus", 0, OPTION_CPUS, OPTION_AT(sample, cpus) },
	{ "health-interval", 0, OPTION_DURATION, OPTION_AT(sample, interval) },
	{ "blkio-weight", 0, OPTION_UINT16, OPTION_AT(sample, weight) },
	{ "attach", 'a', OPTION_CUSTOM, OPTION_AT(sample, stream),
	  .set = set_stream },
	{ .kind = OPTION_NONE },
};

static struct sample parse(const char *const *argv, unsigned flags,
			   struct options_result *out)
{
	struct sample sample = { .sig_proxy = true,
				 .env = STRVEC_INIT,
				 .sysctl = STRVEC_INIT };
	struct options_input input = { table, (char *const *)(uintptr_t)argv,
				       flags };
	struct error err = ERROR_INIT;

	if (options_parse(&input, &sample, out, &err) < 0)
		fail_msg("%s", err.msg);
	return sample;
}

static void test_options__reads_every_spelling(void **state)
{
	static const char *const argv[] = { "-it",
					    "--name",
					    "x",
					    "--net=host",
					    "-e",
					    "A=1",
					    "-eB=2",
					    "-e=C=3",
					    "-n5",
					    "--memory=64m",
					    "image",
					    "--sysctl",
					    "a=1",
					    "--sysctl",
					    "b",
					    "--sysctl",
					    "a=2",
					    "--cpus",
					    ".5",
					    "--sig-proxy=0",
					    "-",
					    "--memory-swap",
					    "-1",
					    "--health-interval=90s",
					    "--blkio-weight=500",
					    "-a=stdin",
					    "--",
					    "--name",
					    NULL };
	struct options_result out;
	struct sample s = parse(argv, 0, &out);

	(void)state;
	assert_true(s.tty && s.interactive && !s.sig_proxy && s.has_name);
	assert_string_equal(s.name, "x");
	assert_string_equal(s.network, "host");
	assert_int_equal(s.env.count, 3);
	assert_string_equal(s.env.items[1], "B=2");
	assert_string_equal(s.env.items[2], "C=3");
	assert_int_equal(s.sysctl.count, 2);
	assert_string_equal(s.sysctl.items[0], "b=");
	assert_string_equal(s.sysctl.items[1], "a=2");
	assert_int_equal(s.last, 5);
	assert_int_equal(s.memory, 64 << 20);
	assert_int_equal(s.swap, -1);
	assert_int_equal(s.cpus, 500000000);
	assert_int_equal(s.interval, 90000000000);
	assert_int_equal(s.weight, 500);
	assert_int_equal(s.stream, 'i');
	assert_int_equal(out.operand_count, 3);
	assert_string_equal(out.operands[0], "image");
	assert_string_equal(out.operands[1], "-");
	assert_string_equal(out.operands[2], "--name");
	assert_null(out.operands[3]);
	options_result_release(&out);
	strvec_release(&s.env);
	strvec_release(&s.sysctl);
}

static void test_options__stops_at_the_first_operand(void **state)
{
	static const char *const argv[] = { "-t", "image", "-i",
					    "--", "--foo", NULL };
	static const char *const dashes[] = { "--", "image", "--", "-x", NULL };
	struct options_result out;
	struct sample s = parse(argv, OPTIONS_FIRST, &out);

	(void)state;
	assert_true(s.tty && !s.interactive);
	assert_int_equal(out.operand_count, 4);
	assert_string_equal(out.operands[2], "--");
	options_result_release(&out);
	(void)parse(dashes, OPTIONS_FIRST, &out); /* only operands matter */
	assert_int_equal(out.operand_count, 3);
	assert_string_equal(out.operands[1], "--");
	options_result_release(&out);
}

static void test_options__stops_at_help(void **state)
{
	static const char *const cases[][3] = { { "--help", "--foo" },
						{ "-h", "--foo" },
						{ "-th" },
						{ "a", "--help" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options_result out;

		(void)parse(cases[i], 0, &out); /* only the help flag matters */
		assert_true(out.is_help);
		options_result_release(&out);
	}
}

static const struct {
	const char *error;
	const char *argv[3];
} errors[] = {
	{ "unknown flag: --foo", { "--foo" } },
	{ "unknown flag: --foo", { "--foo=1" } },
	{ "unknown flag: --na", { "--na", "x" } },
	{ "unknown shorthand flag: 'x' in -x", { "-x" } },
	{ "unknown shorthand flag: 'x' in -x", { "-itx" } },
	{ "unknown shorthand flag: '=' in -=x", { "-=x" } },
	{ "flag needs an argument: --name", { "--name" } },
	{ "flag needs an argument: 'n' in -n", { "-n" } },
	{ "flag needs an argument: 'n' in -n", { "-tn" } },
	{ "bad flag syntax: ---x", { "---x" } },
	{ "bad flag syntax: --=x", { "--=x" } },
	{ "invalid argument \"x\" for \"-n, --last\" flag: strconv.ParseInt: "
	  "parsing \"x\": invalid syntax",
	  { "-nx" } },
	{ "invalid argument \"x\" for \"-t, --tty\" flag: strconv.ParseBool: "
	  "parsing \"x\": invalid syntax",
	  { "-it=x" } },
	{ "invalid argument \"x\" for \"--cpus\" flag: failed to parse x as a "
	  "rational number",
	  { "--cpus=x" } },
	{ "invalid argument \"5x\" for \"-m, --memory\" flag: invalid size: "
	  "'5x'",
	  { "-m", "5x" } },
	{ "invalid argument \"70000\" for \"--blkio-weight\" flag: "
	  "strconv.ParseUint: parsing \"70000\": value out of range",
	  { "--blkio-weight", "70000" } },
	{ "invalid argument \"foo\" for \"-a, --attach\" flag: valid streams "
	  "are STDIN, STDOUT and STDERR",
	  { "--attach", "foo" } },
	{ "invalid argument \"=x\" for \"-e, --env\" flag: invalid environment "
	  "variable: =x",
	  { "-e", "=x" } },
	{ "invalid argument \"a\\nb\" for \"--health-interval\" flag: time: "
	  "invalid duration \"a\nb\"",
	  { "--health-interval=a\nb" } },
};

static void test_options__fails_in_dockers_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		struct sample s = { .env = STRVEC_INIT, .sysctl = STRVEC_INIT };
		struct options_input input = {
			table, (char *const *)(uintptr_t)errors[i].argv, 0
		};
		struct options_result out;
		struct error err = ERROR_INIT;

		assert_int_equal(options_parse(&input, &s, &out, &err), -1);
		assert_string_equal(err.msg, errors[i].error);
		assert_int_equal(err.kind, ERROR_INVALID);
		error_release(&err);
		strvec_release(&s.env);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options__reads_every_spelling),
		cmocka_unit_test(test_options__stops_at_the_first_operand),
		cmocka_unit_test(test_options__stops_at_help),
		cmocka_unit_test(test_options__fails_in_dockers_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
