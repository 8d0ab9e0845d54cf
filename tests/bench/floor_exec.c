/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an exec in a container costs at least: setns, fork, exec and wait, with
 * the container's control groups and its system call filter, and nothing else.
 * No capabilities, no user, no environment, no terminal.
 *
 * Usage: floor_exec PID FILTER PROGRAM [ARGUMENT...]
 *        floor_exec --nsenter PID FILTER PROGRAM [ARGUMENT...]
 *            the namespaces by nsenter(1), which starts this program inside
 *        floor_exec --load FD PROGRAM [ARGUMENT...]
 *            only the filter, of which FD is a descriptor
 *        floor_exec --filter PID FILTER
 *            writes that process's filter
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILTER_MAX = 4096, WORDS_MAX = 32, PATH_SPACE = 4096 };

static void die(const char *what)
{
	perror(what);
	_exit(125);
}

static int open_inherited(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	return fd;
}

static void load_filter(int fd)
{
	static struct sock_filter filter[FILTER_MAX];
	struct sock_fprog program = { .filter = filter };
	ssize_t got = read(fd, filter, sizeof(filter));

	if (got < 0)
		die("read the filter");
	program.len = (unsigned short)((size_t)got / sizeof(*filter));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		die("seccomp");
	(void)close(fd);
}

/* The newest filter of a process that is ours to trace. */
static int write_filter(pid_t pid, const char *path)
{
	static struct sock_filter filter[FILTER_MAX];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long count;

	if (fd < 0 || ptrace(PTRACE_ATTACH, pid, 0, 0) < 0 ||
	    waitpid(pid, NULL, __WALL) < 0)
		die("attach");
	count = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, filter);
	if (count < 0)
		die("filter");
	if (write(fd, filter, (size_t)count * sizeof(*filter)) < 0)
		die(path);
	return ptrace(PTRACE_DETACH, pid, 0, 0) < 0;
}

static void join(const char *folder, const char *group)
{
	char path[PATH_SPACE];
	int fd;

	(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s%s/cgroup.procs",
		       folder, group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	(void)close(fd);
}

/* Into every group that PID is in. */
static void join_groups(const char *pid)
{
	char path[PATH_SPACE];
	char line[PATH_SPACE];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/cgroup", pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file)) {
		char *names = strchr(line, ':') + 1;
		char *group = strchr(names, ':');

		*group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		if (strncmp(names, "name=", 5) == 0)
			names += 5;
		if (strcmp(group, "/") != 0)
			join(*names ? names : "unified", group);
	}
	(void)fclose(file);
}

static int run_here(const char *pid, int filter, char **command)
{
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	pid_t child;
	int status;

	if (pidfd < 0)
		die("pidfd_open");
	if (setns(pidfd, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
				 CLONE_NEWNET | CLONE_NEWPID |
				 CLONE_NEWCGROUP) < 0)
		die("setns");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		load_filter(filter);
		(void)execv(command[0], command);
		die(command[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

/* The program, which the container does not have, is named by descriptor. */
static int run_nsenter(char *pid, int filter, char **command)
{
	char *words[WORDS_MAX] = { "nsenter", "-t", pid, "-a", NULL };
	char program[PATH_SPACE];
	char number[PATH_SPACE];
	size_t count = 4;

	(void)snprintf(program, sizeof(program), "/proc/self/fd/%d",
		       open_inherited("/proc/self/exe"));
	(void)snprintf(number, sizeof(number), "%d", filter);
	words[count++] = program;
	words[count++] = "--load";
	words[count++] = number;
	while (*command && count < WORDS_MAX - 1)
		words[count++] = *command++;
	(void)execvp(words[0], words);
	die("nsenter");
	return 125;
}

int main(int argc, char **argv)
{
	int is_nsenter = argc > 1 && !strcmp(argv[1], "--nsenter");
	int filter;

	if (argc == 4 && !strcmp(argv[1], "--filter"))
		return write_filter(atoi(argv[2]), argv[3]);
	if (argc < 4 + is_nsenter)
		return 125;
	if (!strcmp(argv[1], "--load")) {
		load_filter(atoi(argv[2]));
		(void)execv(argv[3], argv + 3);
		die(argv[3]);
	}
	argv += 1 + is_nsenter;
	filter = open_inherited(argv[1]);
	join_groups(argv[0]);
	return is_nsenter ? run_nsenter(argv[0], filter, argv + 2)
			  : run_here(argv[0], filter, argv + 2);
}
