/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming root of a user namespace, and what to say about it. */
#include "cmd/rootless.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/cgroup/cgroup_delegation.h"
#include "runtime/userns_enter.h"

/* Verbs that read what is the user's own, or nothing at all, or enter late. */
static const char *const plain[] = {
	"completion",
	"history",
	"image history",
	"isolation",
	"container isolation",
	"image ls",
	"image list",
	"images",
	"login",
	"logout",
	"system doctor",
	"tag",
	"image tag",
	"version",
	NULL,
};

/* Verbs that start a container. */
static const char *const starting[] = {
	"run",	   "container run",	"start", "container start",
	"restart", "container restart", NULL,
};

static bool is_one_of(const char *path, const char *const *verbs)
{
	const char *blank = strchr(path, ' ');

	for (; blank && *verbs; verbs++)
		if (!strcmp(blank + 1, *verbs))
			return true;
	return false;
}

bool rootless_needs_namespace(const char *path, char *const *argv)
{
	const char *blank = strchr(path, ' ');

	if (argv[0] && !strcmp(argv[0], "--help"))
		return false;
	/* an OCI bundle says itself which namespaces it wants */
	if (!blank || !strcmp(blank + 1, "oci") ||
	    !strncmp(blank + 1, "oci ", 4))
		return false;
	return !is_one_of(path, plain);
}

static void tell(const char *text)
{
	autofree char *line = xasprintf("imgctl: warning: %s\n", text);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* without standard error there is nobody to tell */
	if (fs_write_all(STDERR_FILENO, line, strlen(line), &ignored) < 0)
		errno = 0;
}

/* True the first time it is asked about NAME since the run folder is empty. */
static bool is_first_time(int run_fd, const char *name)
{
	autoclose int fd = openat(
		run_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0;
}

static void warn_of_groups(int run_fd, const char *path)
{
	if (!is_one_of(path, starting) || cgroup_is_delegated() ||
	    !is_first_time(run_fd, "warned-cgroup"))
		return;
	tell("this user has no control group of its own: limits, pause and "
	     "stats do not work; `systemd-run --user --scope -p Delegate=yes "
	     "imgctl ...` gives it one, `imgctl system doctor` says more");
}

static int pass_on(const struct context *context, struct error *err)
{
	if (setenv("IMGCTL_ROOT", context->root, 1) < 0 ||
	    setenv("IMGCTL_RUNROOT", context->run, 1) < 0)
		return error_sys(err, errno, "set the folders");
	return 0;
}

int rootless_enter(struct context *context, const char *path, struct error *err)
{
	autoclean(store_close) struct store *store = NULL;
	autofree char *notice = NULL;

	/* as the user, so that a stranger's folder is told from one's own */
	if (store_open(context->root, context->run, &store, err) < 0 ||
	    pass_on(context, err) < 0)
		return -1;
	warn_of_groups(store->run_fd, path);
	if (userns_enter(store->run_fd, &notice, err) < 0)
		return -1;
	if (notice && is_first_time(store->run_fd, "warned-map"))
		tell(notice);
	return 0;
}
