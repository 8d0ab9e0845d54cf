/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule: broken, kept, and turned off. */
#include "builder/language/lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* "known" is an image that sets BASE_VAR; others nobody knows. */
static bool base_env(void *payload, const char *base, struct strvec *out)
{
	(void)payload;
	if (strcmp(base, "known") != 0)
		return false;
	strvec_add(out, "PATH=/bin");
	strvec_add(out, "BASE_VAR=1");
	return true;
}

static const struct {
	const char *file;
	const char *findings; /* "LINE Rule: message", joined by "\n" */
	const char *why;
} rows[] = {
	{ "FROM a\nCMD [\"a\"]\n", "", "nothing to say" },

	{ "FROM a AS Build\n",
	  "1 StageNameCasing: Stage name 'Build' should be lowercase",
	  "a stage in upper case" },
	{ "FROM a AS build-1\n", "", "a stage in lower case" },
	{ "FROM a as b\n",
	  "1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
	  "as, not AS" },
	{ "from a AS b\n",
	  "1 FromAsCasing: 'AS' and 'from' keywords' casing do not match",
	  "AS, not as" },
	{ "from a as b\n", "", "both in lower case" },
	{ "From a as b\n",
	  "1 ConsistentInstructionCasing: Command 'From' should match the "
	  "case of the command majority (uppercase)",
	  "FROM itself is mixed" },
	{ "FROM a AS b\nFROM a AS B\n",
	  "2 StageNameCasing: Stage name 'B' should be lowercase\n"
	  "2 DuplicateStageName: Duplicate stage name \"b\", stage names "
	  "should be unique",
	  "two of one name" },
	{ "FROM a AS scratch\n",
	  "1 ReservedStageName: Stage name should not use the same name as "
	  "reserved stage \"scratch\"",
	  "scratch" },
	{ "FROM a AS context\n",
	  "1 ReservedStageName: Stage name should not use the same name as "
	  "reserved stage \"context\"",
	  "context" },

	{ "FROM a\nRUN x \\\n\n y\n",
	  "3 NoEmptyContinuation: Empty continuation line", "a blank line" },
	{ "FROM a\nRUN x \\\n# c\n y\n", "", "a comment is none" },
	{ "FROM a\nrun x\n",
	  "2 ConsistentInstructionCasing: Command 'run' should match the case "
	  "of the command majority (uppercase)",
	  "a tie is for upper case" },
	{ "from a\nrun x\nRUN y\n",
	  "3 ConsistentInstructionCasing: Command 'RUN' should match the case "
	  "of the command majority (lowercase)",
	  "the majority" },
	{ "from a\nrun x\n", "", "all in lower case" },

	{ "FROM a\nCMD x\nENTRYPOINT y\n",
	  "2 JSONArgsRecommended: JSON arguments recommended for CMD to "
	  "prevent unintended behavior related to OS signals\n"
	  "3 JSONArgsRecommended: JSON arguments recommended for ENTRYPOINT "
	  "to prevent unintended behavior related to OS signals",
	  "shell forms" },
	{ "FROM a\nSHELL [\"/bin/sh\", \"-c\"]\nCMD x\n", "",
	  "with a SHELL it is meant" },
	{ "FROM a AS b\nSHELL [\"x\"]\nFROM b\nCMD x\n", "",
	  "also of the stage below" },
	{ "FROM a\nCMD []\nHEALTHCHECK CMD x\n", "", "arrays, HEALTHCHECK" },
	{ "FROM a\nMAINTAINER x\n",
	  "2 MaintainerDeprecated: Maintainer instruction is deprecated in "
	  "favor of using label",
	  "MAINTAINER" },
	{ "FROM a\nENV A x\nLABEL b y\nENV C=1\n",
	  "2 LegacyKeyValueFormat: \"ENV key=value\" should be used instead "
	  "of legacy \"ENV key value\" format\n"
	  "3 LegacyKeyValueFormat: \"LABEL key=value\" should be used instead "
	  "of legacy \"LABEL key value\" format",
	  "the old form" },
	{ "FROM a\nCMD [\"a\"]\nCMD [\"b\"]\nCMD [\"c\"]\n",
	  "2 MultipleInstructionsDisallowed: Multiple CMD instructions should "
	  "not be used in the same stage because only the last one will be "
	  "used\n"
	  "3 MultipleInstructionsDisallowed: Multiple CMD instructions should "
	  "not be used in the same stage because only the last one will be "
	  "used",
	  "CMD three times" },
	{ "FROM a\nENTRYPOINT [\"a\"]\nHEALTHCHECK NONE\nENTRYPOINT [\"b\"]\n"
	  "HEALTHCHECK CMD a\n",
	  "2 MultipleInstructionsDisallowed: Multiple ENTRYPOINT instructions "
	  "should not be used in the same stage because only the last one "
	  "will be used\n"
	  "3 MultipleInstructionsDisallowed: Multiple HEALTHCHECK "
	  "instructions should not be used in the same stage because only the "
	  "last one will be used",
	  "ENTRYPOINT, HEALTHCHECK" },
	{ "FROM a\nCMD [\"a\"]\nFROM b\nCMD [\"b\"]\n", "", "one each stage" },

	{ "ARG API_KEY\nFROM a\nENV my_Password=x TOKENS=1\nARG AUTH=1\n",
	  "1 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for "
	  "sensitive data (ARG \"API_KEY\")\n"
	  "3 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for "
	  "sensitive data (ENV \"my_Password\")\n"
	  "4 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for "
	  "sensitive data (ARG \"AUTH\")",
	  "secrets" },
	{ "FROM a\nENV PUBLIC_KEY=x MONKEY=1 KEYBOARD=1\n", "",
	  "words that only look like it" },
	{ "FROM a\nWORKDIR x\nWORKDIR y\n",
	  "2 WorkdirRelativePath: Relative workdir \"x\" can have unexpected "
	  "results if the base image changes",
	  "the first one only" },
	{ "FROM a\nWORKDIR /x\nWORKDIR y\n", "", "below an absolute one" },
	{ "FROM a AS b\nWORKDIR /x\nFROM b\nWORKDIR y\n", "",
	  "below that of another stage" },
	{ "FROM a\nENV D=/x\nWORKDIR $D\n", "", "of a variable" },
	{ "FROM a\nEXPOSE 80/TCP 53/udp\n",
	  "2 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE "
	  "instruction should be lowercase",
	  "a protocol in upper case" },
	{ "FROM a\nEXPOSE 127.0.0.1:80:80 8080:80 80-90\n",
	  "2 ExposeInvalidFormat: EXPOSE instruction should not define an IP "
	  "address or host-port mapping, found '127.0.0.1:80:80'\n"
	  "2 ExposeInvalidFormat: EXPOSE instruction should not define an IP "
	  "address or host-port mapping, found '8080:80'",
	  "mappings" },

	{ "FROM --platform=$TARGETPLATFORM a\n",
	  "1 RedundantTargetPlatform: Setting platform to predefined "
	  "$TARGETPLATFORM in FROM is redundant as this is the default "
	  "behavior",
	  "the platform it would have" },
	{ "FROM --platform=${TARGETPLATFORM} a\n",
	  "1 RedundantTargetPlatform: Setting platform to predefined "
	  "$TARGETPLATFORM in FROM is redundant as this is the default "
	  "behavior",
	  "in braces" },
	{ "FROM --platform=$BUILDPLATFORM a\n", "", "another one" },
	{ "FROM --platform=linux/amd64 a\n",
	  "1 FromPlatformFlagConstDisallowed: FROM --platform flag should not "
	  "use constant value \"linux/amd64\"",
	  "a constant" },
	{ "FROM --platform=linux/amd64 a AS build_amd64\n", "",
	  "that the stage is named after" },
	{ "ARG TAG=1\nFROM a:$TGA AS x\n",
	  "2 InvalidDefaultArgInFrom: Default value for ARG a:$TGA results in "
	  "empty or invalid base image name\n"
	  "2 UndefinedArgInFrom: FROM argument 'TGA' is not declared (did you "
	  "mean TAG?)",
	  "misspelt, and nothing is left" },
	{ "FROM a${X}\n",
	  "1 UndefinedArgInFrom: FROM argument 'X' is not declared",
	  "nothing near" },
	{ "ARG X\nFROM a${X}\n", "", "declared without a default" },
	{ "ARG X\nFROM a:${X}\n",
	  "2 InvalidDefaultArgInFrom: Default value for ARG a:${X} results in "
	  "empty or invalid base image name",
	  "no name without an argument" },
	{ "ARG GIVEN\nFROM a:$GIVEN\n",
	  "2 InvalidDefaultArgInFrom: Default value for ARG a:$GIVEN results "
	  "in empty or invalid base image name",
	  "even when it is given now" },
	{ "ARG X=1\nFROM a:$X\n", "", "a default" },
	{ "FROM a-$TARGETARCH\n", "", "a platform's" },

	{ "FROM known\nLABEL a=$BASE_VAR b=$PATH c=$NONE\n",
	  "2 UndefinedVar: Usage of undefined variable '$NONE'",
	  "a base that is known" },
	{ "FROM known\nLABEL a=$BASE_VRA\n",
	  "2 UndefinedVar: Usage of undefined variable '$BASE_VRA' (did you "
	  "mean $BASE_VAR?)",
	  "misspelt" },
	{ "FROM scratch\nCOPY $A $PATH /\nARG A\nCOPY $A /\nENV B=1\nUSER "
	  "$B\n",
	  "2 UndefinedVar: Usage of undefined variable '$A'",
	  "scratch, too early" },
	{ "FROM scratch\nARG A=$B\nENV C=$D\n",
	  "2 UndefinedVar: Usage of undefined variable '$B'\n"
	  "3 UndefinedVar: Usage of undefined variable '$D'",
	  "in a default and in ENV" },
	{ "FROM scratch AS x\nENV V=1\nARG W=2\nFROM x\nLABEL a=$V b=$W\n", "",
	  "a stage below" },
	{ "FROM scratch\nRUN echo $A\nCMD [\"$A\"]\n", "",
	  "what the container expands" },
	{ "FROM other\nLABEL a=$ANYTHING\n", "", "a base nobody knows" },
	{ "FROM other AS x\nFROM x\nLABEL a=$ANYTHING\n", "",
	  "a stage upon one" },
	{ "FROM scratch AS x\nFROM x\nLABEL a=$ANYTHING\n",
	  "3 UndefinedVar: Usage of undefined variable '$ANYTHING'",
	  "a stage upon scratch" },
	{ "FROM other\nARG VERSION=1\nLABEL a=$VERSIN\n",
	  "3 UndefinedVar: Usage of undefined variable '$VERSIN' (did you mean "
	  "$VERSION?)",
	  "of such, a slip" },
	{ "ARG VERSION=1\nFROM other\nLABEL a=$VERSION\n",
	  "3 UndefinedVar: Usage of undefined variable '$VERSION'",
	  "of such, a global one" },

	{ "# check=skip=MaintainerDeprecated\nFROM a as b\nMAINTAINER x\n",
	  "2 FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
	  "one turned off" },
	{ "# check=skip=all\nFROM a as b\nMAINTAINER x\n", "",
	  "all turned off" },
	{ "# check=skip=fromascasing, StageNameCasing\nFROM a as B\n", "",
	  "two, in any case" },

	{ "FROM a\nCOPY x.md /\n", "", "experimental ones rest" },
	{ "# check=experimental=all\nFROM a\nCOPY x.md y /\nADD ./sub/z.md "
	  "/docs/ /\n",
	  "3 CopyIgnoredFile: Attempting to Copy file \"x.md\" that is "
	  "excluded by .dockerignore\n"
	  "4 CopyIgnoredFile: Attempting to Add file \"sub/z.md\" that is "
	  "excluded by .dockerignore\n"
	  "4 CopyIgnoredFile: Attempting to Add file \"/docs\" that is "
	  "excluded by .dockerignore",
	  "ignored files" },
	{ "# check=experimental=CopyIgnoredFile\nFROM a\n"
	  "COPY --from=x x.md /\nADD https://x/x.md /\nCOPY <<x.md /\nx.md\n",
	  "", "not of the context" },
	{ "# check=experimental=InvalidDefinitionDescription\n# about it\n"
	  "ARG A\n# B is this\nARG B\n\n# free\n\nARG C\n# D or E\nARG E D\n"
	  "# the\nFROM a AS b\n# x\nFROM a\n",
	  "3 InvalidDefinitionDescription: Comment for ARG should follow the "
	  "format: `# A <description>`\n"
	  "13 InvalidDefinitionDescription: Comment for FROM should follow the "
	  "format: `# b <description>`",
	  "descriptions" },
	{ "# check=experimental=all\n# a\nARG B C\nFROM a\n",
	  "3 InvalidDefinitionDescription: Comment for ARG should follow the "
	  "format: `# <arg_key> <description>`",
	  "of several" },
};

