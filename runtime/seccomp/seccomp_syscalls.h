/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System call names and their numbers on the architectures a container of
 * this program can meet: the host's own and those the same kernel also runs.
 * The table stands in the source, so that starting a container calls no
 * library and knows calls newer than the distribution's libseccomp; a test
 * compares every row with that library.
 *
 * x32 calls are x86_64 calls with SECCOMP_X32_BIT set; the table holds them
 * without the bit. A few ARM calls lie far above the rest (0xf0000).
 */
#ifndef RUNTIME_SECCOMP_SYSCALLS_H
#define RUNTIME_SECCOMP_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum seccomp_arch {
	SECCOMP_ARCH_NONE = 0,
	SECCOMP_ARCH_X86_64,
	SECCOMP_ARCH_X86,
	SECCOMP_ARCH_X32,
	SECCOMP_ARCH_AARCH64,
	SECCOMP_ARCH_ARM,
	SECCOMP_ARCH_COUNT,
};

enum { SECCOMP_NUMBERS = SECCOMP_ARCH_COUNT - 1 };

/* What marks an x32 call. */
#define SECCOMP_X32_BIT 0x40000000

struct seccomp_syscall {
	const char *name;
	int32_t numbers[SECCOMP_NUMBERS]; /* by arch - 1; -1: none there */
};

/* The table, sorted by name. */
extern const struct seccomp_syscall seccomp_syscalls[];

/* How many rows it has. */
extern const size_t seccomp_syscall_count;

/* The row of the call NAME (LENGTH bytes), or -1. */
int seccomp_syscall_find(const char *name, size_t length);

/* The number of row SYSCALL on ARCH, or -1. */
int32_t seccomp_syscall_number(size_t syscall, enum seccomp_arch arch);

/* The architecture this program was built for; none when it has no table. */
enum seccomp_arch seccomp_arch_native(void);

/* The architecture libseccomp calls NAME ("SCMP_ARCH_X86_64"), or none. */
enum seccomp_arch seccomp_arch_from_name(const char *name);

/* What libseccomp calls ARCH. */
const char *seccomp_arch_seccomp_name(enum seccomp_arch arch);

/* The name Go and docker profiles use for ARCH ("amd64"). */
const char *seccomp_arch_name(enum seccomp_arch arch);

#endif
