/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and writes kernel parameters. */
#include "runtime/sysctl.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/fs.h"

static const char *const ipc_names[] = {
	"kernel/msgmax", "kernel/msgmnb",	   "kernel/msgmni",
	"kernel/sem",	 "kernel/shmall",	   "kernel/shmmax",
	"kernel/shmmni", "kernel/shm_rmid_forced",
};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * Swaps dots and slashes unless the first of either is a slash, as sysctl(8)
 * does: interface names may hold dots.
 */
static char *with_slashes(const char *name)
{
	char *path = xstrdup(name);
	const char *first = strpbrk(name, "./");

	if (!first || *first == '/')
		return path;
	for (char *at = path; *at; at++) {
		if (*at == '.')
			*at = '/';
		else if (*at == '/')
			*at = '.';
	}
	return path;
}

/* Components of names, no empty ones, no "." or "..". */
static bool is_plain(const char *path)
{
	while (*path) {
		size_t word = strcspn(path, "/");

		if (!word || (word == 1 && path[0] == '.') ||
		    (word == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += word;
		if (*path && !*++path)
			return false;
	}
	return true;
}

static bool is_ipc(const char *path)
{
	if (starts_with(path, "fs/mqueue/"))
		return true;
	for (size_t i = 0; i < sizeof(ipc_names) / sizeof(*ipc_names); i++)
		if (strcmp(ipc_names[i], path) == 0)
			return true;
	return false;
}

/* The namespace that confines PATH, or none. */
static enum runtime_namespace_kind confined_by(const char *path)
{
	if (starts_with(path, "net/"))
		return RUNTIME_NAMESPACE_NETWORK;
	if (is_ipc(path))
		return RUNTIME_NAMESPACE_IPC;
	if (strcmp(path, "kernel/domainname") == 0)
		return RUNTIME_NAMESPACE_UTS;
	return RUNTIME_NAMESPACE_NONE;
}

int sysctl_path(const char *name, const struct runtime_namespace *spaces,
		char **out, struct error *err)
{
	autofree char *path = with_slashes(name);
	enum runtime_namespace_kind kind;

	if (!is_plain(path))
		return error_set(err, ERROR_INVALID,
				 "sysctl \"%s\" is not a parameter's name",
				 name);
	kind = confined_by(path);
	if (kind == RUNTIME_NAMESPACE_NONE)
		return error_set(err, ERROR_INVALID,
				 "sysctl \"%s\" is not allowed: it is not "
				 "separate for a container",
				 name);
	if (!spaces[kind].is_asked)
		return error_set(err, ERROR_INVALID,
				 "sysctl \"%s\" is not allowed in the host's "
				 "%s namespace",
				 name, runtime_namespace_name(kind));
	*out = xasprintf("sys/%s", path);
	return 0;
}

int sysctl_plan_make(const struct runtime_spec *spec, struct sysctl_plan *out,
		     struct error *err)
{
	*out = (struct sysctl_plan)SYSCTL_PLAN_INIT;
	if (!spec->sysctl_count)
		return 0;
	out->entries = xcalloc(spec->sysctl_count, sizeof(*out->entries));
	for (size_t i = 0; i < spec->sysctl_count; i++) {
		struct sysctl_entry *entry = &out->entries[out->count++];

		entry->name = spec->sysctls[i].key;
		entry->value = spec->sysctls[i].value;
		if (sysctl_path(entry->name, spec->namespaces, &entry->path,
				err) < 0)
			return -1;
	}
	return 0;
}

/* The container's own procfs, else one that is mounted nowhere. */
static int open_proc(int root)
{
	autoclose int context = -1;
	struct statfs st;
	int fd = fs_open_raw(root, "proc", FS_NO_LINKS, O_PATH | O_DIRECTORY,
			     0);

	if (fd >= 0 && fstatfs(fd, &st) == 0 && st.f_type == PROC_SUPER_MAGIC)
		return fd;
	if (fd >= 0)
		(void)close(fd); /* only a path handle */
	context = fsopen("proc", FSOPEN_CLOEXEC);
	if (context < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(context, FSMOUNT_CLOEXEC, 0);
}

/* Nothing mounted over a part of the procfs may catch the write. */
static int write_one(int proc, const struct sysctl_entry *entry)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV |
			   RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	autoclose int fd = (int)syscall(SYS_openat2, proc, entry->path, &how,
					sizeof(how));

	if (fd < 0 || write(fd, entry->value, strlen(entry->value)) < 0)
		return -1;
	return 0;
}

int sysctl_write(const struct sysctl_plan *plan, int root,
		 struct stage_failure *fail)
{
	autoclose int proc = -1;

	if (!plan->count)
		return 0;
	proc = open_proc(root);
	if (proc < 0)
		return stage_fail(fail, STAGE_SYSCTL, plan->entries[0].name);
	for (size_t i = 0; i < plan->count; i++)
		if (write_one(proc, &plan->entries[i]) < 0)
			return stage_fail(fail, STAGE_SYSCTL,
					  plan->entries[i].name);
	return 0;
}

void sysctl_plan_release(struct sysctl_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		free(plan->entries[i].path);
	free(plan->entries);
	*plan = (struct sysctl_plan)SYSCTL_PLAN_INIT;
}
