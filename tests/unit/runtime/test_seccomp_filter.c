/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Built programs are run by an interpreter and compared with tables and, for
 * every call number, with what libseccomp builds for the same profile; the
 * default one is also loaded into a child.
 */
#include "runtime/seccomp/seccomp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <seccomp.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/seccomp/seccomp_default.h"
#include "tests/unit/runtime/seccomp_run.h"

#define EPERM_ACTION (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_ACTION (SECCOMP_RET_ERRNO | ENOSYS)

static void build_default(uint64_t capabilities, enum seccomp_arch arch,
			  struct seccomp_filter *out)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct seccomp_context context;
	struct error err = ERROR_INIT;

	seccomp_context_init(capabilities, &context);
	context.arch = arch;
	seccomp_default(&context, &profile);
	if (seccomp_filter_build(&profile, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static uint32_t number_of(const char *name, enum seccomp_arch arch)
{
	int row = seccomp_syscall_find(name, strlen(name));
	int32_t number;

	assert_true(row >= 0);
	number = seccomp_syscall_number((size_t)row, arch);
	assert_true(number >= 0);
	return (uint32_t)number |
	       (arch == SECCOMP_ARCH_X32 ? (uint32_t)SECCOMP_X32_BIT : 0);
}

static uint32_t audit_of(enum seccomp_arch arch)
{
	static const uint32_t audits[SECCOMP_ARCH_COUNT] = {
		[SECCOMP_ARCH_X86_64] = AUDIT_ARCH_X86_64,
		[SECCOMP_ARCH_X86] = AUDIT_ARCH_I386,
		[SECCOMP_ARCH_X32] = AUDIT_ARCH_X86_64,
		[SECCOMP_ARCH_AARCH64] = AUDIT_ARCH_AARCH64,
		[SECCOMP_ARCH_ARM] = AUDIT_ARCH_ARM,
	};

	return audits[arch];
}

#define ADMIN CAPS_BIT(CAP_SYS_ADMIN)

static const struct {
	enum seccomp_arch arch;
	const char *name;
	uint64_t argument;
	uint64_t capabilities;
	uint32_t want;
	const char *why;
} default_rows[] = {
#define X64 SECCOMP_ARCH_X86_64
#define OK SECCOMP_RET_ALLOW
	{ X64, "read", 0, 0, OK, "plain" },
	{ SECCOMP_ARCH_X86, "read", 0, 0, OK, "plain, 32 bits" },
	{ SECCOMP_ARCH_X32, "read", 0, 0, OK, "plain, x32" },
	{ X64, "ptrace", 0, 0, OK, "kernel 4.8 made it safe" },
	{ X64, "mseal", 0, 0, OK, "newer than libseccomp" },
	{ X64, "removexattrat", 0, 0, OK, "the last one named" },
	{ X64, "uretprobe", 0, 0, OK, "x86_64 alone has it" },
	{ X64, "arch_prctl", 0, 0, OK, "this architecture's" },
	{ SECCOMP_ARCH_X86, "arch_prctl", 0, 0, OK, "its 32 bit half" },
	{ X64, "mount", 0, 0, EPERM_ACTION, "needs SYS_ADMIN" },
	{ X64, "mount", 0, ADMIN, OK, "has SYS_ADMIN" },
	{ X64, "keyctl", 0, ADMIN, EPERM_ACTION, "never" },
	{ SECCOMP_ARCH_X86, "keyctl", 0, 0, EPERM_ACTION, "int 0x80" },
	{ SECCOMP_ARCH_X32, "keyctl", 0, 0, EPERM_ACTION, "x32" },
	{ X64, "add_key", 0, 0, EPERM_ACTION, "keyrings are shared" },
	{ X64, "io_uring_setup", 0, ADMIN, EPERM_ACTION, "never" },
	{ X64, "userfaultfd", 0, 0, EPERM_ACTION, "never" },
	{ X64, "bpf", 0, 0, EPERM_ACTION, "needs BPF" },
	{ X64, "bpf", 0, CAPS_BIT(CAP_BPF), OK, "has BPF" },
	{ X64, "bpf", 0, ADMIN, OK, "or SYS_ADMIN" },
	{ X64, "syslog", 0, CAPS_BIT(CAP_SYSLOG), OK, "has SYSLOG" },
	{ X64, "chroot", 0, CAPS_DEFAULT, OK, "SYS_CHROOT" },
	{ X64, "chroot", 0, 0, EPERM_ACTION, "without" },
	{ X64, "clone3", 0, 0, ENOSYS_ACTION, "libc falls back" },
	{ X64, "clone3", 0, ADMIN, OK, "with SYS_ADMIN" },
	{ X64, "clone", 0x11, 0, OK, "a plain fork" },
	{ X64, "clone", 0x3d0f00, 0, OK, "a thread" },
	{ X64, "clone", 0x10000011, 0, EPERM_ACTION, "NEWUSER" },
	{ X64, "clone", 0x00020000, 0, EPERM_ACTION, "NEWNS" },
	{ X64, "clone", 0x02000000, 0, EPERM_ACTION, "NEWCGROUP" },
	{ X64, "clone", 0x10000011, ADMIN, OK, "with SYS_ADMIN" },
	{ SECCOMP_ARCH_X86, "clone", 0x10000011, 0, EPERM_ACTION,
	  "NEWUSER, 32 bits" },
	{ X64, "clone", UINT64_C(0x100000011), 0, OK,
	  "bits above the mask do not count" },
	{ X64, "personality", 0, 0, OK, "Linux" },
	{ X64, "personality", 8, 0, OK, "Linux 32" },
	{ X64, "personality", 0x20008, 0, OK, "with UNAME26" },
	{ X64, "personality", 0xffffffff, 0, OK, "asking" },
	{ X64, "personality", 0x40000, 0, EPERM_ACTION, "no randomisation" },
	{ X64, "personality", UINT64_C(0x100000000), 0, EPERM_ACTION,
	  "all 64 bits count" },
	{ X64, "socket", 2, 0, OK, "AF_INET" },
	{ X64, "socket", 37, 0, OK, "below AF_ALG" },
	{ X64, "socket", 38, 0, EPERM_ACTION, "AF_ALG" },
	{ X64, "socket", 39, 0, OK, "AF_NFC" },
	{ X64, "socket", 40, 0, EPERM_ACTION, "AF_VSOCK" },
	{ X64, "socket", 41, 0, OK, "AF_KCM" },
	{ SECCOMP_ARCH_X86, "socket", 40, 0, EPERM_ACTION,
	  "AF_VSOCK, 32 bits" },
	{ X64, "open_tree_attr", 0, ADMIN, ENOSYS_ACTION,
	  "newer than the profile" },
#undef X64
#undef OK
};

static void test_seccomp_filter__the_default_profile_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(default_rows) / sizeof(default_rows[0]);
	     i++) {
		struct seccomp_filter filter = SECCOMP_FILTER_INIT;
		uint64_t args[6] = { default_rows[i].argument };

		build_default(default_rows[i].capabilities, SECCOMP_ARCH_X86_64,
			      &filter);
		print_message("row %zu: %s: %s\n", i, default_rows[i].name,
			      default_rows[i].why);
		assert_int_equal(ask(&filter, audit_of(default_rows[i].arch),
				     number_of(default_rows[i].name,
					       default_rows[i].arch),
				     args),
				 default_rows[i].want);
		seccomp_filter_release(&filter);
	}
}

