/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One clone3 for a container's process: every namespace at once, a pidfd, and
 * the v2 control group it is born into, which costs nothing, where moving it
 * there later would wait for the kernel. The memory is copied, not shared: a
 * process that is on its way into a container must not share ours.
 */
#ifndef RUNTIME_CHILD_H
#define RUNTIME_CHILD_H

#include <sys/types.h>

#include "base/error.h"

struct child_options {
	unsigned long long flags; /* CLONE_NEW… */
	int cgroup_fd;		  /* v2 directory, or -1 */
	int user_namespace; /* that owns what is made, or -1 for ours or a new
			     */
	int pid_namespace;  /* to be born in, or -1 for ours or a new one */
};

/*
 * Start a child. In the child *PID_OUT is 0 and only safe calls may follow; in
 * the parent it is the child's id and *PIDFD_OUT its descriptor.
 */
int child_start(const struct child_options *options, pid_t *pid_out,
		int *pidfd_out, struct error *err) must_check;

/*
 * Call FUNCTION in a child that works in this process's memory, as after
 * vfork(2), on a stack of its own, but has descriptors, folders and rights of
 * its own; return when it has ended. No signal reaches it but SIGKILL. It ends
 * by returning: what is told the compiler not to return confuses sanitizers.
 */
int child_lend(int (*function)(void *), void *context,
	       struct error *err) must_check;

/*
 * For a child: bear one more child of our parent's, in the pid namespace that
 * our children are for and the v2 group CGROUP_FD (-1: ours). Its memory is a
 * copy. Returns as fork(2) does; *PID_OUT is written by the kernel before the
 * new process runs.
 */
pid_t child_bear_sibling(int cgroup_fd, pid_t *pid_out);

/* Kill and reap a child. */
void child_kill(pid_t pid, int pidfd);

#endif
