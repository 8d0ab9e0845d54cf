/* SPDX-License-Identifier: Apache-2.0 */
/* The table against libseccomp's, both ways, and the search in it. */
#include "runtime/seccomp/seccomp_syscalls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <seccomp.h>

static const uint32_t tokens[SECCOMP_ARCH_COUNT] = {
	[SECCOMP_ARCH_X86_64] = SCMP_ARCH_X86_64,
	[SECCOMP_ARCH_X86] = SCMP_ARCH_X86,
	[SECCOMP_ARCH_X32] = SCMP_ARCH_X32,
	[SECCOMP_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
	[SECCOMP_ARCH_ARM] = SCMP_ARCH_ARM,
};

static void test_seccomp_syscalls__rows_are_sorted_and_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < seccomp_syscall_count; i++) {
		const char *name = seccomp_syscalls[i].name;

		if (i)
			assert_true(strcmp(seccomp_syscalls[i - 1].name, name) <
				    0);
		assert_int_equal(seccomp_syscall_find(name, strlen(name)), i);
	}
	assert_int_equal(seccomp_syscall_find("ope", 3), -1);
	assert_int_equal(seccomp_syscall_find("open", 3), -1);
	assert_int_equal(seccomp_syscall_find("openx", 4),
			 seccomp_syscall_find("open", 4));
	assert_int_equal(seccomp_syscall_find("zzz", 3), -1);
	assert_int_equal(seccomp_syscall_find("", 0), -1);
}

static bool is_named(uint32_t token, int number, const char *name)
{
	char *found = number >= 0
			      ? seccomp_syscall_resolve_num_arch(token, number)
			      : NULL;
	bool same = found && strcmp(found, name) == 0;

	free(found);
	return same;
}

static void test_seccomp_syscalls__numbers_are_libseccomps(void **state)
{
	(void)state;
	for (size_t i = 0; i < seccomp_syscall_count; i++) {
		const char *name = seccomp_syscalls[i].name;

		if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR)
			continue; /* newer than the library */
		for (int a = SECCOMP_ARCH_X86_64; a < SECCOMP_ARCH_COUNT; a++) {
			int32_t ours =
				seccomp_syscall_number(i, (enum seccomp_arch)a);
			int theirs = seccomp_syscall_resolve_name_arch(
				tokens[a], name);

			if (a == SECCOMP_ARCH_X32 && ours >= 0)
				ours |= SECCOMP_X32_BIT;
			if (theirs < -1) /* a pseudo number: multiplexed */
				theirs = is_named(tokens[a], ours, name) ? ours
									 : -1;
			if (ours != theirs)
				fail_msg("%s on %d: %d, want %d", name, a, ours,
					 theirs);
		}
	}
}

static void test_seccomp_syscalls__libseccomp_knows_no_other(void **state)
{
	(void)state;
	for (int a = SECCOMP_ARCH_X86_64; a < SECCOMP_ARCH_COUNT; a++) {
		int base = a == SECCOMP_ARCH_X32 ? SECCOMP_X32_BIT : 0;

		for (int number = 0; number < 1000; number++) {
			char *name = seccomp_syscall_resolve_num_arch(
				tokens[a], base + number);

			if (name &&
			    seccomp_syscall_find(name, strlen(name)) < 0)
				fail_msg("%s is missing", name);
			free(name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seccomp_syscalls__rows_are_sorted_and_found),
		cmocka_unit_test(
			test_seccomp_syscalls__numbers_are_libseccomps),
		cmocka_unit_test(
			test_seccomp_syscalls__libseccomp_knows_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
