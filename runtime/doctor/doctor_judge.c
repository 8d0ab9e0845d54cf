/* SPDX-License-Identifier: Apache-2.0 */
/* One function for each check. */
#include "runtime/doctor/doctor_judge.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <string.h>

#include "runtime/caps.h"

enum { ROOM_PROBLEM_MIB = 64, ROOM_WARNING_MIB = 1024, INODES_WARNING = 10000 };

static void say(struct doctor_finding *out, enum doctor_level level,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The worst counts; what is said adds up. */
static void say(struct doctor_finding *out, enum doctor_level level,
		const char *format, ...)
{
	va_list arguments;

	if (level > out->level)
		out->level = level;
	if (out->text.length)
		strbuf_addstr(&out->text, "; ");
	va_start(arguments, format);
	strbuf_addv(&out->text, format, arguments);
	va_end(arguments);
}

static void mend(const struct doctor_facts *facts, struct doctor_finding *out,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A command for root; several are done one after the other. */
static void mend(const struct doctor_facts *facts, struct doctor_finding *out,
		 const char *format, ...)
{
	va_list arguments;

	if (out->fix.length)
		strbuf_addstr(&out->fix, " && ");
	if (!facts->is_root)
		strbuf_addstr(&out->fix, "sudo ");
	va_start(arguments, format);
	strbuf_addv(&out->fix, format, arguments);
	va_end(arguments);
}

static void install(const struct doctor_facts *facts,
		    struct doctor_finding *out, const char *package)
{
	if (facts->packages)
		mend(facts, out, "%s %s", facts->packages, package);
}

/* Adds NAME to a list of words in TEXT. */
static void add_word(struct strbuf *text, const char *name)
{
	strbuf_addf(text, "%s%s", text->length ? ", " : "", name);
}

static void judge_kernel(const struct doctor_facts *facts,
			 struct doctor_finding *out)
{
	static const struct {
		enum doctor_call bit;
		const char *name, *since;
	} calls[] = {
		{ DOCTOR_OPENAT2, "openat2", "5.6" },
		{ DOCTOR_CLONE3, "clone3", "5.3" },
		{ DOCTOR_CLOSE_RANGE, "close_range", "5.9" },
		{ DOCTOR_MOUNT_SETATTR, "mount_setattr", "5.12" },
		{ DOCTOR_PIDFD, "pidfd_open", "5.3" },
	};
	autoclean(strbuf_release) struct strbuf present = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (facts->missing_calls & calls[i].bit)
			say(out, DOCTOR_PROBLEM,
			    "Linux %s lacks %s, which came with %s",
			    facts->release, calls[i].name, calls[i].since);
		else
			add_word(&present, calls[i].name);
	}
	if (out->level == DOCTOR_PROBLEM)
		strbuf_addstr(&out->fix,
			      "install Linux 5.12 or later, and reboot");
	else
		say(out, DOCTOR_OK, "Linux %s has %s", facts->release,
		    present.text);
}

/* Why a user namespace could not be made; each cause has its own cure. */
static void explain_namespace(const struct doctor_facts *facts,
			      struct doctor_finding *out,
			      enum doctor_level level)
{
	if (facts->max_namespaces == DOCTOR_ABSENT) {
		say(out, level, "this kernel has no user namespaces");
		return;
	}
	if (facts->max_namespaces == 0) {
		say(out, level, "user.max_user_namespaces is 0");
		mend(facts, out, "sysctl -w user.max_user_namespaces=15000");
	}
	if (facts->unprivileged_clone == 0 && !facts->is_root) {
		say(out, level, "kernel.unprivileged_userns_clone is 0");
		mend(facts, out,
		     "sysctl -w kernel.unprivileged_userns_clone=1");
	}
	if (facts->apparmor_restricted == 1 && !facts->is_root) {
		say(out, level, "AppArmor keeps users from making them");
		mend(facts, out,
		     "sysctl -w "
		     "kernel.apparmor_restrict_unprivileged_userns=0");
	}
	if (out->level < level)
		say(out, level, "user namespaces cannot be made: %s",
		    strerror(facts->user_namespace));
}

/* Root needs them only where it asks for them. */
static void judge_namespaces(const struct doctor_facts *facts,
			     struct doctor_finding *out)
{
	if (facts->user_namespace)
		explain_namespace(facts, out,
				  facts->is_root ? DOCTOR_WARNING
						 : DOCTOR_PROBLEM);
	else
		say(out, DOCTOR_OK, "can be made");
}

static void judge_subids(const struct doctor_facts *facts,
			 struct doctor_finding *out)
{
	unsigned long long first = facts->next_subid;

	if (facts->is_root)
		return;
	if (facts->subuids && facts->subgids) {
		say(out, DOCTOR_OK, "%llu user ids, %llu group ids",
		    (unsigned long long)facts->subuids,
		    (unsigned long long)facts->subgids);
		return;
	}
	say(out, DOCTOR_WARNING,
	    "this user has no %s: containers have one id only",
	    facts->subuids   ? "subordinate group ids"
	    : facts->subgids ? "subordinate user ids"
			     : "subordinate ids");
	mend(facts, out, "usermod");
	if (!facts->subuids)
		strbuf_addf(&out->fix, " --add-subuids %llu-%llu", first,
			    first + 65535);
	if (!facts->subgids)
		strbuf_addf(&out->fix, " --add-subgids %llu-%llu", first,
			    first + 65535);
	strbuf_addf(&out->fix, " %s", *facts->user ? facts->user : "$USER");
}

static void judge_program_of_maps(const struct doctor_facts *facts,
				  const struct doctor_program *program,
				  const char *name, struct doctor_finding *out)
{
	if (!program->path) {
		say(out, DOCTOR_WARNING,
		    "%s is not there: containers have one id only", name);
		if (facts->uidmap_name && !out->fix.length)
			install(facts, out, facts->uidmap_name);
	} else if (!program->is_privileged) {
		say(out, DOCTOR_WARNING,
		    "%s is neither set-user-ID root nor has capabilities",
		    program->path);
		mend(facts, out, "chmod u+s %s", program->path);
	} else {
		say(out, DOCTOR_OK, "%s", program->path);
	}
}

static void judge_maps(const struct doctor_facts *facts,
		       struct doctor_finding *out)
{
	if (facts->is_root)
		return;
	judge_program_of_maps(facts, &facts->newuidmap, "newuidmap", out);
	judge_program_of_maps(facts, &facts->newgidmap, "newgidmap", out);
}

/* What trying to mount the kernel's overlay gave. */
static int overlay_failed(const struct doctor_facts *facts)
{
	return facts->is_root ? facts->overlay : facts->overlay_user;
}

/* Whether fuse-overlayfs serves instead; not where nothing may be mounted. */
static bool is_served_by_fuse(const struct doctor_facts *facts, int failed)
{
	return facts->fuse_overlayfs.path && facts->has_fuse &&
	       !(facts->is_root && failed == EPERM);
}

static void judge_overlay(const struct doctor_facts *facts,
			  struct doctor_finding *out)
{
	int failed = overlay_failed(facts);
	enum doctor_level level = is_served_by_fuse(facts, failed)
					  ? DOCTOR_WARNING
					  : DOCTOR_PROBLEM;

	if (failed == DOCTOR_UNTRIED) {
		say(out, DOCTOR_PROBLEM, "could not be tried");
	} else if (!failed) {
		say(out, DOCTOR_OK, "%s",
		    facts->is_root ? "can be mounted"
				   : "can be mounted in a user namespace");
	} else if (failed == ENODEV) {
		say(out, level, "the kernel has no overlay loaded");
		mend(facts, out, "modprobe overlay");
	} else if (facts->is_root) {
		say(out, level, "cannot be mounted on %s: %s",
		    *facts->store_type ? facts->store_type : "the store",
		    strerror(failed));
	} else {
		say(out, level,
		    "cannot be mounted in a user namespace: %s (Linux 5.11 "
		    "can)",
		    strerror(failed));
	}
}

static void judge_idmapped(const struct doctor_facts *facts,
			   struct doctor_finding *out)
{
	if (!facts->is_root || facts->idmapped_mounts == DOCTOR_UNTRIED)
		return;
	if (!facts->idmapped_mounts)
		say(out, DOCTOR_OK, "can be made on %s",
		    *facts->store_type ? facts->store_type : "the store");
	else
		say(out, DOCTOR_WARNING,
		    "cannot be made on %s: %s (ext4, xfs and btrfs can)",
		    *facts->store_type ? facts->store_type : "the store",
		    strerror(facts->idmapped_mounts));
}

/* Only where the kernel's own overlay is refused it is missed. */
static void judge_fuse(const struct doctor_facts *facts,
		       struct doctor_finding *out)
{
	int failed = overlay_failed(facts);

	if (failed == DOCTOR_UNTRIED)
		return;
	if (!failed) {
		say(out, DOCTOR_OK, "%s",
		    facts->fuse_overlayfs.path ? facts->fuse_overlayfs.path
					       : "is not there, nor needed");
		return;
	}
	if (!facts->fuse_overlayfs.path) {
		say(out, DOCTOR_WARNING, "is not there");
		install(facts, out, "fuse-overlayfs");
	}
	if (!facts->has_fuse) {
		say(out, DOCTOR_WARNING, "/dev/fuse cannot be opened");
		mend(facts, out, "modprobe fuse");
	}
	if (!out->level)
		say(out, DOCTOR_OK, "%s", facts->fuse_overlayfs.path);
}

static void add_controllers(unsigned bits, struct strbuf *text)
{
	for (unsigned i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		if (bits & (1U << i))
			add_word(text, cgroup_controller_name(
					       (enum cgroup_controller)i));
	}
}

static const enum cgroup_controller limiting[] = { CGROUP_MEMORY, CGROUP_CPU,
						   CGROUP_PIDS, CGROUP_CPUSET,
						   CGROUP_IO };

/* The limiting ones that BITS lack. */
static unsigned lacking(unsigned bits)
{
	unsigned missing = 0;

	for (size_t i = 0; i < sizeof(limiting) / sizeof(*limiting); i++)
		missing |= (1U << limiting[i]) & ~bits;
	return missing;
}

static void judge_groups(const struct doctor_facts *facts,
			 struct doctor_finding *out)
{
	autoclean(strbuf_release) struct strbuf has = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf lacks = STRBUF_INIT;
	unsigned missing = lacking(facts->controllers);

	if (facts->cgroup_mode == CGROUP_MODE_NONE) {
		say(out, facts->is_root ? DOCTOR_PROBLEM : DOCTOR_WARNING,
		    "none are mounted");
		mend(facts, out, "mount -t cgroup2 none /sys/fs/cgroup");
		return;
	}
	add_controllers(facts->controllers, &has);
	say(out, DOCTOR_OK, "%s, with %s", cgroup_mode_name(facts->cgroup_mode),
	    has.length ? has.text : "no controllers");
	if (!missing)
		return;
	add_controllers(missing, &lacks);
	say(out, DOCTOR_WARNING, "without %s: their limits cannot be set",
	    lacks.text);
	/* switched off by distributions for small machines */
	if (missing & (1U << CGROUP_MEMORY))
		mend(facts, out,
		     "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&cgroup_enable=memory "
		     "/' /etc/default/grub && update-grub && reboot");
}

static void judge_delegation(const struct doctor_facts *facts,
			     struct doctor_finding *out)
{
	autoclean(strbuf_release) struct strbuf lacks = STRBUF_INIT;
	unsigned missing = lacking(facts->delegated_controllers) &
			   facts->controllers;

	if (facts->is_root)
		return;
	if (!facts->is_delegated) {
		say(out, DOCTOR_WARNING,
		    "this user has no control group of its own: limits, pause "
		    "and stats do not work");
		if (facts->cgroup_mode == CGROUP_MODE_UNIFIED)
			strbuf_addstr(&out->fix,
				      "systemd-run --user --scope -p "
				      "Delegate=yes imgctl run ...");
		return;
	}
	say(out, DOCTOR_OK, "this user has a control group of its own");
	if (facts->cgroup_mode != CGROUP_MODE_UNIFIED || !missing)
		return;
	add_controllers(missing, &lacks);
	say(out, DOCTOR_WARNING, "without %s", lacks.text);
	mend(facts, out,
	     "sh -c 'mkdir -p /etc/systemd/system/user@.service.d && printf "
	     "\"[Service]\\nDelegate=yes\\n\" > "
	     "/etc/systemd/system/user@.service.d/delegate.conf && systemctl "
	     "daemon-reload'");
}

static void judge_seccomp(const struct doctor_facts *facts,
			  struct doctor_finding *out)
{
	static const struct {
		enum doctor_action bit;
		const char *name;
	} actions[] = {
		{ DOCTOR_ERRNO, "errno" },
		{ DOCTOR_KILL_PROCESS, "kill_process" },
		{ DOCTOR_LOG, "log" },
		{ DOCTOR_NOTIFY, "user_notif" },
	};

	if (facts->seccomp) {
		say(out, DOCTOR_PROBLEM,
		    "this kernel has no filters (CONFIG_SECCOMP_FILTER): only "
		    "--security-opt seccomp=unconfined works");
		return;
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (facts->missing_actions & actions[i].bit)
			say(out, DOCTOR_WARNING, "no action %s",
			    actions[i].name);
	}
	if (!out->level)
		say(out, DOCTOR_OK, "filters with all actions");
}

/* What making a container takes; the others only cost an option or two. */
static const unsigned needed_caps[] = {
	CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FOWNER,     CAP_SETGID, CAP_SETUID,
	CAP_SETPCAP, CAP_SYS_ADMIN,    CAP_SYS_CHROOT, CAP_KILL,   CAP_MKNOD,
};

static void judge_caps(const struct doctor_facts *facts,
		       struct doctor_finding *out)
{
	autoclean(strbuf_release) struct strbuf lacks = STRBUF_INIT;
	enum doctor_level level = DOCTOR_WARNING;

	if (!facts->is_root)
		return;
	for (unsigned i = 0; caps_name(i); i++) {
		if (facts->missing_caps & CAPS_BIT(i))
			add_word(&lacks, caps_name(i));
	}
	for (size_t i = 0; i < sizeof(needed_caps) / sizeof(*needed_caps);
	     i++) {
		if (facts->missing_caps & CAPS_BIT(needed_caps[i]))
			level = DOCTOR_PROBLEM;
	}
	if (!lacks.length) {
		say(out, DOCTOR_OK, "root has all of them");
		return;
	}
	say(out, level, "root lacks %s, and so do containers", lacks.text);
	if (facts->missing_caps & CAPS_BIT(CAP_SYS_RESOURCE))
		say(out, level,
		    "limits of processes (--ulimit) cannot be raised");
	strbuf_addstr(&out->fix, "give them to what this machine runs in, as "
				 "`--privileged` does");
}

static void judge_user_network(const struct doctor_facts *facts,
			       struct doctor_finding *out)
{
	if (facts->is_root)
		return;
	if (facts->pasta.path || facts->slirp4netns.path) {
		say(out, DOCTOR_OK, "%s",
		    facts->pasta.path ? facts->pasta.path
				      : facts->slirp4netns.path);
		return;
	}
	say(out, DOCTOR_WARNING,
	    "neither pasta nor slirp4netns: containers of this user have no "
	    "network but the host's");
	install(facts, out, "passt");
}

static void judge_nftables(const struct doctor_facts *facts,
			   struct doctor_finding *out)
{
	if (!facts->is_root)
		return;
	if (facts->netfilter) {
		say(out, DOCTOR_WARNING,
		    "this kernel does not filter packets by netlink: %s",
		    strerror(facts->netfilter));
		mend(facts, out, "modprobe nf_tables");
		return;
	}
	say(out, DOCTOR_OK, "%s",
	    facts->nft.path ? facts->nft.path : "the kernel's part is there");
}

static void judge_tun(const struct doctor_facts *facts,
		      struct doctor_finding *out)
{
	if (!facts->tun) {
		say(out, DOCTOR_OK, "can be opened");
		return;
	}
	say(out, DOCTOR_WARNING, "%s%s", strerror(facts->tun),
	    facts->is_root ? "" : ": pasta and slirp4netns need it");
	if (facts->tun == ENOENT)
		mend(facts, out,
		     "sh -c 'mkdir -p /dev/net && mknod -m 666 /dev/net/tun c "
		     "10 200'");
	else if (facts->tun == EACCES)
		mend(facts, out, "chmod 666 /dev/net/tun");
	else
		mend(facts, out, "modprobe tun");
}

static void judge_binaries(const struct doctor_facts *facts,
			   struct doctor_finding *out)
{
	autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < facts->binaries.count; i++)
		add_word(&names, facts->binaries.items[i]);
	say(out, DOCTOR_OK, "%s",
	    names.length ? names.text
			 : "none: images of other architectures do not run");
}

