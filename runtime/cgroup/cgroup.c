/* SPDX-License-Identifier: Apache-2.0 */
/* Opens groups, puts processes into them, reads, writes and removes them. */
#include "runtime/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_group.h"
#include "runtime/cgroup/cgroup_tree.h"

int cgroup_open(const char *path, struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(cgroup_close) struct cgroup *cg = NULL;
	bool found = false;

	if (cgroup_host_read(&host, err) < 0 ||
	    cgroup_group_check(path, err) < 0)
		return -1;
	path += strspn(path, "/");
	cg = cgroup_group_new(&host, path);
	for (int i = CGROUP_CORE; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if (host.places[i].home == CGROUP_HOME_NONE ||
		    cgroup_host_slot(&cg->host, it) != it)
			continue;
		found = cgroup_group_open(cg, it) || found;
	}
	if (!found)
		return error_set(err, ERROR_NOT_FOUND, "no cgroup %s", path);
	*out = TAKE_PTR(cg);
	return 0;
}

void cgroup_close(struct cgroup *cg)
{
	if (!cg)
		return;
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		if (cg->directories[i].fd >= 0)
			(void)close(cg->directories[i].fd); /* directory */
		free(cg->directories[i].path);
	}
	cgroup_host_release(&cg->host);
	free(cg->path);
	free(cg);
}

int cgroup_into_fd(const struct cgroup *cg)
{
	return cg->directories[CGROUP_CORE].fd;
}

bool cgroup_has_to_add(const struct cgroup *cg)
{
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		if (cg->directories[i].fd >= 0)
			return true;
	return false;
}

static int add_to(const struct cgroup_group_directory *directory, pid_t pid,
		  struct error *err)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	if (cgroup_tree_write(directory->fd, "cgroup.procs", text) < 0)
		return error_sys(err, errno, "put process %d into %s", (int)pid,
				 directory->path);
	return 0;
}

int cgroup_add(const struct cgroup *cg, pid_t pid, struct error *err)
{
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		if (cg->directories[i].fd >= 0 &&
		    add_to(&cg->directories[i], pid, err) < 0)
			return -1;
	return 0;
}

int cgroup_add_unified(const struct cgroup *cg, pid_t pid, struct error *err)
{
	if (cg->directories[CGROUP_CORE].fd < 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this host has no cgroup v2 tree");
	return add_to(&cg->directories[CGROUP_CORE], pid, err);
}

int cgroup_members_fd(const struct cgroup *cg, struct error *err)
{
	int fd = -1;

	errno = ENOENT;
	for (int i = CGROUP_CORE; fd < 0 && i < CGROUP_CONTROLLER_COUNT; i++)
		if (cg->directories[i].fd >= 0)
			fd = openat(cg->directories[i].fd, ".",
				    O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open cgroup %s", cg->path);
	return fd;
}

enum cgroup_mode cgroup_mode(const struct cgroup *cg)
{
	return cg->host.mode;
}

const char *cgroup_directory(const struct cgroup *cg,
			     enum cgroup_controller controller)
{
	return cgroup_group_directory(cg, controller)->path;
}

int cgroup_read(const struct cgroup *cg, enum cgroup_controller controller,
		const char *file, struct strbuf *text, struct error *err)
{
	const struct cgroup_group_directory *directory =
		cgroup_group_directory(cg, controller);

	if (directory->fd < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "cgroup %s is not on the \"%s\" hierarchy",
				 cg->path, cgroup_controller_name(controller));
	return fs_read_file(directory->fd, file, text->limit, text, err);
}

int cgroup_write(const struct cgroup *cg, enum cgroup_controller controller,
		 const char *file, const char *value, struct error *err)
{
	const struct cgroup_group_directory *directory =
		cgroup_group_directory(cg, controller);

	if (directory->fd < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "cgroup %s is not on the \"%s\" hierarchy",
				 cg->path, cgroup_controller_name(controller));
	if (cgroup_tree_write(directory->fd, file, value) < 0)
		return error_sys(err, errno, "write \"%s\" to %s/%s", value,
				 directory->path, file);
	return 0;
}

int cgroup_remove(struct cgroup *cg, int timeout_ms, struct error *err)
{
	int64_t deadline = clock_monotonic() +
			   (int64_t)timeout_ms * (CLOCK_SECOND / 1000);

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		struct cgroup_group_directory *directory = &cg->directories[i];

		if (directory->fd < 0)
			continue;
		if (cgroup_tree_remove(directory->path, deadline) < 0)
			return errno == EBUSY
				       ? error_set(err, ERROR_BUSY,
						   "remove cgroup %s: it still "
						   "has processes",
						   directory->path)
				       : error_sys(err, errno,
						   "remove cgroup %s",
						   directory->path);
		(void)close(TAKE_FD(directory->fd)); /* directory */
		cgroup_group_remove_parents(cg, directory);
	}
	return 0;
}
