/* SPDX-License-Identifier: Apache-2.0 */
/* What variables mean where. */
#include "builder/language/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "builder/language/dockerfile.h"
#include "builder/language/instruction_expand.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/*
 * Runs through FILE: ARGs are declared, ENVs set, and what its last
 * instruction, a LABEL x=…, comes to is what is asked for.
 */
static int walk(const struct dockerfile *file, const struct pairs *given,
		const struct strvec *base_env, struct strbuf *label,
		struct strvec *env, struct error *err)
{
	const struct scope_platforms platforms = { "linux/amd64",
						   "linux/arm64/v8", NULL };
	autoclean(scope_release) struct scope global = SCOPE_INIT;
	autoclean(scope_release) struct scope scope = SCOPE_INIT;
	const struct dockerfile_stage *stage =
		&file->stages[file->stage_count - 1];

	scope_init_global(&global, given, &platforms);
	for (size_t i = 0; i < file->global_count; i++)
		if (scope_declare(&global, &file->globals[i], '\\', NULL, err) <
		    0)
			return -1;
	scope_init_stage(&scope, &global, base_env);
	for (size_t i = 0; i < stage->count; i++) {
		const struct instruction *at = &stage->instructions[i];
		struct expand_scope expand = scope_expand(&scope, '\\', NULL);
		autoclean(instruction_release) struct instruction out = {
			.kind = INSTRUCTION_NONE
		};

		if (at->kind == INSTRUCTION_ARG) {
			if (scope_declare(&scope, at, '\\', NULL, err) < 0)
				return -1;
			continue;
		}
		if (instruction_expand(at, &expand, &out, err) < 0)
			return -1;
		for (size_t j = 0; j < out.pairs.pairs.count; j++) {
			const struct pair *pair = &out.pairs.pairs.items[j];

			if (at->kind == INSTRUCTION_ENV)
				scope_set_env(&scope, pair->name, pair->value);
			else
				strbuf_addstr(label, pair->value);
		}
	}
	scope_run_env(&scope, env);
	return 0;
}

static const struct {
	const char *file;
	const char *label; /* NULL: refused */
	const char *env;   /* of a RUN there, joined by "|" */
	const char *why;
} rows[] = {
	{ "FROM a\nARG V=1\nLABEL x=$V\n", "1", "B=base|V=1", "a default" },
	{ "FROM a\nLABEL x=$V\nARG V=1\n", "", "B=base|V=1", "too early" },
	{ "ARG V=1\nFROM a\nLABEL x=$V\n", "", "B=base", "not declared" },
	{ "ARG V=1\nFROM a\nARG V\nLABEL x=$V\n", "1", "B=base|V=1",
	  "of the global one" },
	{ "ARG V=1\nFROM a\nARG V=2\nLABEL x=$V\n", "2", "B=base|V=2",
	  "a default goes first" },
	{ "FROM a\nARG G=1\nLABEL x=$G\n", "given", "B=base|G=given",
	  "given goes before" },
	{ "ARG G=1\nFROM a\nARG G\nLABEL x=$G\n", "given", "B=base|G=given",
	  "given to the global one" },
	{ "ARG H=x$G\nFROM a\nARG H\nLABEL x=$H\n", "x", "B=base|H=x",
	  "given, but not declared" },
	{ "ARG G\nARG H=x$G\nFROM a\nARG H\nLABEL x=$H\n", "xgiven",
	  "B=base|H=xgiven", "declared without a default" },
	{ "FROM a\nARG V=1 W=$V\nLABEL x=$W\n", "1", "B=base|V=1|W=1",
	  "one sees those before it in the line" },
	{ "FROM a\nENV V=1\nENV V=2 W=$V\nLABEL x=$W\n", "1", "B=base|V=2|W=1",
	  "ENV only lines before" },
	{ "FROM a\nENV V=env\nARG V=arg\nLABEL x=$V\n", "env", "B=base|V=env",
	  "the environment wins" },
	{ "FROM a\nARG V=arg\nENV V=env\nLABEL x=$V\n", "env", "B=base|V=env",
	  "whatever is first" },
	{ "FROM a\nARG V=arg\nENV V=${V}x\nLABEL x=$V\n", "argx",
	  "B=base|V=argx", "ENV of an ARG" },
	{ "FROM a\nARG B=arg\nLABEL x=$B\n", "base", "B=base",
	  "the base's environment, too" },
	{ "FROM a\nARG V=1\nARG V\nLABEL x=$V\n", "1", "B=base|V=1",
	  "none takes none away" },
	{ "FROM a\nARG V=1\nARG V=2\nLABEL x=$V\n", "2", "B=base|V=2",
	  "the later one" },
	{ "FROM a\nARG V\nLABEL x=${V-unset}\n", "unset", "B=base",
	  "no value is unset" },
	{ "FROM a\nARG V=\nLABEL x=${V-unset}\n", "",
	  "B=base|V=", "an empty one is not" },
	{ "FROM a\nLABEL x=$TARGETARCH\n", "", "B=base",
	  "a platform not declared" },
	{ "FROM a\nARG TARGETARCH TARGETVARIANT\nLABEL x=$TARGETARCH"
	  "$TARGETVARIANT\n",
	  "arm64v8", "B=base|TARGETARCH=arm64|TARGETVARIANT=v8",
	  "declared ones" },
	{ "FROM a\nARG TARGETPLATFORM BUILDPLATFORM BUILDOS BUILDVARIANT\n"
	  "LABEL x=$TARGETPLATFORM,$BUILDPLATFORM,$BUILDOS,${BUILDVARIANT-n}"
	  "\n",
	  "linux/arm64/v8,linux/amd64,linux,",
	  "B=base|TARGETPLATFORM=linux/arm64/v8|BUILDPLATFORM=linux/amd64|"
	  "BUILDOS=linux|BUILDVARIANT=",
	  "all of them" },
	{ "FROM a\nARG TARGETARCH=x\nLABEL x=$TARGETARCH\n", "x",
	  "B=base|TARGETARCH=x", "a default of one's own" },
	{ "ARG T=$TARGETOS\nFROM a\nARG T\nLABEL x=$T\n", "linux",
	  "B=base|T=linux", "global scope knows platforms" },
	{ "FROM a\nARG TARGETSTAGE\nLABEL x=$TARGETSTAGE\n", "default",
	  "B=base|TARGETSTAGE=default", "no target" },
	{ "FROM a\nARG V=${W?none}\nLABEL x=1\n", NULL, "", "a bad default" },
	{ "FROM a\nARG G=${W?none}\nLABEL x=$G\n", "given", "B=base|G=given",
	  "a bad default that nobody needs" },
};

