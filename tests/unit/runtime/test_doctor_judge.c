/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of made-up machines, and what is said of them. */
#include "runtime/doctor/doctor_judge.h"

#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define BIT(controller) (1U << CGROUP_##controller)
#define LIMITING (BIT(MEMORY) | BIT(CPU) | BIT(PIDS) | BIT(CPUSET) | BIT(IO))

static char helper_path[] = "/usr/bin/helper";
static char store_path[] = "/store";
static char refused[] = "/store belongs to another user";
static char installer[] = "apt-get install -y";
static char uidmap[] = "uidmap";

/* A machine that has everything, seen by its root or by a user. */
static struct doctor_facts healthy(bool is_root)
{
	static const struct doctor_program helper = { helper_path, true };

	return (struct doctor_facts){
		.is_root = is_root,
		.uid = is_root ? 0 : 1000,
		.user = "somebody",
		.release = "6.1.0",
		.max_namespaces = 1000,
		.unprivileged_clone = 1,
		.apparmor_restricted = DOCTOR_ABSENT,
		.subuids = 65536,
		.subgids = 65536,
		.next_subid = 165536,
		.newuidmap = helper,
		.newgidmap = helper,
		.overlay = is_root ? 0 : DOCTOR_UNTRIED,
		.overlay_user = is_root ? DOCTOR_UNTRIED : 0,
		.idmapped_mounts = is_root ? 0 : DOCTOR_UNTRIED,
		.fuse_overlayfs = helper,
		.has_fuse = true,
		.cgroup_mode = CGROUP_MODE_UNIFIED,
		.controllers = LIMITING,
		.is_delegated = true,
		.delegated_controllers = LIMITING,
		.pasta = helper,
		.slirp4netns = helper,
		.nft = helper,
		.binaries = STRVEC_INIT,
		.store = store_path,
		.store_type = "ext4",
		.free_bytes = UINT64_C(100) << 30,
		.free_inodes = 1000000,
		.has_inodes = true,
		.packages = installer,
		.uidmap_name = uidmap,
	};
}

/* What FACTS are worth by the check NAME. */
static void judge(const struct doctor_facts *facts, const char *name,
		  struct doctor_finding *out)
{
	for (const struct doctor_check *check = doctor_checks; check->name;
	     check++) {
		if (!strcmp(check->name, name)) {
			check->judge(facts, out);
			return;
		}
	}
	fail_msg("no check %s", name);
}

static void test_doctor_judge__a_machine_that_has_everything(void **state)
{
	(void)state;
	for (int is_root = 0; is_root < 2; is_root++) {
		struct doctor_facts facts = healthy(is_root);
		size_t told = 0;

		for (const struct doctor_check *check = doctor_checks;
		     check->name; check++) {
			autoclean(doctor_finding_release) struct doctor_finding
				finding = DOCTOR_FINDING_INIT;

			check->judge(&facts, &finding);
			if (finding.level > DOCTOR_OK || finding.fix.length)
				fail_msg("%s: %s", check->name,
					 finding.text.text);
			assert_int_equal(finding.level == DOCTOR_OK,
					 finding.text.length != 0);
			told += finding.level == DOCTOR_OK;
		}
		assert_int_equal(told, is_root ? 12 : 13);
	}
}

/* One thing that is not as it should be. */
struct ill {
	const char *check;
	bool is_root;
	void (*harm)(struct doctor_facts *facts);
	enum doctor_level level;
	const char *text, *fix; /* a part of the text; the whole fix */
};

static void old_kernel(struct doctor_facts *facts)
{
	facts->missing_calls = DOCTOR_MOUNT_SETATTR;
}

static void no_namespaces(struct doctor_facts *facts)
{
	facts->user_namespace = ENOSPC;
	facts->max_namespaces = 0;
}

static void debian_sysctl(struct doctor_facts *facts)
{
	facts->user_namespace = EPERM;
	facts->unprivileged_clone = 0;
}

static void ubuntu_sysctl(struct doctor_facts *facts)
{
	facts->user_namespace = EPERM;
	facts->apparmor_restricted = 1;
}

static void unexplained(struct doctor_facts *facts)
{
	facts->user_namespace = EPERM;
}

static void no_subids(struct doctor_facts *facts)
{
	facts->subuids = facts->subgids = 0;
}

static void no_subgids(struct doctor_facts *facts)
{
	facts->subgids = 0;
	facts->user[0] = '\0';
}

static void no_newuidmap(struct doctor_facts *facts)
{
	facts->newuidmap.path = facts->newgidmap.path = NULL;
}

static void plain_newgidmap(struct doctor_facts *facts)
{
	facts->newgidmap.is_privileged = false;
}

