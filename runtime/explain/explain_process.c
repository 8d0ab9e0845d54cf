/* SPDX-License-Identifier: Apache-2.0 */
/* A process's plans as programs that take rights away. */
#include "runtime/explain/explain_process.h"

#include <ctype.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/userns.h"
#include "runtime/explain/explain_text.h"
#include "runtime/rlimits.h"

/* The options of unshare(1) and nsenter(1). */
static const struct {
	enum runtime_namespace_kind kind;
	const char *option;
} spaces[] = {
	{ RUNTIME_NAMESPACE_UTS, "--uts" },
	{ RUNTIME_NAMESPACE_IPC, "--ipc" },
	{ RUNTIME_NAMESPACE_NETWORK, "--net" },
	{ RUNTIME_NAMESPACE_PID, "--pid" },
	{ RUNTIME_NAMESPACE_CGROUP, "--cgroup" },
};

enum { SPACE_COUNT = sizeof(spaces) / sizeof(*spaces) };

static bool has_hooks(const struct runtime_spec *spec)
{
	for (int i = 0; i < RUNTIME_HOOK_COUNT; i++)
		if (spec->hooks[i].count)
			return true;
	return false;
}

int explain_process_check(const struct explain *explain, struct error *err)
{
	const struct runtime_spec *spec = explain->init->spec;
	const struct runtime_process *process = &spec->process;
	const struct {
		bool is_asked;
		const char *what;
	} rows[] = {
		{ !userns_is_initial(), "a container of an ordinary user" },
		{ explain->init->namespaces.makes_time, "a time namespace" },
		{ has_hooks(spec), "a hook" },
		{ process->scheduler.is_set || process->io_priority.is_set,
		  "a scheduling policy" },
		{ spec->personality.is_set, "a personality" },
		{ process->selinux_label && *process->selinux_label,
		  "an SELinux label" },
		{ explain->limits->realtime_runtime != CGROUP_UNSET,
		  "a real-time budget" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].is_asked)
			return error_set(err, ERROR_UNSUPPORTED,
					 "%s cannot be explained as a script",
					 rows[i].what);
	return 0;
}

/*
 * Namespaces that are joined. All by the host's rights or, in a user namespace,
 * by those it gives; but for that of processes, as namespaces.h has it.
 */
static void add_joins(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_namespace *asked = explain->init->spec->namespaces;
	const struct runtime_namespace *pids = &asked[RUNTIME_NAMESPACE_PID];
	bool has_users = explain->init->confine.in_user_namespace;
	bool joins = false;

	if (has_users) {
		strbuf_addstr(out, "nsenter --user=/proc/self/fd/8");
		if (pids->is_asked && pids->path) {
			strbuf_addstr(out, " --pid=");
			explain_add_word(pids->path, out);
		}
		strbuf_addstr(out, " -- ");
	}
	for (size_t i = 0; i < SPACE_COUNT; i++) {
		const char *path = asked[spaces[i].kind].path;

		if (!asked[spaces[i].kind].is_asked || !path ||
		    (has_users && spaces[i].kind == RUNTIME_NAMESPACE_PID))
			continue;
		strbuf_addf(out, "%s %s=", joins ? "" : "nsenter",
			    spaces[i].option);
		explain_add_word(path, out);
		joins = true;
	}
	if (joins)
		strbuf_addstr(out, " -- ");
}

void explain_process_spaces(const struct explain *explain, struct strbuf *out)
{
	add_joins(explain, out);
	/* changing ids ends what was said of a parent's death */
	strbuf_addf(out, "%sunshare --mount --propagation private",
		    explain->init->confine.in_user_namespace
			    ? "setpriv --pdeathsig KILL "
			    : "");
	for (size_t i = 0; i < SPACE_COUNT; i++) {
		enum runtime_namespace_kind kind = spaces[i].kind;

		/* the control group's comes later: explain_process_chain */
		if (kind != RUNTIME_NAMESPACE_CGROUP &&
		    namespace_is_new(explain->init->spec, kind))
			strbuf_addf(out, " %s", spaces[i].option);
	}
	if (namespace_is_new(explain->init->spec, RUNTIME_NAMESPACE_PID))
		strbuf_addstr(out, " --fork --kill-child=KILL");
}

static void add_write(const char *value, const char *path, struct strbuf *out)
{
	strbuf_addstr(out, "printf '%s' ");
	explain_add_word(value, out);
	strbuf_addstr(out, " >/proc/");
	explain_add_word(path, out);
	strbuf_addch(out, '\n');
}

/* The files of /proc are the host's root's: its names are set by calls. */
static void add_name(const struct explain *explain, const char *name,
		     bool is_domain, struct strbuf *out)
{
	if (!name || !*name)
		return;
	if (!explain->init->confine.in_user_namespace) {
		add_write(name,
			  is_domain ? "sys/kernel/domainname"
				    : "sys/kernel/hostname",
			  out);
		return;
	}
	strbuf_addf(out,
		    "\"$PERL\" -e '$name = shift; syscall(%d, $name, length "
		    "$name) == 0 or die \"name: $!\\n\";' -- ",
		    is_domain ? SYS_setdomainname : SYS_sethostname);
	explain_add_word(name, out);
	strbuf_addch(out, '\n');
}

