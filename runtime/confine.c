/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming the confined process. */
#include "runtime/confine.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "runtime/affinity.h"
#include "runtime/caps.h"
#include "runtime/control.h"
#include "runtime/program.h"
#include "runtime/rlimits.h"

/* struct sched_attr of sched_setattr(2), its first version. */
struct scheduling {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static void plan_capabilities(const struct runtime_process *process,
			      uint64_t available, struct confine_plan *out)
{
	const struct runtime_capabilities *asked = &process->capabilities;
	struct runtime_capabilities *sets = &out->sets;

	sets->is_set = true;
	sets->bounding = asked->bounding & out->bounding_now;
	sets->permitted = asked->permitted & available;
	sets->effective = asked->effective & sets->permitted;
	sets->inheritable = asked->inheritable & available & sets->bounding;
	sets->ambient = asked->ambient & sets->permitted & sets->inheritable;
}

static int plan_cpus(const char *list, cpu_set_t *out, struct error *err)
{
	CPU_ZERO(out);
	return list && *list ? affinity_parse(list, out, err) : 0;
}

static int set_cpus(const cpu_set_t *cpus)
{
	return CPU_COUNT(cpus) ? sched_setaffinity(0, sizeof(*cpus), cpus) : 0;
}

int confine_plan_make(const struct runtime_process *process,
		      bool in_user_namespace, struct confine_plan *out,
		      struct error *err)
{
	uint64_t available = caps_known();

	*out = (struct confine_plan){ .process = process };
	out->in_user_namespace = in_user_namespace;
	out->has_no_groups = in_user_namespace && !userns_has_groups();
	out->bounding_now = caps_known();
	/* whoever is root of a new user namespace has all of them there */
	if (!in_user_namespace) {
		out->bounding_now = caps_bounding();
		if (caps_permitted(&available, err) < 0)
			return -1;
	}
	plan_capabilities(process, available, out);
	if (plan_cpus(process->initial_affinity, &out->first_cpus, err) < 0 ||
	    plan_cpus(process->final_affinity, &out->cpus, err) < 0)
		return error_wrap(err, "execCPUAffinity");
	out->argv = strvec_array(&process->args);
	out->env = strvec_array(&process->env);
	program_candidates(process->args.items[0], &process->env,
			   &out->candidates);
	return 0;
}

void confine_plan_release(struct confine_plan *plan)
{
	strvec_release(&plan->candidates);
}

/* Writes VALUE as decimal into BUFFER; returns its length. */
static size_t format_number(int64_t value, char buffer[static 24])
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[24];
	size_t count = 0;
	size_t at = 0;

	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		buffer[at++] = '-';
	while (count)
		buffer[at++] = digits[--count];
	return at;
}

/*
 * Without CAP_SYS_RESOURCE it cannot be lowered: then it stays. In a new user
 * namespace the file is somebody else's, and launch.c has written it.
 */
static int set_score(const struct runtime_process *process)
{
	autoclose int fd = -1;
	char text[24];
	size_t length;

	if (!process->oom_score_adj.is_set)
		return 0;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	length = format_number(process->oom_score_adj.value, text);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	return write(fd, text, length) < 0 && errno != EACCES ? -1 : 0;
}

/* The label is written right before the program, into a file opened now. */
int confine_early(const struct confine_plan *plan, int *label_out,
		  struct stage_failure *fail)
{
	const struct runtime_process *process = plan->process;
	const char *apparmor = process->apparmor_profile;
	const char *selinux = process->selinux_label;

	*label_out = -1;
	if (set_score(process) < 0)
		return stage_fail(fail, STAGE_SCORE, NULL);
	if (set_cpus(&plan->first_cpus) < 0)
		return stage_fail(fail, STAGE_SCHEDULING, "initial CPUs");
	if (apparmor && *apparmor) {
		*label_out = open("/proc/self/attr/apparmor/exec",
				  O_WRONLY | O_CLOEXEC);
		if (*label_out < 0)
			*label_out = open("/proc/self/attr/exec",
					  O_WRONLY | O_CLOEXEC);
	} else if (selinux && *selinux) {
		apparmor = selinux;
		*label_out = open("/proc/self/attr/exec", O_WRONLY | O_CLOEXEC);
	} else {
		return 0;
	}
	return *label_out < 0 ? stage_fail(fail, STAGE_LABEL, apparmor) : 0;
}

