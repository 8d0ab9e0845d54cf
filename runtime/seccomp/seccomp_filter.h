/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns a profile into the BPF program seccomp(2) takes. What loading it
 * costs grows with its length, so it is kept short: numbers of 64-bit calls
 * that share an action become ranges and these a binary tree, which the kernel
 * can see through and so need not run for most calls; numbers of 32-bit calls
 * become bits of words. Building takes some 0.03 ms with warm caches, 0.1 ms
 * with cold ones; seccomp_cache keeps what was built.
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
