/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls with arguments that make the kernel refuse them for another
 * reason than a filter does: EPERM and ENOSYS come from outside of the call's
 * own work, EFAULT, EINVAL and the like say that it was let in.
 */
#include "probe.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD UINT64_C(-1)
#define NOWHERE ((uint64_t)(uintptr_t) "/nowhere/at/all")

static const struct {
	const char *name;
	long number;
	uint64_t args[6];
} rows[] = {
	{ "acct", SYS_acct, { NOWHERE } },
	{ "add_key", SYS_add_key, { 0, 0, 0, 0, 0 } },
	{ "adjtimex", SYS_adjtimex, { 0 } },
	{ "afs_syscall", 183, { 0 } },
	{ "bpf", SYS_bpf, { 9999, 0, 0 } },
	{ "cachestat", 451, { BAD, 0, 0, 0 } },
	{ "chroot", SYS_chroot, { NOWHERE } },
	{ "clock_adjtime", SYS_clock_adjtime, { 0, 0 } },
	{ "clock_settime", SYS_clock_settime, { 0, 0 } },
	{ "clone3", SYS_clone3, { 0, 0 } },
	{ "close_range", SYS_close_range, { 5, 4, 0 } },
	{ "create_module", 174, { 0, 0 } },
	{ "delete_module", SYS_delete_module, { NOWHERE, 0x800 } },
	{ "fanotify_init", SYS_fanotify_init, { BAD, 0 } },
	{ "fchmodat2", 452, { BAD, NOWHERE, 0, 0 } },
	{ "finit_module", SYS_finit_module, { BAD, 0, 0 } },
	{ "fsconfig", SYS_fsconfig, { BAD, 0, 0, 0, 0 } },
	{ "fsmount", SYS_fsmount, { BAD, 0, 0 } },
	{ "fsopen", SYS_fsopen, { 0, BAD } },
	{ "fspick", SYS_fspick, { BAD, 0, BAD } },
	{ "futex_wait", 455, { 0, 0, 0, BAD, 0, 0 } },
	{ "get_kernel_syms", 177, { 0 } },
	{ "get_mempolicy", SYS_get_mempolicy, { 0, 0, 0, 0, BAD } },
	{ "init_module", SYS_init_module, { 0, 0, 0 } },
	{ "io_uring_enter", SYS_io_uring_enter, { BAD, 0, 0, 0, 0, 0 } },
	{ "io_uring_register", SYS_io_uring_register, { BAD, 0, 0, 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 0, 0 } },
	{ "ioperm", SYS_ioperm, { BAD, BAD, 1 } },
	{ "iopl", SYS_iopl, { 99 } },
	{ "kcmp", SYS_kcmp, { 1, 1, 99, 0, 0 } },
	{ "kexec_file_load", SYS_kexec_file_load, { BAD, BAD, 0, 0, BAD } },
	{ "kexec_load", SYS_kexec_load, { 0, BAD, 0, BAD } },
	{ "keyctl", SYS_keyctl, { 9999, 0, 0, 0, 0 } },
	{ "landlock_create", 444, { 0, 0, 1 } },
	{ "listmount", 458, { 0, 0, 0, 0 } },
	{ "lookup_dcookie", 212, { 0, 0, 0 } },
	{ "lsm_list_modules", 461, { 0, 0, 0 } },
	{ "map_shadow_stack", 453, { 0, 0, BAD } },
	{ "mbind", SYS_mbind, { 1, 1, BAD, 0, 0, BAD } },
	{ "memfd_secret", 447, { BAD } },
	{ "migrate_pages", SYS_migrate_pages, { 1, 0, BAD, BAD } },
	{ "modify_ldt", SYS_modify_ldt, { 9999, 0, 0 } },
	{ "mount", SYS_mount, { NOWHERE, NOWHERE, 0, 0, 0 } },
	{ "mount_setattr", SYS_mount_setattr, { BAD, 0, BAD, 0, 0 } },
	{ "move_mount", SYS_move_mount, { BAD, 0, BAD, 0, BAD } },
	{ "move_pages", SYS_move_pages, { 1, 1, 0, 0, 0, BAD } },
	{ "mseal", 462, { 1, 1, BAD } },
	{ "name_to_handle_at", SYS_name_to_handle_at, { BAD, 0, 0, 0, BAD } },
	{ "nfsservctl", 180, { 0 } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { BAD, 0, 0 } },
	{ "open_tree", SYS_open_tree, { BAD, 0, BAD } },
	{ "open_tree_attr", 467, { BAD, 0, BAD, 0, 0 } },
	{ "openat2", SYS_openat2, { BAD, 0, 0, 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0, 0, 0, 0, BAD } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { BAD, 0, 0 } },
	{ "pidfd_open", SYS_pidfd_open, { BAD, 0 } },
	{ "pivot_root", SYS_pivot_root, { NOWHERE, NOWHERE } },
	{ "pkey_free", SYS_pkey_free, { 99 } },
	{ "process_madvise", SYS_process_madvise, { BAD, 0, 0, 0, BAD } },
	{ "process_vm_readv", SYS_process_vm_readv, { 1, 0, 0, 0, 0, BAD } },
	{ "ptrace", SYS_ptrace, { 9999, 0x7ffffff0, 0, 0 } },
	{ "query_module", 178, { 0 } },
	{ "quotactl", SYS_quotactl, { 0, 0, 0, 0 } },
	{ "quotactl_fd", 443, { BAD, 0, 0, 0 } },
	{ "reboot", SYS_reboot, { 0, 0, 0, 0 } },
	{ "request_key", SYS_request_key, { 0, 0, 0, 0 } },
	{ "rseq", SYS_rseq, { 1, 1, BAD, 0 } },
	{ "seccomp", SYS_seccomp, { 99, 0, 0 } },
	{ "security", 185, { 0 } },
	{ "set_mempolicy", SYS_set_mempolicy, { BAD, 0, 0 } },
	{ "set_mempolicy_home", 450, { 1, 1, BAD, BAD } },
	{ "setdomainname", SYS_setdomainname, { 0, BAD } },
	{ "sethostname", SYS_sethostname, { 0, BAD } },
	{ "setns", SYS_setns, { BAD, 0 } },
	{ "settimeofday", SYS_settimeofday, { 1, 0 } },
	{ "statmount", 457, { 0, 0, 0, BAD } },
	{ "swapoff", SYS_swapoff, { NOWHERE } },
	{ "swapon", SYS_swapon, { NOWHERE, 0 } },
	{ "sysfs", SYS_sysfs, { 99, 0, 0 } },
	{ "_sysctl", 156, { 0 } },
	{ "syslog", SYS_syslog, { 99, 0, 0 } },
	{ "umount2", SYS_umount2, { NOWHERE, 0 } },
	{ "unshare", SYS_unshare, { 0 } },
	{ "uselib", 134, { NOWHERE } },
	{ "userfaultfd", SYS_userfaultfd, { BAD } },
	{ "ustat", 136, { BAD, 0 } },
	{ "vhangup", SYS_vhangup, { 0 } },
	{ "vmsplice", SYS_vmsplice, { BAD, 0, 0, 0 } },
	{ "vserver", 236, { 0 } },
	{ "unknown", 999, { 0 } },
	/* by the x32 entry, which takes the same filter */
	{ "x32 read", 0x40000000L, { BAD, 0, 0 } },
	{ "x32 keyctl", 0x40000000L + SYS_keyctl, { 9999, 0, 0, 0, 0 } },
	{ "x32 mount", 0x40000000L + SYS_mount, { 0, 0, 0, 0, 0 } },
	{ "x32 unknown", 0x40000000L + 999, { 0 } },
};

