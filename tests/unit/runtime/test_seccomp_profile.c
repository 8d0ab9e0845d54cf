/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp/seccomp_profile.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"
#include "base/strbuf.h"
#include "runtime/caps.h"

static int parse(const char *text, struct seccomp_profile *out,
		 struct error *err)
{
	autoclean(jsonx_free) json_t *json = NULL;
	struct seccomp_context context = { SECCOMP_ARCH_X86_64,
					   CAPS_BIT(CAP_SYS_ADMIN) |
						   CAPS_BIT(CAP_CHOWN),
					   5, 10 };

	assert_int_equal(jsonx_parse(text, strlen(text), "t", &json, err), 0);
	return seccomp_profile_parse(json, &context, out, err);
}

#define HEAD "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
#define ALLOW_MKDIR "\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ALLOW\""

static void test_seccomp_profile__gates_decide_on_a_rule(void **state)
{
	static const struct {
		const char *gate;
		size_t rules;
		const char *why;
	} rows[] = {
		{ "", 1, "no gate" },
		{ ",\"includes\":{}", 1, "an empty gate" },
		{ ",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 1, "held" },
		{ ",\"includes\":{\"caps\":[\"CAP_BPF\"]}", 0, "not held" },
		{ ",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}", 0,
		  "all must be held" },
		{ ",\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 0, "held" },
		{ ",\"excludes\":{\"caps\":[\"CAP_BPF\"]}", 1, "not held" },
		{ ",\"excludes\":{\"caps\":[\"CAP_BPF\",\"CAP_CHOWN\"]}", 0,
		  "one is enough" },
		{ ",\"includes\":{\"arches\":[\"arm64\",\"amd64\"]}", 1,
		  "this architecture" },
		{ ",\"includes\":{\"arches\":[\"s390x\"]}", 0, "another" },
		{ ",\"excludes\":{\"arches\":[\"amd64\"]}", 0, "not here" },
		{ ",\"includes\":{\"minKernel\":\"4.8\"}", 1, "newer" },
		{ ",\"includes\":{\"minKernel\":\"5.10\"}", 1, "the same" },
		{ ",\"includes\":{\"minKernel\":\"5.11\"}", 0, "older" },
		{ ",\"excludes\":{\"minKernel\":\"5.9\"}", 0, "too new" },
		{ ",\"includes\":null,\"excludes\":null,\"args\":null", 1,
		  "null is absent" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
		struct strbuf text = STRBUF_INIT;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		strbuf_addf(&text, HEAD ALLOW_MKDIR "%s}]}", rows[i].gate);
		assert_int_equal(parse(text.text, &profile, &err), 0);
		assert_int_equal(profile.rule_count, rows[i].rules);
		strbuf_release(&text);
		seccomp_profile_release(&profile);
	}
}

static void test_seccomp_profile__actions_carry_their_errno(void **state)
{
	static const struct {
		const char *action;
		uint32_t want;
	} rows[] = {
		{ "\"SCMP_ACT_ERRNO\"", SECCOMP_RET_ERRNO | EPERM },
		{ "\"SCMP_ACT_ERRNO\",\"errnoRet\":38",
		  SECCOMP_RET_ERRNO | ENOSYS },
		{ "\"SCMP_ACT_TRACE\",\"errnoRet\":7", SECCOMP_RET_TRACE | 7 },
		{ "\"SCMP_ACT_KILL\"", SECCOMP_RET_KILL_THREAD },
		{ "\"SCMP_ACT_KILL_PROCESS\"", SECCOMP_RET_KILL_PROCESS },
		{ "\"SCMP_ACT_TRAP\"", SECCOMP_RET_TRAP },
		{ "\"SCMP_ACT_LOG\"", SECCOMP_RET_LOG },
		{ "\"SCMP_ACT_NOTIFY\"", SECCOMP_RET_USER_NOTIF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
		struct strbuf text = STRBUF_INIT;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, rows[i].action);
		strbuf_addf(&text,
			    "{\"defaultAction\":\"SCMP_ACT_ALLOW\","
			    "\"syscalls\":[{\"name\":\"mkdir\",\"action\":%s}]"
			    "}",
			    rows[i].action);
		assert_int_equal(parse(text.text, &profile, &err), 0);
		assert_int_equal(profile.rule_count, 1);
		assert_int_equal(profile.rules[0].action, rows[i].want);
		strbuf_release(&text);
		seccomp_profile_release(&profile);
	}
}

static void test_seccomp_profile__arches_and_flags(void **state)
{
	struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse("{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			       "\"defaultErrnoRet\":2,"
			       "\"architectures\":[\"SCMP_ARCH_X86\","
			       "\"SCMP_ARCH_MIPS\"],"
			       "\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
			       "\"listenerPath\":\"/run/x\"}",
			       &profile, &err),
			 0);
	assert_int_equal(profile.default_action, SECCOMP_RET_ERRNO | ENOENT);
	assert_int_equal(profile.arches,
			 1U << SECCOMP_ARCH_X86_64 | 1U << SECCOMP_ARCH_X86);
	assert_int_equal(profile.flags, SECCOMP_FILTER_FLAG_LOG);
	assert_string_equal(profile.listener_path, "/run/x");
	seccomp_profile_release(&profile);
}

static void test_seccomp_profile__bad_documents_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "[]", "not an object" },
		{ "{}", "no default action" },
		{ "{\"defaultAction\":\"ALLOW\"}", "unknown default action" },
		{ "{\"defaultAction\":7}", "not a name" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}",
		  "syscalls is no list" },
		{ HEAD "\"names\":[\"a\"]}]}", "no action" },
		{ HEAD "\"names\":[\"a\"],\"name\":\"b\",\"action\":"
		       "\"SCMP_ACT_ALLOW\"}]}",
		  "names twice" },
		{ HEAD ALLOW_MKDIR ",\"errnoRet\":5000}]}", "no errno" },
		{ HEAD ALLOW_MKDIR ",\"args\":[{\"index\":6,\"value\":0,"
				   "\"op\":\"SCMP_CMP_EQ\"}]}]}",
		  "there are six arguments" },
		{ HEAD ALLOW_MKDIR ",\"args\":[{\"index\":0,\"value\":0,"
				   "\"op\":\"EQ\"}]}]}",
		  "unknown comparison" },
		{ HEAD ALLOW_MKDIR ",\"args\":[7]}]}", "no object" },
		{ HEAD ALLOW_MKDIR ",\"includes\":{\"minKernel\":\"x\"}}]}",
		  "no version" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":"
		  "[\"SCMP_ARCH_X86\"],\"archMap\":[{\"architecture\":"
		  "\"SCMP_ARCH_X86_64\"}]}",
		  "both forms of architectures" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"X\"]}",
		  "unknown flag" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(parse(rows[i].text, &profile, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_null(profile.rules);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seccomp_profile__gates_decide_on_a_rule),
		cmocka_unit_test(
			test_seccomp_profile__actions_carry_their_errno),
		cmocka_unit_test(test_seccomp_profile__arches_and_flags),
		cmocka_unit_test(
			test_seccomp_profile__bad_documents_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
