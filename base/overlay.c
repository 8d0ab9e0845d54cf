/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlay mounts by descriptors.
 *
 * Linux 6.7 and later take one lower directory per fsconfig call ("lowerdir+"),
 * by name; /proc/self/fd/N names a descriptor whatever its path is. Before,
 * all layers stand in one option string of at most a page, so they are given
 * as "12:13:14", relative to /proc/self/fd, where mount(2) is called from. That
 * happens in a child with a mount namespace of its own, which hands back a
 * detached clone of the mount. Those kernels take layers of the caller's
 * namespace only, so the child opens each once more, by the path it has there,
 * and checks that it got the same directory.
 */
#include "base/overlay.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fsids.h"
#include "base/overlay_fuse.h"
#include "base/strbuf.h"
#include "base/userns.h"

/* What the kernel takes in one option string. */
enum { OVERLAY_STRING_LIMIT = 4095 };

/* What must not depend on how a kernel was configured. */
static const char *const pinned[][2] = {
	{ "redirect_dir", "off" },
	{ "metacopy", "off" },
	{ "index", "off" },
};

enum { PINNED_COUNT = sizeof(pinned) / sizeof(*pinned) };

static int set_string(int context, const char *key, const char *value)
{
	return fsconfig(context, FSCONFIG_SET_STRING, key, value, 0);
}

static int set_descriptor(int context, const char *key, int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d",
		       fd); /* 25 bytes at most */
	return set_string(context, key, path);
}

/* Only the first namespace's root may write trusted.* attributes. */
static bool is_unprivileged(const struct overlay_plan *plan)
{
	return plan->userxattr || !userns_is_initial();
}

/* "off" still follows, and an unprivileged mount may not. */
static const char *pinned_to(const struct overlay_plan *plan, size_t i)
{
	return i == 0 && is_unprivileged(plan) ? "nofollow" : pinned[i][1];
}

static int set_options(int context, const struct overlay_plan *plan)
{
	for (size_t i = 0; i < PINNED_COUNT; i++)
		if (set_string(context, pinned[i][0], pinned_to(plan, i)) < 0)
			return -1;
	if (plan->upper_fd >= 0 &&
	    (set_descriptor(context, "upperdir", plan->upper_fd) < 0 ||
	     set_descriptor(context, "workdir", plan->work_fd) < 0))
		return -1;
	if (plan->is_volatile &&
	    fsconfig(context, FSCONFIG_SET_FLAG, "volatile", NULL, 0) < 0)
		return -1;
	if (is_unprivileged(plan) &&
	    fsconfig(context, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) < 0)
		return -1;
	return 0;
}

/* The kernel's own words about what it refused, else errno's. */
static int explain(int context, int errnum, struct error *err)
{
	char text[512];
	ssize_t got = read(context, text, sizeof(text) - 1);
	enum error_kind kind = errnum == EINVAL ? ERROR_UNSUPPORTED
						: error_kind_of_errno(errnum);

	if (got <= 2)
		return error_sys(err, errnum, "mount overlay");
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	/* "e " stands before an error */
	error_set(err, kind, "mount overlay: %s: %s", text + 2,
		  strerror(errnum));
	err->sys = errnum;
	return -1;
}

static int mount_by_context(int context, const struct overlay_plan *plan,
			    int *mount_fd_out, struct error *err)
{
	unsigned attributes = plan->upper_fd < 0 ? MOUNT_ATTR_RDONLY : 0;
	int fd;

	for (size_t i = 0; i < plan->lower_count; i++)
		if (set_descriptor(context, "lowerdir+", plan->lower_fds[i]) <
		    0)
			return explain(context, errno, err);
	if (set_options(context, plan) < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return explain(context, errno, err);
	fd = fsmount(context, FSMOUNT_CLOEXEC, attributes);
	if (fd < 0)
		return explain(context, errno, err);
	*mount_fd_out = fd;
	return 0;
}

/* "lowerdir=12:13:14,upperdir=15,…", relative to /proc/self/fd. */
static int format_options(const struct overlay_plan *plan, struct strbuf *out,
			  struct error *err)
{
	strbuf_addstr(out, "lowerdir=");
	for (size_t i = 0; i < plan->lower_count; i++)
		strbuf_addf(out, "%s%d", i ? ":" : "", plan->lower_fds[i]);
	if (plan->upper_fd >= 0)
		strbuf_addf(out, ",upperdir=%d,workdir=%d", plan->upper_fd,
			    plan->work_fd);
	for (size_t i = 0; i < PINNED_COUNT; i++)
		strbuf_addf(out, ",%s=%s", pinned[i][0], pinned_to(plan, i));
	if (plan->is_volatile)
		strbuf_addstr(out, ",volatile");
	if (is_unprivileged(plan))
		strbuf_addstr(out, ",userxattr");
	return strbuf_check(out, "overlay options", err);
}

/* Opens in this namespace, under the same number, what FD stands for. */
static int reopen(int fd)
{
	char name[32];
	char path[PATH_MAX];
	struct stat before;
	struct stat after;
	autoclose int again = -1;
	ssize_t length;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d",
		       fd); /* 25 bytes at most */
	length = readlink(name, path, sizeof(path) - 1);
	if (length < 0)
		return -1;
	path[length] = '\0';
	again = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (again < 0 || fstat(fd, &before) < 0 || fstat(again, &after) < 0)
		return -1;
	if (before.st_dev != after.st_dev || before.st_ino != after.st_ino) {
		errno = ESTALE;
		return -1;
	}
	return dup3(again, fd, O_CLOEXEC) < 0 ? -1 : 0;
}

