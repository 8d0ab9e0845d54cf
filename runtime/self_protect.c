/* SPDX-License-Identifier: Apache-2.0 */
/* Executing this program from an image nobody can write to. */
#include "runtime/self_protect.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/overlay.h"

extern char **environ;

static const char path_variable[] = "IMGCTL_PROGRAM";
static const char mount_variable[] = "IMGCTL_PROGRAM_MOUNT";

enum {
	ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
};

/* An overlay without an upper directory has nothing to be remounted to. */
static bool is_readonly_overlay(int fd)
{
	struct statfs st;

	return fstatfs(fd, &st) == 0 && st.f_type == OVERLAYFS_SUPER_MAGIC &&
	       (st.f_flags & ST_RDONLY);
}

bool self_protect_is_done(void)
{
	autoclose int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int seals;

	if (fd < 0)
		return false;
	seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0)
		return (seals & ALL_SEALS) == ALL_SEALS;
	return is_readonly_overlay(fd);
}

/* Whether BOTH are the same file: the name may mean another one by now. */
static bool is_same_file(int a, int b)
{
	struct stat first;
	struct stat second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
	       first.st_ino == second.st_ino &&
	       first.st_size == second.st_size &&
	       first.st_mtim.tv_sec == second.st_mtim.tv_sec &&
	       first.st_mtim.tv_nsec == second.st_mtim.tv_nsec;
}

/*
 * Closing a mount nobody sees takes the kernel 0.3 ms: it is left to the
 * executed program, which has it closed when it ends.
 */
static int hand_on(int mounted)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", mounted);
	if (setenv(mount_variable, number, 1) < 0)
		return -1;
	return fcntl(mounted, F_SETFD, 0);
}

void self_protect_arrive(void)
{
	const char *number = getenv(mount_variable);
	int fd = number ? (int)strtol(number, NULL, 10) : -1;

	/* one that is not there has nothing to be kept from others */
	if (fd > STDERR_FILENO && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		errno = 0;
	(void)unsetenv(mount_variable); /* a valid name */
}

/*
 * The program seen through an overlay of its folder; -1 when that does not
 * work here. An overlay without an upper needs two layers: the second, /dev, is
 * only there to be one.
 */
static int open_overlaid(int exe)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	autoclose int folder = -1;
	autoclose int other = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int mounted = -1;
	autoclose int fd = -1;
	int layers[2];
	char *name;

	if (length <= 0 || path[0] != '/')
		return -1;
	path[length] = '\0';
	name = strrchr(path, '/');
	*name++ = '\0';
	folder = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || other < 0)
		return -1;
	layers[0] = folder;
	layers[1] = other;
	if (overlay_mount(
		    &(struct overlay_plan){
			    .lower_fds = layers,
			    .lower_count = 2,
			    .upper_fd = -1,
			    .work_fd = -1,
			    .way = OVERLAY_KERNEL,
		    },
		    &mounted, &ignored) < 0)
		return -1;
	fd = openat(mounted, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !is_readonly_overlay(fd) || !is_same_file(fd, exe) ||
	    hand_on(mounted) < 0)
		return -1;
	(void)TAKE_FD(mounted); /* the executed program's */
	return TAKE_FD(fd);
}

static int copy_all(int from, int to)
{
	struct stat st;
	off_t at = 0;

	if (fstat(from, &st) < 0)
		return -1;
	while (at < st.st_size) {
		ssize_t done = sendfile(to, from, &at,
					(size_t)(st.st_size - at));

		if (done <= 0)
			return -1;
	}
	return 0;
}

static int open_copy(int exe, struct error *err)
{
	autoclose int fd = memfd_create("imgctl",
					MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || copy_all(exe, fd) < 0 ||
	    fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0)
		return error_sys(err, errno, "copy this program to memory");
	return TAKE_FD(fd);
}

/* The kernel names a process by the descriptor it was executed from. */
static void set_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	(void)prctl(PR_SET_NAME, slash ? slash + 1 : path, 0, 0, 0);
}

/* For self_protect_path, once /proc/self/exe does not tell it any more. */
static int pass_path(struct error *err)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length <= 0)
		return error_sys(err, errno, "find this program");
	path[length] = '\0';
	if (setenv(path_variable, path, 1) < 0)
		return error_sys(err, errno, "set %s", path_variable);
	return 0;
}

char *self_protect_path(void)
{
	const char *passed = getenv(path_variable);
	char path[PATH_MAX];
	ssize_t length;

	if (passed && self_protect_is_done())
		return xstrdup(passed);
	length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	return xstrdup(path);
}

/* The image to execute: EXE itself when nobody can write to it already. */
static int open_image(int exe, struct error *err)
{
	int image;

	if (self_protect_is_done())
		return fcntl(exe, F_DUPFD_CLOEXEC, 3);
	if (pass_path(err) < 0)
		return -1;
	image = open_overlaid(exe);
	return image >= 0 ? image : open_copy(exe, err);
}

int self_protect_execute(char *const argv[], struct error *err)
{
	autoclose int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	autoclose int image = -1;

	if (exe < 0)
		return error_sys(err, errno, "open this program");
	image = open_image(exe, err);
	if (image < 0)
		return -1;
	(void)syscall(SYS_execveat, image, "", argv, environ, AT_EMPTY_PATH);
	return error_sys(err, errno, "execute this program again");
}

int self_protect_enter(char *const argv[], struct error *err)
{
	if (!self_protect_is_done())
		return self_protect_execute(argv, err);
	self_protect_arrive();
	set_name(argv[0] ? argv[0] : "imgctl");
	return 0;
}