/* In a child: what a call does to its caller ends with it. */
static int call(long number, const uint64_t args[6])
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		long result = syscall(number, args[0], args[1], args[2],
				      args[3], args[4], args[5]);

		_exit(result < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

static void say_call(const char *kind, const char *name, int errnum)
{
	char key[64];

	(void)snprintf(key, sizeof(key), "%s %s", kind, name);
	probe_say(key, "%s", errnum == 200 ? "killed" : probe_errno(errnum));
}

/* By the gate of 32-bit programs: its numbers, its arguments. */
static int call_i386(long number, long first)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		long result = number;

		__asm__ volatile("int $0x80"
				 : "+a"(result)
				 : "b"(first), "c"(0L), "d"(0L), "S"(0L),
				   "D"(0L)
				 : "memory", "r8", "r9", "r10", "r11");
		_exit(result < 0 && result > -200 ? (int)-result : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

static void probe_i386(void)
{
	static const struct {
		const char *name;
		long number, first;
	} gates[] = {
		{ "read", 3, -1 },
		{ "keyctl", 288, 9999 },
		{ "mount", 21, 0 },
		{ "bpf", 357, 9999 },
		{ "clone3", 435, 0 },
		{ "unshare", 310, 0 },
		{ "personality", 136, 0x40000 },
		{ "socket vsock", 359, 40 },
		{ "unknown", 999, 0 },
	};

	for (size_t i = 0; i < sizeof(gates) / sizeof(*gates); i++)
		say_call("i386", gates[i].name,
			 call_i386(gates[i].number, gates[i].first));
}

static void probe_arguments(void)
{
	static const uint64_t kinds[] = { 0,	   8,	    0x20000,   0x20008,
					  0x40000, 0x20002, 0xffffffff };
	static const struct {
		const char *name;
		uint64_t flags;
	} spaces[] = {
		{ "NEWNS", CLONE_NEWNS },    { "NEWUTS", CLONE_NEWUTS },
		{ "NEWIPC", CLONE_NEWIPC },  { "NEWUSER", CLONE_NEWUSER },
		{ "NEWPID", CLONE_NEWPID },  { "NEWNET", CLONE_NEWNET },
		{ "NEWCGROUP", 0x02000000 },
	};
	char name[32];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		(void)snprintf(name, sizeof(name), "%llx",
			       (unsigned long long)kinds[i]);
		say_call("personality", name,
			 call(SYS_personality, (uint64_t[6]){ kinds[i] }));
	}
	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		uint64_t args[6] = { spaces[i].flags };

		say_call("unshare", spaces[i].name, call(SYS_unshare, args));
		/* its child returns here as well, and ends as this one does */
		args[0] |= SIGCHLD;
		say_call("clone", spaces[i].name, call(SYS_clone, args));
	}
	for (int family = 0; family < 46; family++) {
		uint64_t args[6] = { (uint64_t)family, SOCK_DGRAM, 0 };

		(void)snprintf(name, sizeof(name), "%d", family);
		say_call("socket", name, call(SYS_socket, args));
	}
}

/* What a program with the right to it could see of the session's keys. */
static void probe_keyring(void)
{
	char text[256] = "";
	long length = syscall(SYS_keyctl, KEYCTL_DESCRIBE,
			      KEY_SPEC_SESSION_KEYRING, text, sizeof(text) - 1);

	probe_say("keyring", "%s",
		  length < 0 ? probe_errno(errno) : strrchr(text, ';') + 1);
}

void probe_calls(void)
{
	(void)fflush(stdout);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		say_call("call", rows[i].name,
			 call(rows[i].number, rows[i].args));
	probe_i386();
	probe_arguments();
	probe_keyring();
}