static void no_overlay(struct doctor_facts *facts)
{
	facts->overlay = facts->overlay_user = ENODEV;
}

static void served_overlay(struct doctor_facts *facts)
{
	facts->overlay = facts->overlay_user = EOPNOTSUPP;
}

static void refused_overlay(struct doctor_facts *facts)
{
	facts->overlay = facts->overlay_user = EPERM;
	facts->fuse_overlayfs.path = NULL;
}

static void no_idmapped(struct doctor_facts *facts)
{
	facts->idmapped_mounts = EINVAL;
}

static void no_groups(struct doctor_facts *facts)
{
	facts->cgroup_mode = CGROUP_MODE_NONE;
	facts->controllers = 0;
}

static void no_memory_controller(struct doctor_facts *facts)
{
	facts->controllers &= ~BIT(MEMORY);
}

static void not_delegated(struct doctor_facts *facts)
{
	facts->is_delegated = false;
}

static void few_delegated(struct doctor_facts *facts)
{
	facts->delegated_controllers = BIT(MEMORY) | BIT(PIDS);
}

static void no_filters(struct doctor_facts *facts)
{
	facts->seccomp = EINVAL;
}

static void no_notify(struct doctor_facts *facts)
{
	facts->missing_actions = DOCTOR_NOTIFY;
}

static void no_resource(struct doctor_facts *facts)
{
	facts->missing_caps = UINT64_C(1) << CAP_SYS_RESOURCE;
}

static void no_admin(struct doctor_facts *facts)
{
	facts->missing_caps = UINT64_C(1) << CAP_SYS_ADMIN;
}

static void no_pasta(struct doctor_facts *facts)
{
	facts->pasta.path = facts->slirp4netns.path = NULL;
}

static void no_netfilter(struct doctor_facts *facts)
{
	facts->netfilter = EPROTONOSUPPORT;
}

static void no_tun(struct doctor_facts *facts)
{
	facts->tun = ENOENT;
}

static void closed_tun(struct doctor_facts *facts)
{
	facts->tun = EACCES;
}

static void full(struct doctor_facts *facts)
{
	facts->free_bytes = 1 << 20;
}

static void nearly_full(struct doctor_facts *facts)
{
	facts->free_bytes = 500 << 20;
}

static void no_inodes(struct doctor_facts *facts)
{
	facts->free_inodes = 5;
}

static void another_users(struct doctor_facts *facts)
{
	facts->store_error = refused;
}

static void noexec(struct doctor_facts *facts)
{
	facts->is_noexec = true;
}