static void test_scope__walks(void **state)
{
	autoclean(pairs_release) struct pairs given = PAIRS_INIT;
	autoclean(strvec_release) struct strvec base = STRVEC_INIT;

	(void)state;
	pairs_add(&given, "G", "given");
	pairs_add(&given, "UNSET", NULL);
	strvec_add(&base, "B=base");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(dockerfile_release) struct dockerfile file =
			DOCKERFILE_INIT;
		autoclean(strbuf_release) struct strbuf label = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf joined = STRBUF_INIT;
		autoclean(strvec_release) struct strvec env = STRVEC_INIT;

		assert_int_equal(dockerfile_parse("D", rows[i].file,
						  strlen(rows[i].file), &file,
						  &err),
				 0);
		if (walk(&file, &given, &base, &label, &env, &err) < 0) {
			if (rows[i].label)
				fail_msg("%s: %s", rows[i].why, err.msg);
			continue;
		}
		if (!rows[i].label || strcmp(label.text, rows[i].label) != 0)
			fail_msg("%s: label %s", rows[i].why, label.text);
		for (size_t j = 0; j < env.count; j++)
			strbuf_addf(&joined, "%s%s", j ? "|" : "",
				    env.items[j]);
		if (strcmp(joined.text, rows[i].env) != 0)
			fail_msg("%s: env %s", rows[i].why, joined.text);
	}
}

static void test_scope__proxies_need_no_declaration(void **state)
{
	const struct scope_platforms platforms = { "linux/amd64", "linux/amd64",
						   "s" };
	autoclean(pairs_release) struct pairs given = PAIRS_INIT;
	autoclean(scope_release) struct scope global = SCOPE_INIT;
	autoclean(scope_release) struct scope scope = SCOPE_INIT;
	autoclean(scope_release) struct scope copy = SCOPE_INIT;
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	autoclean(strvec_release) struct strvec args = STRVEC_INIT;

	(void)state;
	pairs_add(&given, "HTTP_PROXY", "http://p");
	pairs_add(&given, "no_proxy", "a,b");
	pairs_add(&given, "OTHER", "x");
	scope_init_global(&global, &given, &platforms);
	assert_string_equal(scope_find(&global, "TARGETSTAGE"), "s");
	scope_init_stage(&scope, &global, NULL);
	assert_null(scope_find(&scope, "HTTP_PROXY"));
	scope_copy(&scope, &copy);
	scope_set_env(&copy, "no_proxy", "own");
	scope_run_env(&copy, &env);
	assert_int_equal(env.count, 4);
	assert_string_equal(env.items[0], "no_proxy=own");
	assert_string_equal(env.items[1], "HTTP_PROXY=http://p");
	/* in the other case as well */
	assert_string_equal(env.items[2], "http_proxy=http://p");
	assert_string_equal(env.items[3], "NO_PROXY=a,b");
	scope_run_args(&copy, &args);
	assert_int_equal(args.count, 0);
	assert_null(scope_find(&scope, "no_proxy"));
	assert_true(scope_is_proxy("all_proxy"));
	assert_false(scope_is_proxy("Http_Proxy"));
}

static void test_scope__platforms_can_be_given(void **state)
{
	const struct scope_platforms platforms = { "linux/amd64", "linux/amd64",
						   NULL };
	autoclean(pairs_release) struct pairs given = PAIRS_INIT;
	autoclean(scope_release) struct scope global = SCOPE_INIT;

	(void)state;
	pairs_add(&given, "TARGETARCH", "riscv64");
	scope_init_global(&global, &given, &platforms);
	assert_string_equal(scope_find(&global, "TARGETARCH"), "riscv64");
	assert_string_equal(scope_find(&global, "TARGETVARIANT"), "");
	assert_null(scope_find(&global, "TARGET"));
}

static void test_scope__unused_arguments(void **state)
{
	static const char *const names[] = {
		"A", "B", "http_proxy", "TARGETARCH", "BUILDKIT_SYNTAX", "C"
	};
	autoclean(pairs_release) struct pairs given = PAIRS_INIT;
	autoclean(strvec_release) struct strvec declared = STRVEC_INIT;
	autoclean(strvec_release) struct strvec unused = STRVEC_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		pairs_add(&given, names[i], "x");
	strvec_add(&declared, "A");
	scope_unused_args(&given, &declared, &unused);
	assert_int_equal(unused.count, 2);
	assert_string_equal(unused.items[0], "B");
	assert_string_equal(unused.items[1], "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scope__walks),
		cmocka_unit_test(test_scope__proxies_need_no_declaration),
		cmocka_unit_test(test_scope__platforms_can_be_given),
		cmocka_unit_test(test_scope__unused_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