static void test_seccomp_filter__unknown_numbers_are_enosys(void **state)
{
	static const struct {
		uint32_t audit, number, want;
		const char *why;
	} rows[] = {
		{ AUDIT_ARCH_X86_64, 400, ENOSYS_ACTION, "a hole" },
		{ AUDIT_ARCH_X86_64, 999, ENOSYS_ACTION, "beyond the last" },
		{ AUDIT_ARCH_X86_64, 0x3fffffff, ENOSYS_ACTION, "below x32" },
		{ AUDIT_ARCH_X86_64, 0x40000200 + 400, ENOSYS_ACTION, "x32" },
		{ AUDIT_ARCH_X86_64, 0xffffffff, ENOSYS_ACTION, "-1" },
		{ AUDIT_ARCH_I386, 0x40000003, ENOSYS_ACTION, "no x32 there" },
		{ AUDIT_ARCH_AARCH64, 63, SECCOMP_RET_KILL_PROCESS,
		  "another architecture" },
	};
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;

	(void)state;
	build_default(CAPS_DEFAULT, SECCOMP_ARCH_X86_64, &filter);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(
			ask(&filter, rows[i].audit, rows[i].number, NULL),
			rows[i].want);
	}
	seccomp_filter_release(&filter);
}

static void test_seccomp_filter__arm_hosts_are_covered(void **state)
{
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;

	(void)state;
	build_default(CAPS_DEFAULT, SECCOMP_ARCH_AARCH64, &filter);
	assert_int_equal(ask(&filter, AUDIT_ARCH_AARCH64, 63, NULL),
			 SECCOMP_RET_ALLOW); /* read */
	assert_int_equal(ask(&filter, AUDIT_ARCH_AARCH64, 219, NULL),
			 EPERM_ACTION); /* keyctl */
	assert_int_equal(ask(&filter, AUDIT_ARCH_ARM, 0xf0005, NULL),
			 SECCOMP_RET_ALLOW); /* set_tls */
	assert_int_equal(ask(&filter, AUDIT_ARCH_ARM, 0xf0003, NULL),
			 EPERM_ACTION); /* usr26 */
	assert_int_equal(ask(&filter, AUDIT_ARCH_ARM, 0xf0100, NULL),
			 ENOSYS_ACTION);
	assert_int_equal(ask(&filter, AUDIT_ARCH_X86_64, 0, NULL),
			 SECCOMP_RET_KILL_PROCESS);
	seccomp_filter_release(&filter);
}

