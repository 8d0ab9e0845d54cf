/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching mounts. The child is made by clone(2) with CLONE_FILES, so that the
 * descriptor it opens is this process's, too; what is left of it is the number,
 * which comes through a pipe. It works on its own copy of the memory.
 */
#include "runtime/tree_fetch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"

/* What a child is to do, and what became of it. */
struct errand {
	int mount_fd;	  /* detached, or -1 */
	int namespace_fd; /* to enter, or -1 */
	const char *path;
};

struct outcome {
	int tree; /* or -1 */
	int code; /* errno */
};

/* In the child: over / of a namespace of its own, where nobody sees it. */
static int clone_part(const struct errand *errand)
{
	autoclose int tree = -1;
	autoclose int found = -1;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	tree = open_tree(errand->mount_fd, "",
			 AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	/* older kernels do not clone what is detached: it is used itself */
	if (move_mount(tree >= 0 ? tree : errand->mount_fd, "", AT_FDCWD, "/",
		       MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -1;
	found = fs_open_raw(tree >= 0 ? tree : errand->mount_fd, errand->path,
			    FS_IN_ROOT, O_PATH, 0);
	if (found < 0)
		return -1;
	return open_tree(found, "",
			 AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static int clone_elsewhere(const struct errand *errand)
{
	struct statx st;
	int tree;

	if (setns(errand->namespace_fd, CLONE_NEWNS) < 0)
		return -1;
	if (statx(AT_FDCWD, errand->path, AT_SYMLINK_NOFOLLOW, 0, &st) < 0)
		return -1;
	if (!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		errno = ENOENT;
		return -1;
	}
	tree = open_tree(AT_FDCWD, errand->path,
			 AT_SYMLINK_NOFOLLOW | OPEN_TREE_CLONE |
				 OPEN_TREE_CLOEXEC);
	return tree;
}

static _Noreturn void carry_out(const struct errand *errand, int pipe_fd)
{
	struct outcome outcome = { -1, 0 };

	outcome.tree = errand->mount_fd >= 0 ? clone_part(errand)
					     : clone_elsewhere(errand);
	outcome.code = errno;
	_exit(write(pipe_fd, &outcome, sizeof(outcome)) !=
	      (ssize_t)sizeof(outcome));
}

static int send_child(const struct errand *errand, struct outcome *out,
		      struct error *err)
{
	autoclose int from = -1;
	autoclose int to = -1;
	int fds[2];
	int status;
	long pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	from = fds[0];
	to = fds[1];
	pid = syscall(SYS_clone, (unsigned long)(CLONE_FILES | SIGCHLD), 0L, 0L,
		      0L, 0L);
	if (pid == 0)
		carry_out(errand, to);
	if (pid < 0)
		return error_sys(err, errno, "start a process");
	while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
		;
	/* this process holds the other end: only what is there is read */
	if (fcntl(from, F_SETFL, O_NONBLOCK) < 0 ||
	    read(from, out, sizeof(*out)) != (ssize_t)sizeof(*out))
		return error_set(err, ERROR_SYSTEM,
				 "a process that fetches a mount ended early");
	return 0;
}

static int fetch(const struct errand *errand, int *tree_out, struct error *err)
{
	struct outcome outcome;

	if (send_child(errand, &outcome, err) < 0)
		return -1;
	if (outcome.tree < 0)
		return error_sys(err, outcome.code, "%s", errand->path);
	*tree_out = outcome.tree;
	return 0;
}

int tree_fetch_part(int mount_fd, const char *path, int *tree_out,
		    struct error *err)
{
	struct errand errand = { mount_fd, -1, path };

	return fetch(&errand, tree_out, err);
}

int tree_fetch_from(pid_t pid, const char *path, int *tree_out,
		    struct error *err)
{
	autoclose int namespace_fd = -1;
	struct errand errand = { -1, -1, path };
	char name[64];

	(void)snprintf(name, sizeof(name), "/proc/%d/ns/mnt", (int)pid);
	namespace_fd = open(name, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0)
		return error_sys(err, errno, "open %s", name);
	errand.namespace_fd = namespace_fd;
	return fetch(&errand, tree_out, err);
}
