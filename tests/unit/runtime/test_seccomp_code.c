/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs decide, for every number of every architecture of x86, against
 * the words of seccomp_profile.h: rule by rule, without a program.
 */
#include "runtime/seccomp/seccomp_code.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/seccomp/seccomp_default.h"
#include "tests/unit/runtime/seccomp_run.h"

#define ENOSYS_ACTION (SECCOMP_RET_ERRNO | ENOSYS)

/* Whether IT holds for VALUE. */
static bool holds(const struct seccomp_condition *it, uint64_t value)
{
	switch (it->compare) {
	case SECCOMP_NOT_EQUAL:
		return value != it->value;
	case SECCOMP_LESS:
		return value < it->value;
	case SECCOMP_LESS_OR_EQUAL:
		return value <= it->value;
	case SECCOMP_GREATER_OR_EQUAL:
		return value >= it->value;
	case SECCOMP_GREATER:
		return value > it->value;
	case SECCOMP_MASKED_EQUAL:
		return (value & it->value) == it->second;
	case SECCOMP_COMPARE_NONE:
	case SECCOMP_EQUAL:
		break;
	}
	return value == it->value;
}

/* Whether all conditions of RULE hold; 32-bit calls have 32-bit values. */
static bool applies(const struct seccomp_profile *profile,
		    const struct seccomp_rule *rule, const uint64_t args[6],
		    bool is_wide)
{
	for (size_t c = 0; c < rule->condition_count; c++) {
		struct seccomp_condition it =
			profile->conditions[rule->conditions + c];
		uint64_t value = args[it.index];

		if (!is_wide) {
			value = (uint32_t)value;
			it.value = (uint32_t)it.value;
			it.second = (uint32_t)it.second;
		}
		if (!holds(&it, value))
			return false;
	}
	return true;
}

/* What the words of seccomp_profile.h make of a call, rule by rule. */
static uint32_t decide(const struct seccomp_profile *profile,
		       enum seccomp_arch arch, uint32_t number,
		       const uint64_t args[6])
{
	bool is_wide = arch == SECCOMP_ARCH_X86_64;
	bool is_call = false, is_within = false;
	uint32_t action = profile->default_action;
	bool found = false;

	if (!(profile->arches & (1U << arch)))
		return ENOSYS_ACTION;
	for (size_t row = 0; row < seccomp_syscall_count; row++)
		is_call = is_call ||
			  seccomp_syscall_number(row, arch) == (int32_t)number;
	for (int conditional = 0; conditional < 2; conditional++)
		for (size_t i = 0; i < profile->rule_count; i++) {
			const struct seccomp_rule *rule = &profile->rules[i];
			int32_t its = seccomp_syscall_number(rule->syscall,
							     arch);

			is_within = is_within || its >= (int32_t)number;
			if (found || its != (int32_t)number ||
			    (conditional != 0) != (rule->condition_count > 0) ||
			    !applies(profile, rule, args, is_wide))
				continue;
			found = true;
			action = rule->action;
		}
	if (is_call && is_within)
		return action;
	return (profile->default_action & SECCOMP_RET_ACTION_FULL) ==
			       SECCOMP_RET_ALLOW
		       ? SECCOMP_RET_ALLOW
		       : ENOSYS_ACTION;
}

static bool looks_at_arguments(const struct seccomp_profile *profile,
			       enum seccomp_arch arch, uint32_t number)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].condition_count &&
		    seccomp_syscall_number(profile->rules[i].syscall, arch) ==
			    (int32_t)number)
			return true;
	return false;
}

/* Every number of every space, with ARGUMENTS where a rule looks at them. */
static void compare_with_words(const struct seccomp_profile *profile,
			       const uint64_t *arguments, size_t count)
{
	static const struct {
		uint32_t audit, base;
		enum seccomp_arch arch;
	} spaces[] = {
		{ AUDIT_ARCH_X86_64, 0, SECCOMP_ARCH_X86_64 },
		{ AUDIT_ARCH_X86_64, SECCOMP_X32_BIT, SECCOMP_ARCH_X32 },
		{ AUDIT_ARCH_I386, 0, SECCOMP_ARCH_X86 },
		{ AUDIT_ARCH_I386, SECCOMP_X32_BIT, SECCOMP_ARCH_NONE },
	};
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(seccomp_filter_build(profile, &filter, &err), 0);
	for (size_t s = 0; s < 4 * 1024; s++) {
		enum seccomp_arch arch = spaces[s / 1024].arch;
		uint32_t audit = spaces[s / 1024].audit, number = s % 1024;
		uint32_t asked = spaces[s / 1024].base + number;
		size_t tries;

		if (audit == AUDIT_ARCH_I386 &&
		    !(profile->arches & (1U << SECCOMP_ARCH_X86)))
			continue; /* it is killed, as another test says */
		if (arch == SECCOMP_ARCH_NONE) {
			arch = SECCOMP_ARCH_X86;
			number = asked;
		}
		tries = looks_at_arguments(profile, arch, number) ? count * 6
								  : 1;
		for (size_t i = 0; i < tries; i++) {
			uint64_t args[6] = { 0 };
			uint32_t want;

			args[i % 6] = arguments[i / 6];
			want = decide(profile, arch, number, args);
			if (ask(&filter, audit, asked, args) != want)
				fail_msg("space %zu number %u argument %zu=%llx"
					 ": want %x",
					 s / 1024, number, i % 6,
					 (unsigned long long)arguments[i / 6],
					 want);
		}
	}
	seccomp_filter_release(&filter);
}

