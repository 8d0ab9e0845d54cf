/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine has: users, programs, groups, room. */
#include "runtime/doctor/doctor_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/idranges.h"
#include "base/mountinfo.h"
#include "base/userns.h"
#include "runtime/cgroup/cgroup_delegation.h"
#include "runtime/doctor/doctor_parts.h"

enum {
	FILE_MAX_BYTES = 1 << 20,
	FIRST_SUBID = 100000, /* where shadow's tools begin */
};

#define SEARCH_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define BINFMT_FOLDER "/proc/sys/fs/binfmt_misc"

/* By which this machine installs, and what newuidmap comes with there. */
static const struct {
	const char *program, *command, *uidmap;
} installers[] = {
	{ "apt-get", "apt-get install -y", "uidmap" },
	{ "dnf", "dnf install -y", "shadow-utils" },
	{ "apk", "apk add", "shadow-uidmap" },
	{ "zypper", "zypper install -y", "shadow" },
	{ "pacman", "pacman -S --noconfirm", "shadow" },
};

/* PATH, with the folders of root's programs in any case. */
static void find_program(const char *name, struct doctor_program *out)
{
	const char *given = getenv("PATH");
	autofree char *all = xasprintf("%s:%s", given ? given : "",
				       SEARCH_PATH);
	char *rest = all;
	const char *folder;

	while ((folder = strsep(&rest, ":"))) {
		autofree char *path = xasprintf("%s/%s", folder, name);
		struct stat st;

		if (!*folder || access(path, X_OK) < 0 || stat(path, &st) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		out->is_privileged =
			(st.st_uid == 0 && (st.st_mode & S_ISUID)) ||
			getxattr(path, "security.capability", NULL, 0) > 0;
		out->path = TAKE_PTR(path);
		return;
	}
}

static void probe_installer(struct doctor_facts *facts)
{
	for (size_t i = 0; i < sizeof(installers) / sizeof(*installers); i++) {
		struct doctor_program program = { NULL, false };

		find_program(installers[i].program, &program);
		if (!program.path)
			continue;
		free(program.path);
		facts->packages = xstrdup(installers[i].command);
		facts->uidmap_name = xstrdup(installers[i].uidmap);
		return;
	}
}

static uint64_t count_ids(uid_t uid, bool is_group)
{
	autoclean(idranges_release) struct idranges ranges = IDRANGES_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (idranges_read_subids(uid, is_group, &ranges, &ignored) < 0)
		return 0;
	return idranges_total(&ranges);
}

/* Behind the last range of PATH, whoever's it is. */
static uint64_t next_free(const char *path, uint64_t least)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(FILE_MAX_BYTES);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char *rest;
	char *line;

	if (fs_read_file(AT_FDCWD, path, FILE_MAX_BYTES, &text, &ignored) < 0)
		return least;
	rest = text.text;
	while ((line = strsep(&rest, "\n"))) {
		unsigned long long first, count;

		if (sscanf(line, "%*[^:]:%llu:%llu", &first, &count) == 2 &&
		    first + count > least)
			least = first + count;
	}
	return least;
}

static void probe_user(struct doctor_facts *facts)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(FILE_MAX_BYTES);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char *rest;
	char *line;

	facts->uid = geteuid();
	facts->is_root = facts->uid == 0 && userns_is_initial();
	facts->subuids = count_ids(facts->uid, false);
	facts->subgids = count_ids(facts->uid, true);
	facts->next_subid = next_free("/etc/subgid",
				      next_free("/etc/subuid", FIRST_SUBID));
	find_program("newuidmap", &facts->newuidmap);
	find_program("newgidmap", &facts->newgidmap);
	if (fs_read_file(AT_FDCWD, "/etc/passwd", FILE_MAX_BYTES, &text,
			 &ignored) < 0)
		return;
	rest = text.text;
	while ((line = strsep(&rest, "\n"))) {
		char name[DOCTOR_NAME_MAX];
		unsigned uid;

		if (sscanf(line, "%127[^:]:%*[^:]:%u", name, &uid) == 2 &&
		    uid == facts->uid) {
			(void)snprintf(facts->user, sizeof(facts->user), "%s",
				       name);
			return;
		}
	}
}

