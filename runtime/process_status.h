/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proc_pid_status(5) says about a process's rights: ids, capability sets,
 * no_new_privs and seccomp. Fields that a kernel does not show keep their
 * zero. Pure; the struct owns its groups.
 */
#ifndef RUNTIME_PROCESS_STATUS_H
#define RUNTIME_PROCESS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The kernel's order: real, effective, saved, file system. */
enum { PROCESS_STATUS_IDS = 4 };

struct process_status {
	uint32_t uids[PROCESS_STATUS_IDS];
	uint32_t gids[PROCESS_STATUS_IDS];
	uint32_t *groups;
	size_t group_count;
	uint64_t inheritable, permitted, effective, bounding, ambient;
	bool has_no_new_privs;
	unsigned seccomp; /* SECCOMP_MODE_… */
	unsigned filters;
};

#define PROCESS_STATUS_INIT \
	{                   \
		{           \
			0   \
		}           \
	}

/*
 * Parse the text of a status file. INVALID when the ids or the sets are
 * missing or no numbers; OUT is released then.
 */
int process_status_parse(const char *text, struct process_status *out,
			 struct error *err) must_check;

/* Free the groups. */
void process_status_release(struct process_status *status);
DEFINE_CLEANUP(struct process_status, process_status_release)

#endif
