/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering this user's namespace.
 *
 * A namespace is made by a child, mapped from here, where newuidmap still has
 * its rights, and then joined like one that was there before: a map that is
 * refused costs only the child.
 */
#include "runtime/userns_enter.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/idranges.h"
#include "base/lockfile.h"
#include "base/userns.h"
#include "runtime/idmap.h"

enum { ENTER_TIMEOUT_MS = 10000 };

/* The notes of processes, opened and locked. */
struct notes {
	int fd;
	struct lockfile lock;
};

static void notes_close(struct notes *notes)
{
	lockfile_release(&notes->lock);
	cleanup_close(&notes->fd);
}
DEFINE_CLEANUP(struct notes, notes_close)

static int notes_open(int run_fd, struct notes *out, struct error *err)
{
	if (mkdirat(run_fd, "userns", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make the namespaces' folder");
	out->fd = openat(run_fd, "userns",
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->fd < 0)
		return error_sys(err, errno, "open the namespaces' folder");
	return lockfile_acquire(&out->lock, run_fd, "userns.lock",
				LOCKFILE_EXCLUSIVE, ENTER_TIMEOUT_MS, err);
}

/* The namespace of PID, if it is the one with this inode and ours; else -1. */
static int open_noted(const char *name)
{
	char path[64];
	autoclose int fd = -1;
	struct stat st;
	char *end;
	unsigned long pid = strtoul(name, &end, 10);
	uid_t owner;

	if (*end != '-' || pid > INT32_MAX)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%lu/ns/user",
		       pid); /* 24 bytes at most */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    strtoull(end + 1, NULL, 10) != st.st_ino ||
	    ioctl(fd, NS_GET_OWNER_UID, &owner) < 0 || owner != geteuid())
		return -1;
	return TAKE_FD(fd);
}

/* The namespace of somebody who is alive, or -1; forgets the dead. */
static int find_living(int notes_fd)
{
	int copy = openat(notes_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *at;
	int found = -1;

	while (dir && found < 0 && (at = readdir(dir))) {
		if (at->d_name[0] < '1' || at->d_name[0] > '9')
			continue;
		found = open_noted(at->d_name);
		if (found < 0)
			(void)unlinkat(notes_fd, at->d_name, 0); /* next time */
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return found;
}

static void add_map(struct runtime_id_maps *maps, uint32_t inside,
		    uint32_t outside, uint32_t size)
{
	maps->items = xreallocarray(maps->items, maps->count + 1,
				    sizeof(*maps->items));
	maps->items[maps->count++] = (struct runtime_id_map){ inside, outside,
							      size };
}

/*
 * The map of the user or group OWN that has the subordinate ids of the files:
 * OWN is 0, they follow. False when there are none.
 */
static bool plan_map(uint32_t uid, uint32_t own, bool is_group,
		     struct runtime_id_maps *out)
{
	autoclean(idranges_release) struct idranges ranges = IDRANGES_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	uint32_t next = 1;

	add_map(out, 0, own, 1);
	if (idranges_read_subids(uid, is_group, &ranges, &ignored) < 0)
		return false;
	for (size_t i = 0; i < ranges.count; i++) {
		const struct idrange *range = &ranges.items[i];

		if (range->count > UINT32_MAX - 1 - next ||
		    out->count == IDRANGES_MAX)
			break;
		add_map(out, next, range->outside, range->count);
		next += range->count;
	}
	return out->count > 1;
}

struct both_maps {
	struct runtime_id_maps uids, gids;
};

static void both_maps_release(struct both_maps *maps)
{
	runtime_id_maps_release(&maps->uids);
	runtime_id_maps_release(&maps->gids);
}
DEFINE_CLEANUP(struct both_maps, both_maps_release)

static int explain(struct error *err)
{
	if (err->sys == EPERM || err->sys == EACCES || err->sys == ENOSPC ||
	    err->sys == EUSERS)
		err->kind = ERROR_UNSUPPORTED;
	return error_wrap(err, "this machine does not let users make user "
			       "namespaces (`imgctl system doctor` says more)");
}

/* With all ids the user may have, else with its own alone. */
static int make(int *fd_out, char **notice_out, struct error *err)
{
	autoclean(both_maps_release) struct both_maps all = { { 0 }, { 0 } };
	autoclean(both_maps_release) struct both_maps own = { { 0 }, { 0 } };
	bool has_uids = plan_map(geteuid(), geteuid(), false, &all.uids);
	bool has_gids = plan_map(geteuid(), getegid(), true, &all.gids);

	if (has_uids && has_gids) {
		if (idmap_open(&all.uids, &all.gids, fd_out, err) == 0)
			return 0;
		*notice_out = xasprintf(
			"only one id is mapped: %s (`imgctl system doctor` "
			"says more)",
			err->msg);
		error_release(err);
	}
	add_map(&own.uids, 0, geteuid(), 1);
	add_map(&own.gids, 0, getegid(), 1);
	if (idmap_open(&own.uids, &own.gids, fd_out, err) < 0)
		return explain(err);
	return 0;
}

static int add_note(int notes_fd, struct error *err)
{
	struct stat st;
	char name[64];
	autoclose int fd = -1;

	if (stat("/proc/self/ns/user", &st) < 0)
		return error_sys(err, errno, "look at the user namespace");
	(void)snprintf(name, sizeof(name), "%d-%llu", (int)getpid(),
		       (unsigned long long)st.st_ino); /* 32 bytes at most */
	fd = openat(notes_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(err, errno, "note the user namespace");
	return 0;
}

/* Ids by raw calls: libc's look for other threads to change as well. */
static int become_root(struct error *err)
{
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 ||
	    syscall(SYS_setresuid, 0, 0, 0) < 0)
		return error_sys(err, errno, "become root of a user namespace");
	/* other groups of the user are nobody inside, and may be of use */
	if (unshare(CLONE_NEWNS) < 0)
		return error_sys(err, errno, "make a mount namespace");
	return 0;
}

int userns_enter(int run_fd, char **notice_out, struct error *err)
{
	autoclean(notes_close) struct notes notes = { -1, LOCKFILE_INIT };
	autoclose int namespace_fd = -1;

	*notice_out = NULL;
	if (notes_open(run_fd, &notes, err) < 0)
		return -1;
	namespace_fd = find_living(notes.fd);
	if (namespace_fd < 0 && make(&namespace_fd, notice_out, err) < 0)
		return -1;
	if (setns(namespace_fd, CLONE_NEWUSER) < 0)
		return error_sys(err, errno, "enter a user namespace");
	if (add_note(notes.fd, err) < 0)
		return -1;
	return become_root(err);
}

int userns_note(int run_fd, struct error *err)
{
	autoclean(notes_close) struct notes notes = { -1, LOCKFILE_INIT };

	if (notes_open(run_fd, &notes, err) < 0)
		return -1;
	return add_note(notes.fd, err);
}
