/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes, opens, fills and removes groups. A group is a set of directories,
 * one for each mount (v1 controllers mounted together share one), each either
 * below the top of the mount or below this process's own group.
 */
#include "runtime/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_plan.h"
#include "runtime/cgroup/cgroup_tree.h"
#include "runtime/cgroup/device_filter.h"

/* Groups below this one are made by nobody but this program. */
#define OWN_PARENT "imgctl/"

enum {
	LEFTOVER_TIMEOUT_MS = 200,
	MAKE_TRIES = 100, /* each lost to another's removal of the parent */
};

/* The group's directory on one mount. */
struct directory {
	int fd;	    /* -1: the group is not there */
	char *path; /* as seen by this process */
	bool made;  /* by this very create, whose failure removes it */
};

struct cgroup {
	struct cgroup_host host; /* a copy */
	char *path;		 /* "imgctl/<id>" */
	bool takes_existing;	 /* create uses what is there */
	bool gives_realtime;	 /* the parents have to have some */
	struct directory directories[CGROUP_CONTROLLER_COUNT];
};

static char *copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static struct cgroup *cgroup_new(const struct cgroup_host *host,
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

/* A group's path comes from a caller, but "..", "" and "." name other groups.
 */
static int check_path(const char *path, struct error *err)
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

static const struct directory *directory_of(const struct cgroup *cg,
					    enum cgroup_controller controller)
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
			  const struct directory *directory, struct error *err)
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

/*
 * Make the group's directory for the mount of SLOT. An existing one is a
 * leftover: BUSY unless it can be removed, which only an empty one can.
 */
static int make_directory(struct cgroup *cg, enum cgroup_controller slot,
			  unsigned controllers, struct error *err)
{
	const struct cgroup_place *place = &cg->host.places[slot];
	struct directory *directory = &cg->directories[slot];
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

static int open_directory(struct cgroup *cg, enum cgroup_controller slot)
{
	struct directory *directory = &cg->directories[slot];

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
	return directory->fd;
}

/* Write one planned value; *FOUND says whether the file was there. */
static int write_planned(const struct cgroup *cg,
			 const struct cgroup_write *write, bool *found,
			 struct error *err)
{
	const struct directory *directory = directory_of(cg, write->controller);

	*found = true;
	if (cgroup_tree_write(directory->fd, write->file, write->value) == 0)
		return 0;
	if (errno == ENOENT || errno == EACCES) {
		*found = faccessat(directory->fd, write->file, F_OK,
				   AT_EACCESS) == 0;
		if (!*found && write->mode != CGROUP_WRITE_MUST)
			return 0;
		if (!*found)
			return error_set(err, ERROR_UNSUPPORTED,
					 "%s is not available in %s",
					 write->file, directory->path);
	}
	return error_sys(err, errno, "set %s to \"%s\"", write->file,
			 write->value);
}

/*
 * Two files that bound each other (memory and memory+swap, cfs quota and a
 * parent's) refuse one order of the writes with EINVAL: what was refused is
 * tried once more at the end.
 */
static int run_plan(const struct cgroup *cg, const struct cgroup_plan *plan,
		    struct error *err)
{
	bool found = true;
	size_t refused = plan->count;

	for (size_t i = 0; i < plan->count; i++) {
		const struct cgroup_write *write = &plan->writes[i];

		if (write->mode == CGROUP_WRITE_ELSE && found)
			continue;
		if (write_planned(cg, write, &found, err) == 0)
			continue;
		if (err->sys != EINVAL || refused != plan->count)
			return -1;
		refused = i;
		error_release(err);
	}
	if (refused != plan->count)
		return write_planned(cg, &plan->writes[refused], &found, err);
	return 0;
}

/* Make the v1 directories whose controllers are in the bit set WANTED. */
static int make_v1(struct cgroup *cg, unsigned wanted, struct error *err)
{
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if (!(wanted & (1U << i)) ||
		    !cgroup_host_is_v1(&cg->host, it) ||
		    cg->directories[cgroup_host_slot(&cg->host, it)].fd >= 0)
			continue;
		if (make_directory(cg, cgroup_host_slot(&cg->host, it), 0,
				   err) < 0)
			return -1;
	}
	return 0;
}

static int write_device_rule(const struct cgroup *cg,
			     const struct device_rule *rule, struct error *err)
{
	char line[DEVICE_RULE_MAX];

	device_rule_format(rule, line);
	return cgroup_write(cg, CGROUP_DEVICES,
			    rule->allow ? "devices.allow" : "devices.deny",
			    line, err);
}

static int write_device_rules(struct cgroup *cg,
			      const struct device_rules *rules,
			      struct error *err)
{
	if (make_v1(cg, 1U << CGROUP_DEVICES, err) < 0 ||
	    cgroup_write(cg, CGROUP_DEVICES,
			 rules->allow_by_default ? "devices.allow"
						 : "devices.deny",
			 "a", err) < 0)
		return -1;
	for (size_t i = 0; i < rules->count; i++)
		if (write_device_rule(cg, &rules->exceptions[i], err) < 0)
			return -1;
	return 0;
}

