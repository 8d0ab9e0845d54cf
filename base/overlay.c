/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlay mounts by descriptors.
 *
 * Linux 6.7 and later take one lower directory per fsconfig call ("lowerdir+"),
 * by name; /proc/self/fd/N names a descriptor whatever its path is. Before,
 * all layers stand in one option string of at most a page, so they are given
 * as "12:13:14", relative to /proc/self/fd, where mount(2) is called from. That
 * happens in a child with a mount namespace of its own, which shares our
 * descriptor table and leaves a detached clone of the mount in it.
 */
#include "base/overlay.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/strbuf.h"

/* What the kernel takes in one option string. */
enum { OVERLAY_STRING_LIMIT = 4095 };

/* One way to give options: by fsconfig to CONTEXT, or appended to TEXT. */
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

static int set_options(int context, const struct overlay_plan *plan)
{
	for (size_t i = 0; i < PINNED_COUNT; i++)
		if (set_string(context, pinned[i][0], pinned[i][1]) < 0)
			return -1;
	if (plan->upper_fd >= 0 &&
	    (set_descriptor(context, "upperdir", plan->upper_fd) < 0 ||
	     set_descriptor(context, "workdir", plan->work_fd) < 0))
		return -1;
	if (plan->is_volatile &&
	    fsconfig(context, FSCONFIG_SET_FLAG, "volatile", NULL, 0) < 0)
		return -1;
	if (plan->userxattr &&
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

/* Whether CONTEXT takes layers one by one; the first one is added then. */
static bool takes_layers(int context, const struct overlay_plan *plan)
{
	return set_descriptor(context, "lowerdir+", plan->lower_fds[0]) == 0 ||
	       errno != EINVAL;
}

static int mount_by_context(int context, const struct overlay_plan *plan,
			    int *mount_fd_out, struct error *err)
{
	unsigned attributes = plan->upper_fd < 0 ? MOUNT_ATTR_RDONLY : 0;
	int fd;

	for (size_t i = 1; i < plan->lower_count; i++)
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
		strbuf_addf(out, ",%s=%s", pinned[i][0], pinned[i][1]);
	if (plan->is_volatile)
		strbuf_addstr(out, ",volatile");
	if (plan->userxattr)
		strbuf_addstr(out, ",userxattr");
	return strbuf_check(out, "overlay options", err);
}

/*
 * The child: mounts where nobody else sees it and puts a detached clone in
 * SLOT of the shared descriptor table. Only system calls from here on. The
 * mount covers /proc, a directory that is there for sure, as names of
 * descriptors come from it.
 */
static void mount_aside(const char *options, unsigned long flags, int slot)
{
	int fd;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    chdir("/proc/self/fd") < 0 ||
	    mount("overlay", "/proc", "overlay", flags, options) < 0)
		_exit(errno);
	fd = open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0 || dup3(fd, slot, O_CLOEXEC) < 0)
		_exit(errno);
	_exit(close(fd) < 0 ? errno : 0);
}

static int mount_by_string(const struct overlay_plan *plan, int *mount_fd_out,
			   struct error *err)
{
	autoclean(strbuf_release) struct strbuf options =
		STRBUF_LIMIT(OVERLAY_STRING_LIMIT);
	unsigned long flags = plan->upper_fd < 0 ? MS_RDONLY : 0;
	autoclose int slot = -1;
	long child;
	int status;

	if (format_options(plan, &options, err) < 0)
		return -1;
	slot = open("/", O_PATH | O_CLOEXEC);
	if (slot < 0)
		return error_sys(err, errno, "open /");
	child = syscall(SYS_clone, CLONE_FILES | CLONE_NEWNS | SIGCHLD, NULL,
			NULL, NULL, NULL);
	if (child < 0)
		return error_sys(err, errno, "start a child to mount in");
	if (!child)
		mount_aside(options.text, flags, slot);
	while (waitpid((pid_t)child, &status, 0) < 0)
		if (errno != EINTR)
			return error_sys(err, errno, "wait for the child");
	if (!WIFEXITED(status))
		return error_set(err, ERROR_SYSTEM,
				 "mount overlay: the child was killed");
	if (WEXITSTATUS(status))
		return error_sys(err, WEXITSTATUS(status), "mount overlay");
	*mount_fd_out = TAKE_FD(slot);
	return 0;
}

int overlay_mount(const struct overlay_plan *plan, int *mount_fd_out,
		  struct error *err)
{
	autoclose int context = -1;

	if (plan->by_string)
		return mount_by_string(plan, mount_fd_out, err);
	context = fsopen("overlay", FSOPEN_CLOEXEC);
	if (context < 0 && errno == ENODEV)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this kernel has no overlay file system");
	if (context < 0)
		return error_sys(err, errno, "open the overlay file system");
	if (!takes_layers(context, plan))
		return mount_by_string(plan, mount_fd_out, err);
	return mount_by_context(context, plan, mount_fd_out, err);
}
