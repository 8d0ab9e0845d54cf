/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system is mounted here, detached, and the program is given the open
 * /dev/fuse in place of a mount point: no namespace has to be made for it, and
 * no path leads to what it serves.
 */
#include "base/overlay_fuse.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/alloc.h"
#include "base/proc.h"
#include "base/strbuf.h"

enum { FUSE_START_MS = 30000, FUSE_SAYING_MAX = 4096 };

/* Whoever the container's ids are may use it; modes are the kernel's affair. */
static int configure(int context, int device)
{
	static const char *const values[][2] = {
		{ "source", "fuse-overlayfs" },
		{ "rootmode", "40000" },
		{ "user_id", "0" },
		{ "group_id", "0" },
	};
	static const char *const flags[] = { "allow_other",
					     "default_permissions" };
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", device);
	if (fsconfig(context, FSCONFIG_SET_STRING, "fd", number, 0) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (fsconfig(context, FSCONFIG_SET_STRING, values[i][0],
			     values[i][1], 0) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (fsconfig(context, FSCONFIG_SET_FLAG, flags[i], NULL, 0) < 0)
			return -1;
	return fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

static int mount_device(int device, bool is_readonly, int *mount_fd_out,
			struct error *err)
{
	autoclose int context = fsopen("fuse", FSOPEN_CLOEXEC);
	int fd;

	if (context < 0 || configure(context, device) < 0)
		return error_sys(err, errno, "mount fuse");
	fd = fsmount(context, FSMOUNT_CLOEXEC,
		     is_readonly ? MOUNT_ATTR_RDONLY : 0);
	if (fd < 0)
		return error_sys(err, errno, "mount fuse");
	*mount_fd_out = fd;
	return 0;
}

/* "lowerdir=/proc/self/fd/12:…,upperdir=…"; FDS gets all descriptors in it. */
static size_t write_options(const struct overlay_plan *plan, int *fds,
			    struct strbuf *out)
{
	size_t count = 0;

	strbuf_addstr(out, "lowerdir=");
	for (size_t i = 0; i < plan->lower_count; i++) {
		strbuf_addf(out, "%s/proc/self/fd/%d", i ? ":" : "",
			    plan->lower_fds[i]);
		fds[count++] = plan->lower_fds[i];
	}
	if (plan->upper_fd >= 0) {
		strbuf_addf(out,
			    ",upperdir=/proc/self/fd/%d"
			    ",workdir=/proc/self/fd/%d",
			    plan->upper_fd, plan->work_fd);
		fds[count++] = plan->upper_fd;
		fds[count++] = plan->work_fd;
	}
	if (plan->is_volatile)
		strbuf_addstr(out, ",volatile");
	return count;
}

/* What it died of stands last, after its name and what it only remarks. */
static const char *last_line(struct strbuf *said)
{
	const char *start;

	while (said->length && said->text[said->length - 1] == '\n')
		said->text[--said->length] = '\0';
	if (!said->length)
		return "fuse-overlayfs cannot start";
	start = strrchr(said->text, '\n');
	return start ? start + 1 : said->text;
}

/* The program leaves a process behind that serves DEVICE. */
static int serve(const struct overlay_plan *plan, int device, struct error *err)
{
	autoclean(strbuf_release) struct strbuf options = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf said =
		STRBUF_LIMIT(FUSE_SAYING_MAX);
	autofree int *fds = xcalloc(plan->lower_count + 3, sizeof(*fds));
	size_t count = write_options(plan, fds, &options);
	char place[32];
	char *argv[] = {
		(char *)(uintptr_t) "fuse-overlayfs",
		(char *)(uintptr_t) "-o",
		options.text,
		place,
		NULL,
	};
	struct proc_capture run = {
		.argv = argv,
		.timeout_ms = FUSE_START_MS,
		.diagnostics = &said,
		.kept = fds,
	};

	fds[count++] = device;
	run.kept_count = count;
	(void)snprintf(place, sizeof(place), "/dev/fd/%d", device);
	if (proc_run(&run, err) < 0)
		return -1;
	if (!run.status)
		return 0;
	return error_set(err, ERROR_SYSTEM, "%s", last_line(&said));
}

int overlay_fuse_mount(const struct overlay_plan *plan, int *mount_fd_out,
		       struct error *err)
{
	autoclose int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	autoclose int mounted = -1;

	if (device < 0)
		return error_set(err, ERROR_UNSUPPORTED, "open /dev/fuse: %s",
				 strerror(errno));
	if (mount_device(device, plan->upper_fd < 0, &mounted, err) < 0 ||
	    serve(plan, device, err) < 0)
		return -1;
	*mount_fd_out = TAKE_FD(mounted);
	return 0;
}
