/* SPDX-License-Identifier: Apache-2.0 */
/* clone3. */
#include "runtime/child.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* sched.h's own declaration would clash with linux/sched.h. */
int setns(int fd, int type);

static long clone_now(const struct child_options *options, int *pidfd)
{
	struct clone_args arguments = {
		.flags = options->flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	if (options->cgroup_fd >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)options->cgroup_fd;
	}
	return syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* Joining a pid namespace is for children; it is undone right after. */
static long clone_in_namespace(const struct child_options *options, int *pidfd)
{
	autoclose int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	long pid;
	int sys;

	if (own < 0 || setns(options->pid_namespace, CLONE_NEWPID) < 0)
		return -1;
	pid = clone_now(options, pidfd);
	if (!pid)
		return 0;
	sys = errno;
	(void)setns(own, CLONE_NEWPID); /* our own: always allowed */
	errno = sys;
	return pid;
}

int child_start(const struct child_options *options, pid_t *pid_out,
		int *pidfd_out, struct error *err)
{
	int pidfd = -1;
	long pid = options->pid_namespace >= 0
			   ? clone_in_namespace(options, &pidfd)
			   : clone_now(options, &pidfd);

	if (pid < 0)
		return error_sys(err, errno,
				 "start a process in new namespaces");
	*pid_out = (pid_t)pid;
	if (pid)
		*pidfd_out = pidfd;
	return 0;
}

void child_kill(pid_t pid, int pidfd)
{
	siginfo_t info;

	(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
		;
}
