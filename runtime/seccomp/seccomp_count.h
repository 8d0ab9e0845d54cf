/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the kernel a profile leaves: every call of the table that the
 * architecture has is allowed, allowed for some arguments only, or blocked
 * whatever the arguments are. Logged calls are let through and count as
 * allowed; a call that somebody else decides about counts as conditional. Pure.
 */
#ifndef RUNTIME_SECCOMP_COUNT_H
#define RUNTIME_SECCOMP_COUNT_H

#include <stddef.h>

#include "runtime/seccomp/seccomp_profile.h"

struct seccomp_count {
	size_t known; /* calls in all; the sum of the others */
	size_t allowed;
	size_t conditional;
	size_t blocked;
};

/* Count the calls of ARCH under PROFILE. */
void seccomp_count_calls(const struct seccomp_profile *profile,
			 enum seccomp_arch arch, struct seccomp_count *out);

#endif