static void test_seccomp_filter__the_default_counts(void **state)
{
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	unsigned allowed = 0, denied = 0, other = 0;

	(void)state;
	build_default(CAPS_DEFAULT, SECCOMP_ARCH_X86_64, &filter);
	for (uint32_t number = 0; number <= 450; number++) {
		uint64_t args[6] = { 0x7e020000, 0, 0, 0, 0, 0 };
		uint32_t low = ask(&filter, AUDIT_ARCH_X86_64, number, NULL);
		uint32_t high = ask(&filter, AUDIT_ARCH_X86_64, number, args);

		if (low == ENOSYS_ACTION && number != 435)
			continue; /* no call has it */
		if (low != high && low == SECCOMP_RET_ALLOW)
			other++;
		else if (low == SECCOMP_RET_ALLOW)
			allowed++;
		else
			denied++;
	}
	/* counted in moby's profile: clone and personality look at arguments;
	 * socket does too but takes both of these families */
	assert_int_equal(other, 2);
	assert_int_equal(allowed, 292 + 2); /* and uretprobe, 335 */
	assert_int_equal(denied, 67 + 1);   /* and uprobe, 336 */
	seccomp_filter_release(&filter);
}

/* libseccomp's program for PROFILE on three architectures. */
static size_t oracle(const struct seccomp_profile *profile,
		     struct sock_filter *code, size_t capacity)
{
	scmp_filter_ctx context = seccomp_init(profile->default_action);
	int ends[2];
	ssize_t length;
	size_t total = 0;

	assert_non_null(context);
	if (profile->arches & (1U << SECCOMP_ARCH_X86))
		assert_int_equal(seccomp_arch_add(context, SCMP_ARCH_X86), 0);
	if (profile->arches & (1U << SECCOMP_ARCH_X32))
		assert_int_equal(seccomp_arch_add(context, SCMP_ARCH_X32), 0);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];
		const char *name = seccomp_syscalls[rule->syscall].name;
		struct scmp_arg_cmp compares[6];
		int number = seccomp_syscall_resolve_name(name);

		if (number == __NR_SCMP_ERROR)
			continue;
		for (size_t c = 0; c < rule->condition_count; c++) {
			const struct seccomp_condition *it =
				&profile->conditions[rule->conditions + c];

			compares[c].arg = it->index;
			compares[c].op = (enum scmp_compare)it->compare;
			compares[c].datum_a = it->value;
			compares[c].datum_b = it->second;
		}
		assert_int_equal(
			seccomp_rule_add_array(context, rule->action, number,
					       rule->condition_count, compares),
			0);
	}
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(seccomp_export_bpf(context, ends[1]), 0);
	(void)close(ends[1]);
	while ((length = read(ends[0], (char *)code + total,
			      capacity - total)) > 0)
		total += (size_t)length;
	(void)close(ends[0]);
	seccomp_release(context);
	return total / sizeof(*code);
}

/* Whether libseccomp knows a call of this number. */
static bool is_known(uint32_t token, uint32_t number)
{
	char *name = seccomp_syscall_resolve_num_arch(token, (int)number);
	bool known = name != NULL;

	free(name);
	return known;
}

