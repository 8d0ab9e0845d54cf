/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of the kernel. */
#include "runtime/seccomp/seccomp_count.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

#define RULE(name, action, more) \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\"" more "}"
#define ARGS ",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]"
#define HEAD(action) "{\"defaultAction\":\"SCMP_ACT_" action "\",\"syscalls\":["

static void count(const char *text, struct seccomp_count *out)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *json = NULL;
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct seccomp_context context = { SECCOMP_ARCH_X86_64, 0, 6, 1 };

	assert_int_equal(jsonx_parse(text, strlen(text), "t", &json, &err), 0);
	assert_int_equal(seccomp_profile_parse(json, &context, &profile, &err),
			 0);
	seccomp_count_calls(&profile, SECCOMP_ARCH_X86_64, out);
}

static void test_seccomp_count__by_default_and_rule(void **state)
{
	static const struct {
		const char *profile;
		int allowed, conditional, blocked; /* -1: all the others */
		const char *why;
	} rows[] = {
		{ HEAD("ERRNO") "]}", 0, 0, -1, "nothing is allowed" },
		{ HEAD("ALLOW") "]}", -1, 0, 0, "nothing is blocked" },
		{ HEAD("LOG") "]}", -1, 0, 0, "logged is let through" },
		{ HEAD("ERRNO") RULE("read", "ALLOW", "") "]}", 1, 0, -1,
		  "one allowed" },
		{ HEAD("ALLOW") RULE("read", "KILL_PROCESS", "") "]}", -1, 0, 1,
		  "one blocked" },
		{ HEAD("ERRNO") RULE("read", "ALLOW", ARGS) "]}", 0, 1, -1,
		  "allowed with some arguments" },
		{ HEAD("ERRNO") RULE("read", "ALLOW",
				     ARGS) "," RULE("read", "ALLOW", "") "]}",
		  1, 0, -1, "a rule without conditions decides" },
		{ HEAD("ERRNO") RULE("read", "KILL_PROCESS", ARGS) "]}", 0, 0,
		  -1, "blocked in two ways" },
		{ HEAD("ERRNO") RULE("mmap2", "ALLOW", "") "]}", 0, 0, -1,
		  "a call that only 32-bit machines have" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seccomp_count got;
		size_t others;

		count(rows[i].profile, &got);
		others = got.known - (rows[i].allowed == 1 ||
				      rows[i].conditional == 1 ||
				      rows[i].blocked == 1);
		assert_true(got.known > 300);
		if (got.allowed != (rows[i].allowed < 0
					    ? others
					    : (size_t)rows[i].allowed) ||
		    got.conditional != (size_t)rows[i].conditional ||
		    got.blocked != (rows[i].blocked < 0
					    ? others
					    : (size_t)rows[i].blocked))
			fail_msg("%s: %zu %zu %zu of %zu", rows[i].why,
				 got.allowed, got.conditional, got.blocked,
				 got.known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seccomp_count__by_default_and_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