/* The findings as in the table; the result of lint_run. */
static int run(const char *text, struct strbuf *out, struct error *err)
{
	static const char ignored[] = "**/*.md\ndocs\n";
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
	autoclean(pairs_release) struct pairs given = PAIRS_INIT;
	autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;
	autoclean(lint_report_release) struct lint_report report = {
		.directives = NULL
	};
	const struct lint_input input = {
		.file = &file,
		.given = &given,
		.ignore = &ignore,
		.platforms = { "linux/amd64", "linux/amd64", NULL },
		.base_env = base_env,
	};
	int result;

	pairs_add(&given, "GIVEN", "1");
	assert_int_equal(
		ignore_parse("i", ignored, strlen(ignored), &ignore, err), 0);
	if (dockerfile_parse("Dockerfile", text, strlen(text), &file, err) < 0)
		fail_msg("%s", err->msg);
	result = lint_run(&input, &report, err);
	for (size_t i = 0; i < report.count; i++)
		strbuf_addf(out, "%s%u %s: %s", i ? "\n" : "",
			    report.items[i].first_line,
			    lint_rule_name(report.items[i].rule),
			    report.items[i].message);
	return result;
}

static void test_lint__rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf found = STRBUF_INIT;

		if (run(rows[i].file, &found, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (strcmp(found.text, rows[i].findings) != 0)
			fail_msg("%s: %s", rows[i].why, found.text);
	}
}

