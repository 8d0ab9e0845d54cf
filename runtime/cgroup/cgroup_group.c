/* SPDX-License-Identifier: Apache-2.0 */
/* The directories of a group: made below the first top that lets us. */
#include "runtime/cgroup/cgroup_group.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_tree.h"

/* Groups below this one are made by nobody but this program. */
#define OWN_PARENT "imgctl/"

enum { MAKE_TRIES = 100 }; /* each lost to another's removal of the parent */

static char *copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

struct cgroup *cgroup_group_new(const struct cgroup_host *host,
				const char *path)
{
	struct cgroup *cg = xcalloc(1, sizeof(*cg));

	cg->host.mode = host->mode;
	cg->path = xstrdup(path);
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		cg->directories[i].fd = -1;
		cg->host.places[i].home = host->places[i].home;
		cg->host.places[i].mount = copy_text(host->places[i].mount);
		cg->host.places[i].own = copy_text(host->places[i].own);
	}
	return cg;
}

int cgroup_group_check(const char *path, struct error *err)
{
	const char *cursor = path + strspn(path, "/");

	if (!*cursor)
		return error_set(err, ERROR_INVALID,
				 "cgroup path \"%s\" is empty", path);
	while (*cursor) {
		size_t length = strcspn(cursor, "/");

		if (length == 0 || strncmp(cursor, ".", length) == 0 ||
		    (length == 2 && strncmp(cursor, "..", 2) == 0))
			return error_set(err, ERROR_INVALID,
					 "cgroup path \"%s\" has an empty "
					 "or dotted component",
					 path);
		cursor += length;
		cursor += *cursor == '/';
	}
	return 0;
}

const struct cgroup_group_directory *cgroup_group_directory(
	const struct cgroup *cg, enum cgroup_controller controller)
{
	if (cg->host.places[controller].home == CGROUP_HOME_NONE)
		return &cg->directories[CGROUP_CONTROLLER_NONE];
	return &cg->directories[cgroup_host_slot(&cg->host, controller)];
}

/* Whether ERRNUM says "not here", so that the own group may be tried. */
static bool is_refusal(int errnum)
{
	return errnum == EACCES || errnum == EPERM || errnum == EROFS;
}

/* The hierarchy's root and the own group, which may be the same. */
static int tops_of(const struct cgroup_place *place)
{
	return strcmp(place->own, "/") != 0 ? 2 : 1;
}

static int open_top(const struct cgroup_place *place, bool own, char **path_out)
{
	const char *below = own && strcmp(place->own, "/") != 0 ? place->own
								: "";

	*path_out = xasprintf("%s%s", place->mount, below);
	return open(*path_out, O_DIRECTORY | O_PATH | O_CLOEXEC);
}

/* An existing DIRECTORY is another's: usable as long as nobody is in it. */
static int check_existing(const struct cgroup *cg,
			  const struct cgroup_group_directory *directory,
			  struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!cg->takes_existing)
		return error_set(err, ERROR_EXISTS, "%s exists",
				 directory->path);
	if (fs_read_file(directory->fd, "cgroup.procs", text.limit, &text,
			 err) < 0)
		return -1;
	if (text.length)
		return error_set(err, ERROR_BUSY, "%s has processes",
				 directory->path);
	return 0;
}

int cgroup_group_make(struct cgroup *cg, enum cgroup_controller slot,
		      unsigned controllers, struct error *err)
{
	const struct cgroup_place *place = &cg->host.places[slot];
	struct cgroup_group_directory *directory = &cg->directories[slot];
	struct cgroup_tree_chain chain = {
		.is_v2 = slot == CGROUP_CORE,
		.is_cpuset = cgroup_host_slot(&cg->host, CGROUP_CPUSET) ==
				     slot &&
			     cgroup_host_is_v1(&cg->host, CGROUP_CPUSET),
		.is_realtime = cg->gives_realtime &&
			       cgroup_host_slot(&cg->host, CGROUP_CPU) == slot,
		.controllers = controllers,
	};

	for (int own = 0; own < tops_of(place); own++) {
		autofree char *top_path = NULL;
		autoclose int top = open_top(place, own, &top_path);
		bool made = false;

		chain.top = top;
		for (int tries = 0; top >= 0 && tries < MAKE_TRIES; tries++) {
			directory->fd = cgroup_tree_make(&chain, cg->path,
							 &made);
			if (directory->fd >= 0 || errno != ENOENT)
				break;
		}
		if (directory->fd >= 0) {
			directory->path = xasprintf("%s/%s", top_path,
						    cg->path);
			directory->made = made;
			return made ? 0 : check_existing(cg, directory, err);
		}
		if (!is_refusal(errno) || own + 1 == tops_of(place))
			return error_sys(err, errno, "make cgroup %s/%s",
					 top_path, cg->path);
	}
	return 0;
}

bool cgroup_group_open(struct cgroup *cg, enum cgroup_controller slot)
{
	struct cgroup_group_directory *directory = &cg->directories[slot];

	for (int own = 0; own < 2 && directory->fd < 0; own++) {
		autofree char *top_path = NULL;
		autoclose int top = open_top(&cg->host.places[slot], own,
					     &top_path);

		if (top < 0)
			continue;
		directory->fd = openat(top, cg->path,
				       O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (directory->fd >= 0)
			directory->path = xasprintf("%s/%s", top_path,
						    cg->path);
	}
	return directory->fd >= 0;
}

int cgroup_group_make_v1(struct cgroup *cg, unsigned wanted, struct error *err)
{
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if (!(wanted & (1U << i)) ||
		    !cgroup_host_is_v1(&cg->host, it) ||
		    cg->directories[cgroup_host_slot(&cg->host, it)].fd >= 0)
			continue;
		if (cgroup_group_make(cg, cgroup_host_slot(&cg->host, it), 0,
				      err) < 0)
			return -1;
	}
	return 0;
}

/* From the program's own parent on, which may lie in a user's group; or NULL.
 */
static const char *own_part(const char *path)
{
	const char *found = strstr(path, OWN_PARENT);

	return found && (found == path || found[-1] == '/') ? found : NULL;
}

bool cgroup_group_is_own(const char *path)
{
	return own_part(path);
}

/*
 * The kernel refuses while another container is in a parent, and one that is
 * about to be finds it gone and makes it again (cgroup_group_make).
 */
void cgroup_group_remove_parents(const struct cgroup *cg,
				 const struct cgroup_group_directory *directory)
{
	autofree char *path = xstrdup(directory->path);
	const char *own = own_part(cg->path);
	size_t top = strlen(path) - strlen(own ? own : "");
	char *slash;

	if (!own)
		return;
	while ((slash = strrchr(path + top, '/'))) {
		*slash = '\0';
		if (rmdir(path) < 0)
			return;
	}
}

void cgroup_group_undo(struct cgroup *cg)
{
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		const struct cgroup_group_directory *directory =
			&cg->directories[i];

		if (directory->fd < 0 || !directory->made)
			continue;
		(void)cgroup_tree_remove(directory->path, 0);
		cgroup_group_remove_parents(cg, directory);
	}
}
