/* SPDX-License-Identifier: Apache-2.0 */
/* What this kernel offers, asked without doing anything. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fs.h"
#include "runtime/caps.h"
#include "runtime/doctor/doctor_parts.h"

enum { NUMBER_MAX = 64 };

/* No call does anything with a descriptor that is none, or no arguments. */
static unsigned find_missing_calls(void)
{
	static const struct {
		enum doctor_call bit;
		long number;
	} rows[] = {
		{ DOCTOR_OPENAT2, SYS_openat2 },
		{ DOCTOR_CLONE3, SYS_clone3 },
		{ DOCTOR_MOUNT_SETATTR, SYS_mount_setattr },
		{ DOCTOR_PIDFD, SYS_pidfd_open },
	};
	unsigned missing = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (syscall(rows[i].number, -1L, 0L, 0L, 0L, 0L) < 0 &&
		    errno == ENOSYS)
			missing |= rows[i].bit;
	}
	/* an empty range, far from all that is open */
	if (syscall(SYS_close_range, ~0U, ~0U, 0U) < 0 && errno == ENOSYS)
		missing |= DOCTOR_CLOSE_RANGE;
	return missing;
}

static void probe_seccomp(struct doctor_facts *facts)
{
	static const struct {
		enum doctor_action bit;
		uint32_t action;
	} rows[] = {
		{ DOCTOR_ERRNO, SECCOMP_RET_ERRNO },
		{ DOCTOR_KILL_PROCESS, SECCOMP_RET_KILL_PROCESS },
		{ DOCTOR_LOG, SECCOMP_RET_LOG },
		{ DOCTOR_NOTIFY, SECCOMP_RET_USER_NOTIF },
	};

	/* without a filter at all it says EFAULT where filters are known */
	facts->seccomp = 0;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) < 0 &&
	    errno != EFAULT)
		facts->seccomp = errno;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t action = rows[i].action;

		if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) <
		    0)
			facts->missing_actions |= rows[i].bit;
	}
}

/* A sysctl's number; DOCTOR_ABSENT when this kernel has none. */
static int64_t read_number(const char *path)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(NUMBER_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (fs_read_file(AT_FDCWD, path, NUMBER_MAX, &text, &ignored) < 0)
		return DOCTOR_ABSENT;
	return strtoll(text.text, NULL, 10);
}

static int try_open(const char *path)
{
	autoclose int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? errno : 0;
}

static int try_netfilter(void)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				  NETLINK_NETFILTER);

	return fd < 0 ? errno : 0;
}

void doctor_probe_kernel(struct doctor_facts *facts)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct utsname name;
	uint64_t permitted = 0;

	if (uname(&name) == 0)
		(void)snprintf(facts->release, sizeof(facts->release), "%s",
			       name.release);
	facts->missing_calls = find_missing_calls();
	probe_seccomp(facts);
	if (facts->is_root && caps_permitted(&permitted, &ignored) == 0)
		facts->missing_caps = caps_known() & ~permitted;
	facts->max_namespaces =
		read_number("/proc/sys/user/max_user_namespaces");
	facts->unprivileged_clone =
		read_number("/proc/sys/kernel/unprivileged_userns_clone");
	facts->apparmor_restricted = read_number(
		"/proc/sys/kernel/"
		"apparmor_restrict_unprivileged_userns");
	facts->netfilter = try_netfilter();
	facts->tun = try_open("/dev/net/tun");
	facts->has_fuse = try_open("/dev/fuse") == 0;
}