static void judge_room(const struct doctor_facts *facts,
		       struct doctor_finding *out)
{
	unsigned long long free_mib = facts->free_bytes >> 20;
	enum doctor_level level = DOCTOR_OK;

	if (free_mib < ROOM_WARNING_MIB)
		level = free_mib < ROOM_PROBLEM_MIB ? DOCTOR_PROBLEM
						    : DOCTOR_WARNING;
	say(out, level, "%llu MiB are free", free_mib);
	if (facts->has_inodes && facts->free_inodes < INODES_WARNING) {
		level = DOCTOR_WARNING;
		say(out, level, "room for %llu files only",
		    (unsigned long long)facts->free_inodes);
	}
	if (level != DOCTOR_OK)
		strbuf_addstr(&out->fix, "imgctl system prune --all");
}

static void judge_store(const struct doctor_facts *facts,
			struct doctor_finding *out)
{
	if (facts->store_error) {
		say(out, DOCTOR_PROBLEM, "%s", facts->store_error);
		strbuf_addstr(&out->fix, "imgctl --root DIR, or export "
					 "IMGCTL_ROOT=DIR");
		return;
	}
	say(out, DOCTOR_OK, "%s on %s", facts->store,
	    *facts->store_type ? facts->store_type : "a file system");
	if (facts->is_noexec) {
		say(out, DOCTOR_PROBLEM, "nothing on it can be executed");
		mend(facts, out,
		     "mount -o remount,exec \"$(findmnt -no TARGET "
		     "-T %s)\"",
		     facts->store);
	}
	judge_room(facts, out);
}