/* The highest number on ARCH that PROFILE has a rule for. */
static uint32_t last_named(const struct seccomp_profile *profile,
			   enum seccomp_arch arch)
{
	int32_t last = 0;

	for (size_t i = 0; i < profile->rule_count; i++) {
		int32_t number =
			seccomp_syscall_number(profile->rules[i].syscall, arch);

		if (number > last)
			last = number;
	}
	return (uint32_t)last;
}

/* Compare both programs on every number and on ARGUMENTS in each place. */
static void compare_with_oracle(const struct seccomp_profile *profile,
				const uint64_t *arguments, size_t count)
{
	static struct sock_filter code[BPF_MAXINSNS];
	static const struct {
		uint32_t audit, base, token;
		enum seccomp_arch arch;
	} spaces[] = {
		{ AUDIT_ARCH_X86_64, 0, SCMP_ARCH_X86_64, SECCOMP_ARCH_X86_64 },
		{ AUDIT_ARCH_X86_64, SECCOMP_X32_BIT, SCMP_ARCH_X32,
		  SECCOMP_ARCH_X32 },
		{ AUDIT_ARCH_I386, 0, SCMP_ARCH_X86, SECCOMP_ARCH_X86 },
	};
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;
	size_t length = oracle(profile, code, sizeof(code));

	assert_int_equal(seccomp_filter_build(profile, &filter, &err), 0);
	for (size_t s = 0; s < 3; s++) {
		if (!(profile->arches & (1U << spaces[s].arch)))
			continue;
		for (uint32_t n = 0; n < 600; n++) {
			uint32_t number = spaces[s].base + n;
			uint32_t last = spaces[s].base +
					last_named(profile, spaces[s].arch);

			if (!is_known(spaces[s].token, number))
				continue;

			for (size_t i = 0; i < count * 6; i++) {
				struct seccomp_data data = {
					.nr = (int)number,
					.arch = spaces[s].audit,
				};
				uint32_t ours, theirs;

				data.args[i % 6] = arguments[i / 6];
				ours = ask(&filter, data.arch, number,
					   (const uint64_t *)data.args);
				theirs = run(code, length, &data);
				if (ours == ENOSYS_ACTION && number > last &&
				    theirs == profile->default_action)
					break; /* our own promise */
				if (ours != theirs)
					fail_msg("space %zu number %u argument "
						 "%zu=%llx: %x, want %x",
						 s, n, i % 6,
						 (unsigned long long)
							 arguments[i / 6],
						 ours, theirs);
			}
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

static void test_seccomp_filter__the_default_is_libseccomps(void **state)
{
	/* rules: 361 names less RISC-V's one, what is gated, 8 with
	 * conditions, and clone and clone3 without CAP_SYS_ADMIN */
	static const struct {
		uint64_t capabilities;
		size_t rules;
	} sets[] = { { 0, 360 + 5 + 8 + 2 },
		     { CAPS_DEFAULT, 360 + 6 + 8 + 2 },
		     { ADMIN, 360 + 31 + 8 },
		     { ~UINT64_C(0), 360 + 58 + 8 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		autoclean(seccomp_profile_release) struct seccomp_profile
			profile = SECCOMP_PROFILE_INIT;
		struct seccomp_context context;

		print_message("capabilities %llx\n",
			      (unsigned long long)sets[i].capabilities);
		seccomp_context_init(sets[i].capabilities, &context);
		context.arch = SECCOMP_ARCH_X86_64;
		seccomp_default(&context, &profile);
		assert_int_equal(profile.rule_count, sets[i].rules);
		compare_with_oracle(&profile, default_arguments,
				    sizeof(default_arguments) /
					    sizeof(default_arguments[0]));
	}
}

static void parse_profile(const char *text, struct seccomp_profile *out)
{
	autoclean(jsonx_free) json_t *json = NULL;
	struct seccomp_context context = { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6,
					   1 };
	struct error err = ERROR_INIT;

	if (jsonx_parse(text, strlen(text), "profile", &json, &err) < 0 ||
	    seccomp_profile_parse(json, &context, out, &err) < 0)
		fail_msg("%s", err.msg);
}

#define MAP                                                    \
	"\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"," \
	"\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}],"
#define RULE(name, action, args)                                  \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action \
	"\",\"args\":[" args "]}"
#define ARG(index, op, value, two)                                          \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" op "\",\"value\":" value \
	",\"valueTwo\":" two "}"

static const struct {
	const char *text, *why;
} profile_rows[] = {
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
	  "{\"names\":[\"mkdir\",\"mkdirat\",\"nonsense\"],"
	  "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}",
	  "deny two" },
#define OPS(op)                                                                 \
	{                                                                       \
		"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\"," MAP             \
		"\"syscalls\":[" RULE(                                          \
			"mkdir", "ALLOW",                                       \
			ARG(0, op, "5",                                         \
			    "0")) "," RULE("rmdir", "ERRNO",                    \
					   ARG(3, op, "4294967301",             \
					       "0")) "," RULE("mmap2",          \
							      "ALLOW",          \
							      ARG(5, op,        \
								  "4294967295", \
								  "0")) "]}",   \
			op                                                      \
	}
	OPS("NE"),
	OPS("LT"),
	OPS("LE"),
	OPS("EQ"),
	OPS("GE"),
	OPS("GT"),
#undef OPS
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":5," MAP
	  "\"syscalls\":[" RULE("mkdir", "LOG",
				ARG(0, "MASKED_EQ", "255",
				    "5")) "," RULE("rmdir", "TRAP",
						   ARG(1, "MASKED_EQ",
						       "4294967296",
						       "4294967296")) "]}",
	  "masks" },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" RULE(
		  "mkdir", "ALLOW",
		  ARG(0, "EQ", "5",
		      "0") "," ARG(1, "EQ", "0",
				   "0")) "," RULE("mkdir", "ALLOW",
						  ARG(2, "GE", "6", "0")) "]}",
	  "all of one rule, or the other" },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" RULE(
		  "mkdir", "ALLOW",
		  ARG(0, "EQ", "5", "0") "," ARG(0, "EQ", "6", "0")) "]}",
	  "one argument twice: either" },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" RULE(
		  "mkdir", "KILL",
		  ARG(0, "EQ", "5", "0")) "," RULE("mkdir", "ALLOW", "") "]}",
	  "a rule without conditions wins" },
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" RULE(
		  "mkdir", "TRACE", "") "," RULE("mkdir", "KILL", "") "]}",
	  "the first of two wins" },
};

