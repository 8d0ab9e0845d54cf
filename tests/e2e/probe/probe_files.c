/* SPDX-License-Identifier: Apache-2.0 */
/* Paths: what is there, and whether it can be read, written and made. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *const paths[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/bus",
	"/proc/cmdline",
	"/proc/fs",
	"/proc/interrupts",
	"/proc/irq",
	"/proc/kallsyms",
	"/proc/kcore",
	"/proc/key-users",
	"/proc/keys",
	"/proc/kmsg",
	"/proc/kpagecount",
	"/proc/kpageflags",
	"/proc/latency_stats",
	"/proc/mtrr",
	"/proc/partitions",
	"/proc/sched_debug",
	"/proc/schedstat",
	"/proc/scsi",
	"/proc/self/exe",
	"/proc/self/mem",
	"/proc/self/oom_score_adj",
	"/proc/self/uid_map",
	"/proc/slabinfo",
	"/proc/sys/fs/suid_dumpable",
	"/proc/sys/kernel/cap_last_cap",
	"/proc/sys/kernel/core_pattern",
	"/proc/sys/kernel/hostname",
	"/proc/sys/kernel/modprobe",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/kernel/shmmax",
	"/proc/sys/net/ipv4/ip_forward",
	"/proc/sys/vm/overcommit_memory",
	"/proc/sys/vm/panic_on_oom",
	"/proc/sysrq-trigger",
	"/proc/sysvipc/shm",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/proc/uptime",
	"/sys/class/net",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	"/sys/fs/cgroup",
	"/sys/fs/cgroup/cgroup.procs",
	"/sys/fs/cgroup/memory/release_agent",
	"/sys/fs/cgroup/memory/cgroup.procs",
	"/sys/fs/cgroup/devices/devices.allow",
	"/sys/fs/selinux",
	"/sys/kernel/debug",
	"/sys/kernel/mm/transparent_hugepage/enabled",
	"/sys/kernel/security",
	"/sys/kernel/slab",
	"/sys/kernel/tracing",
	"/sys/kernel/uevent_helper",
	"/sys/kernel/vmcoreinfo",
	"/sys/module",
	"/sys/power/state",
	"/dev/console",
	"/dev/fuse",
	"/dev/kmsg",
	"/dev/mem",
	"/dev/mqueue",
	"/dev/net/tun",
	"/dev/shm",
	"/dev/pts/ptmx",
	"/etc/hostname",
	"/etc/hosts",
	"/etc/resolv.conf",
	"/etc/mtab",
	"/new-file",
	"/tmp",
};

static char type_of(mode_t mode)
{
	static const char types[] = "?pc?d?b?-?l?s";

	return types[(mode >> 12) % sizeof(types)];
}

/* Only asks: nothing is read or written that would do anything. */
static int can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int errnum = errno;

	if (fd < 0)
		return errnum;
	(void)close(fd);
	return 0;
}

static int can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int errnum = errno;
	char byte;

	if (fd < 0)
		return errnum;
	errnum = read(fd, &byte, 1) < 0 && errno != EISDIR ? errno : 0;
	(void)close(fd);
	return errnum;
}

/* Whether a file can be made in the folder PATH. */
static int can_make(const char *path)
{
	char name[256];
	int fd, errnum;

	(void)snprintf(name, sizeof(name), "%s/.probe", path);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	errnum = errno;
	if (fd < 0)
		return errnum;
	(void)close(fd);
	(void)unlink(name);
	return 0;
}

static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		(void)closedir(dir);
	return count - 2;
}

static void say_path(const char *path)
{
	char key[300];
	struct stat st;

	(void)snprintf(key, sizeof(key), "path %s", path);
	if (lstat(path, &st) < 0) {
		probe_say(key, "%s",
			  errno == ENOENT ? "absent" : probe_errno(errno));
		return;
	}
	if (S_ISDIR(st.st_mode))
		probe_say(key, "d %04o %s make=%s", st.st_mode & 07777,
			  count_entries(path) > 0 ? "filled" : "empty",
			  probe_errno(can_make(path)));
	else if (S_ISCHR(st.st_mode))
		probe_say(key, "c %04o %u:%u read=%s write=%s",
			  st.st_mode & 07777, major(st.st_rdev),
			  minor(st.st_rdev), probe_errno(can_read(path)),
			  probe_errno(can_open(path, O_WRONLY)));
	else
		probe_say(key, "%c read=%s write=%s", type_of(st.st_mode),
			  probe_errno(can_read(path)),
			  probe_errno(can_open(path, O_WRONLY)));
}

static void list_dev(void)
{
	DIR *dir = opendir("/dev");
	struct dirent *entry;
	char path[300], key[310], target[256];
	struct stat st;

	while (dir && (entry = readdir(dir))) {
		ssize_t length;

		(void)snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		(void)snprintf(key, sizeof(key), "dev %s", entry->d_name);
		if (entry->d_name[0] == '.' || lstat(path, &st) < 0)
			continue;
		length = readlink(path, target, sizeof(target) - 1);
		target[length < 0 ? 0 : length] = '\0';
		probe_say(key, "%c %04o %u:%u %u:%u%s%s", type_of(st.st_mode),
			  st.st_mode & 07777, st.st_uid, st.st_gid,
			  major(st.st_rdev), minor(st.st_rdev),
			  *target ? " -> " : "", target);
	}
	if (dir)
		(void)closedir(dir);
}

static void make_devices(void)
{
	static const struct {
		const char *name;
		mode_t type;
		unsigned major, minor;
		int flags;
	} rows[] = {
		{ "null", S_IFCHR, 1, 3, O_RDWR },
		{ "mem", S_IFCHR, 1, 1, O_RDONLY },
		{ "kmsg", S_IFCHR, 1, 11, O_RDONLY },
		{ "tty", S_IFCHR, 5, 1, O_WRONLY },
		{ "tun", S_IFCHR, 10, 200, O_RDWR },
		{ "fuse", S_IFCHR, 10, 229, O_RDWR },
		{ "kvm", S_IFCHR, 10, 232, O_RDWR },
		{ "loop-control", S_IFCHR, 10, 237, O_RDWR },
		{ "loop0", S_IFBLK, 7, 0, O_RDONLY },
		{ "sda", S_IFBLK, 8, 0, O_RDONLY },
		{ "vda", S_IFBLK, 254, 0, O_RDONLY },
		{ "dm", S_IFBLK, 253, 0, O_RDONLY },
	};
	char key[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int failure = mknod("/tmp/.probe", rows[i].type | 0600,
				    makedev(rows[i].major, rows[i].minor))
				      ? errno
				      : 0;
		int opened = failure ? 0
				     : can_open("/tmp/.probe", rows[i].flags);

		(void)snprintf(key, sizeof(key), "mknod %s", rows[i].name);
		probe_say(key, "%s%s%s", probe_errno(failure),
			  failure ? "" : " open=",
			  failure ? "" : probe_errno(opened));
		(void)unlink("/tmp/.probe");
	}
}

void probe_files(void)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		say_path(paths[i]);
	probe_say("make-in-root", "%s", probe_errno(can_make("/")));
	list_dev();
	make_devices();
}