static int reopen_all(const struct overlay_plan *plan)
{
	for (size_t i = 0; i < plan->lower_count; i++)
		if (reopen(plan->lower_fds[i]) < 0)
			return -1;
	if (plan->upper_fd < 0)
		return 0;
	return reopen(plan->upper_fd) < 0 ? -1 : reopen(plan->work_fd);
}

/* One descriptor through a socket. */
union passed_fd {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int line, int fd)
{
	union passed_fd passed = { 0 };
	struct iovec byte = { .iov_base = (char[]){ 0 }, .iov_len = 1 };
	struct msghdr packet = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed),
	};

	passed.header.cmsg_level = SOL_SOCKET;
	passed.header.cmsg_type = SCM_RIGHTS;
	passed.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&passed.header), &fd, sizeof(fd));
	return sendmsg(line, &packet, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* -1 when the other end closed without sending one. */
static int receive_fd(int line)
{
	union passed_fd passed;
	char text[1];
	struct iovec byte = { .iov_base = text, .iov_len = 1 };
	struct msghdr packet = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed),
	};
	const struct cmsghdr *header;
	ssize_t got;
	int fd;

	do {
		got = recvmsg(line, &packet, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	header = got > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/*
 * Kernels before 6.15 take layers of the own mount namespace only, so detached
 * mounts are attached there: over the root, which no path goes through again.
 * A clone of a shared mount is in its peer group still, and what is mounted on
 * it would be mounted on the host's layer, too.
 */
static int attach_all(const struct overlay_plan *plan)
{
	struct mount_attr alone = { .propagation = MS_PRIVATE };

	for (size_t i = 0; i < plan->detached_count; i++)
		if (mount_setattr(plan->detached_fds[i], "",
				  AT_EMPTY_PATH | AT_RECURSIVE, &alone,
				  sizeof(alone)) < 0 ||
		    move_mount(plan->detached_fds[i], "", AT_FDCWD, "/",
			       MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return -1;
	return fsids_set(plan->own_uid, plan->own_gid);
}

/*
 * The child: mounts where nobody else sees it and sends a detached clone. Only
 * system calls from here on. The mount covers /proc, a directory that is there
 * for sure, as names of descriptors come from it.
 */
static void mount_aside(const struct overlay_plan *plan, const char *options,
			int line)
{
	unsigned long flags = plan->upper_fd < 0 ? MS_RDONLY : 0;
	int fd;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    (plan->detached_count ? attach_all(plan) : reopen_all(plan)) < 0 ||
	    chdir("/proc/self/fd") < 0 ||
	    mount("overlay", "/proc", "overlay", flags, options) < 0)
		_exit(errno);
	fd = open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0 || send_fd(line, fd) < 0)
		_exit(errno);
	_exit(0);
}

/* Waits for the child, whose exit code is its errno. */
static int reap(pid_t child, struct error *err)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_sys(err, errno, "wait for the child");
	if (!WIFEXITED(status))
		return error_set(err, ERROR_SYSTEM,
				 "mount overlay: the child was killed");
	if (WEXITSTATUS(status))
		return error_sys(err, WEXITSTATUS(status), "mount overlay");
	return 0;
}

static int mount_by_string(const struct overlay_plan *plan, int *mount_fd_out,
			   struct error *err)
{
	autoclean(strbuf_release) struct strbuf options =
		STRBUF_LIMIT(OVERLAY_STRING_LIMIT);
	autoclose int ours = -1;
	autoclose int mounted = -1;
	int pair[2];
	long child;

	if (format_options(plan, &options, err) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(err, errno, "open a line to the child");
	ours = pair[0];
	child = syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL,
			NULL);
	if (!child)
		mount_aside(plan, options.text, pair[1]);
	(void)close(pair[1]); /* the child's */
	if (child < 0)
		return error_sys(err, errno, "start a child to mount in");
	mounted = receive_fd(ours);
	if (reap((pid_t)child, err) < 0)
		return -1;
	if (mounted < 0)
		return error_set(err, ERROR_SYSTEM,
				 "mount overlay: the child sent nothing");
	*mount_fd_out = TAKE_FD(mounted);
	return 0;
}

/*
 * Whether this kernel takes layers one by one. The older ones' mount contexts
 * accept any option at first, and complain in the kernel's log at the end, so
 * only the version tells beforehand.
 */
static bool has_layer_option(void)
{
	struct utsname name;
	char *end;
	unsigned long major;

	if (uname(&name) < 0)
		return false;
	major = strtoul(name.release, &end, 10);
	if (major != 6)
		return major > 6;
	return *end == '.' && strtoul(end + 1, NULL, 10) >= 7;
}

/*
 * The lower directories, each once: the kernel refuses the same one twice, and
 * whatever a repeated one says the upper of the two says as well.
 */
static int list_once(const struct overlay_plan *plan, int *out,
		     size_t *count_out, struct error *err)
{
	autofree struct stat *seen = xcalloc(plan->lower_count, sizeof(*seen));
	size_t count = 0;

	for (size_t i = 0; i < plan->lower_count; i++) {
		size_t at = 0;

		if (fstat(plan->lower_fds[i], &seen[count]) < 0)
			return error_sys(err, errno, "open a layer");
		while (seen[at].st_ino != seen[count].st_ino ||
		       seen[at].st_dev != seen[count].st_dev)
			at++;
		if (at == count)
			out[count++] = plan->lower_fds[i];
	}
	*count_out = count;
	return 0;
}

static int mount_by_kernel(const struct overlay_plan *plan, int *mount_fd_out,
			   struct error *err)
{
	autoclose int context = -1;

	if (plan->way == OVERLAY_STRING || plan->detached_count ||
	    !has_layer_option())
		return mount_by_string(plan, mount_fd_out, err);
	context = fsopen("overlay", FSOPEN_CLOEXEC);
	if (context < 0 && errno == ENODEV)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this kernel has no overlay file system");
	if (context < 0)
		return error_sys(err, errno, "open the overlay file system");
	return mount_by_context(context, plan, mount_fd_out, err);
}

/* Whether ERR is the kernel's no to such overlays, whatever is in them. */
static bool is_refusal(const struct error *err)
{
	return err->kind == ERROR_UNSUPPORTED || err->sys == EPERM ||
	       err->sys == EINVAL || err->sys == ENODEV;
}

/* After the kernel refused for what ERR says. */
static int mount_by_program(const struct overlay_plan *plan, int *mount_fd_out,
			    struct error *err)
{
	autoclean(error_release) struct error more = ERROR_INIT;

	if (overlay_fuse_mount(plan, mount_fd_out, &more) == 0) {
		error_release(err);
		return 0;
	}
	return error_set(err, ERROR_UNSUPPORTED, "%s; %s", err->msg, more.msg);
}

/*
 * Above these the kernel makes no writable overlay, so what was written there
 * has the program's marks, which the kernel does not know.
 */
static bool is_read_by_program(const struct overlay_plan *plan)
{
	struct statfs st;

	if (plan->upper_fd >= 0 || plan->detached_count ||
	    fstatfs(plan->lower_fds[0], &st) < 0)
		return false;
	return st.f_type == OVERLAYFS_SUPER_MAGIC ||
	       st.f_type == NFS_SUPER_MAGIC || st.f_type == FUSE_SUPER_MAGIC;
}

int overlay_mount(const struct overlay_plan *asked, int *mount_fd_out,
		  struct error *err)
{
	autofree int *lowers = xcalloc(asked->lower_count, sizeof(*lowers));
	struct overlay_plan plan = *asked;

	plan.lower_fds = lowers;
	if (list_once(asked, lowers, &plan.lower_count, err) < 0)
		return -1;
	if (plan.way == OVERLAY_PROGRAM)
		return overlay_fuse_mount(&plan, mount_fd_out, err);
	if (plan.way == OVERLAY_ANY && is_read_by_program(&plan)) {
		if (overlay_fuse_mount(&plan, mount_fd_out, err) == 0)
			return 0;
		error_release(err); /* not there: nor was it for writing */
	}
	if (mount_by_kernel(&plan, mount_fd_out, err) == 0)
		return 0;
	if (plan.way != OVERLAY_ANY || plan.detached_count || !is_refusal(err))
		return -1;
	return mount_by_program(&plan, mount_fd_out, err);
}