void explain_process_score(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_number *score =
		&explain->init->spec->process.oom_score_adj;

	if (!score->is_set)
		return;
	explain_add_reason("How soon the kernel ends it when memory runs out; "
			   "without CAP_SYS_RESOURCE it is not lowered.",
			   out);
	strbuf_addf(out,
		    "echo %lld 2>/dev/null >/proc/self/oom_score_adj || :\n",
		    (long long)score->value);
}

void explain_process_names(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_spec *spec = explain->init->spec;

	if (!explain->init->confine.in_user_namespace)
		explain_process_score(explain, out);
	if (spec->hostname && *spec->hostname)
		explain_add_reason("The name of the container's machine.", out);
	add_name(explain, spec->hostname, false, out);
	add_name(explain, spec->domainname, true, out);
	if (namespace_is_new(spec, RUNTIME_NAMESPACE_NETWORK)) {
		explain_add_reason("A new network has a loopback device, which "
				   "is down.",
				   out);
		strbuf_addstr(out, "ip link set lo up\n");
	}
}

void explain_process_sysctls(const struct explain *explain, struct strbuf *out)
{
	const struct sysctl_plan *plan = &explain->init->sysctls;

	if (plan->count)
		explain_add_reason("Kernel parameters of the container's own "
				   "namespaces.",
				   out);
	for (size_t i = 0; i < plan->count; i++)
		add_write(plan->entries[i].value, plan->entries[i].path, out);
}

static bool is_identifier(const char *text, size_t length)
{
	if (!length || isdigit((unsigned char)*text))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return true;
}

static void add_environment(const struct strvec *env, struct strbuf *out)
{
	for (size_t i = 0; i < env->count; i++) {
		const char *entry = env->items[i];
		size_t length = strcspn(entry, "=");

		/* no shell has such variables, nor hands them on */
		if (!is_identifier(entry, length) || !entry[length])
			continue;
		strbuf_addf(out, "export %.*s=", (int)length, entry);
		explain_add_word(entry + length + 1, out);
		strbuf_addch(out, '\n');
	}
}

/* Its profile is written by the process itself, right before the program. */
static void add_label(const char *profile, struct strbuf *out)
{
	strbuf_addstr(out, "printf 'exec %s' ");
	explain_add_word(profile, out);
	strbuf_addstr(out, " >&6\nexec 6>&-\n");
}

void explain_process_last(const struct explain *explain, struct strbuf *out)
{
	const struct runtime_process *process = &explain->init->spec->process;
	const char *profile = process->apparmor_profile;
	bool has_profile = profile && *profile;

	strbuf_addstr(out, "LF='\n'\n");
	if (has_profile)
		strbuf_addstr(out, "exec 6>/proc/self/attr/apparmor/exec\n");
	strbuf_addstr(out, "echo \"$0\" >&4\nread -r go <&5\n"
			   "exec 3<&- 4>&- 5<&-\n"
			   "unset PWD OLDPWD go\n");
	strbuf_addf(out, "umask %04o\n",
		    process->umask.is_set ? (unsigned)process->umask.value
					  : 022U);
	add_environment(&process->env, out);
	if (has_profile)
		add_label(profile, out);
	strbuf_addstr(out, "exec \"$@\"\n");
}

static void add_value(uint64_t value, struct strbuf *out)
{
	if (value == RLIM_INFINITY)
		strbuf_addstr(out, "unlimited");
	else
		strbuf_addf(out, "%llu", (unsigned long long)value);
}

/* "RLIMIT_NOFILE" is nofile. */
static void add_limit_name(const struct runtime_rlimit *limit,
			   struct strbuf *out)
{
	const char *name = rlimits_name(limit->resource);

	for (name += strlen("RLIMIT_"); *name; name++)
		strbuf_addch(out, (char)tolower((unsigned char)*name));
}

static void add_rlimits(const struct runtime_process *process,
			struct strbuf *out)
{
	if (!process->rlimit_count)
		return;
	strbuf_addstr(out, "\tprlimit");
	for (size_t i = 0; i < process->rlimit_count; i++) {
		const struct runtime_rlimit *limit = &process->rlimits[i];

		strbuf_addstr(out, " --");
		add_limit_name(limit, out);
		strbuf_addch(out, '=');
		add_value(limit->soft, out);
		strbuf_addch(out, ':');
		add_value(limit->hard, out);
	}
	strbuf_addstr(out, " \\\n");
}

