/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of who holds a namespace, and reading them. */
#include "runtime/engine/network_home.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

int network_home_open(const struct store *store, int *folder_out,
		      struct error *err)
{
	if (mkdirat(store->run_fd, "netns", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make the folder of a network");
	*folder_out = openat(store->run_fd, "netns",
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *folder_out < 0
		       ? error_sys(err, errno, "open the folder of a network")
		       : 0;
}

/* The namespace that the note NAME tells of, if it is still held; else -1. */
static int open_noted(const char *name)
{
	char path[64];
	autoclose int fd = -1;
	struct stat st;
	char *end;
	unsigned long pid = strtoul(name, &end, 10);
	unsigned long number = *end == '-' ? strtoul(end + 1, &end, 10)
					   : UINT32_MAX;

	if (*end != '-' || pid > INT32_MAX || number > INT32_MAX)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%lu/fd/%lu", pid, number);
	/* a number used again may be anything: it is only looked at first */
	if (stat(path, &st) < 0 || st.st_ino != strtoull(end + 1, NULL, 10) ||
	    !S_ISREG(st.st_mode))
		return -1;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -1;
	return TAKE_FD(fd);
}

int network_home_look(int folder_fd)
{
	int copy = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *at;
	int found = -1;

	while (dir && found < 0 && (at = readdir(dir))) {
		if (at->d_name[0] < '1' || at->d_name[0] > '9')
			continue;
		found = open_noted(at->d_name);
		if (found < 0)
			(void)unlinkat(folder_fd, at->d_name, 0); /* dead */
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return found;
}

int network_home_find(const struct store *store)
{
	autoclose int folder = openat(store->run_fd, "netns",
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					      O_CLOEXEC);

	return folder < 0 ? -1 : network_home_look(folder);
}

int network_home_note(struct network_home *home, struct error *err)
{
	struct stat st;
	autoclose int fd = -1;

	if (fstat(home->namespace_fd, &st) < 0)
		return error_sys(err, errno, "look at a network");
	(void)snprintf(home->note, sizeof(home->note), "%d-%d-%llu",
		       (int)getpid(), home->namespace_fd,
		       (unsigned long long)st.st_ino); /* 44 bytes at most */
	fd = openat(home->folder_fd, home->note, O_WRONLY | O_CREAT | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return error_sys(err, errno, "note a network");
	return 0;
}

void network_home_leave(struct network_home *home)
{
	/* one that stays is found to be nobody's */
	if (*home->note)
		(void)unlinkat(home->folder_fd, home->note, 0);
	home->note[0] = '\0';
	cleanup_close(&home->keeper_fd);
	cleanup_close(&home->namespace_fd);
	cleanup_close(&home->folder_fd);
	lockfile_release(&home->member);
}
