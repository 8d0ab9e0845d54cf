/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the container's first process tells what went wrong in it before the
 * program runs. It may not allocate or format, so each failure is the stage,
 * errno and the path or name it was about; the parent makes a sentence of it.
 *
 * A function of the child returns 0 or -1 and takes `struct stage_failure
 * *fail` last; the one that makes a system call ends with
 * `return stage_fail(fail, STAGE_X, path)`, which keeps errno.
 */
#ifndef RUNTIME_STAGE_H
#define RUNTIME_STAGE_H

#include "base/error.h"

enum stage {
	STAGE_NONE = 0,
	STAGE_PARENT,	     /* the parent's word did not come */
	STAGE_NAMESPACE,     /* path: the namespace's kind */
	STAGE_BIRTH,	     /* a process in the container's pid namespace */
	STAGE_IDENTITY,	     /* becoming root of a user namespace */
	STAGE_SESSION,	     /* a new session, its keyring */
	STAGE_HOSTNAME,	     /* path: the name */
	STAGE_SCORE,	     /* oom_score_adj */
	STAGE_PROPAGATION,   /* cutting the host's mounts off */
	STAGE_ROOT,	     /* attaching the root file system */
	STAGE_MOUNT,	     /* path: the destination */
	STAGE_MOUNT_TARGET,  /* path: the destination */
	STAGE_MOUNT_SOURCE,  /* path: the source */
	STAGE_MOUNT_IN_PROC, /* path: a destination inside /proc */
	STAGE_MOUNT_OPTIONS, /* path: the destination */
	STAGE_DEVICE,	     /* path: the device */
	STAGE_CONSOLE,	     /* making the terminal */
	STAGE_SYSCTL,	     /* path: the parameter */
	STAGE_READONLY_PATH, /* path: that path */
	STAGE_MASKED_PATH,   /* path: that path */
	STAGE_PIVOT,	     /* changing the root */
	STAGE_LOOPBACK,	     /* raising lo */
	STAGE_STDIO,	     /* the three descriptors */
	STAGE_RLIMIT,	     /* path: its name */
	STAGE_SCHEDULING,    /* policy, I/O priority, personality */
	STAGE_MEMORY,	     /* the policy of NUMA nodes */
	STAGE_WORKDIR,	     /* path: the directory */
	STAGE_USER,	     /* groups and ids */
	STAGE_CAPABILITIES,  /* the sets */
	STAGE_LABEL,	     /* AppArmor or SELinux; path: the label */
	STAGE_SECCOMP,	     /* the filter */
	STAGE_HOOK,	     /* path: the hook's program */
	STAGE_CREATE_HOOK,   /* the same, in the container, before its start */
	STAGE_START_HOOK,    /* and right at it */
	STAGE_LOOKUP,	     /* path: the name; errno as LookPath says */
	STAGE_PROGRAM,	     /* path: the program */
	STAGE_COUNT,
};

struct stage_failure {
	enum stage stage;
	int sys;	  /* errno */
	const char *path; /* borrowed; NULL when there is none */
};

/* Note that STAGE failed with the present errno on PATH; returns -1. */
int stage_fail(struct stage_failure *fail, enum stage stage, const char *path);

/*
 * Make an error of what a child said. Failures to find or to execute the
 * program become NOT_FOUND and DENIED in docker's words; all others are
 * SYSTEM, so that a caller can tell them apart.
 */
int stage_explain(enum stage stage, int sys, const char *path,
		  struct error *err);

#endif