/* As confine.c: what may not be raised stays. */
static void add_capped(const struct runtime_process *process,
		       struct strbuf *out)
{
	if (!process->rlimit_count)
		return;
	explain_add_reason("Limits; a hard one that only the host's root could "
			   "raise stays.",
			   out);
	strbuf_addstr(out,
		      "capped() {\n"
		      "\tprlimit --pid $$ \"--$1=$2:$3\" 2>/dev/null || "
		      "prlimit --pid $$ \"--$1=$2:\" 2>/dev/null ||\n"
		      "\t\tprlimit --pid $$ \"--$1=$(prlimit --pid $$ \"--$1\" "
		      "--noheadings --raw --output HARD):\"\n"
		      "}\n");
	for (size_t i = 0; i < process->rlimit_count; i++) {
		const struct runtime_rlimit *limit = &process->rlimits[i];

		strbuf_addstr(out, "capped ");
		add_limit_name(limit, out);
		strbuf_addch(out, ' ');
		add_value(limit->soft, out);
		strbuf_addch(out, ' ');
		add_value(limit->hard, out);
		strbuf_addch(out, '\n');
	}
}

/* Where setgroups(2) is forbidden there are no groups to get rid of. */
static void find_groups(const struct explain *explain, struct strbuf *out)
{
	if (explain->init->spec->process.group_count)
		return;
	explain_add_reason("A user namespace may have given up changing "
			   "groups.",
			   out);
	strbuf_addstr(out, "groups=--clear-groups\n"
			   "[ \"$(cat /proc/self/setgroups)\" = allow ] || "
			   "groups=--keep-groups\n");
}

static void add_user(const struct confine_plan *confine, struct strbuf *out)
{
	const struct runtime_process *process = confine->process;

	strbuf_addf(out, "\t\"$SETPRIV\" --reuid %u --regid %u ",
		    (unsigned)process->uid, (unsigned)process->gid);
	if (!process->group_count)
		strbuf_addstr(out, confine->in_user_namespace
					   ? "\"$groups\""
					   : "--clear-groups");
	for (size_t i = 0; i < process->group_count; i++)
		strbuf_addf(out, "%s%u", i ? "," : "--groups ",
			    (unsigned)process->groups[i]);
	strbuf_addstr(out, " --bounding-set ");
	explain_add_capabilities(confine->sets.bounding, out);
	strbuf_addstr(out, " --inh-caps ");
	explain_add_capabilities(confine->sets.inheritable, out);
	if (confine->sets.ambient) {
		strbuf_addstr(out, " --ambient-caps ");
		explain_add_capabilities(confine->sets.ambient, out);
	}
	strbuf_addf(out, "%s --pdeathsig KILL \\\n",
		    process->no_new_privileges ? " --no-new-privs" : "");
}

static void add_keyring(const struct explain *explain, struct strbuf *out)
{
	if (!explain->init->keyring)
		return;
	strbuf_addf(out,
		    "\t\"$PERL\" -e '$name = shift; syscall(%d, %d, $name); "
		    "exec { $ARGV[0] } @ARGV' \"_ses.$ID\" \\\n",
		    SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING);
}

static void add_filter(const struct explain *explain, struct strbuf *out)
{
	if (!explain->filter)
		return;
	strbuf_addf(out,
		    "\t\"$PERL\" -e 'open(F, \"<\", shift) or die \"$!\\n\"; "
		    "undef $/; $code = <F>; close F; $p = pack(\"S x![P] P\", "
		    "length($code) / 8, $code); syscall(%d, %d, %u, $p) == 0 "
		    "or die \"load the filter: $!\\n\"; exec { $ARGV[0] } "
		    "@ARGV' \"$STATE/filter.bpf\" \\\n",
		    SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    explain->filter->flags);
}

void explain_process_chain(const struct explain *explain, struct strbuf *out)
{
	const struct init_plan *init = explain->init;
	const struct runtime_process *process = &init->spec->process;
	bool has_users = init->confine.in_user_namespace;

	if (has_users) {
		find_groups(explain, out);
		add_capped(process, out);
	}
	explain_add_reason(
		"The programs that take rights away, each executing the next: "
		"a namespace whose root is\n# this control group, a session "
		"and a keyring of its own, limits, an empty environment, the\n"
		"# filter of system calls (while this may still load one), "
		"user, groups and capabilities, and\n# an end with whoever "
		"started it.",
		out);
	strbuf_addf(out, "exec %ssetsid \\\n",
		    init->namespaces.makes_cgroup ? "unshare --cgroup " : "");
	if (!has_users)
		add_rlimits(process, out);
	strbuf_addstr(out, "\t\"$ENV\" -i --default-signal \\\n");
	add_keyring(explain, out);
	add_filter(explain, out);
	add_user(&init->confine, out);
	strbuf_addstr(out, "\t\"$SH\" -c \"$LAST\" \"$pid\"");
	for (size_t i = 0; i < process->args.count; i++) {
		strbuf_addch(out, ' ');
		explain_add_word(process->args.items[i], out);
	}
	strbuf_addch(out, '\n');
}