/* The AppArmor profile, else the SELinux label; NULL when there is neither. */
static const char *label_of(const struct runtime_process *process)
{
	const char *profile = process->apparmor_profile;

	return profile && *profile ? profile : process->selinux_label;
}

int confine_label(const struct confine_plan *plan, int label,
		  struct stage_failure *fail)
{
	static const char prefix[] = "exec ";
	char text[PATH_MAX];
	const char *name = label_of(plan->process);
	bool is_apparmor = name == plan->process->apparmor_profile;
	size_t at = is_apparmor ? sizeof(prefix) - 1 : 0;
	size_t length = strlen(name);

	errno = ENAMETOOLONG;
	if (at + length > sizeof(text))
		return stage_fail(fail, STAGE_LABEL, name);
	memcpy(text, prefix, at);
	memcpy(text + at, name, length);
	if (write(label, text, at + length) < 0)
		return stage_fail(fail, STAGE_LABEL, name);
	return 0;
}

/* Without CAP_SYS_RESOURCE a hard limit cannot be raised: then it stays. */
static int set_rlimit(const struct runtime_rlimit *limit)
{
	struct rlimit wanted = { limit->soft, limit->hard };
	struct rlimit now;

	if (setrlimit((__rlimit_resource_t)limit->resource, &wanted) == 0)
		return 0;
	if (errno != EPERM ||
	    getrlimit((__rlimit_resource_t)limit->resource, &now) < 0)
		return -1;
	wanted.rlim_max = now.rlim_max;
	if (wanted.rlim_cur > now.rlim_max)
		wanted.rlim_cur = now.rlim_max;
	return setrlimit((__rlimit_resource_t)limit->resource, &wanted);
}

static int set_scheduling(const struct runtime_process *process)
{
	const struct runtime_scheduler *asked = &process->scheduler;
	struct scheduling scheduling = {
		.size = sizeof(scheduling),
		.policy = asked->policy,
		.flags = asked->flags,
		.nice = asked->nice,
		.priority = asked->priority,
		.runtime = asked->runtime,
		.deadline = asked->deadline,
		.period = asked->period,
	};

	if (asked->is_set && syscall(SYS_sched_setattr, 0, &scheduling, 0) < 0)
		return -1;
	if (process->io_priority.is_set &&
	    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		    (int)process->io_priority.value) < 0)
		return -1;
	return 0;
}

/* What was ignored here would stay ignored in the program. */
static void reset_signals(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &plain, NULL); /* some cannot be changed */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_limits(const struct runtime_process *process,
		      struct stage_failure *fail)
{
	for (size_t i = 0; i < process->rlimit_count; i++)
		if (set_rlimit(&process->rlimits[i]) < 0)
			return stage_fail(
				fail, STAGE_RLIMIT,
				rlimits_name(process->rlimits[i].resource));
	if (set_scheduling(process) < 0)
		return stage_fail(fail, STAGE_SCHEDULING, NULL);
	reset_signals();
	(void)umask(process->umask.is_set ? (mode_t)process->umask.value : 022);
	return 0;
}