static const struct ill ills[] = {
	{ "kernel", true, old_kernel, DOCTOR_PROBLEM,
	  "lacks mount_setattr, which came with 5.12",
	  "install Linux 5.12 or later, and reboot" },
	{ "user namespaces", false, no_namespaces, DOCTOR_PROBLEM,
	  "user.max_user_namespaces is 0",
	  "sudo sysctl -w user.max_user_namespaces=15000" },
	{ "user namespaces", true, no_namespaces, DOCTOR_WARNING,
	  "user.max_user_namespaces is 0",
	  "sysctl -w user.max_user_namespaces=15000" },
	{ "user namespaces", false, debian_sysctl, DOCTOR_PROBLEM,
	  "unprivileged_userns_clone is 0",
	  "sudo sysctl -w kernel.unprivileged_userns_clone=1" },
	{ "user namespaces", false, ubuntu_sysctl, DOCTOR_PROBLEM, "AppArmor",
	  "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "user namespaces", false, unexplained, DOCTOR_PROBLEM,
	  "cannot be made: Operation not permitted", "" },
	{ "subordinate ids", false, no_subids, DOCTOR_WARNING,
	  "no subordinate ids:",
	  "sudo usermod --add-subuids 165536-231071 --add-subgids "
	  "165536-231071 somebody" },
	{ "subordinate ids", false, no_subgids, DOCTOR_WARNING,
	  "no subordinate group ids",
	  "sudo usermod --add-subgids 165536-231071 $USER" },
	{ "subordinate ids", true, no_subids, DOCTOR_NONE, "", "" },
	{ "newuidmap, newgidmap", false, no_newuidmap, DOCTOR_WARNING,
	  "newgidmap is not there", "sudo apt-get install -y uidmap" },
	{ "newuidmap, newgidmap", false, plain_newgidmap, DOCTOR_WARNING,
	  "neither set-user-ID root", "sudo chmod u+s /usr/bin/helper" },
	{ "overlay", true, no_overlay, DOCTOR_WARNING, "no overlay",
	  "modprobe overlay" },
	{ "overlay", true, refused_overlay, DOCTOR_PROBLEM, "on ext4: Op", "" },
	{ "overlay", false, refused_overlay, DOCTOR_PROBLEM, "5.11 can", "" },
	{ "overlay", true, served_overlay, DOCTOR_WARNING, "on ext4: Op", "" },
	{ "fuse-overlayfs", true, served_overlay, DOCTOR_OK, "/usr", "" },
	{ "fuse-overlayfs", true, refused_overlay, DOCTOR_WARNING,
	  "is not there", "apt-get install -y fuse-overlayfs" },
	{ "fuse-overlayfs", false, refused_overlay, DOCTOR_WARNING,
	  "is not there", "sudo apt-get install -y fuse-overlayfs" },
	{ "idmapped mounts", true, no_idmapped, DOCTOR_WARNING, "Invalid", "" },
	{ "control groups", true, no_groups, DOCTOR_PROBLEM, "none are mounted",
	  "mount -t cgroup2 none /sys/fs/cgroup" },
	{ "control groups", false, no_groups, DOCTOR_WARNING, "none",
	  "sudo mount -t cgroup2 none /sys/fs/cgroup" },
	{ "control groups", true, no_memory_controller, DOCTOR_WARNING,
	  "without memory",
	  "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&cgroup_enable=memory /' "
	  "/etc/default/grub && update-grub && reboot" },
	{ "delegation", false, not_delegated, DOCTOR_WARNING,
	  "no control group",
	  "systemd-run --user --scope -p Delegate=yes imgctl run ..." },
	{ "delegation", false, few_delegated, DOCTOR_WARNING,
	  "without cpu, cpuset, blkio",
	  "sudo sh -c 'mkdir -p /etc/systemd/system/user@.service.d && printf "
	  "\"[Service]\\nDelegate=yes\\n\" > "
	  "/etc/systemd/system/user@.service.d/delegate.conf && systemctl "
	  "daemon-reload'" },
	{ "seccomp", true, no_filters, DOCTOR_PROBLEM, "no filters", "" },
	{ "seccomp", true, no_notify, DOCTOR_WARNING, "no action user_notif",
	  "" },
	{ "capabilities", true, no_resource, DOCTOR_WARNING,
	  "lacks CAP_SYS_RESOURCE",
	  "give them to what this machine runs in, as `--privileged` does" },
	{ "capabilities", true, no_admin, DOCTOR_PROBLEM, "CAP_SYS_ADMIN",
	  "give them to what this machine runs in, as `--privileged` does" },
	{ "pasta, slirp4netns", false, no_pasta, DOCTOR_WARNING, "neither",
	  "sudo apt-get install -y passt" },
	{ "nftables", true, no_netfilter, DOCTOR_WARNING, "netlink",
	  "modprobe nf_tables" },
	{ "/dev/net/tun", true, no_tun, DOCTOR_WARNING, "No such file",
	  "sh -c 'mkdir -p /dev/net && mknod -m 666 /dev/net/tun c 10 200'" },
	{ "/dev/net/tun", false, closed_tun, DOCTOR_WARNING, "denied",
	  "sudo chmod 666 /dev/net/tun" },
	{ "store", true, full, DOCTOR_PROBLEM, "1 MiB are free",
	  "imgctl system prune --all" },
	{ "store", true, nearly_full, DOCTOR_WARNING, "500 MiB are free",
	  "imgctl system prune --all" },
	{ "store", true, no_inodes, DOCTOR_WARNING, "5 files only",
	  "imgctl system prune --all" },
	{ "store", false, another_users, DOCTOR_PROBLEM, "belongs to another",
	  "imgctl --root DIR, or export IMGCTL_ROOT=DIR" },
	{ "store", true, noexec, DOCTOR_PROBLEM, "executed",
	  "mount -o remount,exec \"$(findmnt -no TARGET -T /store)\"" },
};

static void test_doctor_judge__each_lack_and_its_cure(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ills) / sizeof(*ills); i++) {
		const struct ill *ill = &ills[i];
		struct doctor_facts facts = healthy(ill->is_root);
		autoclean(
			doctor_finding_release) struct doctor_finding finding =
			DOCTOR_FINDING_INIT;
		const char *fix;

		ill->harm(&facts);
		judge(&facts, ill->check, &finding);
		fix = finding.fix.length ? finding.fix.text : "";
		if (finding.level != ill->level ||
		    (*ill->text && !strstr(finding.text.text, ill->text)) ||
		    strcmp(fix, ill->fix) != 0)
			fail_msg("row %zu, %s: %s: \"%s\", fix \"%s\"", i,
				 ill->check, doctor_level_name(finding.level),
				 finding.text.length ? finding.text.text : "",
				 fix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_doctor_judge__a_machine_that_has_everything),
		cmocka_unit_test(test_doctor_judge__each_lack_and_its_cure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
