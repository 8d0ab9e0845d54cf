/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns a profile into the BPF program seccomp(2) takes. Consecutive numbers
 * that share an action become one range, and the ranges of an architecture a
 * binary tree, so a call is decided in about eight comparisons and the kernel,
 * which tries every number once when it loads a filter, loads it in a fraction
 * of the time a list takes. Building costs some ten microseconds, so nothing
 * is cached.
 *
 * An architecture the profile does not let in is killed. Numbers no call has,
 * or beyond the last one the profile names, answer ENOSYS instead of a denying
 * default action: a program then falls back as on an older kernel. x32 calls
 * are told apart by their bit and answer ENOSYS when x32 is not let in. Pure.
 */
#ifndef RUNTIME_SECCOMP_FILTER_H
#define RUNTIME_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

#include "base/error.h"
#include "runtime/seccomp/seccomp_profile.h"

struct seccomp_filter {
	struct sock_fprog program; /* `filter` is owned */
	unsigned flags;		   /* for seccomp(2) */
	bool wants_listener;	   /* some rule notifies */
};

#define SECCOMP_FILTER_INIT           \
	{                             \
		{ 0, NULL }, 0, false \
	}

/* Build PROFILE's program; TOO_LARGE over the kernel's 4096 instructions. */
int seccomp_filter_build(const struct seccomp_profile *profile,
			 struct seccomp_filter *out,
			 struct error *err) must_check;

/* Free the program. */
void seccomp_filter_release(struct seccomp_filter *filter);
DEFINE_CLEANUP(struct seccomp_filter, seccomp_filter_release)

#endif