static void test_seccomp_filter__profiles_are_libseccomps(void **state)
{
	static const uint64_t arguments[] = { 0,
					      1,
					      4,
					      5,
					      6,
					      0xff,
					      0xfffffffe,
					      0xffffffff,
					      UINT64_C(0x100000000),
					      UINT64_C(0x100000004),
					      UINT64_C(0x100000005),
					      UINT64_C(0x100000006),
					      UINT64_C(0x500000005),
					      UINT64_MAX };
	(void)state;
	for (size_t i = 0; i < sizeof(profile_rows) / sizeof(profile_rows[0]);
	     i++) {
		autoclean(seccomp_profile_release) struct seccomp_profile
			profile = SECCOMP_PROFILE_INIT;

		print_message("row %zu: %s\n", i, profile_rows[i].why);
		parse_profile(profile_rows[i].text, &profile);
		compare_with_oracle(&profile, arguments,
				    sizeof(arguments) / sizeof(arguments[0]));
	}
}

static void test_seccomp_filter__x32_is_no_way_around(void **state)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	parse_profile(
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" RULE(
			"mkdir", "ERRNO", "") "]}",
		&profile);
	assert_int_equal(seccomp_filter_build(&profile, &filter, &err), 0);
	assert_int_equal(ask(&filter, AUDIT_ARCH_X86_64,
			     number_of("mkdir", SECCOMP_ARCH_X86_64), NULL),
			 EPERM_ACTION);
	assert_int_equal(ask(&filter, AUDIT_ARCH_X86_64,
			     number_of("mkdir", SECCOMP_ARCH_X32), NULL),
			 ENOSYS_ACTION);
	assert_int_equal(ask(&filter, AUDIT_ARCH_I386,
			     number_of("mkdir", SECCOMP_ARCH_X86), NULL),
			 SECCOMP_RET_KILL_PROCESS);
	/* a call of the future: what is let by default is let then too */
	assert_int_equal(ask(&filter, AUDIT_ARCH_X86_64, 999, NULL),
			 SECCOMP_RET_ALLOW);
	seccomp_filter_release(&filter);
}

