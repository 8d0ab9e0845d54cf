/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of the default profile, and the few rules that look at arguments.
 */
#include "runtime/seccomp/seccomp_default.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/caps.h"

/* CLONE_NEWCGROUP, which <sched.h> of older libcs lacks. */
#define NEW_CGROUP UINT64_C(0x02000000)

/* Allowed to everyone: 361 names, in the order of the table. */
static const char allowed[] =
	"_llseek _newselect accept accept4 access adjtimex alarm bind "
	"brk cachestat capget capset chdir chmod chown chown32 "
	"clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 "
	"clock_gettime clock_gettime64 clock_nanosleep "
	"clock_nanosleep_time64 close close_range connect "
	"copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 "
	"epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
	"epoll_wait_old eventfd eventfd2 execve execveat exit "
	"exit_group faccessat faccessat2 fadvise64 fadvise64_64 "
	"fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 "
	"fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr "
	"flistxattr flock fork fremovexattr fsetxattr fstat fstat64 "
	"fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex "
	"futex_requeue futex_time64 futex_wait futex_waitv futex_wake "
	"futimesat get_robust_list get_thread_area getcpu getcwd "
	"getdents getdents64 getegid getegid32 geteuid geteuid32 getgid "
	"getgid32 getgroups getgroups32 getitimer getpeername getpgid "
	"getpgrp getpid getppid getpriority getrandom getresgid "
	"getresgid32 getresuid getresuid32 getrlimit getrusage getsid "
	"getsockname getsockopt gettid gettimeofday getuid getuid32 "
	"getxattr getxattrat inotify_add_watch inotify_init "
	"inotify_init1 inotify_rm_watch io_cancel io_destroy "
	"io_getevents io_pgetevents io_pgetevents_time64 io_setup "
	"io_submit ioctl ioprio_get ioprio_set ipc kill "
	"landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self lchown lchown32 lgetxattr link linkat "
	"listen listmount listxattr listxattrat llistxattr lremovexattr "
	"lseek lsetxattr lstat lstat64 madvise map_shadow_stack "
	"membarrier memfd_create memfd_secret mincore mkdir mkdirat "
	"mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect "
	"mq_getsetattr mq_notify mq_open mq_timedreceive "
	"mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 "
	"mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync "
	"munlock munlockall munmap name_to_handle_at nanosleep "
	"newfstatat open openat openat2 pause pidfd_open "
	"pidfd_send_signal pipe pipe2 pkey_alloc pkey_free "
	"pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv "
	"preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 "
	"pwrite64 pwritev pwritev2 read readahead readlink readlinkat "
	"readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg "
	"remap_file_pages removexattr removexattrat rename renameat "
	"renameat2 restart_syscall riscv_hwprobe rmdir rseq "
	"rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo "
	"rt_sigreturn rt_sigsuspend rt_sigtimedwait "
	"rt_sigtimedwait_time64 rt_tgsigqueueinfo "
	"sched_get_priority_max sched_get_priority_min "
	"sched_getaffinity sched_getattr sched_getparam "
	"sched_getscheduler sched_rr_get_interval "
	"sched_rr_get_interval_time64 sched_setaffinity sched_setattr "
	"sched_setparam sched_setscheduler sched_yield seccomp select "
	"semctl semget semop semtimedop semtimedop_time64 send sendfile "
	"sendfile64 sendmmsg sendmsg sendto set_robust_list "
	"set_thread_area set_tid_address setfsgid setfsgid32 setfsuid "
	"setfsuid32 setgid setgid32 setgroups setgroups32 setitimer "
	"setpgid setpriority setregid setregid32 setresgid setresgid32 "
	"setresuid setresuid32 setreuid setreuid32 setrlimit setsid "
	"setsockopt setuid setuid32 setxattr setxattrat shmat shmctl "
	"shmdt shmget shutdown sigaltstack signalfd signalfd4 "
	"sigprocmask sigreturn socketcall socketpair splice stat stat64 "
	"statfs statfs64 statmount statx symlink symlinkat sync "
	"sync_file_range syncfs sysinfo tee tgkill time timer_create "
	"timer_delete timer_getoverrun timer_gettime timer_gettime64 "
	"timer_settime timer_settime64 timerfd_create timerfd_gettime "
	"timerfd_gettime64 timerfd_settime timerfd_settime64 times "
	"tkill truncate truncate64 ugetrlimit umask uname unlink "
	"unlinkat uretprobe utime utimensat utimensat_time64 utimes "
	"vfork vmsplice wait4 waitid waitpid write writev";

#define ON(arch) (1U << SECCOMP_ARCH_##arch)
#define ON_ARM (ON(ARM) | ON(AARCH64))
#define ON_X86 (ON(X86_64) | ON(X32) | ON(X86))
#define ON_ALL (~0U)