/* Makes PATH and the folders before it; plain calls, as "/" is ours by now. */
static int make_workdir(const char *path)
{
	char prefix[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(prefix)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(prefix, path, length + 1);
	for (size_t i = 1; i <= length; i++) {
		if (prefix[i] != '/' && prefix[i] != '\0')
			continue;
		prefix[i] = '\0';
		if (mkdir(prefix, 0755) < 0 && errno != EEXIST)
			return -1;
		prefix[i] = path[i];
	}
	return 0;
}

/*
 * As root first, who may make the folder; if that is not allowed to enter,
 * the user may be (a folder of another's user namespace).
 */
static int enter_workdir(const struct confine_plan *plan, bool *is_inside,
			 struct stage_failure *fail)
{
	const char *path = plan->process->cwd;

	*is_inside = chdir(path) == 0;
	if (*is_inside || errno == EACCES)
		return 0;
	if (errno == ENOENT && plan->makes_workdir && make_workdir(path) == 0 &&
	    chdir(path) == 0) {
		*is_inside = true;
		return 0;
	}
	return stage_fail(fail, STAGE_WORKDIR, path);
}

/* CVE-2024-21626: a leaked descriptor can lead out of the root. */
static int check_workdir(const char *path, struct stage_failure *fail)
{
	char text[PATH_MAX];
	long length = syscall(SYS_getcwd, text, sizeof(text));

	if (length > 0 && text[0] == '/')
		return 0;
	if (length > 0)
		errno = EXDEV;
	return stage_fail(fail, STAGE_WORKDIR, path);
}

static int set_capabilities(uint64_t effective, uint64_t permitted,
			    uint64_t inheritable)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)effective, (uint32_t)permitted,
		  (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32),
		  (uint32_t)(inheritable >> 32) },
	};

	return (int)syscall(SYS_capset, &header, data);
}

static int drop_bounding(const struct confine_plan *plan)
{
	uint64_t drop = plan->bounding_now & ~plan->sets.bounding;

	for (unsigned i = 0; i < 64; i++)
		if ((drop & CAPS_BIT(i)) &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0 &&
		    errno != EINVAL) /* this kernel does not know it */
			return -1;
	return 0;
}

/* Where setgroups is forbidden there are no groups to get rid of. */
static int set_groups(const struct confine_plan *plan)
{
	const struct runtime_process *process = plan->process;

	if (syscall(SYS_setgroups, process->group_count, process->groups) == 0)
		return 0;
	return plan->in_user_namespace && errno == EPERM &&
			       (plan->has_no_groups ||
				process->group_count == 0)
		       ? 0
		       : -1;
}

/* Ids by raw calls: libc's look for other threads to change as well. */
static int set_user(const struct confine_plan *plan)
{
	const struct runtime_process *process = plan->process;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || set_groups(plan) < 0)
		return -1;
	if (syscall(SYS_setresgid, process->gid, process->gid, process->gid) <
	    0)
		return -1;
	return (int)syscall(SYS_setresuid, process->uid, process->uid,
			    process->uid);
}

static int raise_ambient(uint64_t set)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -1;
	for (unsigned i = 0; i < 64; i++)
		if ((set & CAPS_BIT(i)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			return -1;
	return 0;
}

/* What is kept beyond the sets until the filter is loaded. */
static uint64_t kept_for_filter(const struct confine_plan *plan)
{
	bool is_needed = plan->filter && !plan->process->no_new_privileges;

	return is_needed ? CAPS_BIT(CAP_SYS_ADMIN) : 0;
}

static int become(const struct confine_plan *plan, struct stage_failure *fail)
{
	const struct runtime_capabilities *sets = &plan->sets;
	uint64_t kept = kept_for_filter(plan);

	if (drop_bounding(plan) < 0)
		return stage_fail(fail, STAGE_CAPABILITIES, NULL);
	if (set_user(plan) < 0)
		return stage_fail(fail, STAGE_USER, NULL);
	if (set_capabilities(sets->effective | kept, sets->permitted | kept,
			     sets->inheritable) < 0 ||
	    raise_ambient(sets->ambient) < 0 ||
	    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_CAPABILITIES, NULL);
	if (plan->process->no_new_privileges &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_CAPABILITIES, "no_new_privs");
	return 0;
}

/*
 * The parent gives the listener to somebody who answers from then on, for the
 * calls below as well. Only sendmsg(2) itself may not be among them.
 */
static int hand_over(int line, int listener)
{
	struct control_message message;

	if (control_send(line, CONTROL_LISTENER, 0, listener) < 0)
		return -1;
	return control_expect(line, CONTROL_LISTENED, &message);
}

static int load_filter(const struct confine_plan *plan, int line,
		       struct stage_failure *fail)
{
	const struct runtime_capabilities *sets = &plan->sets;

	unsigned flags = plan->filter_flags;
	long listener;

	if (!plan->filter)
		return 0;
	/* the two together are refused, and there is one thread only */
	if (plan->has_listener)
		flags = (flags & ~(unsigned)SECCOMP_FILTER_FLAG_TSYNC) |
			SECCOMP_FILTER_FLAG_NEW_LISTENER;
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			   plan->filter);
	if (listener < 0 ||
	    (plan->has_listener && hand_over(line, (int)listener) < 0))
		return stage_fail(fail, STAGE_SECCOMP, NULL);
	if (kept_for_filter(plan) &&
	    set_capabilities(sets->effective, sets->permitted,
			     sets->inheritable) < 0)
		return stage_fail(fail, STAGE_CAPABILITIES, NULL);
	return 0;
}