const struct doctor_check doctor_checks[] = {
	{ "kernel", judge_kernel },
	{ "user namespaces", judge_namespaces },
	{ "subordinate ids", judge_subids },
	{ "newuidmap, newgidmap", judge_maps },
	{ "overlay", judge_overlay },
	{ "idmapped mounts", judge_idmapped },
	{ "fuse-overlayfs", judge_fuse },
	{ "control groups", judge_groups },
	{ "delegation", judge_delegation },
	{ "seccomp", judge_seccomp },
	{ "capabilities", judge_caps },
	{ "pasta, slirp4netns", judge_user_network },
	{ "nftables", judge_nftables },
	{ "/dev/net/tun", judge_tun },
	{ "binfmt_misc", judge_binaries },
	{ "store", judge_store },
	{ NULL, NULL },
};

const char *doctor_level_name(enum doctor_level level)
{
	switch (level) {
	case DOCTOR_OK:
		return "ok";
	case DOCTOR_WARNING:
		return "warning";
	case DOCTOR_PROBLEM:
		return "problem";
	case DOCTOR_NONE:
		break;
	}
	return "";
}

void doctor_finding_release(struct doctor_finding *finding)
{
	strbuf_release(&finding->text);
	strbuf_release(&finding->fix);
	finding->level = DOCTOR_NONE;
}
