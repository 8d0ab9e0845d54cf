/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile of a container that asked for none: what docker's allows
 * (moby/profiles, 2026), by name and by capability. Everything else fails with
 * EPERM, calls this table does not know with ENOSYS, clone3 without
 * CAP_SYS_ADMIN too, so that libc falls back to clone, whose flags a filter
 * can see. AF_ALG and AF_VSOCK sockets are refused.
 */
#ifndef RUNTIME_SECCOMP_DEFAULT_H
#define RUNTIME_SECCOMP_DEFAULT_H

#include "runtime/seccomp/seccomp_profile.h"

/* The default profile for CONTEXT. */
void seccomp_default(const struct seccomp_context *context,
		     struct seccomp_profile *out);

#endif
