/* SPDX-License-Identifier: Apache-2.0 */
/* clone3. */
#include "runtime/child.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* sched.h's own declarations would clash with linux/sched.h. */
int setns(int fd, int type);
int clone(int (*function)(void *), void *stack, int flags, void *context, ...);

/* A child in our memory goes as deep as any on its way into a container. */
enum { LENT_STACK = 256 << 10 };

static long clone_into(struct clone_args *arguments, int cgroup_fd)
{
	if (cgroup_fd >= 0) {
		arguments->flags |= CLONE_INTO_CGROUP;
		arguments->cgroup = (uint64_t)cgroup_fd;
	}
	return syscall(SYS_clone3, arguments, sizeof(*arguments));
}

static long clone_now(const struct child_options *options, int *pidfd)
{
	struct clone_args arguments = {
		.flags = options->flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	return clone_into(&arguments, options->cgroup_fd);
}

/* The signal at its end is the one of our own end: it may not be named. */
pid_t child_bear_sibling(int cgroup_fd, pid_t *pid_out)
{
	struct clone_args arguments = {
		.flags = CLONE_PARENT | CLONE_PARENT_SETTID,
		.parent_tid = (uint64_t)(uintptr_t)pid_out,
	};

	return (pid_t)clone_into(&arguments, cgroup_fd);
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

/* What the process between tells: an id or, negative, an errno. */
static _Noreturn void tell(int line, long value)
{
	ssize_t ignored = write(line, &value, sizeof(value));

	_exit(ignored == sizeof(value) ? 0 : 1);
}

/* Root of the namespace that is joined. */
static int enter_user(const struct child_options *options)
{
	/* by our rights, which end in the next step */
	if (options->pid_namespace >= 0 &&
	    setns(options->pid_namespace, CLONE_NEWPID) < 0)
		return -1;
	return setns(options->user_namespace, CLONE_NEWUSER) < 0 ||
			       syscall(SYS_setresgid, 0, 0, 0) < 0 ||
			       syscall(SYS_setresuid, 0, 0, 0) < 0
		       ? -1
		       : 0;
}

/*
 * What is made along with a process belongs to the user namespace of whoever
 * makes it, and there is no way back out of one. So a process between goes
 * there, and what it makes is a child of ours. It is in the group already,
 * which it could not open a door to from there. Returns 0 in the child.
 */
static long clone_between(const struct child_options *options, int line)
{
	struct child_options plain = { .cgroup_fd = options->cgroup_fd };
	struct clone_args arguments = { .flags = options->flags |
						 CLONE_PARENT };
	int ignored;
	long pid = clone_now(&plain, &ignored);

	if (pid)
		return pid;
	if (enter_user(options) < 0)
		tell(line, -errno);
	pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (pid)
		tell(line, pid < 0 ? -errno : pid);
	return 0;
}

/* Not reaped yet, so the number is still that process's. */
static int open_child(long pid, int *pidfd)
{
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return *pidfd;
}

static long clone_in_user(const struct child_options *options, int *pidfd)
{
	autoclose int ours = -1;
	int lines[2];
	long between;
	long told = -EIO;

	if (pipe2(lines, O_CLOEXEC) < 0)
		return -1;
	ours = lines[0];
	between = clone_between(options, lines[1]);
	(void)close(lines[1]); /* the child's */
	if (between <= 0)
		return between;
	if (read(ours, &told, sizeof(told)) != sizeof(told))
		told = -EIO;
	while (waitpid((pid_t)between, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (told > 0 && open_child(told, pidfd) < 0)
		told = -errno;
	if (told > 0)
		return told;
	errno = (int)-told;
	return -1;
}

static long clone_anyhow(const struct child_options *options, int *pidfd)
{
	if (options->user_namespace >= 0)
		return clone_in_user(options, pidfd);
	return options->pid_namespace >= 0 ? clone_in_namespace(options, pidfd)
					   : clone_now(options, pidfd);
}

int child_start(const struct child_options *options, pid_t *pid_out,
		int *pidfd_out, struct error *err)
{
	int pidfd = -1;
	long pid = clone_anyhow(options, &pidfd);

	if (pid < 0)
		return error_sys(err, errno,
				 "start a process in new namespaces");
	*pid_out = (pid_t)pid;
	if (pid)
		*pidfd_out = pidfd;
	return 0;
}

/* To its end; a child in our memory changes whether we may be looked into. */
static int run_lent(int (*function)(void *), void *context, char *stack)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	siginfo_t info;
	int pid = clone(function, stack + LENT_STACK,
			CLONE_VM | CLONE_VFORK | SIGCHLD, context);
	int result = pid;

	while (result >= 0 && waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
		if (errno != EINTR)
			result = -1;
	if (dumpable == 1)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* as it was */
	return result;
}

int child_lend(int (*function)(void *), void *context, struct error *err)
{
	char *stack = mmap(NULL, LENT_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	sigset_t all, before;
	int result, sys;

	if (stack == MAP_FAILED)
		return error_sys(err, errno, "find room for a process");
	(void)sigfillset(&all);
	/* a handler of ours would run in our memory, but in that process */
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	result = run_lent(function, context, stack);
	sys = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)munmap(stack, LENT_STACK); /* it is one */
	if (result < 0)
		return error_sys(err, sys, "start a process");
	return 0;
}

void child_kill(pid_t pid, int pidfd)
{
	siginfo_t info;

	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0)
		(void)kill(pid, SIGKILL); /* ours, so it is nobody else */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
		;
}