/* Allowed on some hosts, or to who holds one of some capabilities. */
static const struct {
	uint64_t capabilities; /* any of these; 0: everyone */
	unsigned arches;       /* of the host */
	const char *names;
} gated[] = {
	{ 0, ON_ALL, "process_vm_readv process_vm_writev ptrace" },
	{ 0, ON_ARM,
	  "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush "
	  "set_tls sync_file_range2" },
	{ 0, ON(X86_64) | ON(X32), "arch_prctl" },
	{ 0, ON_X86, "modify_ldt" },
	{ CAPS_BIT(CAP_DAC_READ_SEARCH), ON_ALL, "open_by_handle_at" },
	{ CAPS_BIT(CAP_SYS_ADMIN), ON_ALL,
	  "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick "
	  "lookup_dcookie lsm_get_self_attr lsm_list_modules "
	  "lsm_set_self_attr mount mount_setattr move_mount open_tree "
	  "perf_event_open quotactl quotactl_fd setdomainname sethostname "
	  "setns syslog umount umount2 unshare" },
	{ CAPS_BIT(CAP_SYS_BOOT), ON_ALL, "reboot" },
	{ CAPS_BIT(CAP_SYS_CHROOT), ON_ALL, "chroot" },
	{ CAPS_BIT(CAP_SYS_MODULE), ON_ALL,
	  "delete_module finit_module init_module" },
	{ CAPS_BIT(CAP_SYS_PACCT), ON_ALL, "acct" },
	{ CAPS_BIT(CAP_SYS_PTRACE), ON_ALL,
	  "kcmp pidfd_getfd process_madvise process_vm_readv "
	  "process_vm_writev ptrace" },
	{ CAPS_BIT(CAP_SYS_RAWIO), ON_ALL, "ioperm iopl" },
	{ CAPS_BIT(CAP_SYS_TIME), ON_ALL,
	  "clock_settime clock_settime64 settimeofday stime" },
	{ CAPS_BIT(CAP_SYS_TTY_CONFIG), ON_ALL, "vhangup" },
	{ CAPS_BIT(CAP_SYS_NICE), ON_ALL,
	  "get_mempolicy mbind set_mempolicy set_mempolicy_home_node" },
	{ CAPS_BIT(CAP_SYSLOG), ON_ALL, "syslog" },
	{ CAPS_BIT(CAP_BPF), ON_ALL, "bpf" },
	{ CAPS_BIT(CAP_PERFMON), ON_ALL, "perf_event_open" },
};

#define CLONE_SPACES                                                 \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | NEW_CGROUP)

/*
 * Allowed when the condition holds. AF_ALG (38) opens the kernel's crypto
 * code to everyone, AF_VSOCK (40) reaches the hypervisor and knows no network
 * namespace. Personalities that switch off address randomisation or emulate
 * other systems stay out.
 */
static const struct {
	const char *name;
	struct seccomp_condition condition;
} conditional[] = {
	{ "socket", { 0, SECCOMP_LESS, 38, 0 } },
	{ "socket", { 0, SECCOMP_EQUAL, 39, 0 } },
	{ "socket", { 0, SECCOMP_GREATER, AF_VSOCK, 0 } },
	{ "personality", { 0, SECCOMP_EQUAL, 0, 0 } },
	{ "personality", { 0, SECCOMP_EQUAL, 0x0008, 0 } },
	{ "personality", { 0, SECCOMP_EQUAL, 0x20000, 0 } },
	{ "personality", { 0, SECCOMP_EQUAL, 0x20008, 0 } },
	{ "personality", { 0, SECCOMP_EQUAL, 0xffffffff, 0 } },
};

static void add_name(struct seccomp_profile *profile, const char *name,
		     uint32_t action, const struct seccomp_condition *condition)
{
	int row = seccomp_syscall_find(name, strlen(name));

	if (row >= 0) /* else another architecture's */
		seccomp_profile_add(profile, (size_t)row, action, condition,
				    condition ? 1 : 0);
}

/* Compare the LENGTH bytes of NAME with the name of table row ROW. */
static int compare_name(const char *name, size_t length, size_t row)
{
	const char *other = seccomp_syscalls[row].name;
	int order = strncmp(name, other, length);

	return order == 0 && other[length] ? -1 : order;
}

/* Lists and table are sorted alike, so one walk finds every name. */
static void allow_names(struct seccomp_profile *profile, const char *names)
{
	size_t row = 0;

	while (*names) {
		size_t length = strcspn(names, " ");

		while (row < seccomp_syscall_count &&
		       compare_name(names, length, row) > 0)
			row++;
		if (row < seccomp_syscall_count &&
		    compare_name(names, length, row) == 0)
			seccomp_profile_add(profile, row, SECCOMP_RET_ALLOW,
					    NULL, 0);
		names += length;
		names += *names == ' ';
	}
}

/* All architectures that a kernel of HOST's also runs. */
static unsigned family_of(enum seccomp_arch host)
{
	if (host == SECCOMP_ARCH_X86_64)
		return ON_X86;
	if (host == SECCOMP_ARCH_AARCH64)
		return ON_ARM;
	return 1U << host;
}

void seccomp_default(const struct seccomp_context *context,
		     struct seccomp_profile *out)
{
	static const struct seccomp_condition no_spaces = {
		0, SECCOMP_MASKED_EQUAL, CLONE_SPACES, 0
	};

	out->default_action = SECCOMP_RET_ERRNO | EPERM;
	out->arches = family_of(context->arch);
	allow_names(out, allowed);
	for (size_t i = 0; i < sizeof(gated) / sizeof(gated[0]); i++)
		if ((gated[i].arches & (1U << context->arch)) &&
		    (!gated[i].capabilities ||
		     (gated[i].capabilities & context->capabilities)))
			allow_names(out, gated[i].names);
	for (size_t i = 0; i < sizeof(conditional) / sizeof(conditional[0]);
	     i++)
		add_name(out, conditional[i].name, SECCOMP_RET_ALLOW,
			 &conditional[i].condition);
	if (!(context->capabilities & CAPS_BIT(CAP_SYS_ADMIN))) {
		add_name(out, "clone", SECCOMP_RET_ALLOW, &no_spaces);
		add_name(out, "clone3", SECCOMP_RET_ERRNO | ENOSYS, NULL);
	}
}