static int set_memory_policy(const struct runtime_memory_policy *policy)
{
	const unsigned long *nodes = (const void *)&policy->nodes;
	bool is_empty = !CPU_COUNT(&policy->nodes);

	if (!policy->is_set)
		return 0;
	/* the kernel takes one bit less than it is told of */
	return syscall(SYS_set_mempolicy, policy->mode, is_empty ? NULL : nodes,
		       is_empty ? 0UL : CPU_SETSIZE + 1UL) < 0
		       ? -1
		       : 0;
}

/* What the container says of each of its processes. */
static int set_manner(const struct confine_plan *plan,
		      struct stage_failure *fail)
{
	const struct runtime_number *personality = &plan->personality;

	if (personality->is_set &&
	    syscall(SYS_personality, personality->value) < 0)
		return stage_fail(fail, STAGE_SCHEDULING, NULL);
	if (set_memory_policy(&plan->memory_policy) < 0)
		return stage_fail(fail, STAGE_MEMORY, NULL);
	return 0;
}

/* A relative path waits for its working directory. */
int confine_check_program(const struct confine_plan *plan,
			  struct stage_failure *fail)
{
	const char *name = plan->process->args.items[0];
	const char *path;

	if (strchr(name, '/') && *name != '/')
		return 0;
	return program_find(&plan->candidates, name, &path, fail);
}

int confine_and_execute(const struct confine_plan *plan,
			const struct confine_files *files,
			struct stage_failure *fail)
{
	const struct runtime_process *process = plan->process;
	const char *path = NULL;
	bool is_inside;

	if (set_cpus(&plan->cpus) < 0)
		return stage_fail(fail, STAGE_SCHEDULING, "final CPUs");
	if (set_limits(process, fail) < 0 ||
	    enter_workdir(plan, &is_inside, fail) < 0)
		return -1;
	if (set_manner(plan, fail) < 0 || become(plan, fail) < 0)
		return -1;
	if (!is_inside && chdir(process->cwd) < 0)
		return stage_fail(fail, STAGE_WORKDIR, process->cwd);
	if (check_workdir(process->cwd, fail) < 0 ||
	    program_find(&plan->candidates, process->args.items[0], &path,
			 fail) < 0)
		return -1;
	if (files->label >= 0 && confine_label(plan, files->label, fail) < 0)
		return -1;
	if (syscall(SYS_close_range, 3U + plan->preserved, ~0U,
		    CLOSE_RANGE_CLOEXEC) < 0)
		return stage_fail(fail, STAGE_STDIO, NULL);
	/* changing ids cleared it; else nobody's death shall end it now on */
	(void)prctl(PR_SET_PDEATHSIG, plan->dies_with_parent ? SIGKILL : 0, 0,
		    0, 0);
	if (load_filter(plan, files->line, fail) < 0)
		return -1;
	(void)execve(path, plan->argv, plan->env);
	return stage_fail(fail, STAGE_PROGRAM, path);
}
