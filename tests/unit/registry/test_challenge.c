/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate as registries send it. */
#include "registry/auth/challenge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BEARER "Bearer realm=\"https://r/t\""

static const struct {
	const char *values[3];
	enum challenge_scheme scheme;
	const char *realm;
	const char *service;
	const char *scope;
	const char *why;
} good[] = {
	{ { "Bearer realm=\"https://r/t\",service=\"s\",scope=\"a:b:pull\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  "s",
	  "a:b:pull",
	  "docker's own" },
	{ { "Basic realm=\"x\"" }, CHALLENGE_BASIC, "x", NULL, NULL, "basic" },
	{ { "BASIC realm=\"x\"" },
	  CHALLENGE_BASIC,
	  "x",
	  NULL,
	  NULL,
	  "Nexus shouts" },
	{ { "Basic" }, CHALLENGE_BASIC, NULL, NULL, NULL, "no realm" },
	{ { "Basic realm=\"x\", " BEARER ",service=s" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  "s",
	  NULL,
	  "two in one header, basic first" },
	{ { BEARER ", Basic realm=\"x\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "two in one header, bearer first" },
	{ { "Basic realm=\"x\"", BEARER },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "two headers" },
	{ { "Negotiate", "Basic realm=\"x\"" },
	  CHALLENGE_BASIC,
	  "x",
	  NULL,
	  NULL,
	  "an unknown scheme first" },
	{ { "Negotiate YWJj==, Basic realm=x" },
	  CHALLENGE_BASIC,
	  "x",
	  NULL,
	  NULL,
	  "a token68" },
	{ { "Negotiate YWJj=, " BEARER },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "a token68 with one equals sign" },
	{ { "NTLM,Negotiate," BEARER },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "no blanks" },
	{ { "Digest realm=\"d\", nonce=\"Basic, n\", Basic realm=\"b\"" },
	  CHALLENGE_BASIC,
	  "b",
	  NULL,
	  NULL,
	  "parameters of a scheme we do not speak" },
	{ { "Bearer realm=\"https://r/t?a=b,c\",scope=\"x \\\"y\\\" z\"" },
	  CHALLENGE_BEARER,
	  "https://r/t?a=b,c",
	  NULL,
	  "x \"y\" z",
	  "commas, equals signs and escapes in quotes" },
	{ { "Bearer realm=https://r/t,service=r.example" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  "r.example",
	  NULL,
	  "values without quotes" },
	{ { "bearer  REALM = \"https://r/t\" , Service=\"s\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  "s",
	  NULL,
	  "blanks and case" },
	{ { ",, " BEARER ",,service=\"s\",," },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  "s",
	  NULL,
	  "empty elements" },
	{ { BEARER ",realm=\"https://evil/\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "the first of a name counts" },
	{ { BEARER ",scope=\"\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  "",
	  "an empty value" },
	{ { "Bearer service=\"s\"", "Basic realm=x" },
	  CHALLENGE_BASIC,
	  "x",
	  NULL,
	  NULL,
	  "bearer without realm is useless" },
	{ { "Basic realm=\"open", BEARER },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "a malformed header beside a good one" },
	{ { BEARER ", Bearer realm=\"https://second/\"" },
	  CHALLENGE_BEARER,
	  "https://r/t",
	  NULL,
	  NULL,
	  "the first of a scheme" },
};

static void check_text(const char *got, const char *want, const char *why)
{
	if ((got == NULL) != (want == NULL) || (got && strcmp(got, want)))
		fail_msg("%s: %s", why, got ? got : "(none)");
}

static int choose(const char *const *values, struct challenge *out,
		  struct error *err)
{
	autoclean(strvec_release) struct strvec vec = STRVEC_INIT;

	for (size_t i = 0; i < 3 && values[i]; i++)
		strvec_add(&vec, values[i]);
	return challenge_choose(&vec, out, err);
}

static void test_challenge__chooses_strongest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		autoclean(challenge_release) struct challenge c =
			CHALLENGE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (choose(good[i].values, &c, &err) < 0)
			fail_msg("%s: %s", good[i].why, err.msg);
		assert_int_equal(c.scheme, good[i].scheme);
		check_text(c.realm, good[i].realm, good[i].why);
		check_text(c.service, good[i].service, good[i].why);
		check_text(c.scope, good[i].scope, good[i].why);
	}
}

static void test_challenge__remembers_basic_and_error(void **state)
{
	const char *const values[3] = {
		BEARER ",error=\"insufficient_scope\", Basic realm=x",
	};
	autoclean(challenge_release) struct challenge c = CHALLENGE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(choose(values, &c, &err), 0);
	assert_true(c.offers_basic);
	assert_string_equal(c.error, "insufficient_scope");
}

static const struct {
	const char *values[3];
	enum error_kind kind;
	const char *why;
} bad[] = {
	{ { NULL }, ERROR_AUTH, "no header" },
	{ { "" }, ERROR_AUTH, "an empty header" },
	{ { "Negotiate" }, ERROR_UNSUPPORTED, "nothing known" },
	{ { "Digest realm=\"x\",nonce=\"y\"" },
	  ERROR_UNSUPPORTED,
	  "nothing known" },
	{ { "Bearer" }, ERROR_INVALID, "no realm" },
	{ { "Bearer realm=\"x" }, ERROR_INVALID, "an open quote" },
	{ { "Bearer realm=\"x\\" }, ERROR_INVALID, "an open escape" },
	{ { "Basic realm=\"x\"y" }, ERROR_INVALID, "more after a value" },
	{ { "Basic realm=\"x\" y" }, ERROR_INVALID, "more after a value" },
	{ { "=\"x\"" }, ERROR_INVALID, "no scheme" },
	{ { "Basic\x01" }, ERROR_INVALID, "a control byte" },
	{ { "Basic realm=\"a\r\nb\"" }, ERROR_INVALID, "a line end" },
};

static void test_challenge__refuses_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(challenge_release) struct challenge c =
			CHALLENGE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (choose(bad[i].values, &c, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		if (err.kind != bad[i].kind)
			fail_msg("%s: %s", bad[i].why, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_challenge__chooses_strongest),
		cmocka_unit_test(test_challenge__remembers_basic_and_error),
		cmocka_unit_test(test_challenge__refuses_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
