/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing, keeping and giving back projects. */
#include "runtime/engine/project_lease.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/lockfile.h"
#include "base/project_quota.h"
#include "layers/store/container_folder.h"

static const char folder_name[] = "projects";

enum {
	LOCK_WAIT_MS = 10000,
	NUMBER_MAX_BYTES = 16,
	/* far from the small numbers of /etc/projid and of other engines */
	PROJECT_FIRST = 0x10000000,
	PROJECT_COUNT = 0x60000000,
	TRIES_MAX = 4096,
};

uint32_t project_lease_first(const char *container)
{
	autofree char *start = xstrndup(container, 8);

	return PROJECT_FIRST +
	       (uint32_t)(strtoul(start, NULL, 16) % PROJECT_COUNT);
}

/* The number in CONTAINER's file; 0 when there is none. */
static uint32_t read_number(int folder, const char *container)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(NUMBER_MAX_BYTES);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* not whole is as good as absent: nothing was limited yet */
	if (fs_read_file(folder, container, NUMBER_MAX_BYTES, &text, &ignored) <
	    0)
		return 0;
	return (uint32_t)strtoul(text.text, NULL, 10);
}

static int give_back(int folder, const char *container, struct error *err)
{
	uint32_t project = read_number(folder, container);

	if (project && project_quota_limit(folder, project, 0, err) < 0)
		return -1;
	if (unlinkat(folder, container, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "give back project %u", project);
	return 0;
}

/* Those of containers that are gone are given back; the others are TAKEN. */
static int read_all(const struct store *store, int folder, struct strvec *taken,
		    struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (fs_list(folder, ".", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		autofree char *path = container_folder_path(name);

		if (name[0] == '.')
			continue;
		if (fs_exists(store->root_fd, path))
			strvec_addf(taken, "%u", read_number(folder, name));
		else if (give_back(folder, name, err) < 0)
			return -1;
	}
	return 0;
}

static int choose(int folder, const struct strvec *taken, const char *container,
		  uint32_t *out, struct error *err)
{
	uint32_t first = project_lease_first(container) - PROJECT_FIRST;

	for (uint32_t i = 0; i < TRIES_MAX; i++) {
		uint32_t project = PROJECT_FIRST + (first + i) % PROJECT_COUNT;
		autofree char *text = xasprintf("%u", project);
		bool is_free;

		if (strvec_has(taken, text))
			continue;
		if (project_quota_is_free(folder, project, &is_free, err) < 0)
			return -1;
		if (!is_free)
			continue;
		*out = project;
		return 0;
	}
	return error_set(err, ERROR_BUSY, "no project is free");
}

static int note(int folder, const char *container, uint32_t project,
		struct error *err)
{
	autofree char *text = xasprintf("%u\n", project);
	autoclose int fd = openat(folder, container,
				  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				  0600);

	if (fd < 0)
		return error_sys(err, errno, "note a project");
	return fs_write_all(fd, text, strlen(text), err);
}

int project_lease_take(const struct store *store, const char *container,
		       uint64_t bytes, uint32_t *out, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(strvec_release) struct strvec taken = STRVEC_INIT;
	autoclose int folder = -1;

	if (!project_quota_is_enforced(store->root_fd))
		return error_set(err, ERROR_UNSUPPORTED,
				 "--storage-opt is supported only for overlay "
				 "over xfs with 'pquota' or ext4 with "
				 "'prjquota' mount option");
	if (store_folder(store, folder_name, &folder, err) < 0 ||
	    lockfile_acquire(&lock, folder, ".lock", LOCKFILE_EXCLUSIVE,
			     LOCK_WAIT_MS, err) < 0 ||
	    read_all(store, folder, &taken, err) < 0 ||
	    choose(folder, &taken, container, out, err) < 0 ||
	    note(folder, container, *out, err) < 0)
		return -1;
	return project_quota_limit(folder, *out, bytes, err);
}

int project_lease_drop(const struct store *store, const char *container,
		       struct error *err)
{
	autofree char *path = xasprintf("%s/%s", folder_name, container);
	autoclose int folder = -1;

	if (!fs_exists(store->root_fd, path))
		return 0;
	folder = openat(store->root_fd, folder_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return error_sys(err, errno, "open the projects");
	return give_back(folder, container, err);
}