static const uint64_t default_arguments[] = { 0,
					      8,
					      37,
					      38,
					      39,
					      40,
					      41,
					      0x11,
					      0x10000011,
					      0x20000,
					      0x20008,
					      0x40000,
					      0xffffffff,
					      UINT64_C(0x100000000),
					      UINT64_C(0x2600000026),
					      0x29,
					      0x7e020000,
					      UINT64_C(0x2900000000),
					      UINT64_MAX };

static void test_seccomp_code__the_default_decides_by_its_words(void **state)
{
	static const uint64_t sets[] = { 0, CAPS_DEFAULT,
					 CAPS_BIT(CAP_SYS_ADMIN),
					 ~UINT64_C(0) };

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		autoclean(seccomp_profile_release) struct seccomp_profile
			profile = SECCOMP_PROFILE_INIT;
		struct seccomp_context context;

		print_message("capabilities %llx\n",
			      (unsigned long long)sets[i]);
		seccomp_context_init(sets[i], &context);
		context.arch = SECCOMP_ARCH_X86_64;
		seccomp_default(&context, &profile);
		compare_with_words(&profile, default_arguments,
				   sizeof(default_arguments) /
					   sizeof(default_arguments[0]));
	}
}

#define CALL(name, action, args)                                  \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action \
	"\",\"args\":[" args "]}"
#define COMPARE(index, op, value) \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" op "\",\"value\":" value "}"
#define PROFILE(calls)                                                  \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":5,"  \
	"\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\","          \
	"\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}]," \
	"\"syscalls\":[" calls "]}"

static const struct {
	const char *text, *why;
} profile_rows[] = {
	{ PROFILE(CALL("mkdir", "ALLOW", COMPARE(0, "EQ", "5")) "," CALL(
		  "mkdir", "LOG",
		  COMPARE(0, "GT",
			  "5")) "," CALL("mkdir", "TRAP",
					 COMPARE(0, "LT",
						 "4")) "," CALL("mkdir", "KILL",
								COMPARE(0, "NE",
									"4"))),
	  "a group of every kind" },
	{ PROFILE(CALL("mkdir", "LOG", COMPARE(0, "LE", "4294967301")) "," CALL(
		  "mkdir", "TRAP",
		  COMPARE(0, "GE", "4294967302")) "," CALL("mkdir", "KILL",
							   COMPARE(0, "NE",
								   "4"))),
	  "a group with an upper half, and one without" },
	{ PROFILE(CALL("mkdir", "LOG", COMPARE(0, "EQ", "5")) "," CALL(
		  "rmdir", "TRAP",
		  COMPARE(0, "EQ",
			  "5")) "," CALL("mkdir", "KILL",
					 COMPARE(1, "EQ",
						 "5")) "," CALL("mkdir",
								"TRACE",
								COMPARE(0, "EQ",
									"6"))),
	  "another call's rule and another argument between" },
	{ PROFILE(CALL("mkdir", "LOG",
		       COMPARE(0, "EQ", "5") "," COMPARE(
			       1, "GE", "6")) "," CALL("mkdir", "TRAP",
						       COMPARE(0, "EQ", "6"))),
	  "two conditions are no group" },
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" CALL(
		  "mkdir", "ERRNO", "") "," CALL("rmdir", "ERRNO", "") "]}",
	  "few calls are a tree" },
	{ PROFILE(CALL("read", "ALLOW", "")), "almost none" },
	{ PROFILE("{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}"), "none" },
};

static void test_seccomp_code__profiles_decide_by_their_words(void **state)
{
	static const uint64_t arguments[] = { 0,
					      3,
					      4,
					      5,
					      6,
					      7,
					      0xffffffff,
					      UINT64_C(0x100000000),
					      UINT64_C(0x100000004),
					      UINT64_C(0x100000005),
					      UINT64_C(0x100000006),
					      UINT64_C(0x500000005),
					      UINT64_MAX };
	struct seccomp_context context = { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6,
					   1 };

	(void)state;
	for (size_t i = 0; i < sizeof(profile_rows) / sizeof(profile_rows[0]);
	     i++) {
		autoclean(seccomp_profile_release) struct seccomp_profile
			profile = SECCOMP_PROFILE_INIT;
		autoclean(jsonx_free) json_t *json = NULL;
		const char *text = profile_rows[i].text;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, profile_rows[i].why);
		if (jsonx_parse(text, strlen(text), "profile", &json, &err) <
			    0 ||
		    seccomp_profile_parse(json, &context, &profile, &err) < 0)
			fail_msg("%s", err.msg);
		compare_with_words(&profile, arguments,
				   sizeof(arguments) / sizeof(arguments[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seccomp_code__the_default_decides_by_its_words),
		cmocka_unit_test(
			test_seccomp_code__profiles_decide_by_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