static int guard_by_filter(const struct device_rules *rules, int group,
			   struct error *err)
{
	autoclean(device_filter_release) struct device_filter filter =
		DEVICE_FILTER_INIT;

	device_filter_assemble(rules, &filter);
	return device_filter_attach(&filter, group, err);
}

int cgroup_guard_devices(struct cgroup *cg, const struct cgroup_limits *limits,
			 pid_t pid, struct error *err)
{
	const struct device_rules *rules = &limits->devices;
	bool has_v1 = cgroup_host_is_v1(&cg->host, CGROUP_DEVICES);
	int group = cgroup_into_fd(cg);
	bool is_member;

	if (!limits->has_devices ||
	    (rules->allow_by_default && rules->count == 0))
		return 0; /* a group starts so */
	if (group >= 0) {
		if (guard_by_filter(rules, group, err) == 0)
			return 0;
		if (!has_v1)
			return -1;
		error_release(err);
	}
	if (!has_v1)
		return error_set(err, ERROR_UNSUPPORTED,
				 "device rules need a cgroup v2 tree or the "
				 "v1 \"devices\" controller");
	is_member = cg->directories[cgroup_host_slot(&cg->host, CGROUP_DEVICES)]
			    .fd >= 0;
	if (write_device_rules(cg, rules, err) < 0)
		return -1;
	return is_member ? 0 : cgroup_add(cg, pid, err);
}

static int make_all(struct cgroup *cg, const struct cgroup_limits *limits,
		    struct error *err)
{
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;
	unsigned wanted;

	if (cgroup_plan_limits(&cg->host, limits, &plan, err) < 0)
		return -1;
	cg->gives_realtime = limits->realtime_runtime != CGROUP_UNSET;
	wanted = cgroup_plan_wanted(&cg->host, limits, &plan);
	if (cg->host.places[CGROUP_CORE].home == CGROUP_HOME_V2 &&
	    make_directory(cg, CGROUP_CORE,
			   cgroup_plan_unified(&cg->host, wanted), err) < 0)
		return -1;
	if (make_v1(cg, wanted, err) < 0)
		return -1;
	return run_plan(cg, &plan, err);
}

static int open_on(const struct cgroup_host *host, const char *path,
		   struct cgroup **out, struct error *err)
{
	autoclean(cgroup_close) struct cgroup *cg = NULL;
	bool found = false;

	if (check_path(path, err) < 0)
		return -1;
	path += strspn(path, "/");
	cg = cgroup_new(host, path);
	for (int i = CGROUP_CORE; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if (host->places[i].home == CGROUP_HOME_NONE ||
		    cgroup_host_slot(&cg->host, it) != it)
			continue;
		found = open_directory(cg, it) >= 0 || found;
	}
	if (!found)
		return error_set(err, ERROR_NOT_FOUND, "no cgroup %s", path);
	*out = TAKE_PTR(cg);
	return 0;
}

/* From the program's own parent on, which may lie in a user's group; or NULL.
 */
static const char *own_part(const char *path)
{
	const char *found = strstr(path, OWN_PARENT);

	return found && (found == path || found[-1] == '/') ? found : NULL;
}

/*
 * Remove an empty group of this name that a crash left. Only below the
 * program's own parent is it certain that nobody else made it.
 */
static int clear_leftover(const struct cgroup_host *host, const char *path,
			  struct error *err)
{
	autoclean(cgroup_close) struct cgroup *old = NULL;

	if (!own_part(path))
		return error_set(err, ERROR_BUSY, "the group exists already");
	if (open_on(host, path, &old, err) < 0)
		return -1;
	if (cgroup_remove(old, LEFTOVER_TIMEOUT_MS, err) < 0)
		return error_wrap(err, "a group of that name is in use");
	return 0;
}

/*
 * Remove the program's own groups around DIRECTORY that it leaves empty. The
 * kernel refuses while another container is in them, and one that is about to
 * be finds its parent gone and makes it again (make_directory).
 */
static void remove_parents(const struct cgroup *cg,
			   const struct directory *directory)
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

/* Remove what a failed create made; what cannot go is a later leftover. */
static void undo_make(struct cgroup *cg)
{
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		const struct directory *directory = &cg->directories[i];

		if (directory->fd < 0 || !directory->made)
			continue;
		(void)cgroup_tree_remove(directory->path, 0);
		remove_parents(cg, directory);
	}
}

static int create_on(const struct cgroup_host *host, const char *path,
		     const struct cgroup_limits *limits, struct cgroup **out,
		     struct error *err)
{
	if (check_path(path, err) < 0)
		return -1;
	path += strspn(path, "/");
	for (int tries = 0;; tries++) {
		autoclean(cgroup_close) struct cgroup *cg = cgroup_new(host,
								       path);

		if (make_all(cg, limits, err) == 0) {
			*out = TAKE_PTR(cg);
			return 0;
		}
		undo_make(cg);
		if (err->kind != ERROR_EXISTS || tries > 0)
			return error_wrap(err, "cgroup %s", path);
		error_release(err);
		if (clear_leftover(host, path, err) < 0)
			return error_wrap(err, "cgroup %s", path);
	}
}

