/* SPDX-License-Identifier: Apache-2.0 */
/* When a container is started again. */
#include "runtime/engine/restart_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define MS INT64_C(1000000)

static const struct {
	const char *why, *text;
	enum restart_kind kind; /* RESTART_UNSET: refused */
	int64_t most;
	const char *message;
} policies[] = {
	{ "nothing", "", RESTART_NO, 0, NULL },
	{ "never", "no", RESTART_NO, 0, NULL },
	{ "always", "always", RESTART_ALWAYS, 0, NULL },
	{ "unless stopped", "unless-stopped", RESTART_UNLESS_STOPPED, 0, NULL },
	{ "failures", "on-failure", RESTART_ON_FAILURE, 0, NULL },
	{ "so many failures", "on-failure:3", RESTART_ON_FAILURE, 3, NULL },
	{ "unknown", "sometimes", RESTART_UNSET, 0,
	  "invalid restart policy: unknown policy 'sometimes'; use one of "
	  "'no', 'always', 'on-failure', or 'unless-stopped'" },
	{ "a prefix", "alway", RESTART_UNSET, 0, NULL },
	{ "no number", "on-failure:x", RESTART_UNSET, 0,
	  "invalid restart policy format: maximum retry count must be an "
	  "integer" },
	{ "nothing behind the colon", "on-failure:", RESTART_UNSET, 0, NULL },
	{ "a number too many", "on-failure:3:4", RESTART_UNSET, 0, NULL },
	{ "negative", "on-failure:-1", RESTART_UNSET, 0,
	  "invalid restart policy: maximum retry count cannot be negative" },
	{ "a number where there is none", "always:3", RESTART_UNSET, 0,
	  "invalid restart policy: maximum retry count can only be used with "
	  "'on-failure'" },
	{ "no policy", ":3", RESTART_UNSET, 0,
	  "invalid restart policy format: no policy provided before colon" },
};

static void test_restart_policy__is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		struct restart_policy policy;
		struct error err = ERROR_INIT;
		int result = restart_policy_parse(policies[i].text, &policy,
						  &err);

		if ((result < 0) != (policies[i].kind == RESTART_UNSET))
			fail_msg("%s: %d", policies[i].why, result);
		if (result == 0 && (policy.kind != policies[i].kind ||
				    policy.most != policies[i].most))
			fail_msg("%s: %d %lld", policies[i].why, policy.kind,
				 (long long)policy.most);
		if (policies[i].message)
			assert_string_equal(err.msg, policies[i].message);
		error_release(&err);
	}
}

static void test_restart_policy__is_kept_as_docker_does(void **state)
{
	struct restart_policy policy = { RESTART_ON_FAILURE, 4 };
	json_t *host = json_pack("{s:o}", "RestartPolicy",
				 restart_policy_json(&policy));

	(void)state;
	policy = restart_policy_read(host);
	assert_int_equal(policy.kind, RESTART_ON_FAILURE);
	assert_int_equal(policy.most, 4);
	json_decref(host);
	assert_int_equal(restart_policy_read(NULL).kind, RESTART_UNSET);
}

static const struct {
	const char *why;
	struct restart_policy policy;
	struct restart_end end;
	int64_t count; /* before */
	bool again;
} ends[] = {
	{ "no policy", { RESTART_UNSET, 0 }, { 1, false, 0 }, 0, false },
	{ "never", { RESTART_NO, 0 }, { 1, false, 0 }, 0, false },
	{ "always", { RESTART_ALWAYS, 0 }, { 0, false, 0 }, 9, true },
	{ "unless stopped",
	  { RESTART_UNLESS_STOPPED, 0 },
	  { 0, false, 0 },
	  9,
	  true },
	{ "it was asked to end",
	  { RESTART_ALWAYS, 0 },
	  { 137, true, 0 },
	  0,
	  false },
	{ "a success", { RESTART_ON_FAILURE, 0 }, { 0, false, 0 }, 0, false },
	{ "a failure", { RESTART_ON_FAILURE, 0 }, { 3, false, 0 }, 99, true },
	{ "the last try", { RESTART_ON_FAILURE, 2 }, { 3, false, 0 }, 1, true },
	{ "too many", { RESTART_ON_FAILURE, 2 }, { 3, false, 0 }, 2, false },
};

static void test_restart_policy__decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct restart_record record = { ends[i].count, 0 };

		if (restart_policy_decide(&ends[i].policy, &ends[i].end,
					  &record) != ends[i].again)
			fail_msg("%s", ends[i].why);
		assert_int_equal(record.count, ends[i].count + ends[i].again);
	}
}

static void test_restart_policy__pauses_grow(void **state)
{
	static const int64_t pauses[] = { 100,	 200,	400,   800,
					  1600,	 3200,	6400,  12800,
					  25600, 51200, 60000, 60000 };
	struct restart_policy policy = { RESTART_ALWAYS, 0 };
	struct restart_end end = { 1, false, CLOCK_SECOND };
	struct restart_record record = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		assert_true(restart_policy_decide(&policy, &end, &record));
		assert_int_equal(record.delay, pauses[i] * MS);
	}
	end.duration = 10 * CLOCK_SECOND; /* it was well for a while */
	assert_true(restart_policy_decide(&policy, &end, &record));
	assert_int_equal(record.delay, 100 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restart_policy__is_read),
		cmocka_unit_test(test_restart_policy__is_kept_as_docker_does),
		cmocka_unit_test(test_restart_policy__decides),
		cmocka_unit_test(test_restart_policy__pauses_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