static void test_lint__what_cannot_be_built_is_an_error(void **state)
{
	static const struct {
		const char *file, *message;
	} bad[] = {
		{ "FROM a\nUSER ${N?none}\n",
		  "Dockerfile:2: USER: \"${N?none}\": N: none" },
		{ "FROM $N\n",
		  "Dockerfile:1: FROM: base name ($N) should not be blank" },
		{ "ARG A=${N?none}\nFROM a\n",
		  "Dockerfile:1: ARG: \"${N?none}\": N: none" },
		{ "FROM a\nSTOPSIGNAL x\n",
		  "Dockerfile:2: STOPSIGNAL: invalid signal: x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf found = STRBUF_INIT;

		assert_int_equal(run(bad[i].file, &found, &err), -1);
		assert_string_equal(err.msg, bad[i].message);
	}
}

static void test_lint__findings_come_with_an_error(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf found = STRBUF_INIT;

	(void)state;
	assert_int_equal(
		run("FROM scratch as b\nUSER ${N?none}\n", &found, &err), -1);
	assert_string_equal(
		found.text,
		"1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match"
		"\n2 UndefinedVar: Usage of undefined variable '$N'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lint__rules),
		cmocka_unit_test(test_lint__what_cannot_be_built_is_an_error),
		cmocka_unit_test(test_lint__findings_come_with_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
