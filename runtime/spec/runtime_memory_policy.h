/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `linux.memoryPolicy` of an OCI runtime configuration (runtime-spec 1.3): on
 * which NUMA nodes the container's memory is to be found, as set_mempolicy(2)
 * takes it. Reading is pure; whether there are such nodes, and whether mode,
 * flags and nodes go together, is the kernel's to say.
 */
#ifndef RUNTIME_RUNTIME_MEMORY_POLICY_H
#define RUNTIME_RUNTIME_MEMORY_POLICY_H

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct runtime_memory_policy {
	bool is_set;
	int mode;	 /* MPOL_… with its MPOL_F_… flags */
	cpu_set_t nodes; /* none: MPOL_DEFAULT and MPOL_LOCAL want it so */
};

/* Read the memoryPolicy of SECTION, `linux`; unset when absent. */
int runtime_memory_policy_parse(const json_t *section,
				struct runtime_memory_policy *out,
				struct error *err) must_check;

/* The INDEXth mode's name, or NULL after the last. */
const char *runtime_memory_policy_mode(size_t index);

/* The INDEXth flag's name, or NULL after the last. */
const char *runtime_memory_policy_flag(size_t index);

#endif