static void test_seccomp_filter__too_many_conditions_are_refused(void **state)
{
	struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	profile.default_action = SECCOMP_RET_ERRNO | EPERM;
	profile.arches = 1U << SECCOMP_ARCH_X86_64;
	for (uint64_t i = 0; i < 5000; i++) {
		struct seccomp_condition condition = { 0, SECCOMP_EQUAL, i, 0 };

		seccomp_profile_add(&profile, 5, SECCOMP_RET_ALLOW, &condition,
				    1);
	}
	assert_int_equal(seccomp_filter_build(&profile, &filter, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	error_release(&err);
	seccomp_profile_release(&profile);
}

/* Long chains push targets out of a conditional jump's reach. */
static void test_seccomp_filter__far_jumps_arrive(void **state)
{
	struct seccomp_profile profile = SECCOMP_PROFILE_INIT;
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	profile.default_action = SECCOMP_RET_ERRNO | EPERM;
	profile.arches = 1U << SECCOMP_ARCH_X86_64;
	for (size_t row = 0; row < 60; row++)
		for (uint64_t i = 0; i < 9; i++) {
			struct seccomp_condition condition = { 0, SECCOMP_EQUAL,
							       i * 7, 0 };

			seccomp_profile_add(
				&profile, row,
				SECCOMP_RET_ERRNO |
					(uint32_t)(row * 10 + i + 1000),
				&condition, 1);
		}
	assert_int_equal(seccomp_filter_build(&profile, &filter, &err), 0);
	for (size_t row = 0; row < 60; row++) {
		int32_t number = seccomp_syscall_number(row,
							SECCOMP_ARCH_X86_64);

		for (uint64_t i = 0; number >= 0 && i < 10; i++) {
			uint64_t args[6] = { i * 7 };

			assert_int_equal(
				ask(&filter, AUDIT_ARCH_X86_64,
				    (uint32_t)number, args),
				i == 9 ? EPERM_ACTION
				       : SECCOMP_RET_ERRNO |
						 (row * 10 + i + 1000));
		}
	}
	seccomp_filter_release(&filter);
	seccomp_profile_release(&profile);
}

/* In a child under the filter: 0, or the number of the first surprise. */
static int probe(struct seccomp_filter *filter)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags,
		    &filter->program) < 0)
		return 1;
	if (getppid() <= 0)
		return 2;
	if (syscall(SYS_keyctl, 0, -2, 0, 0, 0) != -1 || errno != EPERM)
		return 3;
	if (syscall(435, 0, 0) != -1 || errno != ENOSYS)
		return 4;
	if (syscall(999) != -1 || errno != ENOSYS)
		return 5;
	if (syscall(SYS_socket, 38, 5, 0) != -1 || errno != EPERM)
		return 6;
	return 0;
}

static void test_seccomp_filter__the_kernel_takes_it(void **state)
{
	struct seccomp_filter filter = SECCOMP_FILTER_INIT;
	int64_t begin, built;
	int status;
	pid_t pid;

	(void)state;
	if (seccomp_arch_native() != SECCOMP_ARCH_X86_64)
		skip(); /* the numbers in probe are x86_64's */
	begin = clock_monotonic();
	build_default(CAPS_DEFAULT, SECCOMP_ARCH_X86_64, &filter);
	built = clock_monotonic();
	print_message("%u instructions, built in %lld ns\n", filter.program.len,
		      (long long)(built - begin));
	/* what loading it costs grows with it: 397 as trees alone */
	assert_in_range(filter.program.len, 1, 230);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(probe(&filter));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	seccomp_filter_release(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seccomp_filter__the_default_profile_decides),
		cmocka_unit_test(
			test_seccomp_filter__unknown_numbers_are_enosys),
		cmocka_unit_test(test_seccomp_filter__arm_hosts_are_covered),
		cmocka_unit_test(test_seccomp_filter__the_default_counts),
		cmocka_unit_test(
			test_seccomp_filter__the_default_is_libseccomps),
		cmocka_unit_test(test_seccomp_filter__profiles_are_libseccomps),
		cmocka_unit_test(test_seccomp_filter__x32_is_no_way_around),
		cmocka_unit_test(
			test_seccomp_filter__too_many_conditions_are_refused),
		cmocka_unit_test(test_seccomp_filter__far_jumps_arrive),
		cmocka_unit_test(test_seccomp_filter__the_kernel_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
