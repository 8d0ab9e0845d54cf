/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a container costs: clone3 with six new namespaces, an overlay
 * mount, pivot_root and exec, and nothing else. No cgroup, no /proc, no
 * devices, no seccomp, no clean-up of the upper directory.
 *
 * Usage: floor_run [-v] LOWER SCRATCH PROGRAM [ARGUMENT...]
 * SCRATCH holds upper, work and root; -v mounts the overlay `volatile`.
 */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what)
{
	perror(what);
	_exit(125);
}

static void enter_root(const char *options)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("private");
	if (mount("overlay", "root", "overlay", 0, options) < 0)
		die("overlay");
	if (chdir("root") < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		die("pivot_root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die("detach");
}

/* A volatile mount leaves a mark that forbids the next; mount tells, if any. */
static void forget_volatile(void)
{
	(void)remove("work/work/incompat/volatile/dirty");
	(void)remove("work/work/incompat/volatile");
	(void)remove("work/work/incompat");
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
			 CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	bool is_volatile = argc > 1 && !strcmp(argv[1], "-v");
	char options[4096];
	long child;
	int status;

	argv += is_volatile;
	argc -= is_volatile;
	if (argc < 4 || chdir(argv[2]) < 0)
		die("usage: floor_run [-v] LOWER SCRATCH PROGRAM");
	if (is_volatile)
		forget_volatile();
	(void)snprintf(options, sizeof(options),
		       "lowerdir=%s,upperdir=upper,workdir=work%s", argv[1],
		       is_volatile ? ",volatile" : ""); /* mount tells */
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (child < 0)
		die("clone3");
	if (child == 0) {
		enter_root(options);
		execve(argv[3], argv + 3, environ);
		die(argv[3]);
	}
	if (waitpid((pid_t)child, &status, 0) < 0)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