int cgroup_create(const char *path, const struct cgroup_limits *limits,
		  struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;

	if (cgroup_host_read(&host, err) < 0)
		return -1;
	return create_on(&host, path, limits, out, err);
}

int cgroup_take(const char *path, const struct cgroup_limits *limits,
		struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(cgroup_close) struct cgroup *cg = NULL;

	if (cgroup_host_read(&host, err) < 0 || check_path(path, err) < 0)
		return -1;
	cg = cgroup_new(&host, path + strspn(path, "/"));
	cg->takes_existing = true;
	if (make_all(cg, limits, err) == 0) {
		*out = TAKE_PTR(cg);
		return 0;
	}
	undo_make(cg);
	return error_wrap(err, "cgroup %s", path);
}

int cgroup_open(const char *path, struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;

	if (cgroup_host_read(&host, err) < 0)
		return -1;
	return open_on(&host, path, out, err);
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

static int add_to(const struct directory *directory, pid_t pid,
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

/*
 * Move every process into the v1 groups. One that forks meanwhile leaves its
 * child behind, so go round until a pass finds nothing new.
 */
static int join_everyone(const struct cgroup *cg, int members,
			 struct error *err)
{
	size_t known = 0;

	for (int pass = 0; pass < 8; pass++) {
		autofree pid_t *pids = NULL;
		size_t count = 0;

		if (cgroup_tree_processes(members, &pids, &count) < 0)
			return error_sys(err, errno, "list cgroup %s",
					 cg->path);
		if (pass && count <= known)
			return 0;
		known = count;
		for (size_t i = 0; i < count; i++) {
			if (cgroup_add(cg, pids[i], err) == 0)
				continue;
			if (err->sys != ESRCH)
				return -1;
			error_release(err); /* it ended meanwhile */
		}
	}
	return 0;
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

/*
 * Have the v2 parents hand CONTROLLERS down: the group was made with what it
 * was limited by then.
 */
static void hand_down(const struct cgroup *cg, unsigned controllers)
{
	const struct directory *directory = &cg->directories[CGROUP_CORE];
	struct cgroup_tree_chain chain = {
		.is_v2 = true,
		.controllers = cgroup_plan_unified(&cg->host, controllers),
	};
	autofree char *top_path = NULL;
	autoclose int top = -1;
	autoclose int group = -1;
	bool made;

	if (directory->fd < 0 || !chain.controllers)
		return;
	top_path = xstrndup(directory->path,
			    strlen(directory->path) - strlen(cg->path));
	top = open(top_path, O_DIRECTORY | O_PATH | O_CLOEXEC);
	chain.top = top;
	/* what is refused is missed, and named, when its file is written */
	if (top >= 0)
		group = cgroup_tree_make(&chain, cg->path, &made);
}

int cgroup_set(struct cgroup *cg, const struct cgroup_limits *limits,
	       struct error *err)
{
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;
	autoclose int members = cgroup_members_fd(cg, err);
	bool is_new = false;

	if (members < 0 ||
	    cgroup_plan_limits(&cg->host, limits, &plan, err) < 0)
		return -1;
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if ((plan.controllers & (1U << i)) &&
		    cgroup_host_is_v1(&cg->host, it))
			is_new = is_new || directory_of(cg, it)->fd < 0;
	}
	cg->gives_realtime = limits->realtime_runtime != CGROUP_UNSET;
	hand_down(cg, plan.controllers);
	if (make_v1(cg, plan.controllers, err) < 0 ||
	    run_plan(cg, &plan, err) < 0)
		return error_wrap(err, "cgroup %s", cg->path);
	return is_new ? join_everyone(cg, members, err) : 0;
}

enum cgroup_mode cgroup_mode(const struct cgroup *cg)
{
	return cg->host.mode;
}

const char *cgroup_directory(const struct cgroup *cg,
			     enum cgroup_controller controller)
{
	return directory_of(cg, controller)->path;
}

int cgroup_read(const struct cgroup *cg, enum cgroup_controller controller,
		const char *file, struct strbuf *text, struct error *err)
{
	const struct directory *directory = directory_of(cg, controller);

	if (directory->fd < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "cgroup %s is not on the \"%s\" hierarchy",
				 cg->path, cgroup_controller_name(controller));
	return fs_read_file(directory->fd, file, text->limit, text, err);
}

int cgroup_write(const struct cgroup *cg, enum cgroup_controller controller,
		 const char *file, const char *value, struct error *err)
{
	const struct directory *directory = directory_of(cg, controller);

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
		struct directory *directory = &cg->directories[i];

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
		remove_parents(cg, directory);
	}
	return 0;
}