/* The controllers that the group handed to this user may hand on. */
static unsigned find_delegated(const struct cgroup_host *host)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(FILE_MAX_BYTES);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct cgroup_place *core = &host->places[CGROUP_CORE];
	autofree char *group = cgroup_delegated_path();
	autofree char *path = NULL;
	unsigned found = 0;
	char *rest;
	char *name;

	if (core->home != CGROUP_HOME_V2)
		return 0;
	path = xasprintf("%s/%s/cgroup.controllers", core->mount, group);
	if (fs_read_file(AT_FDCWD, path, FILE_MAX_BYTES, &text, &ignored) < 0)
		return 0;
	rest = text.text;
	while ((name = strsep(&rest, " \n")))
		found |= 1U << cgroup_controller_from_name(name);
	return found & ~(1U << CGROUP_CONTROLLER_NONE);
}

static void probe_groups(struct doctor_facts *facts)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (cgroup_host_read(&host, &ignored) < 0)
		return;
	facts->cgroup_mode = host.mode;
	for (unsigned i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		if (host.places[i].home != CGROUP_HOME_NONE)
			facts->controllers |= 1U << i;
	}
	facts->is_delegated = cgroup_is_delegated();
	facts->delegated_controllers = find_delegated(&host);
}

/* The interpreters that are registered and switched on. */
static void probe_binaries(struct doctor_facts *facts)
{
	DIR *dir = opendir(BINFMT_FOLDER);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(FILE_MAX_BYTES);
		autoclean(error_release) struct error ignored = ERROR_INIT;

		if (entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, "register") ||
		    !strcmp(entry->d_name, "status") ||
		    fs_read_file(dirfd(dir), entry->d_name, FILE_MAX_BYTES,
				 &text, &ignored) < 0)
			continue;
		if (!strncmp(text.text, "enabled", 7))
			strvec_add(&facts->binaries, entry->d_name);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	strvec_sort(&facts->binaries);
}

/* The file system of PATH by its mount; the store may not be there. */
static void probe_type(dev_t device, struct doctor_facts *facts)
{
	autoclean(mountinfo_release) struct mountinfo mounts = MOUNTINFO_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (mountinfo_read(&mounts, &ignored) < 0)
		return;
	for (size_t i = 0; i < mounts.count; i++) {
		const struct mountinfo_entry *entry = &mounts.entries[i];

		if (entry->major == major(device) &&
		    entry->minor == minor(device))
			(void)snprintf(facts->store_type,
				       sizeof(facts->store_type), "%s",
				       entry->type);
	}
}

static void probe_store(struct doctor_facts *facts)
{
	autofree char *path = xstrdup(facts->store);
	struct statvfs room;
	struct stat st;
	char *slash;

	while (stat(path, &st) < 0 && (slash = strrchr(path, '/')) &&
	       slash != path)
		*slash = '\0';
	if (stat(path, &st) < 0 || statvfs(path, &room) < 0)
		return;
	probe_type(st.st_dev, facts);
	facts->free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
	facts->free_inodes = room.f_favail;
	facts->has_inodes = room.f_files != 0;
	facts->is_noexec = room.f_flag & ST_NOEXEC;
}

void doctor_probe(const char *store, const char *store_error,
		  struct doctor_facts *out)
{
	*out = (struct doctor_facts){ .binaries = STRVEC_INIT };
	out->store = xstrdup(store);
	out->store_error = store_error ? xstrdup(store_error) : NULL;
	probe_user(out);
	probe_installer(out);
	doctor_probe_kernel(out);
	probe_groups(out);
	probe_binaries(out);
	probe_store(out);
	find_program("fuse-overlayfs", &out->fuse_overlayfs);
	find_program("pasta", &out->pasta);
	find_program("slirp4netns", &out->slirp4netns);
	find_program("nft", &out->nft);
	doctor_probe_mounts(out);
}
